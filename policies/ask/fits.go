package ask

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// fits reports whether the values of a call stand together in what clause i asks for, and
// returns the part that asks. "Pay 30 to Ann and 90 to Bob" asks for two calls, and not for
// 90 to Ann; "delete it" is about what was said before; what stands in a clause of its own,
// "but keep b.txt", is no object of this one.
func (s *Said) fits(i int, call *Call) (text string, held map[string]bool, ok bool) {
	c := &s.clauses[i]
	if s.leavesOut(i, call) {
		for _, v := range call.Values {
			if !v.Free && slices.ContainsFunc(c.apart, v.Said) && !v.Said(c.text) {
				return "", nil, false
			}
		}
	}
	groups := c.groups()
	told := s.toldBy(i, call)
	var inside []Value // that stand in the clause
	held = map[string]bool{}
	for _, v := range call.Values {
		switch {
		case v.Shape == Choice && s.denied(i, v), s.tookBack(c, v):
			return "", nil, false
		case c.oldValue(v, call), c.replacedBy(v, call), s.picksOther(i, v):
			return "", nil, false
		case v.Shape == Choice && s.purpose(i, v):
		case !v.Free && (c.spokenOfAside(v, call) && !s.qualifies(i, v) || c.anothers(v, call) || v.Shape != Choice && c.lacks(v)):
			return "", nil, false
		case v.Said(c.upTo(c.content)), v.Said(c.copies()):
			inside = append(inside, v)
			held[v.Name] = true
		case v.Free:
		case v.Role != To && told != "" && v.Said(told) && !(v.Shape == Number && !v.Digits && adds(call) && c.otherAmount(v)):
			if c.rival(v, call, 0, c.content) && ((v.Shape == Code || v.Digits) || slices.ContainsFunc(call.Values, func(o Value) bool {
				return o.Shape != Choice && o.Name != v.Name && o.Said(c.text) && c.hasRival(told, o, call.Values)
			})) {
				return "", nil, false // "move PW4 to the 13th and QJ5 to the 27th please"
			}
		case !s.spoken(v):
			if !s.unclaimed(c, v, call) || s.wondered(i, v) {
				return "", nil, false
			}
		case v.otherMoment(c.text), c.otherDay(v), v.otherDay(c.words), s.leftAlone(i, v): // it says a day of its own
			return "", nil, false
		case s.before(i, v, call):
			held[v.Name] = true
		default:
			return "", nil, false
		}
	}
	if c.takesShare(call) || s.inAside(i, call) || s.crossesPairs(i, call) || s.ofAnother(i, call) || s.misfigured(i, call) || s.misnamed(i, call) || s.tornApart(i, call) || s.crossedByAnswer(i, call) || s.crossedBefore(i, call) || c.handsEach(groups) && c.besideOther(groups, inside) || c.halved(inside) || !c.belong(groups, inside) || !c.roles(inside) || c.leavesAll(call, inside) || !c.counted(call, inside) || c.misnumbered(call, inside) {
		return "", nil, false
	}
	// The mention that asks is the group with the most of the values.
	best, n := c.text, 0
	if len(groups) > 1 {
		for _, g := range groups {
			k := 0
			for _, v := range inside {
				if v.Said(g) {
					k++
				}
			}
			if k > n {
				n = k
			}
		}
	}
	for j := i + 1; j < len(s.clauses) && s.explains(i, j); j++ {
		if o := &s.clauses[j]; slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Choice && v.Said(o.text) && !v.Said(c.text) }) {
			best += ", " + o.text // so that she can edit it
		}
	}
	return best, held, true
}

// wondered reports whether clause i says a day, and only a question behind it the one of a value: "move it to 9
// January. Is that the 10th?"
func (s *Said) wondered(i int, v Value) bool {
	if v.Shape != Moment || len(v.Text) < len("2006-01-02") || !v.otherMoment(s.clauses[i].text) {
		return false
	}
	day := strings.TrimLeft(v.Text[8:10], "0")
	return slices.ContainsFunc(s.clauses[i+1:], func(o clause) bool {
		return (o.kind == asking || o.asked) && slices.ContainsFunc(o.words, func(t token) bool { return strings.Trim(t.text, ".thsndrº") == day })
	})
}

// tornApart reports whether two values that clause i takes up from another clause of its message stand
// there in different parts, each with another of its kind beside it: "30 to Ann and 90 to Bob, send those".
func (s *Said) tornApart(i int, call *Call) bool {
	c := &s.clauses[i]
	for j := range s.clauses {
		o := &s.clauses[j]
		if j == i || o.message != c.message {
			continue
		}
		var there []Value
		for _, v := range call.Values {
			if !v.Free && !v.Said(c.text) && v.Said(o.text) {
				there = append(there, v)
			}
		}
		if s.countsElsewhere(j, there, call) {
			return true
		}
		if groups := o.groups(); len(there) > 1 && (!o.together(groups, there) || o.besideOther(groups, there)) {
			return true
		}
	}
	return false
}

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

