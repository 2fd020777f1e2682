package ask

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// verbAhead reports whether a verb of an order begins at most two words ahead.
func (c *cutter) verbAhead(i int) bool {
	for j := i; j < len(c.list) && j < i+2; j++ {
		t := &c.list[j]
		if t.sign || t.quoted {
			return false
		}
		if t.within&(det|target|source) != 0 && !t.verb {
			continue
		}
		if c.lang&en != 0 && (t.verb || t.inflected()) && (!t.noun || j == i) || foreignVerb(t, c.lang) && !frequent(t, c.lang) {
			return true
		}
	}
	return false
}

// frequent reports whether a word is a frequent one that is no verb.
func frequent(t *token, l lang) bool {
	return knownIn[t.text]&l != 0 || t.within&(det|pronoun|target|source) != 0
}

// inflected reports whether a word is a form of any verb, but for its base.
func (t *token) inflected() bool { return t.bent || anyEnglish(t.text) }

// anyEnglish reports whether a word is a form of any deed's verb.
func anyEnglish(w string) bool {
	for _, end := range []string{"ing", "ed"} {
		if base, ok := strings.CutSuffix(w, end); ok && (enVerbs[base] || enVerbs[base+"e"] || len(base) > 2 && enVerbs[base[:len(base)-1]]) {
			return true
		}
	}
	return false
}

// foreignVerb reports whether a word may be the verb of an order in one of the languages.
func foreignVerb(t *token, l lang) bool {
	if t.sign || falseFriends[t.text] && t.own&l == 0 || didIt(t.text, l) {
		return false
	}
	if t.own&l != 0 {
		return true
	}
	for _, s := range stemsBy[begin(t.fold)] {
		if s.lang&l != 0 && (len(s.text) > 3 || s.lang == hi || s.lang == th || len(s.text) == 3 && (len(t.fold) < 7 || s.lang&(es|it|pt) != 0 && (hanging(t.fold) || withoutClitic(t.fold) != t.fold || plural(t.fold)))) && verbForm(t.fold, s.text, s.lang) == ordering {
			return true
		}
	}
	return l&de != 0 && t.joinedVerb()
}

// didIt reports whether a Portuguese word says what people did, by its accent: "marcámos".
func didIt(w string, l lang) bool { return l == pt && strings.HasSuffix(w, "ámos") }

// joinedVerb reports whether a word is the base form of a German verb with its particle: ausschalten,
// hochsetzen.
func (t *token) joinedVerb() bool {
	if t.capped || !strings.HasSuffix(t.fold, "n") {
		return false
	}
	for _, p := range separable {
		rest, ok := strings.CutPrefix(t.fold, p)
		if rest = strings.TrimPrefix(rest, "zu"); !ok || len(rest) < 5 {
			continue
		}
		for _, s := range stemsBy[begin(rest)] {
			if s.lang&de != 0 && (s.particle == "" || s.particle == p) && len(s.text) > 3 && (rest == s.text+"en" || rest == s.text+"n") {
				return true
			}
		}
	}
	return false
}

func digit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// contrasts reports whether a word that may set clauses against each other does so here.
func (c *cutter) contrasts(i int) bool {
	t := &c.list[i]
	switch t.text {
	case "while":
		return i > 0
	case "doch":
		return i > 0 && c.list[i-1].sign && !(t.starts&amend != 0 && c.behindOops(i)) // "Moment, doch lieber in 4K"
	case "yet", "though", "although", "während", "was", "invece", "mentre", "aunque", "embora", "enquanto":
		return i > 0 && c.list[i-1].sign
	case "पर": // "but" behind a verb or a sign, "on" behind a thing
		return i > 0 && (c.list[i-1].sign || hindiEnding(&c.list[i-1])) && !c.takesOn(i)
	case "mas", "ma":
		return i > 0
	case "สำหรับ", "ส่วน": // "for", where no blank stands before it
		return i > 0 && t.at > c.list[i-1].end
	case "as", "regarding", "concerning", "when":
		return true
	}
	return true
}

// takesOn reports whether the Hindi "on" stands between a noun and the verb that takes or gives by it: "किराये पर लेने हैं".
func (c *cutter) takesOn(i int) bool {
	before := &c.list[i-1]
	return i+1 < len(c.list) && takingOn[c.list[i+1].text] && !before.sign && !hindiLast[before.text] && !hindiHelpers[before.text] && !hindiPolite(before.text)
}

// takingOn are forms of Hindi verbs of taking and giving.
var takingOn = set("ले लेना लेनी लेने दे देना देनी देने चाहिए चाहिये रख रखना रखनी रखने लो लीजिए दो दीजिए")

