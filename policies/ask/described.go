package ask

import (
	"slices"
	"strings"
)

// What describes a thing whose id the words do not say.

// describesRow reports whether word i stands in what describes a thing whose id is no word of the clause: "send the Advent
// one", "verschick die vom Advent", "envoie celui de l'Avent". Such a name is nobody's and no other thing's.
func (c *clause) describesRow(i int, call *Call) bool {
	if !slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Code && !v.Loose && !v.Free && !v.Said(c.text) }) {
		return false
	}
	last := i
	for last+1 < len(c.words) && c.words[last+1].capped && !c.words[last+1].sign {
		last++
	}
	if last+1 < len(c.words) && (c.words[last+1].text == "one" || c.words[last+1].text == "ones") {
		first := i
		for first > 0 && c.words[first-1].capped && !c.words[first-1].sign {
			first--
		}
		return first > 0 && c.words[first-1].within&det != 0
	}
	for k := i - 1; k > 0; k-- {
		switch t := &c.words[k]; {
		case t.sign || t.verb && !t.capped || t.within&(and|target) != 0:
			return false
		case ofWords[t.text] || describers[t.text]&c.lang != 0:
			return c.pronounAt(k - 1)
		}
	}
	return false
}

// known reports whether a verb of the clause has before or behind it, with an article, what a trusted list calls the
// thing of the call: "cancel the Fiesta".
func (c *clause) known(v verb, call *Call) bool {
	if len(call.Known) == 0 {
		return false
	}
	const near = 4 // words
	for i := max(1, v.at-near); i < len(c.words) && i <= v.at+near; i++ {
		if t := &c.words[i]; !slices.Contains(call.Known, t.text) || c.words[i-1].within&det == 0 && (i < 2 || c.words[i-2].within&det == 0) {
			continue
		}
		other := 0 // words between it and the verb
		for k := min(i, v.at) + 1; k < max(i, v.at); k++ {
			if t := &c.words[k]; t.within&det == 0 && !slices.Contains(call.Known, t.text) {
				other++
			}
		}
		if other <= 1 {
			return true
		}
	}
	return false
}

// qualifies reports whether clause i ends its sentence with a choice before a word that says nothing of it: ", business class".
func (s *Said) qualifies(i int, v Value) bool {
	c := &s.clauses[i]
	at := c.lastWord() - 1
	return v.Shape == Choice && at > 0 && c.words[at-1].sign && v.Said(c.words[at].text) && !c.says(at+1) && (i+1 == len(s.clauses) || s.clauses[i+1].sentence != c.sentence)
}

// says reports whether a word may be a verb that says something of the one before it: "low works", "high failed".
func (c *clause) says(i int) bool {
	t := &c.words[i]
	if c.lang&en != 0 {
		return t.verb && !t.noun || strings.HasSuffix(t.text, "ed") || strings.HasSuffix(t.text, "s") && !strings.HasSuffix(t.text, "ss")
	}
	return foreignVerb(t, c.lang) || finite[t.text] != 0
}

// pronounAt reports whether a word stands for a thing: "the one", "celui", an article with nothing behind it.
func (c *clause) pronounAt(k int) bool {
	t := &c.words[k]
	if c.lang&en != 0 {
		return (t.text == "one" || t.text == "ones") && k > 0 && c.words[k-1].within&det != 0
	}
	return ones[t.text]&c.lang != 0 || t.within&det != 0 && c.lang&(de|es|pt) != 0
}

// describers are prepositions behind a pronoun that say which thing it is: "die mit", "the one about".
var describers = wordSets["describer"]

// callsBy reports whether a code, made like no value of the call, is what a trusted list has of the call's thing alone, and
// stands behind that thing, with a word for where it belongs: "cancel the one at charger LP-27", of the booking EV-3376.
func (c *clause) callsBy(i int, v Value, call *Call) bool {
	kind := func(code string) string { return strings.TrimRight(pattern(strings.ToLower(code)), "0") }
	word := c.words[i].text
	if v.Shape != Code || !slices.Contains(call.Known, word) || slices.ContainsFunc(call.Values, func(o Value) bool { return kind(o.Text) == kind(word) }) {
		return false
	}
	if i+1 < len(c.words) && hindiOnes[c.words[i+1].text] {
		return i == c.opened() || i == c.opened()+1 && c.words[i-1].within == 0
	}
	j := i - 1 // before what the code is of
	if j > 1 && c.words[j].within == 0 && !c.words[j].sign && !placing[c.words[j].text] && !ofWords[c.words[j].text] && !c.words[j].code() {
		j--
	}
	if j > 1 && c.words[j].within&det != 0 && !belonging[c.words[j].text] {
		j--
	}
	if j < 1 || !belonging[c.words[j].text] {
		return false
	}
	if j--; !call.isThing(&c.words[j]) && !c.pronounAt(j) {
		return false
	}
	for j--; j >= 0 && (c.words[j].within&(det|opener) != 0 || germanHeads[strings.TrimSuffix(c.words[j].text, "n")] || c.words[j].text == "sie"); j-- { // "stornieren Sie dann bitte seine"
	}
	if j < c.opened() {
		return true
	}
	_, deed := c.verb(j, &call.Acts)
	return deed
}

// belonging are words behind which stands what a thing belongs to.
var belonging = set("at for on of für an bei zu zur pour de du à au per di del della dello dell' da para por en do do no na em al la ของ ที่")
