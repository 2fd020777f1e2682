package read

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxPage bounds a page whose tree is built, in bytes.
const maxPage = 8 << 20

// page reads an HTML page.
func page(in *input) error {
	if len(in.data) > maxPage {
		return fmt.Errorf("%d bytes, at most %d of HTML are read", len(in.data), maxPage)
	}
	s, err := decoded(in.data)
	if err != nil {
		return err
	}
	return fragment(in, s)
}

func escape(s string) string   { return html.EscapeString(s) }
func unescape(s string) string { return html.UnescapeString(s) }

// fragment gives the blocks of HTML.
func fragment(in *input, s string) error {
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		return fmt.Errorf("HTML: %w", err)
	}
	if err := conceal(in.ctx, root); err != nil {
		return err
	}
	t := tree{in: in}
	if err := t.walk(root); err != nil {
		return err
	}
	return t.flush()
}

// strip is the visible text of HTML.
func strip(s string) string {
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		return ""
	}
	var b strings.Builder
	shown(root, &b)
	return b.String()
}

func shown(n *html.Node, b *strings.Builder) {
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
	}
	if hidden(n) {
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		shown(c, b)
	}
	if breaks[n.DataAtom] {
		b.WriteByte('\n')
	}
}

// tree walks the nodes of a page and joins inline text into blocks.
type tree struct {
	in    *input
	text  strings.Builder
	lines bool
}

func (t *tree) flush() error {
	s := t.text.String()
	t.text.Reset()
	return t.in.emit(Block{Text: s, Lines: t.lines})
}

// breaks are the elements before and after which a line ends.
var breaks = map[atom.Atom]bool{}

func init() {
	for _, a := range []atom.Atom{atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Header, atom.Footer, atom.Aside, atom.Nav, atom.Blockquote,
		atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Form, atom.Fieldset, atom.Figure, atom.Figcaption, atom.Address, atom.Details, atom.Summary, atom.Hr, atom.Body,
		atom.Li, atom.Dt, atom.Dd, atom.Tr, atom.Br} {
		breaks[a] = true
	}
}

func (t *tree) walk(n *html.Node) error {
	if hidden(n) {
		return nil
	}
	switch n.Type {
	case html.TextNode:
		t.text.WriteString(n.Data)
		if t.text.Len() > maxBlock {
			return t.flush()
		}
		return nil
	case html.ElementNode:
		switch n.DataAtom {
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Title:
			if err := t.flush(); err != nil {
				return err
			}
			var b strings.Builder
			shown(n, &b)
			level := 1
			if n.DataAtom != atom.Title {
				level = int(n.Data[1] - '0')
			}
			return t.in.emit(Block{Level: level, Text: b.String()})
		case atom.Ul, atom.Ol, atom.Dl, atom.Table, atom.Pre:
			if err := t.flush(); err != nil {
				return err
			}
			if n.DataAtom == atom.Table {
				return t.table(n)
			}
			t.lines = true
			var b strings.Builder
			if n.DataAtom == atom.Pre {
				shown(n, &b)
			} else {
				items(n, &b, "")
			}
			t.text.WriteString(b.String())
			err := t.flush()
			t.lines = false
			return err
		case atom.Br:
			t.text.WriteByte('\n')
			return nil
		}
	}
	block := breaks[n.DataAtom]
	if block {
		if err := t.flush(); err != nil {
			return err
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if err := t.walk(c); err != nil {
			return err
		}
	}
	if block {
		return t.flush()
	}
	return nil
}

// items writes the items of a list, a line each.
func items(n *html.Node, b *strings.Builder, indent string) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if hidden(c) {
			continue
		}
		switch c.DataAtom {
		case atom.Li, atom.Dt, atom.Dd:
			var own strings.Builder
			var inner []*html.Node
			for k := c.FirstChild; k != nil; k = k.NextSibling {
				if k.DataAtom == atom.Ul || k.DataAtom == atom.Ol {
					inner = append(inner, k)
				} else {
					shown(k, &own)
				}
			}
			b.WriteString(indent + "- " + strings.Join(strings.Fields(own.String()), " ") + "\n")
			for _, k := range inner {
				if len(indent) < 40 {
					items(k, b, indent+"  ")
				}
			}
		default:
			if len(indent) < 40 {
				items(c, b, indent)
			}
		}
	}
}

// table gives the rows of a table, each cell named by its column.
func (t *tree) table(n *html.Node) error {
	var names []string
	var b strings.Builder
	first := true
	var rows func(n *html.Node)
	rows = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if hidden(c) {
				continue
			}
			if c.DataAtom != atom.Tr {
				rows(c)
				continue
			}
			var cells []string
			head := true
			for k := c.FirstChild; k != nil; k = k.NextSibling {
				if k.DataAtom != atom.Td && k.DataAtom != atom.Th || hidden(k) {
					continue
				}
				head = head && k.DataAtom == atom.Th
				var cell strings.Builder
				shown(k, &cell)
				cells = append(cells, strings.Join(strings.Fields(cell.String()), " "))
			}
			if first && head && len(cells) > 1 {
				names = cells
			} else if line := named(names, cells); line != "" {
				b.WriteString(line + "\n")
			}
			first = false
		}
	}
	rows(n)
	return t.in.emit(Block{Text: b.String(), Lines: true})
}

// hidden reports whether an element is not shown.
func hidden(n *html.Node) bool {
	switch n.Type {
	case html.CommentNode, html.DoctypeNode:
		return true
	case html.ElementNode:
	default:
		return false
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Iframe, atom.Object, atom.Embed, atom.Svg, atom.Math, atom.Select, atom.Datalist, atom.Audio, atom.Video, atom.Canvas, atom.Textarea, atom.Meta, atom.Link:
		return true
	}
	for _, a := range n.Attr {
		switch strings.ToLower(a.Key) {
		case "hidden":
			return true
		case "aria-hidden":
			if strings.EqualFold(strings.TrimSpace(a.Val), "true") {
				return true
			}
		case "style":
			if unseen(a.Val) {
				return true
			}
		}
	}
	return false
}

// unseen reports whether a style keeps an element from being seen: not shown, without
// size, clear, out of the page, or written in white or nothing.
func unseen(style string) bool {
	s := strings.ToLower(style)
	if strings.Contains(s, "/*") || strings.Contains(s, "\\") { // nobody writes these by hand
		return true
	}
	for decl := range strings.SplitSeq(s, ";") {
		key, value, _ := strings.Cut(decl, ":")
		key = strings.TrimSpace(key)
		value = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important"))
		zero := value == "0" || strings.HasPrefix(value, "0.0") || len(value) > 1 && value[0] == '0' && (value[1] < '0' || value[1] > '9') && value[1] != '.'
		switch key {
		case "display":
			if value == "none" {
				return true
			}
		case "visibility":
			if value == "hidden" || value == "collapse" {
				return true
			}
		case "opacity", "font-size", "line-height", "max-height", "max-width", "height", "width":
			if zero {
				return true
			}
		case "color":
			if v := strings.ReplaceAll(value, " ", ""); v == "white" || v == "#fff" || v == "#ffffff" || v == "transparent" || v == "rgb(255,255,255)" {
				return true
			}
		case "left", "top", "text-indent", "margin-left", "margin-top":
			if strings.HasPrefix(value, "-") && len(strings.TrimLeft(value, "-0123456789.")) < len(value)-3 {
				return true
			}
		case "clip", "clip-path":
			if strings.HasPrefix(value, "rect(0") || strings.HasPrefix(value, "inset(50%") || strings.HasPrefix(value, "inset(100%") {
				return true
			}
		}
	}
	return false
}
