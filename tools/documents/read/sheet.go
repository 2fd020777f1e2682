package read

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Bounds of a page's style sheets: what comes later styles nothing.
const (
	maxSheets  = 1 << 20 // bytes
	maxRules   = 5000    // selectors
	maxParents = 256     // of an element that are looked at
)

// rule is a selector with what its declarations do to whether an element is seen.
type rule struct {
	parts []compound // the last is the element's own, those before are around it
	hides bool       // or shows again
}

// compound is a tag, an id and classes that one element must have.
type compound struct {
	tag, id string
	classes []string
}

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssName    = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9]*|\*)?((?:[.#][\w-]+)*)$`)
	cssMark    = regexp.MustCompile(`[.#][\w-]+`)
)

// conceal marks the elements that the page's own style sheets keep from being seen as
// hidden. Of selectors those of tags, ids and classes are known, one within another; states
// such as :hover are not what a page looks like. The last rule that fits decides.
func conceal(ctx context.Context, root *html.Node) error {
	var sheet strings.Builder
	for n := range root.Descendants() {
		if n.DataAtom == atom.Style && n.FirstChild != nil && sheet.Len() < maxSheets {
			sheet.WriteString(n.FirstChild.Data + "\n")
		}
	}
	if sheet.Len() == 0 {
		return nil
	}
	text := sheet.String()
	rules := rulesOf(cssComment.ReplaceAllString(text[:min(len(text), maxSheets)], " "))
	if len(rules) == 0 {
		return nil
	}
	by := map[string][]int{} // rules by one mark of their last compound
	for i, r := range rules {
		key := r.parts[len(r.parts)-1].key()
		by[key] = append(by[key], i)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		id, classes := styled(n)
		var fit []int
		for _, key := range append(classes, "#"+id, n.Data, "*") {
			fit = append(fit, by[key]...)
		}
		slices.Sort(fit)
		hide := false
		for _, i := range fit {
			if rules[i].fits(n) {
				hide = rules[i].hides
			}
		}
		if hide {
			n.Attr = append(n.Attr, html.Attribute{Key: "hidden"})
		}
	}
	return nil
}

// styled are the id and the classes of an element, these with their dots.
func styled(n *html.Node) (id string, classes []string) {
	for _, a := range n.Attr {
		switch a.Key {
		case "id":
			id = a.Val
		case "class":
			for c := range strings.FieldsSeq(a.Val) {
				classes = append(classes, "."+c)
			}
		}
	}
	return id, classes
}

func (c *compound) key() string {
	switch {
	case c.id != "":
		return "#" + c.id
	case len(c.classes) > 0:
		return c.classes[0]
	case c.tag != "":
		return c.tag
	}
	return "*"
}

func (c *compound) fits(n *html.Node) bool {
	if n.Type != html.ElementNode || c.tag != "" && c.tag != n.Data {
		return false
	}
	id, classes := styled(n)
	return (c.id == "" || c.id == id) && !slices.ContainsFunc(c.classes, func(s string) bool { return !slices.Contains(classes, s) })
}

func (r *rule) fits(n *html.Node) bool {
	last := len(r.parts) - 1
	if !r.parts[last].fits(n) {
		return false
	}
	for p, far := n.Parent, 0; last > 0 && p != nil && far < maxParents; p, far = p.Parent, far+1 {
		if r.parts[last-1].fits(p) {
			last--
		}
	}
	return last == 0
}

// rulesOf reads the rules of a style sheet that hide, or show again. What is for print is
// not looked at; other conditions may hold.
func rulesOf(css string) (out []rule) {
	for len(css) > 0 && len(out) < maxRules {
		open := strings.IndexByte(css, '{')
		if open < 0 {
			return out
		}
		head := css[:open]
		if k := strings.LastIndexAny(head, ";}"); k >= 0 {
			head = head[k+1:]
		}
		head, css = strings.TrimSpace(head), css[open+1:]
		if strings.HasPrefix(head, "@") {
			head = strings.ToLower(head)
			if strings.HasPrefix(head, "@media") && strings.Contains(head, "print") && !strings.Contains(head, "screen") {
				css = css[block(css):]
			}
			continue // its rules follow
		}
		end := strings.IndexByte(css, '}')
		if end < 0 {
			end = len(css)
		}
		hides, shows := seen(css[:end])
		css = css[end:]
		if !hides && !shows {
			continue
		}
		for s := range strings.SplitSeq(head, ",") {
			if parts := selector(s); parts != nil && len(out) < maxRules {
				out = append(out, rule{parts, hides})
			}
		}
	}
	return out
}

// block is where a block ends that was opened.
func block(css string) int {
	depth := 1
	for i := range len(css) {
		switch css[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(css)
}

// selector parts a selector; nil is one that is not known.
func selector(s string) []compound {
	var out []compound
	for f := range strings.FieldsSeq(strings.ReplaceAll(s, ">", " ")) {
		m := cssName.FindStringSubmatch(f)
		if m == nil {
			return nil
		}
		c := compound{tag: strings.ToLower(strings.Trim(m[1], "*"))}
		for _, mark := range cssMark.FindAllString(m[2], -1) {
			if mark[0] == '#' {
				c.id = mark[1:]
			} else {
				c.classes = append(c.classes, mark)
			}
		}
		out = append(out, c)
	}
	return out
}

// seen reports whether the declarations of a rule keep an element from being seen, or let
// it be seen again. White letters are hidden only on a white ground of the same rule: what
// lies beneath is not known.
func seen(declarations string) (hides, shows bool) {
	low := strings.ToLower(declarations)
	white := false
	var kept []string
	for decl := range strings.SplitSeq(low, ";") {
		key, value, _ := strings.Cut(decl, ":")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "display":
			shows = shows || !strings.HasPrefix(value, "none")
			kept = append(kept, decl)
		case "visibility":
			shows = shows || strings.HasPrefix(value, "visible")
			kept = append(kept, decl)
		case "opacity", "font-size", "left", "text-indent", "clip", "clip-path":
			kept = append(kept, decl)
		case "background", "background-color":
			white = strings.HasPrefix(value, "white") || strings.HasPrefix(value, "#fff")
		}
	}
	if white {
		kept = append(kept, low)
	}
	if hides = unseen(strings.Join(kept, ";")); hides {
		shows = false
	}
	return hides, shows
}
