package chat

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// traits are what a template was seen to need: see probe.
type traits struct {
	noSystem  bool // it refuses a system message: its text goes to the first user's
	lateUser  bool // it has no place for a system message later on: it is a user's there
	noContent bool // the content of a message with nothing but calls is null, not ""
	argsText  bool // arguments are JSON in a text, not an object
	oneCall   bool // several calls of a turn are turns of one call each
	listTools bool // without tools their list is empty; else there is none
	noResult  bool // it has no place for results: they are a user's message
}

// vars are a template's variables for a conversation, as OpenAI's API and Hugging Face's
// templates have them.
func (t traits) vars(messages []llm.Message, tools []llm.ToolSpec) (map[string]any, error) {
	list, err := t.messages(messages)
	if err != nil {
		return nil, err
	}
	vars := map[string]any{"messages": list, "add_generation_prompt": true, "tools": nil, "documents": nil}
	if t.listTools {
		vars["tools"] = []any{}
	}
	if len(tools) > 0 {
		decls := make([]any, len(tools))
		for i, tool := range tools {
			decls[i] = described(tool)
		}
		vars["tools"] = decls
	}
	return vars, nil
}

func (t traits) messages(messages []llm.Message) ([]any, error) {
	var out []any
	ids := &callIDs{at: map[string]string{}}
	system := "" // that has no message of its own yet
	user := func(text string) {
		if n := len(out); n > 0 {
			if last := out[n-1].(map[string]any); last["role"] == "user" { // turns alternate
				last["content"] = last["content"].(string) + "\n\n" + text
				return
			}
		}
		out = append(out, map[string]any{"role": "user", "content": text})
	}
	for i := 0; i < len(messages); i++ {
		m := messages[i]
		switch {
		case m.Role == llm.RoleTool:
			text, err := resultText(m)
			if err != nil {
				return nil, fmt.Errorf("chat: message %d: %w", i, err)
			}
			if t.noResult {
				user("<tool_response>\n" + text + "\n</tool_response>")
				continue
			}
			out = append(out, ids.result(m, text))
		case m.Role == llm.RoleSystem && i == 0 && t.noSystem:
			system = m.Content
		case m.Role == llm.RoleSystem && i > 0 && t.lateUser:
			user(m.Content)
		case m.Role == llm.RoleUser && system != "":
			user(system + "\n\n" + m.Content)
			system = ""
		case m.Role == llm.RoleUser && t.noResult:
			user(m.Content)
		case len(m.Calls) > 1 && t.oneCall:
			results := resultsAfter(messages[i+1:])
			if err := t.turnsOfOne(m, results, ids, &out); err != nil {
				return nil, fmt.Errorf("chat: message %d: %w", i, err)
			}
			i += len(results)
		case len(m.Calls) > 0:
			one, err := t.calling(m, ids)
			if err != nil {
				return nil, fmt.Errorf("chat: message %d: %w", i, err)
			}
			out = append(out, one)
		default:
			out = append(out, map[string]any{"role": string(m.Role), "content": m.Content})
		}
	}
	if system != "" {
		user(system)
	}
	return out, nil
}

// described is a declaration with a description, be it empty: templates join it to others.
func described(t llm.ToolSpec) json.RawMessage {
	v := mustValue(declaration(t))
	if f, ok := v.get("function"); ok && t.Description == "" {
		f.keys = slices.Insert(f.keys, 1, "description")
		f.items = slices.Insert(f.items, 1, value{kind: '"'})
		v.set("function", f)
	}
	return encode(v)
}

