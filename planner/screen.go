package planner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
)

// Text is a text that a policy is asked about.
type Text struct {
	Hook    policies.Hook     `json:"hook"`
	Message int               `json:"message,omitempty"` // of an input
	Call    *tools.Call       `json:"call,omitempty"`    // of a result
	Result  *tools.Result     `json:"result,omitempty"`  // as it would be read
	Passage int               `json:"passage,omitempty"` // from 1; 0 is the whole result
	Labels  map[string]string `json:"labels,omitempty"`  // of the passage
	Text    string            `json:"text"`
}

// Hash identifies the text.
func (t *Text) Hash() string { return hash("text", t.Text) }

func (t *Text) callID() string {
	if t.Call == nil {
		return ""
	}
	return t.Call.ID
}

// admit lets in the messages of the start up to the next one of the user, on which
// the policy is asked; all of them if it is not.
func (s *State) admit() {
	for s.Inputs < len(s.Start.Messages) && (s.Start.Messages[s.Inputs].Role != llm.RoleUser || !s.Policy.Asks(policies.OnInput)) {
		s.Inputs++
	}
}

func (s *State) screened(sc *Screened) {
	switch sc.Hook {
	case OnBudget:
		s.end(BudgetExceeded, sc.Reason)
	case policies.OnInput:
		s.input(sc)
	case policies.OnResult:
		if c := s.call(sc.Call); sc.Passage > 0 {
			s.passage(c, sc)
		} else {
			s.received(c, sc)
		}
	case policies.OnAnswer:
		s.answer(sc)
	}
}

func (s *State) input(sc *Screened) {
	i := s.Inputs
	s.Inputs++
	s.admit()
	if sc.Verdict != Allow {
		s.end(Denied, "policy "+sc.Rule+because(sc.Reason))
		return
	}
	// The index holds unless the policy was pinned to a run that had gone on without.
	if sc.Text != nil && i < len(s.Messages) && s.Messages[i].Content == s.Start.Messages[i].Content {
		s.Messages = slices.Clone(s.Messages)
		s.Messages[i].Content = *sc.Text
	}
}

// withheld is what the model reads in place of a text that a policy keeps from it.
func withheld(sc *Screened) string { return "(withheld by policy" + because(sc.Reason) + ")" }

// received settles a call whose whole result the policy has seen.
func (s *State) received(c *CallState, sc *Screened) {
	res := *c.Result
	text := sc.Text
	if sc.Verdict != Allow {
		w := withheld(sc)
		text = &w
	}
	if d := sc.Decision; d != nil && d.Handle != "" {
		c.Handle = d.Handle
		s.keep(d.Handle, d, policies.ResultText(c.Result))
	} else if d != nil {
		for _, k := range d.KeptTexts(policies.ResultText(c.Result)) {
			s.keep(k.Name, d, k.Text)
		}
	}
	if text != nil {
		setText(&res, *text)
	}
	c.Phase, c.Result = Settled, &res
	if sc.Verdict == Halt {
		s.end(Denied, "policy "+sc.Rule+because(sc.Reason))
	}
}

// setText replaces the text of a result. A JSON document whose strings were redacted
// stays one.
func setText(res *tools.Result, text string) {
	if res.Status != tools.StatusOK {
		res.Reason = text
		return
	}
	var was string
	if json.Unmarshal(res.Value, &was) != nil && json.Valid([]byte(text)) {
		res.Value = json.RawMessage(text)
		return
	}
	res.Value, _ = json.Marshal(text) // a string always encodes
}

// answer lets the answer out, changed or not. One that is denied is taken back, and
// the model is told why and tries again; each time counts as a repair.
func (s *State) answer(sc *Screened) {
	end := s.Draft
	s.Draft = ""
	s.Messages = slices.Clone(s.Messages)
	last := &s.Messages[len(s.Messages)-1]
	switch sc.Verdict {
	case Allow:
		if sc.Text != nil {
			last.Content = *sc.Text
		}
		s.end(end, "")
	case Halt:
		last.Content = ""
		s.end(Denied, "policy "+sc.Rule+because(sc.Reason))
	default:
		last.Content = withheld(sc)
		s.say(llm.Message{Role: llm.RoleSystem, Content: "Your answer was not shown" + because(sc.Reason) + " Answer again without that."})
		s.Used.Repairs++
	}
}

