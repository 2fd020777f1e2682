package ask

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// A number of the user's words in the place of another one, as far as the words around it tell which it is: the sum is no
// order's number, and what is said once is no two of the arguments.

// misfigured reports whether a number or a moment of a call is said in the message of clause i, and before it, only as what its
// argument cannot be.
func (s *Said) misfigured(i int, call *Call) bool {
	for k, v := range call.Values {
		if v.Shape == Number && !v.Free && (s.paidFor(i, v) || s.outnumbered(i, v, call)) {
			return true
		}
		if v.Shape == Moment && s.clauses[i].housedDay(v) || v.Shape == Number && !v.Digits && !v.Free && (s.clauses[i].lessSome(v) || s.clauses[i].leftFor(v, call)) {
			return true
		}
		for _, o := range call.Values[:k] {
			if v.Shape == Moment && o.Shape == Moment && (v.Role == From && o.Role == To && s.clauses[i].backwards(v, o) || v.Role == To && o.Role == From && s.clauses[i].backwards(o, v)) {
				return true
			}
			if o.Text == v.Text && (v.Shape == Number && o.Shape == Number && (s.saidOnce(i, v, call) || s.clauses[i].saidOnceOf(v, o, call)) || v.Shape == Moment && v.Role != o.Role && v.Role != NoRole && o.Role != NoRole && s.twoMoments(i, v)) {
				return true
			}
		}
	}
	return false
}

// paidFor reports whether a number that counts no money, and is no day, is said only as a sum, a share or the day of
// a date: of "plot 37 owes 60 euros" 60 is no plot, of "on Saturday the 5th" 5 is none.
func (s *Said) paidFor(i int, v Value) bool {
	names := NameWords(v.Name)
	thing := v.Digits || v.id() || slices.ContainsFunc(names, func(w string) bool { return noMoney[w] })
	day := slices.ContainsFunc(names, func(w string) bool { return dayish[w] })
	other := false
	for j := 0; j <= i || j < len(s.clauses) && s.clauses[j].message == s.clauses[i].message; j++ {
		c := &s.clauses[j]
		for k := range c.words {
			if t := &c.words[k]; !t.sign && v.Said(t.text) {
				sum := strings.ContainsAny(t.text, "€$£¥₹฿%") || k+1 < len(c.words) && (currencies[c.words[k+1].text] || percents[c.words[k+1].text])
				if !(thing && sum) && !(!day && (c.dated(k) || k > 0 && dayNames[c.words[k-1].text] && len(t.text) <= 2 || c.lang&th != 0 && k > 1 && c.words[k-1].text == "ที่" && strings.HasPrefix(c.words[k-2].text, "วัน"))) {
					return false
				}
				other = true
			}
		}
	}
	return other
}

var (
	dayish   = set("day date month year week first last due when on")
	percents = set("% percent prozent pourcent cento porcento procento prozente ciento cent प्रतिशत เปอร์เซ็นต์")
)

// noMoney are parts of the names of arguments that count things or name one.
var noMoney = set(`seats plot players people persons guests visitors passengers nights days hours minutes weeks months copies boxes bottles pieces sacks kilos kg liters litres grams portions servings tickets tablets packs jars stems bags beds metres
	gigabytes gb lane round board level row quantity pages plants celsius degrees table unit`)

// outnumbered reports whether the number of a thing is said nowhere but as one of few digits that nothing calls so, while a
// longer one stands beside that no value of the call is: "refund 20 on 70291".
func (s *Said) outnumbered(i int, v Value, call *Call) bool {
	const few, many = 3, 4 // digits
	if !v.Digits && !v.id() || len(v.Text) > few {
		return false
	}
	longer, said := false, false
	for j := s.firstOf(i); j < len(s.clauses) && s.clauses[j].message == s.clauses[i].message; j++ {
		c := &s.clauses[j]
		for k := range c.words {
			t := &c.words[k]
			switch {
			case t.sign || t.quoted || !digit(t.text):
			case v.Said(t.text):
				if k > 0 && !(k-1 == c.opened() && c.words[k-1].verb) && (call.isThing(&c.words[k-1]) || references[c.words[k-1].text] || named(v.Name, &c.words[k-1])) {
					return false
				}
				said = true
			case len(t.text) >= many && strings.Trim(t.text, "0123456789") == "" && !c.dated(k) && !c.measuredAt(k) && !call.names(t.text):
				longer = true
			}
		}
	}
	return longer && said
}

// measuredAt reports whether a unit or a currency stands behind a number.
func (c *clause) measuredAt(i int) bool {
	if i+1 >= len(c.words) {
		return false
	}
	next := c.words[i+1].text
	return currencies[next] || unitWords[next] || unitBase(next) != "" || measured[next] != nil
}

// saidOnce reports whether a number that two arguments have is said once, beside another one that none has: "oven 2 to 200
// degrees" is not 2 for both.
func (s *Said) saidOnce(i int, v Value, call *Call) bool {
	times, others := 0, false
	for j := s.firstOf(i); j < len(s.clauses) && s.clauses[j].message == s.clauses[i].message; j++ {
		c := &s.clauses[j]
		for k := 0; k < len(c.words); k++ {
			t := &c.words[k]
			_, end := numeral(c.words, k, c.lang)
			if amountForm.MatchString(t.text) {
				end = k + 1
			}
			switch {
			case end <= k || t.sign:
				continue
			case v.Said(textOf(c, c.words[k:end])):
				times++
			case digit(t.text) && !c.dated(k) && !strings.Contains(t.text, ":") && !call.names(t.text):
				others = true
			}
			k = end - 1
		}
	}
	return times == 1 && others
}

