package policies

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
)

// An effect must be asked for. That its values are the user's is not enough: "read my
// inbox" names the inbox, and a mail in it may say that the inbox be deleted; "don't
// refund 1042" names the order. So the user's words are read for acts, see policies/ask: a
// verb for what the tool does, with its object, in a clause that is no question, no report
// of others and not negated, whose condition holds. Each such clause lets one call through,
// or as many as it asks for.

// actsOf returns the words by which a user asks for a tool: those of its name, and those
// that it declares.
func actsOf(spec *tools.Spec) ask.Acts {
	return ask.Of(spec.Name, label.List(spec.Labels[label.KeyActions]), label.List(spec.Labels[label.KeyObjects]))
}

// acts are those of one call: where an argument chooses the deed, as action: delete does, the
// words are that choice's.
func (t *tool) actsWith(args map[string]any) ask.Acts {
	for _, name := range sortedKeys(args) {
		choice, ok := args[name].(string)
		if !ok || !ask.Deed(choice) {
			continue
		}
		deeds := 0
		for _, e := range t.props[name].Enum {
			if s, ok := e.(string); ok && ask.Deed(s) {
				deeds++
			}
		}
		if deeds > 1 {
			return ask.Of(choice, nil, append(label.List(t.spec.Labels[label.KeyObjects]), t.acts.Nouns()...))
		}
	}
	return t.acts
}

// asked is what the user's words say of a call.
type asked struct {
	bound     bool // a clause asks for it
	forbidden bool // a clause bans it
	repeated  bool // a clause asks for it, and an earlier call has used it up
	clause    int  // the one that asks, if bound
}

// use is a call that a clause of the user's let through.
type use struct {
	call, tool, args string
	values           map[string]any
}

// asked reads the user's words for a call.
func (r *Run) asked(t *tool, callID string, args map[string]any, labels map[string]label.Origin) asked {
	acts := t.actsWith(args)
	values := r.objects(t, args)
	mentions := func(text string) bool {
		p := r.phrase(text)
		return slices.ContainsFunc(values, p.Holds)
	}
	if r.said.Forbidden(acts, mentions) {
		return asked{forbidden: true}
	}
	var out asked
	for _, a := range r.said.Asked(acts, mentions) {
		switch {
		case !r.holds(a.Conditions), t.onlyData(args) && dated.MatchString(a.Sentence) && !mentions(a.Sentence) && !spoken(labels):
		case r.spent(t, callID, args, a, values):
			out.repeated = true
		default:
			return asked{bound: true, clause: a.Clause}
		}
	}
	return out
}

// dated finds what says that a clause means one thing: a number, or words in quotes.
var dated = regexp.MustCompile(`\d|["'“«][^"'”»]{3,}["'”»]`)

// onlyData reports whether a call has nothing but data: then they are what it is about, and
// a clause that says them must have been read for them.
func (t *tool) onlyData(args map[string]any) bool {
	for name := range args {
		low := strings.ToLower(name)
		if !slices.Contains(t.data, low) && !slices.Contains(t.content, low) {
			return false
		}
	}
	return len(args) > 0
}

// spoken reports whether an argument is the user's, or made exactly of what is.
func spoken(labels map[string]label.Origin) bool {
	for _, o := range labels {
		if o.How == label.HowUser || o.How == label.HowDerived {
			return true
		}
	}
	return false
}

// objects are the values of a call that say what it is about: not mere data, texts and
// truth values.
func (r *Run) objects(t *tool, args map[string]any) []any {
	var out []any
	for _, name := range sortedKeys(args) {
		leaves(args[name], func(v any) {
			switch s := v.(type) {
			case string:
				if len(s) > 1 && len(s) < 200 {
					out = append(out, v)
				}
			case bool, nil:
			default:
				out = append(out, v)
			}
		})
	}
	return out
}

// phrase indexes a clause once.
func (r *Run) phrase(text string) *label.Phrase {
	p := r.phrases[text]
	if p == nil {
		p = label.NewPhrase(text)
		r.phrases[text] = p
	}
	return p
}

// spent reports whether earlier calls have used up what a clause asks for: one call, unless
// it asks for more or names other values for this one. The same call twice is never asked
// for once, but where it changes nothing.
func (r *Run) spent(t *tool, callID string, args map[string]any, a ask.Ask, values []any) bool {
	key := string(canonical(args))
	p := r.phrase(a.Text)
	own := false // a value of this call alone is in the clause
	prior := 0
	taken := map[string]bool{}
	for _, u := range r.used[a.Clause] {
		if u.call == callID || u.tool != t.spec.Name {
			continue
		}
		if u.args == key {
			if t.spec.EffectOrOnce() == tools.Idempotent {
				continue
			}
			return true
		}
		prior++
		for v := range u.values {
			taken[v] = true
		}
	}
	if prior == 0 || a.Many {
		return false
	}
	for _, v := range values {
		own = own || !taken[fmt.Sprint(v)] && p.Holds(v)
	}
	return !own
}

// spend notes that a call which was let through has used the clause that asked for it.
func (r *Run) spend(d Decision) {
	t := r.bundle.tools[d.Tool]
	args, err := decode(d.Arguments)
	if t == nil || err != nil || !t.spec.EffectOrOnce().HasEffect() {
		return
	}
	a := r.asked(t, d.CallID, args, d.Labels)
	if !a.bound {
		return // a person let it through, or the bundle asks for no words
	}
	u := use{call: d.CallID, tool: d.Tool, args: string(canonical(args)), values: map[string]any{}}
	for _, v := range r.objects(t, args) {
		u.values[fmt.Sprint(v)] = v
	}
	r.used[a.clause] = append(r.used[a.clause], u)
}

// release forgets the uses of a call that failed: the user's wish is still open.
func (r *Run) release(callID string) {
	for k, list := range r.used {
		r.used[k] = slices.DeleteFunc(list, func(u use) bool { return u.call == callID })
	}
}

// reads reports whether a call without an effect of its own is tied to the user's words:
// one of its values is named, or was found by such a call in a trusted result, or a word for
// what it does is said. Before anything untrusted was read every such call is.
func (r *Run) reads(t *tool, args map[string]any, labels map[string]label.Origin) bool {
	if r.context.Label().Integrity < label.Untrusted {
		return true
	}
	for _, name := range sortedKeys(args) {
		tied := false
		leaves(args[name], func(v any) {
			o := r.context.Find(v, false)
			tied = tied || o.How == label.HowUser ||
				o.How == label.HowTool && o.Label.Integrity <= label.Tool && slices.ContainsFunc(o.Sources, func(id string) bool { return r.tied[id] })
		})
		if tied && labels[name].Label.Integrity < label.Untrusted {
			return true
		}
	}
	return r.context.Says(t.acts.Words())
}
