package corpus

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

var leads = []string{
	"", "Please ", "Can you ", "Could you ", "I need you to ", "I want to ", "Hi, please ", "Would you ", "Hello, can you ", "Help me ",
	"You should ", "Now ", "Next, ", "I'd like to ", "Kindly ",
}

var ends = []string{".", "", "?", ", please.", "!", " now.", " for me.", ", thanks.", " today.", " right away."}

// ask words a request for the tool with these values and returns the call.
func (st *story) ask(t *tool, given map[*param]string) (string, llm.ToolCall) {
	var parts []string
	var args []any
	params := slices.Clone(t.params)
	for _, p := range params { // arguments in the order in which canonical schemas show them
		v, known := given[p]
		if !known && !p.required && st.chance(0.6) {
			continue
		}
		phrase := v
		if !known {
			v = p.value(st.Source)
			phrase = v
			if p.enum == nil && p.kind.quoted {
				phrase = `"` + v + `"`
			}
		}
		said := p.said()
		form := pick(st.Source, 0, 0, 1, 2)
		if form == 2 && p.enum == nil && slices.ContainsFunc(t.params, func(o *param) bool { return o != p && o.enum == nil && o.kind.like(p.kind) }) {
			form = 0 // two values of one kind are told apart by their names
		}
		switch form {
		case 0:
			parts = append(parts, pick(st.Source, "with ", "with the ", "")+said+" "+phrase)
		case 1:
			parts = append(parts, said+pick(st.Source, ": ", " is ", " = ")+phrase)
		default:
			lead := pick(st.Source, p.kind.lead...)
			if p.enum != nil {
				lead = said
			}
			parts = append(parts, strings.TrimSpace(lead+" "+phrase))
		}
		args = append(args, p.name, p.json(v))
	}
	st.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	text := pick(st.Source, t.verb.said...) + pick(st.Source, " the ", " a ", " my ") + t.noun
	if len(parts) > 0 {
		text += pick(st.Source, " ", ", ") + strings.Join(parts, pick(st.Source, " ", ", ", " and "))
	}
	return text, llm.ToolCall{Name: t.spec.Name, Arguments: object(args...)}
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

func (st *story) request(text string) {
	lead := draw(st.Source, leads)
	if st.noisy(0.35) {
		lead = capital(st.noise()) + pick(st.Source, " ", " ", ", ", ": ")
	}
	if lead == "" {
		text = capital(text)
	}
	end := draw(st.Source, ends)
	if st.noisy(0.2) {
		end = pick(st.Source, " ", ", ", ". ") + st.noise() + end
	}
	st.user("%s%s%s", lead, text, end)
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
			told = append(told, "the "+p.said()+" is "+v)
		}
	}
	st.result(i, object(pairs...))
	return capital(strings.Join(told, " and ")) + "."
}

func (st *story) single(t *tool) {
	text, call := st.ask(t, nil)
	st.request(text)
	st.call("call", call)
	st.say("answer", "%s", st.answer(0, t, nil))
}

// parallel asks for two things at once: two calls in one turn.
func (st *story) parallel(t *tool) {
	u := pick(st.Source, st.tools...)
	a, first := st.ask(t, nil)
	b, second := st.ask(u, nil)
	st.request(a + pick(st.Source, " and ", ", and also ", "; then ", " and then ") + b)
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
			if !in.required || in.enum != nil {
				continue
			}
			out := *in
			from := *t
			from.out = append([]*param{&out}, t.out[:min(1, len(t.out))]...)
			if len(from.out) > 1 && from.out[1].name == out.name {
				from.out = from.out[:1]
			}
			v := in.value(st.Source)
			a, first := st.ask(t, nil)
			b, second := st.askFrom(u, in, v)
			st.request(a + pick(st.Source, " and then ", ", then ", " and after that ", " and ") + b)
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
	text, call := st.ask(&rest, nil)
	text += pick(st.Source, " with its ", " using that ", " with the ") + in.said() + pick(st.Source, "", " from it", " that you find")
	args := string(call.Arguments)
	pairs := []any{in.name, in.json(v)}
	for _, p := range rest.params {
		if raw, ok := field(args, p.name); ok {
			pairs = append(pairs, p.name, raw)
		}
	}
	return text, llm.ToolCall{Name: u.spec.Name, Arguments: object(pairs...)}
}

