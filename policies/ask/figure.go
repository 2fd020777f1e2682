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
		for _, o := range call.Values[:k] {
			if o.Text == v.Text && (v.Shape == Number && o.Shape == Number && s.saidOnce(i, v, call) || v.Shape == Moment && v.Role != o.Role && v.Role != NoRole && o.Role != NoRole && s.twoMoments(i, v)) {
				return true
			}
		}
	}
	return false
}

// paidFor reports whether a number that counts no money is said only as a sum: of "plot 37 owes 60 euros" 60 is no plot.
func (s *Said) paidFor(i int, v Value) bool {
	if !v.Digits && !v.id() && !slices.ContainsFunc(NameWords(v.Name), func(w string) bool { return noMoney[w] }) {
		return false
	}
	sums := false
	for j := 0; j <= i || j < len(s.clauses) && s.clauses[j].message == s.clauses[i].message; j++ {
		c := &s.clauses[j]
		for k := range c.words {
			if t := &c.words[k]; !t.sign && v.Said(t.text) {
				if !strings.ContainsAny(t.text, "€$£¥₹฿") && (k+1 == len(c.words) || !currencies[c.words[k+1].text]) {
					return false
				}
				sums = true
			}
		}
	}
	return sums
}

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

func twoDigits(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
