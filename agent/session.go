package agent

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// Session is a conversation: each Run sees the turns before it. Each turn is a run of
// its own in the journal, named ID-1, ID-2 and so on. One goroutine uses a session.
type Session struct {
	agent *Agent
	id    string
	turns int           // names that are taken
	last  planner.State // after the last turn that finished
	open  []string      // turns that were begun and have not ended, in their order
}

// Session begins a conversation.
func (a *Agent) Session() *Session { return &Session{agent: a, id: runtime.NewRunID()} }

// ID names the conversation, for [Agent.Reopen].
func (s *Session) ID() string { return s.id }

// ErrNoSession is matched by the error of [Agent.Reopen] where nothing has that id.
var ErrNoSession = errors.New("agent: there is no such conversation")

// Reopen goes on with a conversation, in this process or in another, after the last of
// its turns that finished; [Session.Open] names one that was left. Given the id of a
// single run, it begins a new conversation that follows that run.
func (a *Agent) Reopen(ctx context.Context, id string) (*Session, error) {
	names, err := a.opt.Journal.Runs(ctx)
	if err != nil {
		return nil, err
	}
	s := &Session{agent: a, id: id, turns: lastTurn(names, id)}
	var turns []string // the last first
	for n := s.turns; n > 0; n-- {
		turns = append(turns, s.name(n))
	}
	for i, one := range a.rt.Summaries(ctx, turns) {
		remembered := s.last.Run != ""
		if i > 0 && (one.Err != nil && remembered || one.Err == nil && one.Status.Done() && (remembered || one.Status != planner.Finished)) {
			continue
		}
		st, err := a.rt.Load(ctx, turns[i])
		switch {
		case errors.Is(err, journal.ErrNoRun):
		case err != nil:
			return nil, err
		case st.Start.Session != id: // a fork that was given such a name
		case st.Start.Tenant != a.opt.Tenant:
			return nil, fmt.Errorf("%w of this tenant: %s", ErrNoSession, id)
		case st.Status == planner.Finished:
			s.last = st
		case !st.Status.Done():
			s.open = append(s.open, turns[i])
		}
	}
	slices.Reverse(s.open)
	if s.turns > 0 {
		return s, nil
	}
	st, err := a.rt.Load(ctx, id)
	switch {
	case errors.Is(err, journal.ErrNoRun), err == nil && st.Start.Tenant != a.opt.Tenant:
		return nil, fmt.Errorf("%w: %s", ErrNoSession, id)
	case err != nil:
		return nil, err
	}
	s = a.Session()
	if st.Status == planner.Finished {
		s.last = st
	} else if !st.Status.Done() {
		s.open = []string{id}
	}
	return s, nil
}

// Turns returns the runs of a conversation's turns in their order, and the id itself where no
// run is named as a turn of it.
func Turns(ctx context.Context, runs journal.Journal, id string) ([]string, error) {
	names, err := runs.Runs(ctx)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return turnOf(id, name) == 0 })
	slices.SortFunc(names, func(a, b string) int { return turnOf(id, a) - turnOf(id, b) })
	if len(names) == 0 {
		names = []string{id}
	}
	return names, nil
}

func lastTurn(names []string, id string) (last int) {
	for _, name := range names {
		last = max(last, turnOf(id, name))
	}
	return last
}

// turnOf is the number of the turn that a run's name says, 0 if it is of another
// conversation.
func turnOf(id, name string) int {
	text, ok := strings.CutPrefix(name, id+"-")
	n, err := strconv.Atoi(text)
	if !ok || err != nil || n < 1 || text != strconv.Itoa(n) {
		return 0
	}
	return n
}

func (s *Session) name(turn int) string { return s.id + "-" + strconv.Itoa(turn) }

// Open returns the turn that was begun last if it has not ended: it waits for a person, or
// whoever ran it died. Resume goes on with it, and then it is remembered. "" is none.
func (s *Session) Open() string {
	if n := len(s.open); n > 0 && turnOf(s.id, s.open[n-1]) == s.turns || n == 1 && s.turns == 0 {
		return s.open[n-1]
	}
	return ""
}

// Passed returns the turns that have not ended and were talked past, in their order: a call
// of theirs may still wait for a person. Resume goes on with one; the conversation stays
// that of the turns after it.
func (s *Session) Passed() []string {
	if s.Open() != "" {
		return slices.Clone(s.open[:len(s.open)-1])
	}
	return slices.Clone(s.open)
}

// Run is the next turn of the conversation. A turn that does not finish is not
// remembered, unless Resume finishes it.
func (s *Session) Run(ctx context.Context, prompt string) iter.Seq2[Event, error] {
	return s.run(ctx, Start{Prompt: prompt})
}

func (s *Session) run(ctx context.Context, st Start) iter.Seq2[Event, error] {
	s.turns++
	st.Run, st.session = s.name(s.turns), s.id
	return s.remember(s.agent.begin(ctx, st, s.last))
}

// Resume goes on with a turn that waited or was left.
func (s *Session) Resume(ctx context.Context, run string) iter.Seq2[Event, error] {
	return s.remember(s.agent.Resume(ctx, run))
}

func (s *Session) remember(turn iter.Seq2[Event, error]) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		turn(func(ev Event, err error) bool {
			if ev.Run != "" && !slices.Contains(s.open, ev.Run) {
				s.open = append(s.open, ev.Run)
				slices.SortStableFunc(s.open, func(a, b string) int { return turnOf(s.id, a) - turnOf(s.id, b) })
			}
			if ev.Status == planner.Finished && turnOf(s.id, ev.Run) >= turnOf(s.id, s.last.Run) {
				s.last = *ev.State
			}
			if ev.Status.Done() {
				s.open = slices.DeleteFunc(s.open, func(run string) bool { return run == ev.Run })
			}
			return yield(ev, err)
		})
	}
}

// Messages returns the conversation so far.
func (s *Session) Messages() []llm.Message { return s.last.Messages }
