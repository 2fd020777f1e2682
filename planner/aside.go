package planner

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools"
)

// Aside is a result that left the context in whole or in part, as the model read it.
// It is read on with [ReadResultTool].
type Aside struct {
	Name string `json:"name"` // r1, r2 and so on
	Call string `json:"call"`
	Text string `json:"text"`
	Room int    `json:"room"` // bytes of it that one reading gives

	Encoded bool `json:"encoded,omitempty"` // Room is of the JSON that a reading is
}

// Cut says how much of a result stays in the context.
type Cut struct {
	Call string `json:"call"`
	Head int    `json:"head"` // bytes at its beginning
	Tail int    `json:"tail"` // and at its end
}

// leastCut is the least that is kept of a result, in bytes.
const leastCut = 128

// ReadResultName is the name of [ReadResultTool].
const ReadResultName = "read_result"

// ReadResultTool declares the reading of results that were too long for the context, by
// range. It is offered once there is one; the run answers it by itself, from its journal.
func ReadResultTool() tools.Spec {
	return tools.Spec{
		Name:        ReadResultName,
		Description: "Reads on in a result that was too long and of which a part was left out.",
		Effect:      tools.Read,
		Parameters: json.RawMessage(`{"type":"object","properties":{` +
			`"result":{"type":"string","description":"its name, such as r1"},` +
			`"from":{"type":"integer","minimum":0,"description":"the first byte to read"}},` +
			`"required":["result","from"],"additionalProperties":false}`),
	}
}

// offers reports whether the model may read results on.
func (s *State) offers() bool {
	_, taken := s.spec(ReadResultName)
	return len(s.Aside) > 0 && !taken && s.Plan.Phase == ""
}

// readOn answers a call of [ReadResultTool].
func (s *State) readOn(c *CallState) {
	spec := ReadResultTool()
	c.Effect = spec.Effect
	args, err := s.validate(spec, c.Arguments)
	var ask struct {
		Result string `json:"result"`
		From   int    `json:"from"`
	}
	if err == nil {
		err = json.Unmarshal(args, &ask)
	}
	i := slices.IndexFunc(s.Aside, func(a Aside) bool { return a.Name == ask.Result })
	switch {
	case err != nil:
		settle(c, tools.StatusInvalid, "the arguments of "+c.Tool+" are wrong: "+err.Error())
		return
	case i < 0:
		settle(c, tools.StatusInvalid, fmt.Sprintf("there is no result %q: want one of r1 to r%d", ask.Result, len(s.Aside)))
		return
	case ask.From >= len(s.Aside[i].Text):
		settle(c, tools.StatusInvalid, fmt.Sprintf("result %s has %d bytes, none from %d on", ask.Result, len(s.Aside[i].Text), ask.From))
		return
	}
	a := s.Aside[i]
	from := start(a.Text, ask.From)
	to := max(start(a.Text, min(from+a.Room, len(a.Text))), from+1)
	for a.Encoded { // quotes and breaks take more room there
		text, _ := json.Marshal(a.Text[from:to])
		if len(text) <= a.Room+2 || to <= from+4 {
			break
		}
		to = max(start(a.Text, from+(to-from)*a.Room/len(text)), from+1)
	}
	value, _ := json.Marshal(map[string]any{"text": a.Text[from:to], "from": from, "to": to, "of": len(a.Text)}) // plain values always encode
	c.Phase = Settled
	c.Result = &tools.Result{CallID: c.ID, Status: tools.StatusOK, Value: value}
}

// start is the place at or before i at which a character starts.
func start(s string, i int) int {
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}

// cutLongest keeps the head and the tail of the longest result that no turn has read
// yet: as much as fits, by the tokens that are too many.
func (s *State) cutLongest(c *Compacted, id string) bool {
	text := s.fullText(id)
	over := c.Tokens - c.Limit
	keep := min(len(text)-4*max(over, 1)-len(text)/16, len(text)*7/8)
	if keep < 2*leastCut {
		keep = min(max(2*leastCut, min(len(text)/8, 2*c.Limit)), len(text)*7/8)
	}
	if a := s.aside(id); a != nil { // it was cut before, and less of it must do
		keep = min(keep, s.inContext(id)/2)
	}
	if keep < 2*leastCut {
		return false
	}
	c.Cut = []Cut{{Call: id, Head: keep * 2 / 3, Tail: keep / 3}}
	return true
}

