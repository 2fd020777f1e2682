package runtime

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/documents/ground"
)

// groundingRule names the rule of a verdict on an answer's citations.
const groundingRule = "grounding"

// maxOther bounds the results that are kept to check an answer against, in bytes: what
// comes later is not looked at.
const maxOther = 4 << 20

// grounds gathers what the answers of a run, and of those that it follows, may rest on.
type grounds struct {
	evidence ground.Evidence
	bytes    int
	searched bool // by the run itself
	done     bool // it has called another tool, or one in vain, of which an answer may tell
}

// observe takes up the results of an event: passages from tools that declare that they
// list them, text from others.
func (g *grounds) observe(before planner.State, ev planner.Event) {
	switch {
	case ev.Started != nil:
		g.searched, g.done = false, false
		return
	case ev.Result == nil:
		return
	case ev.Result.Status != tools.StatusOK:
		g.done = true
		return
	}
	c, ok := before.Call(ev.Result.CallID)
	if !ok {
		return
	}
	spec := specOf(before, c.Tool)
	member, retrieves := spec.Labels[label.KeyPassages]
	g.searched, g.done = g.searched || retrieves, g.done || !retrieves
	value := ev.Result.Value
	if g.bytes += len(value); g.bytes > maxOther {
		return
	}
	if !retrieves {
		g.evidence.Other = append(g.evidence.Other, string(value))
		return
	}
	g.evidence.Searched = true
	if member != "." {
		var object map[string]json.RawMessage
		if json.Unmarshal(value, &object) != nil {
			return
		}
		value = object[member]
	}
	var list []json.RawMessage
	if json.Unmarshal(value, &list) != nil {
		return
	}
	for _, raw := range list {
		var p struct {
			Source  string `json:"source"`
			Text    string `json:"text"`
			Page    int    `json:"page"`
			Last    int    `json:"last_page"`
			Passage int    `json:"passage"`
			Heading string `json:"heading"`
		}
		if json.Unmarshal(raw, &p) != nil {
			g.evidence.Other = append(g.evidence.Other, string(raw))
			continue
		}
		g.evidence.Passages = append(g.evidence.Passages, ground.Passage{Source: p.Source, Page: p.Page, Last: p.Last, Number: p.Passage, Heading: p.Heading, Text: p.Text})
	}
}

func specOf(s planner.State, tool string) tools.Spec {
	for _, t := range s.Start.Tools {
		if t.Name == tool {
			return t
		}
	}
	return tools.Spec{}
}

// screen checks an answer that the policy has let out, as it is shown then.
func (g *grounds) screen(s planner.State, t planner.Text, quote ground.Quoter, out *planner.Screened) {
	if s.Policy.Grounding == ground.Off || out.Verdict != planner.Allow {
		return
	}
	answer := t.Text
	if out.Text != nil {
		answer = *out.Text
	}
	e := g.evidence
	for _, m := range s.Messages {
		if m.Role == llm.RoleUser {
			e.Said = append(e.Said, m.Content)
		}
	}
	found := ground.Check(answer, e)
	beside := s.Policy.Grounding == ground.Quote && g.searched && !g.done && ground.SaysNoAmount(lastOf(s), answer) // read, and no answer
	if s.Policy.Grounding == ground.Quote && quote != nil && g.searched && (len(found) > 0 || !g.done && !ground.Cites(answer) || beside) {
		if text, ok := quote(lastOf(s), e); ok {
			out.Rule, out.Text = groundingRule, &text
			return
		}
	}
	if g.searched && !g.done && (beside || !ground.States(answer, e)) {
		out.Rule = groundingRule
		if s.Policy.Grounding == ground.Refuse {
			out.Verdict, out.Text, out.Reason = planner.Deny, nil, "it says nothing that was read: answer from the documents, or say that they do not say."
			return
		}
		nothing := ground.Nothing(strings.Join(e.Said, "\n"))
		out.Text = &nothing
		return
	}
	if len(found) == 0 {
		return
	}
	out.Rule = groundingRule
	if s.Policy.Grounding == ground.Refuse {
		out.Verdict, out.Text, out.Reason = planner.Deny, nil, "what it says must be in the documents that it cites ("+ground.Reason(found)+")."
		return
	}
	marked := ground.Marked(answer, found)
	out.Text = &marked
}

// lastOf is what the user said last.
func lastOf(s planner.State) string {
	for _, m := range slices.Backward(s.Messages) {
		if m.Role == llm.RoleUser {
			return m.Content
		}
	}
	return ""
}

// citing is a [Session] that knows what answers may cite.
type citing interface {
	citations(s planner.State) []string
}

// citations are what an answer may cite: a model that runs here is held to them while it
// writes. nil holds it to nothing.
func (g *guarded) citations(s planner.State) []string {
	if s.Policy == nil || s.Policy.Grounding == ground.Off {
		return nil
	}
	return g.grounds.evidence.Citations()
}
