package chat

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// codeInterpreter is the built-in tool whose call is bare Python after <|python_tag|>.
const codeInterpreter = "code_interpreter"

// turns renders messages after the system message.
func (p *prompt) turns(messages []llm.Message, o Options) error {
	for i := 0; i < len(messages); i++ {
		m := messages[i]
		switch {
		case m.Role == llm.RoleTool:
			if err := p.result(m, o); err != nil {
				return fmt.Errorf("chat: message %d: %w", i, err)
			}
		case len(m.Calls) > 0:
			if len(m.Calls) > 1 && o.Strict {
				return ErrSingleCall
			}
			results := resultsAfter(messages[i+1:])
			if err := p.calls(m, results, o); err != nil {
				return fmt.Errorf("chat: message %d: %w", i, err)
			}
			if len(m.Calls) > 1 {
				i += len(results)
			}
		default:
			p.header(string(m.Role))
			p.text(trim(m.Content))
			p.special(EndTurn)
		}
	}
	return nil
}

// resultsAfter returns the tool messages at the front.
func resultsAfter(messages []llm.Message) []llm.Message {
	n := slices.IndexFunc(messages, func(m llm.Message) bool { return m.Role != llm.RoleTool })
	if n < 0 {
		n = len(messages)
	}
	return messages[:n]
}

// calls renders an assistant message that makes calls. The format knows one call a
// turn, so several become consecutive turns of one call each, with its result between
// them; the Python-style dialect has a list for them and keeps them together.
func (p *prompt) calls(m llm.Message, results []llm.Message, o Options) error {
	if text := trim(m.Content); text != "" && !o.Strict {
		p.header(string(llm.RoleAssistant))
		p.text(text)
		p.special(EndTurn)
	}
	end := EndTurn
	if o.Builtin != nil {
		end = EndMessage // ipython mode: the message awaits a result
	}
	if o.Dialect == llm.DialectPythonic {
		list := make([]string, len(m.Calls))
		for i, c := range m.Calls {
			s, err := pythonicCall(c)
			if err != nil {
				return err
			}
			list[i] = s
		}
		p.header(string(llm.RoleAssistant))
		p.text("[" + strings.Join(list, ", ") + "]")
		p.special(end)
		if len(m.Calls) > 1 {
			return p.results(results, o)
		}
		return nil
	}
	left := slices.Clone(results)
	for i, c := range m.Calls {
		p.header(string(llm.RoleAssistant))
		if err := p.call(c, o); err != nil {
			return err
		}
		p.special(end)
		if len(m.Calls) == 1 {
			return nil // turns renders its result
		}
		at := slices.IndexFunc(left, func(r llm.Message) bool { return c.ID != "" && r.CallID == c.ID })
		if at < 0 && len(left) == len(m.Calls)-i && left[0].CallID == "" {
			at = 0 // results without ids answer in order
		}
		if at >= 0 {
			if err := p.result(left[at], o); err != nil {
				return err
			}
			left = slices.Delete(left, at, at+1)
		}
	}
	return p.results(left, o)
}

// call renders one call in the native form, without the token that ends it.
func (p *prompt) call(c llm.ToolCall, o Options) error {
	args, err := parseValue(orObject(c.Arguments))
	if err != nil {
		return fmt.Errorf("the arguments of %s: %w", c.Name, err)
	}
	if args.kind != '{' && (!o.Strict || slices.Contains(o.Builtin, c.Name)) {
		return fmt.Errorf("the arguments of %s are no JSON object", c.Name)
	}
	if slices.Contains(o.Builtin, c.Name) {
		p.special(PythonTag)
		if code, ok := args.get("code"); ok && c.Name == codeInterpreter && !o.Strict {
			p.text(code.text)
			return nil
		}
		parts := make([]string, len(args.keys))
		for i, k := range args.keys {
			parts[i] = k + `="` + plain(args.items[i]) + `"`
		}
		p.text(c.Name + ".call(" + strings.Join(parts, ", ") + ")")
		return nil
	}
	p.text(`{"name": "` + c.Name + `", "parameters": ` + string(appendJSON(nil, args, 0, 0)) + "}")
	return nil
}

// plain is a value as the built-in call form shows it: a string without quotes.
func plain(v value) string {
	if v.kind == '"' {
		return v.text
	}
	return string(appendJSON(nil, v, 0, 0))
}

func orObject(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}

func (p *prompt) results(messages []llm.Message, o Options) error {
	for _, m := range messages {
		if err := p.result(m, o); err != nil {
			return err
		}
	}
	return nil
}

// result renders a tool's output as a JSON value; text becomes a JSON string. The
// template shows a lone true, false or null as Python spells it.
func (p *prompt) result(m llm.Message, o Options) error {
	v := value{kind: '"', text: m.Content}
	if len(m.Value) > 0 {
		parsed, err := parseValue(m.Value)
		if err != nil {
			return fmt.Errorf("the result of %s: %w", m.Name, err)
		}
		v = parsed
	}
	p.header("ipython")
	if o.Strict && v.kind != '{' && v.kind != '[' {
		p.text(string(appendLiteral(nil, v)))
	} else {
		p.text(string(appendJSON(nil, v, 0, 0)))
	}
	p.special(EndTurn)
	return nil
}

// pythonicCall renders a call as Python: name(key=literal, …).
func pythonicCall(c llm.ToolCall) (string, error) {
	args, err := parseValue(orObject(c.Arguments))
	if err != nil {
		return "", fmt.Errorf("the arguments of %s: %w", c.Name, err)
	}
	parts := make([]string, len(args.keys))
	for i, k := range args.keys {
		parts[i] = k + "=" + string(appendLiteral(nil, args.items[i]))
	}
	return c.Name + "(" + strings.Join(parts, ", ") + ")", nil
}

// appendLiteral appends a JSON value as a Python literal.
func appendLiteral(b []byte, v value) []byte {
	switch v.kind {
	case 't':
		return append(b, "True"...)
	case 'f':
		return append(b, "False"...)
	case 'n':
		return append(b, "None"...)
	case '{', '[':
		b = append(b, v.kind)
		for i, item := range v.items {
			if i > 0 {
				b = append(b, ", "...)
			}
			if v.kind == '{' {
				b = append(appendString(b, v.keys[i]), ": "...)
			}
			b = appendLiteral(b, item)
		}
		return append(b, v.kind+2) // '}' and ']' follow their openings by two in ASCII
	}
	return appendJSON(b, v, 0, 0)
}
