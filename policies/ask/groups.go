package ask

import (
	"slices"
	"strings"
)

// The parts of a clause, and which values stand together in them.

// handsEach reports whether each of the parts of a clause hands a thing to somebody by a verb of its own.
func (c *clause) handsEach(groups []string) bool {
	return len(groups) > 1 && !slices.ContainsFunc(groups, func(g string) bool {
		return !slices.ContainsFunc(tokens(g), func(t token) bool { return handers[t.text]&c.lang != 0 })
	})
}

// besideOther reports whether one of some values stands only in parts of the clause that have the number of another
// thing in place of a value that is one: "Zu PS1284 kommt Jule, zu PS1285 kommt Tarek".
func (c *clause) besideOther(groups []string, values []Value) bool {
	for _, a := range values {
		if a.Shape != Code {
			continue
		}
		for _, b := range values {
			with, apart := false, false
			for _, g := range groups {
				if b.Name == a.Name || b.Shape == Code || !b.Said(g) {
					continue
				}
				if a.Said(g) {
					with = true
				} else {
					apart = apart || slices.ContainsFunc(tokens(g), func(t token) bool { return t.code() && pattern(t.text) == pattern(strings.ToLower(a.Text)) })
				}
			}
			if apart && !with {
				return true
			}
		}
	}
	return false
}

// belong reports whether values that stand in the clause belong together. What is read from an order and answers to
// questions is looked at part by part: an answer is about the whole order.
func (c *clause) belong(groups []string, inside []Value) bool {
	if c.joins == nil {
		return c.together(groups, inside)
	}
	from := 0
	for k := 0; k <= len(c.joins.ends); k++ {
		to := from
		for to < len(c.words) && (k == len(c.joins.ends) || c.words[to].at < c.joins.ends[k]) {
			to++
		}
		if to > from {
			part := c.part(from, to)
			part.subjects, part.text = c.subjects, textOf(c, part.words)
			if there := slices.DeleteFunc(slices.Clone(inside), func(v Value) bool { return !v.Said(part.text) }); !part.together(part.groups(), there) {
				return false
			}
		}
		from = to
	}
	return true
}

// groups are the texts of the parts of a clause.
func (c *clause) groups() []string {
	var out []string
	for _, part := range c.parts() {
		out = append(out, textOf(c, part))
	}
	return out
}

// parts are those of a clause that are joined by "and" and the like.
func (c *clause) parts() (out [][]token) {
	var part []token
	flush := func() {
		if len(part) > 0 {
			out = append(out, part)
		}
		part = nil
	}
	for i := range c.words {
		t := &c.words[i]
		if !t.quoted && (t.sign && strings.ContainsAny(t.text, ",，、") || t.starts&and != 0 && !c.handsTo(i) && !c.thenOf(i)) {
			flush()
			continue
		}
		part = append(part, *t)
	}
	flush()
	return out
}

// thenOf reports whether "then" only says that a part comes later than the one before: "R-0542/26 dann am 21. Dezember".
func (c *clause) thenOf(i int) bool {
	t := &c.words[i]
	return i > 0 && i+1 < len(c.words) && (t.text == "dann" || t.text == "then") && c.words[i-1].code() && (placing[c.words[i+1].text] || c.words[i+1].within&(opener|det) != 0 || digit(c.words[i+1].text))
}

// handsTo reports whether a Thai "with" stands between a thing and who gets it: "T-202 กับ Paul".
func (c *clause) handsTo(i int) bool {
	return c.words[i].text == "กับ" && i > 0 && i+1 < len(c.words) && c.words[i-1].code() != c.words[i+1].code()
}

func textOf(c *clause, part []token) string {
	if len(part) == 0 {
		return ""
	}
	from, to := part[0].at-c.words[0].at, part[len(part)-1].end-c.words[0].at
	if from < 0 || to > len(c.text) || from > to {
		return joinWords(part)
	}
	return c.text[from:to]
}

func joinWords(part []token) string {
	var words []string
	for _, t := range part {
		words = append(words, t.text)
	}
	return strings.Join(words, " ")
}

// text reports whether a value is a text or a title, of which a part may stand anywhere.
func (v *Value) text() bool { return v.Free && v.Shape == Word && strings.Contains(v.Text, " ") }

// together reports whether values that stand in different groups belong together: not where
// each group has one of its own kind for the other.
func (c *clause) together(groups []string, inside []Value) bool {
	if len(groups) < 2 {
		return true
	}
	at := make([][]int, len(inside))
	for k, v := range inside {
		for g, text := range groups {
			if v.Said(text) {
				at[k] = append(at[k], g)
			}
		}
		for g, text := range groups {
			if len(at[k]) == 0 && v.dayIn(text) {
				at[k] = append(at[k], g) // "auf den 9. Dezember und V-2331 auf den 10."
			}
		}
	}
	for a := range inside {
		for b := a + 1; b < len(inside); b++ {
			if inside[a].Free && inside[b].Free || len(at[a]) == 0 || len(at[b]) == 0 || inside[a].text() || inside[b].text() {
				continue
			}
			near := false
			for _, g := range at[a] {
				near = near || slices.Contains(at[b], g) || c.subjects > 0 && g <= c.subjects && slices.ContainsFunc(at[b], func(h int) bool { return h <= c.subjects })
			}
			if near {
				continue
			}
			apart := true
			for _, g := range at[a] {
				for _, h := range at[b] {
					if !(c.hasRival(groups[g], inside[b], inside) && c.hasRival(groups[h], inside[a], inside)) &&
						!(inside[a].Shape == Number && c.hasRival(groups[h], inside[a], inside)) && !(inside[b].Shape == Number && c.hasRival(groups[g], inside[b], inside)) {
						apart = false
					}
				}
			}
			if apart {
				return false
			}
		}
	}
	return true
}