// turnsOfOne renders a turn of several calls as turns of one call, each with its result.
func (t traits) turnsOfOne(m llm.Message, results []llm.Message, ids *callIDs, out *[]any) error {
	left := append([]llm.Message{}, results...)
	for k, c := range m.Calls {
		one := llm.Message{Role: m.Role, Calls: []llm.ToolCall{c}}
		if k == 0 {
			one.Content = m.Content
		}
		call, err := t.calling(one, ids)
		if err != nil {
			return err
		}
		*out = append(*out, call)
		for j, r := range left {
			if r.CallID == c.ID {
				text, err := resultText(r)
				if err != nil {
					return err
				}
				*out = append(*out, ids.result(r, text))
				left = append(left[:j], left[j+1:]...)
				break
			}
		}
	}
	for _, r := range left {
		text, err := resultText(r)
		if err != nil {
			return err
		}
		*out = append(*out, ids.result(r, text))
	}
	return nil
}

// calling is an assistant's message with calls.
func (t traits) calling(m llm.Message, ids *callIDs) (map[string]any, error) {
	calls := make([]any, len(m.Calls))
	for i, c := range m.Calls {
		args, err := parseValue(orObject(c.Arguments))
		if err != nil {
			return nil, fmt.Errorf("the arguments of %s: %w", c.Name, err)
		}
		if args.kind != '{' {
			return nil, fmt.Errorf("the arguments of %s are no JSON object", c.Name)
		}
		if t.argsText {
			args = value{kind: '"', text: string(encode(args))}
		}
		// Some templates write the object as it is: the name comes first, as everywhere.
		f := value{kind: '{', keys: []string{"name", "arguments"}, items: []value{{kind: '"', text: c.Name}, args}}
		calls[i] = map[string]any{"id": ids.of(c.ID), "type": "function", "function": encode(f)}
	}
	msg := map[string]any{"role": string(llm.RoleAssistant), "content": m.Content, "tool_calls": calls}
	if m.Content == "" && t.noContent {
		msg["content"] = nil
	}
	return msg, nil
}

// callIDs are the ids that a template is shown: nine letters and digits, as some demand,
// which don't differ between runs.
type callIDs struct {
	n  int
	at map[string]string
}

func (c *callIDs) of(id string) string {
	if short, ok := c.at[id]; ok && id != "" {
		return short
	}
	c.n++
	short := fmt.Sprintf("call%05d", c.n)
	c.at[id] = short
	return short
}

func (c *callIDs) result(m llm.Message, text string) map[string]any {
	id, ok := c.at[m.CallID]
	if !ok {
		id = fmt.Sprintf("call%05d", max(c.n, 1))
	}
	return map[string]any{"role": string(llm.RoleTool), "content": text, "name": m.Name, "tool_call_id": id}
}

// resultText is a tool's output as text: JSON, or what a JSON string spells.
func resultText(m llm.Message) (string, error) {
	if len(m.Value) == 0 {
		return m.Content, nil
	}
	v, err := parseValue(m.Value)
	if err != nil {
		return "", fmt.Errorf("the result of %s: %w", m.Name, err)
	}
	if v.kind == '"' {
		return v.text, nil
	}
	return string(encode(v)), nil
}

// declared are the messages with the tools in the system message and calls as text, for
// a format that has no place for them in that dialect.
func declared(messages []llm.Message, o Options) []llm.Message {
	form := Form(o.Dialect)
	var out []llm.Message
	if len(o.Tools) > 0 {
		var system strings.Builder
		system.WriteString(form.intro())
		for _, t := range o.Tools {
			system.Write(appendJSON(nil, mustValue(declaration(t)), 0, 0))
			system.WriteString("\n")
		}
		out = []llm.Message{{Role: llm.RoleSystem, Content: system.String()}}
	}
	for i, m := range messages {
		switch {
		case i == 0 && m.Role == llm.RoleSystem && len(out) > 0:
			out[0].Content += "\n" + m.Content
		case len(m.Calls) > 0:
			text := form.Write(m.Calls)
			if t := trim(m.Content); t != "" {
				text = t + "\n" + text
			}
			out = append(out, llm.Message{Role: m.Role, Content: text})
		default:
			out = append(out, m)
		}
	}
	return out
}

// mustValue is a value that was made here.
func mustValue(raw json.RawMessage) value {
	v, err := parseValue(raw)
	if err != nil {
		return value{kind: '{'}
	}
	return v
}
