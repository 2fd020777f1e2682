package runtime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// Update is what a watcher of a run sees: an event once it is journalled, with the
// state after it, or a piece of the model's turn as it comes.
type Update struct {
	Event *planner.Event
	State *planner.State // with Event; not to be kept
	Delta llm.Event
	Retry *Retry // the turn that was streamed is asked for again
}

// loop is one Drive.
type loop struct {
	*driver
	calls   context.Context // of calls in flight
	flying  map[string]bool
	replies chan reply
	held    int   // of flying: calls whose child run waits for a person
	why     error // what the first of them says
}

// Drive runs a run until it ends, waits for a person or ctx is done, and returns
// its state. A run that was left by a dead process is taken over; one that another
// process drives is refused with journal.ErrOwned. watch may be nil.
func (r *Runtime) Drive(ctx context.Context, run string, watch func(Update)) (planner.State, error) {
	if r.opt.Model == nil || r.opt.Caller == nil {
		return planner.State{}, errors.New("runtime: a model and a caller are needed to drive runs")
	}
	release, err := r.opt.Journal.Lease(ctx, run)
	if err != nil {
		return planner.State{}, err
	}
	defer release()
	d := &driver{rt: r, run: run, keep: true}
	if err := d.catchUp(ctx); err != nil {
		return d.state, err
	}
	if d.state.Status.Done() {
		return d.state, nil
	}
	if why, idle := r.idle(ctx, d.state); idle {
		return d.state, why
	}
	d.watch, d.trace = watch, r.opt.Spans.Run(d.events)
	for d.epoch == 0 {
		epoch := max(d.state.Epoch, d.last.Epoch) + 1
		err := d.append(ctx, planner.Event{Leased: &planner.Leased{Owner: r.opt.Owner, Epoch: epoch}})
		switch {
		case err == nil:
			d.epoch = epoch
		case !errors.Is(err, journal.ErrConflict) && !errors.Is(err, journal.ErrFenced):
			return d.state, err
		default: // somebody answered, cancelled or took the run over in between
			if err := d.catchUp(ctx); err != nil || d.state.Status.Done() {
				return d.state, err
			}
		}
	}
	if err := d.open(ctx); err != nil {
		return d.state, err
	}
	calls, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &loop{driver: d, calls: calls, flying: map[string]bool{}, replies: make(chan reply, r.opt.Parallel)}
	err = l.run(ctx)
	cancel()
	if drained := l.drain(ctx, err == nil || ctx.Err() != nil || errors.Is(err, ErrAudit)); err == nil {
		err = drained
	}
	if err == nil && l.state.Outcome != "" {
		l.abandon(ctx)
		err = l.end(ctx)
	}
	l.leave(ctx)
	l.trace.Left(&l.state, r.now())
	r.opt.Log.Info().Str("run", run).Str("status", string(l.state.Status)).Err(err).Msg("run left")
	return l.state, err
}

// leave tells a model that keeps sessions what became of the run's.
func (d *driver) leave(ctx context.Context) {
	m, ok := d.rt.opt.Model.(llm.Keeper)
	switch st := d.state.Status; {
	case !ok:
	case st.Done():
		m.EndSession(d.state.Start.Tenant, d.run)
	case st == planner.Waiting || st == planner.OutcomeUnknown || st == planner.Suspended:
		if err := m.Suspend(ctx, d.state.Start.Tenant, d.run); err != nil {
			d.rt.opt.Log.Debug().Err(err).Str("run", d.run).Msg("context of a run that waits stays in memory")
		}
	}
}

