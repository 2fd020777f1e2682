package api

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// drivers drive the runs that were started or resumed over HTTP: to their end, and after
// each answer that they waited for. A run that is open has a mark in a folder, so that a
// server that is started again goes on with it.
type drivers struct {
	s     *Server
	dir   string // of the marks; "" keeps none
	slots *fair
	open  gate // runs that are driven or wait to be
	ctx   context.Context
	stop  context.CancelFunc
	wait  context.Context // ends when the server drains: nobody waits for people any more
	left  sync.WaitGroup

	mu   sync.Mutex
	live map[string]*trail
}

func newDrivers(s *Server, dir string) (*drivers, error) {
	d := &drivers{s: s, slots: newFair(s.limits.Runs), open: gate{most: int64(s.limits.OpenRuns)}, live: map[string]*trail{}}
	d.ctx, d.stop = context.WithCancel(context.Background())
	var cancel context.CancelFunc
	d.wait, cancel = context.WithCancel(d.ctx)
	go func() {
		select {
		case <-s.draining:
		case <-d.ctx.Done():
		}
		cancel()
	}()
	if dir == "" {
		return d, nil
	}
	d.dir = filepath.Join(dir, "open")
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return nil, err
	}
	return d, d.recover()
}

// recover goes on with the runs that were open when the last server ended.
func (d *drivers) recover() error {
	marks, err := os.ReadDir(d.dir)
	if err != nil {
		return err
	}
	for _, m := range marks {
		name, err := os.ReadFile(filepath.Join(d.dir, m.Name()))
		if err != nil { // the others go on
			d.s.o.Log.Warn().Err(err).Msg("the mark of an open run cannot be read: the run stays")
			continue
		}
		a := d.s.agentNamed(string(name))
		if a == nil {
			d.s.o.Log.Warn().Str("run", m.Name()).Str("agent", string(name)).Msg("an open run stays: its agent is not served")
			continue
		}
		d.begin(m.Name(), a)
	}
	return nil
}

// mark does not mark a run that was begun elsewhere: who began it goes on with it, too.
func (d *drivers) mark(run string, a *Agent) error {
	if d.dir == "" || a == nil {
		return nil
	}
	return os.WriteFile(filepath.Join(d.dir, run), []byte(a.Name), 0o600)
}

func (d *drivers) unmark(run string) {
	if d.dir == "" {
		return
	}
	if err := os.Remove(filepath.Join(d.dir, run)); err != nil && !errors.Is(err, os.ErrNotExist) {
		d.s.o.Log.Warn().Err(err).Str("run", run).Msg("the mark of a run that ended stays")
	}
}

// begin drives a run, if it is not driven here already, and returns its trail. A driver that
// is about to leave looks again.
func (d *drivers) begin(run string, a *Agent) *trail { return d.drives(run, a, false) }

// borrow drives a run that was begun elsewhere, and that an agent's journal has.
func (d *drivers) borrow(run string, a *Agent) *trail { return d.drives(run, a, true) }

func (d *drivers) drives(run string, a *Agent, elsewhere bool) *trail {
	d.mu.Lock()
	defer d.mu.Unlock()
	if t := d.live[run]; t != nil {
		t.again = true
		return t
	}
	t := newTrail(run, a)
	t.driven, t.elsewhere = true, elsewhere
	d.live[run] = t
	d.open.used.Add(1)
	d.left.Go(func() {
		for d.drive(t); d.stay(t); d.drive(t) {
		}
		d.open.give(1)
		t.setDriven(false)
	})
	return t
}

// stay says that a driver which would leave was asked to begin meanwhile.
func (d *drivers) stay(t *trail) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !t.again || d.wait.Err() != nil {
		delete(d.live, t.run)
		return false
	}
	a := t.agent
	if t.elsewhere {
		a = nil
	}
	if err := d.mark(t.run, a); err != nil {
		d.s.o.Log.Warn().Err(err).Str("run", t.run).Msg("the run goes on, but not by itself if the server ends")
	}
	return true
}

// look says that the journal will be read: nobody who began before need ask again.
func (d *drivers) look(t *trail) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t.again = false
}

// driven returns the trail of a run that is driven here.
func (d *drivers) driven(run string) *trail {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.live[run]
}

// counts are the runs that are driven here, by what they do, and their calls that wait for
// a person.
func (d *drivers) counts() (runs map[planner.Status]int, waiting int) {
	d.mu.Lock()
	live := slices.Collect(maps.Values(d.live))
	d.mu.Unlock()
	runs = map[planner.Status]int{}
	for _, t := range live {
		s := t.now()
		runs[s.Status]++
		for i := range s.Calls {
			if s.Calls[i].Phase == planner.Awaiting {
				waiting++
			}
		}
	}
	return runs, waiting
}

