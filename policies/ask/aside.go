package ask

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// What the user says of something else than what they order: "move it to 9:00, the plumber comes at 11:00".

// bySign is a part of a clause, between signs and words behind which a reason or a comparison begins.
type bySign struct {
	clause int
	from   int // its first word in the clause
	words  []token
	text   string
	like   bool // it only says what something is compared with
}

// inAside reports whether a value of the call stands nowhere but in parts of the message that say something of their own,
// while the part that orders has another of its kind: "unlock the back door, the front door sticks".
func (s *Said) inAside(i int, call *Call) bool {
	c := &s.clauses[i]
	if c.joins != nil || c.rewrites != 0 {
		return false
	}
	head := i
	if c.verbOf >= 0 {
		head = c.verbOf
	}
	o := &s.clauses[head]
	if o.message != c.message || o.rewrites != 0 {
		return false
	}
	if slices.ContainsFunc(s.clauses[s.firstOf(i):], func(k clause) bool {
		return k.message == c.message && (k.corrects || k.find(oops, 0, len(k.words)) >= 0 || k.hasOf(mixed, 0) >= 0)
	}) {
		return false
	}
	parts := s.bySigns(i)
	at := s.ordering(parts, head, call)
	return at >= 0 && slices.ContainsFunc(call.Values, func(v Value) bool {
		return !v.Free && (v.Shape != Number || v.Digits && len(v.Text) > 3) && !v.Said(parts[at].text) && s.besides(parts, at, v, call)
	})
}

// besides reports whether a value stands only beside the part of a message that orders, which has another of its kind.
func (s *Said) besides(parts []bySign, at int, v Value, call *Call) bool {
	first, like := -1, true
	other := func(p bySign) bool { return s.clauses[p.clause].otherThan(v, &p, call) }
	sentence := s.clauses[parts[at].clause].sentence
	for k := range parts {
		if p := &parts[k]; v.Said(p.text) {
			if o := &s.clauses[p.clause]; o.sentence < sentence && len(o.verbs(&call.Acts)) == 0 && slices.ContainsFunc(parts, func(q bySign) bool { return q.clause == p.clause && other(q) }) {
				continue // "There are two tickets, XT-625 and XT-626."
			}
			if !s.aside(parts, k, call) {
				return false
			}
			if first < 0 {
				first = k
			}
			like = like && p.like
		}
	}
	if first < 0 {
		return false
	}
	for k := at; k < len(parts) && (k == at || k < first); k++ {
		if p := parts[k]; k == at || !p.like && s.clauses[p.clause].sentence == sentence {
			if other(p) {
				return true
			}
		}
	}
	return like && v.Shape == Code && slices.ContainsFunc(parts, func(p bySign) bool { return !p.like && other(p) }) ||
		v.Shape == Choice && slices.ContainsFunc(parts, func(p bySign) bool { return !v.Said(p.text) && s.clauses[p.clause].pointsToOther(p.words) })
}

// bySigns are the parts of the message of clause i.
func (s *Said) bySigns(i int) (out []bySign) {
	for j := s.firstOf(i); j < len(s.clauses) && s.clauses[j].message == s.clauses[i].message; j++ {
		c := &s.clauses[j]
		from, like := 0, false
		add := func(to int) {
			if to > from {
				out = append(out, bySign{j, from, c.words[from:to], textOf(c, c.words[from:to]), like})
			}
			from, like = to, false
		}
		for k := range c.words {
			t := &c.words[k]
			switch {
			case t.quoted:
			case t.sign:
				add(k)
				from = k + 1
			case c.lang == hi && k > 0 && phraseAt(likeBehind, c.words, k-1, hi) > 0:
				like = true
				add(k + 1)
			case likeWords[t.text]&c.lang != 0 && !c.onlyAdds(k):
				add(k)
				like = true
			case asides[t.text]&c.lang != 0 && (c.lang == hi || k+1 == len(c.words) || !digit(c.words[k+1].text)), // "until 10:30" goes on
				c.lang&th != 0 && k > 0 && t.at > c.words[k-1].end && Thai(t.text) && (!amountForm.MatchString(c.words[k-1].text) || clock.MatchString(c.words[k-1].text)),
				c.lang&th == 0 && t.starts&and != 0:
				add(k)
			}
		}
		add(len(c.words))
	}
	return out
}

// onlyAdds reports whether a word for "like" only adds one more: "as well as", "tanto … como".
func (c *clause) onlyAdds(k int) bool {
	well := func(n int) bool { return n >= 0 && n < len(c.words) && asWell[c.words[n].text]&c.lang != 0 }
	return well(k-1) || well(k+1) || c.lang&(es|pt) != 0 && c.hasAny(0, k, "tanto")
}

// likeWords stand before what something is compared with, asWell before one that only adds, likeBehind behind; asides are
// words behind which somebody says why, or when something else is.
var likeWords, asWell, likeBehind, asides = wordSets["like"], wordSets["asWell"], wordSets["likeBehind"], wordSets["aside"]

// anyVerb reports whether a word is an order by any verb.
func (t *token) anyVerb(l lang) bool {
	return l&en != 0 && t.verb && !t.noun || l&(hi|th|en) == 0 && !t.capped && foreignVerb(t, l) && !frequent(t, l)
}

// ordering is the part in which clause head has its verb, or −1.
func (s *Said) ordering(parts []bySign, head int, call *Call) int {
	o := &s.clauses[head]
	verb := -1
	for _, v := range o.verbs(&call.Acts) {
		if o.orders(v) {
			verb = v.at
			break
		}
	}
	if first := o.opened(); verb < 0 && first < len(o.words) && (o.words[first].anyVerb(o.lang) || o.lang&en != 0 && o.words[first].verb) {
		verb = first
	}
	return slices.IndexFunc(parts, func(p bySign) bool { return p.clause == head && p.from <= verb && verb < p.from+len(p.words) })
}

