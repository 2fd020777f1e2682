package ask

import (
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// A value takes the place of the one of its kind in an order.

// span2 is a part of a text.
type valueAt struct{ from, to int }

// replaced is an order with the values that a piece says, from one word to another, in place of those of their kinds;
// ok is false if the order has none or more than one of a kind.
func (s *Said) replaced(order string, p *piece, from, to int) (string, bool) {
	part := p.text[p.words[from].at-p.from : p.words[to-1].end-p.from]
	low, have := strings.ToLower(part), strings.ToLower(order)
	if len(low) != len(part) || len(have) != len(order) {
		return "", false
	}
	done := false
	said, old := spoken.Parse(low), spoken.Parse(have)
	taken := make([]bool, to-from)
	base := p.words[from].at
	take := func(a, b int) {
		for i := range taken {
			if t := &p.words[from+i]; t.at-base >= a && t.end-base <= b {
				taken[i] = true
			}
		}
	}
	if dates := said.Dates(); len(dates) > 0 {
		there := old.Dates()
		if len(there) > 1 && !slices.ContainsFunc(there, func(d spoken.Date) bool { return d.Day != there[0].Day || d.Month != there[0].Month }) {
			there = there[:1]
		}
		if len(dates) != 1 || len(there) != 1 || dates[0].Day == 0 {
			return "", false
		}
		order = order[:there[0].At] + part[dates[0].At:dates[0].End] + order[there[0].End:]
		take(dates[0].At, dates[0].End)
		done = true
	}
	if times := timesOf(said, part); len(times) > 0 {
		there := timesOf(spoken.Parse(strings.ToLower(order)), order)
		if len(there) > 1 && !slices.ContainsFunc(there, func(t spoken.Time) bool { return order[t.At:t.End] != order[there[0].At:there[0].End] }) {
			there = there[:1]
		}
		if len(times) != 1 || len(there) != 1 {
			if len(times) != 1 || !clockForm(part[times[0].At:times[0].End]) {
				goto numbers
			}
			return "", false
		}
		at, end := times[0], there[0]
		text := part[at.At:at.End]
		tail := ""
		if len(at.Minutes) == 2 {
			for _, row := range spoken.Dayparts(strings.ToLower(order), end.End) {
				tail = row
			}
			if tail != "" && strings.HasSuffix(strings.ToLower(order[:end.End]), tail) {
				text += " " + tail
			}
		}
		order = order[:end.At] + text + order[end.End:]
		take(at.At, at.End)
		done = true
	}
numbers:
	for i := 0; i < len(taken); i++ {
		t := &p.words[from+i]
		if taken[i] || t.sign {
			continue
		}
		if code := t.code() || strings.Contains(t.text, "@"); code {
			changed, ok := s.swapCode(order, p.text[t.at-p.from:t.end-p.from], t.text)
			if !ok {
				return "", false
			}
			order, done = changed, true
			continue
		}
		end := 0
		if amountForm.MatchString(t.text) {
			end = from + i + 1
		} else if _, e := numeral(p.words, from+i, p.lang); e > from+i {
			end = e
		}
		if end == 0 {
			continue
		}
		unit := ""
		if end < len(p.words) && !p.words[end].sign {
			unit = p.words[end].text
		}
		changed, ok := s.swapNumber(order, p, from+i, end, unit)
		if !ok {
			return "", false
		}
		order, done = changed, true
		i = end - from - 1
	}
	return order, done
}

// timesOf are the times of day of a text that are no part of a code.
func timesOf(t *spoken.Text, text string) (out []spoken.Time) {
	for _, at := range t.Times() {
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
func (s *Said) swapCode(order, code, low string) (string, bool) {
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
		if t := &whole.words[i]; digit(t.text) && (len(t.text) > 4 && len(t.text) > len(p.words[from].text)+1 || i > 0 && (references[whole.words[i-1].text] || whole.words[i-1].thing && !(unit != "" && end < len(whole.words) && sameUnit(whole.words[end].text, unit)))) {
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
		if before := from - 1; len(dates) == 1 && before >= 0 && (dayArticles[p.words[before].text] || thaiDays[p.words[before].text] || p.words[before].text == "dia") || len(dates) == 1 && ordinalForm(p.words[from].text) {
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

// sameUnit reports whether two words count the same: "night", "nights".
func sameUnit(a, b string) bool {
	return a == b || strings.TrimSuffix(a, "s") == strings.TrimSuffix(b, "s") || len(a) > 4 && len(b) > 4 && a[:len(a)-1] == b[:len(b)-1] && isASCII(a)
}

// ordinalForm reports whether a word is the number of a day: "6th", "6."
func ordinalForm(w string) bool {
	rest := strings.TrimRight(w, "sthndr.º")
	return rest != w && digit(rest) && len(rest) <= 2
}