// The pauses after which a run is tried again that could not go on.
const (
	firstPause = 200 * time.Millisecond
	lastPause  = 30 * time.Second
)

// drive drives one run until it has ended, or the server does.
func (d *drivers) drive(t *trail) {
	rt := t.agent.Agent.Runtime()
	pause := firstPause
	for d.ctx.Err() == nil {
		d.look(t)
		err := d.once(t)
		waitFor := t.run
		var child *runtime.ChildError
		switch {
		case d.ctx.Err() != nil || err != nil && d.wait.Err() != nil:
			return
		case err == nil && t.now().Status.Done():
			d.unmark(t.run)
			t.rest(nil)
			return
		case err == nil:
			pause = firstPause
			t.rest(nil)
		case errors.Is(err, journal.ErrOwned), errors.Is(err, journal.ErrFenced): // another process drives it
			if !d.sleep(&pause) {
				return
			}
			continue
		case errors.Is(err, journal.ErrCorrupt), errors.Is(err, planner.ErrEvent), errors.Is(err, journal.ErrNoRun):
			d.s.o.Log.Error().Err(err).Str("run", t.run).Msg("a run cannot go on")
			d.unmark(t.run)
			t.rest(err)
			return
		case errors.As(err, &child) && child.Status != "":
			t.rest(err)
			waitFor = child.Run
		default:
			d.s.o.Log.Warn().Err(err).Str("run", t.run).Msg("a run could not go on; it is tried again")
			t.rest(err)
			if !d.sleep(&pause) {
				return
			}
			continue
		}
		waiting, woken := t.waiting(d.wait)
		_, err = rt.Wait(waiting, waitFor)
		woken()
		if d.wait.Err() != nil || err != nil && waiting.Err() == nil && !d.sleep(&pause) {
			return
		}
	}
}

// once drives a run as far as it goes by itself.
func (d *drivers) once(t *trail) error {
	if err := t.sync(d.ctx); err != nil {
		return err
	}
	d.charge(t)
	s := t.now()
	if !toDo(s) {
		return nil
	}
	if err := d.slots.take(d.wait, s.Start.Tenant); err != nil {
		return err
	}
	defer d.slots.give()
	a := t.agent.Agent
	if t.elsewhere {
		opened, done, err := d.s.o.Elsewhere.Borrow(d.ctx, &s)
		if err != nil {
			return err
		}
		defer func() {
			if err := done(); err != nil {
				d.s.o.Log.Warn().Err(err).Str("run", t.run).Msg("what a run was driven on did not close")
			}
		}()
		a = opened
	}
	for ev, err := range a.Resume(d.ctx, t.run) {
		if err != nil {
			if d.ctx.Err() != nil {
				a.Runtime().SayLeft(d.ctx, t.run)
			}
			return err
		}
		if t.take(&ev) {
			if err := t.sync(d.ctx); err != nil {
				return err
			}
		}
		if ev.Journal != nil {
			d.charge(t)
		}
	}
	return t.sync(d.ctx)
}

// charge counts what the run used since it was last here, and has its key pay for it.
func (d *drivers) charge(t *trail) {
	s := t.now()
	used := s.Used.Usage
	if t.paid == nil { // what was used before was counted then
		t.paid = &used
	}
	u := since(used, *t.paid)
	if u.PromptTokens+u.GeneratedTokens == 0 {
		return
	}
	t.paid = &used
	d.s.metrics.spend(t.agent.Name, u)
	key := s.Start.Meta[metaKey]
	if key == "" || d.s.o.Keys == nil {
		return
	}
	if err := d.s.o.Keys.charge(key, u); err != nil {
		d.s.o.Log.Warn().Err(err).Str("key", key).Msg("what a key has used is not written down")
	}
}

// toDo says whether driving a run would come to anything now.
func toDo(s planner.State) bool {
	switch s.Status {
	case planner.Waiting, planner.OutcomeUnknown:
		return len(planner.Commands(s)) > 0
	case planner.Suspended:
		return s.Fault == nil || !time.Now().Before(s.Fault.Until)
	}
	return !s.Status.Done()
}

// sleep waits longer each time; false says that the server ends.
func (d *drivers) sleep(pause *time.Duration) bool {
	timer := time.NewTimer(*pause)
	defer timer.Stop()
	*pause = min(2**pause, lastPause)
	select {
	case <-timer.C:
		return true
	case <-d.wait.Done():
		return false
	}
}

// close lets the runs that work go on until ctx is done, so that no call is cut off, and
// then leaves them: they can be resumed.
func (d *drivers) close(ctx context.Context) {
	ended := make(chan struct{})
	go func() {
		d.left.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	d.stop()
	<-ended
}
