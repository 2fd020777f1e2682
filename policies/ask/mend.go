package ask

import (
	"slices"
	"strings"
)

// A message that puts right what it said itself is read as it was meant: "Cancel K-0702. No, sorry, I misread it: K-0720"
// is "Cancel K-0720". What puts it right is an episode of pieces that say nothing else, one of which announces it; the
// value that is said there takes the place of the one of its kind before it.

// maxMended bounds the bytes of what is read as it was meant.
const maxMended = 1500

// meantAs returns a message as it was meant, if it ends with such an episode.
func (s *Said) meantAs(text string, list []stretch) (string, bool) {
	if len(text) > maxMended {
		return "", false
	}
	const most = 12 // pieces
	pieces := s.pieces(text, list)
	if s.meant != "" && len(pieces) > 0 && pieces[0].announces() && !slices.ContainsFunc(pieces, func(p piece) bool { return p.verbFirst() || p.find(frame, 0, len(p.words)) >= 0 }) {
		return "", false // it is the message before that it puts right
	}
	for k := max(1, len(pieces)-most); k < len(pieces); k++ {
		if !s.beginsEpisode(pieces, k) {
			continue
		}
		for m := k + 1; m < len(pieces); m++ { // what stands in sentences behind it may take all of it back
			if !pieces[m].first {
				continue
			}
			if meant, ok := s.episode(text[:pieces[k].from], pieces[k:m], false); ok {
				return strings.TrimRight(meant, ".!") + ". " + text[pieces[m].from:], true
			}
		}
		for m := len(pieces); m > k && (m == len(pieces) || pieces[m].goesBy()); m-- {
			if m < len(pieces) && !pieces[m].first && !pieces[m].begins() {
				continue
			}
			if meant, ok := s.episode(text[:pieces[k].from], pieces[k:m], false); ok && m < len(pieces) && pieces[m].first {
				return strings.TrimRight(meant, ".!") + ". " + text[pieces[m].from:], true
			} else if ok && m < len(pieces) {
				return strings.TrimRight(meant, ".!") + ", " + text[pieces[m].from:], true
			} else if ok {
				return meant, true
			}
		}
	}
	s.leftOpen(text, pieces)
	return "", false
}

// goesBy reports whether the piece may stand behind what puts an order right, and is read as it is: it says no value, asks
// for nothing and announces nothing.
func (p *piece) goesBy() bool {
	return !p.asks && !p.announces() && !p.samely() && !p.empty() && !p.verbFirst() && !slices.Contains(p.values(), true)
}

// begins reports whether the piece begins with who or what it tells something of: "my sister's coming too".
func (p *piece) begins() bool {
	const least = 3 // words
	i := p.opened()
	return len(p.words)-i >= least && (ownOnes[p.words[i].text] || p.words[i].starts&(speaker|subject) != 0 || p.words[i].text == "da" || p.words[i].text == "weil" || p.words[i].text == "because")
}

// leftOpen takes note of values of an order that something behind it seems to put right in words that are not understood:
// they are not asked for, whatever is.
func (s *Said) leftOpen(text string, pieces []piece) {
	const most = 12 // pieces
	for k := max(1, len(pieces)-most); k < len(pieces); k++ {
		if !pieces[k].errs() || pieces[k].negated() && !pieces[k].empty() || pieces[k].find(except, 0, 2) >= 0 || pieces[k].deniesThing() {
			continue
		}
		order := text[:pieces[k].from]
		for i := k; i < min(len(pieces), k+4); i++ {
			p := &pieces[i]
			held := p.values()
			from := slices.Index(held, true)
			if from < 0 {
				continue
			}
			to := len(held)
			for to > from && !held[to-1] {
				to--
			}
			if slices.ContainsFunc(p.words[from:], func(t token) bool { return no[t.text] || denials[t.text] || t.starts&negator != 0 }) {
				return // "…, K-5 not"
			}
			if p.find(and|again|recall|ifs|unless|report, 0, from) >= 0 || (p.asks || p.lang&(hi|th) != 0) && p.find(question, 0, from) >= 0 || slices.ContainsFunc(p.words, func(t token) bool { return t.own != 0 || t.verb && !t.noun || t.thing }) || p.verbFirst() || p.lang&th == 0 && p.hasOf(tooWords, 0) >= 0 {
				break
			}
			meant, ok := s.replaced(order, p, from, to)
			if cut := pieces[k-1].from; !ok && i > k { // "at 8, no, 8:30, no, 9"
				if last, fits := s.replaced(text[cut:pieces[k].from], p, from, to); fits {
					meant, ok = text[:cut]+last, true
				}
			}
			if !ok && i == k && k+1 < len(pieces) && !pieces[k+1].first {
				continue // "but you close at 5, so 4:30"
			}
			if ok {
				s.right = append(s.right, putRight{s.messages, s.messages, order, meant})
			}
			return
		}
	}
}