// denied reports whether the user says of a choice, in the message of clause i or behind it, only that it is not to be: "La
// digitale non mi interessa."
func (s *Said) denied(i int, v Value) bool {
	if v.Denied == nil || v.Said(s.clauses[i].text) {
		return false
	}
	for k := s.firstOf(i); k < len(s.clauses); k++ {
		if c := &s.clauses[k]; v.Said(c.text) {
			return false
		} else if v.Denied(c.text) {
			return true
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

// crossedByAnswer reports whether values of a call stand in different orders of what clause i was before the user
// answered a question: "red for Helen and white for Tom", "six red and twelve white" is no white for Helen.
func (s *Said) crossedByAnswer(i int, call *Call) bool {
	o := s.clauses[i].joins
	if o == nil {
		return false
	}
	for k := o.from; k < o.to; k++ {
		c := &s.clauses[k]
		var there []Value
		for _, v := range call.Values {
			if !v.Free && v.Said(c.text) {
				there = append(there, v)
			}
		}
		if len(there) > 1 && !c.together(c.groups(), there) {
			return true
		}
	}
	return false
}

// upTo is the text of the clause up to a word.
func (c *clause) upTo(n int) string {
	if n >= len(c.words) {
		return c.text
	}
	if n == 0 {
		return ""
	}
	end := c.words[n-1].end - c.words[0].at
	if end < 0 || end > len(c.text) {
		return c.text
	}
	return c.text[:end]
}

// spokenOfAside reports whether a value stands nowhere but at the beginning of a part behind a comma
// that says something of it: "restart web-4, web-3 runs well".
func (c *clause) spokenOfAside(v Value, call *Call) bool {
	aside, inside := false, false
	for i := range c.words {
		t := &c.words[i]
		if t.sign || !v.Said(t.text) {
			continue
		}
		if c.joins != nil && t.at >= c.joins.ends[0] && c.answers(i, v, call) {
			inside = true
			continue
		}
		first := i > 0 && c.words[i-1].sign && c.words[i-1].text == ","
		says := i+1 < len(c.words) && c.words[i+1].within == 0 && !c.words[i+1].sign && !digit(c.words[i+1].text) && len(c.words[i+1].text) > 3
		if v.Shape == Number && says && (measured[c.words[i+1].text] != nil || slices.Contains(NameWords(v.Name), c.words[i+1].text)) && (i+2 >= len(c.words) || c.words[i+2].sign || c.words[i+2].within&opener != 0) {
			says = false // ", 60 copies"
		}
		if v.Shape == Number && i+1 < len(c.words) && currencies[c.words[i+1].text] {
			says = false // ", 2.5 euros"
		}
		if c.setAside(i, v, call) {
			aside = true
			continue
		}
		if first && says && c.speaksBefore(i-1) && c.find(and, i, len(c.words)) < 0 && !c.oneMore(i, call) {
			aside = true
		} else {
			inside = true
		}
	}
	return aside && !inside
}

// speaksBefore reports whether what stands before a word says anything, and is more than a greeting or whom it is said to:
// "नमस्ते, HUT94 को …".
func (c *clause) speaksBefore(at int) bool {
	const most = 4 // words
	return at > most || slices.ContainsFunc(c.words[:at], func(t token) bool {
		return t.quoted || t.code() || digit(t.text) || t.verb || t.within&(negator|frame) != 0 || foreignVerb(&t, c.lang) && !frequent(&t, c.lang)
	})
}

// answers reports whether the value that begins at a word of an answer is of what stands behind it: a number of one
// of the tool's things or in the argument's unit, and no number of something else.
func (c *clause) answers(i int, v Value, call *Call) bool {
	if v.Shape != Number {
		return true
	}
	if _, end := numeral(c.words, i, c.lang); end > i+1 {
		i = end - 1
	}
	if i+1 >= len(c.words) {
		return true
	}
	next := &c.words[i+1]
	if unit := strings.ToLower(c.joins.unit); next.text == unit && c.lang&en == 0 && !ofOthers(unit) || pieces[next.text] { // "Quante scatole?" "Quattro."
		return !slices.ContainsFunc(call.Values, func(o Value) bool { return o.Shape == Number && o.Name != v.Name && !o.Free })
	}
	return next.sign || next.within&(opener|target|source) != 0 || call.isThing(next) || countsIn(v.Name, next.text) || currencies[next.text]
}

// ofOthers reports whether a word counts people, time or a measure, and no things of the tool's.
func ofOthers(unit string) bool {
	base, _ := spoken.Unit(unit)
	return base != "" || othersCounted[unit] || currencies[unit] || unitWords[unit] || len(spoken.Parse("2 "+unit).Lengths()) > 0
}

var othersCounted = set(`personen leute gäste kinder erwachsene teilnehmer personnes gens invités enfants adultes participants persone ospiti invitati bambini adulti partecipanti personas invitados niños adultos huéspedes participantes
	pessoas convidados crianças hóspedes jahre ans anni años anos लोग लोगों मेहमान बच्चे व्यक्ति दिन रात रातें कितने คน ท่าน แขก เด็ก ผู้ใหญ่ วัน คืน ปี stockwerke étages piani pisos andares zimmer chambres camere habitaciones quartos mal fois volte veces vezes`)

// pieces count whatever it is.
var pieces = set("stück stücke piece pieces pièce pièces pezzo pezzi pieza piezas unidad unidades peça peças unità unités units unit pcs stk ชิ้น อัน")

// oneMore reports whether the part that begins at a word is one more of what is ordered: it has all that the
// call is about, and no verb.
func (c *clause) oneMore(from int, call *Call) bool {
	to := from
	for to < len(c.words) && (!c.words[to].sign || c.words[to].text != ",") {
		to++
	}
	text, n := textOf(c, c.words[from:to]), 0
	for _, v := range call.Values {
		if !v.Free && !v.Said(text) {
			return false
		}
		n++
	}
	part := clause{words: c.words[from:to], lang: c.lang}
	return n > 1 && part.bare() && !slices.ContainsFunc(part.words, func(t token) bool {
		return finite[t.text]&c.lang != 0 || t.within == 0 && past(t.text, c.lang) && !t.capped
	})
}

// purpose reports whether a reason behind clause i says a choice of which the clause says no member: "…, so
// that she can edit it".
func (s *Said) purpose(i int, v Value) bool {
	c := &s.clauses[i]
	if v.Said(c.text) || i+1 >= len(s.clauses) || v.otherSaid(c.text) {
		return false
	}
	return s.explains(i, i+1) && v.Said(s.clauses[i+1].text)
}

// explains reports whether clause j goes on with clause i by what somebody is to do with it: "so that
// she can edit it", "but she should only read it".
func (s *Said) explains(i, j int) bool {
	o := &s.clauses[j]
	if o.sentence != s.clauses[i].sentence || o.negates() >= 0 || len(o.words) == 0 {
		return false
	}
	first := o.opened() % len(o.words)
	return o.kind == subordinate || o.kind == plain && (o.words[first].within&subject != 0 || mayDo[o.words[first].text]&o.lang != 0 && !slices.ContainsFunc(o.words, func(t token) bool { return t.names() && t.capped && t.n > o.words[first].n }) || o.lang == de && o.words[first].text == "sie" && first+1 < len(o.words) && mayDo[o.words[first+1].text]&de != 0)
}

// mayDo are forms of verbs that say what somebody spoken of is to be able to do.
var mayDo = wordSets["mayDo"]

// copies is the part behind what is told that says who gets a copy: "…, with Tom in copy".
func (c *clause) copies() string {
	for i := c.content; i < len(c.words); i++ {
		if c.words[i].sign && i+1 < len(c.words) && c.hasAny(i, len(c.words), "copy", "cc", "bcc", "kopie", "copie", "copia", "cópia", "सीसी") {
			return c.text[min(len(c.text), max(0, c.words[i].at-c.words[0].at)):]
		}
	}
	return ""
}

// toldBy is the text that clause i announces: "write a note: …".
func (s *Said) toldBy(i int, call *Call) string {
	c := &s.clauses[i]
	var parts []string
	if c.content < len(c.words) {
		parts = append(parts, strings.TrimPrefix(c.text, c.upTo(c.content)))
	}
	if !c.tells {
		for j := i + 1; j < len(s.clauses) && s.clauses[j].sentence == c.sentence; j++ {
			if o := &s.clauses[j]; (o.bare() || call != nil && len(o.words) <= 3 && o.bareFor(call)) && o.negates() < 0 && !o.contrast {
				parts = append(parts, o.text)
			} else {
				break
			}
		}
		return strings.Join(parts, " ")
	}
	for j := i + 1; j < len(s.clauses) && s.clauses[j].sentence == c.sentence; j++ {
		parts = append(parts, s.clauses[j].text)
	}
	return strings.Join(parts, " ")
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
