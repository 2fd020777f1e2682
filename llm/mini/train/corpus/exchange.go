package corpus

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// wording is a request in words: verb, what it is about, values.
type wording struct{ verb, noun, done, parts string }

// plain is a wording that can follow "please".
func (w wording) plain() string {
	if w.parts == "" {
		return w.verb + w.noun
	}
	return w.verb + w.noun + w.parts
}

// ask words a request for the tool with these values and returns the call.
func (st *story) ask(t *tool, given map[*param]string) (wording, llm.ToolCall) {
	var parts []string
	var args []any
	first := ""
	for _, p := range t.params { // arguments in the order in which canonical schemas show them
		v, known := given[p]
		if !known && !p.required && st.chance(0.6) {
			continue
		}
		if !known {
			v = p.value(st.Source)
		}
		args = append(args, p.name, p.json(v))
		alone := !slices.ContainsFunc(t.rivals, func(o *param) bool { return o != p && !o.choice() && o.kind.like(p.kind) })
		if first == "" && alone && !p.choice() && !p.kind.quoted && st.chance(0.15) {
			first = " " + v // right after the noun
			continue
		}
		parts = append(parts, st.mention(p, v, alone))
	}
	st.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	w := wording{verb: st.verb(t), noun: pick(st.Source, " the ", " a ", " my ", " the ", " one ", " our ", " that ") + t.noun + first, done: t.verb.done}
	if len(parts) > 0 {
		w.parts = pick(st.Source, " ", ", ", " ") + strings.Join(parts, pick(st.Source, " ", ", ", " and "))
	}
	return w, llm.ToolCall{Name: t.spec.Name, Arguments: object(args...)}
}

// verb is what people say for the tool's verb. In training, where no other tool is about
// the same, it may also be words that are not known, or that another tool's verb has: what
// a request is about tells more than the verb.
func (st *story) verb(t *tool) string {
	said := pick(st.Source, t.verb.said...)
	if !st.noisy(0.35) || slices.ContainsFunc(st.tools, func(o *tool) bool { return o.spec.Name != t.spec.Name && strings.Contains(o.noun, t.noun) }) {
		return said
	}
	if len(st.tools) > 1 && st.chance(0.4) {
		return pick(st.Source, pick(st.Source, st.tools...).verb.said...)
	}
	said = st.word(1 + st.IntN(2))
	for range st.IntN(3) {
		said += " " + pick(st.Source, st.word(1), pick(st.Source, joints...))
	}
	return said
}

// mention tells a value. Where it stands alone among values of its kind, the name can be
// left out.
func (st *story) mention(p *param, v string, alone bool) string {
	s := st.Source
	if p.kind == flag {
		if v == "true" {
			return pick(s, p.said+": yes", p.said+" yes", "with "+p.said, p.said+" on", p.said+" = true", p.said)
		}
		return pick(s, p.said+": no", p.said+" no", "without "+p.said, p.said+" off", p.said+" = false", "not "+p.said)
	}
	if p.enum == nil && p.kind.quoted {
		v = pick(s, `"`+v+`"`, `"`+v+`"`, `'`+v+`'`)
	}
	form := s.IntN(8)
	if form >= 6 && p.enum == nil && !alone {
		form = 0 // two values of one kind are told apart by their names
	}
	switch {
	case form < 3:
		return pick(s, "with ", "with the ", "", "using ", "for the ") + p.said + " " + v
	case form < 5:
		return p.said + pick(s, ": ", " is ", " = ", " being ", " should be ", " must be ") + v
	case form < 6:
		return pick(s, "have "+v+" as the ", "use "+v+" for the ", "take "+v+" as ", "put "+v+" as the ") + p.said
	case p.enum != nil:
		return p.said + " " + v
	}
	return strings.TrimSpace(pick(s, p.kind.lead...) + " " + v)
}

// sortArgs puts name and value pairs in the order of the names.
func sortArgs(args []any) {
	for i := 2; i < len(args); i += 2 {
		for j := i; j > 0 && args[j-2].(string) > args[j].(string); j -= 2 {
			args[j-2], args[j] = args[j], args[j-2]
			args[j-1], args[j+1] = args[j+1], args[j-1]
		}
	}
}

// request is the user's message that asks for a wording; the words before and after mean
// nothing.
func (st *story) request(text string) { st.asks(text, draw(st.Source, leads)) }

// requestOf is a request in one of the shapes that sentences have.
func (st *story) requestOf(w wording) {
	lead := draw(st.Source, leads)
	switch n := st.IntN(20); {
	case w.parts == "" || n < 13:
		st.asks(w.plain(), lead)
	case n < 15: // values first
		st.asks(strings.TrimLeft(w.parts, " ,")+pick(st.Source, ", ", ": ", " - ")+w.verb+w.noun, "")
	case n < 18: // values after
		st.asks(w.verb+w.noun+pick(st.Source, ". ", ": ", " - ")+capital(strings.TrimLeft(w.parts, " ,")), lead)
	default: // passive
		st.asks(strings.TrimSpace(w.noun)+w.parts+pick(st.Source, " must be ", " should be ", " needs to be ", " has to be ", ": I want it ", " can be ")+w.done, "")
	}
}

