package policies

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
	months "github.com/chaski-dev/chaski/policies/spoken"
)

// picks reports whether the user's words pick the row of a list that holds a value: the part of a sentence that asks, or
// all that was said where nothing in it stands against anything, says of it what no other row has and of no other row
// what it has not. The tool's words for the members of its lists count, and those that everybody has. What the call
// itself is given, such as the new day, picks none.
func (r *Run) picks(a ask.Ask, value string, t *tool, args map[string]any) bool {
	mine, others := r.context.Rows(value)
	if len(mine) == 0 || len(others) == 0 {
		return false
	}
	texts := []string{a.Text}
	if r.said.Unopposed() && !severally.MatchString(r.said.Written()) {
		texts = append(texts, a.Sentence, r.said.Written())
	}
	given := map[string]bool{}
	leaves(args, func(v any) { given[strings.ToLower(fmt.Sprint(v))] = true })
	for i, text := range texts {
		texts[i] = t.acts.Apart(text)
	}
	return !slices.ContainsFunc(others, func(o label.Row) bool {
		return !slices.ContainsFunc(texts, func(text string) bool {
			some := func(row, other label.Row) bool { return r.names(text, t, row, other, given) }
			return slices.ContainsFunc(mine, func(row label.Row) bool { return some(row, o) }) && !slices.ContainsFunc(mine, func(row label.Row) bool { return some(o, row) })
		})
	})
}

// inMonth reports whether a text says the month of a day, without a number before it, and another day is of another month:
// "the one in January".
func inMonth(text, day, other string) bool {
	const month = len("2006-01")
	if len(day) < month || len(other) < month || day[5:month] == other[5:month] {
		return false
	}
	words := plainWords(strings.ToLower(text))
	return slices.ContainsFunc(words, func(w string) bool { return fmt.Sprintf("%02d", months.Month(w)) == day[5:month] }) && !dayOfMonth.MatchString(text)
}

// dayOfMonth finds a number before or behind a month.
var dayOfMonth = regexp.MustCompile(`\d\.?(?:º|er|st|nd|rd|th)? (?:de |of )?\pL{3,}|\pL{3,} \d`)

// names reports whether a text says, in whole words, a member of a row that another row has not.
func (r *Run) names(text string, t *tool, row, other label.Row, given map[string]bool) bool {
	p, low := r.phrase(text), strings.ToLower(text)
	return slices.ContainsFunc(row.Members, func(m label.Member) bool {
		o, ok := other.Member(m.Name)
		if ok && o.Text == m.Text || given[m.Text] {
			return false
		}
		if m.Moment != "" {
			day, at := label.MomentOf(m.Text)
			otherDay, otherAt := label.MomentOf(o.Text)
			return day != "" && day != otherDay && !given[day] && (p.Holds(day) || p.Weekday(day) || saysNth(p, low, day) && !saysNth(p, low, otherDay) || inMonth(text, day, otherDay)) || at != "" && at != otherAt && !given[at] && p.Holds(at)
		}
		if m.Amount {
			return p.Holds(m.Text)
		}
		if ask.ShapeOf(m.Text) == ask.Code && p.Holds(m.Text) && !ask.OtherSide(text, m.Text, m.Name) {
			return true // "the one at charger LP-27"
		}
		has := plainWords(o.Text)
		said := plainWords(low)
		return slices.ContainsFunc(plainWords(m.Text), func(w string) bool {
			return len(w) > 2 && !articles[w] && !slices.Contains(has, w) && (slices.Contains(said, w) || len(w) > 3 && (slices.Contains(said, strings.TrimSuffix(w, "s")) || slices.Contains(said, w+"s")) || ask.Thai(w) && strings.Contains(low, w)) && !ask.OtherSide(text, w, m.Name)
		}) || r.saysMember(m.Text, text) && !r.saysMember(o.Text, text) || ask.SaysEveryday(m.Text, o.Text, text)
	})
}
