package policies

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
	words "github.com/chaski-dev/chaski/policies/spoken"
	"github.com/chaski-dev/chaski/tools"
)

// A tool can declare how people say the members of a list of choices, and the yes and the no of a flag:
// words.vehicle: "car=Auto, voiture; bicycle=Fahrrad, vélo".

// wordings reads the labels of a tool that declare words for its arguments.
func wordings(spec *tools.Spec, props map[string]property) (map[string]*ask.Wording, map[string][]string, error) {
	out, flags := map[string]*ask.Wording{}, map[string][]string{}
	for _, key := range sortedKeys(spec.Labels) {
		name, ok := strings.CutPrefix(key, label.KeyWords)
		if !ok {
			continue
		}
		fail := func(format string, args ...any) error {
			return fmt.Errorf("policies: tool %s: label %s: %s", spec.Name, key, fmt.Sprintf(format, args...))
		}
		p, ok := props[name]
		if !ok {
			return nil, nil, fail("there is no argument %q", name)
		}
		members := membersOf(p)
		if members == nil {
			return nil, nil, fail("%s is neither a list of choices (enum) nor a flag (boolean)", name)
		}
		said, err := readWords(spec.Labels[key], members)
		if err != nil {
			return nil, nil, fail("%v", err)
		}
		w, err := ask.NewWording(members, said)
		if err != nil {
			return nil, nil, fail("%v", err)
		}
		out[name] = w
		if p.Type == "boolean" {
			flags[name] = said["true"]
		}
	}
	return out, flags, nil
}

// everyday finds the words that everybody has for the members of a tool's lists.
func everyday(props map[string]property) map[string]*ask.Wording {
	out := map[string]*ask.Wording{}
	for name, p := range props {
		if len(p.Enum) == 0 {
			continue
		}
		if w := ask.Everyday(membersOf(p)); w != nil {
			out[name] = w
		}
	}
	return out
}

