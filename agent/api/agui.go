package api

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/tools"
)

// agui tells a trail as events: the same ones whether it is heard live or read from the
// journal, but for pieces of text. A run that waits is one that ends with an interrupt; what
// comes after the answer is a run of the same thread. A message that begins again under its
// id takes the place of what came of it before.
type agui struct {
	send   func(place, aguiEvent) error
	at     place
	now    *planner.State
	before planner.State
	decide map[string]*planner.Decided // by call, for interrupts
	told   map[string]bool             // calls whose results were told
	legs   int
	open   bool      // a run is open
	text   string    // id of the message that is open
	sent   string    // its text
	stale  string    // id of a message whose text is void
	used   llm.Usage // before this leg
}

// place is where an event stands: part counts those that tell one event of the journal. Text
// has no number of its own, since live it comes in other pieces than from the journal.
type place struct{ event, part int }

// between is the part of what comes after an event of the journal and before the next.
const between = math.MaxInt

func (p place) after(o place) bool { return p.event > o.event || p.event == o.event && p.part > o.part }

func (p place) String() string { return fmt.Sprintf("%d.%d", p.event, p.part) }

// parsePlace reads the id of an event that a client had last.
func parsePlace(id string) (p place, ok bool) {
	event, part, ok := strings.Cut(id, ".")
	var err1, err2 error
	p.event, err1 = strconv.Atoi(event)
	p.part, err2 = strconv.Atoi(part)
	return p, ok && err1 == nil && err2 == nil && p.event >= 0 && p.part >= 0
}

func newAGUI(send func(place, aguiEvent) error) *agui {
	return &agui{send: send, decide: map[string]*planner.Decided{}, told: map[string]bool{}}
}

// emit sends an event that has a number.
func (g *agui) emit(ev aguiEvent) error {
	if g.at.part != between {
		g.at.part++
	}
	return g.send(g.at, ev)
}

// legID names a run of the protocol: a run of the journal, and after the first interrupt
// which part of it.
func (g *agui) legID(run string) string {
	if g.legs > 1 {
		return fmt.Sprintf("%s.%d", run, g.legs)
	}
	return run
}

// put tells an entry.
func (g *agui) put(e *entry) error {
	g.now = e.state
	defer func() { g.before = *e.state }()
	if g.at = (place{e.state.Events, between}); e.ev != nil {
		g.at.part = 0
	}
	if e.rest {
		return g.left(e)
	}
	if e.ev != nil && e.ev.Decided != nil {
		g.decide[e.ev.Decided.Call] = e.ev.Decided
	}
	if e.ev != nil && e.ev.Ended != nil {
		return g.end()
	}
	if e.ev != nil && (e.ev.Leased != nil || e.ev.Pinned != nil) {
		return nil // nothing that a client waits for
	}
	if !g.open {
		g.legs++
		g.open, g.used = true, g.before.Used.Usage
		if err := g.send(g.at, g.started()); err != nil {
			return err
		}
	}
	switch {
	case e.text != "":
		return g.say(g.now.Used.Steps+1, e.text)
	case e.void:
		g.void()
		return g.custom("chaski.retry", map[string]string{"reason": "the model's turn broke off and begins again"})
	}
	if err := g.event(e); err != nil || !rests(g.now) {
		return err
	}
	return g.end()
}

// rests says that a run waits for people, or for its model.
func rests(s *planner.State) bool {
	return (s.Status == planner.Waiting || s.Status == planner.OutcomeUnknown || s.Status == planner.Suspended) && len(planner.Commands(*s)) == 0
}

// started opens a run of the protocol.
func (g *agui) started() aguiEvent {
	s := g.now
	return aguiEvent{Type: "RUN_STARTED", Timestamp: s.At.UnixMilli(), ThreadID: threadIn(s), RunID: g.legID(s.Run), ProtocolVersion: "1.0", ParentRunID: s.Start.Parent}
}

