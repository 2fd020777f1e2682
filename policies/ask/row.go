package ask

import (
	"slices"
	"strconv"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// Where as many things of one kind stand in a sentence as of another, the first belongs to the first and the
// second to the second, wherever the words between them are: "Refund Nina and Omar 30 and 45", "Nina: 30,
// Omar: 45".

// crossed reports whether two values that a call is about stand in the words in different places of their
// rows. The words are those of one sentence, or of a few that a call takes up together.
func (c *clause) crossed(values []Value, call *Call) bool {
	for a := range values {
		for b := range a {
			if values[a].Free || values[b].Free || values[a].kindred(&values[b]) {
				continue
			}
			one, at, ok := c.row(values[a], call)
			if !ok || len(one) < 2 || values[a].Shape == Number && c.ours(one, call) {
				continue
			}
			other, place, ok := c.row(values[b], call)
			if ok && !(values[b].Shape == Number && c.ours(other, call)) && len(one) == len(other) && at != place && (alternates(one, other) || c.handedOn(one, other) || c.handedOn(other, one)) && !c.partedWhole(values[a], one, other) && !c.partedWhole(values[b], other, one) {
				return true
			}
		}
	}
	return false
}

// ours reports whether all numbers of a row are the call's: "50 euros le 3 de chaque mois".
func (c *clause) ours(row []int, call *Call) bool {
	return !slices.ContainsFunc(row, func(i int) bool {
		return !slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Number && v.Said(c.words[i].text) })
	})
}

// kindred reports whether two values may stand for one another.
func (v *Value) kindred(o *Value) bool {
	return v.Shape == o.Shape && letterAlone(v.Text) == letterAlone(o.Text)
}

// row lists where things of a value's kind begin in the clause, and which of them the value is, if it is
// one of them and stands there once.
func (c *clause) row(v Value, call *Call) (at []int, place int, ok bool) {
	place = -1
	sizes := groupsOf(v.Text)
	for i := 0; i < len(c.words); i++ {
		t := &c.words[i]
		if t.sign || v.Shape == Word && currencies[t.text] || v.Shape != Moment && c.dated(i) {
			continue
		}
		if last := c.grouped(i, &v, call); last > 0 {
			i = last - 1
			continue
		}
		end := i + 1
		held := false
		for end <= len(c.words) && end <= i+4 { // the value itself, of one word or more
			if v.Said(joinWords(c.words[i:end])) || end == i+1 && c.partOf(i, v) {
				held = true
				break
			}
			if v.Shape != Word || end == len(c.words) || !c.words[end].capped && !c.words[end-1].title() {
				break
			}
			end++
		}
		other := false
		if last := c.numberAt(i, sizes); last > 0 {
			held, end = digitsOf(joinWords(c.words[i:last])) == digitsOf(v.Text), last
			other = !held
		} else if !held {
			if v.Shape == Number {
				n, last := numeral(c.words, i, c.lang)
				other = c.amount(i, call) || digit(t.text) && amountForm.MatchString(t.text) || last > i && n != 1 && !articles[t.text]
				other = other && !(len(t.text) != len(v.Text) && c.housed(i) && slices.ContainsFunc(call.Values, Value.housed)) // of an address, no id
				end = max(i+1, last)
				if last > i && v.Said(joinWords(c.words[i:last])) {
					held, other = true, false
				}
			} else if v.housed() {
				other = c.housed(i) && !slices.ContainsFunc(call.Values, func(o Value) bool {
					return o.Name != v.Name && (o.holdsWord(c, i, t.text) || letterAlone(o.Text) == letterAlone(t.text) && len(o.Text) == len(t.text) && strings.TrimRight(o.Text, "0123456789") == "")
				})
			} else {
				other = t.quoted || v.Shape == Word && c.fullName(i) || c.like(i, v, call) && letterAlone(t.text) == letterAlone(v.Text) && (t.capped || !past(t.text, c.lang))
				other = other && !slices.ContainsFunc(call.Values, func(o Value) bool { return o.Name != v.Name && o.holdsWord(c, i, t.text) })
				other = other && !(c.lang&(fr|it|es|pt) != 0 && !t.capped && !t.quoted && i > 0 && call.isThing(&c.words[i-1]) && v.Text != strings.ToLower(v.Text)) // an "ordem permanente" is nobody's
			}
		}
		if !held && !other {
			continue
		}
		for end < len(c.words) && v.Shape == Word && !c.words[end].sign && (c.words[end].capped && c.words[i].capped || c.words[end-1].title() || c.words[end].quoted && t.quoted && c.words[end].at-c.words[end-1].end < 3) {
			held = held || v.Said(joinWords(c.words[i:end+1]))
			end++
		}
		for held && end < len(c.words) && v.Shape == Word && digit(v.Text) && !c.words[end].sign && v.holdsWord(c, end, c.words[end].text) { // the rest of "15 ถนนพหลโยธิน", which has no capitals
			end++
		}
		if held {
			if place >= 0 {
				return nil, -1, false
			}
			place = len(at)
		}
		at = append(at, i)
		i = end - 1
	}
	return at, place, place >= 0
}