// membersOf lists the texts of an enum, or the values of a flag; nil for any other argument.
func membersOf(p property) (out []string) {
	if p.Type == "boolean" {
		return []string{"true", "false"}
	}
	for _, e := range p.Enum {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// readWords reads "member=word, word; member=word".
func readWords(text string, members []string) (map[string][]string, error) {
	out := map[string][]string{}
	for part := range strings.SplitSeq(text, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		member, list, ok := strings.Cut(part, "=")
		member = strings.TrimSpace(member)
		if !ok {
			return nil, fmt.Errorf("%q: want member=word, word; member=word", strings.TrimSpace(part))
		}
		if !slices.Contains(members, member) {
			return nil, fmt.Errorf("there is no member %q: want %s", member, strings.Join(members, ", "))
		}
		if _, twice := out[member]; twice {
			return nil, fmt.Errorf("member %s is there twice", member)
		}
		out[member] = nil
		for w := range strings.SplitSeq(list, ",") {
			if w = strings.ToLower(strings.TrimSpace(w)); w == "" {
				return nil, fmt.Errorf("a word of member %s is empty", member)
			}
			out[member] = append(out[member], w)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("it is empty: want member=word, word; member=word")
	}
	return out, nil
}

// listed is a value of a list that the schema gives. The verb of the tool's own name says none.
func (t *tool) listed(name, s string, acts *ask.Acts) ask.Value {
	out := ask.Value{Name: name, Text: s, Shape: ask.Choice, Role: ask.RoleOf(name), Said: func(in string) bool {
		return t.saysMember(name, s, in) && (t.saysMember(name, s, acts.WithoutDeed(s, in)) || t.wordings[name] != nil && t.wordings[name].SaidAtLength(s, in))
	}}
	out.Denied = func(in string) bool {
		for _, w := range []*ask.Wording{t.wordings[name], t.everyday[name]} {
			if w == nil {
				continue
			}
			if _, denied := w.Said(s, in); denied {
				return true
			}
		}
		return false
	}
	for _, e := range t.props[name].Enum {
		if o, ok := e.(string); ok && o != s {
			out.Other = append(out.Other, func(in string) bool { return t.saysMember(name, o, in) })
		}
	}
	return out
}

// saysMember reports whether a text says a member of a list: by the words that its tool declares, or, in what
// these leave of it, by the words that everybody has.
func (t *tool) saysMember(name, member, text string) bool {
	if w := t.wordings[name]; w != nil {
		if said, denied := w.Said(member, text); said || denied {
			return said
		}
		text = w.Without(member, text)
	}
	if saysOption(member, text) {
		return true
	}
	if w := t.everyday[name]; w != nil {
		said, _ := w.Said(member, text)
		return said
	}
	return false
}

// orders reports whether a request says a member of a list and no other one of it. What puts an earlier order
// right, and says none, leaves the one that was said there.
func (t *tool) orders(name, member string, args map[string]any, a asked) bool {
	one := t.listed(name, member, &t.acts)
	other := func(text string) bool {
		return slices.ContainsFunc(one.Other, func(f func(string) bool) bool { return f(text) })
	}
	text := t.apart(name, args, a.text)
	if other(text) || eitherOr.MatchString(strings.ToLower(a.ask.Sentence)) && other(a.ask.Sentence) {
		return false
	}
	if !one.Said(text) && a.ask.Corrected != "" && a.held[name] {
		text = t.apart(name, args, a.ask.Corrected)
		return one.Said(text) && !other(text)
	}
	if !one.Said(text) && a.held[name] { // "Order 12 bells, but deliver 7": what is meant stands in another part
		before := ""
		if len(a.ask.Messages) > 0 {
			before, _, _ = strings.Cut(a.ask.Messages[0], a.text)
		}
		for _, in := range []string{a.ask.Sentence, before} { // "15 euros a month. Please set that up"
			if text = t.apart(name, args, in); one.Said(text) || other(text) {
				return !other(text)
			}
		}
	}
	return one.Said(text)
}

// misread reports whether the sentence of a request, or what puts it right, says another member of one of a
// call's lists than the call has, or a flag that the call leaves at its default.
func (t *tool) misread(r *Run, args map[string]any, labels map[string]label.Origin, a ask.Ask) bool {
	if t.unflagged(r, args, labels, a) || t.wholeForPart(r, args, labels, a) {
		return true
	}
	for _, name := range sortedKeys(args) {
		member, ok := args[name].(string)
		low := strings.ToLower(name)
		if !ok || len(t.props[name].Enum) < 2 || !slices.Contains(t.props[name].Enum, any(member)) || slices.Contains(t.data, low) || slices.Contains(t.content, low) {
			continue
		}
		one := t.listed(name, member, &t.acts)
		other := func(text string) bool {
			return slices.ContainsFunc(one.Other, func(f func(string) bool) bool { return f(text) })
		}
		if labels[name].How == label.HowDefault { // "in the box, please", and the call leaves it at its default
			sentence, before := t.apart(name, args, a.Sentence), t.apart(name, args, a.Corrected)
			if !one.Said(sentence) && (other(sentence) || other(before) && !one.Said(before)) {
				return true
			}
			if len(a.Messages) > 1 { // "Which diet?" "Low in salt."
				if next := t.apart(name, args, a.Messages[1]); other(next) && !one.Said(next) {
					return true
				}
			}
			continue
		}
		if sentence := t.apart(name, args, a.Sentence); other(sentence) && (!one.Said(sentence) || len(a.Messages) > 0 && slices.ContainsFunc(sentenceEnd.Split(a.Messages[0], -1), func(written string) bool {
			return t.crossed(r, name, args, written, one.Said, other) || toldOf(written, one.Said, other)
		})) {
			return true
		}
		if labels[name].How == label.HowTool && other(t.apart(name, args, a.Sentence)) {
			return true // the user says another one than what was found, too: "to velvet, linen looks dull"
		}
		said, taken := false, false
		for _, m := range a.Messages {
			for part := range slices.Values(sentenceEnd.Split(t.apart(name, args, m), -1)) {
				switch {
				case one.Said(part):
					said, taken = true, false
				case said && rights.MatchString(strings.ToLower(part)) && other(part):
					taken = true
				}
			}
		}
		if taken {
			return true
		}
	}
	return false
}

// unflagged reports whether the user says a flag that the call leaves at its default: "with insurance".
func (t *tool) unflagged(r *Run, args map[string]any, labels map[string]label.Origin, a ask.Ask) bool {
	var text *flagText
	for name, p := range t.props {
		flag, given := args[name].(bool)
		if p.Type != "boolean" || given && labels[name].How != label.HowDefault {
			continue
		}
		if !given {
			flag, _ = p.Default.(bool)
			flag = flag || p.usually(true)
		}
		if text == nil {
			if text = r.flagText(t, args, a); text == nil {
				return false
			}
		}
		if text.contrary(t.flag(name), flag) {
			return true
		}
	}
	return false
}

// crossed reports whether the parts of a sentence that hold other values of a call say another member beside
// them, and none of them says the call's: "the lamp on and the fan off".
func (t *tool) crossed(r *Run, name string, args map[string]any, sentence string, said, other func(string) bool) bool {
	const bare = 3 // words of a part that names a thing of its own: "run lead" is none, of "run lead and nitrate on S-5"
	found, own := false, false
	for _, part := range andParts.Split(sentence, -1) {
		holds := false
		for _, k := range sortedKeys(args) {
			if k != name && len(t.props[k].Enum) == 0 {
				leaves(args[k], func(v any) {
					_, flag := v.(bool)
					holds = holds || !flag && v != nil && r.phrase(part).Holds(v)
				})
			}
		}
		part = t.apart(name, args, part)
		if holds && said(part) {
			return false
		}
		found, own = found || holds && other(part), own || said(part) && (found || len(strings.Fields(part)) >= bare)
	}
	return found && own
}

// toldOf reports whether a sentence says another member, and of the call's what it is like behind a comma: "put M-512 on
// standard, the premium costs too much".
func toldOf(sentence string, said, other func(string) bool) bool {
	parts := strings.Split(sentence, ", ")
	for i := 1; i < len(parts); i++ {
		if m := toldSubject.FindStringSubmatch(parts[i]); m != nil && said(m[1]) && other(parts[i-1]) && !said(parts[i-1]) {
			return true
		}
	}
	return false
}

// toldSubject finds a thing of which something is told.
var toldSubject = regexp.MustCompile(`^(?i:((?:the|der|die|das|le|la|les|il|lo|gli|el|los|las|o|a|os|as) \pL[\pL-]*)(?: \S+){2})`)

var (
	// andParts are the joints of a sentence with two orders, sentenceEnd ends one.
	andParts    = regexp.MustCompile(`(?i) (?:and|und|et|e|y|और|तथा) |และ`)
	sentenceEnd = regexp.MustCompile(`[.!?…।]+(?: |$)|\n`)
	// rights begins what puts right what was said before it.
	rights = regexp.MustCompile(`^[ ,]*(?:(?:h+m+|oh|ah|ach|eh|ay|ops|oops),? ?)*(?:no|nope|sorry|actually|wait|rather|i mean|make (?:it|that)|nein|doch|moment|halt|quatsch|entschuldigung|verzeihung|lieber|ich meine|besser|non|pardon|désolé|excusez|enfin|plutôt|attends|attendez|scusa|scusi|anzi|aspetta|meglio|perdón|perdona|disculpa|espera|mejor|digo|não|nao|desculp|perdão|aliás|melhor|quer dizer|माफ|नहीं|रुक|अरे|बल्कि|मेरा मतलब|ขอโทษ|ไม่|เดี๋ยว|โทษที|เอ๊ย)`)
)

// eitherOr joins what a sentence leaves open.
var eitherOr = regexp.MustCompile(`(?: (?:or|oder|ou|या)| o (?:en|de|con|in|di|per|un|una|uno|la|el|il)) |หรือ`)

// heldAsSaid reports whether what a request takes up of a list was said by name. A word that only may mean it
// must stand in the clause itself.
func (t *tool) heldAsSaid(name string, args map[string]any, messages []string) bool {
	s, ok := args[name].(string)
	if !ok || len(t.props[name].Enum) == 0 || t.wordings[name] == nil && t.everyday[name] == nil {
		return true
	}
	return t.wordings[name] == nil && slices.ContainsFunc(messages, func(m string) bool { return saysOption(s, t.apart(name, args, m)) })
}

// apart blanks out of a text the values of a call's other arguments that are of no list, with what says which argument
// they are of: in "Book Auto Müller two seats" nobody speaks of cars.
func (t *tool) apart(name string, args map[string]any, text string) string {
	for _, other := range sortedKeys(args) {
		s, ok := args[other].(string)
		low := strings.ToLower(other)
		if !ok || other == name || slices.Contains(t.data, low) || slices.Contains(t.content, low) || len(t.props[other].Enum) > 0 || len(s) > 200 {
			continue
		}
		i := strings.Index(text, s)
		if i < 0 {
			continue
		}
		from := i
		if w := t.wordings[name]; w != nil && strings.ContainsAny(s, "0123456789") && !slices.Contains(ask.NameWords(other), fmt.Sprint(args[name])) {
			from = w.Leading(ask.NameWords(other), text, i) // the flat of "cellar keys for flat 7A" is no kind of key
		}
		if len(s) > 2 || from < i {
			text = text[:from] + strings.Repeat(" ", i-from+len(s)) + text[i+len(s):]
		}
	}
	return text
}

// saysOption reports whether a clause says one of a list: by a word for it, or by a verb that makes it
// so, as "shut down" does for off.
func saysOption(option, clause string) bool {
	if ask.SaysChoice(option, clause) {
		return true
	}
	said, _ := label.NewPhrase(clause).Option(option)
	return said
}

// saysFlag reports whether a clause says that a flag is to be so.
func (r *Run) saysFlag(t *tool, name string, flag bool, text string) bool {
	if w := t.wordings[name]; w != nil {
		yes, notYes := w.Said("true", text)
		no, notNo := w.Said("false", text)
		if yes || no || notYes || notNo {
			return flag && yes && !no && !notYes || !flag && (no || notYes) && !yes && !notNo
		}
	}
	return r.phrase(text).Says(name, flag)
}

// flag returns what finds a flag by an argument's name and the words declared for it. That takes long to make,
// and is kept for all runs.
func (t *tool) flag(name string) *words.Flag {
	if f, known := t.flags.Load(name); known {
		return f.(*words.Flag)
	}
	also := t.flagWords[name]
	if _, known := words.Parse("").Option(name); !known {
		also = append(slices.Clone(also), ask.Everyday([]string{name}).WordsOf(name)...)
	}
	f := words.NewFlag(ask.NameWords(name), also...)
	if _, declared := t.props[name]; declared {
		t.flags.Store(name, f)
	}
	return f
}