// missing leaves out a required argument; the assistant asks for it.
func (st *story) missing(t *tool) {
	if len(t.params) == 0 || !t.params[0].required {
		st.single(t)
		return
	}
	p := t.params[0]
	bare := *t
	bare.params = slices.Clone(t.params)[1:]
	text, call := st.ask(&bare, nil)
	st.request(text)
	st.say("missing", "Which %s?", p.said())
	v := p.value(st.Source)
	st.user("%s%s", pick(st.Source, "", "", "It is ", "The "+p.said()+" is "), v)
	pairs := []any{p.name, p.json(v)}
	for _, q := range bare.params {
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
	text, call := st.ask(t, nil)
	p := pick(st.Source, t.params...)
	raw, ok := field(string(call.Arguments), p.name)
	if !ok {
		st.single(t)
		return
	}
	st.request(text)
	wrong := call
	bad := fmt.Sprintf("%q: %s", p.name, raw)
	reason := ""
	if st.chance(0.5) {
		name := pick(st.Source, "value", "arg", p.name+"_", "x")
		wrong.Arguments = []byte(strings.Replace(string(call.Arguments), bad, fmt.Sprintf("%q: %s", name, raw), 1))
		reason = fmt.Sprintf("$: missing required property %q; $: unknown property %q; remove it or use a declared name", p.name, name)
	} else {
		wrong.Arguments = []byte(strings.Replace(string(call.Arguments), bad, fmt.Sprintf("%q: null", p.name), 1))
		reason = fmt.Sprintf("$.%s: expected %s, got null", p.name, map[string]string{"string": "a string", "integer": "an integer", "number": "a number"}[p.kind.typ])
	}
	st.call("", wrong)
	st.fail(0, invalid, "%s", reason)
	st.call("repair", call)
	st.say("answer", "%s", st.answer(0, t, nil))
}

const refusal = "I have no tool for that."

// none asks for what no tool does.
func (st *story) none() {
	if st.chance(0.25) {
		st.user("%s", pick(st.Source, "Hello", "Hi there!", "Thanks!", "Thank you.", "Good morning", "That's all.", "Great, thanks.", "Hey"))
		st.say("answer", "You're welcome. What can I do for you?")
		return
	}
	st.strange()
}

// strange asks for what none of the tools is about.
func (st *story) strange() {
	for {
		t := st.tool(1+st.IntN(2), 1)
		clash := false
		for _, o := range st.tools {
			clash = clash || o.noun == t.noun
		}
		if clash {
			continue
		}
		text, _ := st.ask(t, nil)
		st.request(text)
		st.say("none", refusal)
		return
	}
}

// denied shows a call that a policy refused.
func (st *story) denied(t *tool) {
	text, call := st.ask(t, nil)
	st.request(text)
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
		return "the " + draw(s, qualifiers) + " of the " + draw(s, nouns) + " is over " + s.money()
	case 6:
		return "the " + draw(s, qualifiers) + " " + pick(s, "comes from", "may not use", "is not", "was written by") + " a " + draw(s, nouns) + ", not the " + draw(s, qualifiers)
	}
	return "a " + draw(s, nouns) + " " + pick(s, "must be", "may not be", "can only be") + " " + pick(s, actions...).done + " by the " + draw(s, qualifiers)
}

func (st *story) notFound(t *tool) {
	text, call := st.ask(t, nil)
	st.request(text)
	st.call("call", call)
	reason := pick(st.Source, "not found", "no such "+t.noun, "the service is down", "timed out", "unknown "+t.noun, st.reason())
	st.fail(0, pick(st.Source, failed, failed, timedOut), "%s", reason)
	st.say("answer", "That failed: %s.", reason)
}
