package ask

import (
	"slices"
	"strings"
)

// Stories that people tell around their orders: how things are with them, with theirs, and around them. They leave an order as
// it is; what is said of the thing of the order, of what somebody wants or thinks, or of those who are spoken to, may not.

// tale reports whether the clause tells no more than such a story: "ma fille a de la fièvre", "perché la caldaia è rotta".
func (c *clause) tale() bool { // [clause.toldOnly] is for Spanish and Portuguese
	const least = 3 // words
	const bars = await | keep | stop | recall | doubt | mock | ifs | unless | know | report | retain | needless | mind | unneeded | except | excepted | rethink | oops | amend | later | contrast | frame | sayso | usual
	from := c.opened()
	if end := c.oneOfUs(from); end > 0 {
		rest := c.part(end, len(c.words))
		return !c.asked && len(rest.words) > 1 && auxiliaries[rest.words[0].text]&c.lang != 0 && rest.find(bars, 0, len(rest.words)) < 0 && !slices.ContainsFunc(rest.words, func(t token) bool { return t.code() || digit(t.text) || t.own != 0 })
	}
	if c.asked || c.lang&^(en|de|fr|it) != 0 || len(c.words) < from+least || !c.beginsTale(from) {
		return false
	}
	there := c.thereIs(from)
	because := c.words[from].starts&aside != 0 || c.words[from].starts&content != 0 || placing[c.words[from].text]
	for k := from; k < len(c.words); k++ {
		t := &c.words[k]
		if there && k < from+2 {
			continue
		}
		if _, end := numeral(c.words, k, c.lang); t.quoted || t.code() || digit(t.text) || end > k && !articles[t.text] {
			return false
		}
		behind := k > from && auxiliaries[c.words[k-1].text]&c.lang != 0 || k > from+1 && auxiliaries[c.words[k-2].text]&c.lang != 0 && frequent(&c.words[k-1], c.lang)
		told := auxiliaries[t.text]&c.lang != 0 || t.within&(det|harmless) != 0 || behind && alreadys[t.text]&c.lang != 0 || t.text == "ci" && k+1 < len(c.words) && auxiliaries[c.words[k+1].text]&c.lang != 0
		if t.starts&bars != 0 && !told && t.starts&negator == 0 || t.starts&hypothetical != 0 && !told && !(k+1 < len(c.words) && auxiliaries[c.words[k+1].text]&c.lang != 0) || t.starts&(negator|nothing) != 0 && !because && c.words[from].within&det == 0 {
			return false
		}
		if chooses(t) && c.negates() < 0 {
			continue
		}
		if toYou[t.text] && t.within&det == 0 || t.within&again != 0 && c.negates() >= 0 && c.hasOf(havers, 0) >= 0 {
			return false // "i miei soci non hanno ancora firmato"
		}
		if (opinions[t.text]|perhaps[t.text]|prefers[t.text]|youDo[t.text]|willing[t.text])&c.lang != 0 || wrongs[t.text] != 0 || no[t.text] && t.starts&negator == 0 || pointing[t.text] && !told {
			return false
		}
		if behind || k > 0 && c.words[k-1].within&det != 0 || t.capped && k > from || frequent(t, c.lang) || (auxiliaries[t.text]|storyVerbs[t.text])&c.lang != 0 {
			continue
		}
		if t.own != 0 || foreignVerb(t, c.lang) {
			return false
		}
	}
	return true
}

// oneOfUs returns where "one of us" and the like end that begin at a word; 0 if they do not.
func (c *clause) oneOfUs(i int) int {
	if i >= len(c.words) {
		return 0
	}
	_, end := numeral(c.words, i, c.lang)
	if articles[c.words[i].text] {
		end = i + 1
	}
	if end <= i || end+1 >= len(c.words) || c.words[end].text != "of" && !ofWords[c.words[end].text] || !ourselves[c.words[end+1].text] {
		return 0
	}
	return end + 2
}

// ourselves are those who speak, behind a preposition.
var ourselves = set("us uns nous noi nosotros nosotras nós")

