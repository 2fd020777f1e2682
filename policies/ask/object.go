package ask

import (
	"slices"
	"strings"
)

// What an act works on: whether the words name it.

// noneOfIt reports whether the clause asks for none of what the act makes: "send no reminders".
func (c *clause) noneOfIt(v verb, a *Acts) bool {
	n := c.negates()
	if n <= v.at {
		return false
	}
	return a.hasNoun(c.words[n+1:min(n+4, len(c.words))]) || c.words[n].text == "not" && n == v.at+1
}

// delivers reports whether the clause orders a text for somebody, by a value of the call:
// "summarise it for ann@corp.example", "summarise the page in channel news".
func (c *clause) delivers(call *Call) bool {
	if !call.Acts.has("send") && !call.Acts.has("post") || !c.verbFirst() || c.kind != plain {
		return false
	}
	if i := c.opened(); !summaries[c.words[i].text] {
		return false
	}
	if _, whom, ok := strings.Cut(c.text, " for "); ok && strings.Contains(whom, "@") && call.mentions(whom) {
		return true
	}
	if !c.hasAny(0, len(c.words), "page", "article", "document", "file", "report", "site", "website", "letter") {
		return false // of what is in the channel
	}
	for _, to := range []string{" in channel ", " in the channel ", " to channel ", " to the channel ", " into channel ", " for channel "} {
		if _, where, ok := strings.Cut(c.text, to); ok && slices.ContainsFunc(call.Values, func(v Value) bool { return v.Role == To && v.Said(where) }) {
			return true
		}
	}
	return false
}

var summaries = set("summarise summarize prepare compile draft collect")

// object reports whether what the act works on is named: by a noun of it, by a value of the
// call, or by a pronoun for what was said before.
func (s *Said) object(i int, v verb, call *Call) bool {
	c, a := &s.clauses[i], &call.Acts
	rest := slices.Concat(c.words[:v.at], c.words[v.at+1:])
	if a.hasNoun(rest) || chosen(call, c.text) || a.argued(call, c.text) || c.known(v, call) {
		return true
	}
	// "delete the largest": what it is is said in the clause before.
	if i > 0 && s.clauses[i-1].sentence == c.sentence && !s.bans(i-1, call) && (a.hasNoun(s.clauses[i-1].words) && (v.strength == 2 || c.points(rest)) || v.strength == 2 && call.mentions(s.clauses[i-1].text)) {
		return true
	}
	if v.base == "make" && i > 0 && s.clauses[i-1].sentence == c.sentence && a.alters && c.points(rest) && c.makes(v) && !s.bans(i-1, call) && call.mentions(s.clauses[i-1].text) {
		return true // "P411 is too early, so make that the 10th"
	}
	if i+1 < len(s.clauses) && s.clauses[i].tells && s.clauses[i+1].sentence == c.sentence && a.hasNoun(s.clauses[i+1].words) {
		return true
	}
	if v.strength < 2 {
		if v.base == "money" && v.at+1 < len(c.words) && c.words[v.at+1].text == "back" && a.has("refund") && call.mentions(c.text) {
			return true // "some money back for PS-4417"
		}
		if !c.asked && s.without(i, call) {
			return true
		}
		if a.has("send") && slices.ContainsFunc(call.Values, func(v Value) bool { return v.Role == To && v.Shape == Mail && v.Said(c.text) }) {
			return true
		}
		if next := v.at + 1; next < len(c.words) && (v.base == "reply" || v.base == "respond" || v.base == "answer" || v.base == "post") {
			if w := &c.words[next]; w.text == "to" || w.text == "there" || slices.ContainsFunc(call.Values, func(v Value) bool { return v.Role == To && v.Said(w.text) }) {
				return true
			}
		}
		return call.sided(c.text) || a.has("pay") && call.sends(c)
	}
	if call.mentions(c.text) {
		return true
	}
	bare := true
	for k := range rest {
		t := &rest[k]
		if t.within&pronoun != 0 || !generic[v.base] && t.within&speaker != 0 {
			return true
		}
		if k == v.at && c.demonstrative(rest, k) {
			return true
		}
		bare = bare && (t.sign || t.within&(opener|det|frame|and) != 0 || c.lang&th != 0 && t.text == "ให้" && k == v.at && k+1 < len(rest) && rest[k+1].within&opener != 0 || c.lang == hi && lightHindi[t.text] || (k+1 == v.at && t.within&(target|source) != 0 || k+2 >= v.at && k < v.at && (copulas[t.text] || t.text == "para")) && c.isTo(v))
	}
	return bare // "cancel!": what was spoken of
}