// say tells text of a step.
func (g *agui) say(step int, text string) error {
	if g.text == "" {
		g.text, g.sent = fmt.Sprintf("%s-%d", g.now.Run, step), ""
		if err := g.send(g.at, aguiEvent{Type: "TEXT_MESSAGE_START", MessageID: g.text, Role: "assistant"}); err != nil {
			return err
		}
	}
	g.sent, g.stale = g.sent+text, ""
	return g.send(g.at, aguiEvent{Type: "TEXT_MESSAGE_CONTENT", MessageID: g.text, Delta: text})
}

// void takes back the message that is open: it begins again.
func (g *agui) void() {
	if g.text != "" {
		g.stale, g.text = g.text, ""
	}
}

// hush closes the message that is open.
func (g *agui) hush() error {
	id := g.text
	if g.stale != "" { // nothing came in its place
		if id = g.stale; g.send(g.at, aguiEvent{Type: "TEXT_MESSAGE_START", MessageID: id, Role: "assistant"}) != nil {
			return errGone
		}
	}
	if id == "" {
		return nil
	}
	g.text, g.stale = "", ""
	return g.send(g.at, aguiEvent{Type: "TEXT_MESSAGE_END", MessageID: id})
}

func (g *agui) custom(name string, value any) error {
	return g.emit(aguiEvent{Type: "CUSTOM", Name: name, Value: value})
}

func (g *agui) event(e *entry) error {
	s := g.now
	if text, ok := shown(g.before, e); ok && text != "" {
		if g.text != "" {
			if rest, more := strings.CutPrefix(text, g.sent); more {
				text = rest
			} else {
				g.void()
			}
		}
		if text != "" {
			if err := g.say(s.Used.Steps, text); err != nil {
				return err
			}
		}
	}
	parent := g.text
	switch ev := e.ev; {
	case ev.Generated != nil:
		if err := g.hush(); err != nil {
			return err
		}
		for _, c := range s.Calls {
			if err := g.call(&c, parent); err != nil {
				return err
			}
		}
	case ev.Screened != nil:
		if err := g.hush(); err != nil {
			return err
		}
	case ev.Decided != nil:
		if err := g.custom("chaski.decision", map[string]any{"toolCallId": ev.Decided.Call, "verdict": ev.Decided.Verdict, "rule": ev.Decided.Rule, "reason": ev.Decided.Reason}); err != nil {
			return err
		}
	case ev.Answered != nil:
		if err := g.custom("chaski.answer", map[string]any{"toolCallId": ev.Answered.Call, "approved": ev.Answered.Approve, "by": ev.Answered.By, "reason": ev.Answered.Reason}); err != nil {
			return err
		}
	case ev.Compacted != nil:
		if err := g.custom("chaski.compacted", map[string]any{"what": ev.Compacted.String()}); err != nil {
			return err
		}
	}
	return g.results(s)
}

func (g *agui) call(c *planner.CallState, parent string) error {
	if err := g.emit(aguiEvent{Type: "TOOL_CALL_START", ToolCallID: c.ID, ToolCallName: c.Tool, ParentMessageID: parent}); err != nil {
		return err
	}
	if len(c.Arguments) > 0 {
		if err := g.emit(aguiEvent{Type: "TOOL_CALL_ARGS", ToolCallID: c.ID, Delta: string(c.Arguments)}); err != nil {
			return err
		}
	}
	return g.emit(aguiEvent{Type: "TOOL_CALL_END", ToolCallID: c.ID})
}

// results tells what came of calls, as the policy left it: where a result is kept aside, its
// name, which is in the conversation only.
func (g *agui) results(s *planner.State) error {
	tell := func(id, content string) error {
		if g.told[id] {
			return nil
		}
		g.told[id] = true
		return g.emit(aguiEvent{Type: "TOOL_CALL_RESULT", MessageID: "result-" + id, ToolCallID: id, Content: &content, Role: "tool"})
	}
	for _, c := range s.Calls {
		if c.Phase != planner.Settled || c.Result == nil || c.Handle != "" {
			continue
		}
		if err := tell(c.ID, resultText(c.Result)); err != nil {
			return err
		}
	}
	if len(s.Calls) > 0 {
		return nil
	}
	for i := range s.Messages[min(len(g.before.Messages), len(s.Messages)):] {
		if m := &s.Messages[min(len(g.before.Messages), len(s.Messages))+i]; m.Role == llm.RoleTool {
			if err := tell(m.CallID, newMessageObject(m).Content); err != nil {
				return err
			}
		}
	}
	return nil
}

