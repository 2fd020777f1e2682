package host

import (
	"context"
	"errors"
	"time"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// ErrNoTriggers is serving an agent that nothing starts.
var ErrNoTriggers = errors.New("there is nothing to serve: agent.yaml has no triggers, subjects or schedules that start runs")

// ServeOptions say how to serve. The zero value works.
type ServeOptions struct {
	Parallel int           // runs at once in this process; 0 is 4
	AckWait  time.Duration // after which the run of a process that died goes on in another; 0 is 30 s
	Poll     time.Duration // how soon a run that could not go on is tried again; it grows to 10 s. 0 is 1 s
	Ready    func()        // called once messages are accepted; nil is nobody
}

// ServePlace is the folder of the embedded bus of a serving process: its queue must be
// found again after a restart.
func (c *Config) ServePlace() string { return servePrefix + c.Name }

// Serve starts runs by the configured triggers until ctx is done. A start that was
// accepted is in a queue on the bus until its run has ended: another process, or this one
// started again, takes it over. Runs that wait for approval go on once it is given or has expired.
func (h *Host) Serve(ctx context.Context, o ServeOptions) (err error) {
	if len(h.Config.Triggers) == 0 {
		return ErrNoTriggers
	}
	q, err := bus.OpenQueue(ctx, h.Bus.Conn(), bus.QueueOptions{Agent: h.Config.Name, Parallel: o.Parallel, AckWait: o.AckWait, Poll: o.Poll, Logger: h.o.Log,
		Wait: func(ctx context.Context, run string) error {
			_, err := h.Runtime().Wait(ctx, run)
			return err
		}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	var schedules []bus.Schedule
	for _, t := range h.Config.Triggers {
		if t.Schedule != "" {
			schedules = append(schedules, t.schedule())
		}
	}
	if err := q.Schedules(ctx, schedules); err != nil {
		return err
	}
	for _, t := range h.Config.Triggers {
		if t.Subject == "" {
			continue
		}
		if err := q.Listen(t.Subject, runtime.NewRunID); err != nil {
			return err
		}
	}
	if o.Ready != nil {
		o.Ready()
	}
	return q.Serve(ctx, h.work)
}

// work runs one job, or goes on with its run.
func (h *Host) work(ctx context.Context, job bus.Job) (bus.Answer, error) {
	rt := h.Runtime()
	if job.Again > 0 { // after a restart thousands may wait: they need not be read for that
		st, err := rt.Standing(ctx, job.Run)
		if err == nil && st != nil && (st.Status == planner.Waiting || st.Status == planner.OutcomeUnknown) {
			return bus.Answer{Status: string(st.Status), Reason: st.Reason}, nil
		}
	}
	s, err := rt.Load(ctx, job.Run)
	if errors.Is(err, journal.ErrNoRun) {
		_, err = h.Start(ctx, agent.Start{Run: job.Run, Prompt: job.Prompt, By: job.Source})
		if err == nil || errors.Is(err, journal.ErrConflict) {
			s, err = rt.Load(ctx, job.Run)
		}
	}
	switch {
	case errors.Is(err, journal.ErrCorrupt), errors.Is(err, planner.ErrEvent):
		return bus.Answer{Status: string(planner.Failed), Reason: err.Error(), Final: true}, nil
	case err != nil:
		return bus.Answer{}, err
	case s.Epoch == 0 || len(planner.Commands(s)) > 0 || s.Status == planner.Suspended: // which has waited
		for ev, err := range h.Resume(ctx, job.Run) {
			if err != nil {
				if ctx.Err() != nil {
					rt.SayLeft(ctx, job.Run)
				}
				return bus.Answer{}, err
			}
			if ev.Status != "" {
				s = *ev.State
			}
		}
	}
	a := bus.Answer{Status: string(s.Status), Reason: s.Reason, Final: s.Status.Done()}
	if s.Status == planner.Finished {
		a.Answer = s.Answer()
	}
	return a, nil
}
