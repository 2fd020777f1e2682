package grammar

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
)

// Turn says what an assistant's turn may be.
type Turn struct {
	Tools    []llm.ToolSpec
	Choice   llm.ToolChoice
	MaxCalls int // 0 is no bound
	Dialect  llm.Dialect
	Response *llm.ResponseFormat // of an answer that is no call
	// Citations are what may stand in brackets of a text as the name of a file; nil holds
	// it to nothing. See [llm.Request].
	Citations []string

	Thinks   bool // thoughts, <think>…</think>, may come first
	Thinking bool // the prompt has opened them
	Options  Options
}

// CompileTurn makes the grammar of a turn: text, or calls as the dialect writes them, see
// [chat.Form], or text and then calls where the dialect has that; thoughts may come before.
// After a complete call the turn ends or opens another. A call has no arguments but the
// declared ones, unless its schema declares none or, where arguments are JSON, speaks of
// others. Where calls can be made, text does not open as a call would, in any form that
// models write, nor hold the tag that opens one. An error is an [*Error] whose path starts
// with the tool's name.
func CompileTurn(t Turn) (g *Grammar, err error) {
	if t.Dialect != "" && !slices.Contains(chat.Dialects, t.Dialect) {
		return nil, &Error{"dialect", "", fmt.Sprintf("calls in %q have no grammar", t.Dialect), ErrUnsupported}
	}
	b := t.Options.builder()
	err = guard(func() error {
		var err error
		g, err = t.compile(b)
		return err
	})
	if err != nil {
		return nil, err
	}
	return g, nil
}

func (t Turn) compile(b *builder) (*Grammar, error) {
	form := chat.Form(t.Dialect)
	b.python, b.form = form.Python, form
	calls, err := t.calls(b)
	if err != nil {
		return nil, err
	}
	must := t.Choice.Mode == llm.ChoiceRequired || t.Choice.Mode == llm.ChoiceTool
	text := none
	b.python = false
	switch {
	case must:
	case t.Response != nil:
		b.whole = true // nothing checks an answer that is no call
		text, err = compileInto(b, t.Response.Schema, t.Options)
		b.whole = t.Options.Whole
		if err != nil {
			return nil, err
		}
		if text = b.avoid(text, t.openings()); text == none {
			return nil, &Error{"response_format", "", "every answer would read as a call", ErrSchema}
		}
	case calls == none:
		text = b.text(t.openings())
	default:
		text = b.text(append(t.openings(), sloppy...))
	}
	if t.Citations != nil && !must && t.Response == nil {
		text = b.and(text, b.cited(t.Citations))
	}
	turn := b.or(calls, text)
	textFirst := form.TextFirst && calls != none && text != none && t.Response == nil
	if textFirst {
		text = b.without(text, form.Marks()[0])
		turn = b.or(calls, b.cat2(text, b.or(empty, calls)))
	}
	if t.Thinks || t.Thinking {
		turn = b.thoughts(turn, t.Thinking)
	}
	g := newGrammar(b, turn)
	g.params = form.Tagged
	g.tagged, g.calls, g.text = calls, calls, text
	if textFirst {
		g.mark = form.Marks()[0]
	}
	if g.thinks, g.thinking = t.Thinks, t.Thinking; t.Thinks || t.Thinking || textFirst {
		g.calls, g.text = none, none // whether it calls is not decided at its start
	}
	return g, nil
}

// without is text that does not hold a mark.
func (b *builder) without(text node, mark string) node {
	any := b.repeat(b.or(b.span(0, utf8.RuneSelf-1, empty), b.utf8(utf8.RuneSelf, utf8.MaxRune)), 0, far)
	return b.and(text, b.not(b.cat(any, b.lit(mark), any)))
}

const thinkOpen, thinkClose = "<think>", "</think>"

// thoughts lets a turn begin with the model's thoughts; it must if they are open already.
func (b *builder) thoughts(turn node, open bool) node {
	any := b.repeat(b.or(b.span(0, utf8.RuneSelf-1, empty), b.utf8(utf8.RuneSelf, utf8.MaxRune)), 0, far)
	space := b.or(b.lit(" "), b.lit("\t"), b.lit("\r"), b.lit("\n"))
	closed := b.cat(b.without(any, thinkClose), b.lit(thinkClose), b.repeat(space, 0, 4), turn)
	if open {
		return closed
	}
	return b.or(b.avoid(turn, []string{thinkOpen}), b.cat2(b.lit(thinkOpen), closed))
}