// open pins the policy, if none is, and opens the session that decides. A run whose
// policy is pinned is guarded by it even in a process that has no policies.
func (d *driver) open(ctx context.Context) error {
	gate := d.rt.opt.Gate
	if d.state.Policy == nil {
		p, err := gate.Pin(d.state.Start)
		if err == nil && p != nil {
			err = d.settle(ctx, planner.Event{Pinned: p})
		}
		if err != nil {
			return fmt.Errorf("runtime: run %s: %w", d.run, err)
		}
	} else if _, ok := gate.(GateFunc); ok {
		gate = &Guard{bundles: map[string]*policies.Bundle{}}
	}
	events, err := d.followed(ctx)
	if err != nil {
		return err
	}
	d.session, err = gate.Open(events)
	d.keep, d.events = false, nil
	return err
}

// maxTurns bounds how many runs one may follow.
const maxTurns = 10_000

// followed returns the events of the runs that this one follows, oldest first, and
// its own.
func (d *driver) followed(ctx context.Context) ([]planner.Event, error) {
	runs := [][]planner.Event{d.events}
	for from := d.state.Start.Follows; from != ""; {
		events, s, err := d.rt.Events(ctx, from)
		if err == nil && len(runs) > maxTurns {
			err = errors.New("it goes on for ever")
		}
		if err != nil {
			return nil, fmt.Errorf("runtime: run %s follows run %s: %w", d.run, from, err)
		}
		runs, from = append(runs, events), s.Start.Follows
	}
	slices.Reverse(runs)
	return slices.Concat(runs...), nil
}

