package engine

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/expert"
)

// A model of a few million parameters does after a result what it saw done, and says what it
// saw said. Where its file has experts, what it comes to is compared with what was asked for
// before it is told: calls that change something are made if they were asked for, of the row
// that was named; what it says of a row is of that row; a refusal refuses what was asked for.

// cannot is how the model was taught to begin a refusal of one thing, strange a score below
// which nothing of that thing was asked for, and asking one from which on a request is for a
// tool whose values it does not say. They were chosen as expert's are.
const (
	cannot  = "I can't "
	strange = -3
	asking  = 2
)

// plain is a request in which what users say has its numbers in digits alone: a small model
// copies the first part of "1,042".
func (x experts) plain(req *llm.Request) *llm.Request {
	if x.router == nil {
		return req
	}
	out := *req
	out.Messages = slices.Clone(req.Messages)
	for i := range out.Messages {
		if m := &out.Messages[i]; m.Role == llm.RoleUser {
			m.Content = expert.Plain(m.Content)
		}
	}
	return &out
}

// mending is what a turn of a model that has experts is compared with.
type mending struct {
	*fits
	spans   *expert.Spans
	refusal string
	least   float64 // confidence of a call that lists what there is
	rows    expert.Rows
	results bool   // the turn goes on after some
	changed bool   // a call changed something
	lacking string // what was named and is in no result
	undone  string // the tool of a call that was not asked for
}

// mends returns what a turn is compared with; nil where there are no experts, or the answer
// has a form of its own.
func (e *Engine) mends(req *llm.Request, o chat.Options) *mending {
	if e.experts.router == nil || e.experts.refusal == "" || req.ToolChoice.Mode != llm.ChoiceAuto || req.ResponseFormat != nil || req.Citations != nil || len(o.Tools) == 0 {
		return nil
	}
	n := len(req.Messages) - 1
	m := &mending{fits: &fits{router: e.experts.router, tools: o.Tools}, spans: e.experts.spans, refusal: e.experts.refusal, least: e.sure.least * harmless, results: req.Messages[n].Role == llm.RoleTool}
	if !m.results && req.Messages[n].Role != llm.RoleUser {
		return nil
	}
	var results []string
	for ; n > 0 && req.Messages[n].Role != llm.RoleUser; n-- {
		for _, c := range req.Messages[n].Calls {
			m.changed = m.changed || slices.ContainsFunc(o.Tools, func(t llm.ToolSpec) bool { return t.Name == c.Name && t.Changes })
		}
		switch msg := req.Messages[n]; {
		case msg.Role != llm.RoleTool || msg.IsError:
		case len(msg.Value) > 0:
			results = append(results, string(msg.Value))
		default:
			results = append(results, msg.Content)
		}
	}
	if req.Messages[n].Role != llm.RoleUser {
		return nil
	}
	m.text, m.rows = wish(req.Messages[:n+1]), expert.RowsOf(results)
	return m
}

// more is the next call that was asked for beside those that were made: of what stands in a
// list with the value of a first one that reads. ok is false where there is none.
func (m *mending) more(messages []llm.Message) (next llm.ToolCall, ok bool) {
	if m == nil || !m.results {
		return next, false
	}
	var made []llm.ToolCall
	for n := len(messages) - 1; n > 0 && messages[n].Role != llm.RoleUser; n-- {
		made = append(messages[n].Calls[:len(messages[n].Calls):len(messages[n].Calls)], made...)
	}
	if len(made) == 0 {
		return next, false
	}
	if m.changed {
		return next, false
	}
	for _, c := range expert.Others(m.text, made[0]) {
		if !slices.ContainsFunc(made, c.Same) {
			return c, true
		}
	}
	return next, false
}

// call compares a call of a turn after results: one of another row than was named is given
// that row; ok is false for one that was not asked for. What a result tells an assistant to
// do is not compared: it is for policies to stop, and for a newcomer to see them do it.
func (m *mending) call(c llm.ToolCall) (mended llm.ToolCall, ok bool) {
	if m == nil || !m.results {
		return c, true
	}
	at := slices.IndexFunc(m.tools, func(t llm.ToolSpec) bool { return t.Name == c.Name })
	if at < 0 || !m.tools[at].Changes || m.rows.Tell(m.tools[at]) {
		return c, true
	}
	c, _ = m.rows.Retarget(m.text, c)
	if m.router.Unasked(m.text, m.tools, m.rows, c) {
		m.lacking, m.undone = m.rows.Lacking(m.text, c), c.Name
		return c, false
	}
	return c, true
}

// says compares a turn's text.
func (m *mending) says(text string) string {
	if m.results {
		if m.lacking != "" {
			return "I could not find " + m.lacking + "."
		}
		better := m.rows.Answer(m.text, expert.Without(text, m.undone, m.tools))
		if !m.changed && expert.Foreign(m.text, m.tools) && !strings.HasPrefix(better, m.refusal) {
			better = m.refusal + " " + better
		}
		return better
	}
	text = expert.Able(text, m.tools)
	if q := m.asks(text); q != "" {
		return q
	}
	what, refuses := strings.CutPrefix(strings.TrimSpace(text), cannot)
	what, _, _ = strings.Cut(what, ".")
	if refuses && what != "do that" && m.router.Scores(m.text, []llm.ToolSpec{{Name: what}})[0] < strange {
		return cannot + "do that. " + expert.CanDo(m.tools)
	}
	return text
}

// asks is the question for what is missing, in place of a refusal.
func (m *mending) asks(text string) string {
	if !m.refuses(text) || expert.Foreign(m.text, m.tools) {
		return ""
	}
	scores := m.router.Scores(m.text, m.tools)
	at := slices.Index(scores, slices.Max(scores))
	if scores[at] < asking {
		return ""
	}
	return m.spans.Missing(m.text, m.tools[at])
}

// refuses says that a text is a refusal.
func (m *mending) refuses(text string) bool {
	return strings.HasPrefix(strings.TrimSpace(text), cannot) || strings.HasPrefix(strings.TrimSpace(text), m.refusal) || strings.HasPrefix(text, "I'm sorry, I can't ")
}

// first is the call to make in place of a refusal: of what lists the things that what was
// asked for is done to.
func (m *mending) first(text string) (call llm.ToolCall, ok bool) {
	if m.results || !m.refuses(text) {
		return call, false
	}
	name := m.router.Lister(m.text, m.tools)
	return llm.ToolCall{Name: name, Arguments: []byte("{}"), Confidence: max(m.least, leastConfidence)}, name != ""
}

// mended compares the text of a turn that ends with it.
func (t *turn) mended(stop *llm.Stop) {
	var text strings.Builder
	for _, ev := range t.kept {
		if d, ok := ev.(llm.TextDelta); ok {
			text.WriteString(d.Text)
		}
	}
	if t.mend == nil || t.calls > 0 || text.Len() == 0 || stop.Reason != llm.StopEndOfTurn {
		return
	}
	if call, ok := t.mend.first(text.String()); ok {
		t.kept = []llm.Event{llm.CallStart{Name: call.Name}, llm.CallEnd{Call: call}}
		stop.Reason = llm.StopToolCalls
	} else if better := t.mend.says(text.String()); better != text.String() {
		t.kept = []llm.Event{llm.TextDelta{Text: better}}
	}
}
