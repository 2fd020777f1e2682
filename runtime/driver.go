package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/runtime/trace"
)

// driver holds one run's state and place in its journal. One goroutine uses it.
type driver struct {
	rt    *Runtime
	run   string
	state planner.State
	began time.Time // at the first event
	last  journal.Record
	watch func(Update)

	session Session // of the driver of a run; nil for a visitor

	keep   bool
	events []planner.Event

	epoch int // of this driver's lease; 0 for a visitor
	trace *trace.Run
}

// ErrRefused is a run whose journal is whole, but tells what this program does not follow:
// another version wrote it, or it is the beginning of a fork.
var ErrRefused = errors.New("is refused")

// catchUp reads and folds the records after the last one known, of a damaged journal those
// before the one that is wrong.
func (d *driver) catchUp(ctx context.Context) error {
	records, damage := d.rt.opt.Journal.Read(ctx, d.run, d.last)
	for _, rec := range records {
		ev, err := decode(rec.Event)
		if err == nil {
			err = planner.Check(d.state, ev)
		}
		if err != nil {
			return fmt.Errorf("runtime: run %s %w at event %d: %w", d.run, ErrRefused, rec.Seq, err)
		}
		next := planner.Fold(d.state, ev)
		if ev.Stands != nil && !ev.Stands.Is(planner.StandingOf(&next, d.beganAt(&ev))) {
			return fmt.Errorf("runtime: run %s %w at event %d: %w: it does not stand as the event says", d.run, ErrRefused, rec.Seq, planner.ErrEvent)
		}
		if err := d.fold(rec, ev, next); err != nil {
			return err
		}
	}
	if damage != nil {
		return damage
	}
	if d.state.Start != nil && d.state.Run != d.run {
		return fmt.Errorf("runtime: run %s %w: %w: its journal is that of run %s, so it is a fork that was not finished, or a journal that was renamed", d.run, ErrRefused, planner.ErrEvent, d.state.Run)
	}
	if d.epoch > 0 && d.state.Epoch != d.epoch {
		return fmt.Errorf("%w: run %s is at epoch %d, this driver at %d", journal.ErrFenced, d.run, d.state.Epoch, d.epoch)
	}
	return nil
}

func decode(raw json.RawMessage) (planner.Event, error) {
	var ev planner.Event
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&ev); err != nil {
		return ev, fmt.Errorf("not an event: %w", err)
	}
	return ev, nil
}

// beganAt is when the run began whose next event is that one.
func (d *driver) beganAt(ev *planner.Event) time.Time {
	if d.last.Seq == 0 {
		return ev.At
	}
	return d.began
}

// fold takes in an event that is in the journal, and the state after it.
func (d *driver) fold(rec journal.Record, ev planner.Event, next planner.State) error {
	before := d.state
	d.began, d.state, d.last = d.beganAt(&ev), next, rec
	if d.keep {
		d.events = append(d.events, ev)
	}
	if d.watch != nil {
		d.watch(Update{Event: &ev, State: &d.state})
	}
	d.trace.Saw(ev)
	if d.session != nil {
		return d.session.Observe(before, ev, d.state)
	}
	return nil
}

// append checks, journals and folds an event. The event is folded as a reader of
// the journal decodes it, so that both see the same state.
func (d *driver) append(ctx context.Context, ev planner.Event) error {
	if ev.At.IsZero() {
		ev.At = d.rt.now()
	}
	if err := planner.Check(d.state, ev); err != nil {
		return err
	}
	ev.Stands = nil // a fork's events stood for the run that they come from
	raw, err := json.Marshal(ev)
	if err != nil {
		return fmt.Errorf("runtime: run %s: %w", d.run, err)
	}
	if ev, err = decode(raw); err != nil {
		return fmt.Errorf("runtime: run %s: %w", d.run, err)
	}
	next := planner.Fold(d.state, ev)
	if ev.Stands = planner.StandingOf(&next, d.beganAt(&ev)); ev.Stands != nil {
		if raw, err = json.Marshal(ev); err != nil {
			return fmt.Errorf("runtime: run %s: %w", d.run, err)
		}
	}
	epoch := max(d.epoch, d.last.Epoch)
	if d.epoch > 0 {
		epoch = d.epoch
	}
	if ev.Leased != nil {
		epoch = ev.Leased.Epoch
	}
	rec := d.last.Next(epoch, raw)
	if err := d.rt.opt.Journal.Append(ctx, d.run, rec); err != nil {
		return err
	}
	return d.fold(rec, ev, next)
}

// settle appends an event of this driver. Where another process appended first, it
// reads what was added and tries again, unless the event has no place any more.
func (d *driver) settle(ctx context.Context, ev planner.Event) error {
	ctx = context.WithoutCancel(ctx) // what has happened is written down
	for {
		err := d.append(ctx, ev)
		switch {
		case errors.Is(err, journal.ErrConflict):
			if err := d.catchUp(ctx); err != nil {
				return err
			}
			if ev.Ended != nil { // binds to the state
				return nil
			}
		case errors.Is(err, planner.ErrEvent):
			d.rt.opt.Log.Debug().Str("run", d.run).Err(err).Msg("event dropped")
			return nil
		default:
			return err
		}
	}
}
