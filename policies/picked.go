package policies

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
	words "github.com/chaski-dev/chaski/policies/spoken"
)

// A tool that lists things vouches for each of them. Which one the user means is said by their
// words: "the one about lighthouses", "the blast on bench 7", "all with less than 20 cm". A
// request does not ask for a thing of the list that its words do not fit while they fit another.

// strays reports whether a value of a call is from a list of which the request's words pick
// another element.
func (r *Run) strays(t *tool, call *ask.Call, a ask.Ask, labels map[string]label.Origin) bool {
	for _, v := range call.Values {
		if how := labels[v.Name].How; v.Shape == ask.Number && how == label.HowMade && !v.Digits && partOfWhole(v, a.Sentence) {
			return true // "three out of ten"
		} else if v.Shape == ask.Number && how == label.HowUser && (slices.ContainsFunc(a.Apart, lessened.MatchString) || otherUnit(v, a.Sentence) || shared(v, a.Text) || partOf(v, a.Sentence)) {
			return true
		}
		if v.Free || labels[v.Name].How != label.HowTool || v.Said(a.Sentence) {
			continue
		}
		if r.wholly(a.Sentence, v) || r.beyond(a.Sentence, v) {
			return true
		}
		mine, others := r.context.Rows(v.Text)
		if rows := r.context.Holding(v.Text); namesAnother(a.Sentence, rows) || v.Shape == ask.Code && otherMember(v, rows) {
			return true
		}
		if len(mine) == 0 || len(others) == 0 {
			continue
		}
		marks := slices.DeleteFunc(ask.Marks(a.Sentence, &call.Acts), func(m ask.Mark) bool {
			return slices.ContainsFunc(call.Values, func(o ask.Value) bool { return o.Said(m.Text) && labels[o.Name].How != label.HowTool })
		})
		if !theRest.MatchString(a.Sentence) && miscompared(a.Sentence, mine, rivalsOf(marks, mine, others)) || otherHalf(a.Sentence, mine, others) || barred(a.Sentence, v.Text, mine) || r.misplaced(a.Sentence, mine, others) || r.otherwhen(a.Sentence, call, mine, others) || elsewhere(marks, mine, others) || uncompared(a.Sentence, call, mine) || unpicked(a.Sentence, marks, mine, others) || r.anotherSaid(a, v, t, mine, others) {
			return true
		}
	}
	return false
}

// otherMember reports whether each record that holds a value has, under the name of its argument, another one: the
// other_parcel of a record whose parcel_no is P-85.
func otherMember(v ask.Value, rows []label.Row) bool {
	for _, row := range rows {
		m, named := row.Member(strings.ToLower(v.Name))
		if !named || m.Text == strings.ToLower(v.Text) {
			return false
		}
	}
	return len(rows) > 0
}

// namesAnother reports whether a text names somebody who is called like somebody of a value's record, but for the last
// name: the parcel of "Raúl Mora" is not the one of Raúl Mejía.
func namesAnother(text string, mine []label.Row) bool {
	for _, said := range fullName.FindAllString(text, -1) {
		names := strings.Fields(strings.ToLower(said))
		other, same := false, false
		for _, row := range mine {
			for _, m := range row.Members {
				have := strings.Fields(m.Text)
				if len(have) < 2 || len(have) > 5 || m.Amount || m.Day != "" {
					continue
				}
				last := have[len(have)-1]
				switch at := slices.Index(names, have[0]); {
				case slices.ContainsFunc(names, func(n string) bool {
					return n == last || strings.TrimSuffix(n, "'s") == last || strings.TrimRight(n, "'’") == last
				}):
					same = true
				case at >= 0 && at+1 < len(names):
					other = true
				}
			}
		}
		if other && !same {
			return true
		}
	}
	return false
}

// fullName finds two capitalised words or more in a row.
var fullName = regexp.MustCompile(`\p{Lu}[\p{L}\p{M}'’-]+(?: \p{Lu}[\p{L}\p{M}'’-]+)+`)

// wholly reports whether a value is a tool's whole amount, where the words name a share of one: "half
// of what we owe".
func (r *Run) wholly(text string, v ask.Value) bool {
	return v.Shape == ask.Number && r.context.Amount(v.Text) && (part.MatchString(text) || slices.ContainsFunc(words.Parse(strings.ToLower(text)).Shares(), func(s words.Share) bool {
		return s.Part < words.One // "twice" is none
	}))
}

