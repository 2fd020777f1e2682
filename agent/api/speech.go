package api

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
)

// speech is what a run says, as one answer: the texts of its turns, an empty line between
// them. What a policy takes out is never in it, and what was said is never taken back: a
// turn that begins again goes on where it was, if it says the same.
type speech struct {
	turn  string // text of the current turn that was said
	again string // text of the turn since it began anew
	anew  bool
	said  bool // anything
	fresh bool // the next text begins a turn after another
}

// hear returns the text that an entry adds. before is the state before it.
func (sp *speech) hear(before planner.State, e *entry) string {
	switch {
	case e.void:
		sp.anew, sp.again = true, ""
	case e.text != "" && sp.anew:
		sp.again += e.text
		return sp.catchUp(false)
	case e.text != "":
		return sp.say(e.text)
	case e.ev != nil:
		if text, shown := shown(before, e); shown {
			sp.anew, sp.again = true, text // the whole turn
			out := sp.catchUp(true)
			sp.end()
			return out
		}
		if e.ev.Generated != nil {
			sp.end()
		}
	}
	return ""
}

func (sp *speech) say(text string) string {
	sp.turn += text
	if sp.fresh && sp.said {
		text = "\n\n" + text
	}
	sp.said, sp.fresh = true, false
	return text
}

// catchUp compares a turn that began again with what was said of it.
func (sp *speech) catchUp(whole bool) string {
	switch {
	case strings.HasPrefix(sp.again, sp.turn):
		rest := sp.again[len(sp.turn):]
		if rest == "" {
			return ""
		}
		return sp.say(rest)
	case strings.HasPrefix(sp.turn, sp.again) && !whole:
		return ""
	case whole && sp.turn != "" && strings.TrimSpace(sp.turn) == strings.TrimSpace(sp.again):
		return ""
	}
	text := sp.again
	sp.turn, sp.fresh = "", true
	return sp.say(text)
}

func (sp *speech) end() { *sp = speech{said: sp.said, fresh: true} }

// shown is the text that an event lets out: a turn's, or an answer's once the policy has
// seen it.
func shown(before planner.State, e *entry) (string, bool) {
	asks := e.state.Policy.Asks(policies.OnAnswer)
	switch ev := e.ev; {
	case ev.Generated != nil && ev.Generated.Error == "" && !asks && len(before.Summary) == 0 && before.Plan.Phase != planner.Planning:
		return ev.Generated.Message.Content, true
	case ev.Screened != nil && ev.Screened.Hook == policies.OnAnswer && ev.Screened.Verdict == planner.Allow:
		return e.state.Answer(), true
	}
	return "", false
}

// spoken is how an answer ended.
type spoken struct {
	state planner.State
	err   error // why the run is left, if not by its state
}

// speak streams what a run says until it rests, as the turn of a model. A rest after which
// the run has gone on already is passed over. how is filled before the stop. A run that gives
// no answer is an error.
func (s *Server) speak(ctx context.Context, t *trail, how *spoken) iter.Seq2[choiceEvent, error] {
	return func(yield func(choiceEvent, error) bool) {
		done, err := t.read(ctx)
		if err != nil {
			yield(choiceEvent{}, err)
			return
		}
		defer done()
		var sp speech
		var before planner.State
		for i := 0; ; {
			list, more, driven := t.next(i)
			i += len(list)
			for j := range list {
				e := &list[j]
				text := sp.hear(before, e)
				if text != "" && !yield(choiceEvent{0, llm.TextDelta{Text: text}}, nil) {
					return
				}
				if before = *e.state; e.rest && j == len(list)-1 { // else it went on already
					*how = spoken{state: *e.state, err: e.err}
					how.end(yield, &sp, e.state.Used.Usage)
					return
				}
			}
			if len(list) > 0 {
				continue
			}
			if !driven { // the server ends, or another process drives the run
				yield(choiceEvent{}, goesOn(t.run, "goes on"))
				return
			}
			select {
			case <-more:
			case <-ctx.Done():
				yield(choiceEvent{}, ctx.Err())
				return
			}
		}
	}
}

// since is what was used after an earlier moment.
func since(u, earlier llm.Usage) llm.Usage {
	u.PromptTokens -= earlier.PromptTokens
	u.CachedTokens -= earlier.CachedTokens
	u.GeneratedTokens -= earlier.GeneratedTokens
	return u
}

// stopDenied is the end of a run that a policy stopped.
const stopDenied llm.StopReason = "denied"

// end says how a run rests: by a stop, before which the reader is told in words what it
// waits for; or by an error.
func (how *spoken) end(yield func(choiceEvent, error) bool, sp *speech, u llm.Usage) {
	words, stop := "", llm.Stop{Reason: llm.StopEndOfTurn, Usage: u}
	s, run := how.state, how.state.Run
	switch s.Status {
	case planner.Finished:
	case planner.BudgetExceeded:
		stop.Reason = llm.StopMaxTokens
	case planner.Denied:
		words, stop.Reason = "This was stopped: "+s.Reason+".", stopDenied
	case planner.Waiting:
		words = "This waits for a person's approval: " + callsIn(s, planner.Awaiting) + ". Run " + run + " goes on once it is given or refused."
	case planner.OutcomeUnknown:
		words = "It is not known whether this ran: " + callsIn(s, planner.Unknown) + ". Run " + run + " goes on once a person says what came of it."
	case planner.Suspended:
		f := goesOn(run, "is suspended, since the model does not answer, and is tried again")
		if s.Fault != nil {
			f.after = max(time.Until(s.Fault.Until).Round(time.Second), time.Second)
		}
		yield(choiceEvent{}, f)
		return
	case planner.CancelledRun:
		yield(choiceEvent{}, &failure{status: http.StatusConflict, kind: "invalid_request_error", code: "run_cancelled", message: "run " + run + " was " + s.Reason})
		return
	case planner.Failed:
		yield(choiceEvent{}, &failure{status: http.StatusInternalServerError, kind: "server_error", code: "run_failed", message: "run " + run + " failed: " + s.Reason})
		return
	default:
		var child *runtime.ChildError
		if !errors.As(how.err, &child) || child.Status == "" {
			f := goesOn(run, "could not go on, and is tried again")
			f.err = how.err
			yield(choiceEvent{}, f)
			return
		}
		words = "This waits for the agent " + child.Tool + ", whose run " + child.Run + " is " + string(child.Status) + "."
	}
	if words != "" && !yield(choiceEvent{0, llm.TextDelta{Text: sp.say(words)}}, nil) {
		return
	}
	yield(choiceEvent{0, stop}, nil)
}

// callsIn names the calls of a phase.
func callsIn(s planner.State, phase planner.Phase) string {
	var out []string
	for _, c := range s.Calls {
		if c.Phase == phase {
			out = append(out, c.Tool+" "+string(c.Arguments))
		}
	}
	return strings.Join(out, ", ")
}

// goesOn says that the answer of a run is to come.
func goesOn(run, how string) *failure {
	return &failure{status: http.StatusServiceUnavailable, kind: "server_error", code: "run_goes_on", after: 2 * time.Second,
		message: fmt.Sprintf("run %s %s; its answer will be at /v1/runs/%s", run, how, run)}
}
