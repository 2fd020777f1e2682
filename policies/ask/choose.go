package ask

import (
	"slices"
	"strings"
	"unicode"
)

// chooses reports whether clause i orders one of the choices of a call by its verb, where the tool's
// own name has none for it: "shut web-7 down" for off, "open slope 12" for open. What it is to be done
// to is named, and no other choice is.
func (s *Said) chooses(i int, call *Call) bool {
	c := &s.clauses[i]
	if call.NeedsVerb || c.kind != plain || c.thanks() || c.find(subject|speaker|report, 0, len(c.words)) >= 0 && c.lang&en == 0 || c.verbOf >= 0 || c.negates() >= 0 || c.calledOff(&call.Acts) {
		return false
	}
	named := false
	for _, v := range call.Values {
		named = named || v.Shape != Choice && !v.Free && v.Said(c.text)
	}
	if !named {
		return false
	}
	for _, v := range call.Values {
		if v.Shape != Choice || v.Free || !v.Said(c.text) {
			continue
		}
		if c.hasRival(c.text, v, nil) {
			return false
		}
		for at := range c.words {
			t := &c.words[at]
			if t.sign || t.quoted || at >= c.content || !v.Said(t.text) {
				continue
			}
			for _, l := range []lang{en, de, fr, it, es, pt} {
				if c.lang&l == 0 || l == en && !t.verb || l&(fr|it|es|pt) != 0 && at > c.opened() && call.Acts.isNoun(&c.words[at-1]) {
					continue // "el recordatorio amable"
				}
				if c.orders(verb{at, 2, l, ordering, t.text}) && !c.otherDeed(call, at) {
					return true
				}
			}
		}
	}
	return false
}

// otherDeed reports whether the clause orders what another tool does and this one does not.
func (c *clause) otherDeed(call *Call, at int) bool {
	for i := range call.Others {
		for _, v := range c.verbs(&call.Others[i].Acts) {
			if v.strength == 2 && (at >= 0 || !generic[v.base]) && c.orders(v) && (v.at != at || c.nounsOf(&call.Others[i].Acts) != nil && c.nounsOf(&call.Acts) == nil) {
				return true
			}
		}
	}
	return false
}

// choosesHold reports whether all that makes the message of clause i wait is a word for a choice of the call's, or for what the
// act works on: "Put A-5 en espera", where a state of the application is on_hold; "save it as a draft", which saves drafts.
func (s *Said) choosesHold(i int, call *Call) bool {
	found := false
	for j := range s.clauses {
		c := &s.clauses[j]
		if c.message != s.clauses[i].message {
			continue
		}
		if c.previews() || putsOff(c.words, c.lang) {
			return false
		}
		for k := range c.words {
			if c.words[k].starts&await == 0 {
				continue
			}
			rest := joinWords(slices.Concat(c.words[:k], c.words[span(c.words, k, await):]))
			if call.Acts.holds() && c.hasAny(k, span(c.words, k, await), "hold", "pause") && c.find(frame, 0, k) >= 0 { // "will have to be put on hold until"
				found = true
				continue
			}
			if slices.ContainsFunc(c.words[k:span(c.words, k, await)], func(t token) bool { return drafts[t.text]&c.lang != 0 && call.Acts.isNoun(&t) }) { // "save it as a draft"
				found = true
				continue
			}
			if !slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Choice && !v.Free && v.Said(c.text) && !v.Said(rest) }) {
				return false
			}
			found = true
		}
	}
	return found
}

// holds reports whether the deed is to let a thing rest for a while.
func (a *Acts) holds() bool {
	return slices.ContainsFunc([]string{"put+hold", "pause", "suspend", "freeze"}, a.has)
}

// Unopposed reports whether nothing that the user said is negated, kept, taken out or set against something else.
func (s *Said) Unopposed() bool {
	return !slices.ContainsFunc(s.clauses, func(c clause) bool {
		return c.contrast || len(c.apart) > 0 || c.negates() >= 0 || c.find(keep|others|except|excepted|nothing, 0, len(c.words)) >= 0
	})
}

// Thai reports whether a word is one of the script that sets no words apart.
func Thai(word string) bool {
	return strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Thai, r) })
}
