package ask

import (
	"slices"
	"strings"
)

// A value that stands in the user's words may be said of another thing, be put right by the word behind it, or be none of that kind.

// ofAnotherCode reports whether the message of clause i says a choice only of a thing with another code than the call's: "report C12,
// who claims that D4 sells counterfeits".
func (s *Said) ofAnotherCode(i int, v Value, call *Call) bool {
	kind := func(code string) string { return strings.TrimRight(pattern(code), "0") }
	var mine []string // how the codes of the call are made
	for _, o := range call.Values {
		if o.Shape == Code && !o.Free {
			mine = append(mine, kind(strings.ToLower(o.Text)))
		}
	}
	some := false
	for j := s.firstOf(i); j < len(s.clauses) && len(mine) > 0; j++ {
		c := &s.clauses[j]
		for from := 0; from < len(c.words); {
			to := from
			for to < len(c.words) && !c.words[to].sign {
				to++
			}
			if part := c.words[from:to]; v.Said(textOf(c, part)) {
				other, own := false, false
				for k := range part {
					own = own || part[k].code() && call.mentions(part[k].text)
					other = other || part[k].code() && !call.mentions(part[k].text) && slices.Contains(mine, kind(part[k].text))
				}
				if own || !other {
					return false
				}
				some = true
			}
			from = to + 1
		}
	}
	return some
}

// secondThought reports whether another number stands right behind a value, with a word of hesitation or correction between them:
// "5 sorry 6", "five... six", "5 anzi 6".
func (c *clause) secondThought(v Value, call *Call) bool {
	if v.Shape != Number || v.Digits {
		return false
	}
	number := func(k int) (string, int) {
		if _, end := numeral(c.words, k, c.lang); end > k {
			return textOf(c, c.words[k:end]), end
		}
		if amountForm.MatchString(c.words[k].text) && !c.words[k].sign {
			return c.words[k].text, k + 1
		}
		return "", k
	}
	for k := 0; k < len(c.words); k++ {
		text, end := number(k)
		if end == k || !v.Said(text) {
			continue
		}
		n := end
		for n < len(c.words) && n < end+3 && (hesitant[c.words[n].text]&c.lang != 0 || c.words[n].sign && (strings.HasPrefix(c.words[n].text, ".") || c.words[n].text == "…")) {
			n++
		}
		if n == end || n >= len(c.words) {
			continue
		}
		if other, after := number(n); after > n && !call.mentions(other) && other != text {
			return true
		}
	}
	return false
}

// hesitant stand between a number and the one that is meant.
var hesitant = wordSets["hesitant"]

// secondDay reports whether the number of another day stands right behind the day of a value in clause i or what goes on with it,
// with a "no" or a word of hesitation between them: "the 16th, no the 17th", "den 16., nein, den 17.".
func (s *Said) secondDay(i int, v Value, call *Call) bool {
	if v.Shape != Moment || len(v.Text) < len("2006-01-02") {
		return false
	}
	c := &clause{words: slices.Clone(s.clauses[i].words), lang: s.clauses[i].lang}
	for j := i + 1; j < len(s.clauses) && s.clauses[j].sentence == s.clauses[i].sentence; j++ {
		c.words = append(c.words, s.clauses[j].words...)
	}
	day := func(k int) string {
		d := strings.TrimLeft(strings.TrimRight(c.words[k].text, ".thsndrº°"), "0")
		if !digit(d) || len(d) > 2 {
			return ""
		}
		return d
	}
	mine := strings.TrimLeft(v.Text[8:10], "0")
	for k := range c.words {
		if day(k) != mine {
			continue
		}
		n, thought := k+1, false
		for n < len(c.words) && n <= k+7 && day(n) == "" {
			t := &c.words[n]
			denial := no[t.text] && !(t.text == "no" && c.lang&pt != 0) || t.text == "ไม่ใช่" || hesitant[t.text]&c.lang != 0
			if thought = thought || denial; !denial && !t.sign && !monthWord(t.text) && !placing[t.text] && t.within&(det|target) == 0 && !dayArticles[t.text] {
				break
			}
			n++
		}
		if thought && n < len(c.words) && day(n) != "" && day(n) != mine && !slices.ContainsFunc(call.Values, func(o Value) bool {
			return o.Said(c.words[n].text) || len(o.Text) >= 10 && strings.TrimLeft(o.Text[8:10], "0") == day(n)
		}) {
			return true
		}
	}
	return false
}
