package policies

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
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
	return ask.Of(spec.Name, label.List(spec.Labels[label.KeyActions]), label.List(spec.Labels[label.KeyObjects])).Described(spec.Description)
}

// actsWith are those of one call: where an argument chooses the deed, as action: delete does, the
// words are that choice's.
func (t *tool) actsWith(args map[string]any) ask.Acts {
	for _, name := range sortedKeys(args) {
		choice, ok := args[name].(string)
		if !ok || len(t.props[name].Enum) < 2 {
			continue
		}
		deed := ask.Deed(choice)
		if deed == "" || !choosing(name) && t.acts.Deed() {
			continue
		}
		if slices.Contains(ask.NameWords(name), "method") && t.acts.Deed() && !slices.ContainsFunc(t.props[name].Enum, func(e any) bool { s, _ := e.(string); return strings.EqualFold(s, "delete") }) {
			continue // how it is done: "a steam cleaning"
		}
		deeds := 0
		for _, e := range t.props[name].Enum {
			if s, ok := e.(string); ok && ask.Deed(s) != "" {
				deeds++
			}
		}
		if deeds > 1 {
			return ask.Of(deed, nil, append(label.List(t.spec.Labels[label.KeyObjects]), t.acts.Nouns()...))
		}
	}
	return t.acts
}

// choosing reports whether an argument of that name says what is to be done.
func choosing(name string) bool {
	return slices.ContainsFunc(ask.NameWords(name), func(w string) bool {
		return slices.Contains([]string{"action", "operation", "op", "command", "verb", "mode", "do", "method", "decision", "status", "state", "answer", "response"}, w)
	})
}

// asked is what the user's words say of a call.
type asked struct {
	bound     bool // a clause asks for it
	forbidden bool // a clause bans it
	repeated  bool // an earlier call has used up what asks for it, or nothing asked for that one either
	clause    int  // the one that asks, if bound
	text      string
	held      map[string]bool // arguments whose values it names
	ask       ask.Ask
}

// use is a call that was let through, by a clause of the user's if one asked for it.
type use struct {
	call, tool, args string
	given, values    map[string]any
	elliptic         bool // the clause took the verb of another
}

// unasked is the clause of calls that none asked for.
const unasked = -1

// again reports whether a call is the used one, perhaps with more arguments.
func (u use) again(args map[string]any) bool {
	for name, v := range u.given {
		if now, ok := args[name]; !ok || string(canonical(map[string]any{"": now})) != string(canonical(map[string]any{"": v})) {
			return false
		}
	}
	return true
}

// asked reads the user's words for a call.
func (r *Run) asked(t *tool, callID string, args map[string]any, labels map[string]label.Origin) asked {
	call := r.asking(t, args, labels)
	if r.said.Forbidden(call) {
		return asked{forbidden: true}
	}
	var out asked
	for _, a := range r.said.Asked(call) {
		switch {
		case a.Await, a.Later && !t.timed(args), a.Past && depends(a.Conditions), !r.holds(a.Conditions, call),
			t.onlyData(args) && dated.MatchString(a.Sentence) && !names(call, a.Sentence) && !spoken(labels):
		case r.spent(t, callID, args, a), r.sameDone(t, callID, args, a), slices.ContainsFunc(a.Joins, func(k int) bool { return r.usedBy(k, t, callID) }):
			out.repeated = true
		case len(a.Apart) > 0 && r.takenOut(t, args, labels, a.Apart), r.strays(t, call, a, labels), t.misread(r, args, labels, a), t.doubled(r, args, labels), call.MeansOther(a.Text):
		default:
			return asked{bound: true, clause: a.Clause, text: a.Text, held: a.Held, ask: a}
		}
	}
	key := string(canonical(args))
	for _, u := range r.used[unasked] { // once without being asked is enough
		out.repeated = out.repeated || u.call != callID && u.tool == t.spec.Name && u.args == key && t.spec.EffectOrOnce() == tools.Once
	}
	return out
}