func (st *story) asks(text, lead string) {
	if st.noisy(0.35) && lead != "" {
		lead = capital(st.noise()) + pick(st.Source, " ", " ", ", ", ": ", " and ", " to ", "! ")
	}
	if lead == "" && text[0] != '"' && text[0] != '\'' {
		text = capital(text)
	}
	end := draw(st.Source, ends)
	if st.noisy(0.4) {
		end = pick(st.Source, " ", " ", ", ", ". ", "; ") + st.noise() + st.stop()
	}
	st.user("%s%s%s%s", st.aside(0.2), lead, text, end)
}

// aside is, with probability p, a sentence that means nothing for what follows.
func (st *story) aside(p float64) string {
	if !st.chance(p) {
		return ""
	}
	if st.noisy(0.5) {
		return capital(st.noise()) + " " + listed(st.Source, things) + " " + st.noise() + pick(st.Source, ". ", "! ", "? ")
	}
	return draw(st.Source, before) + " "
}

// answer gives the call i a result and returns what it says: the first two members, in
// the order in which they are shown.
func (st *story) answer(i int, t *tool, vals map[*param]string) string {
	if vals == nil {
		vals = map[*param]string{}
	}
	var pairs []any
	var told []string
	byName := func(a, b *param) int { return strings.Compare(a.name, b.name) }
	for n, p := range slices.SortedFunc(slices.Values(t.out), byName) {
		v, ok := vals[p]
		if !ok {
			v = p.value(st.Source)
			vals[p] = v
		}
		pairs = append(pairs, p.name, p.json(v))
		if n < 2 {
			told = append(told, "the "+p.said+" is "+v)
		}
	}
	st.result(i, object(pairs...))
	return capital(strings.Join(told, " and ")) + "."
}

func (st *story) single(t *tool) {
	w, call := st.ask(t, nil)
	st.requestOf(w)
	st.call("call", call)
	st.say("answer", "%s", st.answer(0, t, nil))
}

// parallel asks for two things at once: two calls in one turn.
func (st *story) parallel(t *tool) {
	u := pick(st.Source, st.tools...)
	a, first := st.ask(t, nil)
	b, second := st.ask(u, nil)
	st.request(a.plain() + pick(st.Source, " and ", ", and also ", "; then ", " and then ", ". Also ", ", and ", ". And ", "; and please ") + b.plain())
	st.call("parallel", first, second)
	told := st.answer(0, t, nil)
	st.say("answer", "%s %s", told, st.answer(1, u, nil))
}

// chain needs the first call's result for the second.
func (st *story) chain(t *tool) {
	for _, u := range st.tools {
		if u == t {
			continue
		}
		for _, in := range u.params {
			if !in.required || in.choice() {
				continue
			}
			out := *in
			from := *t
			from.out = append([]*param{&out}, t.out[:min(1, len(t.out))]...)
			if len(from.out) > 1 && from.out[1].said == out.said {
				from.out = from.out[:1]
			}
			v := in.value(st.Source)
			a, first := st.ask(t, nil)
			b, second := st.askFrom(u, in, v)
			st.request(a.plain() + pick(st.Source, " and then ", ", then ", " and after that ", " and ", ". Then ", ". After that ", "; next, ") + b)
			st.call("call", first)
			st.answer(0, &from, map[*param]string{&out: v})
			st.call("chain", second)
			st.say("answer", "%s", st.answer(0, u, nil))
			return
		}
	}
	st.single(t)
}

// askFrom words a request in which one value is to be taken from an earlier result.
func (st *story) askFrom(u *tool, in *param, v string) (string, llm.ToolCall) {
	rest := *u
	rest.params = slices.DeleteFunc(slices.Clone(u.params), func(p *param) bool { return p == in })
	w, call := st.ask(&rest, nil)
	text := w.plain() + pick(st.Source, " with its ", " using that ", " with the ", " for that ", " and take the ") + in.said + pick(st.Source, "", " from it", " that you find", " that you get", " from the first step")
	args := string(call.Arguments)
	pairs := []any{in.name, in.json(v)}
	for _, p := range rest.params {
		if raw, ok := field(args, p.name); ok {
			pairs = append(pairs, p.name, raw)
		}
	}
	return text, llm.ToolCall{Name: u.spec.Name, Arguments: object(pairs...)}
}

// asked leaves out a required argument; the assistant asks for it. It returns the argument
// and the call without it, or nothing if no argument is needed.
func (st *story) asked(t *tool) (*param, llm.ToolCall) {
	var needed []*param
	for _, p := range t.params {
		if p.required && p.kind != flag {
			needed = append(needed, p)
		}
	}
	if len(needed) == 0 {
		return nil, llm.ToolCall{}
	}
	p := pick(st.Source, needed...)
	bare := *t
	bare.params = slices.DeleteFunc(slices.Clone(t.params), func(o *param) bool { return o == p })
	w, call := st.ask(&bare, nil)
	st.requestOf(w)
	st.say("missing", "Which %s?", p.said)
	return p, call
}

