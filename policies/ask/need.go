package ask

import (
	"slices"
	"strings"
)

// Who says that they need or would like a thing asks the tool for it that gets it: "we could do with six bags of
// compost for plot 42", "ho bisogno di due posti per la S-2251".

// gets reports whether the acts get a thing for whoever asks.
func (a *Acts) gets() bool {
	return slices.ContainsFunc([]string{"buy", "order", "book", "reserve", "request", "rent", "hire", "add"}, a.has)
}

// needs finds the words by which the user says that they need or would like something, or returns −1 and −1.
func (c *clause) needs() (from, end int) {
	for i := range c.words {
		if c.words[i].quoted {
			return -1, -1
		}
		n := phraseAt(needWords, c.words, i, c.lang)
		if n == 0 && i == c.opened() && c.kind == plain {
			n = phraseAt(handMeWords, c.words, i, c.lang)
			if _, end := numeral(c.words, i+n, c.lang); end == i+n && (i+n >= len(c.words) || !digit(c.words[i+n].text)) { // "send me three", not "send me the price of three"
				n = 0
			}
		}
		switch {
		case n == 0:
		case c.lang == de && !c.byMe(i, i+n):
			return -1, -1
		default:
			return i, i + n
		}
	}
	return -1, -1
}

// byMe reports whether "ich" or "wir" stands in or beside a German verb, or is left out before it.
func (c *clause) byMe(from, end int) bool {
	mine := func(i int) bool {
		return i >= 0 && i < len(c.words) && (c.words[i].text == "ich" || c.words[i].text == "wir")
	}
	return mine(from-1) || mine(from) || mine(end-1) || mine(end) || from == c.opened()
}

var (
	needWords   = wordSets["need"]   // ways to say so
	handMeWords = wordSets["handMe"] // ways to order over a counter, where a clause begins with them: "send me", "mettez-moi"
)

// phraseAt returns of how many words the longest of a set is that begins at a word, 0 if none does. In the set _
// joins the words of one, but for Thai ones.
func phraseAt(set map[string]lang, words []token, i int, l lang) (n int) {
	const most = 5
	text := ""
	for k := 1; k <= most && i+k <= len(words) && !words[i+k-1].sign; k++ {
		if k > 1 && !strings.HasSuffix(text, "'") && !thai(words[i+k-1].text) {
			text += "_"
		}
		text += words[i+k-1].text
		langs, goesOn := set[text]
		if langs&l != 0 {
			n = k
		}
		if !goesOn && !thai(text) {
			break
		}
	}
	return n
}

// wishesThing reports whether the clause says that the user needs or would like what the tool gets them, and
// nothing else that they do or want to be done.
func (c *clause) wishesThing(call *Call) bool {
	from, end := c.needs()
	if from < 0 || !call.Acts.gets() || c.wantsDone(from, end) || c.hasOf(habits, 0) >= 0 || c.hasOf(remaining, 0) >= 0 || c.otherDeed(call, -1) {
		return false
	}
	thing := call.Acts.hasNoun(c.words) || c.countsValue(call) || slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Choice && !v.Free && v.Said(c.text) })
	if !thing {
		return false
	}
	if phraseAt(handMeWords, c.words, from, c.lang) == end-from && !c.handsOnly(end, call) {
		return false
	}
	last := 0 // what says what is wanted, or for what
	for j := range c.words {
		if t := &c.words[j]; call.isThing(t) || slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, j, t.text) }) {
			last = j
		}
	}
	for j := range c.words {
		t := &c.words[j]
		if j > last && t.sign && t.text == "," {
			break // ", the beds are bare"
		}
		if j >= from && j < end || t.sign || t.quoted || t.within&(opener|frame) != 0 || call.isThing(t) || slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, j, t.text) }) {
			continue
		}
		verb := t.starts&other != 0 && t.within&(det|pronoun) == 0 || c.lang&en != 0 && t.verb && !t.noun || finite[t.text]&c.lang != 0 && t.within&(det|target|source) == 0 ||
			c.lang&en == 0 && foreignVerb(t, c.lang) && !frequent(t, c.lang) && (c.lang != de || !t.capped) && !c.thingHere(j)
		if verb && !c.ofValue(j, call) {
			return false
		}
	}
	return true
}

// handsOnly reports whether from a word on the clause says nothing but what is handed over: "ich nehme 3 Packungen Heu
// zurück" says more.
func (c *clause) handsOnly(from int, call *Call) bool {
	for k := from; k < len(c.words); k++ {
		if !c.saysOnly(k, call) || c.words[k].text == "back" || c.words[k].within&det != 0 && mineOwn[c.words[k].text] != 0 {
			return false
		}
	}
	return true
}

// unwanted reports whether the clause says that the user does not need a thing, no longer does or once did, or asks
// whether they do.
func (c *clause) unwanted() bool {
	if c.formerly() {
		return true
	}
	from, _ := c.needs()
	return from >= 0 && (c.asked && c.hasOf(courtesy, 0) < 0 || slices.ContainsFunc(c.words, func(t token) bool { return !t.quoted && t.within&(negator|harmless) != 0 && bareNo[t.text] }))
}

// formerly reports whether the clause says that it is of a time that is over: "last year", "früher".
func (c *clause) formerly() bool {
	for i := range c.words {
		if !c.words[i].quoted && phraseAt(overWords, c.words, i, c.lang) > 0 {
			return true
		}
	}
	return false
}

// overWords say so.
var overWords = wordSets["over"]

func init() {
	for w := range overWords {
		knowThai(w) // ปีที่แล้ว is one word
	}
}

// wondersBeside reports whether the message of clause i asks, tells what others say or supposes anything beside it.
func (s *Said) wondersBeside(i int) bool {
	for j := range s.clauses {
		if o := &s.clauses[j]; j != i && o.message == s.clauses[i].message && (o.kind == asking || o.kind == reported || o.kind == supposed || o.asked && o.find(frame, 0, len(o.words)) < 0) && !o.groundsOnly(false) {
			return true
		}
	}
	return false
}

// remaining are words for what is there still: "we'll have 18 left".
var remaining = wordSets["left"]

// wantsDone reports whether what is wanted is no thing: "I need to know", "je voudrais que", "quiero cambiar",
// "रद्द करना चाहिए".
func (c *clause) wantsDone(from, end int) bool {
	if c.lang == hi {
		return from > 0 && strings.HasSuffix(c.words[from-1].text, "ना")
	}
	if end >= len(c.words) {
		return false
	}
	t := &c.words[end]
	switch t.text {
	case "to", "that", "you", "him", "her", "them", "it", "que", "qu'", "che", "dass", "zu", "ut":
		return true
	}
	if c.lang&th != 0 {
		return foreignVerb(t, th)
	}
	if c.lang == de {
		return infinitive(&c.words[len(c.words)-1])
	}
	return c.lang&en == 0 && foreignVerb(t, c.lang) && (strings.HasSuffix(t.text, "r") || strings.HasSuffix(t.text, "re"))
}