// usedBy reports whether a clause has let another call of a tool through.
func (r *Run) usedBy(clause int, t *tool, callID string) bool {
	return slices.ContainsFunc(r.used[clause], func(u use) bool { return u.call != callID && u.tool == t.spec.Name })
}

// sameDone reports whether a call that is done once was let through before, by this clause or another, where one of the two
// only takes the other's verb and says nothing of once more: "Rent a fridge. Bless you for helping an old man."
func (r *Run) sameDone(t *tool, callID string, args map[string]any, a ask.Ask) bool {
	if t.spec.EffectOrOnce() != tools.Once {
		return false
	}
	key := string(canonical(args))
	for clause, uses := range r.used {
		same := func(u use) bool {
			return u.call != callID && u.tool == t.spec.Name && u.args == key && (a.Elliptic || u.elliptic)
		}
		if clause != unasked && slices.ContainsFunc(uses, same) {
			return true
		}
	}
	return false
}

// takenOut reports whether a value of a tool's may be what the user's sentence takes out: its
// record is named there, or no record is, as in another language.
func (r *Run) takenOut(t *tool, args map[string]any, labels map[string]label.Origin, apart []string) bool {
	found := false
	for name, v := range args {
		if labels[name].How == label.HowTool {
			leaves(v, func(one any) {
				parts := slices.DeleteFunc(slices.Clone(apart), func(part string) bool { return r.ofAnother(t, fmt.Sprint(one), part) })
				found = found || len(parts) > 0 && r.context.TakenOut(one, parts)
			})
		}
	}
	return found
}

// ofAnother reports whether a text names, in the tool's words too, another row of a list than those that hold a value.
func (r *Run) ofAnother(t *tool, value, text string) bool {
	mine, others := r.context.Rows(value)
	return len(mine) > 0 && slices.ContainsFunc(others, func(o label.Row) bool {
		return !slices.ContainsFunc(mine, func(m label.Row) bool { return !r.names(text, t, o, m, nil) || r.names(text, t, m, o, nil) })
	})
}

func names(call *ask.Call, text string) bool {
	return slices.ContainsFunc(call.Values, func(v ask.Value) bool { return v.Said(text) })
}

// asking is a call as the reader of the user's words sees it.
func (r *Run) asking(t *tool, args map[string]any, labels map[string]label.Origin) *ask.Call {
	call := &ask.Call{Acts: t.actsWith(args)}
	call.NeedsVerb, call.Others = t.needsVerb(), r.bundle.others(t, args)
	for _, name := range sortedKeys(t.props) {
		words := slices.DeleteFunc(ask.NameWords(name), func(w string) bool { return vague[w] })
		call.Params = append(call.Params, words...)
		if _, given := args[name]; given {
			call.Given = append(call.Given, words...)
		} else {
			call.Left = append(call.Left, words...)
		}
	}
	call.Known = r.known(args, labels)
	call.Left = slices.DeleteFunc(call.Left, func(w string) bool { return slices.Contains(call.Given, w) })
	for _, name := range sortedKeys(args) {
		low := strings.ToLower(name)
		p, declared := t.props[name]
		free := slices.Contains(t.data, low) || declared && slices.Contains(t.content, low) || labels[name].How == label.HowDefault
		leaves(args[name], func(v any) {
			s, isText := v.(string)
			switch v.(type) {
			case bool:
				call.Flags = true
				return
			case nil:
				return
			}
			if isText && (len(s) < 2 && !sign.MatchString(s) || len(s) >= 200) {
				return
			}
			if letter.MatchString(s) {
				one := lettered(name, s, free)
				if slices.ContainsFunc(p.Enum, func(e any) bool { return e == any(s) }) { // "A, B or the salad"
					one.Other = t.listed(name, s, &call.Acts).Other
				}
				call.Values = append(call.Values, one)
				return
			}
			if isText && slices.ContainsFunc(p.Enum, func(e any) bool { return e == any(s) }) {
				call.Values = append(call.Values, t.listed(name, s, &call.Acts))
				return
			}
			text := fmt.Sprint(v)
			one := ask.Value{Name: name, Text: text, Digits: isText, Shape: ask.ShapeOf(text), Role: ask.RoleOf(name), Free: free, Loose: labels[name].How == label.HowDerived,
				Said: func(in string) bool { return r.phrase(in).Holds(v) || ask.SaysNumber(text, in) }}
			if day, err := strconv.Atoi(text); err == nil && slices.Contains(ask.NameWords(name), "day") {
				said := one.Said
				one.Said = func(in string) bool { return said(in) || r.phrase(in).Nth(day) }
			}
			if bare := strings.TrimLeft(text, "+"); isText && bare != text { // words have no sign before them
				one.Said = func(in string) bool { return r.phrase(in).Holds(bare) }
			}
			if slices.Contains(t.recipients, low) {
				one.Role = ask.To
			}
			if one.Shape != ask.Mail && label.Moment(text) {
				one.Shape, one.Role = ask.Moment, t.roleOfMoment(name, args)
				if said := one.Said; one.Loose {
					one.Said = func(in string) bool { return said(in) || r.dates(in, name, v, args, t) }
				}
				said := one.Said
				one.Said = func(in string) bool {
					return said(in) || slices.ContainsFunc(label.Spelt(in), func(full string) bool { return r.phrase(full).Holds(v) })
				}
			}
			one.Said = remembered(one.Said)
			call.Values = append(call.Values, one)
		})
	}
	return call
}

