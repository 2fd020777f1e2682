package chat

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/llm"
)

// forms reads the forms of calls that Llama's models are told of, and their commonest
// slips, byte by byte.
//
// What is certain is put out at once; what may yet become a call is held back. A call
// at the start of a turn is certain as soon as its name and the opening of its
// arguments are read. A call that follows text is certain only when the turn ends with
// it, because an answer may show one as an example.
type forms struct {
	o       ParserOptions
	schemas map[string]*toolSchema
	shown   func(before, raw string) bool // a call is shown, not made: see Parser.shown
	mend    *sieve                        // reads what is no call as it stands

	mode      parseMode
	hold      []byte     // bytes that are neither text nor call yet
	sep       int        // where in hold the separators after a call start
	rec       recognizer // of the candidate that hold ends with
	tentative bool       // calls count only if the turn ends with them
	pending   []llm.Event
	started   bool // CallStart of the open call was put out
	streamed  int  // bytes of its arguments that were put out
	lax       bool // the candidate follows <|python_tag|>
	fence     bool // a code fence is open around the calls
	array     bool // a JSON array is open around the calls
	atLine    bool // the next byte of text starts a line

	calls int    // complete calls, pending ones included
	err   error  // the first
	text  []byte // text not yet put out
	said  string // the end of that which was
	code  []byte // bare code
	wreck *wreck
	out   []llm.Event
}

type parseMode int

const (
	atStart      parseMode = iota // nothing but white space yet
	inText                        // an answer
	inCall                        // a candidate is open
	afterFence                    // a code fence was opened
	afterBracket                  // a bracket was opened: of JSON calls or of Python-style calls
	afterCall                     // a call was read
	afterTag                      // <|python_tag|> was read
	inCode                        // bare code
	inBroken                      // what follows a call that can't be read
)

// recognizer takes a candidate byte by byte, see [verdict].
type recognizer interface{ feed(c byte) verdict }

// push reads a piece of text, or <|python_tag|>.
func (p *forms) push(piece Piece) []llm.Event {
	if piece.Special == PythonTag {
		p.tag()
	}
	for i := range len(piece.Text) {
		p.step(piece.Text[i])
	}
	if p.started {
		p.streamArguments()
	}
	p.flushText(false)
	return p.take()
}

// finish ends the text. The error, if any, is the first [*CallError] of it; text and
// complete calls are put out all the same.
func (p *forms) finish() ([]llm.Event, error) {
	if p.mode == inCall {
		p.cutOff()
	}
	switch p.mode {
	case inBroken:
		p.rescue()
	case atStart, afterFence, afterBracket:
		p.asText()
	case inCode:
		if p.mend.cut { // half a program is none
			p.text = append(p.text, p.code...)
			p.code = nil
			break
		}
		p.add(found{name: codeInterpreter, args: value{kind: '{', keys: []string{"code"}, items: []value{{kind: '"', text: string(p.code)}}}, converted: true})
		p.code = nil
	}
	if p.tentative && p.mend.cut { // what would have followed is not known
		p.asText()
	}
	p.commit()
	p.mode, p.hold, p.rec = inText, nil, nil
	p.flushText(true)
	return p.take(), p.err
}

func callEnds(events []llm.Event) int {
	n := 0
	for _, e := range events {
		if _, ok := e.(llm.CallEnd); ok {
			n++
		}
	}
	return n
}

func (p *forms) take() []llm.Event {
	out := p.out
	p.out = nil
	return out
}

// flushText puts out the text so far, but for the start of a character.
func (p *forms) flushText(all bool) {
	n := len(p.text)
	if !all {
		n = whole(p.text)
	}
	if n == 0 {
		return
	}
	text := string([]rune(string(p.text[:n]))) // a byte that is no UTF-8 becomes U+FFFD
	p.said = tail(p.said + text)
	p.out = append(p.out, llm.TextDelta{Text: text})
	p.text = append(p.text[:0], p.text[n:]...)
}

// whole returns how many bytes of b are whole characters.
func whole(b []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(b); back++ {
		if tail := b[len(b)-back:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return len(b) - back
			}
			break
		}
	}
	return len(b)
}

// known says that a tool of that name may be called.
func (p *forms) known(name string) bool {
	if p.o.Tools == nil && p.o.Builtin == nil {
		return true
	}
	_, ok := p.schemas[name]
	return ok || slices.Contains(p.o.Builtin, name)
}

// declared is known by name: it is false for all names if the tools are not known.
func (p *forms) declared(name string) bool {
	return (p.o.Tools != nil || p.o.Builtin != nil) && p.known(name)
}

// callable says that the turn may make calls in the form of text.
func (p *forms) callable() bool {
	return p.o.Tools == nil && p.o.Builtin == nil || len(p.o.Tools)+len(p.o.Builtin) > 0
}

const separators = " \t\r\n;,"

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// opens says that c may begin a call anywhere a call may stand.
func opens(c byte) bool { return c == '{' || c == '[' || c == '<' || c == '`' }

