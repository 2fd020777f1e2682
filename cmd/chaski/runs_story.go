package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/tools"
)

// story tells a run event by event: who asked, what was decided and by which rule,
// what ran, what it cost. Text of people, models and tools cannot steer the terminal.
type story struct {
	w     io.Writer
	names map[string]string // of calls, by id
	count map[string]int    // of calls of each tool
	day   string
}

func newStory(w io.Writer) *story {
	return &story{w: w, names: map[string]string{}, count: map[string]int{}}
}

// line prints one event's first line, and more its further ones.
func (s *story) line(n int, at time.Time, format string, args ...any) {
	at = at.Local()
	if day := at.Format("2 January 2006"); day != s.day {
		s.day = day
		fmt.Fprintf(s.w, "%s\n", day)
	}
	fmt.Fprintf(s.w, "%3d %s  %s\n", n, at.Format("15:04:05.000"), s.text(format, args...))
}

func (s *story) more(format string, args ...any) {
	fmt.Fprintf(s.w, "                    %s\n", s.text(format, args...))
}

func (s *story) text(format string, args ...any) string {
	return printable(fmt.Sprintf(format, args...), false)
}

// call is what a call is called in the story.
func (s *story) call(id string) string {
	if name := s.names[id]; name != "" {
		return name
	}
	return fmt.Sprintf("call %.12s", id)
}

// name gives the calls of the turn that the event brought their names.
func (s *story) name(calls []llm.ToolCall) {
	for _, c := range calls {
		if c.ID == "" || s.names[c.ID] != "" {
			continue
		}
		if s.count[c.Name]++; s.count[c.Name] == 1 {
			s.names[c.ID] = c.Name
		} else {
			s.names[c.ID] = fmt.Sprintf("%s (%d)", c.Name, s.count[c.Name])
		}
	}
}

// all tells a run from its beginning, and returns its state after that.
func (s *story) all(events []planner.Event) (at planner.State) {
	for i, ev := range events {
		at, _ = planner.Step(at, ev)
		s.tell(i+1, &ev, &at)
	}
	return at
}

// tell tells one event; after is the state after it.
func (s *story) tell(n int, ev *planner.Event, after *planner.State) {
	switch {
	case ev.Started != nil:
		s.started(n, ev)
	case ev.Leased != nil && ev.Leased.Epoch > 1:
		s.line(n, ev.At, "%s took the run over (epoch %d)", ev.Leased.Owner, ev.Leased.Epoch)
	case ev.Leased != nil:
		s.line(n, ev.At, "%s took the run", ev.Leased.Owner)
	case ev.Pinned != nil:
		audited := ""
		if ev.Pinned.Audited {
			audited = "; each attempted call is audited"
		}
		s.line(n, ev.At, "policy %s is pinned (%.12s)%s", strings.Join(ev.Pinned.Names, ", "), ev.Pinned.Policy, audited)
	case ev.Generated != nil:
		s.generated(n, ev, after)
	case ev.Faulted != nil && ev.Faulted.Permanent:
		s.line(n, ev.At, "the model failed: %s", ev.Faulted.Error)
	case ev.Faulted != nil:
		s.line(n, ev.At, "the model failed, and may do better after %s: %s", ev.Faulted.Until.Local().Format(time.TimeOnly), ev.Faulted.Error)
	case ev.Reopened != nil:
		s.line(n, ev.At, "%s opened the run again", who(ev.Reopened.By))
	case ev.Compacted != nil:
		s.line(n, ev.At, "the context was full: %s", ev.Compacted)
	case ev.Decided != nil:
		s.decided(n, ev)
	case ev.Screened != nil:
		s.screened(n, ev)
	case ev.Answered != nil:
		verb := "refused"
		if ev.Answered.Approve {
			verb = "approved"
		}
		s.line(n, ev.At, "%s %s %s%s", who(ev.Answered.By), verb, s.call(ev.Answered.Call), colon(ev.Answered.Reason))
	case ev.Intent != nil && ev.Intent.Attempt > 1:
		s.line(n, ev.At, "%s is sent, attempt %d", s.call(ev.Intent.Call), ev.Intent.Attempt)
	case ev.Intent != nil:
		s.line(n, ev.At, "%s is sent", s.call(ev.Intent.Call))
	case ev.Result != nil:
		s.result(n, ev)
	case ev.Ticked != nil:
		s.line(n, ev.At, "time passed")
	case ev.Cancelled != nil:
		s.line(n, ev.At, "%s cancelled the run%s", who(ev.Cancelled.By), colon(ev.Cancelled.Reason))
	case ev.Forked != nil:
		s.line(n, ev.At, "so far this is run %s; here %s was forked from it", ev.Forked.From, ev.Forked.Run)
	case ev.Ended != nil:
		s.line(n, ev.At, "the run ended: %s%s", ev.Ended.Status, colon(ev.Ended.Reason))
	default:
		s.line(n, ev.At, "an event that this version does not tell")
	}
}

