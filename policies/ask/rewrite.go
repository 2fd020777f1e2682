package ask

import (
	"slices"
	"strings"
)

// An order that was put right is read again with what takes the old one's place: "Put M-150 into C-3... no wait, C-4"
// asks for "Put M-150 into C-4". So an order is understood whose verb no list has, too.

// rewrite adds, for each order that one clause of the message puts right, the order as it is meant. What is taken
// back, waits or is asked about behind the correction leaves it out.
func (s *Said) rewrite(first int) {
	end := len(s.clauses)
	for i := first; i < end; i++ {
		c := &s.clauses[i]
		if !c.corrects || c.contrast || c.negates() >= 0 || c.find(excepted|keep|nothing|stop|await, 0, len(c.words)) >= 0 || len(s.clauses) >= MaxClauses || s.unsureBehind(i, end) || s.correctedTwice(i, first, end) {
			continue
		}
		o := &s.clauses[c.verbOf]
		text, ok := o.with(c)
		if !ok || o.corrects || o.kind != plain || o.offered || len(text) > MaxText {
			continue
		}
		begin, order := len(s.clauses), c.verbOf
		kept := *o
		s.sentence++
		s.read(text, stretch{0, len(text), kept.asked}, quotesOf(text))
		for k := begin; k < len(s.clauses); k++ {
			n := &s.clauses[k]
			n.joins = &open{ends: []int{len(text)}, from: order, to: i + 1}
			n.rewrites, n.await, n.later = i+1, n.await || kept.await, n.later || kept.later
			n.cond = append(slices.Clone(kept.cond), n.cond...)
		}
		s.relate(begin)
	}
}

// with is the text of an order with the one name, number or time of its kind that a correction has in place of its own.
func (c *clause) with(by *clause) (string, bool) {
	right := -1
	for i := range by.words {
		t := &by.words[i]
		if t.sign || by.fills(i, c) || t.within&^speaker != 0 || c.hasWord(t.text, 0) {
			continue
		}
		if kindOfCode(t.text) == "" || right >= 0 {
			return "", false
		}
		right = i
	}
	if right < 0 || len(c.words) == 0 {
		return "", false
	}
	wrong := -1
	for i := range c.words {
		if t := &c.words[i]; !t.quoted && kindOfCode(t.text) == kindOfCode(by.words[right].text) {
			if wrong >= 0 {
				return "", false
			}
			wrong = i
		}
	}
	if wrong < 0 || c.words[wrong].text == by.words[right].text {
		return "", false
	}
	from, to := c.words[wrong].at-c.words[0].at, c.words[wrong].end-c.words[0].at
	if from < 0 || to > len(c.text) || from > to || strings.ToLower(c.text[from:to]) != c.words[wrong].text {
		return "", false
	}
	return strings.TrimRight(c.text[:from]+textOf(by, by.words[right:right+1])+c.text[to:], ". "), true
}

// kindOfCode is what two codes, numbers or times have in common that may stand for one another; "" for a word.
func kindOfCode(w string) string {
	const digits = "0123456789"
	if !strings.ContainsAny(w, digits) {
		return ""
	}
	var b strings.Builder
	for _, r := range w {
		switch {
		case r < '0' || r > '9':
			b.WriteRune(r)
		case !strings.HasSuffix(b.String(), "0"):
			b.WriteByte('0')
		}
	}
	return b.String()
}

// correctedTwice reports whether another clause of the message puts the same order right.
func (s *Said) correctedTwice(i, first, end int) bool {
	for j := first; j < end; j++ {
		if o := &s.clauses[j]; j != i && o.corrects && o.verbOf == s.clauses[i].verbOf {
			return true
		}
	}
	return false
}

// unsureBehind reports whether something behind a correction takes an order back, puts it off, bans or asks.
func (s *Said) unsureBehind(i, end int) bool {
	for j := i + 1; j < end; j++ {
		o := &s.clauses[j]
		if o.kind == asking || o.kind == supposed || o.kind == reported || o.asked || o.await || o.later || len(o.cond) > len(s.clauses[i].cond) || len(o.apart) > 0 || o.negates() >= 0 || o.isSoft() || o.soft() > 0 ||
			o.find(keep|nothing|await|recall|rethink|doubt|mock|hypothetical|amend|oops|ifs|unless, 0, len(o.words)) >= 0 {
			return true
		}
	}
	return false
}

// excuse cuts off a correction what only says how the mistake came about, behind a comma: ", mixed up the digits".
func (c *clause) excuse(from int) {
	comma := -1
	for i := from + 1; i < len(c.words); i++ {
		if c.words[i].sign && c.words[i].text == "," {
			comma = i
			break
		}
	}
	if comma < 0 || comma+1 >= len(c.words) {
		return
	}
	codes := 0
	for i := from; i < comma; i++ {
		t := &c.words[i]
		if kindOfCode(t.text) != "" {
			codes++
		} else if t.within&(det|target|source|amend|oops|opener) == 0 && !copulas[t.text] && !itsOne[t.text] && !c.behindNumber(i) {
			return
		}
	}
	tail := c.part(comma+1, len(c.words))
	if codes != 1 || tail.asked || tail.find(negator|nothing|keep|stop|await|later|recall|rethink|doubt|mock|report|know|question|ifs|unless|except|excepted|contrast|and|again|others|hypothetical|other|frame, 0, len(tail.words)) >= 0 ||
		slices.ContainsFunc(tail.words, func(t token) bool {
			return t.quoted || t.sign || strings.ContainsAny(t.text, "0123456789") || no[t.text] || inNumerals(t.text, c.lang)
		}) {
		return
	}
	if !mistakes(tail) {
		return
	}
	c.cutAt(comma)
}

// cutAt leaves the words of a clause up to one.
func (c *clause) cutAt(n int) {
	c.text = textOf(c, c.words[:n])
	c.words, c.content = c.words[:n], min(c.content, n)
}

// mistakes reports whether a clause says that something was mixed up.
func mistakes(c *clause) bool {
	return slices.ContainsFunc(c.words, func(t token) bool { return mixed[t.text]&c.lang != 0 })
}

// mixed are words for mistakes.
var mixed = wordSets["mixed"]

// inNumerals reports whether a word is a number in words.
func inNumerals(w string, l lang) bool {
	list := tokens(w)
	if len(list) != 1 {
		return false
	}
	_, end := numeral(list, 0, l)
	return end == 1 && !articles[w]
}
