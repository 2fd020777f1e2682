package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/documents/ground"
)

// guarded is the Session of a Guard: the run as its policy sees it, and the audit.
//
// A decision is audited before it is journalled, a result after. So a crash can
// leave an entry twice, and can leave out only results with no decision or turn
// after them in the journal: those are logged again when the run is opened.
type guarded struct {
	run     *policies.Run
	audit   Auditor                      // nil keeps no log
	signal  SignalSource                 // asked if the policy was pinned with one
	quote   ground.Quoter                // nil quotes nothing
	allowed map[string]policies.Decision // by call id, of the current turn
	grounds grounds
	tail    []entry // results at the journal's end, while it is read
	live    bool
}

// entry is a call, and the result or the refusal to log of it.
type entry struct {
	call     tools.Call
	result   *tools.Result
	decision *policies.Decision
	at       time.Time
}

func openGuarded(audit Auditor, signal SignalSource, quote ground.Quoter, run *policies.Run, events []planner.Event) (Session, error) {
	g := &guarded{run: run, audit: audit, signal: signal, quote: quote, allowed: map[string]policies.Decision{}}
	var s planner.State
	for i, ev := range events {
		if ev.Started != nil && i > 0 { // the next turn of a conversation
			s, g.tail = planner.State{}, nil
			clear(g.allowed)
			if err := run.Observe(policies.Fact{Kind: policies.FactTurn, At: ev.At}); err != nil {
				return nil, err
			}
		}
		before := s
		s = planner.Fold(s, ev)
		if err := g.Observe(before, ev, s); err != nil {
			return nil, fmt.Errorf("runtime: run %s: the policy refuses event %d: %w", s.Run, i+1, err)
		}
	}
	g.live = true
	for _, e := range g.tail {
		if err := g.log(e); err != nil {
			return nil, err
		}
	}
	g.tail = nil
	return g, nil
}

// Observe implements [Session].
func (g *guarded) Observe(before planner.State, ev planner.Event, after planner.State) error {
	for _, f := range planner.Facts(before, ev, after) {
		if err := g.run.Observe(f); err != nil {
			return err
		}
	}
	g.grounds.observe(before, ev)
	switch d := ev.Decided; {
	case d != nil && d.Verdict == planner.Allow && d.Decision != nil:
		g.allowed[d.Call] = *d.Decision
	case ev.Generated != nil:
		clear(g.allowed)
	}
	if g.audit == nil {
		return nil
	}
	entries := attempted(before, ev, after)
	if g.live {
		for _, e := range entries {
			if err := g.log(e); err != nil {
				return err
			}
		}
		return nil
	}
	if ev.Decided != nil || ev.Intent != nil || ev.Generated != nil {
		g.tail = nil
	}
	g.tail = append(g.tail, entries...)
	return nil
}

// attempted lists what an event adds to the audit log: results, a person's
// refusals, and the calls on which no policy is asked, for there is no such tool or
// the arguments are wrong.
func attempted(before planner.State, ev planner.Event, after planner.State) []entry {
	var out []entry
	switch {
	case ev.Result != nil:
		if c, ok := before.Call(ev.Result.CallID); ok {
			out = append(out, entry{call: toolCall(before, c), result: &ev.Result.Result, at: after.At})
		}
	case ev.Answered != nil && !ev.Answered.Approve:
		if c, ok := before.Call(ev.Answered.Call); ok {
			out = append(out, entry{call: toolCall(before, c), result: &tools.Result{CallID: c.ID, Status: tools.StatusDenied, Reason: "refused by " + ev.Answered.By}, at: after.At})
		}
	}
	if ev.Leased != nil || ev.Pinned != nil {
		return out
	}
	add := func(id, tool string, args json.RawMessage, reason string) {
		if c, ok := before.Call(id); ok && c.Phase != planner.Blocked {
			return // it was decided on, or is no news
		}
		out = append(out, entry{
			call: tools.Call{ID: id, Run: after.Run, Tenant: after.Start.Tenant, Tool: tool, Arguments: args}, at: after.At,
			decision: &policies.Decision{Hook: policies.OnCall, Verdict: policies.Deny, Rule: "invalid", Reason: reason, CallID: id, Tool: tool, Arguments: args},
		})
	}
	for _, c := range after.Calls {
		if c.Phase == planner.Settled && c.Result.Status == tools.StatusInvalid {
			add(c.ID, c.Tool, c.Arguments, c.Result.Reason)
		}
	}
	if len(after.Messages) > len(before.Messages) { // the turn is over
		news := after.Messages[len(before.Messages):]
		for _, m := range news {
			if m.Role != llm.RoleTool || !m.IsError || !strings.HasPrefix(m.Content, string(tools.StatusInvalid)) {
				continue
			}
			for _, said := range news {
				for _, c := range said.Calls {
					if c.ID == m.CallID {
						add(c.ID, c.Name, c.Arguments, m.Content)
					}
				}
			}
		}
	}
	return out
}

