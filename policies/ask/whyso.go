package ask

import (
	"slices"
	"strings"
)

// What puts an order right often says why in the same breath: "sorry, the 14th, on the 13th we're out late".

// splitWhy puts the reasons of what puts something right into clauses of their own, among those from one on.
func (s *Said) splitWhy(first int) {
	for i := first; i < len(s.clauses); i++ {
		c := &s.clauses[i]
		if c.kind != plain || c.asked || i == 0 || c.soft() == 0 && !c.amends(0) && !(i > first && s.clauses[i-1].message == c.message && s.clauses[i-1].isSoft()) {
			continue
		}
		k := s.whyAt(i)
		if k == 0 {
			continue
		}
		why := c.part(k+1, len(c.words))
		why.text, why.kind, why.message, why.sentence, why.verbOf = textOf(c, why.words), subordinate, c.message, c.sentence, -1
		c.text = textOf(c, c.words[:k])
		c.words, c.content = c.words[:k], min(c.content, k)
		for j := range s.clauses {
			if s.clauses[j].verbOf > i {
				s.clauses[j].verbOf++
			}
		}
		s.clauses = slices.Insert(s.clauses, i+1, *why)
		i++
	}
}

// whyAt returns the comma of clause i behind which it only tells why, behind a value; 0 if there is none.
func (s *Said) whyAt(i int) int {
	c := &s.clauses[i]
	for k := 1; k+2 < len(c.words); k++ {
		if !c.words[k].sign || c.words[k].quoted || !strings.ContainsAny(c.words[k].text, ",–—") {
			continue
		}
		left, rest := c.part(0, k), c.part(k+1, len(c.words))
		if n := left.soft(); !slices.ContainsFunc(left.words[n:], func(t token) bool { return t.names() || digit(t.text) || t.code() }) {
			continue
		}
		old := func(w string) bool {
			return slices.ContainsFunc(s.clauses[:i], func(o clause) bool { return o.message >= c.message-1 && o.hasWord(w, 0) })
		}
		if rest.reasonOnly(old) {
			return k
		}
	}
	return 0
}

// reasonOnly reports whether words only tell why: how things are, or what there is on a day that was said before.
func (c *clause) reasonOnly(old func(string) bool) bool {
	for n := len(c.words); n > 0 && c.words[n-1].sign; n = len(c.words) {
		c = c.part(0, n-1)
	}
	if slices.ContainsFunc(c.words, func(t token) bool { return t.own != 0 && t.verb || t.code() }) {
		return false
	}
	if c.tale() || c.toldOnly(0, old) {
		return true
	}
	rest := c.withoutDay(old)
	if rest != nil && c.lang&de != 0 && len(rest.words) > 3 && (copulas[rest.words[0].text] || auxiliaries[rest.words[0].text]&de != 0) && rest.part(1, len(rest.words)).tale() {
		return true // "am 9. ist der Kunde weg"
	}
	return rest != nil && (rest.tale() || rest.toldOnly(0, noNumber) || len(rest.words) == 2 && rest.lang&(es|pt) != 0 && rest.tellsAt(0) && rest.negates() < 0)
}

// withoutDay are the words without a day before or behind them that was said before: "on the 15th", "no dia 15"; nil if
// there is none.
func (c *clause) withoutDay(old func(string) bool) *clause {
	said := func(t *token) bool {
		day := strings.TrimRight(t.text, ".thsndr")
		return digit(day) && (old(t.text) || old(day))
	}
	joins := func(i int) bool {
		t := &c.words[i]
		return placing[t.text] || t.within&(det|target|source) != 0 || dayArticles[t.text]
	}
	i := 0
	for i < len(c.words) && i < 4 && joins(i) {
		i++
	}
	if i < len(c.words) && said(&c.words[i]) {
		return c.part(i+1, len(c.words))
	}
	end := len(c.words)
	for end > 0 && c.words[end-1].sign {
		end--
	}
	if end == 0 || !said(&c.words[end-1]) {
		return nil
	}
	for end--; end > 0 && joins(end-1); end-- {
	}
	return c.part(0, end)
}
