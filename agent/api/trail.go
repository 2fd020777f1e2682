package api

import (
	"context"
	"sync"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
)

// trail is what happened in a run, for those who watch it: its journal's events, and
// between them the text of the turn that is being given. It grows at its end only, so each
// watcher reads at its own pace and none holds up the run.
type trail struct {
	run   string
	agent *Agent // whose journal has it; nil where it is not served here

	elsewhere bool // it was begun there: its agent is opened to go on with it

	again bool       // see drivers.begin; under the drivers' lock
	paid  *llm.Usage // what was counted; the driver's

	mu      sync.Mutex
	entries []entry
	readers int
	gone    bool           // the entries were let go: they are read from the journal when they are wanted
	state   *planner.State // after the last event
	changed chan struct{}  // closed and made anew at each change
	driven  bool           // entries come by themselves; else the journal must be read for them
	wake    func()         // of the driver that waits; nil while it works
}

// entry is one step of a trail. Exactly one of the first four is set.
type entry struct {
	ev   *planner.Event
	text string // a piece of the model's turn
	void bool   // the pieces since the last event are void: the turn begins again
	rest bool   // nothing goes on by itself: it ended, or waits

	state *planner.State // after it
	err   error          // with rest: why the run is left, if not by its state
}

func newTrail(run string, a *Agent) *trail {
	return &trail{run: run, agent: a, state: &planner.State{}, changed: make(chan struct{})}
}

// add appends entries. mu is held.
func (t *trail) add(list ...entry) {
	for _, e := range list {
		if e.ev == nil {
			e.state = t.state
		}
		t.state = e.state
		t.entries = append(t.entries, e)
	}
	close(t.changed)
	t.changed = make(chan struct{})
}

// take adds what the agent's stream tells. It reports whether the journal must be read for
// events that others wrote in between.
func (t *trail) take(ev *agent.Event) (missed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case ev.Text != "":
		if !t.state.Policy.Asks(policies.OnAnswer) { // else the event told it that let it out
			t.add(entry{text: ev.Text})
		}
	case ev.Retry != nil:
		t.add(entry{void: true})
	case ev.Journal != nil:
		switch n := ev.State.Events; {
		case n <= t.state.Events: // the journal was read first
		case n == t.state.Events+1:
			t.add(entry{ev: ev.Journal, state: ev.State})
		default:
			return true
		}
	}
	return false
}

// sync adds the events of the journal that the trail does not have.
func (t *trail) sync(ctx context.Context) error {
	events, _, err := t.agent.Agent.Runtime().Events(ctx, t.run)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.gone {
		t.gone, t.state = false, &planner.State{}
	}
	for i := t.state.Events; i < len(events); i++ {
		s := planner.Fold(*t.state, events[i])
		t.add(entry{ev: &events[i], state: &s})
	}
	return nil
}

// rest says that nothing goes on by itself.
func (t *trail) rest(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.gone || err == nil && t.rests() { // it was said
		return
	}
	t.add(entry{rest: true, err: err})
	t.shed()
}

// rests says that the last thing said is that nothing goes on. mu is held.
func (t *trail) rests() bool {
	n := len(t.entries)
	return n > 0 && t.entries[n-1].rest && t.entries[n-1].err == nil
}

// shed lets the entries go of a run that waits, and whom nobody watches: there may be many
// of them, for days. mu is held.
func (t *trail) shed() {
	if t.driven && t.readers == 0 && t.rests() {
		t.entries, t.gone = nil, true
	}
}

// read begins to read the trail from its beginning; done ends it.
func (t *trail) read(ctx context.Context) (done func(), err error) {
	t.mu.Lock()
	t.readers++
	gone := t.gone
	t.mu.Unlock()
	done = sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.readers--
		t.shed()
	})
	if !gone {
		return done, nil
	}
	if err := t.sync(ctx); err != nil {
		done()
		return nil, err
	}
	if s := t.now(); s.Status.Done() || rests(&s) {
		t.rest(nil)
	}
	return done, nil
}

// waiting is a context in which the driver waits for people, until poke or woken is called.
func (t *trail) waiting(ctx context.Context) (waiting context.Context, woken func()) {
	waiting, cancel := context.WithCancel(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wake = cancel
	return waiting, func() {
		cancel()
		t.mu.Lock()
		defer t.mu.Unlock()
		t.wake = nil
	}
}

// poke tells the driver, if it waits, to look at once.
func (t *trail) poke() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wake != nil {
		t.wake()
	}
}

// now returns the state after the last event.
func (t *trail) now() planner.State {
	t.mu.Lock()
	defer t.mu.Unlock()
	return *t.state
}

// next returns the entries from number i on; if there are none, what is closed when one
// comes, and whether one will.
func (t *trail) next(i int) (list []entry, more <-chan struct{}, driven bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.entries[min(i, len(t.entries)):len(t.entries):len(t.entries)], t.changed, t.driven
}

func (t *trail) setDriven(driven bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.driven = driven
	t.add()
}
