package ask

import "strings"

// What stands before the verb of an order: in a Romance language that of which it wants a part, or what it is about; in English
// for whom it is.

// forKin marks the verb of an English order that says first for which of the user's people it is, and then a code, as a verb
// and nothing else: "and for my husband move T-5704", which is no move of his.
func forKin(list []token) {
	for i := 3; i+1 < len(list); i++ {
		if t := &list[i]; t.verb && t.noun && list[i+1].code() && kin[list[i-1].text]&en != 0 && list[i-2].within&det != 0 && list[i-3].text == "for" {
			t.noun = false
		}
	}
}

// partFirst returns where a quantity ends that stands before the verb as that of which a part is meant: "von
// den 45 Euro erstatte ihr 10"; 0 if there is none.
func (c *clause) partFirst(v verb) int {
	i := c.opened()
	if c.lang&(fr|it|es|pt) != 0 && c.hasOf(habits, 0) >= 0 {
		return 0 // "per la HUT4 ordinate sempre …"
	}
	if i+1 >= v.at || !partOf[c.words[i].text] && !(fronting[c.words[i].text] && c.surely(v)) || v.lang == de && !c.formal(v) && (strings.HasSuffix(c.words[v.at].text, "t") || strings.HasSuffix(c.words[v.at].text, "n")) {
		return 0
	}
	some := false
	for j := i + 1; j < v.at; j++ {
		t := &c.words[j]
		_, end := numeral(c.words, j, c.lang)
		if digit(t.text) || end > j {
			some = true
		} else if c.hadMeant(j, v) { // "que teníamos previstas"
			j = v.at - 1
		} else if t.capped && some && (ofWords[c.words[j-1].text] || c.words[j-1].capped && c.words[j-1].within == 0) { // "de AutoCAD"
		} else if t.code() || t.thing {
			some = some || t.code()
		} else if !t.sign && t.within&det == 0 && !currencies[t.text] && !unitWords[t.text] && !counts[t.text] && !t.code() && !ofWords[t.text] && t.within&opener == 0 && !placing[t.text] && !forMe[t.text] && t.text != "ne" && !(c.behindNumber(j) && (!foreignVerb(t, c.lang) || strings.HasSuffix(t.text, "s"))) && !c.hung(j) {
			return 0
		}
	}
	if !some {
		return 0
	}
	return v.at
}

// fronting are prepositions before what an order is about: "na encomenda 20485 mudem …".
var fronting = set("della dello dell' del dell nella nell' nel nello sulla sullo per al alla na no nas nos em en para por pour dans à au a")

// surely reports whether a word is an order by its form, and not what somebody does.
func (c *clause) surely(v verb) bool {
	w := c.words[v.at].text
	switch v.lang {
	case fr:
		return strings.HasSuffix(w, "ez")
	case it:
		return strings.HasSuffix(w, "ate") || strings.HasSuffix(w, "ete") || strings.HasSuffix(w, "ite") || politeVerb[it].MatchString(w)
	case pt:
		return politeVerb[pt].MatchString(withoutClitic(w))
	case es:
		return strings.HasSuffix(w, "ad") || strings.HasSuffix(w, "ed") || strings.HasSuffix(w, "id") || plural(w) || strings.HasSuffix(w, "nle") || strings.HasSuffix(w, "nme") || strings.HasSuffix(w, "nnos") || strings.HasSuffix(w, "nles")
	}
	return false
}

// formal reports whether a German verb is a polite order: "laden Sie".
func (c *clause) formal(v verb) bool {
	return v.at+1 < len(c.words) && c.words[v.at+1].text == "sie" && c.words[v.at+1].capped
}

// hung reports whether a word is a thing that hangs on another by a preposition: "de la cuenta".
func (c *clause) hung(j int) bool {
	if c.words[j].capped && c.lang&de == 0 && !c.words[j].code() || foreignVerb(&c.words[j], c.lang) && (j == 0 || c.words[j-1].within&det == 0) || c.words[j].starts&(hypothetical|speaker|subject|report|know|keep|negator|other|question|await|content) != 0 {
		return false
	}
	k := j - 1
	for k > 0 && c.words[k].within&det != 0 && !ofWords[c.words[k].text] && !placing[c.words[k].text] {
		k--
	}
	return k >= 0 && (ofWords[c.words[k].text] || placing[c.words[k].text])
}

// partOf are prepositions before that of which a part is meant.
var partOf = set("von aus sur de des du d' di dei del dell' della dello delle degli dai dal dalla dall' su sui sul sulla sull' sulle dos das do da dentre desses dessas desse dessa destes destas deste desta daqueles daquelas")
