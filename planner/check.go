package planner

import (
	"errors"
	"fmt"
)

// ErrEvent is matched by the error of an event that cannot follow the state.
var ErrEvent = errors.New("event does not follow")

// Check says whether the event may follow the state: a late or second result, a
// decision on a call that is not proposed, an approval of another call than the
// one asked about and everything after the end are refused.
func Check(s State, ev Event) error {
	if n := ev.count(); n != 1 {
		return fmt.Errorf("%w: it has %d kinds, not one", ErrEvent, n)
	}
	switch {
	case ev.Started != nil:
		if s.Start != nil {
			return fmt.Errorf("%w: the run has started already", ErrEvent)
		}
		if ev.Started.Shown < 0 {
			return fmt.Errorf("%w: %d tools shown, want 0 (all) or more", ErrEvent, ev.Started.Shown)
		}
		if st := ev.Started.Strategy; st != React && st != Plan {
			return fmt.Errorf("%w: there is no strategy %q: want %q or none", ErrEvent, st, Plan)
		}
		if st := ev.Started; st.Earlier < 0 || st.Earlier > len(st.Messages) || (st.Earlier > 0) != (st.Follows != "") {
			return fmt.Errorf("%w: %d messages of %d are of run %q", ErrEvent, st.Earlier, len(st.Messages), st.Follows)
		}
		return nil
	case s.Start == nil:
		return fmt.Errorf("%w: the run has not started", ErrEvent)
	case ev.Reopened != nil:
		if !s.Reopenable() {
			return fmt.Errorf("%w: only a run that its model failed can be opened again, it is %s", ErrEvent, s.Status)
		}
		return nil
	case s.Status.Done():
		return fmt.Errorf("%w: the run has ended (%s)", ErrEvent, s.Status)
	case ev.Leased != nil:
		if ev.Leased.Epoch <= s.Epoch {
			return fmt.Errorf("%w: epoch %d after epoch %d", ErrEvent, ev.Leased.Epoch, s.Epoch)
		}
	case ev.Pinned != nil:
		if s.Policy != nil {
			return fmt.Errorf("%w: policy %.12s is pinned already", ErrEvent, s.Policy.Policy)
		}
	case ev.Generated != nil:
		if cmds := Commands(s); len(cmds) != 1 || cmds[0].Kind != Generate {
			return fmt.Errorf("%w: no turn was asked for", ErrEvent)
		} else if !s.Answers(ev.Generated.Prompt, cmds[0].Request) {
			return fmt.Errorf("%w: the turn answers prompt %.12s, not %.12s", ErrEvent, ev.Generated.Prompt, s.PromptHash(cmds[0].Request))
		}
	case ev.Compacted != nil:
		if cmds := Commands(s); len(cmds) != 1 || cmds[0].Kind != Generate || len(s.Summary) > 0 {
			return fmt.Errorf("%w: no prompt is to be made shorter", ErrEvent)
		}
		if c := ev.Compacted; c.Forgotten < 0 || c.Forgotten > s.oldTurns() {
			return fmt.Errorf("%w: %d messages cannot be forgotten", ErrEvent, c.Forgotten)
		}
	case ev.Faulted != nil:
		return s.checkFault(ev.Faulted)
	case ev.Decided != nil:
		if s.Policy != nil && ev.Decided.Verdict == Allow && ev.Decided.Policy != s.Policy.Policy {
			return fmt.Errorf("%w: policy %.12s allows a call, %.12s is pinned", ErrEvent, ev.Decided.Policy, s.Policy.Policy)
		}
		return s.checkCall(ev.Decided.Call, Decide, ev.Decided.Hash, 0)
	case ev.Screened != nil:
		return s.checkText(ev.Screened)
	case ev.Intent != nil:
		return s.checkCall(ev.Intent.Call, Intend, "", ev.Intent.Attempt)
	case ev.Answered != nil:
		c, ok := s.Call(ev.Answered.Call)
		if !ok || c.Phase != Awaiting {
			return fmt.Errorf("%w: call %s awaits no approval", ErrEvent, ev.Answered.Call)
		}
		if c.Hash() != ev.Answered.Hash {
			return fmt.Errorf("%w: the answer is for another call than %s", ErrEvent, c.ID)
		}
		if !c.Expires.IsZero() && !ev.At.Before(c.Expires) {
			return fmt.Errorf("%w: the request for approval of call %s has expired", ErrEvent, c.ID)
		}
		if s.Policy != nil && ev.Answered.Tenant != s.Start.Tenant {
			return fmt.Errorf("%w: the answer is of tenant %q, the run is another's", ErrEvent, ev.Answered.Tenant)
		}
	case ev.Result != nil:
		c, ok := s.Call(ev.Result.CallID)
		if !ok || c.Phase != Intended && c.Phase != Lost && (c.Phase != Unknown || ev.Result.By == "") {
			return fmt.Errorf("%w: call %s awaits no result", ErrEvent, ev.Result.CallID)
		}
		if c.Phase == Intended && s.reads(c.Tool) && !s.Answers(ev.Result.Prompt, s.extractRequest(&c)) {
			return fmt.Errorf("%w: the reading answers another prompt than that of call %s", ErrEvent, c.ID)
		}
		if ev.Result.Attempt != c.Attempt {
			return fmt.Errorf("%w: a result of attempt %d of call %s, not of %d", ErrEvent, ev.Result.Attempt, c.ID, c.Attempt)
		}
	case ev.Ended != nil:
		if s.Outcome != ev.Ended.Status {
			return fmt.Errorf("%w: the run is not %s", ErrEvent, ev.Ended.Status)
		}
		if used := ev.Ended.Used; used != nil && *used != s.Used {
			return fmt.Errorf("%w: the run has used %+v, not %+v", ErrEvent, s.Used, *used)
		}
		if got := s.Hash(); got != ev.Ended.State {
			return fmt.Errorf("%w: the state's hash is %.12s, the journal says %.12s", ErrEvent, got, ev.Ended.State)
		}
	}
	return nil
}