// deniesThing reports whether the piece begins with a no that denies the thing behind it: "no las dos horas enteras", "mas não
// a SH-211".
func (p *piece) deniesThing() bool {
	i := 0
	for i < len(p.words) && p.words[i].within&(contrast|and) != 0 {
		i++
	}
	return i+1 < len(p.words) && p.words[i].starts&negator != 0 && p.lang&(it|es|pt|fr) != 0 && no[p.words[i].text] && !plainNo[p.words[i].text]
}

// restStands reports whether a message says that the rest of what was said stands, and something else that is not
// understood: then what is to be otherwise is open.
func (s *Said) restStands(text string, list []stretch) bool {
	rest, more := false, false
	for _, p := range s.pieces(text, list) {
		stays := p.samely()
		if p.lang&th != 0 && !stays && p.hasOf(same, 0) >= 0 { // which has no signs
			rest, more = true, true
		}
		rest, more = rest || stays, more || !stays && !p.empty()
	}
	return rest && more
}

// beginsEpisode reports whether an episode may begin at a piece: it announces one, or its sentence does behind it.
func (s *Said) beginsEpisode(pieces []piece, k int) bool {
	if pieces[k].announces() {
		return true
	}
	if !pieces[k].first {
		return false
	}
	for i := k + 1; i < len(pieces) && !pieces[i].first; i++ {
		if pieces[i].announces() {
			return true
		}
	}
	return false
}

// episode reads pieces as what puts an order right, and returns the order with the values that they say.
func (s *Said) episode(order string, pieces []piece, put bool) (string, bool) {
	whole := s.wholePiece(order)
	if len(whole.words) == 0 {
		return "", false
	}
	meant, some, cue, closed := order, false, put, false
	last := -1
	for i := range pieces {
		if _, _, ok := pieces[i].says(whole); ok && !pieces[i].rulesOut(whole) {
			last = i
		}
	}
	if last < 0 {
		return "", false
	}
	for i := range pieces {
		p := &pieces[i]
		cue = cue || p.announces() || p.samely() && put
		switch from, to, ok := p.says(whole); {
		case p.asks && !p.announces(), p.waits(), p.lang&th == 0 && p.hasOf(tooWords, 0) >= 0 && !(i > last && (p.tellsBehind(whole) || p.tale())) && !p.begins(): // "annulez aussi C-269"
			return "", false
		case p.deniesOf(whole):
			cue = true
		case ok && p.rulesOut(whole): // "…, che il 12 non ci siamo"
		case ok && p.negated():
			return "", false
		case ok:
			if !cue && !announcedBehind(pieces[i:]) && !(i+1 < len(pieces) && pieces[i+1].deniesOf(whole)) {
				return "", false
			}
			if meant, ok = s.replaced(meant, p, from, to); !ok {
				return "", false
			}
			some = true
		case p.empty(), p.samely():
		case p.sorrows(i < last), i < last && p.rulesOut(whole), i > last && (p.grounded() || p.tellsBehind(whole) || p.tellsOf(whole) || !p.asks && p.tale()):
		case i > last && !p.asks && (closed && p.signs() || p.closesLetter()):
			closed = true
		default:
			return "", false
		}
	}
	return strings.TrimRight(meant, " ,–-—"), some && meant != order
}

// rulesOut reports whether a piece says of the order's own value why it will not do, and no other: "le 17 les cartons ne seront
// pas prêts".
func (p *piece) rulesOut(order *piece) bool {
	if p.asks || !p.negated() || p.verbFirst() || p.find(contrary&^(question|other|nothing|hypothetical), 0, len(p.words)) >= 0 || p.hasOf(willing, 0) >= 0 {
		return false
	}
	some := false
	for i, held := range p.values() {
		if held && !order.hasWord(p.words[i].text, 0) {
			return false
		}
		some = some || held
	}
	return some && !slices.ContainsFunc(p.words, func(t token) bool { return t.own != 0 || t.thing })
}

// announcedBehind reports whether the next piece behind the first says that it was a mistake: "at 4, sorry".
func announcedBehind(pieces []piece) bool {
	for i := range pieces {
		if i > 0 && pieces[i].first {
			return false
		}
		if pieces[i].announces() {
			return true
		}
	}
	return false
}

