package chat

import (
	"regexp"
	"strings"
)

var (
	mistralName   = regexp.MustCompile(`^\s*([A-Za-z_][\w.-]*)\s*(?:\[CALL_ID\]\s*\w*\s*)?(?:\[ARGS\])?\s*`)
	parameterOpen = regexp.MustCompile(`^\s*<parameter(?:[=:]|\s+name\s*=)\s*["']?([\w.-]+)["']?\s*>`)
	parameterEnd  = regexp.MustCompile(`</parameter>|<parameter[=:\s]|</function>|</tool_call>|</invoke>`)
	partParameter = regexp.MustCompile(`^\s*(?:<[\w/=: "'.-]*)?$`)
)

// bracketed reads a call of Mistral's models: after [TOOL_CALLS] an array of calls, or a
// name, perhaps an id, and the arguments.
func (s *sieve) bracketed(text string, final bool) (calls []found, end int, more bool) {
	rest, ok := strings.CutPrefix(text, toolCalls)
	if !ok {
		return nil, 0, !final && strings.HasPrefix(toolCalls, text)
	}
	if body := strings.TrimLeft(rest, " \t\r\n"); body == "" {
		return nil, 0, !final
	} else if body[0] == '[' || body[0] == '{' {
		calls, n, more := s.json(body, final)
		return calls, len(text) - len(body) + n, more
	}
	m := mistralName.FindStringSubmatchIndex(rest)
	if m == nil {
		return nil, 0, false
	}
	args := rest[m[1]:]
	if args == "" || args[0] == '[' { // a mark may yet be whole
		return nil, 0, !final && (args == "" || strings.HasPrefix("[ARGS]", args) || strings.HasPrefix("[CALL_ID]", args))
	}
	v, n, ok, short := readSlack(args, final)
	if !ok || v.kind != '{' {
		return nil, 0, short
	}
	return []found{{name: rest[m[2]:m[3]], args: v, converted: true}}, len(toolCalls) + m[1] + n, false
}

// parameters reads the arguments of a call as Qwen3-Coder writes them: a tag for each, with
// text on lines of its own where the schema wants a string, and JSON elsewhere.
func (s *sieve) parameters(tool, text string, final bool) (args value, end int, more bool) {
	args = value{kind: '{'}
	if name, ok := s.resolve(tool); ok {
		tool = name
	}
	props, _ := s.schemas[tool].properties()
	for {
		m := parameterOpen.FindStringSubmatchIndex(text[end:])
		if m == nil {
			return args, end, !final && partParameter.MatchString(text[end:])
		}
		key, rest := text[end+m[2]:end+m[3]], text[end+m[1]:]
		close := parameterEnd.FindStringIndex(rest)
		if close == nil {
			if !final {
				return args, end, true
			}
			return args, end, false // cut off
		}
		prop, _ := props.get(key)
		v := written(prop, rest[:close[0]])
		if _, twice := args.get(key); twice {
			return value{kind: 'n'}, end, false // it could be read in two ways
		}
		args.set(key, v)
		end += m[1] + close[0]
		if strings.HasPrefix(text[end:], "</parameter>") {
			end += len("</parameter>")
		}
	}
}

// written is the value of an argument that stands in a tag of its own.
func written(schema value, text string) value {
	text = strings.TrimSuffix(strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	if w := strings.TrimSpace(text); w != "" && !isText(schema) {
		if read, n, ok, _ := readSlack(w, true); ok && n == len(w) {
			return read
		}
	}
	return value{kind: '"', text: text}
}

// isText says that a schema wants a string.
func isText(schema value) bool {
	t, _ := schema.get("type")
	return t.kind == '"' && t.text == "string"
}
