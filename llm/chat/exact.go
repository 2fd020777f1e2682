package chat

import (
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// exact reads calls as the grammar of a dialect writes them. Nothing is mended: the
// grammar has seen to names and arguments.
type exact struct {
	form  CallForm
	tools []llm.ToolSpec

	buf   string // what is not read yet
	at    exactState
	name  string
	depth int
	quote byte
	esc   bool
	read  int // bytes of buf that belong to the open arguments
	told  int // of those, handed on
	some  bool

	key  string // of tagged arguments: the open one
	args []byte // those before it, as members of a JSON object
	past string // what was read of them
}

type exactState int

const (
	beforeCalls exactState = iota
	inArguments
	afterArguments
	betweenCalls
)

// begun says that something has come.
func (e *exact) begun() bool { return e.some }

// push returns text before calls, what is known of the calls, and whether the turn was
// found to make none: then the text is all.
func (e *exact) push(s string) (text string, events []llm.Event, left bool) {
	e.buf += s
	e.some = e.some || s != ""
	for {
		switch e.at {
		case beforeCalls:
			before, opened, possible := e.opening()
			text += before
			if !possible {
				text += e.buf
				e.buf = ""
				return text, nil, true
			}
			if !opened {
				return text, nil, false
			}
			events = append(events, llm.CallStart{Name: e.name})
		case inArguments:
			if e.form.Tagged {
				if !e.tagged() {
					return text, events, false
				}
				args := "{" + string(e.args) + "}"
				events = append(events, llm.CallDelta{Text: args}, llm.CallEnd{Call: llm.ToolCall{Name: e.name, Arguments: []byte(args)}})
				e.at = afterArguments
				continue
			}
			done := e.arguments()
			if !e.form.Python {
				if end := whole([]byte(e.buf[:e.read])); end > e.told {
					events = append(events, llm.CallDelta{Text: e.buf[e.told:end]})
					e.told = end
				}
			}
			if !done {
				return text, events, false
			}
			args := e.buf[:e.read]
			if e.form.Python {
				args = pythonArguments(e.name + args)
				events = append(events, llm.CallDelta{Text: args})
			}
			events = append(events, llm.CallEnd{Call: llm.ToolCall{Name: e.name, Arguments: []byte(args)}})
			e.buf, e.at = e.buf[e.read:], afterArguments
		case afterArguments:
			if strings.HasPrefix(e.form.Tail, e.buf) && len(e.buf) < len(e.form.Tail) {
				return text, events, false
			}
			e.buf, e.at = strings.TrimPrefix(e.buf, e.form.Tail), betweenCalls
		case betweenCalls:
			if !e.next() {
				return text, events, false
			}
			events = append(events, llm.CallStart{Name: e.name})
		}
	}
}

// opening looks for the first call. Where text may come before it, text goes until its mark.
func (e *exact) opening() (text string, opened, possible bool) {
	if e.form.TextFirst {
		mark := e.form.Marks()[0]
		at := strings.Index(e.buf, mark)
		if at < 0 {
			sure := e.buf[:len(e.buf)-begins(e.buf, mark)]
			keep := len(strings.TrimRight(sure, " \t\r\n")) // white space before calls is none of the text's
			text, e.buf = e.buf[:keep], e.buf[keep:]
			return text, false, true
		}
		text, e.buf = strings.TrimRight(e.buf[:at], " \t\r\n"), e.buf[at:]
	}
	possible = e.begin(e.form.Opening)
	return text, e.at == inArguments, possible
}

// begin takes the head of a call, if it is there; possible says that it may yet be.
func (e *exact) begin(head func(name string) string) (possible bool) {
	for _, t := range e.tools {
		want := head(t.Name)
		if e.form.Python && !strings.HasSuffix(want, "(") {
			want += "("
		}
		switch {
		case strings.HasPrefix(e.buf, want):
			e.name = t.Name
			e.buf = e.buf[len(want):]
			if e.form.Python {
				e.buf = "(" + e.buf
			}
			e.at, e.read, e.told, e.depth, e.quote, e.esc = inArguments, 0, 0, 0, 0, false
			e.key, e.args, e.past = "", nil, ""
			return true
		case strings.HasPrefix(want, e.buf):
			possible = true
		}
	}
	return possible
}

// next takes what stands between two calls and the head of the second.
func (e *exact) next() bool {
	for _, between := range e.form.Between {
		rest, ok := strings.CutPrefix(e.buf, between)
		if !ok {
			continue
		}
		whole := e.buf
		e.buf = rest
		e.begin(e.form.Head)
		if e.at == inArguments {
			return true
		}
		e.buf = whole
	}
	return false
}

// arguments reads on to the end of an object, or of what stands in parentheses.
func (e *exact) arguments() (done bool) {
	for ; e.read < len(e.buf); e.read++ {
		c := e.buf[e.read]
		switch {
		case e.quote != 0:
			switch {
			case e.esc:
				e.esc = false
			case c == '\\':
				e.esc = true
			case c == e.quote:
				e.quote = 0
			}
		case c == '"' || c == '\'':
			e.quote = c
		case c == '{' || c == '[' || c == '(':
			e.depth++
		case c == '}' || c == ']' || c == ')':
			if e.depth--; e.depth == 0 {
				e.read++
				return true
			}
		}
	}
	return false
}

// pythonArguments are the named arguments of a Python call as JSON.
func pythonArguments(call string) string {
	c, err := (&literal{s: call}).call()
	if err != nil {
		return "{}"
	}
	return string(encode(c.args))
}

// finish returns text that was held back. A call that is open is an error.
func (e *exact) finish() (text string, err error) {
	switch {
	case e.at == beforeCalls:
		text, e.buf = e.buf, ""
		return text, nil
	case e.at == inArguments:
		return "", &CallError{Name: e.name, Reason: "the turn ended before the call was complete", Raw: e.past + e.buf}
	}
	return "", nil
}
