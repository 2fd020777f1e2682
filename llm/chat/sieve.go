package chat

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// sieve finds calls in text that no stricter reader took for one: tags of any kind, JSON
// with other keys or other marks, Python on a line of its own. It takes a call only if it
// names a declared tool and its arguments fit the tool's schema, so prose stays prose; and
// not where the text shows it as an example or repeats what others wrote.
type sieve struct {
	tools   []llm.ToolSpec
	schemas map[string]*toolSchema
	shown   func(before, raw string) bool

	buf       string
	said      string // the end of what was put out
	lineStart bool   // buf begins a line
	after     bool   // the last that came was a call
	cut       bool   // the turn was cut off: what misses its end is no call
	again     int    // bytes that must be held before a long candidate is read again
	tries     int    // candidates that were read
}

// mostTries bounds the candidates of a turn: what holds more is a listing, and all text.
const mostTries = 4000

// window is how far after its opening a call names its tool.
const window = 240

// longest bounds the text that is held back for one call in bytes.
const longest = 64 << 10

// push reads text and returns what is certain of it.
func (s *sieve) push(text string) []llm.Event {
	if len(s.tools) == 0 {
		return []llm.Event{llm.TextDelta{Text: text}}
	}
	s.buf += text
	if len(s.buf) < s.again {
		return nil
	}
	return s.read(false)
}

// finish returns what was held back. The text may go on.
func (s *sieve) finish() []llm.Event {
	if len(s.tools) == 0 {
		return nil
	}
	return s.read(true)
}

// closers are what may stand after a call and belongs to it.
var closers = regexp.MustCompile("^(?:[ \\t\\r\\n]*(?:```|<[/|][A-Za-z_|:-]*>|<｜tool▁calls?▁end｜>|<[A-Za-z_]+\\|>|/?>|\\*\\*|[`;,)}\\]\"”.]))+")

// partCloser is the beginning of one, or of white space before it.
var partCloser = regexp.MustCompile("^[ \\t\\r\\n]*(?:`{0,2}|<(?:[/|]?[A-Za-z_|:-]*)?|<｜[^｜>]{0,20}｜?|/|\\*)$")

func (s *sieve) read(final bool) (out []llm.Event) {
	from := 0
	s.again = 0
	for {
		if s.tries > mostTries {
			return append(out, s.put(len(s.buf))...)
		}
		if s.after {
			s.buf = s.buf[len(closers.FindString(s.buf)):]
			if !final && partCloser.MatchString(s.buf) {
				return out
			}
			s.after = false
			if trimmed := strings.TrimLeft(s.buf, " \t\r\n"); trimmed != s.buf {
				s.lineStart = s.lineStart || strings.Contains(s.buf[:len(s.buf)-len(trimmed)], "\n")
				s.buf = trimmed
			}
			from = 0
		}
		at, start := s.candidate(from, final)
		if at < 0 { // start is where the text must be held
			return append(out, s.put(start)...)
		}
		calls, end, more := s.take(at, final)
		s.tries++
		switch {
		case more && !final:
			out = append(out, s.put(start)...)
			if n := len(s.buf); n > 2*window { // or each piece would cost as much as all before it
				s.again, s.tries = n+n/8, s.tries-1
			}
			return out
		case len(calls) > 0 && !final && s.follows(end) == 0:
			return append(out, s.put(start)...) // what follows says whether it is part of a sentence
		case len(calls) == 0 || s.within(end) || s.cut && s.follows(end) == 0 || s.shown(s.said+s.buf[:start], s.buf[start:end]):
			from = at + 1
			if len(calls) > 0 {
				from = end
			}
			continue
		}
		out = append(out, s.put(start)...)
		raw := s.buf[at-start : end-start]
		s.buf = s.buf[end-start:]
		for _, c := range calls {
			out = append(out, llm.CallStart{Name: c.Name}, llm.CallDelta{Text: string(c.Arguments)})
			out = append(out, llm.CallEnd{Call: rewritten(c, raw)})
		}
		s.after, s.lineStart = true, false
		from = 0
	}
}

// follows is the first letter or digit after a call that ends there; 0 if none has come.
func (s *sieve) follows(end int) byte {
	rest := s.buf[end:]
	rest = strings.TrimLeft(rest[len(closers.FindString(rest)):], " \t\r\n")
	if rest == "" || partCloser.MatchString(rest) || len(rest) < 8 && (strings.HasPrefix("and ", rest) || strings.HasPrefix("then ", rest)) {
		return 0
	}
	return rest[0]
}

