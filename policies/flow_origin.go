package policies

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
)

// origins labels the arguments of a call.
func (r *Run) origins(t *tool, args map[string]any, keys []string, labels map[string]label.Origin) {
	for _, name := range keys {
		p, known := t.props[name]
		a := argument{tool: t, name: name, others: others(args, name)}
		labels[name] = r.origin(args[name], p, slices.Contains(t.required, name), a)
		if !known { // the model chose the name too
			labels[name] = labels[name].Join(r.context.Find(name, false))
		}
	}
	clean := r.context.Label().Integrity < label.Untrusted
	for _, name := range keys {
		o := labels[name]
		if o.How == label.HowTool && !clean {
			if list, ok := args[name].([]any); ok && len(list) > 1 {
				o.Chosen = r.context.SeveralList(list, t.acts.Words())
			} else {
				leaves(args[name], func(v any) {
					o.Chosen = o.Chosen || r.context.Several(v, t.acts.Words(), t.kind(name), others(args, name)...)
				})
			}
		}
		o.Chosen = o.Chosen && !clean
		if low := strings.ToLower(name); o.How == label.HowTool && !slices.Contains(t.data, low) && !slices.Contains(t.content, low) {
			leaves(args[name], func(v any) { o.Contrary = o.Contrary || r.context.Contrary(v) })
		}
		labels[name] = o
	}
}

// others are the values of a call but for those of one argument.
func others(args map[string]any, but string) []any {
	var out []any
	for _, name := range sortedKeys(args) {
		if name != but {
			leaves(args[name], func(v any) { out = append(out, v) })
		}
	}
	return out
}

// argument is what a value is labelled for.
type argument struct {
	tool   *tool
	name   string
	others []any // values of the other arguments
}

// scalar labels one value. What follows from the user's words alone is the user's even
// where others write the same; of a value that follows from a tool's, more than a few
// characters of a stranger's are a stranger's.
func (r *Run) scalar(v any, enum bool, a argument) label.Origin {
	find := r.context.FindNumber
	if idName(a.name) {
		find = r.context.Find
	}
	o := find(v, enum)
	if o.How == label.HowUser && r.context.OtherUnit(a.name, v) {
		o = r.context.Made()
	}
	if o.How != label.HowMade && o.How != label.HowStranger || idName(a.name) {
		return o
	}
	d, ok := r.context.Derive(a.name, v, a.others, a.tool.acts.Words())
	if !ok || o.How == label.HowStranger && d.Integrity > label.User && len(fmt.Sprint(v)) > 3 {
		return o
	}
	return d
}

// origin labels one argument: the join of its parts. That a flag which need not be
// given is false says no more than leaving it out.
func (r *Run) origin(v any, p property, required bool, a argument) label.Origin {
	if p.Default != nil && reflect.DeepEqual(p.Default, floats(v)) || p.Const != nil && reflect.DeepEqual(p.Const, floats(v)) {
		return label.Origin{How: label.HowDefault}
	}
	if v == false && p.Default == nil && p.Const == nil && (!required || p.usually(false)) || v == true && required && p.usually(true) {
		return label.Origin{How: label.HowDefault}
	}
	out := label.Origin{How: label.HowDefault}
	switch v := v.(type) {
	case []any:
		item := property{}
		if p.Items != nil {
			item = *p.Items
		}
		for _, e := range v {
			out = out.Join(r.origin(e, item, true, a))
		}
		if list := texts(v); len(list) > 1 && out.How == label.HowUser && !r.context.InOrder(list) {
			out = out.Join(r.context.Made())
		}
		return out
	case map[string]any:
		for _, k := range sortedKeys(v) {
			sub, known := p.Props[k]
			if !known && !a.tool.declares(k) { // the model chose the key too
				out = out.Join(r.context.Find(k, false))
			}
			if s, ok := v[k].(string); ok && !known && (k == "type" || k == "kind") && a.tool.declares(s) {
				continue // which of the declared forms this is
			}
			member := a
			member.name = k
			out = out.Join(r.origin(v[k], sub, slices.Contains(p.Required, k), member))
		}
		return out
	case string:
		if names := r.handleNames(v); len(names) > 0 {
			rest := v
			for _, name := range names {
				out = out.Join(r.handles[name].origin)
				rest = strings.ReplaceAll(rest, name, " ")
			}
			if strings.TrimSpace(rest) != "" {
				out = out.Join(r.context.Find(rest, false))
			}
			return out
		}
	}
	enum := slices.ContainsFunc(p.Enum, func(e any) bool { return reflect.DeepEqual(floats(v), e) })
	return r.scalar(v, enum, a)
}

// usually reports whether the description of a flag says that it is so where nobody speaks of it: "Usually false."
func (p property) usually(flag bool) bool {
	about, ok := p.About.(string)
	m := usual.FindStringSubmatch(strings.ToLower(about))
	if !ok || m == nil || p.Default != nil {
		return false
	}
	return strings.Contains(m[0], "true") == flag
}

var usual = regexp.MustCompile(`\b(?:usually|normally|by default|defaults? to|default:?|default is) (?:true|false)\b|\b(?:true|false) (?:by default|unless|if not (?:said|given|asked))`)

// texts returns the elements of a list of strings that are no addresses: those whose
// order may mean something.
func texts(list []any) []string {
	var out []string
	for _, e := range list {
		if s, ok := e.(string); ok && !strings.Contains(s, "@") {
			out = append(out, s)
		}
	}
	return out
}

// resolve puts the values of handles in a string, in one pass: what a value says
// about other handles stays text.
func (r *Run) resolve(s string) string {
	names := r.handleNames(s)
	if len(names) == 0 {
		return s
	}
	var pairs []string
	for _, name := range names {
		pairs = append(pairs, name, r.handles[name].text)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// declares reports whether a name stands in the declaration of the tool's parameters.
func (t *tool) declares(name string) bool {
	return len(name) > 1 && slices.Contains(t.words, name)
}

// kind returns the words for the kind of thing that an argument names, or none.
func (t *tool) kind(name string) []string {
	if !idName(name) {
		if low := strings.ToLower(name); slices.Contains(ask.NameWords(t.spec.Name), low) && !slices.Contains(t.acts.Words(), low) {
			return []string{low} // publish_episode {"episode": 32}
		}
		return nil
	}
	words := func(s string) []string {
		return slices.DeleteFunc(ask.NameWords(s), func(w string) bool {
			return slices.Contains([]string{"id", "ids", "uuid", "guid", "ref", "reference", "number"}, w)
		})
	}
	if own := words(name); len(own) > 0 {
		return own
	}
	return slices.DeleteFunc(words(t.spec.Name), func(w string) bool { return slices.Contains(t.acts.Words(), w) && !ask.AlsoNoun(w) })
}