// pointsToOther reports whether words point to the other one of two.
func (c *clause) pointsToOther(words []token) bool {
	for k := range words {
		if phraseAt(otherOnes, words, k, c.lang) > 0 {
			return true
		}
	}
	return false
}

// aside reports whether a part says more than values of the call, its things and its verbs, and what other parts say as well.
func (s *Said) aside(parts []bySign, n int, call *Call) bool {
	p := &parts[n]
	c := &s.clauses[p.clause]
	if p.like {
		return true
	}
	verbs := c.verbs(&call.Acts)
	deed := func(v verb) bool { return v.at >= p.from && v.at < p.from+len(p.words) }
	if len(p.words) > 1 && n > 0 && !slices.ContainsFunc(verbs, deed) && (ownSubjects[p.words[0].text]&c.lang != 0 || keeping[p.words[0].text]&c.lang != 0 || forMe[p.words[0].text] && keeping[p.words[1].text]&c.lang != 0) {
		return true // "cancel XT-626, we need XT-625"
	}
	elsewhere := func(t *token) bool { // "T-3 to field B and T-8 to field G"
		return slices.ContainsFunc(parts, func(o bySign) bool {
			return o.text != p.text && slices.ContainsFunc(o.words, func(w token) bool { return w.text == t.text })
		})
	}
	more := 0
	for k := range p.words {
		at, t := p.from+k, &p.words[k]
		if !c.addsNothing(t) && !call.isThing(t) && !elsewhere(t) && !slices.ContainsFunc(verbs, func(v verb) bool { return v.at == at && c.orders(v) }) && !slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, at, t.text) }) {
			more++
		}
	}
	return more > 1 || more == 1 && p.words[0].starts&and == 0 // "and 60 to Paul for the present", "and little Noah Martin"
}

// keeping are verbs by which people say what they keep or need.
var keeping = wordSets["keeping"]

// addsNothing reports whether a word stands beside values without saying anything of somebody or something else.
func (c *clause) addsNothing(t *token) bool {
	return t.sign || t.code() || digit(t.text) || t.within&(det|target|source|topic|and|opener|frame|again|pronoun) != 0 || placing[t.text] || hindiOf[t.text] || (courtesy[t.text]|requests[t.text]|beside[t.text])&c.lang != 0 ||
		t.capped && c.lang&de == 0 || monthWord(t.text) || spoken.Month(t.text) != 0 || weekdays[t.text] || unitWords[t.text] || currencies[t.text]
}

// beside are such words that no class has.
var beside = wordSets["beside"]

// otherThan reports whether a part of the clause names another of a value's kind than the call has.
func (c *clause) otherThan(v Value, p *bySign, call *Call) bool {
	switch v.Shape {
	case Word:
		return c.otherName(v, p, call)
	case Moment:
		return v.otherMoment(c.withoutSources(p, call)) || v.otherDay(p.words)
	}
	return v.Shape != Choice && c.hasRival(p.text, v, call.Values)
}

// withoutSources is the text of a part without the moments from which something is moved: "from 9:00", "my 9:00 visit".
func (c *clause) withoutSources(p *bySign, call *Call) string {
	source := func(k int) bool { return k >= 0 && p.words[k].within&source != 0 && p.words[k].within&target == 0 }
	var out []string
	for k := range p.words {
		t := &p.words[k]
		from := source(k-1) || source(k-2) && p.words[k-1].within&det != 0
		if !(from && digit(t.text)) && !(clock.MatchString(t.text) && k+1 < len(p.words) && call.isThing(&p.words[k+1])) {
			out = append(out, t.text)
		}
	}
	return strings.Join(out, " ")
}

// otherName is otherThan for names and other words, with a number in the part if the value has one. No capital tells Thai names.
func (c *clause) otherName(v Value, p *bySign, call *Call) bool {
	low := strings.ToLower(v.Text)
	if len(spoken.Parse(low).Dates()) > 0 {
		return v.otherMoment(p.text)
	}
	if c.lang&th != 0 {
		return false
	}
	verbs := c.verbs(&call.Acts)
	verb := func(k int) bool { return slices.ContainsFunc(verbs, func(o verb) bool { return o.at == p.from+k }) }
	alone := !slices.ContainsFunc(call.Values, func(o Value) bool { return o.Name != v.Name && !o.Free })
	several, numbered, named := strings.Contains(low, " "), !strings.ContainsAny(low, "0123456789"), false
	for k := range p.words {
		t, next := &p.words[k], token{}
		if k+1 < len(p.words) {
			next = p.words[k+1]
		}
		switch {
		case t.sign || slices.ContainsFunc(call.Values, func(o Value) bool { return o.Name != v.Name && o.holdsWord(c, p.from+k, t.text) }):
		case digit(t.text):
			numbered = numbered || spoken.Month(next.text) == 0 && (!unitWords[next.text] || next.text == "am")
		case several && len(t.text) > 3 && slices.Contains(strings.Fields(low), t.text), // "the back door", "the front door"
			c.lang&de != 0 && t.capped && (sameEnd(t.text, low) || !numbered && digit(next.text)),
			t.n > 0 && c.like(p.from+k, v, call) && !verb(k),
			alone && k > 1 && t.within == 0 && p.words[k-1].within&det != 0 && verb(k-2) && !call.isThing(t): // "unlock the shed"
			named = true
		}
	}
	return numbered && named
}

// sameEnd reports whether two German nouns have the same last part: Haustür, Hintertür.
func sameEnd(a, b string) bool {
	const least = 4 // bytes
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n >= least && n < len(a) && n < len(b)
}
