package chat

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// The keys under which models write what a call is made of.
var (
	nameKeys  = []string{"name", "function", "tool", "tool_name", "function_name", "action", "recipient_name"}
	argsKeys  = []string{"parameters", "arguments", "args", "input", "kwargs", "tool_input", "action_input", "params", "tool_args", "parameter", "argument", "inputs"}
	callsKeys = []string{"tool_calls", "function_calls", "calls", "tools", "tool_uses", "tool_call", "function_call", "call"}
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
		if list, ok := v.member(key); ok && (list.kind == '[' || list.kind == '{') {
			return s.meant(list, depth+1)
		}
	}
	f := found{args: value{kind: '{'}, converted: true}
	used := []string{}
	for _, key := range nameKeys {
		n, ok := v.member(key)
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
		for i, key := range v.keys { // {"f": {…}, "g": {…}}
			name, ok := s.resolve(key)
			if !ok || v.items[i].kind != '{' {
				return nil
			}
			calls = append(calls, found{name: name, args: v.items[i], converted: true})
		}
		return calls
	}
	if args, ok := argsOf(v); ok {
		f.args = args
		return []found{f}
	}
	props, _ := s.schemas[f.name].properties()
	for i, key := range v.keys { // the arguments beside the name
		switch _, declared := props.get(key); {
		case slices.ContainsFunc(used, func(u string) bool { return folded(u) == folded(key) }):
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
		args, ok := v.member(key)
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
			args = args.items[0]
		}
		return pairs(args), true
	}
	return value{}, false
}

// pairs is an object for a list of {"name": …, "value": …}; any other value stays.
func pairs(v value) value {
	list := v.items
	if v.kind == '{' {
		list = []value{v}
	}
	out := value{kind: '{'}
	for _, item := range list {
		key, named := item.get("name")
		val, valued := item.get("value")
		if _, twice := out.get(key.text); !named || !valued || twice || key.kind != '"' || len(item.keys) > 2 {
			return v
		}
		out.set(key.text, val)
	}
	if len(out.keys) == 0 {
		return v
	}
	return out
}

// member is get where no key is the same for a key that differs in case and underscores.
func (v value) member(key string) (value, bool) {
	if m, ok := v.get(key); ok {
		return m, true
	}
	if i := slices.IndexFunc(v.keys, func(k string) bool { return folded(k) == folded(key) }); i >= 0 && v.kind == '{' {
		return v.items[i], true
	}
	return value{}, false
}

func folded(key string) string { return strings.ToLower(keyMarks.Replace(key)) }

var keyMarks = strings.NewReplacer("_", "", "-", "", " ", "")

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
	return strings.ToLower(nameMarks.Replace(name))
}

var nameMarks = strings.NewReplacer("_", "", "-", "", " ", "", ".", "")

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