// passageOf is one retrieved passage: a string, or an object with a text.
type passageOf struct {
	Text   string            `json:"text"`
	Labels map[string]string `json:"labels"`
	Label  string            `json:"label"` // an integrity by itself, as passages of documents have it
}

// passages returns the passages that a result lists, by its tool's declaration.
func (s *State) passages(c *CallState) []json.RawMessage {
	spec, _ := s.spec(c.Tool)
	member, ok := spec.Labels[label.KeyPassages]
	if !ok || c.Result == nil || c.Result.Status != tools.StatusOK {
		return nil
	}
	list := c.Result.Value
	if member != "." {
		var object map[string]json.RawMessage
		if json.Unmarshal(list, &object) != nil {
			return nil
		}
		list = object[member]
	}
	var out []json.RawMessage
	if json.Unmarshal(list, &out) != nil {
		return nil
	}
	return out
}

func readPassage(raw json.RawMessage) passageOf {
	var p passageOf
	if json.Unmarshal(raw, &p.Text) == nil {
		return p
	}
	if json.Unmarshal(raw, &p) != nil || p.Text == "" {
		p = passageOf{Text: string(raw)}
	}
	if p.Label == label.Untrusted.String() && p.Labels[label.KeyIntegrity] == "" {
		if p.Labels == nil {
			p.Labels = map[string]string{}
		}
		p.Labels[label.KeyIntegrity] = p.Label
	}
	return p
}

// resultText is what the policy is asked next about a received result: its passages
// one by one, then the whole.
func (s *State) resultText(c *CallState) *Text {
	call := s.toolCall(c)
	if list := s.passages(c); c.Passages < len(list) {
		p := readPassage(list[c.Passages])
		return &Text{Hook: policies.OnResult, Call: &call, Passage: c.Passages + 1, Labels: p.Labels, Text: p.Text}
	}
	res := *c.Result
	return &Text{Hook: policies.OnResult, Call: &call, Result: &res, Text: policies.ResultText(&res)}
}

// passage puts the verdict on one passage in its place.
func (s *State) passage(c *CallState, sc *Screened) {
	list := s.passages(c)
	i := sc.Passage - 1
	c.Passages = sc.Passage
	text := sc.Text
	if sc.Verdict != Allow {
		w := withheld(sc)
		text = &w
	}
	if sc.Verdict == Halt {
		s.end(Denied, "policy "+sc.Rule+because(sc.Reason))
	}
	if text == nil {
		return
	}
	list = slices.Clone(list)
	list[i] = replacePassage(list[i], *text, sc.Verdict == Allow)
	spec, _ := s.spec(c.Tool)
	res := *c.Result
	if member := spec.Labels[label.KeyPassages]; member == "." {
		res.Value = join(list)
	} else {
		var object map[string]json.RawMessage
		_ = json.Unmarshal(res.Value, &object) // passages has read it
		object[member] = join(list)
		res.Value, _ = json.Marshal(object)
	}
	c.Result = &res
}

// replacePassage puts another text in a passage. What else stands in a passage that
// is withheld goes too: a title can say as much as a text.
func replacePassage(raw json.RawMessage, text string, keep bool) json.RawMessage {
	quoted, _ := json.Marshal(text)
	var object map[string]json.RawMessage
	if !keep || json.Unmarshal(raw, &object) != nil || object["text"] == nil {
		return quoted
	}
	object["text"] = quoted
	out, _ := json.Marshal(object)
	return out
}

func join(list []json.RawMessage) json.RawMessage {
	return append(append(json.RawMessage("["), bytes.Join(byteSlices(list), []byte(","))...), ']')
}

func byteSlices(list []json.RawMessage) [][]byte {
	out := make([][]byte, len(list))
	for i := range list {
		out[i] = list[i]
	}
	return out
}

// PassageID names a passage of a call's result in a policy's facts.
func PassageID(call string, passage int) string { return fmt.Sprintf("%s#%d", call, passage) }