// missing leaves out a required argument, and then gives it.
func (st *story) missing(t *tool) {
	p, call := st.asked(t)
	if p == nil {
		st.single(t)
		return
	}
	v := p.value(st.Source)
	st.user("%s%s%s", pick(st.Source, "", "", "It is ", "The "+p.said+" is ", "It's ", "Take ", "Sorry: "), v, pick(st.Source, "", "", ".", ", please."))
	pairs := []any{p.name, p.json(v)}
	for _, q := range t.params {
		if raw, ok := field(string(call.Arguments), q.name); ok {
			pairs = append(pairs, q.name, raw)
		}
	}
	call.Arguments = object(pairs...)
	st.call("call", call)
	st.say("answer", "%s", st.answer(0, t, nil))
}

// repair shows a call that was refused and the right one after it.
func (st *story) repair(t *tool) {
	if len(t.params) == 0 {
		st.single(t)
		return
	}
	w, call := st.ask(t, nil)
	p := pick(st.Source, t.params...)
	raw, ok := field(string(call.Arguments), p.name)
	if !ok {
		st.single(t)
		return
	}
	st.requestOf(w)
	wrong := call
	bad := fmt.Sprintf("%q: %s", p.name, raw)
	reason := ""
	if st.chance(0.5) {
		name := pick(st.Source, "value", "arg", p.name+"_", "x")
		wrong.Arguments = []byte(strings.Replace(string(call.Arguments), bad, fmt.Sprintf("%q: %s", name, raw), 1))
		reason = fmt.Sprintf("$: missing required property %q; $: unknown property %q; remove it or use a declared name", p.name, name)
	} else {
		wrong.Arguments = []byte(strings.Replace(string(call.Arguments), bad, fmt.Sprintf("%q: null", p.name), 1))
		reason = fmt.Sprintf("$.%s: expected %s, got null", p.name, map[string]string{"string": "a string", "integer": "an integer", "number": "a number", "boolean": "a boolean"}[p.kind.typ])
	}
	st.call("", wrong)
	st.fail(0, invalid, "%s", reason)
	st.call("repair", call)
	st.say("answer", "%s", st.answer(0, t, nil))
}

// refusal is what the assistant says to what no tool does.
func (st *story) refusal() { st.cannot("do that") }

// none asks for what no tool does.
func (st *story) none() {
	switch n := st.IntN(20); {
	case n < 4:
		st.chat()
	case n < 8:
		st.user("%s%s", st.aside(0.1), draw(st.Source, talk))
		st.refusal()
	default:
		st.strange()
	}
}

// strange asks for what none of the tools is about.
func (st *story) strange() {
	known := st.nouns
	st.nouns = nil
	defer func() { st.nouns = known }()
	for {
		t := st.tool(1+st.IntN(2), 1)
		clash := false
		for _, o := range st.tools {
			clash = clash || strings.Contains(o.noun, t.noun) || strings.Contains(t.noun, o.noun)
		}
		if clash {
			continue
		}
		w, _ := st.ask(t, nil)
		st.requestOf(w)
		st.refusal()
		return
	}
}

// denied shows a call that a policy refused.
func (st *story) denied(t *tool) {
	w, call := st.ask(t, nil)
	st.requestOf(w)
	st.call("call", call)
	reason := st.reason()
	st.fail(0, denied, "%s", reason)
	st.say("answer", "That was not allowed: %s.", reason)
}

// reason is why something was refused, in words that have to be copied.
func (s *Source) reason() string {
	switch s.IntN(8) {
	case 0:
		return pick(s, "amount over the limit", "not allowed for this user", "outside office hours", "rejected by the approver", "the data are confidential", "the refund needs approval")
	case 1:
		return "refused by " + s.word(2)
	case 2:
		return "refused by " + s.word(2) + ": " + s.title()
	case 3:
		return "the rule " + s.word(2) + " forbids it"
	case 4:
		return "nobody approved it before " + s.date() + "T" + s.clock() + ":00Z"
	case 5:
		return "the " + listed(s, qualifiers) + " of the " + listed(s, nouns) + " is over " + s.money()
	case 6:
		return "the " + listed(s, qualifiers) + " " + pick(s, "comes from", "may not use", "is not", "was written by") + " a " + listed(s, nouns) + ", not the " + listed(s, qualifiers)
	}
	return "a " + listed(s, nouns) + " " + pick(s, "must be", "may not be", "can only be") + " " + draw(s, pick(s, senses...).done) + " by the " + listed(s, qualifiers)
}

func (st *story) notFound(t *tool) {
	w, call := st.ask(t, nil)
	st.requestOf(w)
	st.call("call", call)
	reason := pick(st.Source, "not found", "no such "+t.noun, "the service is down", "timed out", "unknown "+t.noun, st.reason())
	st.fail(0, pick(st.Source, failed, failed, timedOut), "%s", reason)
	st.say("answer", "That failed: %s.", reason)
}
