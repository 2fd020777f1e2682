package planner

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
)

// Step folds one event into the state and returns the new state with the commands
// that are open in it. The event must have passed [Check].
func Step(s State, ev Event) (State, []Command) {
	s = Fold(s, ev)
	return s, Commands(s)
}

// Fold is Step without the commands.
func Fold(s State, ev Event) State {
	s.Events++
	s.Calls = slices.Clone(s.Calls)
	s.Messages = s.Messages[:len(s.Messages):len(s.Messages)]        // an append copies
	if s.Status == Running && ev.Leased == nil && ev.Forked == nil { // till then nobody was at work
		s.Used.Wall += max(0, ev.At.Sub(s.At)) // a clock that goes back costs nothing
	}
	if ev.At.After(s.At) {
		s.At = ev.At
	}
	switch {
	case ev.Started != nil:
		s.Run, s.Start, s.Status = ev.Started.Run, ev.Started, Running
		s.Messages = slices.Clone(ev.Started.Messages)
		s.prompts = &prompts{}
		s.Inputs, s.Kept = ev.Started.Earlier, ev.Started.Kept
		if ev.Started.Strategy == Plan {
			s.Plan.Phase = Planning
		}
	case ev.Leased != nil:
		s.Epoch, s.Fault = ev.Leased.Epoch, nil // who takes it over asks the model again
		s.lose()
	case ev.Pinned != nil:
		s.Policy = ev.Pinned
		s.admit()
		for i := range s.Calls { // what was allowed by something else is decided again
			if s.Calls[i].Phase == Allowed {
				s.Calls[i].Phase = Proposed
			}
		}
	case ev.Generated != nil:
		s.generated(ev.Generated)
	case ev.Compacted != nil:
		s.compacted(ev.Compacted)
	case ev.Decided != nil:
		s.decided(ev.Decided)
	case ev.Screened != nil:
		s.screened(ev.Screened)
	case ev.Answered != nil:
		c := s.call(ev.Answered.Call)
		if ev.Answered.Approve {
			c.Phase, c.Approved = Proposed, ev.Answered.Hash
		} else {
			settle(c, tools.StatusDenied, "refused by "+ev.Answered.By+because(ev.Answered.Reason))
		}
	case ev.Intent != nil:
		c := s.call(ev.Intent.Call)
		c.Phase, c.Attempt, c.Store = Intended, ev.Intent.Attempt, ev.Intent.Store
	case ev.Result != nil:
		s.result(ev.Result)
	case ev.Faulted != nil:
		s.faulted(ev.Faulted)
	case ev.Reopened != nil:
		s.reopen()
	case ev.Cancelled != nil:
		s.end(CancelledRun, "cancelled"+by(ev.Cancelled.By)+because(ev.Cancelled.Reason))
	case ev.Forked != nil:
		s.Run = ev.Forked.Run
	case ev.Ended != nil:
		s.Status, s.Reason, s.Outcome, s.OutcomeReason = ev.Ended.Status, ev.Ended.Reason, "", ""
		return s
	}
	s.expire()
	s.unblock()
	s.closeTurn()
	s.bound()
	s.status()
	return s
}

func (s *State) end(status Status, reason string) {
	if s.Outcome == "" {
		s.Outcome, s.OutcomeReason = status, reason
	}
}

func (s *State) call(id string) *CallState {
	for i := range s.Calls {
		if s.Calls[i].ID == id {
			return &s.Calls[i]
		}
	}
	return &CallState{} // Check has refused such an event
}

// lose gives up the calls that were in flight under an earlier epoch: those that
// may be repeated are, under the same id; those that may not go to the reconciler.
func (s *State) lose() {
	for i := range s.Calls {
		c := &s.Calls[i]
		switch {
		case c.Phase == Intended && c.Effect == tools.Once, c.Phase == Unknown:
			c.Phase = Lost
		case c.Phase == Intended:
			c.Phase = Allowed
		}
	}
}