func resultText(r *tools.Result) string {
	if r.Status == tools.StatusOK {
		return valueText(r.Value)
	}
	if r.Reason == "" {
		return string(r.Status)
	}
	return string(r.Status) + ": " + r.Reason
}

// end closes a run of the protocol: the run has ended, or rests.
func (g *agui) end() error {
	s := g.now
	if !g.open {
		return nil
	}
	if err := g.hush(); err != nil {
		return err
	}
	end := g.finished(aguiOutcome{Type: "success"})
	switch s.Status {
	case planner.Finished:
		end.Result = map[string]string{"answer": s.Answer()}
	case planner.CancelledRun:
		end.Outcome.Type = "cancelled"
	case planner.Waiting, planner.OutcomeUnknown:
		end.Outcome = &aguiOutcome{Type: "interrupt", Interrupts: g.interrupts(s)}
	case planner.Suspended:
		end = g.failed("the model does not answer; the run is tried again", "suspended")
	default:
		end = g.failed(s.Reason, string(s.Status))
	}
	err := g.emit(end)
	g.open = false
	return err
}

// left ends a run of the protocol that is left for a reason which its journal does not tell.
func (g *agui) left(e *entry) error {
	var child *runtime.ChildError
	switch {
	case e.err == nil:
		return nil // end has told
	case g.now.Start == nil:
		return g.emit(aguiEvent{Type: "RUN_ERROR", Message: "the run cannot be read", Code: "unreadable"})
	case !g.open:
		return nil
	}
	if err := g.hush(); err != nil {
		return err
	}
	end := g.failed("the run could not go on, and is tried again", "tried_again")
	if errors.As(e.err, &child) && child.Status != "" {
		end = g.finished(aguiOutcome{Type: "interrupt", Interrupts: []aguiInterrupt{{ID: child.Run, Reason: "child_" + string(child.Status), Message: "the agent " + child.Tool + " waits"}}})
	}
	err := g.emit(end)
	g.open = false
	return err
}

func (g *agui) finished(o aguiOutcome) aguiEvent {
	s, u := g.now, since(g.now.Used.Usage, g.used)
	return aguiEvent{Type: "RUN_FINISHED", Timestamp: s.At.UnixMilli(), ThreadID: threadIn(s), RunID: g.legID(s.Run), Outcome: &o,
		Usage: []aguiUsage{{Model: s.Start.Model, Input: u.PromptTokens, Output: u.GeneratedTokens, Total: u.PromptTokens + u.GeneratedTokens, CachedInput: u.CachedTokens}}}
}

func (g *agui) failed(message, code string) aguiEvent {
	ev := g.finished(aguiOutcome{})
	return aguiEvent{Type: "RUN_ERROR", Timestamp: ev.Timestamp, Message: message, Code: code, Usage: ev.Usage}
}

// interrupts are what a run waits for: for each call an approval, or what came of it.
func (g *agui) interrupts(s *planner.State) []aguiInterrupt {
	var out []aguiInterrupt
	for _, c := range s.Calls {
		i := aguiInterrupt{ID: c.ID, ToolCallID: c.ID, Metadata: map[string]string{"hash": c.Hash()}}
		switch c.Phase {
		case planner.Awaiting:
			i.Reason, i.Message = "approval", c.Tool+" "+string(c.Arguments)
			if d := g.decide[c.ID]; d != nil && d.Decision != nil && d.Decision.Approval != nil {
				i.Message = d.Decision.Approval.String()
			}
			if !c.Expires.IsZero() {
				i.ExpiresAt = c.Expires.UTC().Format(time.RFC3339)
			}
			i.ResponseSchema = map[string]any{"type": "object", "properties": map[string]any{"approved": map[string]any{"type": "boolean"}, "reason": map[string]any{"type": "string"}}, "required": []string{"approved"}}
		case planner.Unknown:
			i.Reason, i.Message = "outcome_unknown", "Nobody knows whether "+c.Tool+" "+string(c.Arguments)+" ran: say what came of it."
		default:
			continue
		}
		out = append(out, i)
	}
	return out
}
