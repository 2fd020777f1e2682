package chat

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/jinja"
)

// Source is what a model's files say of how it is talked to.
type Source struct {
	Template string // Jinja; "" if there is none
	ToolUse  string // a template of its own for conversations with tools; "" if there is none
	Begin    string // names of the tokens that the template knows as bos_token and eos_token
	End      string

	// Names are those of the vocabulary's special tokens and of tokens added to it.
	Names []string

	// Dialect, if not "", is how calls are written, whatever the template says.
	Dialect llm.Dialect

	// Member, if not "", is the name under which a tool's bare value is shown, a text or a
	// number say, to a model that knows results as objects and lists, and text as a failure.
	Member string
}

// Format is how one model is talked to: as Llama 3.1, or by the template in its file. It
// never changes.
type Format struct {
	source  Source
	native  bool            // Llama 3.1's prompt format, rendered by [Render]
	plain   *jinja.Template // of conversations without tools; nil if native, or if there is none
	tools   *jinja.Template // of those with
	dialect llm.Dialect     // of calls, as the template writes them; "" if it writes none
	traits  traits
	names   *nameSet
	refused []string
}

// The errors of a model whose files don't say how something is rendered.
var (
	ErrNoTemplate = errors.New("the model's file has no chat template and isn't known to speak Llama 3.1's format: give one (model: {template: FILE} in agent.yaml, engine.Options.Template)")
	ErrNoTools    = errors.New("the model's chat template shows no tools, or writes calls in a form that is not known here: say how calls are written (dialect: in agent.yaml, engine.Options.Dialect), and tools are declared in the system message")
)

// NewFormat reads a model's template and finds out, by rendering small conversations,
// what it can do. A template that can't be read, or that renders no conversation at all, is
// an error.
func NewFormat(s Source) (*Format, error) {
	f := &Format{source: s, names: newNameSet(s.Names)}
	if s.Dialect != "" && !slices.Contains(Dialects, s.Dialect) {
		return nil, fmt.Errorf("chat: the dialect %q, want one of %s", s.Dialect, listed(Dialects))
	}
	if s.Template == "" {
		f.native = f.names.hasAll(StartHeader, EndHeader, EndTurn, EndMessage, PythonTag)
		f.dialect = llm.DialectJSON
		if !f.native {
			f.dialect = ""
			f.refused = append(f.refused, "conversations: "+ErrNoTemplate.Error())
		}
		return f, nil
	}
	var err error
	if f.plain, err = jinja.Parse(s.Template); err != nil {
		return nil, fmt.Errorf("chat: the model's chat template: %w", err)
	}
	f.tools = f.plain
	if s.ToolUse != "" {
		if f.tools, err = jinja.Parse(s.ToolUse); err != nil {
			return nil, fmt.Errorf("chat: the model's chat template for tools: %w", err)
		}
	}
	if f.native = s.ToolUse == "" && sameAsLlama(f.plain); f.native {
		f.plain, f.tools, f.dialect = nil, nil, llm.DialectJSON
		return f, nil
	}
	if err := f.probe(); err != nil {
		return nil, err
	}
	return f, nil
}

func listed(ds []llm.Dialect) string {
	var names []string
	for _, d := range ds {
		names = append(names, string(d))
	}
	return strings.Join(names, ", ")
}

// Kind says in a few words whose format it is.
func (f *Format) Kind() string {
	switch {
	case f.native && f.source.Template == "":
		return "Llama 3.1's, by the vocabulary: the file has none"
	case f.native:
		return "Llama 3.1's"
	case f.plain == nil:
		return "none"
	}
	return "the file's own"
}

// Dialect is how calls are written unless a request says otherwise; "" if nothing says.
func (f *Format) Dialect() llm.Dialect {
	if f.source.Dialect != "" {
		return f.source.Dialect
	}
	return f.dialect
}

// thinks says that the template knows of thoughts.
func (f *Format) thinks() bool {
	return !f.native && strings.Contains(f.source.Template+f.source.ToolUse, thinkClose)
}

// Marks are the tags around calls and thoughts that the model may write.
func (f *Format) Marks() []string {
	return append([]string{thinkOpen, thinkClose}, Form(f.Dialect()).Marks()...)
}

// Refused lists what the model can't be asked for, and the way out.
func (f *Format) Refused() []string {
	out := slices.Clone(f.refused)
	if err := f.CanCall(""); err != nil && f.plain != nil {
		out = append(out, "tools: "+err.Error())
	}
	return out
}

// CanCall is an error if tools can't be declared to the model in that dialect, or in its
// own for "".
func (f *Format) CanCall(d llm.Dialect) error {
	switch {
	case !f.native && f.plain == nil:
		return ErrNoTemplate
	case d == "" && f.Dialect() == "":
		return ErrNoTools
	}
	return nil
}

