package planner

import (
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
)

// CommandKind says what a command asks for.
type CommandKind string

// The commands.
const (
	Generate  CommandKind = "generate"  // run the model on Request, or compact first
	Decide    CommandKind = "decide"    // ask the policy about Call
	Screen    CommandKind = "screen"    // ask the policy about Text
	Intend    CommandKind = "intend"    // journal the intent of Call's next attempt
	Dispatch  CommandKind = "dispatch"  // run Call, whose intent is journalled
	Extract   CommandKind = "extract"   // run the model on Request and answer Call, see Extracted
	Reconcile CommandKind = "reconcile" // find out what became of Call
	End       CommandKind = "end"       // journal the end
)

// Command is something for the runtime to do.
type Command struct {
	Kind    CommandKind  `json:"kind"`
	Call    *tools.Call  `json:"call,omitempty"`
	Request *llm.Request `json:"request,omitempty"`
	Text    *Text        `json:"text,omitempty"`
	Status  Status       `json:"status,omitempty"` // of End
	Reason  string       `json:"reason,omitempty"`
}

// Commands returns the commands that are open in the state; none if the run has
// ended, waits for a person or is suspended.
func Commands(s State) []Command {
	switch {
	case s.Start == nil || s.Epoch == 0 || s.Status.Done():
		return nil
	case s.Outcome != "":
		return []Command{{Kind: End, Status: s.Outcome, Reason: s.OutcomeReason}}
	case s.Fault != nil:
		return nil
	case s.Policy.Asks(policies.OnInput) && s.Inputs < len(s.Start.Messages):
		return []Command{{Kind: Screen, Text: &Text{Hook: policies.OnInput, Message: s.Inputs, Text: s.Start.Messages[s.Inputs].Content}}}
	case s.Draft != "":
		return []Command{{Kind: Screen, Text: &Text{Hook: policies.OnAnswer, Text: s.Messages[len(s.Messages)-1].Content}}}
	case len(s.Calls) == 0:
		return []Command{{Kind: Generate, Request: Request(s)}}
	}
	var cmds []Command
	open, effectOpen := false, false // among the calls before this one
	for i := range s.Calls {
		c := &s.Calls[i]
		isOpen := c.Phase != Settled
		mayRun := s.Plan.Phase == Executing || !effectOpen && (!open || !c.Effect.HasEffect())
		tc := s.toolCall(c)
		call := &tc
		switch c.Phase {
		case Proposed:
			if mayRun { // so that a policy sees what earlier calls brought
				cmds = append(cmds, Command{Kind: Decide, Call: call})
			}
		case Allowed:
			if mayRun {
				call.Attempt++
				cmds = append(cmds, Command{Kind: Intend, Call: call})
			}
		case Intended:
			if s.reads(c.Tool) {
				cmds = append(cmds, Command{Kind: Extract, Call: call, Request: s.extractRequest(c)})
				break
			}
			s.asked(call)
			cmds = append(cmds, Command{Kind: Dispatch, Call: call})
		case Received:
			cmds = append(cmds, Command{Kind: Screen, Text: s.resultText(c)})
		case Lost:
			cmds = append(cmds, Command{Kind: Reconcile, Call: call})
		}
		open = open || isOpen
		effectOpen = effectOpen || isOpen && c.Effect.HasEffect()
	}
	return cmds
}