// callable are the tools that the choice leaves.
func (t Turn) callable() []llm.ToolSpec {
	if t.Choice.Mode == llm.ChoiceNone {
		return nil
	}
	var out []llm.ToolSpec
	for _, tool := range t.Tools {
		if t.Choice.Mode != llm.ChoiceTool || t.Choice.Name == tool.Name {
			out = append(out, tool)
		}
	}
	return out
}

// calls is one call or more; none if none can be made.
func (t Turn) calls(b *builder) (node, error) {
	seen := map[string]bool{}
	for _, tool := range t.Tools {
		if tool.Name == "" || len(tool.Name) > 256 || !utf8.ValidString(tool.Name) || seen[tool.Name] {
			return none, &Error{"name", "/" + pointer(tool.Name), "a tool's name must be unique text of 1 to 256 bytes", ErrSchema}
		}
		if b.python && !dotted(tool.Name) {
			return none, &Error{"name", "/" + pointer(tool.Name), "Python can't carry this name", ErrUnsupported}
		}
		if !chat.Form(t.Dialect).Carries(tool.Name) {
			return none, &Error{"name", "/" + pointer(tool.Name), "a tag can't carry this name", ErrUnsupported}
		}
		seen[tool.Name] = true
	}
	one := none
	tools := t.callable()
	for _, tool := range tools {
		n, err := toolCall(b, chat.Form(t.Dialect), tool, t.Options)
		if err != nil {
			return none, err
		}
		one = b.or(one, n)
	}
	switch {
	case len(tools) > 0:
	case t.Choice.Mode == llm.ChoiceTool:
		return none, &Error{"tool_choice", "", fmt.Sprintf("no tool %q to call", t.Choice.Name), ErrSchema}
	case t.Choice.Mode == llm.ChoiceRequired:
		return none, &Error{"tool_choice", "", "no tool to call", ErrSchema}
	default:
		return none, nil
	}
	more := int32(far)
	if t.MaxCalls > 0 {
		more = int32(min(t.MaxCalls-1, far))
	}
	form := chat.Form(t.Dialect)
	between := none
	for _, s := range form.Between {
		between = b.or(between, b.lit(s))
	}
	return b.cat(b.lit(form.Open), one, b.repeat(b.cat2(between, one), 0, more), b.lit(form.Close)), nil
}

// dotted says that s is Python's name of a function: identifiers with dots between.
func dotted(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if !identifier(part) {
			return false
		}
	}
	return true
}

// toolCall is one call of one tool.
func toolCall(b *builder, form chat.CallForm, tool llm.ToolSpec, o Options) (node, error) {
	schema := tool.Parameters
	if len(schema) == 0 {
		schema = json.RawMessage(`{"additionalProperties": false}`)
	}
	b.arguments, b.named = true, "/"+pointer(tool.Name)
	args, err := compileInto(b, schema, o, item{s: object("type", "object"), path: "\x00arguments"})
	b.arguments, b.named = false, ""
	if e, ok := err.(*Error); ok {
		e.Path = "/" + pointer(tool.Name) + e.Path
	}
	if err != nil {
		return none, err
	}
	return b.cat(b.lit(form.Head(tool.Name)), args, b.lit(form.Tail)), nil
}

// sloppy are the starts of text that models mean as a call, in forms other than those
// of the grammar.
var sloppy = []string{"{", "<function", "<tool", "<TOOL", "[TOOL", "[{", "[ ", "[\n", "```json", "```tool", "```\n{", "```\n["}

// openings are how the turn's calls open, and how they would in the commonest dialects.
func (t Turn) openings() []string {
	var list []string
	for _, tool := range t.Tools {
		for _, d := range []llm.Dialect{llm.DialectJSON, llm.DialectPythonic, t.Dialect} {
			if o := chat.Form(d).Opening(tool.Name); !slices.Contains(list, o) {
				list = append(list, o)
			}
		}
	}
	return list
}

// text is UTF-8, white space of at most 8 characters first, that does not open so.
func (b *builder) text(avoid []string) node {
	wide := b.utf8(utf8.RuneSelf, utf8.MaxRune)
	var edges []edge // characters that are no white space
	for c := byte(0); c < utf8.RuneSelf; c++ {
		if !isSpace(c) {
			edges = append(edges, edge{c, c, empty})
		}
	}
	space := b.or(b.lit(" "), b.lit("\t"), b.lit("\r"), b.lit("\n"))
	rest := b.repeat(b.or(b.span(0, utf8.RuneSelf-1, empty), wide), 0, far)
	return b.cat2(b.repeat(space, 0, 8), b.avoid(b.cat2(b.or(b.table(edges, false), wide), rest), avoid))
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