// later returns the later of two times: a clock that is set back does not take a
// policy's sense of time with it.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// run carries out commands until none is left or the end is all that is.
func (l *loop) run(ctx context.Context) error {
	poll := time.NewTicker(l.rt.opt.Poll)
	defer poll.Stop()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		cmds := planner.Commands(l.state)
		if len(cmds) > 0 && cmds[0].Kind == planner.End {
			return nil
		}
		moved := false
		for _, cmd := range cmds {
			if cmd.Kind == planner.Dispatch {
				if err := l.dispatch(*cmd.Call); err != nil {
					return err
				}
				continue
			}
			if cmd.Kind == planner.Intend && len(l.flying) >= l.rt.opt.Parallel {
				continue
			}
			if err := l.do(ctx, cmd); err != nil {
				return err
			}
			moved = true
			break // the state has changed, and with it what is open
		}
		switch {
		case moved:
		case len(l.flying) > l.held:
			select {
			case rep := <-l.replies:
				if err := l.record(ctx, rep); err != nil {
					return err
				}
			case <-poll.C:
				if err := l.catchUp(ctx); err != nil { // somebody may have cancelled the run
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		default:
			return l.why // nil: waits for a person
		}
	}
}

func (l *loop) do(ctx context.Context, cmd planner.Command) error {
	switch cmd.Kind {
	case planner.Generate:
		return l.generate(ctx, cmd.Request)
	case planner.Decide:
		c, _ := l.state.Call(cmd.Call.ID)
		now := later(l.rt.now(), l.state.At)
		d, err := l.session.Decide(ctx, now, l.state, c)
		if err := ctx.Err(); err != nil {
			return err
		}
		if errors.Is(err, ErrAudit) {
			return err
		}
		if err != nil {
			d = planner.Decided{Verdict: planner.Deny, Rule: "error", Policy: d.Policy, Reason: "the policy failed: " + err.Error()}
		}
		d.Call, d.Hash = c.ID, c.Hash()
		l.trace.Decided(now, l.rt.now(), c.Tool, &d)
		return l.settle(ctx, planner.Event{At: now, Decided: &d})
	case planner.Extract:
		return l.extract(ctx, cmd)
	case planner.Screen:
		return l.screen(ctx, *cmd.Text)
	case planner.Intend:
		in := planner.Intent{Call: cmd.Call.ID, Attempt: cmd.Call.Attempt}
		if w, ok := l.rt.opt.Reconciler.(Witness); ok && l.once(cmd.Call) {
			var err error
			if in.Store, err = w.Witness(ctx); ctx.Err() != nil {
				return ctx.Err()
			} else if err != nil {
				l.rt.opt.Log.Warn().Err(err).Str("run", l.driver.run).Msg("the store of results cannot be asked: an answer that is lost will be of unknown outcome")
				in.Store = "unknown"
			}
		}
		return l.settle(ctx, planner.Event{Intent: &in})
	case planner.Reconcile:
		res := tools.Result{Status: tools.StatusUnknown, Reason: "the reply was lost"}
		if l.rt.opt.Reconciler != nil {
			sent := *cmd.Call
			var err error
			if sent.Arguments, err = l.session.Resolve(sent); err != nil {
				return err
			}
			found, err := l.rt.opt.Reconciler.Reconcile(ctx, sent)
			if err := ctx.Err(); err != nil {
				return err
			}
			if err == nil {
				res = found
			}
		}
		res.CallID, res.Attempt = cmd.Call.ID, cmd.Call.Attempt
		return l.settle(ctx, planner.Event{Result: &planner.Result{Result: res}})
	}
	return fmt.Errorf("runtime: run %s: unknown command %q", l.driver.run, cmd.Kind)
}

// once says whether a call goes to a once tool of the bus.
func (l *loop) once(call *tools.Call) bool {
	c, _ := l.state.Call(call.ID)
	_, isAgent := l.rt.opt.Agents[call.Tool]
	return !isAgent && c.Effect == tools.Once
}

// screen asks the policy about a text. The answer is shown to the watcher only then.
func (l *loop) screen(ctx context.Context, t planner.Text) error {
	now := later(l.rt.now(), l.state.At)
	sc, moved, err := l.judge(ctx, now, t)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if moved {
		return err
	}
	if err != nil {
		sc = planner.Screened{Verdict: planner.Deny, Rule: "error", Reason: "the policy failed: " + err.Error()}
	}
	sc.Hook, sc.Message, sc.Passage, sc.Hash = t.Hook, t.Message, t.Passage, t.Hash()
	if t.Call != nil {
		sc.Call = t.Call.ID
	}
	if err := l.settle(ctx, planner.Event{At: now, Screened: &sc}); err != nil {
		return err
	}
	if text := l.state.Answer(); t.Hook == policies.OnAnswer && sc.Verdict == planner.Allow && l.watch != nil && text != "" {
		l.watch(Update{Delta: llm.TextDelta{Text: text}})
	}
	return nil
}

// generate runs the model, or compacts the context if the prompt does not fit.
func (l *loop) generate(ctx context.Context, req *llm.Request) error {
	now := later(l.rt.now(), l.state.At)
	if err := l.session.Spent(now); err != nil {
		return l.settle(ctx, planner.Event{At: now, Screened: &planner.Screened{Hook: planner.OnBudget, Verdict: planner.Halt, Rule: "budget",
			Policy: l.state.Policy.Policy, Reason: err.Error()}})
	}
	g := planner.Generated{Prompt: l.state.PromptHash(req)}
	info := l.rt.opt.Model.Info()
	if info.ContextTokens > 0 {
		room := l.rt.opt.ReplyRoom
		if room <= 0 {
			room = min(1024, info.ContextTokens/8)
		}
		limit := info.ContextTokens - room
		n, err := l.rt.opt.Model.CountTokens(req)
		switch {
		case err != nil:
			g.Error = err.Error()
		case n > limit:
			if c := planner.Compact(l.state, n, limit, l.rt.opt.Model.CountTokens); c != nil {
				return l.settle(ctx, planner.Event{Compacted: c})
			}
			g.Error = (&llm.ContextFullError{Need: n + room, Have: info.ContextTokens}).Error()
		}
	}
	if g.Error == "" {
		// A plan or a summary is no answer, and one is shown once the policy has seen it.
		if c, ok := l.session.(citing); ok && len(l.state.Summary) == 0 && l.state.Plan.Phase != planner.Planning {
			req.Citations = c.citations(l.state)
		}
		held := l.state.Policy.Asks(policies.OnAnswer) || len(l.state.Summary) > 0 || l.state.Plan.Phase == planner.Planning
		msg, stop, moved, err := l.turn(ctx, req, "", func(ev llm.Event) {
			if _, text := ev.(llm.TextDelta); l.watch != nil && !(text && held) {
				l.watch(Update{Delta: ev})
			}
		})
		if moved || ctx.Err() != nil {
			return err // a turn that was left is generated again
		}
		g.Message, g.Stop, g.Usage = msg, stop.Reason, stop.Usage
		if errors.Is(err, llm.ErrContextFull) && len(l.state.Summary) == 0 { // the model knows better than the estimate
			n, countErr := l.rt.opt.Model.CountTokens(req)
			if countErr == nil && n > 1 {
				if c := planner.Compact(l.state, n, n*3/4, l.rt.opt.Model.CountTokens); c != nil {
					return l.settle(ctx, planner.Event{Compacted: c})
				}
			}
		}
		for i := range g.Message.Calls { // the journal takes JSON only
			if written := sanitise(&g.Message.Calls[i]); written != "" {
				if g.Written == nil {
					g.Written = make([]string, len(g.Message.Calls))
				}
				g.Written[i] = written
			}
		}
		if err != nil {
			g.Error = err.Error()
		} else if len(l.state.Summary) == 0 && l.state.Plan.Phase != planner.Planning && stop.Reason != llm.StopMaxTokens {
			g.Misfit = misfit(l.state.Start.Format, &g.Message)
		}
	}
	l.trace.Generated(now, l.rt.now(), &g)
	if g.Error != "" && len(l.state.Summary) == 0 {
		return l.settle(ctx, planner.Event{Faulted: &planner.Faulted{Prompt: g.Prompt, Error: g.Error, Permanent: true}})
	}
	return l.settle(ctx, planner.Event{Generated: &g})
}

// extract reads a value that is kept aside. Nothing of it is shown to the watcher.
func (l *loop) extract(ctx context.Context, cmd planner.Command) error {
	res := planner.Result{Prompt: l.state.PromptHash(cmd.Request)}
	fail := func(err error) {
		res.Result = tools.Result{CallID: cmd.Call.ID, Attempt: cmd.Call.Attempt, Status: tools.StatusFail, Reason: tools.CleanReason(err.Error())}
	}
	readings, err := l.readings(cmd)
	if err != nil {
		fail(err)
	}
	for _, req := range readings {
		msg, stop, moved, err := l.turn(ctx, req, cmd.Call.ID, nil)
		if moved || ctx.Err() != nil {
			return err // what was left is read again
		}
		res.Usage = res.Usage.Add(stop.Usage)
		res.Result = planner.Extracted(l.state, *cmd.Call, msg)
		if err != nil {
			fail(err)
		}
		if err != nil || res.Status == tools.StatusOK {
			break
		}
	}
	return l.settle(ctx, planner.Event{Result: &res})
}

// readings are the requests of a reading: one, or one for each window of a value that is
// longer than the model's context.
func (l *loop) readings(cmd planner.Command) ([]*llm.Request, error) {
	model := l.rt.opt.Model
	n, err := model.CountTokens(cmd.Request)
	if err != nil {
		return nil, err
	}
	have := model.Info().ContextTokens
	if have <= 0 || n+cmd.Request.MaxTokens <= have {
		return []*llm.Request{cmd.Request}, nil
	}
	windows, err := planner.Windows(l.state, *cmd.Call, have-cmd.Request.MaxTokens, model.CountTokens)
	if err == nil && windows == nil {
		err = fmt.Errorf("the value is too long to be read: %w", &llm.ContextFullError{Need: n + cmd.Request.MaxTokens, Have: have})
	}
	return windows, err
}

func (l *loop) end(ctx context.Context) error {
	for !l.state.Status.Done() {
		if err := l.settle(ctx, planner.Event{Ended: &planner.Ended{Status: l.state.Outcome, Reason: l.state.OutcomeReason, State: l.state.Hash()}}); err != nil {
			return err
		}
	}
	return nil
}
