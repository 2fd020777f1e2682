package ask

import (
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// A value takes the place of the one of its kind in an order.

// valueAt is where a value stands in a text.
type valueAt struct{ from, to int }

// change is an order that takes up the values which a piece says, from one word to another.
type change struct {
	order    string
	by       *piece
	from, to int
	text     string // of those words
	taken    []bool // those that were taken up
}

// replaced is an order with the values that a piece says, from one word to another, in place of those of their kinds;
// ok is false if the order has none or more than one of a kind.
func (s *Said) replaced(order string, p *piece, from, to int) (string, bool) {
	c := &change{order: order, by: p, from: from, to: to, text: p.text[p.words[from].at-p.from : p.words[to-1].end-p.from], taken: make([]bool, to-from)}
	if len(strings.ToLower(c.text)) != len(c.text) || len(strings.ToLower(order)) != len(order) {
		return "", false
	}
	if !c.day() || !c.time() {
		return "", false
	}
	for i := 0; i < len(c.taken); i++ {
		t := &p.words[from+i]
		if c.taken[i] || t.sign {
			continue
		}
		ok := true
		if t.code() || strings.Contains(t.text, "@") {
			c.order, ok = swapCode(c.order, p.text[t.at-p.from:t.end-p.from], t.text)
		} else if end := p.numberAt(from + i); end > 0 {
			unit := ""
			if end < len(p.words) && !p.words[end].sign {
				unit = p.words[end].text
			}
			c.order, ok = s.swapNumber(c.order, p, from+i, end, unit)
			i = end - from - 1
		}
		if !ok {
			return "", false
		}
	}
	return c.order, c.order != order
}

// numberAt returns where the number that begins at a word ends, 0 if none does.
func (p *piece) numberAt(i int) int {
	if amountForm.MatchString(p.words[i].text) {
		return i + 1
	}
	if _, end := numeral(p.words, i, p.lang); end > i {
		return end
	}
	return 0
}

// take marks the words of a part of the text as taken up.
func (c *change) take(from, to int) {
	base := c.by.words[c.from].at
	for i := range c.taken {
		if t := &c.by.words[c.from+i]; t.at-base >= from && t.end-base <= to {
			c.taken[i] = true
		}
	}
}

// day takes up the day with its month, if one is said.
func (c *change) day() bool {
	said := spoken.Parse(strings.ToLower(c.text)).Dates()
	if len(said) == 0 {
		return true
	}
	there := spoken.Parse(strings.ToLower(c.order)).Dates()
	if len(there) > 1 && !slices.ContainsFunc(there, func(d spoken.Date) bool { return d.Day != there[0].Day || d.Month != there[0].Month }) {
		there = there[:1]
	}
	if len(said) != 1 || len(there) != 1 || said[0].Day == 0 {
		return false
	}
	c.order = c.order[:there[0].At] + c.text[said[0].At:said[0].End] + c.order[there[0].End:]
	c.take(said[0].At, said[0].End)
	return true
}

// time takes up the time of day, if one is said, with the part of the day. One that says no part of the day has the one
// that the order says, if that is near.
func (c *change) time() bool {
	said := timesOf(spoken.Parse(strings.ToLower(c.text)), c.text)
	if len(said) == 0 {
		return true
	}
	have := strings.ToLower(c.order)
	there := timesOf(spoken.Parse(have), c.order)
	if len(there) > 1 && !slices.ContainsFunc(there, func(t spoken.Time) bool { return c.order[t.At:t.End] != c.order[there[0].At:there[0].End] }) {
		there = there[:1]
	}
	if len(said) != 1 || len(there) != 1 {
		return len(said) == 1 && !clockForm(c.text[said[0].At:said[0].End]) // it may be a number
	}
	at, old := said[0], there[0]
	mine, theirs := partSaid(strings.ToLower(c.text), at.End), partSaid(have, old.End)
	text := c.text[at.At:at.End]
	switch {
	case mine != "" && theirs == "":
		text = c.text
	case mine == "" && theirs != "":
		if len(at.Minutes) == 2 && partOfDay(&clause{text: c.order}, &clause{text: text}) == "" {
			return false // "at five in the afternoon. Sorry, at eleven"
		}
		if strings.HasSuffix(have[:old.End], " "+theirs) {
			text += " " + theirs
		}
	case mine != theirs:
		text = strings.TrimSuffix(text, " "+mine)
		if strings.HasSuffix(have[:old.End], " "+theirs) {
			old.End -= len(theirs) + 1
		}
	}
	c.order = c.order[:old.At] + text + c.order[old.End:]
	if mine != "" && theirs != "" && mine != theirs {
		i := strings.LastIndex(strings.ToLower(c.order), theirs)
		if i < 0 {
			return false
		}
		c.order = c.order[:i] + mine + c.order[i+len(theirs):]
	}
	c.take(at.At, at.End)
	return true
}

// partSaid is what a text says of the part of the day of the time that ends at a place, "" if nothing.
func partSaid(text string, end int) string {
	if rows := spoken.Dayparts(text, end); len(rows) > 0 {
		return rows[len(rows)-1]
	}
	return ""
}

// timesOf are the times of day of a text that are no part of a code.
func timesOf(t *spoken.Text, text string) (out []spoken.Time) {
	days := t.Dates()
	for _, at := range t.Times() {
		if slices.ContainsFunc(days, func(d spoken.Date) bool { return d.Month > 0 && at.At >= d.At && at.End <= d.End }) {
			continue // "am 8. Dezember um 9:00"
		}
		if (at.At == 0 || !strings.ContainsRune("-/", rune(text[at.At-1]))) && len(at.Minutes) > 0 {
			out = append(out, at)
		}
	}
	for _, m := range clocks.FindAllStringIndex(text, -1) {
		before := m[0] > 0 && strings.ContainsAny(text[m[0]-1:m[0]], "-/.:0123456789") || m[1] < len(text) && strings.ContainsAny(text[m[1]:m[1]+1], "0123456789/-")
		if !before && !slices.ContainsFunc(out, func(t spoken.Time) bool { return t.At < m[1] && m[0] < t.End }) {
			out = append(out, spoken.Time{Minutes: []int{0}, At: m[0], End: m[1]})
		}
	}
	return out
}

// clocks finds times in digits with what makes them one.
var clocks = regexp.MustCompile(`(?i)\d{1,2}(?::\d{2}|h\d{2}| ?(?:uhr|heures?|h|am|pm|बजे|น\.|โมง)(?: ?\d{2})?)`)

// clockForm reports whether a text is a time and nothing else: "15:30", "16h".
func clockForm(s string) bool {
	return strings.ContainsAny(s, ":") || strings.ContainsAny(s, "0123456789") && strings.ContainsAny(strings.ToLower(s), "hu")
}

// swapCode puts a code in the place of the one of its form.
func swapCode(order, code, low string) (string, bool) {
	kind, found := kindOfCode(low), ""
	mail := strings.Contains(low, "@")
	for _, t := range tokens(order) {
		if t.sign || (mail != strings.Contains(t.text, "@")) || !mail && kindOfCode(t.text) != kind || mail && t.text == low {
			continue
		}
		if found != "" && found != order[t.at:t.end] {
			return "", false
		}
		found = order[t.at:t.end]
	}
	if found == "" || strings.EqualFold(found, code) {
		return "", false
	}
	return strings.ReplaceAll(order, found, code), true
}

// swapNumber puts a number in the place of the one that counts the same, or of the only one.
func (s *Said) swapNumber(order string, p *piece, from, to int, unit string) (string, bool) {
	whole := s.wholePiece(order)
	low := strings.ToLower(order)
	if len(low) != len(order) {
		return "", false
	}
	parsed := spoken.Parse(low)
	busy := func(i int) bool {
		t := &whole.words[i]
		for _, d := range parsed.Dates() {
			if t.at >= d.At && t.end <= d.End {
				return true
			}
		}
		for _, d := range timesOf(parsed, order) {
			if t.at >= d.At && t.end <= d.End {
				return true
			}
		}
		return t.code()
	}
	if at, known := whole.numberOfThing(p, from); known {
		if at < 0 {
			return "", false
		}
		t := &whole.words[at]
		return order[:t.at] + p.words[from].text + order[t.end:], true
	}
	var all, alike []valueAt
	for i := 0; i < len(whole.words); i++ {
		end := 0
		if t := &whole.words[i]; amountForm.MatchString(t.text) {
			end = i + 1
		} else if _, e := numeral(whole.words, i, whole.lang); e > i {
			end = e
		}
		if end == 0 || busy(i) && !(unit != "" && end < len(whole.words) && sameUnit(whole.words[end].text, unit) && !clockUnits[unit]) {
			continue
		}
		if t := &whole.words[i]; digit(t.text) && (len(t.text) > 4 && len(t.text) > len(p.words[from].text)+1 || i > 0 && (references[whole.words[i-1].text] && !whole.ordersMany(i) || whole.words[i-1].thing && !(unit != "" && end < len(whole.words) && sameUnit(whole.words[end].text, unit)))) {
			continue // the number of a thing
		}
		at := valueAt{whole.words[i].at, whole.words[end-1].end}
		all = append(all, at)
		if unit != "" && end < len(whole.words) && sameUnit(whole.words[end].text, unit) {
			alike = append(alike, at)
		}
		i = end - 1
	}
	day := false
	if len(alike) != 1 {
		dates := parsed.Dates()
		if before := from - 1; len(dates) == 1 && before >= 0 && (dayArticles[p.words[before].text] || thaiDays[p.words[before].text] || p.words[before].text == "dia" || p.lang&pt != 0 && len(all) == 0 && (p.words[before].text == "para" || p.words[before].text == "pra")) || len(dates) == 1 && ordinalForm(p.words[from].text) {
			d, _ := splitDay(order[dates[0].At:dates[0].End])
			if d == "" {
				return "", false
			}
			all, day = []valueAt{{dates[0].At, dates[0].At + len(d)}}, true
		}
		alike = all
	}
	if len(alike) != 1 {
		return "", false
	}
	text := p.text[p.words[from].at-p.from : p.words[to-1].end-p.from]
	if day {
		text = strings.TrimRight(text, ".ºstndrh")
	}
	if strings.EqualFold(order[alike[0].from:alike[0].to], text) {
		return "", false
	}
	return order[:alike[0].from] + text + order[alike[0].to:], true
}

// numberOfThing returns the word of the order that is the number of a thing as the digits of a correction are, which name it by its
// noun, "नहीं, बिल नंबर 70485", or are as many; known is false if none is. It is −1 if an amount could be meant as well.
func (p *piece) numberOfThing(fix *piece, from int) (at int, known bool) {
	const least = 4 // digits that tell a number of a thing
	mine := &fix.words[from]
	if !digit(mine.text) || len(mine.text) < least || from+1 < len(fix.words) && currencies[fix.words[from+1].text] {
		return 0, false
	}
	refers := func(words []token, i int) bool {
		return i > 0 && (references[words[i-1].text] || words[i-1].thing)
	}
	things, others := 0, 0
	for i := range p.words {
		if t := &p.words[i]; !digit(t.text) || len(t.text) != len(mine.text) || t.text == mine.text {
			continue
		}
		if refers(p.words, i) {
			at, things = i, things+1
		} else {
			others++
		}
	}
	if things > 1 || things == 1 && others > 0 && !refers(fix.words, from) {
		at = -1
	}
	return at, things > 0
}

// ordersMany reports whether a number behind "order" is of several things that are to be ordered, and of no order: "order 10 seats".
func (c *clause) ordersMany(i int) bool {
	if i+1 >= len(c.words) || i-1 != c.opened() || !c.words[i-1].verb {
		return false
	}
	next := &c.words[i+1]
	return len(next.text) > 3 && strings.HasSuffix(next.text, "s") && next.within == 0 && !next.inflected() && !next.bent
}

// sameUnit reports whether two words count the same: "night", "nights".
func sameUnit(a, b string) bool {
	return a == b || strings.TrimSuffix(a, "s") == strings.TrimSuffix(b, "s") || len(a) > 4 && len(b) > 4 && a[:len(a)-1] == b[:len(b)-1] && isASCII(a)
}

// ordinalForm reports whether a word is the number of a day: "6th", "6."
func ordinalForm(w string) bool {
	rest := strings.TrimRight(w, "sthndr.º")
	return rest != w && digit(rest) && len(rest) <= 2
}