func (s *story) started(n int, ev *planner.Event) {
	st := ev.Started
	last := ""
	if m := st.Messages; len(m) > 0 {
		last = m[len(m)-1].Content
	}
	asked := who(st.By) + " asked"
	if st.Tenant != "" {
		asked = fmt.Sprintf("%s (tenant %s) asked", who(st.By), st.Tenant)
	}
	s.line(n, ev.At, "%s: %s", asked, short(last))
	var names []string
	for _, t := range st.Tools {
		names = append(names, fmt.Sprintf("%s (%s)", t.Name, t.EffectOrOnce()))
	}
	tools := "no tools"
	if len(names) > 0 {
		tools = "tools " + strings.Join(names, ", ")
	}
	model := st.Model
	if model == "" {
		model = "without a name"
	}
	s.more("of model %s with %s", model, tools)
	if st.Parent != "" {
		s.more("on behalf of run %s", st.Parent)
	}
	if st.Follows != "" {
		s.more("as the next turn after run %s", st.Follows)
	}
}

func (s *story) generated(n int, ev *planner.Event, after *planner.State) {
	g := ev.Generated
	if g.Error != "" {
		s.line(n, ev.At, "the model failed: %s", g.Error)
		return
	}
	for i := len(after.Messages) - 1; i >= 0; i-- { // where the calls have their ids
		if m := after.Messages[i]; m.Role == llm.RoleAssistant {
			s.name(m.Calls)
			break
		}
	}
	cost := fmt.Sprintf("%d prompt tokens, %d of them cached, %d generated", g.Usage.PromptTokens, g.Usage.CachedTokens, g.Usage.GeneratedTokens)
	switch {
	case len(g.Message.Calls) == 0 && g.Message.Content == "":
		s.line(n, ev.At, "the model said nothing (%s)", cost)
	case g.Message.Content == "":
		s.line(n, ev.At, "the model asked for %s (%s)", calls(len(g.Message.Calls)), cost)
	default:
		s.line(n, ev.At, "the model said: %s", short(g.Message.Content))
		s.more("(%s)", cost)
	}
	for _, c := range g.Message.Calls {
		s.more("calls %s %s", c.Name, short(string(c.Arguments)))
	}
}

func calls(n int) string {
	if n == 1 {
		return "one call"
	}
	return fmt.Sprintf("%d calls", n)
}

