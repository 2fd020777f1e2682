package chat

import "strings"

// Arguments with a tag each, as Qwen3-Coder writes them: a line that opens the tag, the
// value, a line that closes it. A value goes up to the first line that starts with the
// closing tag, so a text that has such a line can't be written. An argument whose own
// schema says "type": "string" is raw text; the value of any other is JSON.

const (
	// ParameterEnd closes the value of an argument.
	ParameterEnd  = "\n</parameter>"
	parameterHead = "\n<parameter="
)

// Parameter is what stands before the value of an argument; ok says that the form can
// carry the name.
func (f CallForm) Parameter(name string) (head string, ok bool) {
	return parameterHead + name + ">\n", name != "" && !strings.ContainsAny(name, "<>\n")
}

// taggedArguments writes arguments. Strings are written as they are.
func taggedArguments(args value) string {
	var b strings.Builder
	for i, key := range args.keys {
		text := string(encode(args.items[i]))
		if args.items[i].kind == '"' {
			text = args.items[i].text
		}
		b.WriteString(parameterHead + key + ">\n" + text + ParameterEnd)
	}
	return b.String() + "\n"
}

// tagged reads arguments, up to the line of the tail. It takes each from the buffer when
// its closing tag has come, as JSON.
func (e *exact) tagged() (done bool) {
	take := func(n int) { e.past, e.buf = e.past+e.buf[:n], e.buf[n:] }
	for {
		if e.key == "" {
			if strings.HasPrefix(e.buf, "\n"+e.form.Tail[:2]) {
				take(1)
				return true
			}
			head, ok := strings.CutPrefix(e.buf, parameterHead)
			if !ok {
				return false
			}
			key, _, ok := strings.Cut(head, ">\n")
			if !ok {
				return false
			}
			take(len(parameterHead) + len(key) + len(">\n"))
			e.key, e.read = key, 0
		}
		at := strings.Index(e.buf[e.read:], ParameterEnd)
		if at < 0 {
			e.read = max(0, len(e.buf)-len(ParameterEnd)+1)
			return false
		}
		at += e.read
		if len(e.args) > 0 {
			e.args = append(e.args, ", "...)
		}
		e.args = append(appendString(e.args, e.key), ": "...)
		if prop, _ := e.properties().get(e.key); isText(prop) {
			e.args = appendString(e.args, e.buf[:at])
		} else {
			e.args = append(e.args, e.buf[:at]...)
		}
		e.key = ""
		take(at + len(ParameterEnd))
	}
}

// properties are what the tool of the open call declares.
func (e *exact) properties() value {
	for _, t := range e.tools {
		if t.Name == e.name {
			if v, err := parseValue(t.Parameters); err == nil {
				props, _ := v.get("properties")
				return props
			}
		}
	}
	return value{}
}
