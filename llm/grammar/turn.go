package grammar

import (
	"encoding/json"
	"fmt"
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

// CompileTurn makes the grammar of a turn: text, or calls separated by "; ". A text's
// first character after white space is none that opens a call ({, [, < or `). Calls are
// in the JSON dialect; after a complete call the turn ends or opens another. An error
// is an [*Error] whose path starts with the tool's name.
func CompileTurn(t Turn) (g *Grammar, err error) {
	b := newBuilder(maxNodes(t.Options))
	defer tooLarge(&g, &err)
	if t.Dialect != llm.DialectJSON {
		return nil, &Error{"dialect", "", fmt.Sprintf("calls in %q have no grammar", t.Dialect), ErrUnsupported}
	}
	var calls, found = none, false
	seen := map[string]bool{}
	for _, tool := range t.Tools {
		if tool.Name == "" || len(tool.Name) > 256 || !utf8.ValidString(tool.Name) || seen[tool.Name] {
			return nil, &Error{"name", "/" + pointer(tool.Name), "a tool's name must be unique text of 1 to 256 bytes", ErrSchema}
		}
		seen[tool.Name] = true
		if t.Choice.Mode == llm.ChoiceNone || (t.Choice.Mode == llm.ChoiceTool && t.Choice.Name != tool.Name) {
			continue
		}
		found = true
		n, err := toolCall(b, tool, t.Options)
		if err != nil {
			return nil, err
		}
		calls = b.or(calls, n)
	}
	must := t.Choice.Mode == llm.ChoiceRequired || t.Choice.Mode == llm.ChoiceTool
	if must && !found {
		return nil, &Error{"tool_choice", "", fmt.Sprintf("no tool %q to call", t.Choice.Name), ErrSchema}
	}
	if calls != none {
		more := int32(far)
		if t.MaxCalls > 0 {
			more = int32(min(t.MaxCalls-1, far))
		}
		calls = b.cat(calls, b.repeat(b.cat2(b.lit("; "), calls), 0, more))
	}
	text := none
	switch {
	case must:
	case t.Response != nil:
		if text, err = compileInto(b, t.Response.Schema, t.Options); err != nil {
			return nil, err
		}
	default:
		text = b.text()
	}
	g = newGrammar(b, b.or(calls, text))
	g.tagged, g.calls, g.text = calls, calls, text
	return g, nil
}

// toolCall is one call of one tool.
func toolCall(b *builder, tool llm.ToolSpec, o Options) (node, error) {
	schema := tool.Parameters
	if len(schema) == 0 {
		schema = json.RawMessage(`{"additionalProperties": false}`)
	}
	args, err := compileInto(b, schema, o, item{s: object("type", "object"), path: "\x00arguments"})
	if e, ok := err.(*Error); ok {
		e.Path = "/" + pointer(tool.Name) + e.Path
	}
	if err != nil {
		return none, err
	}
	return b.cat(b.lit(`{"name": `+quote(tool.Name)+`, "parameters": `), args, b.lit("}")), nil
}

// text is UTF-8 that does not open as a call would.
func (b *builder) text() node {
	char := b.or(b.span(0, 0x7f, empty), b.utf8(0x80, utf8.MaxRune))
	space := b.or(b.lit(" "), b.lit("\t"), b.lit("\r"), b.lit("\n"))
	var edges []edge
	for c := 0; c < 0x80; c++ {
		switch c {
		case ' ', '\t', '\r', '\n', '{', '[', '<', '`':
		default:
			edges = append(edges, edge{byte(c), byte(c), empty})
		}
	}
	first := b.or(b.table(edges, false), b.utf8(0x80, utf8.MaxRune))
	return b.cat(b.repeat(space, 0, 8), first, b.repeat(char, 0, far))
}

// CallTokens sets dst to the tokens that open a call at the start of a turn, for a
// threshold on the probability of calling; <|python_tag|> is one more if CanTag says so.
func (m *Matcher) CallTokens(dst Bitset) error {
	clear(dst)
	return m.g.locked(func() {
		if m.g.calls != none {
			m.g.b.mask(dst, m.v, m.g.calls)
		}
	})
}
