package ask

import (
	"slices"
	"strings"
)

// Who moves a thing says where it is as well as where it is to go: "move W-3 from 7 December to 10 December". What stands
// behind "to" is the new value, and no other of its kind is.

// newBehind are the words behind which the new value stands, by language; in Hindi it stands before "पर", and the old one
// before "से".
var newBehind = map[string]lang{"to": en, "auf": de, "au": fr, "à": fr, "aux": fr, "al": it | es, "alle": it, "all'": it, "a": it | es, "para": pt, "ao": pt, "às": pt, "เป็น": th}

// formerly are words of arguments' names that say where something begins or was.
var formerly = set("from start begin since old former current previous arrival departure checkin first")

// oldValue reports whether a value of a call that alters something is the one that the clause only moves away from: another
// of its kind, that no value of the call is, stands behind "to".
func (c *clause) oldValue(v Value, call *Call) bool {
	if !call.Acts.alters || v.Free || v.Role == From || strings.Contains(v.Text, "T") && v.Shape == Moment || v.Shape != Moment && v.Shape != Number || slices.ContainsFunc(NameWords(v.Name), func(w string) bool { return formerly[w] && v.Role == RoleOf(w) }) {
		return false
	}
	other := false
	for _, seg := range c.newParts() {
		if v.Said(seg) {
			return false
		}
		theirs := v.otherMoment(seg)
		if v.Shape == Number {
			first, _, _ := strings.Cut(seg, " ")
			theirs = c.lang&(hi|th) != 0 && amountForm.MatchString(first) && !v.Digits
		}
		if theirs && !slices.ContainsFunc(call.Values, func(o Value) bool { return o.Name != v.Name && o.Said(seg) }) {
			other = true
		}
	}
	return other
}

// newParts are the parts of the clause that may say a new value: up to five words behind each word for it.
func (c *clause) newParts() (out []string) {
	const most = 5
	for i := range c.words {
		t := &c.words[i]
		if t.sign || t.quoted {
			continue
		}
		if c.lang == hi && t.text == "से" {
			end := min(i+1+most, len(c.words))
			for k := i + 1; k < end; k++ {
				if c.words[k].text == "पर" || c.words[k].text == "को" {
					out = append(out, textOf(c, c.words[i+1:k]))
					break
				}
			}
		}
		if newBehind[t.text]&c.lang == 0 || i+1 >= len(c.words) {
			continue
		}
		end := i + 1
		for end < len(c.words) && end < i+1+most && !c.words[end].sign {
			end++
		}
		out = append(out, textOf(c, c.words[i+1:end]))
	}
	return out
}

// orderedAnew reports whether an order behind an excuse asks for the deed of clause i once more, with another value of a
// kind: "Cancel 58410. Oh no, cancel 58411."
func (s *Said) orderedAnew(i int, call *Call) bool {
	c := &s.clauses[i]
	for k := c.since(i) + 1; k < len(s.clauses) && s.clauses[k].message == c.message; k++ {
		o := &s.clauses[k]
		if o.soft() == 0 && !(k > i+1 && s.clauses[k-1].isSoft()) || o.kind != plain || o.hasOf(tooWords, 0) >= 0 || !slices.ContainsFunc(o.verbs(&call.Acts), func(v verb) bool { return o.orders(v) && !o.negated(v) }) {
			continue
		}
		if slices.ContainsFunc(call.Values, func(v Value) bool {
			return !v.Free && (v.Shape == Code || v.Shape == Number) && v.Said(c.text) && !v.Said(o.text) && o.rival(v, call, 0, o.content)
		}) {
			return true
		}
	}
	return false
}