// hindiEnding reports whether a Hindi word may end a clause: a verb, or what stands with one.
func hindiEnding(t *token) bool {
	return hindiLast[t.text] || hindiHelpers[t.text] || t.starts&(negator|other|assent) != 0 || strings.HasSuffix(t.text, "ूँ") || strings.HasSuffix(t.text, "ूं") || foreignVerb(t, hi) && !strings.HasSuffix(t.text, "ने")
}

// hindiLast are forms of the verbs with which most clauses end.
var hindiLast = set("है हैं हूँ हूं हो था थी थे थीं गया गई गए गयी गये लिया ली लिए लीं दिया दी दिए किया की कीं रहा रही रहे होगा होगी होंगे सकता सकती सकते चाहिए पड़ेगा पड़ेगी चाहता चाहती चाहते जाए जाएँ जाएगा जाएगी")

// lists reports whether what stands behind a sign goes on with a list.
func (c *cutter) lists(i int) bool {
	return strings.ContainsAny(c.list[i].text, ",，、")
}

// verbFinal reports whether the clause before a joining word has ended with its verb, as in
// Hindi.
func (c *cutter) verbFinal(i int) bool {
	if c.lang == de && len(c.cur.words) > 1 {
		return infinitive(&c.cur.words[len(c.cur.words)-1]) && c.infinitiveAhead(i+1)
	}
	if c.lang != hi || len(c.cur.words) == 0 {
		return false
	}
	return hindiOrder(&c.cur.words[len(c.cur.words)-1]) || foreignVerb(&c.cur.words[len(c.cur.words)-1], hi)
}

// goesOnWithTime reports whether a German order that has no verb yet goes on behind a comma with a day or a time, and
// ends with its verb: "Könnten Sie den Termin auf Dienstag, den 8. Dezember, um 14 Uhr verschieben?"
func (c *cutter) goesOnWithTime(i int) bool {
	if c.lang != de || i < 2 || i+2 >= len(c.list) || !c.list[i-1].sign || c.list[i-1].text != "," {
		return false
	}
	switch c.list[i].text {
	case "um", "ab", "den", "dem", "am", "gegen":
		if !digit(c.list[i+1].text) {
			return false
		}
	default: // ", 15 Uhr verschieben"
		if !digit(c.list[i].text) || c.list[i+1].text != "uhr" {
			return false
		}
	}
	if len(c.cur.words) < 3 || c.cur.words[0].starts&frame == 0 || slices.ContainsFunc(c.cur.words, func(t token) bool {
		return infinitive(&t) || t.starts&(negator|await|later|question) != 0 && t.starts&frame == 0
	}) {
		return false
	}
	for j := i; j < len(c.list) && !(c.list[j].sign && c.list[j].text == "," && j > i+1 && infinitive(&c.list[j-1])); j++ {
		if t := &c.list[j]; t.quoted || t.code() || t.starts&(negator|frame|hypothetical|ifs|unless|keep|await|know|nothing|speaker|subject|and|contrast) != 0 || t.sign && t.text != "," {
			return false
		}
	}
	end := i
	for end+1 < len(c.list) && !(c.list[end+1].sign && c.list[end+1].text == "," && end > i+1 && infinitive(&c.list[end])) {
		end++
	}
	return infinitive(&c.list[end])
}

// infinitive reports whether a German word may be the base form that ends an order.
func infinitive(t *token) bool {
	return !t.sign && !t.quoted && !t.capped && len(t.text) > 5 && strings.HasSuffix(t.text, "n") && t.within == 0 && foreignVerb(t, de)
}

// infinitiveAhead reports whether the next part ends with one, too: "Tor öffnen und Licht
// anschalten".
func (c *cutter) infinitiveAhead(i int) bool {
	for j := i + 1; j < len(c.list); j++ {
		if j+1 == len(c.list) || c.list[j+1].sign || c.list[j+1].starts&and != 0 {
			return infinitive(&c.list[j]) || c.list[j].starts&other != 0 && strings.HasSuffix(c.list[j].text, "n")
		}
	}
	return false
}

// toldBefore reports whether what was read of the clause tells something of a thing by its number: "la INV-2140 va bene, la
// INV-2141 va annullata".
func (c *cutter) toldBefore() bool {
	return codeTold(c.cur.words, (&clause{words: c.cur.words, lang: c.lang}).opened(), c.lang)
}

// germanMain reports whether a German clause begins here with an adverb of time before its verb: ", vorher kann da keiner was
// verlegen".
func (c *cutter) germanMain(i int) bool {
	return c.lang&de != 0 && i > 0 && i+2 < len(c.list) && c.list[i-1].sign && germanWhen[c.list[i].text] && (auxiliaries[c.list[i+1].text]&de != 0 || germanModals[c.list[i+1].text])
}

// germanWhen are such adverbs, germanModals verbs behind them.
var (
	germanWhen   = set("vorher davor danach nachher sonst")
	germanModals = set("kann können darf muss müssen will wollen")
)