func (s *State) generated(g *Generated) {
	s.Faults = 0
	if len(s.Summary) > 0 {
		s.summarised(g)
		return
	}
	if g.Error != "" {
		s.end(Failed, modelFailed+g.Error)
		return
	}
	s.spend(g.Usage)
	if s.Plan.Phase == Planning {
		s.planned(g)
		return
	}
	msg := g.Message
	msg.Calls = slices.Clone(msg.Calls)
	for i := range msg.Calls {
		written := ""
		if i < len(g.Written) {
			written = g.Written[i]
		}
		s.propose(i, &msg.Calls[i], written)
	}
	s.say(msg)
	s.Used.Calls += len(msg.Calls)
	switch {
	case len(msg.Calls) > 0:
	case g.Misfit != "": // said by the system: what it says of the answer is no user's words
		s.Used.Repairs++
		s.say(llm.Message{Role: llm.RoleSystem, Content: "That answer is not of the form that was asked for: " + g.Misfit + ". Answer again with the JSON alone."})
	case g.Stop == llm.StopMaxTokens:
		s.answered(BudgetExceeded)
	default:
		s.answered(Finished)
	}
}

// spend counts a generation of the run's own.
func (s *State) spend(u llm.Usage) {
	s.Used.Steps++
	s.spent(u)
}

func (s *State) spent(u llm.Usage) {
	s.Used.Usage = s.Used.Usage.Add(u)
	s.Used.Tokens += max(0, u.PromptTokens-u.CachedTokens) + u.GeneratedTokens
}

// answered ends the run with the answer that stands last in the conversation, once
// the policy has seen it.
func (s *State) answered(end Status) {
	switch {
	case s.Policy.Asks(policies.OnAnswer):
		s.Draft = end
	case end == BudgetExceeded:
		s.end(BudgetExceeded, "the answer reached the model's bound of tokens")
	default:
		s.end(end, "")
	}
}

func (s *State) propose(index int, call *llm.ToolCall, written string) {
	args, err := canonical(call.Arguments)
	if written != "" {
		if _, err = canonical(json.RawMessage(written)); err == nil {
			err = errors.New("arguments are not a JSON object")
		}
		err = fmt.Errorf("%w; you wrote: %s", err, excerpt(written))
	}
	if err != nil {
		args = []byte("{}")
	}
	call.Arguments = args // what the model said is in the journal; the prompt needs JSON
	call.ID = tools.CallID(s.Run, s.Used.Steps, index, call.Name, args)
	c := CallState{ID: call.ID, Tool: call.Name, Arguments: args, Effect: tools.Once, Phase: Proposed, Confidence: call.Confidence}
	spec, ok := s.spec(call.Name)
	switch {
	case call.Name == ReadResultName && s.offers() && err == nil:
		s.readOn(&c)
	case call.Name == FindName && s.picks():
		c.Effect, c.Phase, c.Result = tools.Read, Settled, s.found(&c)
	case !ok:
		settle(&c, tools.StatusInvalid, fmt.Sprintf("there is no tool %q", call.Name))
	case err != nil:
		settle(&c, tools.StatusInvalid, err.Error())
	default:
		c.Effect = spec.EffectOrOnce()
		if s.Policy == nil { // as it was before there were policies
			break
		}
		if args, err := s.validate(spec, c.Arguments); err != nil {
			settle(&c, tools.StatusInvalid, "the arguments of "+c.Tool+" are wrong: "+err.Error())
		} else {
			c.Arguments = args
		}
	}
	s.Calls = append(s.Calls, c)
}

func settle(c *CallState, status tools.Status, reason string) {
	c.Phase = Settled
	c.Result = &tools.Result{CallID: c.ID, Attempt: c.Attempt, Status: status, Reason: reason}
}

func (s *State) decided(d *Decided) {
	c := s.call(d.Call)
	switch d.Verdict {
	case Allow:
		if len(d.Arguments) > 0 {
			c.Arguments = d.Arguments
		}
		c.Phase = Allowed
	case RequireApproval:
		if c.Approved == d.Hash { // a person has answered for this very call
			c.Phase = Allowed
			return
		}
		c.Phase, c.Expires = Awaiting, d.Expires
		if d.Decision != nil {
			c.Asked = d.Decision.CallHash
		}
	case Halt:
		settle(c, tools.StatusDenied, d.Reason)
		s.end(Denied, "policy "+d.Rule+because(d.Reason))
	default: // what is not understood is a deny
		settle(c, tools.StatusDenied, d.Reason)
	}
}