func (s *story) decided(n int, ev *planner.Event) {
	d := ev.Decided
	verb := map[planner.Verdict]string{planner.Allow: "is allowed", planner.Deny: "is denied", planner.Halt: "is denied, and the run halted",
		planner.RequireApproval: "needs a person's approval"}[d.Verdict]
	if verb == "" {
		verb = string(d.Verdict)
	}
	rule := ""
	if d.Rule != "" {
		rule = " by rule " + d.Rule
	}
	s.line(n, ev.At, "%s %s%s%s", s.call(d.Call), verb, rule, colon(d.Reason))
	if d.Hint != "" {
		s.more("%s", d.Hint)
	}
	if d.Decision != nil && d.Decision.Approval != nil && d.Decision.Approval.Hint != "" {
		s.more("hint: %s", d.Decision.Approval.Hint)
	}
	if len(d.Arguments) > 0 {
		s.more("with other arguments: %s", short(string(d.Arguments)))
	}
	if d.Decision != nil && d.Decision.Approved != "" {
		s.more("%s had approved it", d.Decision.Approved)
	}
	if d.Verdict == planner.RequireApproval && !d.Expires.IsZero() {
		s.more("until %s", d.Expires.Local().Format("2 January 15:04:05"))
	}
}

func (s *story) screened(n int, ev *planner.Event) {
	sc := ev.Screened
	what := "the " + string(sc.Hook)
	if sc.Call != "" {
		what = "the result of " + s.call(sc.Call)
	}
	if sc.Passage > 0 {
		what = fmt.Sprintf("passage %d of %s", sc.Passage, what)
	}
	verb := map[planner.Verdict]string{planner.Allow: "passes", planner.Deny: "is held back", planner.Halt: "halts the run"}[sc.Verdict]
	if sc.Text != nil {
		verb = "passes, changed to: " + short(*sc.Text)
	}
	rule := ""
	if sc.Rule != "" {
		rule = " by rule " + sc.Rule
	}
	s.line(n, ev.At, "%s %s%s%s", what, verb, rule, colon(sc.Reason))
	if sc.Signal != nil {
		s.more("the guard model said: %s", sc.Signal)
	}
}

func (s *story) result(n int, ev *planner.Event) {
	r := ev.Result
	verb := map[tools.Status]string{tools.StatusOK: "is done", tools.StatusRetry: "asks to be called otherwise", tools.StatusFail: "failed",
		tools.StatusInvalid: "was called wrongly", tools.StatusUnknown: "may have run or not: its reply was lost", tools.StatusTimeout: "gave no answer in time"}[r.Status]
	if verb == "" {
		verb = string(r.Status)
	}
	var notes []string
	if r.Duration > 0 {
		notes = append(notes, "in "+r.Duration.Round(10*time.Microsecond).String())
	}
	if r.Worker != "" {
		notes = append(notes, "by worker "+r.Worker)
	}
	if r.Replayed {
		notes = append(notes, "kept from an earlier attempt")
	}
	if r.By != "" {
		notes = append(notes, "says "+r.By)
	}
	if u := r.Usage; u.PromptTokens+u.GeneratedTokens > 0 {
		notes = append(notes, fmt.Sprintf("%d prompt tokens, %d generated", u.PromptTokens, u.GeneratedTokens))
	}
	note := ""
	if len(notes) > 0 {
		note = " (" + strings.Join(notes, ", ") + ")"
	}
	s.line(n, ev.At, "%s %s%s%s", s.call(r.CallID), verb, note, colon(r.Reason))
	if len(r.Value) > 0 {
		s.more("%s", short(string(r.Value)))
	}
}

// end sums up where the run stands and what it cost.
func (s *story) end(st *planner.State) {
	u := st.Used
	fmt.Fprintf(s.w, "\n%s%s\n", st.Status, printable(colon(st.Reason), false))
	fmt.Fprintf(s.w, "It cost %d steps, %d calls and %d tokens (%d prompt, %d of them cached, %d generated) in %v at work.\n", u.Steps, u.Calls, u.Tokens,
		u.Usage.PromptTokens, u.Usage.CachedTokens, u.Usage.GeneratedTokens, u.Wall.Round(time.Millisecond))
	if answer := st.Answer(); st.Status == planner.Finished && answer != "" {
		fmt.Fprintf(s.w, "\n%s\n", printable(answer, true))
	}
}

func who(name string) string {
	if name == "" {
		return "somebody"
	}
	return name
}

func colon(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}
