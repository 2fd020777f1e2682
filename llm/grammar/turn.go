package grammar

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/llm"
)

// Turn says what an assistant's turn may be.
type Turn struct {
	Tools    []llm.ToolSpec
	Choice   llm.ToolChoice
	MaxCalls int // 0 is no bound
	Dialect  llm.Dialect
	Response *llm.ResponseFormat // of an answer that is no call
	Options  Options
}

// CompileTurn makes the grammar of a turn: text, or calls. After a complete call the
// turn ends or opens another. In the JSON dialect calls are separated by "; "; in the
// Python-style one they stand in a list, with arguments by name. A call has no arguments
// but the declared ones, unless its schema declares none or, in the JSON dialect, speaks
// of others. Where calls can be made, text does not open as a call would, in any form that
// models write. An error is an [*Error] whose path starts with the tool's name.
func CompileTurn(t Turn) (g *Grammar, err error) {
	if t.Dialect != "" && t.Dialect != llm.DialectJSON && t.Dialect != llm.DialectPythonic {
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
	b.python = t.Dialect == llm.DialectPythonic
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
	g := newGrammar(b, b.or(calls, text))
	g.tagged, g.calls, g.text = calls, calls, text
	return g, nil
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
		seen[tool.Name] = true
	}
	one := none
	tools := t.callable()
	for _, tool := range tools {
		n, err := toolCall(b, tool, t.Options)
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
	if b.python {
		return b.cat(b.lit("["), one, b.repeat(b.cat2(b.lit(", "), one), 0, more), b.lit("]")), nil
	}
	return b.cat2(one, b.repeat(b.cat2(b.lit("; "), one), 0, more)), nil
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

// opening is how a call opens in the JSON dialect, up to its arguments.
func opening(name string) string { return `{"name": ` + quote(name) + `, "parameters": ` }

// toolCall is one call of one tool.
func toolCall(b *builder, tool llm.ToolSpec, o Options) (node, error) {
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
	if b.python {
		return b.cat2(b.lit(tool.Name), args), nil
	}
	return b.cat(b.lit(opening(tool.Name)), args, b.lit("}")), nil
}

// sloppy are the starts of text that models mean as a call, in forms other than those
// of the grammar.
var sloppy = []string{"{", "<function", "[{", "[ ", "[\n", "```json", "```tool", "```\n{", "```\n["}

// openings are how the turn's calls open in either dialect: what reads a turn takes
// nothing else for a call.
func (t Turn) openings() []string {
	var list []string
	for _, tool := range t.Tools {
		list = append(list, opening(tool.Name), "["+tool.Name+"(")
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
