package openai

import (
	"encoding/json"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
)

// call is a call that is being written.
type call struct {
	index  int // among ours, once it was told
	at     int64
	id     string
	name   string
	args   strings.Builder
	told   int // bytes of the arguments that were handed on
	opened bool
	closed bool
}

// whole reports whether the arguments are complete JSON, or none.
func (c *call) whole() bool {
	s := strings.TrimSpace(c.args.String())
	return s == "" || json.Valid([]byte(s))
}

// delta is a piece of a call. Servers number calls in more than one way: a new one
// begins with a new index, with a new id and a name, or with a name and arguments
// where those before are complete. A name may come in pieces, and after the id.
func (t *turn) delta(d callDelta) []llm.Event {
	if t.at == nil {
		t.at = map[int64]*call{}
	}
	f := d.Function
	if d.ID == "" && f.Name == "" && f.Arguments == "" {
		return nil
	}
	var events []llm.Event
	c := t.at[d.Index]
	if c == nil || t.another(c, d) {
		if c != nil && c.name != "" {
			events = t.open(c)
		}
		c = &call{at: d.Index, id: d.ID}
		t.at[d.Index] = c
		t.began = append(t.began, c)
	}
	if c.id == "" {
		c.id = d.ID
	}
	switch {
	case f.Name == "" || f.Name == c.name || c.opened:
	case strings.HasPrefix(f.Name, c.name): // the first, or all of it again
		c.name = f.Name
	default:
		c.name += f.Name
	}
	c.args.WriteString(string(f.Arguments))
	if c.args.Len() > 0 && c.name != "" {
		events = append(events, t.open(c)...)
	}
	return events
}

// another reports whether the piece begins another call at the same index.
func (t *turn) another(c *call, d callDelta) bool {
	f := d.Function
	switch {
	case f.Name == "" || c.name == "":
		return false
	case d.ID != "" && c.id != "" && d.ID != c.id:
		return true
	case c.args.Len() > 0:
		return f.Arguments != "" && strings.HasPrefix(strings.TrimSpace(string(f.Arguments)), "{") && c.whole()
	}
	return t.declared(c.name) && !t.begins(c.name+f.Name) && t.begins(f.Name) && f.Name != c.name
}

func (t *turn) declared(name string) bool {
	for _, s := range t.tools {
		if s.Name == name {
			return true
		}
	}
	return false
}

// begins reports whether a declared name begins so.
func (t *turn) begins(name string) bool {
	for _, s := range t.tools {
		if strings.HasPrefix(s.Name, name) {
			return true
		}
	}
	return false
}

// open tells of the call, and of what has come of its arguments.
func (t *turn) open(c *call) []llm.Event {
	var events []llm.Event
	if !c.opened {
		c.opened, c.index = true, t.told
		t.told++
		events = append(events, llm.CallStart{Index: c.index, Name: c.name})
	}
	if args := c.args.String(); len(args) > c.told {
		events = append(events, llm.CallDelta{Index: c.index, Text: args[c.told:]})
		c.told = len(args)
	}
	return events
}

// close ends a call.
func (t *turn) close(c *call) []llm.Event {
	if c.closed {
		return nil
	}
	c.closed = true
	events := t.open(c)
	args := c.args.String()
	if s := strings.TrimSpace(args); s == "" || s == "null" {
		args = "{}"
	}
	return append(events, llm.CallEnd{Index: c.index, Call: llm.ToolCall{ID: c.id, Name: c.name, Arguments: t.nullable[c.name].restore(args)}})
}

// refused returns the turn that an endpoint would not read as calls, if calls are what
// it is.
func (t *turn) refused(generated string) []llm.Event {
	if generated == "" || len(t.tools) == 0 {
		return nil
	}
	p := chat.NewParser(chat.ParserOptions{Tools: t.tools})
	events := p.Push(chat.Piece{Text: generated})
	more, err := p.Finish()
	if err != nil || p.Calls() == 0 {
		return nil
	}
	return append(t.parsed(append(events, more...)), llm.Stop{Reason: llm.StopToolCalls, Usage: t.usage})
}