// starts reports whether a clause begins here: with a verb, a ban, a question or somebody who
// does something; or with what a verb behind it is about: "for 5532 tell me".
func (c *cutter) starts(i int) bool {
	if c.goesOnWithTime(i) {
		return false
	}
	if c.germanMain(i) || c.restAt(i) || c.pledgeAt(i) || c.states(i) || c.statement(i) || codeTold(c.list, i, c.lang) && (c.ordersBefore() || c.toldBefore()) {
		return true // "storniere kam an"
	}
	for j := i; j < len(c.list) && j < i+7; j++ {
		t := &c.list[j]
		if t.sign || t.quoted {
			return false
		}
		if j+1 < len(c.list) && c.list[j+1].text == "only" && (j+2 == len(c.list) || c.list[j+2].sign) {
			return false // "…, read only"
		}
		if t.starts&(negator|frame|question|hypothetical|ifs|unless|keep|await|know|nothing|excepted) != 0 && t.starts&harmless == 0 || t.starts&harmless != 0 {
			if t.starts&question != 0 && t.within&(negator|frame) == 0 && c.lang&(hi|th) != 0 {
				continue
			}
			if t.starts&(negator|frame|question|hypothetical|ifs|unless|keep|await|know|nothing|harmless) == 0 && t.starts&excepted != 0 {
				continue
			}
			return true
		}
		if t.code() && j+1 < len(c.list) && handers[c.list[j+1].text]&c.lang != 0 && c.ordersBefore() {
			return true // "delete M-520, and M-521 goes to the archive"
		}
		if j == i && onlyWords[t.text]&c.lang != 0 && j+1 < len(c.list) && (c.list[j+1].within&target != 0 || c.list[j+1].code()) && slices.ContainsFunc(c.cur.words, func(w token) bool { return w.starts&negator != 0 }) {
			return true // "don't forward it to Eve, only to Max"
		}
		if t.starts&(speaker|subject) != 0 && !(t.within&det != 0 && c.lang&en == 0) && j+1 < len(c.list) && !c.list[j+1].sign {
			switch t.text {
			case "me", "us", "mi", "mir", "mich", "uns", "moi", "nous", "नहीं":
			default:
				return true
			}
		}
		if j == i && c.lang&en != 0 && (t.text == "have" || t.text == "get") && j+2 < len(c.list) && (c.list[j+1].text == "it" || c.list[j+1].text == "them") {
			return true
		}
		if _, at := proclitic(c.list, j, c.lang); at > 0 {
			return true
		}
		if c.lang&en != 0 && t.verb || t.starts&other != 0 || foreignVerb(t, c.lang) && !(c.lang&en != 0 && t.noun) {
			if c.lang&en != 0 && t.noun && c.thing(j) {
				return c.ahead(j + 1)
			}
			return true
		}
		if t.within&opener != 0 || t.starts&(later|content) != 0 && t.starts&opener != 0 || thaiWays[t.text] {
			continue
		}
		return c.ahead(j) || j == i && (c.frontsThing(i) || c.takesThing(i) || c.unknownOrder(i))
	}
	return false
}

// ordersBefore reports whether the clause that is read begins with a verb and its thing, and not with a thing.
func (c *cutter) ordersBefore() bool {
	cur := &clause{words: c.cur.words, lang: c.lang}
	i := cur.opened()
	j := i + 1
	for j < len(cur.words) && cur.words[j].within&det != 0 {
		j++
	}
	return cur.verbFirst() || c.lang&en == 0 && j < len(cur.words) && cur.words[i].within&det == 0 && !cur.words[i].code() && !cur.words[i].thing && cur.words[j].code()
}

// frontsThing reports whether an order begins here behind what it is about, in a form that only orders have: "y en la HJ29
// poned 3 jugadores", "und für S-2263 reserviert mir 2 Plätze".
func (c *cutter) frontsThing(i int) bool {
	if c.lang == de && i > 0 && c.list[i-1].starts&and != 0 {
		return lateGerman(c.list, i) >= 0
	}
	if c.lang&(fr|it|es|pt) == 0 || c.lang&en != 0 || i < 1 || c.list[i-1].starts&and == 0 || !fronting[c.list[i].text] && c.list[i].within&det == 0 {
		return false
	}
	whole := &clause{words: c.list, lang: c.lang}
	for j := i; j < len(c.list); j++ {
		t := &c.list[j]
		if j > i && foreignVerb(t, c.lang) && !frequent(t, c.lang) {
			before := &c.list[j-1]
			return (before.code() || digit(before.text) || spoken.Month(before.text) > 0) && (before.code() && c.ordersBefore() && j+1 < len(c.list) && !c.list[j+1].sign || slices.ContainsFunc(latinLangs, func(l lang) bool { return c.lang&l != 0 && whole.surely(verb{at: j, lang: l}) }))
		}
		if t.sign || t.quoted || !fronting[t.text] && t.within&det == 0 && !placing[t.text] && !ofWords[t.text] && !t.code() && !digit(t.text) && spoken.Month(t.text) == 0 && !t.thing {
			return false
		}
	}
	return false
}