// step reads one byte.
func (p *forms) step(c byte) {
	switch p.mode {
	case inText:
		if p.atLine && p.callable() && opens(c) {
			p.tentative = true
			p.open(c)
			return
		}
		p.atLine = c == '\n' || p.atLine && isSpace(c)
		p.text = append(p.text, c)
	case inCode:
		p.code = append(p.code, c)
	case inBroken: // the bytes of a call never appear as text
		p.wreck.raw = append(p.wreck.raw, c)
	case inCall:
		p.hold = append(p.hold, c)
		p.judge(p.rec.feed(c))
	case afterCall:
		p.hold = append(p.hold, c)
		p.stepAfterCall()
	default:
		p.stepBefore(c)
	}
}

// stepBefore reads what may stand before a call.
func (p *forms) stepBefore(c byte) {
	word := isWord(c) && (c < '0' || c > '9')
	switch {
	case isSpace(c):
		p.hold = append(p.hold, c)
	case p.mode == afterBracket && (c == '{' || word),
		p.mode == afterFence && (c == '{' || c == '[' || c == '<' || word),
		p.mode == atStart && p.callable() && (opens(c) || word),
		p.mode == afterTag && (opens(c) || word):
		p.open(c)
	default:
		p.hold = append(p.hold, c)
		p.rejected()
	}
}

// stepAfterCall reads the last byte of hold, after a call: separators, what closes
// the fence, the bracket or the tag around it, the next call, or text.
func (p *forms) stepAfterCall() {
	cut := separators
	if p.array {
		cut += "]"
	}
	rest := bytes.TrimLeft(p.hold[p.sep:], cut)
	if len(rest) == 0 {
		return
	}
	if p.fence && strings.HasPrefix("```", string(rest)) {
		if len(rest) == 3 {
			p.fence, p.sep = false, len(p.hold)
		}
		return
	}
	if strings.HasPrefix(tagClose, string(rest)) {
		if len(rest) == len(tagClose) {
			p.sep = len(p.hold)
		}
		return
	}
	if !opens(rest[0]) {
		p.asText()
		return
	}
	again := slices.Clone(rest)
	p.hold = p.hold[:len(p.hold)-len(rest)]
	p.open(again[0])
	for _, c := range again[1:] {
		p.step(c)
	}
}

// open starts a recogniser on c.
func (p *forms) open(c byte) {
	p.lax = p.mode == afterTag || p.lax && (p.mode == afterFence || p.mode == afterBracket)
	inBracket := p.mode == afterBracket
	p.hold = append(p.hold, c)
	p.started, p.streamed = false, 0
	switch {
	case c == '{':
		p.array = p.array || inBracket
		p.rec = &jsonCall{knows: p.declared}
	case c == '<':
		p.rec = &tagCall{knows: p.known}
	case c == '`':
		p.rec = &fenceOpen{}
	case c == '[':
		p.mode = afterBracket
		return
	case inBracket:
		p.rec = &exprCall{knows: p.known, lax: p.lax}
		p.rec.feed('[')
	default:
		p.rec = &exprCall{knows: p.declared, lax: p.lax}
	}
	p.mode = inCall
	p.judge(p.rec.feed(c))
}

// judge acts on a recogniser's verdict.
func (p *forms) judge(v verdict) {
	switch v {
	case reject:
		p.rejected()
	case match:
		p.matched()
	case more:
		if j, ok := p.rec.(*jsonCall); ok && !p.started && !p.tentative && j.inArgs() && p.known(j.name) {
			p.started = true
			p.flushText(true)
			p.out = append(p.out, llm.CallStart{Index: p.calls, Name: j.name})
		}
	}
}

// rejected: what is held is no call.
func (p *forms) rejected() {
	switch {
	case p.started: // too late to call it text
		j := p.rec.(*jsonCall)
		p.broken(j.name, "malformed JSON", string(j.raw))
	case p.lax || p.mode == afterTag:
		p.asCode()
	default:
		p.asText()
	}
}

// broken records a call that was begun and can't be read. The rest of the turn is
// passed over: where the call would have ended is not known.
func (p *forms) broken(name, reason, raw string) {
	p.wreck = &wreck{err: &CallError{Name: name, Reason: reason, Raw: raw}, raw: []byte(raw), started: p.started}
	p.rec, p.started = nil, false
	p.mode, p.hold, p.sep = inBroken, p.hold[:0], 0
}

// wreck is what a call that can't be read as it stands left behind.
type wreck struct {
	err     *CallError
	raw     []byte // the call and all that follows it
	started bool   // its start was put out
}