// within says that the sentence goes on after a call that ends there: then it speaks of it.
func (s *sieve) within(end int) bool {
	c := s.follows(end)
	return c >= 'a' && c <= 'z' && !joins.MatchString(s.buf[end:])
}

// joins stands between two calls.
var joins = regexp.MustCompile("^\\W*(?:and|then|and then)\\W*[{<\\[`]")

// rewritten is a call with a record of how it was written.
func rewritten(c llm.ToolCall, raw string) llm.ToolCall {
	from, to := encode(value{kind: '"', text: raw}), json.RawMessage(Form("").Head(c.Name)+string(c.Arguments)+"}")
	c.Coercions = append([]llm.Coercion{{From: from, To: to}}, c.Coercions...)
	return c
}

// put puts out the first n bytes of what is held.
func (s *sieve) put(n int) []llm.Event {
	if n == 0 {
		return nil
	}
	text := s.buf[:n]
	s.buf = s.buf[n:]
	s.said = tail(s.said + text)
	s.lineStart = text[n-1] == '\n'
	return []llm.Event{llm.TextDelta{Text: text}}
}

// tail is the end of a text, as much as is looked back at.
func tail(s string) string {
	if len(s) > 600 {
		s = s[len(s)-600:]
	}
	return s
}

// lead is what may stand before a call on its line, and the fence on the line before it.
const lead = "(?:```[A-Za-z_]*[ \\t]*\\n?)?[ \\t]*(?:(?:\\d{1,2}[.)]|[-*•])[ \\t]+)?[`\"“]{0,3}(?:>>>[ \\t]*)?(?:(?i:" + labels + ")[ \\t]*:[ \\t]*)?" +
	"(?:(?:const|let|var)[ \\t]+)?(?:[a-z_]\\w{0,31}[ \\t]*=[ \\t]*)?(?:await[ \\t]+)?(?:print\\([ \\t]*)?"

// longestLead bounds it in bytes.
const longestLead = 160

var (
	leading  = regexp.MustCompile("(?:^|\n)(" + lead + ")$")
	ticks    = regexp.MustCompile("(?:`{1,3}[a-z]*|\\*\\*|[({])[ \\t]*$")
	partLead = regexp.MustCompile("(?:^|\n)((?:`{1,3}[A-Za-z_]*[ \\t]*\\n?)?[ \\t]*(?:\\d{1,2}[.)]?[ \\t]*|[-*•][ \\t]*)?[`\"“]{0,3}>{0,3}[ \\t]*(?:(?i:" + beginnings(labels) + ")|(?i:" + labels + ")[ \\t]*:?[ \\t]*)?" +
		"(?:(?:const|let|var)[ \\t]+)?(?:[a-z_]\\w{0,63}[ \\t]*=?[ \\t]*)?(?:await[ \\t]*|[a-z]{1,5})?(?:print\\([ \\t]*)?)$")
)

// candidate finds the next place, at or after from, where a call may open, and where what
// belongs to it starts. If there is none, at is −1 and start is the length of what is no
// part of any call.
func (s *sieve) candidate(from int, final bool) (at, start int) {
	for i := from; i < len(s.buf); i++ {
		c := s.buf[i]
		line := i == 0 && s.lineStart || i > 0 && s.buf[i-1] == '\n'
		word := isWord(c) && (i == 0 && (s.lineStart || s.after) || i > 0 && !isWord(s.buf[i-1]) && s.buf[i-1] != '.')
		switch {
		case c == '{' || c == '[' || c == '<':
		case c == '"' && line:
		case word && s.named(s.buf[i:]):
			if s.leads(i) < 0 {
				continue // an expression stands on a line of its own
			}
		default:
			continue
		}
		if lead := s.leads(i); lead >= 0 {
			return i, lead
		}
		return i, i - len(ticks.FindString(s.buf[max(0, i-longestLead):i]))
	}
	if final {
		return -1, len(s.buf)
	}
	from = max(0, len(s.buf)-longestLead)
	hold := len(s.buf) - len(ticks.FindString(s.buf[from:]))
	if m := partLead.FindStringSubmatchIndex(s.buf[from:]); m != nil && (m[2] > 0 || from == 0 && s.lineStart) {
		hold = min(hold, from+m[2])
	}
	return -1, hold
}

// leads returns where the line's lead before i starts; −1 if anything else stands there.
func (s *sieve) leads(i int) int {
	from := max(0, i-longestLead)
	m := leading.FindStringSubmatchIndex(s.buf[from:i])
	if m == nil || m[2] == 0 && (from > 0 || !s.lineStart) {
		return -1
	}
	return from + m[2]
}