// makes reports whether "make" has what was spoken of right behind it: "make that …".
func (c *clause) makes(v verb) bool {
	if v.at+1 >= len(c.words) {
		return false
	}
	switch c.words[v.at+1].text {
	case "it", "that", "them", "those":
		return true
	}
	return false
}

// lightHindi are the verbs by which Hindi makes others of nouns, and what it says with them: "रद्द कर दीजिए".
var lightHindi = set("कर करें करो करिए कीजिए कीजिएगा करना करवा करा दें दो दे दीजिए दीजिएगा देना दीजियेगा दीजिये लें लो ले लीजिए लेना है हैं जाए जाएँ जाएं जाये हो होगा होगी सकते सकती सकता चाहिए पड़ेगा")

// argued reports whether a text holds a value whose argument is called as what the act works
// on: send it to 5 Mill Street, for an address.
func (a *Acts) argued(call *Call, text string) bool {
	return slices.ContainsFunc(call.Values, func(v Value) bool {
		return v.Shape == Word && slices.Contains(a.nouns, strings.ToLower(v.Name)) && v.Said(text)
	})
}

// points reports whether words take up what was said: by a pronoun.
func (c *clause) points(words []token) bool {
	for i := range words {
		t := &words[i]
		if t.within&pronoun == 0 || t.within&speaker != 0 {
			continue
		}
		if t.within&det == 0 || c.lang&en != 0 && t.text == "her" && (i+1 == len(words) || words[i+1].sign || placing[words[i+1].text] || particlesOf[words[i+1].text]) {
			return true // "lift her out"
		}
	}
	return false
}

// sided reports whether a text holds both sides of a call: "move 50 from checking to savings".
func (c *Call) sided(text string) bool {
	side := func(r Role) bool {
		return slices.ContainsFunc(c.Values, func(v Value) bool { return v.Role == r && v.Said(text) })
	}
	return side(From) && side(To) && slices.ContainsFunc(c.Values, func(v Value) bool { return v.Shape == Number && v.Said(text) })
}

// sends reports whether a clause holds the amount and the recipient of a call: "send 35 to Otto".
func (c *Call) sends(o *clause) bool {
	amount, whom := false, false
	text := o.upTo(o.content) // "ask Nina to send me 450"
	for _, v := range c.Values {
		if v.Free || !v.Said(text) {
			continue
		}
		amount = amount || v.Shape == Number && !o.countsThings(v, c)
		whom = whom || v.Shape != Number && v.Role == To
	}
	return amount && whom
}

// countsThings reports whether a number says how many of something: "80 copies".
func (c *clause) countsThings(v Value, call *Call) bool {
	for i := 0; i+1 < len(c.words); i++ {
		if t := &c.words[i+1]; amountForm.MatchString(c.words[i].text) && v.Said(c.words[i].text) && t.names() && !call.Acts.isNoun(t) && !slices.ContainsFunc(call.Values, func(o Value) bool { return o.holdsWord(c, i+1, t.text) }) {
			return true
		}
	}
	return false
}

// chosen reports whether a text says a choice of the call: "make Raj a member".
func chosen(call *Call, text string) bool {
	return slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Choice && v.Said(text) })
}

// many reports whether the clause asks for more than one.
func (s *Said) many(c *clause, a *Acts) bool {
	for i := range s.clauses {
		o := &s.clauses[i]
		if o.sentence != c.sentence {
			continue
		}
		for k := range o.words {
			t := &o.words[k]
			if t.starts&many != 0 {
				return true
			}
			if singular, ok := strings.CutSuffix(t.text, "s"); ok && t.text != "is" && t.text != "this" && slices.Contains(a.nouns, singular) {
				return true
			}
		}
	}
	return false
}
