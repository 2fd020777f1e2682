package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
)

// Which other tools a call's words may be meant for, by the arguments that decide what each does.

// needsVerb reports whether the tool does what must be asked for by its verb: it is named for what is
// gone or given away afterwards, or declared irreversible.
func (t *tool) needsVerb() bool {
	said := strings.ToLower(t.spec.Labels[label.KeyIrreversible])
	return said == "true" || said == "yes" || slices.ContainsFunc(ask.NameWords(t.spec.Name), func(w string) bool { return slices.Contains(destructive, w) })
}

// others lists the other tools with an effect, and which of them could be called with what a call
// names: those that take all its deciding arguments by name, or as many of the same types.
func (b *Bundle) others(t *tool, args map[string]any) []ask.Other {
	var out []ask.Other
	given := slices.DeleteFunc(sortedKeys(args), func(name string) bool { return !slices.Contains(t.decides, name) })
	figured := 0 // values that may be a thing's number
	coded := 0   // those of them that are codes, for arguments that are called so
	for _, name := range given {
		if s, ok := args[name].(string); ok && ask.Numbering(name) && ask.ShapeOf(s) == ask.Code {
			coded++
		}
		if s, ok := args[name].(string); ok && strings.ContainsAny(s, "0123456789") {
			figured++
		}
	}
	for _, name := range sortedKeys(b.tools) {
		o := b.tools[name]
		if o == t || !o.spec.EffectOrOnce().HasEffect() {
			continue
		}
		all := len(given) > 0 && !slices.ContainsFunc(given, func(name string) bool { return !slices.Contains(o.decides, name) })
		alike := all || len(t.decideTypes) > 0 && slices.Equal(t.decideTypes, o.decideTypes) && o.numbered() <= figured && (coded == 0 || o.counted())
		out = append(out, ask.Other{Acts: o.acts, Takes: o.decides, Alike: alike, Bound: o.needsVerb() || o.acts.Strict(), Texts: len(o.data)+len(o.content) > 0})
	}
	return out
}

// counted reports whether a deciding argument is called as the number of a thing is.
func (t *tool) counted() bool { return slices.ContainsFunc(t.decides, ask.Numbering) }

// numbered counts the deciding arguments that are called as the number of a thing is.
func (t *tool) numbered() int {
	n := 0
	for _, name := range t.decides {
		list := ask.NameWords(name)
		if len(list) > 0 && list[len(list)-1] == "id" && fmt.Sprint(t.props[name].Type) == "string" {
			n++
		}
	}
	return n
}

// deciding lists the arguments that are neither data nor content, and their types, sorted.
func (t *tool) deciding() (names, types []string) {
	for name, p := range t.props {
		if low := strings.ToLower(name); !slices.Contains(t.data, low) && !slices.Contains(t.content, low) {
			kind := fmt.Sprint(p.Type)
			if len(p.Enum) > 0 {
				kind = fmt.Sprint(p.Enum)
			} else if moments(name) {
				kind = "moment"
			}
			names, types = append(names, name), append(types, kind)
		}
	}
	slices.Sort(names)
	slices.Sort(types)
	return names, types
}