// thereIs reports whether an English or German clause says, from a word on, what there is: "there's still an inspection", "da ist
// ja unsere Feier".
func (c *clause) thereIs(i int) bool {
	if i+2 >= len(c.words) {
		return false
	}
	first, is := c.words[i].text, c.words[i+1].text
	switch {
	case c.lang == en:
		return first == "there's" || first == "that's" && (myOwn[is]&en != 0 || is == "the" && !c.words[i+2].thing && c.words[i+2].within == 0 && (c.words[i+2].text == "day" || strings.HasSuffix(c.text, ".") || strings.HasSuffix(c.text, "!"))) || first == "there" && (auxiliaries[is]&en != 0 || is == "'s")
	case c.lang == de:
		return first == "es" && (is == "gibt" || is == "gab") || first == "da" && auxiliaries[is]&de != 0
	}
	return false
}

// chooses reports whether a word says that somebody has decided.
func chooses(t *token) bool {
	return strings.HasPrefix(t.fold, "decid") || strings.HasPrefix(t.fold, "decis")
}

// beginsTale reports whether at a word a story begins: with who it is about, what has come about, or why.
func (c *clause) beginsTale(i int) bool {
	t := &c.words[i]
	if i+1 < len(c.words) && (forMe[t.text] || t.text == "con" || t.text == "avec") {
		next := &c.words[i+1]
		return auxiliaries[next.text]&c.lang != 0 || quantifiers[next.text]&c.lang != 0
	}
	if c.thereIs(i) {
		return true
	}
	if c.lang == en && i+1 < len(c.words) && (c.words[i+1].text == "are" || c.words[i+1].text == "were" || c.words[i+1].text == "have") && strings.HasSuffix(t.text, "s") && !t.verb && t.starts|t.within == 0 && !t.thing && !t.code() {
		return true // "scaffolders are running late"
	}
	return t.within&det != 0 || t.starts&aside != 0 || t.text == "che" || t.text == "que" || t.text == "qu'" || (ownSubjects[t.text]|auxiliaries[t.text]|existing[t.text]|causes[t.text])&c.lang != 0
}

// tellsOnly reports whether the clause is a story, and says nothing of a call.
func (c *clause) tellsOnly(call *Call) bool {
	return c.tale() && !call.names(c.text) && len(c.verbs(&call.Acts)) == 0 && !call.Acts.hasNoun(c.words)
}

// closesLetter reports whether the clause begins with words that end a letter: "distinti saluti".
func (c *clause) closesLetter() bool {
	i := c.opened()
	for i < len(c.words) && c.words[i].within&det != 0 {
		i++
	}
	return i < len(c.words) && len(c.words) <= i+4 && closings[c.words[i].text]&c.lang != 0 && !slices.ContainsFunc(c.words, func(t token) bool { return t.code() || digit(t.text) })
}

// signs reports whether the clause is no more than a name under a letter.
func (c *clause) signs() bool {
	const most = 4 // words
	return len(c.words) <= most && !slices.ContainsFunc(c.words, func(t token) bool {
		return t.quoted || t.code() || digit(t.text) || !t.capped && len(t.text) > most
	})
}

var (
	willing  = wordSets["willing"]
	closings = wordSets["closing"]
	causes   = wordSets["becauseOf"]

	havers     = wordSets["haver"]     // by which it is told what somebody has done
	storyVerbs = wordSets["storyVerb"] // what people do in stories
)

// thaiDone reports whether a Thai sentence ends by saying that it is so already, or by asking whether it has been done:
// "ทุกเดือนอยู่แล้ว", "3 ตัวแล้วใช่ไหม".
func thaiDone(list []token) bool {
	n := len(list)
	for n > 0 && (list[n-1].sign || thaiEnds[list[n-1].text] || list[n-1].text == "นะ") {
		n--
	}
	end := ""
	for i := max(0, n-3); i < n; i++ {
		end += list[i].text
	}
	if strings.HasSuffix(end, "อยู่แล้ว") {
		return slices.ContainsFunc(list, func(t token) bool { return t.starts&(usual|speaker) != 0 })
	}
	return slices.ContainsFunc([]string{"แล้วใช่ไหม", "แล้วใช่มั้ย", "แล้วใช่เปล่า", "แล้วใช่หรือไม่"}, func(done string) bool { return strings.HasSuffix(end, done) })
}