// grouped returns where a number of groups that begins at word i ends, as long as another value of the call's: "98100 55077"
// is no amount. It is 0 for none.
func (c *clause) grouped(i int, v *Value, call *Call) int {
	for k := range call.Values {
		if o := &call.Values[k]; o.Name != v.Name && o.Shape == Code {
			if sizes := groupsOf(o.Text); sizes != nil {
				if last := c.numberAt(i, sizes); last > 0 {
					return last
				}
			}
		}
	}
	return 0
}

// dated reports whether a word is a part of a day with its month: of "12 December", "6 de diciembre".
func (c *clause) dated(i int) bool {
	month := func(k int) bool { return k >= 0 && k < len(c.words) && spoken.Month(c.words[k].text) > 0 }
	if month(i) {
		return i > 0 && dayNumber(c.words[i-1].text) || month(i) && i > 1 && ofWords[c.words[i-1].text] && dayNumber(c.words[i-2].text) || i+1 < len(c.words) && dayNumber(c.words[i+1].text)
	}
	if len(c.words[i].text) == 4 && digit(c.words[i].text) && month(i-1) {
		return true // the year
	}
	if !dayNumber(c.words[i].text) {
		return false
	}
	return month(i+1) || i+2 < len(c.words) && ofWords[c.words[i+1].text] && month(i+2)
}

// dayNumber reports whether a word may be the day of a month in digits: "6", "6.", "6th".
func dayNumber(w string) bool { return ordinalForm(w) || digit(w) && len(w) <= 2 }

// housed reports whether a value is a number with a name behind it, as an address.
func (v Value) housed() bool {
	return v.Shape == Word && digit(v.Text) && strings.Contains(v.Text, " ")
}

// housed reports whether a number stands here that a name follows and no unit, as in an address: "14 quai de la
// Loire".
func (c *clause) housed(i int) bool {
	t := &c.words[i]
	if !digit(t.text) || strings.TrimRight(t.text, "0123456789") != "" || i+1 == len(c.words) {
		return false
	}
	next := &c.words[i+1]
	return !next.sign && !digit(next.text) && !unitWords[next.text] && !monthWord(next.text) && !articles[next.text]
}

// fullName reports whether a German name of two words begins here, "Anna Weber" or "Frau Weber": of two
// words with a capital letter in a row the first is seldom a thing.
func (c *clause) fullName(i int) bool {
	if c.lang&de == 0 || i == 0 || i+1 >= len(c.words) {
		return false
	}
	t, next := &c.words[i], &c.words[i+1]
	return t.capped && next.capped && !next.sign && !t.code() && !next.code() && !c.words[i-1].capped && !digit(c.words[i-1].text) && t.within&^speaker == 0
}

// partOf reports whether the name that begins here is the value or a part of it: "Weber" is of "Frau Weber",
// "Frau Kranz" is not, though "Frau" is.
func (c *clause) partOf(i int, v Value) bool {
	if !v.holdsWord(c, i, c.words[i].text) {
		return false
	}
	for k := i + 1; k < len(c.words) && v.Shape == Word && (c.words[k].capped && c.words[i].capped || c.words[k-1].title()); k++ {
		if !c.words[k].sign && !v.holdsWord(c, k, c.words[k].text) {
			return false
		}
	}
	return true
}

// title reports whether a word is an abbreviation before a name.
func (t *token) title() bool { return strings.HasSuffix(t.text, ".") }