// Rendered is a prompt, and how what follows it is to be read.
type Rendered struct {
	Pieces   []Piece
	Options  Options // its Tools are those that the model was told of
	Thinks   bool    // the model's turns may begin with thoughts
	Thinking bool    // the prompt opens them
}

// Render renders a request. now is for templates that show the date.
func (f *Format) Render(req *llm.Request, now time.Time) (Rendered, error) {
	out := Rendered{Thinks: f.thinks()}
	var err error
	if out.Options, err = ForRequest(req); err != nil {
		return out, err
	}
	o := &out.Options
	if o.Dialect == "" {
		o.Dialect = f.Dialect()
	}
	if len(o.Tools) > 0 {
		if err := f.CanCall(o.Dialect); err != nil {
			return out, fmt.Errorf("chat: %w", err)
		}
	}
	messages := f.named(req.Messages)
	if f.native {
		switch o.Dialect {
		case "", llm.DialectJSON, llm.DialectPythonic:
			out.Pieces, err = Render(messages, *o)
		default:
			out.Pieces, err = Render(declared(messages, *o), Options{Generation: true})
		}
		return out, err
	}
	if f.plain == nil {
		return out, fmt.Errorf("chat: %w", ErrNoTemplate)
	}
	out.Pieces, err = f.fill(messages, *o, now)
	if n := len(out.Pieces); err == nil && n > 0 {
		var end strings.Builder
		for _, p := range out.Pieces[max(n-3, 0):] {
			end.WriteString(p.Text + p.Special)
		}
		out.Thinking = strings.HasSuffix(strings.TrimRight(end.String(), " \n"), thinkOpen)
	}
	return out, err
}

// named gives bare results of tools the name that the model knows them by.
func (f *Format) named(messages []llm.Message) []llm.Message {
	if f.source.Member == "" {
		return messages
	}
	out := slices.Clone(messages)
	for i, m := range out {
		if v := bytes.TrimSpace(m.Value); m.Role == llm.RoleTool && len(v) > 0 && v[0] != '{' && v[0] != '[' {
			out[i].Value = slices.Concat([]byte("{"), appendString(nil, f.source.Member), []byte(":"), v, []byte("}"))
		}
	}
	return out
}

// fill renders messages by the template.
func (f *Format) fill(messages []llm.Message, o Options, now time.Time) ([]Piece, error) {
	t, tools := f.plain, []llm.ToolSpec(nil)
	switch {
	case o.Dialect != f.dialect || f.dialect == "": // calls have no place of their own, nor have those made before
		messages = declared(messages, o)
	case len(o.Tools) > 0:
		t, tools = f.tools, o.Tools
	}
	var stable, volatile []llm.Message
	for _, m := range messages {
		if m.Volatile {
			volatile = append(volatile, m)
		} else {
			stable = append(stable, m)
		}
	}
	vars, err := f.traits.vars(append(stable, volatile...), tools)
	if err != nil {
		return nil, err
	}
	return f.pieces(t, vars, now)
}

// pieces fills a template. Only its own words can become special tokens: what messages and
// tools say is text.
func (f *Format) pieces(t *jinja.Template, vars map[string]any, now time.Time) ([]Piece, error) {
	words := map[string]string{"bos_token": f.source.Begin, "eos_token": f.source.End}
	segments, err := t.Render(vars, words, now)
	if err != nil {
		return nil, fmt.Errorf("chat: the model's chat template: %w", err)
	}
	var p prompt
	for _, s := range segments {
		if s.Data {
			p.text(s.Text)
			continue
		}
		f.names.split(s.Text, &p)
	}
	return p.pieces, nil
}

// nameSet finds the names of tokens in a text, the longest first.
type nameSet struct {
	all   map[string]bool
	first map[byte][]string // by the first byte, long ones first
}

func newNameSet(names []string) *nameSet {
	n := &nameSet{all: map[string]bool{}, first: map[byte][]string{}}
	for _, s := range names {
		if s != "" && !n.all[s] {
			n.all[s] = true
			n.first[s[0]] = append(n.first[s[0]], s)
		}
	}
	for _, list := range n.first {
		slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	}
	return n
}

func (n *nameSet) hasAll(names ...string) bool {
	for _, s := range names {
		if !n.all[s] {
			return false
		}
	}
	return true
}

// split adds a text to a prompt, the names in it as the tokens that they are.
func (n *nameSet) split(text string, p *prompt) {
	from := 0
	for i := 0; i < len(text); i++ {
		for _, name := range n.first[text[i]] {
			if strings.HasPrefix(text[i:], name) {
				p.text(text[from:i])
				p.special(name)
				from = i + len(name)
				i = from - 1
				break
			}
		}
	}
	p.text(text[from:])
}
