package chat

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/llm"
)

// ParserOptions say what a turn may call.
type ParserOptions struct {
	// Tools are the declared tools. If Tools and Builtin are both nil, they are not
	// known: every name in the form of a call is taken. If there are none, all is text,
	// but for what follows <|python_tag|>.
	Tools []llm.ToolSpec

	// Builtin names the built-in tools.
	Builtin []string

	// Constrained says that the turn was decoded under a grammar of the tools. Then
	// arguments need neither coercion nor validation, and only what opens exactly as the
	// grammar's calls do, at the start of the turn, is a call: all else is text.
	Constrained bool
}

// CallError says what is wrong with a call of a turn: it was cut off, names no
// declared tool, or its arguments do not satisfy the schema.
type CallError struct {
	Name   string // of the tool, if known
	Reason string
	Raw    string // what the model wrote, for a call that could not be read
}

func (e *CallError) Error() string {
	if e.Name == "" {
		return e.Reason
	}
	return fmt.Sprintf("call of %s: %s", e.Name, e.Reason)
}

// Parser reads one turn. It is not safe for concurrent use.
//
// What is certain is put out at once; what may yet become a call is held back. A call
// at the start of a turn is certain as soon as its name and the opening of its
// arguments are read. A call that follows text is certain only when the turn ends with
// it, because an answer may show one as an example.
type Parser struct {
	o       ParserOptions
	schemas map[string]*toolSchema

	mode      parseMode
	hold      []byte     // bytes that are neither text nor call yet
	sep       int        // where in hold the separators after a call start
	rec       recognizer // of the candidate that hold ends with
	tentative bool       // calls count only if the turn ends with them
	pending   []llm.Event
	started   bool // CallStart of the open call was put out
	streamed  int  // bytes of its arguments that were put out
	from      int  // where in hold the candidate starts
	opened    bool // it opens as a call of the grammar does
	lax       bool // the candidate follows <|python_tag|>
	fence     bool // a code fence is open around the calls
	array     bool // a JSON array is open around the calls
	atLine    bool // the next byte of text starts a line

	calls int    // complete calls, pending ones included
	end   string // the special token that ended the turn
	err   error  // the first
	text  []byte // text not yet put out
	code  []byte // bare code
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

// NewParser returns a parser for one turn.
func NewParser(o ParserOptions) *Parser {
	p := &Parser{o: o, schemas: map[string]*toolSchema{}}
	for _, t := range o.Tools {
		p.schemas[t.Name] = &toolSchema{raw: t.Parameters}
	}
	return p
}

// Push reads one piece and returns the events that are certain now. After the token
// that ends the turn, everything is ignored.
func (p *Parser) Push(piece Piece) []llm.Event {
	if p.end != "" {
		return nil
	}
	switch piece.Special {
	case "":
		for i := range len(piece.Text) {
			p.step(piece.Text[i])
		}
	case PythonTag:
		p.tag()
	case EndTurn, EndMessage, EndOfText, StartHeader:
		p.end = piece.Special
	}
	if p.started {
		p.streamArguments()
	}
	p.flushText(false)
	return p.take()
}

// Finish ends the turn and returns the last events. The error, if any, is the first
// [*CallError] of the turn; text and complete calls are put out all the same.
func (p *Parser) Finish() ([]llm.Event, error) {
	switch p.mode {
	case inCall:
		p.cutOff()
	case atStart, afterFence, afterBracket:
		p.asText()
	case inCode:
		p.add(found{name: codeInterpreter, args: value{kind: '{', keys: []string{"code"}, items: []value{{kind: '"', text: string(p.code)}}}, converted: true})
		p.code = nil
	}
	p.commit()
	p.mode, p.hold, p.rec = inText, nil, nil
	p.flushText(true)
	return p.take(), p.err
}

// Ended returns the special token that ended the turn; empty if none has.
func (p *Parser) Ended() string { return p.end }

// Calls returns the number of complete calls that are certain.
func (p *Parser) Calls() int {
	if p.tentative {
		return p.calls - callEnds(p.pending)
	}
	return p.calls
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

func (p *Parser) take() []llm.Event {
	out := p.out
	p.out = nil
	return out
}

// flushText puts out the text so far, but for the start of a character.
func (p *Parser) flushText(all bool) {
	n := len(p.text)
	if !all {
		n = whole(p.text)
	}
	if n == 0 {
		return
	}
	p.out = append(p.out, llm.TextDelta{Text: string([]rune(string(p.text[:n])))}) // a byte that is no UTF-8 becomes U+FFFD
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
func (p *Parser) known(name string) bool {
	if p.o.Tools == nil && p.o.Builtin == nil {
		return true
	}
	_, ok := p.schemas[name]
	return ok || slices.Contains(p.o.Builtin, name)
}

// declared is known by name: it is false for all names if the tools are not known.
func (p *Parser) declared(name string) bool {
	return (p.o.Tools != nil || p.o.Builtin != nil) && p.known(name)
}

// callable says that the turn may make calls in the form of text.
func (p *Parser) callable() bool {
	return p.o.Tools == nil && p.o.Builtin == nil || len(p.o.Tools)+len(p.o.Builtin) > 0
}

const separators = " \t\r\n;,"

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// opens says that c may begin a call anywhere a call may stand.
func opens(c byte) bool { return c == '{' || c == '[' || c == '<' || c == '`' }

// step reads one byte.
func (p *Parser) step(c byte) {
	switch p.mode {
	case inText:
		if p.atLine && p.callable() && opens(c) && !p.o.Constrained {
			p.tentative = true
			p.open(c)
			return
		}
		p.atLine = c == '\n' || p.atLine && isSpace(c)
		p.text = append(p.text, c)
	case inCode:
		p.code = append(p.code, c)
	case inBroken: // the bytes of a call never appear as text
	case inCall:
		p.hold = append(p.hold, c)
		if p.opens() {
			p.judge(p.rec.feed(c))
		}
	case afterCall:
		p.hold = append(p.hold, c)
		p.stepAfterCall()
	default:
		p.stepBefore(c)
	}
}

// stepBefore reads what may stand before a call.
func (p *Parser) stepBefore(c byte) {
	word := isWord(c) && (c < '0' || c > '9')
	switch {
	case p.o.Constrained && c != '{' && c != '[' && p.mode != afterBracket:
		p.hold = append(p.hold, c)
		p.rejected()
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
func (p *Parser) stepAfterCall() {
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
func (p *Parser) open(c byte) {
	p.lax = p.mode == afterTag || p.lax && (p.mode == afterFence || p.mode == afterBracket)
	inBracket := p.mode == afterBracket
	if !inBracket {
		p.from, p.opened = len(p.hold), false
	}
	p.hold = append(p.hold, c)
	p.started, p.streamed = false, 0
	if !p.opens() {
		return
	}
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

// opens says that the candidate may yet be a call. Under a grammar it must open as the
// grammar's calls do; if it does not, it is text.
func (p *Parser) opens() bool {
	if p.opened || !p.o.Constrained {
		return true
	}
	have := string(p.hold[p.from:])
	for _, t := range p.o.Tools {
		for _, want := range []string{`{"name": ` + string(encode(value{kind: '"', text: t.Name})) + `, "parameters": `, "[" + t.Name + "("} {
			if strings.HasPrefix(want, have) {
				p.opened = have == want
				return true
			}
		}
	}
	p.asText()
	return false
}

// judge acts on a recogniser's verdict.
func (p *Parser) judge(v verdict) {
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
func (p *Parser) rejected() {
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
func (p *Parser) broken(name, reason, raw string) {
	p.fail(&CallError{Name: name, Reason: reason, Raw: raw})
	p.rec, p.started = nil, false
	p.mode, p.hold, p.sep = inBroken, p.hold[:0], 0
}

func (p *Parser) fail(err *CallError) {
	if p.err == nil {
		p.err = err
	}
}

// asText gives back as text what is held, tentative calls included.
func (p *Parser) asText() {
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
func (p *Parser) asCode() {
	p.code = append(p.code, bytes.TrimLeft(p.hold, " \t\r\n")...)
	p.hold, p.rec, p.mode, p.lax = p.hold[:0], nil, inCode, false
}

// tag reads <|python_tag|>.
func (p *Parser) tag() {
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
func (p *Parser) commit() {
	if !p.tentative {
		return
	}
	p.flushText(true)
	p.out = append(p.out, p.pending...)
	p.tentative, p.pending = false, nil
}

// cutOff ends a candidate that the turn's end cut off: an error if it was a call
// beyond doubt, else text or code.
func (p *Parser) cutOff() {
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
	if p.mode == inCode {
		p.add(found{name: codeInterpreter, args: value{kind: '{', keys: []string{"code"}, items: []value{{kind: '"', text: string(p.code)}}}, converted: true})
		p.code, p.mode = nil, afterCall
	}
}

// matched: the candidate is complete.
func (p *Parser) matched() {
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