// named says that a text may begin with the name of a tool, as a call in Python does.
func (s *sieve) named(text string) bool {
	for _, prefix := range prefixes {
		text = strings.TrimPrefix(text, prefix)
		if strings.HasPrefix(prefix, text) {
			return true
		}
	}
	for _, t := range s.tools {
		if strings.HasPrefix(text, t.Name) || strings.HasPrefix(t.Name, text) {
			return true
		}
	}
	return false
}

// take reads the calls at a place. more says that the text must go on before it is known.
func (s *sieve) take(at int, final bool) (calls []llm.ToolCall, end int, more bool) {
	text := s.buf[at:]
	final = final && !s.cut
	var found []found
	switch c := text[0]; {
	case c == '<':
		found, end, more = s.tag(text, final)
	case c == '{' || c == '[' || c == '"':
		if c == '[' {
			if found, end, more = s.bracketed(text, final); len(found) > 0 || more {
				break
			}
			if found, end, more = s.expressions(text, final); len(found) > 0 || more {
				break
			}
		}
		if len(text) > window && !s.mentions(text[:window]) {
			return nil, 0, false
		}
		found, end, more = s.json(text, final)
		if rest := text[end:]; c == '"' && len(found) > 0 && closers.FindString(rest) != strings.TrimRight(rest, " \t\r\n") {
			return nil, 0, false // a string beside other text is a quotation
		} else if c == '"' && len(found) > 0 && !final {
			more = true
		}
	default:
		found, end, more = s.expressions(text, final)
	}
	if more && !final && len(text) < longest && (len(text) <= window || s.mentions(text[:window])) {
		return nil, 0, true
	}
	for _, f := range found {
		call, ok := s.fit(f)
		if !ok {
			return nil, 0, false
		}
		calls = append(calls, call)
	}
	return calls, at + end, false
}

// mentions says that a text holds the name of a tool, be it spelt otherwise.
func (s *sieve) mentions(text string) bool {
	flat := flatten(text)
	for _, t := range s.tools {
		if strings.Contains(flat, flatten(t.Name)) {
			return true
		}
	}
	return false
}

// json reads a value that is a call or calls.
func (s *sieve) json(text string, final bool) (calls []found, end int, more bool) {
	v, n, ok, short := readSlack(text, final)
	if !ok {
		return nil, 0, short
	}
	if v.kind == '"' { // the whole call in a string
		inner, m, ok, _ := readSlack(strings.TrimSpace(v.text), true)
		if !ok || m != len(strings.TrimSpace(v.text)) {
			return nil, 0, false
		}
		v = inner
	}
	return s.meant(v, 0), n, false
}

var (
	functionTag = regexp.MustCompile(`^<(?:function|tool_call|tool|invoke|call|action)(?:[=:]|\s+name\s*=)\s*["']?([A-Za-z_][\w.-]*)["']?[\s,/]*([>(\s]*)`)
	otherTag    = regexp.MustCompile(`^<\|?/?(?i:[\w-]*(?:tool|function|python|action|call|invoke|request|response|json|output|answer)[\w-]*)\|?>\s*`)
	closingTag  = regexp.MustCompile(`^[\s)]*>?[\s]*</[\w-]*>`)
	partTag     = regexp.MustCompile(`^<\|?[A-Za-z_|]*[-\w]*(?:[=: ]*["']?[\w.="' -]*)?\|?$`)
)