// checkCall says whether that command is open for the call.
func (s *State) checkCall(id string, kind CommandKind, callHash string, attempt int) error {
	for _, cmd := range Commands(*s) {
		if cmd.Kind != kind || cmd.Call.ID != id {
			continue
		}
		if c, _ := s.Call(id); callHash != "" && c.Hash() != callHash {
			return fmt.Errorf("%w: the decision is on another call than %s", ErrEvent, id)
		}
		if attempt != 0 && cmd.Call.Attempt != attempt {
			return fmt.Errorf("%w: attempt %d of call %s, not %d", ErrEvent, attempt, id, cmd.Call.Attempt)
		}
		return nil
	}
	return fmt.Errorf("%w: there is nothing to %s for call %q", ErrEvent, kind, id)
}

// checkText says whether a verdict on that text was asked for.
func (s *State) checkText(sc *Screened) error {
	if s.Policy == nil || sc.Verdict == Allow && sc.Policy != s.Policy.Policy {
		return fmt.Errorf("%w: policy %.12s, which is not pinned, judges a text", ErrEvent, sc.Policy)
	}
	for _, cmd := range Commands(*s) {
		switch {
		case sc.Hook == OnBudget:
			if cmd.Kind == Generate && sc.Verdict == Halt {
				return nil
			}
		case cmd.Kind == Screen && cmd.Text.Hook == sc.Hook && cmd.Text.Message == sc.Message && cmd.Text.callID() == sc.Call && cmd.Text.Passage == sc.Passage:
			if got := cmd.Text.Hash(); got != sc.Hash {
				return fmt.Errorf("%w: the verdict is on text %.12s, not on %.12s", ErrEvent, sc.Hash, got)
			}
			return nil
		}
	}
	return fmt.Errorf("%w: there is no %s to judge", ErrEvent, sc.Hook)
}

func (ev *Event) count() int {
	n := 0
	for _, set := range []bool{
		ev.Started != nil, ev.Leased != nil, ev.Pinned != nil, ev.Generated != nil, ev.Compacted != nil,
		ev.Decided != nil, ev.Screened != nil, ev.Answered != nil, ev.Intent != nil, ev.Result != nil,
		ev.Faulted != nil, ev.Reopened != nil, ev.Ticked != nil, ev.Cancelled != nil, ev.Forked != nil, ev.Ended != nil,
	} {
		if set {
			n++
		}
	}
	return n
}