// rescue reads a broken call as it was meant; what can't be read so is an error.
func (p *forms) rescue() {
	w := p.wreck
	raw := string(w.raw)
	var calls []llm.ToolCall
	var end int
	if raw != "" && len(p.mend.tools) > 0 {
		s := *p.mend
		s.buf, s.lineStart, s.after = raw, true, false
		calls, end, _ = s.take(0, true)
		for len(calls) > 0 { // and those that follow
			rest := raw[end:]
			rest = strings.TrimLeft(rest[len(closers.FindString(rest)):], " \t\r\n")
			if rest == "" {
				break
			}
			s.buf = rest
			more, n, _ := s.take(0, true)
			if len(more) == 0 {
				break
			}
			calls, end = append(calls, more...), len(raw)-len(rest)+n
		}
	}
	if len(calls) == 0 || w.started && calls[0].Name != w.err.Name {
		p.fail(w.err)
		return
	}
	if p.tentative && !w.started { // what is held holds these, too
		p.calls -= callEnds(p.pending)
		p.pending = nil
	}
	p.mode = afterCall
	p.commit()
	p.flushText(true)
	for i, c := range calls {
		if i > 0 || !w.started {
			p.out = append(p.out, llm.CallStart{Index: p.calls, Name: c.Name}, llm.CallDelta{Index: p.calls, Text: string(c.Arguments)})
		}
		p.out = append(p.out, llm.CallEnd{Index: p.calls, Call: rewritten(c, raw)})
		p.calls++
	}
}

func (p *forms) fail(err *CallError) {
	if p.err == nil {
		p.err = err
	}
}

// asText gives back as text what is held, tentative calls included.
func (p *forms) asText() {
	raw := p.hold
	if p.mode == afterCall && !p.tentative {
		raw = bytes.TrimLeft(raw, " \t\r\n")
	}
	p.text = append(p.text, raw...)
	p.calls -= callEnds(p.pending)
	p.tentative, p.pending, p.rec = false, nil, nil
	p.fence, p.array = false, false
	p.hold, p.sep, p.mode = p.hold[:0], 0, inText
	p.atLine = len(p.text) > 0 && p.text[len(p.text)-1] == '\n'
}

// asCode takes what is held, and all that follows, as code.
func (p *forms) asCode() {
	p.code = append(p.code, bytes.TrimLeft(p.hold, " \t\r\n")...)
	p.hold, p.rec, p.mode, p.lax = p.hold[:0], nil, inCode, false
}

// tag reads <|python_tag|>.
func (p *forms) tag() {
	if p.mode == inCode {
		return
	}
	if p.mode == inCall {
		p.cutOff()
	}
	if p.mode == inBroken {
		return
	}
	if p.mode == afterFence || p.mode == afterBracket {
		p.asText()
	}
	p.commit()
	p.fence, p.array = false, false
	p.hold, p.sep, p.mode = p.hold[:0], 0, afterTag
}

// commit makes tentative calls certain.
func (p *forms) commit() {
	if !p.tentative {
		return
	}
	if p.shown(p.said+string(p.text), string(p.hold)) {
		p.asText()
		return
	}
	p.flushText(true)
	p.out = append(p.out, p.pending...)
	p.tentative, p.pending = false, nil
}

// cutOff ends a candidate that the turn's end cut off: an error if it was a call
// beyond doubt, else text or code.
func (p *forms) cutOff() {
	name, sure := "", p.started
	switch r := p.rec.(type) {
	case *jsonCall:
		name, sure = r.name, sure || r.hasName && p.declared(r.name)
	case *exprCall:
		sure = len(r.stack) > 0 && bytes.IndexByte(r.raw, '(') > 0
	case *tagCall:
		name, sure = r.name, r.body != nil
	}
	if sure {
		p.broken(name, "the turn ended before the call was complete", string(p.hold))
		return
	}
	p.rejected()
	if p.mode == inCode && !p.mend.cut {
		p.add(found{name: codeInterpreter, args: value{kind: '{', keys: []string{"code"}, items: []value{{kind: '"', text: string(p.code)}}}, converted: true})
		p.code, p.mode = nil, afterCall
	}
}

// matched: the candidate is complete.
func (p *forms) matched() {
	var calls []found
	ok := true
	switch r := p.rec.(type) {
	case *fenceOpen:
		p.fence, p.mode, p.rec = true, afterFence, nil
		return
	case *jsonCall:
		var f found
		f, ok = r.result()
		calls = []found{f}
	case *tagCall:
		var f found
		f, ok = r.result()
		calls = []found{f}
	case *exprCall:
		calls = r.calls
		if r.raw[0] != '[' && !p.lax && !strings.Contains(string(r.raw[:bytes.IndexByte(r.raw, '(')]), ".call") {
			p.tentative = true // prose may begin so
		}
	}
	for _, f := range calls {
		ok = ok && (!p.tentative || p.known(f.name)) // an answer may show any JSON
	}
	if !ok {
		p.rejected()
		return
	}
	for _, f := range calls {
		p.add(f)
	}
	p.rec, p.started, p.lax = nil, false, false
	p.mode = afterCall
	if !p.tentative {
		p.hold = p.hold[:0]
	}
	p.sep = len(p.hold)
}

// fenceOpen recognises the line that opens a code fence.
type fenceOpen struct{ n int }

func (f *fenceOpen) feed(c byte) verdict {
	f.n++
	switch {
	case f.n <= 3:
		if c != '`' {
			return reject
		}
	case c == '\n':
		return match
	case f.n > 24 || !isWord(c) && c != '\r' && c != ' ':
		return reject
	}
	return more
}