func toolCall(s planner.State, c planner.CallState) tools.Call {
	return tools.Call{ID: c.ID, Attempt: c.Attempt, Run: s.Run, Tenant: s.Start.Tenant, Tool: c.Tool, Arguments: c.Arguments, Values: s.Start.Values, Confidence: c.Confidence}
}

func (g *guarded) log(e entry) error {
	var err error
	if e.decision != nil {
		err = g.audit.Call(e.call, *e.decision, e.at)
	} else {
		err = g.audit.Result(e.call, *e.result, e.at)
	}
	if err != nil {
		return fmt.Errorf("%w: run %s: %w", ErrAudit, e.call.Run, err)
	}
	return nil
}

// Decide implements [Session].
func (g *guarded) Decide(_ context.Context, now time.Time, s planner.State, c planner.CallState) (planner.Decided, error) {
	call := toolCall(s, c)
	call.Attempt++
	d := g.run.Call(call, now)
	if g.audit != nil {
		if err := g.log(entry{call: call, decision: &d, at: now}); err != nil {
			return planner.Decided{}, err
		}
	}
	out := planner.Decided{Rule: d.Rule, Policy: d.Bundle, Reason: d.Reason, Verdict: verdict(d.Verdict), Decision: &d}
	if d.Verdict == policies.Deny && d.Reason == policies.NoRule(c.Tool) {
		out.Hint = policies.RuleFor(c.Tool)
	}
	if out.Verdict == planner.Allow { // rewritten, also where a person has approved that
		if args, err := tools.Canonical(d.Arguments); err == nil && !bytes.Equal(args, c.Arguments) {
			out.Arguments = args
		}
	}
	if d.Approval != nil {
		out.Expires = d.Approval.Expires
	}
	return out, nil
}

// verdict is a policy's verdict as the planner knows it; what is not known is a deny.
func verdict(v policies.Verdict) planner.Verdict {
	switch v {
	case policies.Allow, policies.Rewrite:
		return planner.Allow
	case policies.RequireApproval:
		return planner.RequireApproval
	case policies.Halt:
		return planner.Halt
	}
	return planner.Deny
}

// Screen implements [Session].
func (g *guarded) Screen(ctx context.Context, now time.Time, s planner.State, t planner.Text) (planner.Screened, error) {
	run := g.run
	said, err := g.ask(ctx, s, t)
	if err != nil {
		return planner.Screened{}, err
	}
	if said != nil {
		run = run.WithSignal(*said)
	}
	var d policies.Decision
	switch {
	case t.Hook == policies.OnInput:
		d = run.Input(t.Text, now)
	case t.Hook == policies.OnAnswer:
		d = run.Answer(t.Text, now)
	case t.Passage > 0:
		d = run.Passage(t.Call.Tool, t.Text, t.Labels, now)
		d.CallID = planner.PassageID(t.Call.ID, t.Passage)
	default:
		d = run.Result(*t.Call, *t.Result, now)
		if d.Verdict.Passes() && d.Handle == "" && t.Result.Status == tools.StatusOK && planner.FreeText(s, *t.Call) {
			d.Handle = fmt.Sprintf("$%s_%d", t.Call.Tool, len(s.Kept)+1)
			text := fmt.Sprintf("The answer is kept aside as %s. Pass that name as an argument to use it.", d.Handle)
			d.Verdict, d.Text, d.Rule = policies.Rewrite, &text, "handles"
		}
	}
	out := planner.Screened{Verdict: verdict(d.Verdict), Rule: d.Rule, Policy: d.Bundle, Reason: d.Reason, Signal: said, Decision: &d}
	if d.Verdict == policies.Rewrite {
		out.Text = d.Text
	}
	if t.Hook == policies.OnAnswer {
		g.grounds.screen(s, t, g.quoter(now), &out)
	}
	return out, nil
}

// quoter finds quotations that the policy lets out as they are.
func (g *guarded) quoter(now time.Time) ground.Quoter {
	if g.quote == nil {
		return nil
	}
	return func(question string, e ground.Evidence) (string, bool) {
		text, ok := g.quote(question, e)
		return text, ok && g.run.Answer(text, now).Verdict == policies.Allow
	}
}

// Spent implements [Session].
func (g *guarded) Spent(now time.Time) error { return g.run.Over(now) }

// Resolve implements [Session].
func (g *guarded) Resolve(call tools.Call) (json.RawMessage, error) {
	d, ok := g.allowed[call.ID]
	if !ok {
		return nil, fmt.Errorf("runtime: run %s: no policy allowed call %s", call.Run, call.ID)
	}
	return g.run.Resolve(d)
}