// alternates reports whether two rows stand one behind the other, or thing by thing.
func alternates(one, other []int) bool {
	if one[0] > other[0] {
		one, other = other, one
	}
	if one[len(one)-1] < other[0] {
		return true
	}
	for i := range one {
		if one[i] > other[i] && (i+1 == len(one) || one[i] > other[i+1]) {
			return false
		}
	}
	return true
}

// crossedBefore reports whether the values of a call that stand in other clauses of the message of clause i
// are crossed there.
func (s *Said) crossedBefore(i int, call *Call) bool {
	c := &s.clauses[i]
	for j := 0; j < len(s.clauses); j++ {
		if s.clauses[j].message != c.message {
			continue
		}
		whole := clause{lang: c.lang}
		from, to := s.clauses[j].sentence, j
		for to < len(s.clauses) && s.clauses[to].sentence == from {
			if o := &s.clauses[to]; !o.announces() {
				whole.words = append(whole.words, o.words...)
			} else if slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Number && v.Said(o.text) && !v.Said(c.text) }) {
				return true // the number of "two things" is no value
			}
			to++
		}
		var there []Value
		for _, v := range call.Values {
			if !v.Free && slices.ContainsFunc(s.clauses[j:to], func(o clause) bool { return v.Said(o.text) }) {
				there = append(there, v)
			}
		}
		whole.text, whole.content = joinWords(whole.words), len(whole.words)
		if len(there) > 1 && whole.crossed(there, call) {
			return true
		}
		j = to - 1
	}
	return false
}

// announces reports whether the clause only says how many things are to come: "two things", "encore deux choses".
func (c *clause) announces() bool {
	if !c.begins || c.kind != plain || c.asked {
		return false
	}
	i := c.opened()
	if i+1 >= len(c.words) {
		return false
	}
	_, end := numeral(c.words, i, c.lang)
	if end <= i || end >= len(c.words) {
		return false
	}
	matter := &c.words[end]
	if matters[matter.text]&c.lang == 0 || matter.thing {
		return false
	}
	rest := clause{words: c.words[end+1:], lang: c.lang}
	return rest.only(opener|frame) || rest.saysWhose()
}

// saysWhose reports whether the words only say from or for whom something is: "from Fernleigh Care Home", "für Frau Ott".
func (c *clause) saysWhose() bool {
	for i := 1; i < len(c.words); i++ {
		if t := &c.words[i]; !t.capped && t.within&det == 0 && c.words[i-1].within&det == 0 || t.sign || t.code() || digit(t.text) {
			return false
		}
	}
	return len(c.words) > 1 && (belonging[c.words[0].text] || forWords[c.words[0].text])
}

// matters are words for what somebody has to say or to ask for.
var matters = wordSets["matter"]

// handedOn reports whether a row is a number and a part of it, and the second of the other row stands between them: "von den 90
// Euro an Jonas gib davon Petra 30".
func (c *clause) handedOn(numbers, others []int) bool {
	return len(numbers) == 2 && c.fromWhole(numbers[0]) && others[1] > numbers[0] && others[1] < numbers[1]
}

// partedWhole reports whether a row is a number and a part of it, and nothing but the first of the other row stands before the
// part: "von unseren 40 Lizenzen AutoCAD gib nur 12 davon zurück, Lyon behält den Rest". Both are of the same thing.
func (c *clause) partedWhole(v Value, at, other []int) bool {
	if v.Shape != Number || v.Digits || len(at) != 2 || other[1] < at[1] {
		return false
	}
	whole, err := strconv.ParseFloat(c.words[at[0]].text, 64)
	part, err2 := strconv.ParseFloat(c.words[at[1]].text, 64)
	if err != nil || err2 != nil || part >= whole {
		return false
	}
	const near = 3 // words
	for i := at[0] + 1; i < min(at[1]+near, len(c.words)); i++ {
		t := &c.words[i]
		switch {
		case i == at[1]:
		case ofThese[t.text]&c.lang != 0:
			return true
		case i > at[1]:
		case t.text == "en" && c.lang&fr != 0 || c.lang&it != 0 && (t.text == "ne" || strings.HasSuffix(t.text, "ne") && foreignVerb(t, it)):
			return true
		}
	}
	return c.whole(at[0])
}