// remembered is a test of texts that looks at each text once: the reader asks the same of the same words many times.
func remembered(test func(string) bool) func(string) bool {
	known := map[string]bool{}
	return func(text string) bool {
		yes, ok := known[text]
		if !ok {
			yes = test(text)
			known[text] = yes
		}
		return yes
	}
}

// roleOfMoment is that of a moment: one arrives "from the 3rd", and departs then only where the call says no arrival.
func (t *tool) roleOfMoment(name string, args map[string]any) ask.Role {
	has := func(name string, list ...string) bool {
		return slices.ContainsFunc(ask.NameWords(name), func(w string) bool { return slices.Contains(list, w) })
	}
	switch {
	case has(name, "arrival", "arrive", "arriving", "checkin"):
		return ask.From
	case has(name, "departure", "depart", "departing", "checkout") && slices.ContainsFunc(sortedKeys(args), func(o string) bool { return has(o, "arrival", "arrive", "arriving", "checkin") }):
		return ask.To
	case has(name, "start", "begin") && !slices.ContainsFunc(sortedKeys(t.props), func(o string) bool { return ask.RoleOf(o) == ask.To }):
		return ask.NoRole // "move it to 17:30"
	}
	return ask.RoleOf(name)
}

// vague are words of arguments' names that name no thing.
var vague = map[string]bool{"id": true, "no": true, "number": true, "nr": true, "name": true, "type": true, "kind": true, "state": true, "status": true, "to": true, "from": true, "at": true, "on": true, "by": true, "of": true, "in": true, "for": true,
	"new": true, "old": true, "action": true, "value": true, "text": true, "is": true, "all": true, "with": true, "until": true, "start": true, "end": true}

// dates reports whether a moment of a call follows from a part of what the user said: "until Friday".
func (r *Run) dates(in, name string, v any, args map[string]any, t *tool) bool {
	key := fmt.Sprint(name, "\x00", v, "\x00", in)
	said, known := r.dated[key]
	if !known {
		said = follows(r.offered(in), name, v, args, t)
		if r.dated == nil || len(r.dated) > maxDated {
			r.dated = map[string]bool{}
		}
		r.dated[key] = said
	}
	return said
}

// maxDated bounds what is remembered of them.
const maxDated = 4096