func (s *State) result(r *Result) {
	c := s.call(r.CallID)
	spec, _ := s.spec(c.Tool)
	res := r.Result
	if r.Prompt != "" {
		s.spend(r.Usage)
	} else { // by a child run
		s.spent(r.Usage)
	}
	switch {
	case res.Status == tools.StatusUnknown:
		c.Phase = Unknown
		return
	case res.Status == tools.StatusTimeout && c.Effect != tools.Once && c.Attempt <= spec.Retries:
		c.Phase = Allowed
		return
	}
	c.Phase, c.Result = Settled, &res
	if s.Policy.Asks(policies.OnResult) {
		c.Phase = Received
	}
}

// expire refuses the calls whose request for approval nobody answered in time.
func (s *State) expire() {
	for i := range s.Calls {
		c := &s.Calls[i]
		if c.Phase == Awaiting && !c.Expires.IsZero() && !s.At.Before(c.Expires) {
			settle(c, tools.StatusDenied, "nobody approved it before "+c.Expires.UTC().Format(time.RFC3339))
		}
	}
}

// closeTurn moves the results of a turn into the conversation once all are there.
func (s *State) closeTurn() {
	if len(s.Calls) == 0 {
		return
	}
	repair := false
	for i := range s.Calls {
		if s.Calls[i].Phase != Settled {
			return
		}
		st := s.Calls[i].Result.Status
		repair = repair || st == tools.StatusInvalid || st == tools.StatusRetry
	}
	if s.Plan.Phase == Executing {
		repair = s.closePlan()
	}
	for i := range s.Calls {
		s.say(resultMessage(&s.Calls[i]))
	}
	s.Calls = nil
	if repair {
		s.Used.Repairs++
	} else {
		s.Used.Repairs = 0
	}
}

// bound ends the run when a budget is spent. A call in flight is waited for: its
// result is worth having in the journal.
func (s *State) bound() {
	if s.Start == nil || s.Draft != "" {
		return
	}
	b := s.Start.Budget.withDefaults()
	switch {
	case s.Used.Calls > b.Calls:
		s.end(BudgetExceeded, fmt.Sprintf("%d calls, the budget is %d", s.Used.Calls, b.Calls))
	case s.inFlight():
	case s.Used.Tokens > b.Tokens:
		s.end(BudgetExceeded, fmt.Sprintf("%d tokens, the budget is %d", s.Used.Tokens, b.Tokens))
	case s.Used.Wall > b.Wall:
		s.end(BudgetExceeded, fmt.Sprintf("%v at work, the budget is %v", s.Used.Wall.Round(time.Millisecond), b.Wall))
	case s.Used.Repairs > b.Repairs:
		s.end(BudgetExceeded, fmt.Sprintf("%d turns in a row with invalid calls or answers, the budget is %d", s.Used.Repairs, b.Repairs))
	case len(s.Calls) == 0 && s.Used.Steps >= b.Steps:
		s.end(BudgetExceeded, fmt.Sprintf("%d steps, the budget is %d", s.Used.Steps, b.Steps))
	}
}

func (s *State) inFlight() bool {
	return slices.ContainsFunc(s.Calls, func(c CallState) bool {
		return c.Phase == Intended || c.Phase == Received || c.Phase == Lost || c.Phase == Unknown
	})
}

func (s *State) status() {
	if s.Start == nil {
		return
	}
	s.Status, s.Reason = Running, ""
	if s.Fault != nil && s.Outcome == "" {
		s.Status, s.Reason = Suspended, modelFailed+s.Fault.Error
		return
	}
	if s.Outcome != "" || len(s.Calls) == 0 || s.Epoch == 0 || len(Commands(*s)) > 0 {
		return
	}
	s.Status = Waiting
	for _, c := range s.Calls {
		switch c.Phase {
		case Unknown:
			s.Status, s.Reason = OutcomeUnknown, "nobody knows whether call "+c.ID+" of "+c.Tool+" ran"
			return
		case Awaiting:
			s.Reason = "call " + c.ID + " of " + c.Tool + " awaits approval"
		}
	}
}

func by(who string) string {
	if who == "" {
		return ""
	}
	return " by " + who
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}
