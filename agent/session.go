package agent

import (
	"context"
	"errors"
	"fmt"
	"iter"
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
	open  string        // a turn that was begun and has not ended
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
	for n := s.turns; n > 0; n-- {
		name := s.name(n)
		st, err := a.rt.Load(ctx, name)
		switch {
		case errors.Is(err, journal.ErrNoRun):
			continue
		case err != nil:
			return nil, err
		case st.Start.Session != id: // a fork that was given such a name
			continue
		case st.Start.Tenant != a.opt.Tenant:
			return nil, fmt.Errorf("%w of this tenant: %s", ErrNoSession, id)
		case st.Status == planner.Finished:
			s.last = st
			return s, nil
		case s.open == "" && n == s.turns && !st.Status.Done():
			s.open = name
		}
	}
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
		s.open = id
	}
	return s, nil
}

// LastTurn returns the run of a conversation's last turn, and the id itself where no run is
// named as a turn of it.
func LastTurn(ctx context.Context, runs journal.Journal, id string) (string, error) {
	names, err := runs.Runs(ctx)
	if n := lastTurn(names, id); err == nil && n > 0 {
		id += "-" + strconv.Itoa(n)
	}
	return id, err
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

// Open returns the turn that was begun last and has not ended: it waits for a person,
// or whoever ran it died. Resume goes on with it, and then it is remembered. "" is none.
func (s *Session) Open() string { return s.open }

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
			if ev.Run != "" {
				s.open = ev.Run
			}
			if ev.Status == planner.Finished {
				s.last = *ev.State
			}
			if ev.Status.Done() {
				s.open = ""
			}
			return yield(ev, err)
		})
	}
}

// Messages returns the conversation so far.
func (s *Session) Messages() []llm.Message { return s.last.Messages }
