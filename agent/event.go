package agent

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/tools"
)

// Event is one element of a run's stream:
//
//   - Text: a piece of the model's text as it comes. If a policy screens answers, none
//     comes before the end;
//   - Call alone: the model made a call;
//   - Call with Decision: what the policy said of it;
//   - Call with Result: what came of it;
//   - Status: the last event, with Answer.
//
// Everything that is journalled comes as an event with Journal set, those above included.
type Event struct {
	Run  string
	Text string

	Call     *planner.CallState
	Decision *planner.Decided
	Result   *tools.Result

	// Retry says that the model's turn broke off and begins again: Text of this turn
	// that came before is void.
	Retry *runtime.Retry

	Journal *planner.Event
	State   *planner.State // after Journal, and with the last event; not to be written to

	Status planner.Status // with the last event: see planner.Status
	Reason string
	Answer string
	Used   planner.Used
}

// Waiting returns the calls that await a person's approval when the stream has ended, with
// its last event: see [Agent.Answer].
func (ev *Event) Waiting() []planner.CallState {
	var out []planner.CallState
	if ev.Status == planner.Waiting {
		for _, c := range ev.State.Calls {
			if c.Phase == planner.Awaiting {
				out = append(out, c)
			}
		}
	}
	return out
}

// stream turns updates into events. It remembers calls: the event that settles the last
// call of a turn leaves none in the state.
type stream struct {
	run   string
	calls map[string]planner.CallState
}

// events is an update as the stream shows it: a generation is followed by its calls.
func (st *stream) events(u runtime.Update) []Event {
	if text, ok := u.Delta.(llm.TextDelta); ok {
		return []Event{{Run: st.run, Text: text.Text}}
	}
	if u.Retry != nil {
		return []Event{{Run: st.run, Retry: u.Retry}}
	}
	if u.Event == nil {
		return nil
	}
	s := *u.State // a later step writes to none of its slices
	for _, c := range s.Calls {
		st.calls[c.ID] = c
	}
	ev := Event{Run: st.run, Journal: u.Event, State: &s}
	switch j := u.Event; {
	case j.Decided != nil:
		ev.Call, ev.Decision = st.call(j.Decided.Call), j.Decided
	case j.Result != nil:
		ev.Call, ev.Result = st.call(j.Result.CallID), &j.Result.Result
	case j.Generated != nil:
		clear(st.calls) // of the turn before
		out := []Event{ev}
		for _, c := range made(&s) {
			st.calls[c.ID] = c
			out = append(out, Event{Run: st.run, Call: &c, Result: c.Result, State: &s})
		}
		return out
	}
	return []Event{ev}
}

func (st *stream) call(id string) *planner.CallState {
	c, ok := st.calls[id]
	if !ok {
		c.ID = id
	}
	return &c
}

// made returns the calls of the turn that was just generated. If none of them can run,
// the turn is over already and they are in the conversation only.
func made(s *planner.State) []planner.CallState {
	if len(s.Calls) > 0 {
		return s.Calls
	}
	var out []planner.CallState
	for i := len(s.Messages) - 1; i >= 0; i-- {
		switch m := s.Messages[i]; m.Role {
		case llm.RoleTool:
			if !m.IsError { // the run answered it by itself
				out = append(out, planner.CallState{ID: m.CallID, Tool: m.Name, Phase: planner.Settled,
					Result: &tools.Result{CallID: m.CallID, Status: tools.StatusOK, Value: m.Value}})
				continue
			}
			out = append(out, planner.CallState{ID: m.CallID, Tool: m.Name, Phase: planner.Settled,
				Result: &tools.Result{CallID: m.CallID, Status: tools.StatusInvalid, Reason: strings.TrimPrefix(m.Content, string(tools.StatusInvalid)+": ")}})
			continue
		case llm.RoleAssistant:
			slices.Reverse(out)
			for j := range out {
				if j < len(m.Calls) {
					out[j].Arguments = m.Calls[j].Arguments
				}
			}
			return out
		}
		break
	}
	return nil
}
