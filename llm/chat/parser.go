package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

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

	// Constrained says that the turn was decoded under a grammar of the tools, in Dialect:
	// what opens exactly as the grammar's calls do needs neither coercion nor validation.
	Constrained bool
	Dialect     llm.Dialect

	// Thinking says that the prompt has opened the model's thoughts.
	Thinking bool

	// Quoted are texts of others that the model has read, such as results: a call that
	// stands in one of them and is repeated beside text is a quotation.
	Quoted []string
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

// Quoted are the texts among messages that are neither a person's nor the model's own.
func Quoted(messages []llm.Message) (texts []string) {
	for _, m := range messages {
		if m.Role == llm.RoleTool {
			if text, err := resultText(m); err == nil && text != "" {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// Attempt is the call that a turn's error is about, as it was written, for whoever answers
// the model with what is wrong about it; ok says that the error is about one.
func Attempt(err error) (call llm.ToolCall, ok bool) {
	var bad *CallError
	if !errors.As(err, &bad) || bad.Name == "" || bad.Raw == "" {
		return call, false
	}
	return llm.ToolCall{Name: bad.Name, Arguments: json.RawMessage(bad.Raw)}, true
}

// Parser reads one turn: thoughts, text, calls. It is not safe for concurrent use.
//
// A turn goes through readers, each of which takes what it is sure of and leaves the rest
// to the next: the model's thoughts; calls as the grammar of the turn writes them; the
// forms in which Llama's models write calls, with their commonest slips; and text in which
// a call is written in any other way. What is certain is put out at once, and what may yet
// become a call is held back.
type Parser struct {
	o        ParserOptions
	thoughts *thoughts
	exact    *exact // nil where no grammar held the turn, or once it was read
	forms    *forms
	sieve    *sieve

	begun  bool // something but white space has come
	header bool // a header that the model repeats is open
	told   int  // calls whose start was put out
	calls  int  // complete calls
	end    string
	err    error
}

// NewParser returns a parser for one turn.
func NewParser(o ParserOptions) *Parser {
	p := &Parser{o: o, thoughts: &thoughts{inside: o.Thinking}}
	schemas := map[string]*toolSchema{}
	for _, t := range o.Tools {
		schemas[t.Name] = &toolSchema{raw: t.Parameters}
	}
	if o.Constrained && len(o.Tools) > 0 {
		p.exact = &exact{form: Form(o.Dialect), tools: o.Tools}
	}
	p.sieve = &sieve{tools: o.Tools, schemas: schemas, shown: p.shown, lineStart: true}
	p.forms = &forms{o: o, schemas: schemas, shown: p.shown, mend: p.sieve}
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
		if p.header {
			return nil
		}
		p.begun = p.begun || strings.TrimSpace(piece.Text) != ""
		return p.said(p.thoughts.push(piece.Text))
	case StartHeader:
		if !p.begun { // the turn's own header, once more
			p.header = true
			return nil
		}
		p.end = piece.Special
	case EndHeader:
		p.header = false
	case PythonTag:
		p.begun = true
		events := p.said(p.thoughts.finish())
		if p.exact != nil && !p.exact.begun() {
			return events // calls follow, as the grammar has them
		}
		return append(events, p.passed(p.forms.push(piece))...)
	case EndTurn, EndMessage, EndOfText:
		p.end = piece.Special
	}
	return nil
}

// said reads thoughts and what follows them.
func (p *Parser) said(thought, text string) []llm.Event {
	var events []llm.Event
	if thought != "" {
		events = append(events, llm.ThoughtDelta{Text: thought})
	}
	if text == "" {
		return events
	}
	if p.exact != nil {
		before, calls, left := p.exact.push(text)
		if before != "" {
			events = append(events, p.passed(p.forms.push(Piece{Text: before}))...)
		}
		if len(calls) > 0 {
			events = append(append(events, p.settle()...), p.numbered(calls)...)
		}
		if left {
			p.exact = nil
		}
		return events
	}
	return append(events, p.passed(p.forms.push(Piece{Text: text}))...)
}

// settle ends the text before calls that are certain.
func (p *Parser) settle() []llm.Event {
	events, err := p.forms.finish()
	p.fail(err)
	return append(p.passed(events), p.numbered(p.sieve.finish())...)
}

// passed reads the text among the events of a reader.
func (p *Parser) passed(events []llm.Event) (out []llm.Event) {
	for _, ev := range events {
		switch ev := ev.(type) {
		case llm.TextDelta:
			out = append(out, p.numbered(p.sieve.push(ev.Text))...)
		case llm.CallStart:
			out = append(append(out, p.numbered(p.sieve.finish())...), p.numbered([]llm.Event{ev})...)
		case llm.CallEnd:
			out = append(out, p.numbered([]llm.Event{ev})...)
			p.sieve.after = true
		default:
			out = append(out, p.numbered([]llm.Event{ev})...)
		}
	}
	return out
}

// numbered gives calls their places in the turn.
func (p *Parser) numbered(events []llm.Event) []llm.Event {
	for i, ev := range events {
		switch ev := ev.(type) {
		case llm.CallStart:
			ev.Index = p.told
			p.told++
			events[i] = ev
		case llm.CallDelta:
			ev.Index = p.told - 1
			events[i] = ev
		case llm.CallEnd:
			ev.Index = p.told - 1
			p.calls++
			events[i] = ev
		}
	}
	return events
}

// Cut says that a bound cut the turn off, before [Parser.Finish]. A call that misses its end
// is none then: of a number only the first digits may have come.
func (p *Parser) Cut() { p.sieve.cut = true }

// Finish ends the turn and returns the last events. The error, if any, is the first
// [*CallError] of the turn; text and complete calls are put out all the same.
func (p *Parser) Finish() ([]llm.Event, error) {
	events := p.said(p.thoughts.finish())
	if p.exact != nil {
		text, err := p.exact.finish()
		p.fail(err)
		if text != "" {
			events = append(events, p.passed(p.forms.push(Piece{Text: text}))...)
		}
		p.exact = nil
	}
	events = append(events, p.settle()...)
	return events, p.err
}

func (p *Parser) fail(err error) {
	if p.err == nil && err != nil {
		p.err = err
	}
}

// Ended returns the special token that ended the turn; empty if none has.
func (p *Parser) Ended() string { return p.end }

// Calls returns the number of complete calls that are certain.
func (p *Parser) Calls() int { return p.calls }

// Thinking says that the model's thoughts have not ended.
func (p *Parser) Thinking() bool { return p.thoughts.inside }