// tag reads a call in a tag.
func (s *sieve) tag(text string, final bool) (calls []found, end int, more bool) {
	if m := functionTag.FindStringSubmatchIndex(text); m != nil {
		name := text[m[2]:m[3]]
		rest := text[m[1]:]
		if rest == "" && !final {
			return nil, 0, true
		}
		f := found{name: name, args: value{kind: '{'}, converted: true}
		end = m[1]
		if rest != "" && (rest[0] == '{' || rest[0] == '[') {
			v, n, ok, short := readSlack(rest, final)
			if !ok {
				return nil, 0, short
			}
			f.args, end = v, end+n
			if inner, ok := v.get("parameters"); ok && len(v.keys) == 1 {
				f.args = inner
			}
		} else if strings.HasPrefix(rest, "<parameter") {
			args, n, short := s.parameters(name, rest, final)
			if short {
				return nil, 0, true
			}
			f.args, end = args, end+n
		} else if !strings.HasPrefix(rest, "</") {
			return nil, 0, (strings.HasPrefix("</", rest) || strings.HasPrefix("<parameter", rest)) && !final
		}
		if c := closingTag.FindString(text[end:]); c != "" {
			end += len(c)
		} else if !final && strings.TrimSpace(text[end:]) == "" {
			return nil, 0, true // the tag may yet be closed
		}
		return []found{f}, end, false
	}
	if m := otherTag.FindString(text); m != "" {
		rest := text[len(m):]
		if rest == "" {
			return nil, 0, !final
		}
		switch {
		case rest[0] == '{' || rest[0] == '[':
			calls, end, more = s.json(rest, final)
		case rest[0] == '<':
			calls, end, more = s.tag(rest, final)
		case isWord(rest[0]) && s.named(rest):
			calls, end, more = s.expressions(rest, final)
		}
		if len(calls) > 0 || more {
			return calls, end + len(m), more
		}
	}
	if calls, end, more = s.marked(text, final); len(calls) > 0 || more {
		return calls, end, more
	}
	return nil, 0, !final && len(text) < 80 && partTag.MatchString(text)
}

// prefixes are what models put before a tool's name.
var prefixes = []string{"functions.", "functions::", "default_api.", "default_api:", "tools.", "tool."}

// expressions reads calls in Python's form that fill their lines.
func (s *sieve) expressions(text string, final bool) (calls []found, end int, more bool) {
	i := 0
	list := text[0] == '['
	if list {
		i++
	}
	for {
		skipped := text[i:]
		i += len(skipped) - len(strings.TrimLeft(skipped, " \t\r\n;,"))
		if list && i < len(text) && text[i] == ']' {
			i++
			break
		}
		f, n, ok, short := s.expression(text[i:], final)
		if short && !final {
			return nil, 0, true
		}
		if !ok {
			if list && i < len(text) || len(calls) == 0 {
				return nil, 0, false
			}
			break
		}
		calls = append(calls, f)
		i += n
		end = i
		line := strings.TrimLeft(text[i:], " \t)`")
		switch {
		case line == "":
			if !final {
				return nil, 0, true // the line may go on
			}
			return calls, end, false
		case line[0] == '\n' || line[0] == '\r' || line[0] == ';' || line[0] == ',' || list:
		default:
			return nil, 0, false // prose
		}
	}
	return calls, max(end, i*b2i(list)), false
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// expression reads one call: name(…).
func (s *sieve) expression(text string, final bool) (f found, n int, ok, short bool) {
	if text == "" {
		return f, 0, false, false
	}
	i := 0
	for _, p := range prefixes {
		if strings.HasPrefix(text, p) {
			i = len(p)
		} else if strings.HasPrefix(p, text) {
			return f, 0, false, true
		}
	}
	start := i
	for i < len(text) && (isWord(text[i]) || text[i] == '.' || text[i] == '-') {
		i++
	}
	f.name = text[start:i]
	if i == len(text) {
		return f, 0, false, s.named(text)
	}
	if _, declared := s.schemas[f.name]; !declared || text[i] != '(' {
		if !declared {
			return f, 0, false, false
		}
		return s.spelt(f.name, text, i, final)
	}
	i++
	f.args, f.converted = value{kind: '{'}, true
	r := &slack{s: text, i: i, final: final, depth: 2}
	defer func() {
		if e := recover(); e != nil {
			if _, mine := e.(slackFailure); !mine {
				panic(e)
			}
			ok, short = false, r.short
		}
	}()
	for !r.closed(')') {
		if strings.HasPrefix(text[r.i:], "**") { // f(**{…})
			r.i += 2
		}
		at := r.i
		for r.i < len(text) && isWord(text[r.i]) {
			r.i++
		}
		key := text[at:r.i]
		if quoted := quotedKey.FindStringSubmatch(text[at:]); quoted != nil {
			key, r.i = quoted[1], at+len(quoted[0])-1
		}
		r.space()
		if key != "" && r.i < len(text) && (text[r.i] == '=' || text[r.i] == ':') {
			r.i++
			if _, twice := f.args.get(key); twice {
				r.fail()
			}
			f.args.set(key, r.value(",)"))
		} else {
			if r.i >= len(text) {
				r.end()
			}
			r.i = at
			v := r.value(",)")
			if v.kind == '"' && isWord(text[at]) {
				r.fail() // a word without quotes names something else
			}
			f.pos = append(f.pos, v)
		}
		r.comma(')')
	}
	return f, r.i, true, false
}
