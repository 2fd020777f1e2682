package planner

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/documents/ground"
)

// Facts says what an event means to a policy: before and after are the states
// around it. Observing the facts of a journal in order rebuilds a [policies.Run]:
// its labels, its history, what it has spent and who approved what. Texts become
// facts once they were judged, as they were before they were rewritten: a policy
// repeats its own redactions.
func Facts(before State, ev Event, after State) []policies.Fact {
	var out []policies.Fact
	add := func(f policies.Fact) {
		f.At = after.At
		out = append(out, f)
	}
	admitted := func() {
		for i := before.Inputs; i < after.Inputs; i++ {
			if before.Start.Parent != "" && i == len(before.Start.Messages)-1 {
				add(handed(before.Start, &before.Start.Messages[i]))
				continue
			}
			m := &before.Start.Messages[i]
			if m.Role == llm.RoleAssistant && i >= before.Start.Earlier {
				m = imported(m)
			}
			add(policies.Fact{Kind: policies.FactMessage, Message: m})
		}
	}
	switch {
	case ev.Pinned != nil:
		if s := before.Start.System; s != "" {
			add(policies.Fact{Kind: policies.FactMessage, Message: &llm.Message{Role: llm.RoleSystem, Content: s}})
		}
		if s := before.Start.Instructions; s != "" {
			add(policies.Fact{Kind: policies.FactMessage, Message: &llm.Message{Role: llm.RoleSystem, Content: s}})
		}
		for _, text := range before.Start.Said {
			add(policies.Fact{Kind: policies.FactSaid, Said: text})
		}
		if len(before.Start.Done) > 0 {
			add(policies.Fact{Kind: policies.FactDone, Done: before.Start.Done})
		}
		admitted()
	case ev.Generated != nil && ev.Generated.Error == "":
		add(policies.Fact{Kind: policies.FactStep, Usage: &ev.Generated.Usage})
		add(policies.Fact{Kind: policies.FactMessage, Message: &ev.Generated.Message})
		if after.Plan.Plans > before.Plan.Plans {
			var steps []tools.Call
			for _, c := range after.Calls {
				if c.Step != "" {
					steps = append(steps, tools.Call{Tool: c.Tool, Arguments: c.Arguments})
				}
			}
			add(policies.Fact{Kind: policies.FactPlan, Plan: steps})
		}
	case ev.Compacted != nil:
		add(policies.Fact{Kind: policies.FactCompaction})
	case ev.Decided != nil && ev.Decided.Decision != nil:
		add(policies.Fact{Kind: policies.FactDecision, Decision: ev.Decided.Decision})
	case ev.Answered != nil:
		if c, ok := before.Call(ev.Answered.Call); ok && c.Asked != "" {
			add(policies.Fact{Kind: policies.FactApproval, Approval: &policies.Approval{
				CallID: c.ID, CallHash: c.Asked, Tenant: ev.Answered.Tenant, Granted: ev.Answered.Approve, By: ev.Answered.By, At: after.At,
			}})
		}
	case ev.Result != nil:
		if ev.Result.Prompt != "" || ev.Result.Usage != (llm.Usage{}) {
			add(policies.Fact{Kind: policies.FactStep, Usage: &ev.Result.Usage})
		}
		if len(ev.Result.Done) > 0 {
			add(policies.Fact{Kind: policies.FactDone, Done: ev.Result.Done})
		}
		c, ok := before.Call(ev.Result.CallID)
		if now, open := after.Call(c.ID); !ok || open && now.Phase != Settled {
			break // another attempt follows, somebody must say what became of it, or the policy must see it
		}
		call := before.toolCall(&c)
		add(policies.Fact{Kind: policies.FactResult, Call: &call, Result: &ev.Result.Result})
	case ev.Screened != nil:
		sc := ev.Screened
		if sc.Signal != nil {
			add(policies.Fact{Kind: policies.FactSignal, Signal: sc.Signal})
		}
		if sc.Decision != nil {
			add(policies.Fact{Kind: policies.FactDecision, Decision: sc.Decision})
		}
		admitted()
		if c, ok := before.Call(sc.Call); ok && sc.Hook == policies.OnResult {
			call, res := before.toolCall(&c), c.Result
			if sc.Passage > 0 {
				t := before.resultText(&c)
				call.ID = PassageID(c.ID, sc.Passage)
				text, _ := json.Marshal(t.Text) // a string always encodes
				res = &tools.Result{CallID: call.ID, Status: tools.StatusOK, Value: text, Labels: t.Labels}
			}
			add(policies.Fact{Kind: policies.FactResult, Call: &call, Result: res})
		}
	}
	return out
}

// imported is what an assistant said in a turn of which no run is known, as a policy sees
// it: nobody knows what was read there, so it is a result that nobody vouches for.
func imported(m *llm.Message) *llm.Message {
	return &llm.Message{Role: llm.RoleTool, Name: "earlier turn", Content: m.Content}
}

// maxAsked bounds a question that goes with a call, in bytes.
const maxAsked = 1000

// asked gives a call the user's last words, see tools.Asked: of a tool that retrieves
// passages in this house, where what was read may be quoted in place of an answer.
func (s *State) asked(call *tools.Call) {
	if s.Policy == nil || s.Policy.Grounding != ground.Quote {
		return
	}
	spec, _ := s.spec(call.Tool)
	if _, retrieves := spec.Labels[label.KeyPassages]; !retrieves || spec.Labels[label.KeyEgress] == "true" {
		return
	}
	for _, m := range slices.Backward(s.Messages) {
		if m.Role != llm.RoleUser {
			continue
		}
		if len(m.Content) <= maxAsked {
			text, _ := json.Marshal(m.Content) // a string always encodes
			call.Values = maps.Clone(call.Values)
			if call.Values == nil {
				call.Values = map[string]json.RawMessage{}
			}
			call.Values[tools.Asked.Name()] = text
		}
		return
	}
}

func (s *State) toolCall(c *CallState) tools.Call {
	return tools.Call{ID: c.ID, Attempt: c.Attempt, Run: s.Run, Tenant: s.Start.Tenant, Tool: c.Tool, Arguments: c.Arguments, Values: s.Start.Values, Confidence: c.Confidence, Store: c.Store}
}
