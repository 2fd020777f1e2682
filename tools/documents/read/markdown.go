package read

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// maxMarkdown bounds what the parser is given, which cannot be interrupted; of a longer
// file only the headings are known.
const maxMarkdown = 1 << 20

var markdownParser = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough),
	goldmark.WithParserOptions(parser.WithAttribute())).Parser()

// markdown reads headings, paragraphs, lists, tables and code.
func markdown(in *input) error {
	s, err := decoded(in.data)
	if err != nil {
		return err
	}
	s = frontless(s)
	if len(s) > maxMarkdown || tangled(s) {
		return roughly(in, s)
	}
	src := []byte(s)
	m := marks{in: in, src: src}
	return m.blocks(markdownParser.Parse(text.NewReader(src)))
}

// frontless is a text without the YAML in front of it.
func frontless(s string) string {
	rest, ok := strings.CutPrefix(s, "---\n")
	if !ok {
		return s
	}
	_, after, ok := strings.Cut(rest, "\n---\n")
	if !ok {
		return s
	}
	return after
}

// tangled reports whether a text nests or opens far more than people write: parsers of
// Markdown take quadratic time with some of these.
func tangled(s string) bool {
	for line := range strings.Lines(s) {
		opens := 0
		for i := 0; i < len(line); i++ {
			if strings.IndexByte("[]*_`<>!~|(){}\\", line[i]) >= 0 {
				opens++
			}
		}
		if opens > 2000 {
			return true
		}
		if indent := len(line) - len(strings.TrimLeft(line, " \t>-+*")); indent > 200 {
			return true
		}
	}
	return false
}

// roughly reads Markdown by its lines: headings and paragraphs.
func roughly(in *input, s string) error {
	from, to := 0, 0 // of what stands between two headings or fences
	flush := func(behind int) error {
		err := paragraphs(in, s[from:to], 0)
		to += behind
		from = to
		return err
	}
	fence := false
	for line := range strings.Lines(s) {
		if strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~") {
			fence = !fence
			if err := flush(len(line)); err != nil {
				return err
			}
			continue
		}
		level := len(line) - len(strings.TrimLeft(line, "#"))
		if !fence && level >= 1 && level <= 6 && strings.HasPrefix(line[level:], " ") {
			if err := flush(len(line)); err != nil {
				return err
			}
			if err := in.emit(Block{Level: level, Text: strings.Trim(line[level:], " #\r\n")}); err != nil {
				return err
			}
			continue
		}
		to += len(line)
	}
	return flush(0)
}

// marks walks the blocks of a parsed document.
type marks struct {
	in  *input
	src []byte
}

func (m *marks) blocks(parent ast.Node) error {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		var err error
		switch n := n.(type) {
		case *ast.Heading:
			err = m.in.emit(Block{Level: n.Level, Text: m.inline(n)})
		case *ast.List, *ast.ListItem, *ast.Blockquote:
			if l, ok := n.(*ast.List); ok {
				err = m.list(l)
			} else {
				err = m.blocks(n)
			}
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			err = m.in.emit(Block{Text: m.lines(n), Lines: true})
		case *ast.HTMLBlock:
			raw := m.lines(n)
			if n.HasClosure() {
				raw += string(n.ClosureLine.Value(m.src))
			}
			err = fragment(m.in, raw)
		case *east.Table:
			err = m.table(n)
		case *ast.ThematicBreak:
		default:
			err = m.in.emit(Block{Text: m.inline(n)})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// list gives the items of a list as lines of one block, those within indented.
func (m *marks) list(l *ast.List) error {
	var b strings.Builder
	m.items(&b, l, "")
	return m.in.emit(Block{Text: b.String(), Lines: true})
}

func (m *marks) items(b *strings.Builder, l *ast.List, indent string) {
	if len(indent) > 40 { // deeper than anybody writes
		return
	}
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		first := true
		for n := item.FirstChild(); n != nil; n = n.NextSibling() {
			if inner, ok := n.(*ast.List); ok {
				m.items(b, inner, indent+"  ")
				continue
			}
			text := m.inline(n)
			switch n.(type) {
			case *ast.FencedCodeBlock, *ast.CodeBlock:
				text = m.lines(n)
			case *ast.HTMLBlock:
				text = strip(m.lines(n))
			}
			if strings.TrimSpace(text) == "" {
				continue
			}
			mark := "- "
			if !first {
				mark = "  "
			}
			first = false
			b.WriteString(indent + mark + strings.Join(strings.Fields(text), " ") + "\n")
		}
	}
}

// table gives a table as lines, with each cell named by its column.
func (m *marks) table(t *east.Table) error {
	var names []string
	var b strings.Builder
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			cells = append(cells, strings.Join(strings.Fields(m.inline(c)), " "))
		}
		if _, head := row.(*east.TableHeader); head {
			names = cells
			continue
		}
		b.WriteString(named(names, cells) + "\n")
	}
	if b.Len() == 0 {
		b.WriteString(strings.Join(names, "; "))
	}
	return m.in.emit(Block{Text: b.String(), Lines: true})
}

// named joins the cells of a row, each with the name of its column before it.
func named(names, cells []string) string {
	var out []string
	for i, c := range cells {
		if c == "" {
			continue
		}
		if i < len(names) && names[i] != "" {
			c = names[i] + ": " + c
		}
		out = append(out, c)
	}
	return strings.Join(out, "; ")
}

func (m *marks) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(m.src))
	}
	return b.String()
}

// inline is the text of a block's inline nodes, as it is shown. HTML within is stripped as a
// whole, so that what stands between hidden tags is hidden too.
func (m *marks) inline(n ast.Node) string {
	var b strings.Builder
	raw := false
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch c := c.(type) {
		case *ast.Text:
			text := c.Value(m.src)
			if _, code := c.Parent().(*ast.CodeSpan); !code {
				text = []byte(unescape(string(util.UnescapePunctuations(text))))
			}
			b.WriteString(escape(string(text)))
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte('\n')
			}
		case *ast.String:
			b.WriteString(escape(string(c.Value)))
		case *ast.AutoLink:
			b.WriteString(escape(string(c.Label(m.src))))
		case *ast.RawHTML:
			raw = true
			for i := range c.Segments.Len() {
				s := c.Segments.At(i)
				b.Write(s.Value(m.src))
			}
		}
		return ast.WalkContinue, nil
	})
	if raw {
		return strip(b.String())
	}
	return unescape(b.String())
}
