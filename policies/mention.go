package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
)

// A word of the user's fills one argument of a call. "Refund 20 on 58455" names no order 20, "from the 11th to the 13th"
// nobody's stay from the 13th to the 13th, and in "Presta Il Gattopardo a Lucia" the reader is not Gattopardo.

// mentioned is a value of a call with its places in the user's words.
type mentioned struct {
	name, text string
	moment     bool
	at         []label.Span
}

// doubled reports whether two arguments of a call live on the same words of the user's: there is no mention of
// the one that is apart from one of the other.
func (t *tool) doubled(r *Run, args map[string]any, labels map[string]label.Origin) bool {
	var list []mentioned
	var words *label.Phrase
	for _, name := range sortedKeys(args) {
		low := strings.ToLower(name)
		if slices.Contains(t.data, low) || slices.Contains(t.content, low) {
			continue
		}
		switch labels[name].How {
		case label.HowDefault, label.HowTool, label.HowStranger:
			continue
		}
		leaves(args[name], func(v any) {
			if _, flag := v.(bool); flag || v == nil {
				return
			}
			if words == nil {
				words = r.phrase(r.said.Written())
			}
			text := fmt.Sprint(v)
			if at := words.Mentions(v); len(at) > 0 && len(text) < 200 {
				list = append(list, mentioned{name, text, label.Moment(text), at})
			}
		})
	}
	for i := range list {
		for j := range i {
			if list[i].name != list[j].name && list[i].livesOn(&list[j], words) {
				return true
			}
		}
	}
	return false
}

// livesOn reports whether two values share the only words that say them: each mention of the one overlaps each of the other.
func (m *mentioned) livesOn(o *mentioned, words *label.Phrase) bool {
	if m.moment && o.moment && (m.text != o.text || when(m.name) && when(o.name)) {
		return m.text == o.text && len(m.at) == 1 && words.SeveralMoments(m.text)
	}
	return !slices.ContainsFunc(m.at, func(a label.Span) bool { return slices.ContainsFunc(o.at, a.Apart) })
}

// when reports whether an argument of that name may say when something begins or ends.
func when(name string) bool { return moments(name) || ask.RoleOf(name) != ask.NoRole }
