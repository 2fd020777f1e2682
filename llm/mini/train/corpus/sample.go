package corpus

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
)

// Sample is a rendered conversation: Pieces alternate between what is read and what is
// to be learned.
type Sample struct {
	Pieces []chat.Piece
	Learn  []bool // by piece
}

// field returns the raw value of a key of a JSON object.
func field(object, key string) (json.RawMessage, bool) {
	var m map[string]json.RawMessage
	if json.Unmarshal([]byte(object), &m) != nil {
		return nil, false
	}
	v, ok := m[key]
	return v, ok
}

// Prompt renders the messages before the turn as the runtime does, unless the
// conversation is brief.
func (c *Conversation) Prompt(at int) ([]chat.Piece, error) {
	if c.Brief {
		messages := append([]llm.Message{{Role: llm.RoleSystem, Content: c.lines()}}, c.Messages[:at]...)
		if len(messages) > 1 && messages[1].Role == llm.RoleSystem {
			messages[0].Content += messages[1].Content
			messages = append(messages[:1], messages[2:]...)
		}
		return chat.Render(messages, chat.Options{Generation: true})
	}
	opts, err := chat.ForRequest(&llm.Request{Messages: c.Messages[:at], Tools: c.Tools})
	if err != nil {
		return nil, err
	}
	return chat.Render(c.Messages[:at], opts)
}

// lines declares each tool in a line.
func (c *Conversation) lines() string {
	var b strings.Builder
	for _, t := range c.Tools {
		var schema struct {
			Properties map[string]struct{ Type, Description string } `json:"properties"`
		}
		_ = json.Unmarshal(t.Parameters, &schema) // this package wrote it
		fmt.Fprintf(&b, "\"name\": %q, %q: {", t.Name, t.Description)
		for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
			fmt.Fprintf(&b, "%q: %q, ", name, schema.Properties[name].Description)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// Target is the text of an assistant's message as the model writes it.
func Target(m llm.Message) (string, error) {
	if len(m.Calls) == 0 {
		return m.Content, nil
	}
	out := ""
	for i, c := range m.Calls {
		m := llm.Message{Role: llm.RoleAssistant, Calls: []llm.ToolCall{c}}
		pieces, err := chat.Render([]llm.Message{m}, chat.Options{})
		if err != nil {
			return "", err
		}
		text := pieces[len(pieces)-2].Text // header, then "\n\n" and the call, then the end of the turn
		if len(text) < 2 {
			return "", fmt.Errorf("corpus: the call of %s renders as %q", c.Name, text)
		}
		if i > 0 {
			out += "; "
		}
		out += text[2:]
	}
	return out, nil
}

// Samples renders a conversation for training: one sample for the whole, and one more
// for each turn of several calls, because such a turn is shown split once it is past.
func (c *Conversation) Samples() ([]Sample, error) {
	var out []Sample
	var whole Sample
	shown := 0
	for _, t := range c.Turns {
		prompt, err := c.Prompt(t.At)
		if err != nil {
			return nil, err
		}
		target, err := Target(c.Messages[t.At])
		if err != nil {
			return nil, err
		}
		// The prompt repeats what the sample has; only what is new is added.
		rest, err := after(prompt, shown)
		if err != nil {
			return nil, err
		}
		end := []chat.Piece{{Text: target}, {Special: chat.EndTurn}}
		if len(c.Messages[t.At].Calls) > 1 {
			s := Sample{Pieces: append(append([]chat.Piece{}, prompt...), end...), Learn: make([]bool, len(prompt)+2)}
			s.Learn[len(prompt)], s.Learn[len(prompt)+1] = true, true
			out = append(out, s)
			continue
		}
		whole.Pieces = append(append(whole.Pieces, rest...), end...)
		for range rest {
			whole.Learn = append(whole.Learn, false)
		}
		whole.Learn = append(whole.Learn, true, true)
		shown = joined(prompt) + len(target) + len(chat.EndTurn)
	}
	if len(whole.Pieces) > 0 {
		out = append(out, whole)
	}
	return out, nil
}

func joined(pieces []chat.Piece) int { return len(chat.Join(pieces)) }

// after cuts the first n bytes off pieces.
func after(pieces []chat.Piece, n int) ([]chat.Piece, error) {
	for i, p := range pieces {
		if n == 0 {
			return pieces[i:], nil
		}
		size := len(p.Text) + len(p.Special)
		if size > n {
			if p.Special != "" {
				return nil, fmt.Errorf("corpus: a turn does not continue the one before it")
			}
			return append([]chat.Piece{{Text: p.Text[n:]}}, pieces[i+1:]...), nil
		}
		n -= size
	}
	return nil, nil
}
