package chat

import (
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// The keys under which models write what a call is made of.
var (
	nameKeys  = []string{"name", "function", "tool", "tool_name", "function_name", "action", "recipient_name"}
	argsKeys  = []string{"parameters", "arguments", "args", "input", "kwargs", "tool_input", "action_input", "params", "tool_args"}
	callsKeys = []string{"tool_calls", "function_calls", "calls", "tools"}
)

// meant are the calls that a value spells.
func (s *sieve) meant(v value, depth int) (calls []found) {
	if depth > 4 {
		return nil
	}
	if v.kind == '[' {
		for _, item := range v.items {
			one := s.meant(item, depth+1)
			if len(one) == 0 {
				return nil
			}
			calls = append(calls, one...)
		}
		return calls
	}
	for _, key := range callsKeys {
		if list, ok := v.get(key); ok && list.kind == '[' {
			return s.meant(list, depth+1)
		}
	}
	f := found{args: value{kind: '{'}, converted: true}
	used := []string{}
	for _, key := range nameKeys {
		n, ok := v.get(key)
		if !ok {
			continue
		}
		if n.kind == '{' { // {"function": {…}}, whose arguments may stand beside it
			if inner := s.meant(n, depth+1); len(inner) == 1 {
				if args, ok := argsOf(v); ok && len(inner[0].args.keys) == 0 {
					inner[0].args = args
				}
				return inner
			}
			return nil
		}
		if n.kind == '"' {
			if name, ok := s.resolve(n.text); ok {
				f.name, used = name, append(used, key)
				break
			}
		}
	}
	if f.name == "" {
		if len(v.keys) == 1 { // {"f": {…}}
			if name, ok := s.resolve(v.keys[0]); ok && v.items[0].kind == '{' {
				f.name, f.args = name, v.items[0]
				return []found{f}
			}
		}
		return nil
	}
	if args, ok := argsOf(v); ok {
		f.args = args
		return []found{f}
	}
	props, _ := s.schemas[f.name].properties()
	for i, key := range v.keys { // the arguments beside the name
		switch _, declared := props.get(key); {
		case slices.Contains(used, key):
		case !declared:
			return nil // it means something else
		default:
			f.args.set(key, v.items[i])
		}
	}
	return []found{f}
}

// argsOf are the arguments among the members of a call.
func argsOf(v value) (value, bool) {
	for _, key := range argsKeys {
		args, ok := v.get(key)
		if !ok {
			continue
		}
		for range 3 { // encoded more than once
			if args.kind != '"' {
				break
			}
			inner, n, ok, _ := readSlack(strings.TrimSpace(args.text), true)
			if args.text == "" || args.text == "null" || args.text == "None" {
				inner, ok = value{kind: '{'}, true
			} else if !ok || n != len(strings.TrimSpace(args.text)) {
				return value{}, false
			}
			args = inner
		}
		switch {
		case args.kind == 'n' || args.kind == '[' && len(args.items) == 0:
			return value{kind: '{'}, true
		case args.kind == '[' && len(args.items) == 1 && args.items[0].kind == '{':
			return args.items[0], true
		}
		return args, true
	}
	return value{}, false
}

// properties are those that a schema declares.
func (s *toolSchema) properties() (value, bool) {
	if s == nil {
		return value{}, false
	}
	s.parse()
	return s.value.get("properties")
}

// flatten is a name without what models spell otherwise: case, underscores, blanks.
func flatten(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "", ".", "").Replace(name))
}

// resolve finds the declared tool that a name means: the same, or the only one that differs
// in what surrounds it or in case and underscores.
func (s *sieve) resolve(name string) (string, bool) {
	return resolve(s.tools, name)
}

func resolve(tools []llm.ToolSpec, name string) (string, bool) {
	if slices.ContainsFunc(tools, func(t llm.ToolSpec) bool { return t.Name == name }) {
		return name, true
	}
	for _, p := range prefixes {
		name = strings.TrimPrefix(name, p)
	}
	flat := flatten(strings.TrimSuffix(strings.TrimSpace(name), "()"))
	found := ""
	for _, t := range tools {
		if flatten(t.Name) == flat {
			if found != "" {
				return "", false
			}
			found = t.Name
		}
	}
	return found, found != ""
}

// fit makes a call of what was found, if its arguments are what the tool takes.
func (s *sieve) fit(f found) (llm.ToolCall, bool) {
	call := llm.ToolCall{Name: f.name}
	schema := s.schemas[f.name]
	if schema == nil {
		name, ok := resolve(s.tools, f.name)
		if !ok {
			return call, false
		}
		call.Name, schema = name, s.schemas[name]
	}
	schema.parse()
	args := f.args
	if args.kind == '[' && len(args.items) == 1 {
		args = args.items[0]
	}
	props, _ := schema.properties()
	if inner, ok := args.get("properties"); ok && inner.kind == '{' { // a schema with values in it
		if t, typed := args.get("type"); typed && t.text == "object" {
			if _, declared := props.get("properties"); !declared {
				args = inner
			}
		}
	}
	if len(f.pos) == 1 && f.pos[0].kind == '{' && len(args.keys) == 0 {
		if _, ok := props.get(first(f.pos[0].keys)); ok {
			args, f.pos = f.pos[0], nil
		}
	}
	if len(f.pos) > len(props.keys) || args.kind != '{' {
		return call, false
	}
	if args.kind == '{' && len(args.keys) == 1 && len(f.pos) == 0 { // {"parameters": {…}}
		if _, ok := props.get(args.keys[0]); !ok {
			if inner, ok := argsOf(args); ok {
				args = inner
			}
		}
	}
	for i, v := range f.pos {
		args.set(props.keys[i], v)
	}
	for _, key := range args.keys {
		if _, ok := props.get(key); !ok && len(props.keys) > 0 {
			return call, false // it means something else
		}
	}
	args, call.Coercions = coerce(schema.value, args)
	call.Arguments = encode(args)
	return call, schema.validate(call.Arguments) == ""
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// showing are words of people who show a call instead of making it.
var showing = regexp.MustCompile(`(?i)\b(?:examples?|e\.g|for instance|such as|like this|looks? like|would (?:be|look|write|call|send|use)|could (?:be|write|call|send)|syntax|formats?|formatted|sample|templates?|written|quote[ds]?|says?|said|ejemplo|exemple|beispiel|esempio|exemplo)\b|z\. ?B\.`)

// shown says that a call is shown, not made: the words before it say so, or it stands in
// what others wrote. before ends where the call begins; raw is as it stands.
func (p *Parser) shown(before, raw string) bool {
	text := strings.TrimRight(before, " \t\r\n`")
	if len(text) > 240 {
		text = text[len(text)-240:]
	}
	if at := strings.LastIndex(text, "\n\n"); at >= 0 {
		text = text[at:]
	}
	if showing.MatchString(text) {
		return true
	}
	parts := append(strings.FieldsFunc(raw, func(c rune) bool { return c == '\n' || c == ';' }), raw)
	for _, q := range p.o.Quoted {
		q = squeezed(q)
		for _, part := range parts { // one of several calls is enough
			if part = squeezed(part); len(part) > 8 && strings.ContainsAny(part, ":=(>") && strings.Contains(q, part) {
				return true
			}
		}
	}
	return false
}

var fence = regexp.MustCompile("^[ \t\r\n]*```[A-Za-z_]*")

// squeezed is a call without what quoting adds: white space, backslashes, marks around it.
func squeezed(s string) string {
	s = fence.ReplaceAllString(s, "")
	s = strings.Trim(s, " \t\r\n`;,\"“”")
	return strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", "\\", "").Replace(s)
}