// wholePiece is a text as one piece.
func (s *Said) wholePiece(text string) *piece {
	words := s.wordsOf(text, 0, len(text), quotesOf(text))
	l := s.tongueOf(words)
	mark(words, l)
	p := &piece{to: len(text)}
	p.words, p.lang, p.text, p.content, p.verbOf = words, l, text, len(words), -1
	return p
}

// negated reports whether a piece denies what it says, and does not only begin with a no.
func (p *piece) negated() bool {
	for i := range p.words {
		t := &p.words[i]
		if t.starts&negator != 0 && !t.quoted && !no[t.text] && !(denials[t.text] && len(p.words) == 1) && t.within&(oops|amend|harmless) == 0 {
			return true
		}
	}
	return false
}

// deniesOf reports whether a piece says no more than that a value of the order is wrong: "(50,) not 500".
func (p *piece) deniesOf(order *piece) bool { return p.negated() && p.denial(order) }

// denial reports whether a piece only says of what stands in the order that it was not meant: "not the 5th", "nicht Gitarre".
func (p *piece) denial(order *piece) bool {
	some := false
	for i := range p.words {
		t := &p.words[i]
		switch {
		case t.starts&negator != 0, p.filler(i) && !t.code() && !digit(t.text):
		case order.hasWord(t.text, 0):
			some = true
		default:
			return false
		}
	}
	return some
}

// mendBefore reads a message that only puts right what was said in the one before it: its clauses are those of that
// one with the value that it says, and what it takes the place of is asked for no longer.
func (s *Said) mendBefore(first int, text string, list []stretch, question string) bool {
	if first == 0 || s.meant == "" || len(s.clauses) >= MaxClauses || len(text)+len(s.meant) > maxMended {
		return false
	}
	pieces := s.pieces(text, list)
	stays := slices.ContainsFunc(pieces, func(p piece) bool { return p.samely() })
	if len(pieces) == 0 || !stays && !slices.ContainsFunc(pieces, func(p piece) bool { return p.announces() }) &&
		!(len(pieces) == 2 && pieces[1].deniesOf(s.wholePiece(s.meant))) { // "50 not 500"
		return false
	}
	if _, opens := s.opens(question); opens && !slices.ContainsFunc(pieces, func(p piece) bool { return p.errs() }) {
		return false
	}
	meant, ok := s.episode(s.meant, pieces, stays)
	if !ok || len(meant) > MaxText {
		return false
	}
	s.right = append(s.right, putRight{s.messages - 1, s.messages, s.meant, meant})
	from := s.meantFrom
	for i := from; i < first; i++ {
		s.clauses[i].kind = supposed
	}
	for i := first; i < len(s.clauses); i++ {
		s.clauses[i].kind = subordinate
	}
	begin := len(s.clauses)
	quotes := quotesOf(meant)
	fresh := newIn(s.meant, meant)
	for _, at := range sentences(meant, quotes) {
		s.sentence++
		s.read(meant, at, quotes)
	}
	for i := begin; i < len(s.clauses); i++ {
		if c := &s.clauses[i]; c.kind == plain && !strings.Contains(c.text, fresh) {
			c.kind = subordinate
		}
	}
	s.relate(begin)
	s.meant, s.meantFrom = meant, begin
	return true
}

// errs reports whether the piece says that something was wrong, or no.
func (p *piece) errs() bool {
	return slices.ContainsFunc(p.words, func(t token) bool {
		return !t.quoted && (t.within&oops != 0 && t.within&amend == 0 || no[t.text] || mixed[t.text]&p.lang != 0)
	})
}

// newIn is what the second of two texts has in place of a part of the first.
func newIn(a, b string) string {
	from := 0
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	x, y := len(a), len(b)
	for x > from && y > from && a[x-1] == b[y-1] {
		x, y = x-1, y-1
	}
	return strings.TrimSpace(strings.ToValidUTF8(b[from:y], ""))
}

// putRight is a text that was put right, and what was meant; the messages are the first and the last that it is of.
type putRight struct {
	from, to    int
	said, meant string
}

// tookBack reports whether a value is one that stood in a message of a clause's before it was put right, and stands there
// no longer.
func (s *Said) tookBack(c *clause, v Value) bool {
	return slices.ContainsFunc(s.right, func(r putRight) bool {
		return c.message >= r.from && c.message <= r.to && v.Said(r.said) && !v.Said(r.meant) &&
			!(strings.Contains(r.meant, c.text) && slices.ContainsFunc(c.words, func(t token) bool { return !t.sign && v.Said(t.text) })) // "F-21 950"
	})
}