// beyond reports whether a tool's amount is above what the words let it be at most: "but no more than
// 100 euros".
func (r *Run) beyond(text string, v ask.Value) bool {
	c := ask.Compared(text)
	n, err := strconv.ParseFloat(v.Text, 64)
	bounds := label.Numbers(strings.Join(c.Numbers, " ; "))
	return err == nil && c.Kind == ask.AtMost && len(bounds) == 1 && money.MatchString(text) && r.context.Amount(v.Text) && n > bounds[0]
}

// money finds a currency.
var money = regexp.MustCompile(`(?i)\b(?:euros?|eur|dollars?|usd|pounds?|gbp|francs?|franken|chf|rupees?|baht|cents?|reais|pesos?|dólares?)\b|[€$£₹฿]|रुपये|रुपए|यूरो|บาท|ยูโร`)

// otherUnit reports whether a number of an argument that is named for a unit of time is said, and
// only in another: three weeks are not three days.
func otherUnit(v ask.Value, text string) bool {
	n, err := strconv.Atoi(v.Text)
	if err != nil {
		return false
	}
	for _, w := range ask.NameWords(v.Name) {
		unit := words.Parse("1 " + w).Lengths()
		if len(unit) != 1 {
			continue
		}
		same, other := false, false
		for _, l := range words.Parse(strings.ToLower(text)).Lengths() {
			same = same || l.Minutes == n*unit[0].Minutes && l.Months == n*unit[0].Months
			for _, u := range units {
				other = other || l.Minutes == n*u.Minutes && l.Months == n*u.Months
			}
		}
		return other && !same
	}
	return false
}

// units are those of time.
var units = []words.Length{{Minutes: 1}, {Minutes: 60}, {Minutes: 24 * 60}, {Minutes: 7 * 24 * 60}, {Months: 1}, {Months: 12}}

// shared reports whether the clause that asks names a share of what was said before it: "they are owed
// 1500; pay a third of that", "order 51003 was 80 euros. Please refund half."
func shared(v ask.Value, clause string) bool {
	low := strings.ToLower(clause)
	said := words.Parse(low)
	for _, s := range said.Shares() {
		if s.Part >= words.One || s.End > len(low) {
			continue
		}
		if !v.Said(clause) && pointsBack.MatchString(clause) {
			return true
		}
		from, to, signs := 0, len(low), ",;:–—"
		if said.Lang()&words.TH != 0 { // its clauses are set apart by blanks
			signs += " "
		}
		if i := strings.LastIndexAny(low[:s.At], signs); i >= 0 {
			from = i
		}
		if i := strings.IndexAny(low[s.End:], signs); i >= 0 {
			to = s.End + i
		}
		if alone := s.Part == words.One/2 || manyShares.MatchString(low[s.At:to]); alone && !s.Off && !v.Said(low[from:to]) && !ofThings.MatchString(low[s.End:to]) {
			return true
		}
	}
	return false
}

// manyShares finds what is a share, and not the third or the fourth of a row; ofThings stands behind a share of things.
var (
	manyShares = regexp.MustCompile(`^(?:(?:a|one|two|three) \pL+ of|\pL*(?:drittel|viertel|fünftel|zehntel)|\S*तिहाई|\S*चौथाई|หนึ่งใน|สองใน|สามใน)`)
	ofThings   = regexp.MustCompile(`^(?: of| de| di)? (?:the|my|our|his|her|their|these|those|a|an|der|des|meiner?|unserer?|den|les|la|las|los|mes|il|lo|le|gli|i|o|os|as)\b|^ (?:des|dei|delle|degli|dos|das|del|della|dell'|do|da|du)\b`)
)

// pointsBack finds what a share is of.
var pointsBack = regexp.MustCompile(`(?i)\b(?:of (?:that|it|this|them)|davon|dessen|en\b|de (?:ça|cela|eso|ello|isso|lá)|di (?:questo|quello|ciò)|ne\b|disso|daquilo)|उसका|इसका|ของนั้น`)

// part is a share that is not told.
var part = regexp.MustCompile(`(?i)\b(?:part of|some of|a bit of|einen teil|partie de|une part de|parte de|parte di|parte del|parte do|parte da)\b|हिस्सा|บางส่วน`)

