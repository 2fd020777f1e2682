package ask

import (
	"regexp"
	"slices"
	"strings"
)

// Questions that ask for a service, and not whether: "¿me reservas …?", "set it up for me?"

// yourselves are German words for who is spoken to; wondering are words by which a question asks whether something is so.
var (
	yourselves = set("du sie ihr")
	wondering  = wordSets["wondering"]
)

// doesForMe reports whether a question asks for a service: "¿me reservas …?", "mi prenoti …?", "tu me
// réserves …?"
func (c *clause) doesForMe(i int) bool {
	if i < len(c.words) && addressed[c.words[i].text]&c.lang != 0 {
		i++
	}
	if c.lang == de {
		return i+2 < len(c.words) && foreignVerb(&c.words[i], de) && yourselves[c.words[i+1].text] && toMine[c.words[i+2].text] && c.hasOf(wondering, 0) < 0 // "bestellst du mir 18 Kisten?"
	}
	if c.lang&pt != 0 && i+1 < len(c.words) && forMe[c.words[i+1].text] && c.words[i].end+1 == c.words[i+1].at && (foreignVerb(&c.words[i], pt) && (strings.HasSuffix(c.words[i].text, "a") || strings.HasSuffix(c.words[i].text, "as") && c.hasOf(wondering, 0) < 0) || c.imperfect(&c.words[i])) {
		return true // "reserva-me um lugar?", "mudava-me a consulta …?"
	}
	if c.lang&(es|pt|it|fr) != 0 && c.lang&en == 0 {
		if at := c.frontedFor(i); at > i { // "l'appuntamento 8920 me lo anticipa …?"
			i = at
		}
	}
	if c.lang&(es|pt|it|fr) == 0 || c.lang&en != 0 || i+1 >= len(c.words) || !forMe[c.words[i].text] && !(i > 0 && doubleClitics[c.words[i].text+" "+c.words[i+1].text]) {
		return false
	}
	t := &c.words[i+1]
	if i+2 < len(c.words) && doubleClitics[c.words[i].text+" "+t.text] {
		t = &c.words[i+2]
		if foreignVerb(t, c.lang) && !frequent(t, c.lang) && !c.hasAny(i, len(c.words), "siempre", "sempre", "toujours", "nunca", "mai", "jamais", "normalmente", "souvent", "spesso", "o", "ou") {
			return true
		}
	}
	if c.wouldDo(t) {
		return !c.hasAny(i, len(c.words), "o", "ou", "siempre", "sempre", "toujours", "nunca", "mai", "jamais", "normalmente", "souvent", "spesso")
	}
	if !foreignVerb(t, c.lang) || frequent(t, c.lang) || c.hasAny(i, len(c.words), "siempre", "sempre", "toujours", "nunca", "mai", "jamais", "normalmente", "souvent", "spesso") {
		return false
	}
	if conditionals.MatchString(t.text) || c.begged {
		return true
	}
	if c.lang&it != 0 && secondPlural.MatchString(t.text) || c.lang&fr != 0 && strings.HasSuffix(t.text, "ez") {
		return true
	}
	end := t.text[len(t.text)-1]
	return c.lang&it == 0 && end == 's' || c.lang&it != 0 && end == 'i'
}

// frontedFor returns the pronouns for the user that stand behind the thing a question begins with; −1 if there are none.
func (c *clause) frontedFor(from int) int {
	named := false
	for i := from; i+2 < len(c.words); i++ {
		t := &c.words[i]
		if named && doubleClitics[t.text+" "+c.words[i+1].text] {
			if c.onlyThing(i) {
				return i
			}
			return -1
		}
		named = named || t.code() || digit(t.text)
	}
	return -1
}

// doubleClitics are pronouns for the user and for what it is about.
var doubleClitics = func() map[string]bool {
	out := map[string]bool{}
	for _, list := range []string{"me ce|lo la li le ne", "me nos|lo la los las", "me nous|le la les"} {
		whom, what, _ := strings.Cut(list, "|")
		for a := range strings.FieldsSeq(whom) {
			for b := range strings.FieldsSeq(what) {
				out[a+" "+b] = true
			}
		}
	}
	return out
}()

// conditionals are forms by which somebody is asked whether they would do it.
var conditionals = regexp.MustCompile(`r(?:ía[ns]?|íais|ias?|iam|ebbe|ebbero|esti|este|ais|iez)$`)

// secondPlural are Italian forms for those who are spoken to, addressed the words for them.
var (
	secondPlural = regexp.MustCompile(`[aei]te$`)
	addressed    = map[string]lang{"tu": fr | it | pt, "vous": fr, "lei": it, "voi": it, "usted": es, "ustedes": es, "vosotros": es, "você": pt, "vocês": pt, "vc": pt, "vcs": pt, "senhor": pt, "senhora": pt}
)

// favours reports whether the clause says that it is for the user: "set it up for me?"
func (c *clause) favours() bool {
	for i := 0; i+1 < len(c.words); i++ {
		if (c.words[i].text == "for" || c.words[i].text == "für" || c.words[i].text == "pour" || c.words[i].text == "per" || c.words[i].text == "para" || c.words[i].text == "pra") && ours[c.words[i+1].text] {
			return true
		}
	}
	return false
}

// ours are words for the user behind a preposition.
var ours = set("me us mich uns moi nous mí mim nosotros nós noi")

var forMe = set("me nos mi ci nous")

// pluralNouns are forms of reporting verbs that are things as often.
var pluralNouns = set("orders requests demands claims posts reads invites wishes hopes commands")

// imperfect reports whether a word is a form of a known Portuguese verb by which somebody is asked politely: mudava.
func (c *clause) imperfect(t *token) bool {
	for _, end := range []string{"ava", "avas", "avam", "ia", "ias", "iam"} {
		if base, ok := strings.CutSuffix(t.fold, end); ok && slices.ContainsFunc(stemsBy[begin(t.fold)], func(s stemOf) bool { return s.lang == pt && base == s.text }) {
			return true
		}
	}
	return false
}

// wouldDo reports whether a word is a conditional of a verb that is known: reservaría, prenoterebbe.
func (c *clause) wouldDo(t *token) bool {
	for l, ends := range would {
		if c.lang&l == 0 {
			continue
		}
		for _, end := range ends {
			base, ok := strings.CutSuffix(t.text, end)
			if !ok {
				continue
			}
			base = fold(base + "-")
			base = base[:len(base)-1]
			if slices.ContainsFunc(stemsBy[begin(t.fold)], func(s stemOf) bool { return s.lang&l != 0 && len(s.text) > 3 && base == s.text }) {
				return true
			}
		}
	}
	return false
}

// likesInQuestion reports whether a German question asks what the user would like: "möchten wir noch 25?"
func (c *clause) likesInQuestion() bool {
	for i := 0; i+1 < len(c.words); i++ {
		if w := c.words[i].text; (w == "möchte" || w == "möchten") && (c.words[i+1].text == "wir" || c.words[i+1].text == "ich") {
			return true
		}
	}
	return false
}