// sign is a value of one character that names a thing, room 9 or row B; letter is one of letters.
var sign, letter = regexp.MustCompile(`^[0-9A-Z]$`), regexp.MustCompile(`^[A-Z]$`)

// lettered is a value of one capital letter. A text holds it as a word of its own.
func lettered(name, s string, free bool) ask.Value {
	word := regexp.MustCompile(`(?:^|[\s("'“„«‘\p{Thai}])` + s + `(?:$|-\p{Lu}|[\s.,;:!?)"'”“»’।\p{Thai}])`)
	return ask.Value{Name: name, Text: s, Shape: ask.Code, Role: ask.RoleOf(name), Free: free,
		Said: func(in string) bool { return in == strings.ToLower(s) || word.MatchString(in) }}
}

// spell gives the user's label to what the clause that asks for a call says in words of its own:
// "archive it" for one of a list of actions, "zwei" for 2.
func (r *Run) spell(t *tool, args map[string]any, a asked, labels map[string]label.Origin) {
	r.takeOffer(t, args, a.ask, labels)
	var flags *flagText
	for name, o := range labels {
		if o.How != label.HowMade && o.How != label.HowStranger {
			continue
		}
		enum := t.props[name].Enum
		if o.How == label.HowMade && o.Integrity == label.Model && a.held[name] && t.heldAsSaid(name, args, a.ask.Messages) && !r.context.OtherYear(args[name]) {
			switch args[name].(type) {
			case string, json.Number: // "I no longer need it": what stands before the name says nothing of the order
				labels[name] = label.Origin{Label: label.Label{Integrity: label.User}, How: label.HowUser}
				continue
			}
		}
		switch v := args[name].(type) {
		case bool:
			f := t.flag(name)
			if flags == nil {
				flags = r.flagText(t, args, a.ask)
			}
			if r.saysFlag(t, name, v, a.text) && !r.flagOther(f, v, a.text, args, flags, a.ask.Messages) || flags.said(f) == meant(v) {
				labels[name] = label.Origin{Label: label.Label{Integrity: label.User}, How: label.HowDerived}
			}
		case string:
			if !slices.Contains(enum, any(v)) {
				continue
			}
			if t.orders(name, v, args, a) {
				labels[name] = label.Origin{Label: label.Label{Integrity: label.User}, How: label.HowUser}
			}
		case json.Number:
			if ask.SaysNumber(v.String(), a.text) {
				labels[name] = label.Origin{Label: label.Label{Integrity: label.User}, How: label.HowUser}
			}
		}
	}
}

// timed reports whether a call says when: then what the user wants for another time is set for
// that time.
func (t *tool) timed(args map[string]any) bool {
	for name := range args {
		if moments(name) {
			return true
		}
	}
	return false
}

// moments reports whether an argument of that name says when.
func moments(name string) bool {
	return slices.ContainsFunc(ask.NameWords(name), func(w string) bool {
		return slices.Contains([]string{"date", "time", "when", "day", "start", "end", "due", "at", "deadline", "schedule", "until", "on", "first", "last", "month", "week", "checkin", "departure", "arrival", "begin"}, w)
	})
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

// objects are the values of a call that say what it is about: no truth values, no long texts.
func (r *Run) objects(args map[string]any) []any {
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
// it asks for more or names other values for this one. The same call twice, or with more
// arguments, is never asked for once, but where it changes nothing.
func (r *Run) spent(t *tool, callID string, args map[string]any, a ask.Ask) bool {
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
		if u.again(args) && t.spec.EffectOrOnce() == tools.Once {
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
	for _, v := range r.objects(args) {
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
	if !a.bound { // a person let it through, or the bundle asks for no words
		a.clause = unasked
	}
	u := use{call: d.CallID, tool: d.Tool, args: string(canonical(args)), given: args, values: map[string]any{}, elliptic: a.ask.Elliptic}
	for _, v := range r.objects(args) {
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