// fits reports whether a row has what a word says.
func fits(m ask.Mark, row label.Row) bool {
	return slices.ContainsFunc(row.Members, func(o label.Member) bool {
		if m.Code {
			return o.Text == m.Text && (m.Named(o.Name) || ask.Numbering(o.Name) && m.Noun(row.Names()))
		}
		return o.Day == "" && !o.Amount && m.Suits(o.Name) && m.In(o.Text)
	})
}

// elsewhere reports whether the words fit another row, and none of those that hold the value as
// well.
func elsewhere(marks []ask.Mark, mine, others []label.Row) bool {
	some := func(rows []label.Row, m ask.Mark) bool {
		return slices.ContainsFunc(rows, func(row label.Row) bool { return fits(m, row) })
	}
	for _, o := range others {
		more, less := false, false
		for _, m := range marks {
			here, there := some(mine, m), fits(m, o)
			more, less = more || here && !there, less || there && !here
		}
		if less && !more {
			return true
		}
	}
	return false
}

// uncompared reports whether the words say how a number of the thing is to be, and no row with the
// value has it so.
func uncompared(text string, call *ask.Call, mine []label.Row) bool {
	c := ask.Compared(text)
	c.Numbers = slices.DeleteFunc(c.Numbers, func(s string) bool {
		return slices.ContainsFunc(call.Values, func(v ask.Value) bool { return v.Text == s })
	})
	bounds := label.Numbers(strings.Join(c.Numbers, " ; "))
	if c.Kind < ask.Above || c.Kind > ask.Between || len(bounds) == 0 || len(bounds) > 2 {
		return false
	}
	for _, row := range mine {
		var spoken, all []label.Member
		for _, m := range row.Members {
			if m.Amount && ask.Measures(text, m.Name) {
				spoken = append(spoken, m)
			}
			if m.Amount && !slices.ContainsFunc(call.Values, func(v ask.Value) bool { return v.Text == m.Text }) {
				all = append(all, m)
			}
		}
		if len(spoken) == 0 {
			spoken = all
		}
		if len(spoken) != 1 || c.Holds(spoken[0].Number, bounds) {
			return false
		}
	}
	return true
}

// lasting finds words for what has lasted longest, which began first.
var lasting = regexp.MustCompile(`(?i)\b(?:am längsten|(?:been|waited|waiting|away|absent|unused|idle|overdue|standing|kept)\b.{0,24}\blongest|longest (?:ago|away|absent|waiting|overdue)|le plus longtemps|(?:da )?più tempo|(?:más|mais) tiempo|mais tempo)\b|सबसे (?:लंबे|ज़्यादा|ज्यादा|अधिक) समय|นานที่สุด`)

// dates reports whether rows say of a day.
func dates(rows []label.Row) bool {
	return slices.ContainsFunc(rows, func(row label.Row) bool {
		return slices.ContainsFunc(row.Members, func(m label.Member) bool { return m.Day != "" })
	})
}

// rivalsOf are the other rows that the words fit as well as those that hold the value.
func rivalsOf(marks []ask.Mark, mine, others []label.Row) (rivals []label.Row) {
	for _, o := range others {
		if !slices.ContainsFunc(marks, func(m ask.Mark) bool {
			return !fits(m, o) && slices.ContainsFunc(mine, func(row label.Row) bool { return fits(m, row) })
		}) {
			rivals = append(rivals, o)
		}
	}
	return rivals
}

// unpicked reports whether the words ask for what is most or least, and the value's row is so by no
// number of its own among those that the words fit as well.
func unpicked(text string, marks []ask.Mark, mine, others []label.Row) bool {
	if !ask.Superlative(text) && !lasting.MatchString(text) {
		return false
	}
	rivals := rivalsOf(marks, mine, others)
	some, since := false, lasting.MatchString(text) && dates(mine)
	for _, row := range mine {
		for _, m := range row.Members {
			if !m.Amount && m.Day == "" || since && m.Day == "" {
				continue
			}
			top, bottom := true, true
			for _, o := range rivals {
				if p, ok := o.Member(m.Name); ok {
					top = top && (m.Amount && p.Number <= m.Number || m.Day != "" && p.Day <= m.Day)
					bottom = bottom && (m.Amount && p.Number >= m.Number || m.Day != "" && p.Day >= m.Day)
				}
			}
			if top && !since || bottom {
				return false
			}
			some = true
		}
	}
	return some
}