// saidOnceOf is [Said.saidOnce] in the part of a clause that says the most of the call, where another number stands in the place of one
// of the two: "pitch 3 from December 6 for 4 nights" is not 3 nights.
func (c *clause) saidOnceOf(v, o Value, call *Call) bool {
	times, others := 0, false
	part := c.fullest(call.Values)
	for k := range part.words {
		t := &part.words[k]
		switch {
		case t.sign || !amountForm.MatchString(t.text) || part.dated(k):
		case v.Said(t.text):
			times++
		case !call.names(t.text):
			for _, name := range []string{v.Name, o.Name} {
				others = others || k+1 < len(part.words) && inUnitOf(name, part.words[k+1].text) || k > 0 && called(name, part.words[k-1].text)
			}
		}
	}
	return times == 1 && others
}

// twoMoments reports whether the user says another time or day than the one that a call both begins and ends at.
func (s *Said) twoMoments(i int, v Value) bool {
	if clock.MatchString(v.Text) && len(v.Text) == len("15:04") {
		return true
	}
	return slices.ContainsFunc(s.clauses, func(c clause) bool {
		return c.message >= s.clauses[i].message-1 && (v.otherDay(c.words) || slices.ContainsFunc(spoken.Parse(strings.ToLower(c.text)).Dates(), func(d spoken.Date) bool {
			return d.Day > 0 && d.Month > 0 && !strings.HasSuffix(v.Text, "-"+twoDigits(d.Day))
		}))
	})
}

// leftFor reports whether the clause says a number only as the one that another behind it takes the place of, "de 24 à 19 degrés", or
// behind a comma as what is so with it, in the unit of the one before: "à 21 degrés, à 19 degrés je gèle".
func (c *clause) leftFor(v Value, call *Call) bool {
	if v.Role == From {
		return false
	}
	left := false
	for k := range c.words {
		if t := &c.words[k]; t.sign || !amountForm.MatchString(t.text) || !v.Said(t.text) {
			continue
		}
		if !c.givesPlace(k, call) && !c.behindComma(k, call) {
			return false
		}
		left = true
	}
	return left
}

// givesPlace reports whether a number stands behind "from", and behind it a word for where to and another number.
func (c *clause) givesPlace(k int, call *Call) bool {
	if k == 0 || fromWords[c.words[k-1].text]&c.lang == 0 || !call.Acts.alters {
		return false
	}
	to := k + 1
	if to < len(c.words) && c.measuredAt(k) {
		to++
	}
	return to+1 < len(c.words) && newBehind[c.words[to].text]&c.lang != 0 && amountForm.MatchString(c.words[to+1].text)
}

// behindComma reports whether a number with a unit, and a word or two, stands in a part of its own behind a comma, in front of which
// stands another number in the unit that the call does not have.
func (c *clause) behindComma(k int, call *Call) bool {
	const most = 3 // words behind
	from := k
	if from > 0 && (placing[c.words[from-1].text] || c.words[from-1].within&target != 0) {
		from--
	}
	if from < 2 || c.words[from-1].text != "," || k+2 >= len(c.words) || k+2+most < len(c.words) || unitBase(c.words[k+1].text) == "" {
		return false
	}
	for _, t := range c.words[k+2:] {
		if t.sign || t.code() || t.capped || digit(t.text) || t.within&^(speaker|subject|pronoun) != 0 {
			return false
		}
	}
	return slices.ContainsFunc(c.words[:from-1], func(t token) bool {
		return amountForm.MatchString(t.text) && !call.names(t.text)
	}) && slices.ContainsFunc(c.words[:from-1], func(t token) bool { return sameUnit(t.text, c.words[k+1].text) })
}

// backwards reports whether the clause says the time at which something ends before the one at which it begins, and not by a word for
// until: "from 18:00 to 19:30" begins at 18:00.
func (c *clause) backwards(from, to Value) bool {
	at := func(v Value) int {
		return slices.IndexFunc(c.words, func(t token) bool { return clock.MatchString(t.text) && v.Said(t.text) })
	}
	first, last := at(to), at(from)
	return first > 0 && last > first && c.words[first-1].within&target == 0 && !dayBefore[c.words[first-1].text]
}

// lessSome reports whether the clause says a number as all that there is, of which a smaller number is taken out: "alle 40 Plätze bis
// auf 12".
func (c *clause) lessSome(v Value) bool {
	return v.Said(c.text) && c.all() && slices.ContainsFunc(c.apart, func(apart string) bool {
		part := clause{words: tokens(apart), lang: c.lang}
		return part.otherAmount(v) && !slices.ContainsFunc(part.words, func(t token) bool { return t.code() || statt[t.text] || inPlaceOf[t.text] })
	})
}

// housedDay reports whether the clause says another day with its month, and the number of the day of a value only before a name, as
// in an address: "le 5 décembre, du 12 rue des Tanneurs".
func (c *clause) housedDay(v Value) bool {
	if len(v.Text) != len("2006-01-02") {
		return false
	}
	full := false
	for _, d := range spoken.Parse(strings.ToLower(c.text)).Dates() {
		if d.Month > 0 && d.Day > 0 {
			if strings.HasSuffix(v.Text, "-"+twoDigits(d.Day)) {
				return false
			}
			full = true
		}
	}
	day, housed := strings.TrimLeft(v.Text[8:], "0"), false
	for k := range c.words {
		if t := &c.words[k]; strings.TrimLeft(t.text, "0") == day {
			if !c.housed(k) || placing[c.words[k+1].text] || c.words[k+1].within != 0 || c.words[k+1].code() {
				return false
			}
			housed = true
		}
	}
	return full && housed
}

func twoDigits(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