// unknownOrder reports whether an order of another thing begins here with a word that no list has, in a form that only orders have:
// "devolvam a PX-1 e guardem a PX-2".
func (c *cutter) unknownOrder(i int) bool {
	t := &c.list[i]
	if c.lang&(fr|it|es|pt) == 0 || c.lang&en != 0 || i < 1 || c.list[i-1].starts&and == 0 || t.within != 0 || t.capped || t.sign || knownIn[t.text] != 0 || len(t.text) < 5 {
		return false
	}
	next := i + 1
	for next < len(c.list) && c.list[next].within&det != 0 {
		next++
	}
	return next < len(c.list) && c.list[next].code() && slices.ContainsFunc(c.cur.words, func(w token) bool { return w.code() }) &&
		slices.ContainsFunc(latinLangs, func(l lang) bool {
			return c.lang&l != 0 && (&clause{words: c.list, lang: c.lang}).surely(verb{at: i, lang: l})
		})
}

// thaiWays are Thai words before a verb that say which way it goes: "แล้วมารับ".
var thaiWays = set("มา ไป")

// thing reports whether a word that may be a verb is a noun here: "and order 5533".
func (c *cutter) thing(j int) bool {
	t := &c.list[j]
	if j+1 >= len(c.list) || c.list[j+1].sign {
		return true
	}
	for i := range c.cur.words {
		if w := &c.cur.words[i]; w.text == t.text && i > 0 && c.cur.words[i-1].within&negator == 0 {
			return true // but "don't move Bella, move Rex"
		}
	}
	return false
}

// ahead reports whether the part up to the next joint has a verb of an order that does not
// stand at its beginning: "and for 5532 just tell me the status", "und b.txt behalten".
func (c *cutter) ahead(i int) bool {
	if lateVerb(c.list, i, c.lang) >= 0 {
		return true
	}
	for j := i; j < len(c.list); j++ {
		t := &c.list[j]
		if t.sign || t.quoted || t.starts&(and|contrast|ifs|unless|aside|content) != 0 && j > i {
			return false
		}
		if j == i {
			continue
		}
		before := &c.list[j-1]
		if t.starts&(negator|keep|frame|await) != 0 && t.within&harmless == 0 || t.starts&nothing != 0 && j+1 < len(c.list) && tellings[c.list[j+1].text]&c.lang != 0 {
			return true
		}
		switch {
		case finite[t.text]&c.lang != 0 && before.within&(det|target|source) == 0 && j+1 < len(c.list):
			return true
		case c.lang&en != 0 && t.inflected() && strings.HasSuffix(t.text, "ed") && (before.within&(opener|negator) != 0 || j+1 < len(c.list) && c.list[j+1].within&(pronoun|det|speaker) != 0):
			return true
		case c.lang&en != 0 && (t.verb || t.starts&other != 0) && !t.noun && before.within&(det|speaker|subject|target|pronoun|source) == 0 && before.within&content == 0 && before.text != "of" && before.text != "for" && before.text != "with" && before.text != "as":
			return true
		case c.lang == de && foreignVerb(t, de) && strings.HasSuffix(t.text, "en") && (j+1 == len(c.list) || c.list[j+1].sign || c.list[j+1].starts&and != 0):
			return true
		case c.lang == hi && (hindiOrder(t) || t.starts&other != 0) && j > i:
			return true
		}
	}
	return false
}

// finite are verbs of statements.
var finite = func() map[string]lang {
	out := map[string]lang{}
	for l, words := range map[lang]string{
		en: "is are was were has have had will would can could should may might did does isn't wasn't hasn't won't can't didn't",
		de: "ist sind war waren hat haben hatte wurde wurden wird werden kann soll muss will darf",
		fr: "est sont était ont avait sera", it: "è sono era hanno ha aveva sarà", es: "es está son fue ha han había será", pt: "é está são foi tem têm tinha será",
	} {
		for w := range strings.FieldsSeq(words) {
			out[w] |= l
		}
	}
	return out
}()

// plural reports whether a Spanish word may be an order to several people with a pronoun written to it: pasadla.
func plural(w string) bool {
	if len(w) > 14 {
		return false
	}
	for _, end := range []string{"lo", "la", "los", "las", "le", "les", "me", "nos"} {
		if rest, ok := strings.CutSuffix(w, end); ok && (strings.HasSuffix(rest, "ad") || strings.HasSuffix(rest, "ed") || strings.HasSuffix(rest, "id")) {
			return true
		}
	}
	return false
}