func (s *State) aside(call string) *Aside {
	for i := range s.Aside {
		if s.Aside[i].Call == call {
			return &s.Aside[i]
		}
	}
	return nil
}

// inContext is how many bytes of a result are in the context.
func (s *State) inContext(call string) int {
	for _, m := range s.Messages {
		if m.Role == llm.RoleTool && m.CallID == call {
			return len(m.Value) + len(m.Content)
		}
	}
	return 0
}

// fullText is a result as the model read it at first.
func (s *State) fullText(call string) string {
	if a := s.aside(call); a != nil {
		return a.Text
	}
	for _, m := range s.Messages {
		if m.Role == llm.RoleTool && m.CallID == call {
			if m.Value != nil {
				return string(m.Value)
			}
			return m.Content
		}
	}
	return ""
}

// keepAside remembers a result before it leaves the context.
func (s *State) keepAside(call string, c *Compacted) *Aside {
	if a := s.aside(call); a != nil {
		return a
	}
	a := Aside{Name: fmt.Sprintf("r%d", len(s.Aside)+1), Call: call, Text: s.fullText(call), Room: min(max(c.Limit, 256), 16<<10), Encoded: c.Encoded}
	s.Aside = append(s.Aside[:len(s.Aside):len(s.Aside)], a)
	return &s.Aside[len(s.Aside)-1]
}

// cut shortens a result in the context.
func (s *State) cut(c Cut, by *Compacted) {
	a := s.keepAside(c.Call, by)
	head, tail := start(a.Text, min(max(c.Head, 0), len(a.Text))), start(a.Text, max(len(a.Text)-max(c.Tail, 0), 0))
	if head >= tail {
		return
	}
	s.Messages = slices.Clone(s.Messages)
	for i := range s.Messages {
		if m := &s.Messages[i]; m.Role == llm.RoleTool && m.CallID == c.Call {
			m.Value = nil
			m.Content = fmt.Sprintf("%s\n(… bytes %d to %d of %d are left out: the result was too long. Read on with %s {\"result\":%q,\"from\":%d}, or ask for less …)\n%s",
				a.Text[:head], head, tail, len(a.Text), ReadResultName, a.Name, head, a.Text[tail:])
		}
	}
}

// steps lists the places of the steps of the running turn: of the messages with calls
// after the user's last one. The last step is not among them: no turn has read it yet.
func (s *State) steps() (places []int) {
	last, user := -1, -1
	for i, m := range s.Messages {
		switch {
		case m.Role == llm.RoleUser:
			user, places = i, nil
		case m.Role == llm.RoleAssistant:
			places, last = append(places, i), i
		}
	}
	if user < 0 || user > 1 || user == 1 && s.Messages[0].Role != llm.RoleSystem || last < user || len(places) < 2 {
		return nil
	}
	return places
}

// stepsText begins the note that stands for steps which left the context.
const stepsText = "(Earlier steps of this task were dropped to make room. They called: "

// forgetSteps takes the first n steps of the running turn out of the context. A note
// says which calls they made: what was done is not to be done again.
func (s *State) forgetSteps(n int) {
	places := s.steps()
	if n < 1 || n >= len(places) {
		return
	}
	from, to := places[0], places[n]
	s.Gone = maps.Clone(s.Gone)
	if s.Gone == nil {
		s.Gone = map[string]int{}
	}
	for _, m := range s.Messages[from:to] {
		if m.Role == llm.RoleTool {
			status := "ok"
			if m.IsError {
				status, _, _ = strings.Cut(m.Content, ":")
			}
			s.Gone[m.Name+": "+status]++
		}
	}
	var list []string
	for _, what := range slices.Sorted(maps.Keys(s.Gone)) {
		list = append(list, fmt.Sprintf("%s (%d)", what, s.Gone[what]))
	}
	note := llm.Message{Role: llm.RoleSystem, Content: stepsText + strings.Join(list, ", ") + ".)"}
	first := 0
	if s.Messages[0].Role == llm.RoleSystem {
		first = 1
		if strings.HasPrefix(s.Messages[0].Content, forgottenText) {
			note.Content = forgottenText + " " + note.Content
		}
	}
	s.Messages = slices.Concat([]llm.Message{note}, s.Messages[first:from], s.Messages[to:])
}
