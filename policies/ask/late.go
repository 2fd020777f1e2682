package ask

import (
	"regexp"
	"slices"
	"strings"
)

// Orders of French, Italian, Spanish and Portuguese whose verb comes late: what it is for or about stands in front of it, by a
// preposition, and no comma behind: "per lo spettacolo della scuola ordinateci 20 kg".

// late reports whether a verb is such an order: its form is one of orders only, and nothing else of a verb stands before it.
func (c *clause) late(v verb) bool {
	if v.form == ordering && v.lang == de && !c.asked && !c.begins && lateGerman(c.words, c.opened()) == v.at {
		return true
	}
	return v.form == ordering && !c.asked && lateVerb(c.words, c.opened(), v.lang) == v.at && c.find(usual, 0, len(c.words)) < 0 && c.hasOf(habits, 0) < 0
}

// lateVerb returns the word that is the verb of an order which begins, at a word, with what it is for or about: "per la
// PR-260 fissate un tecnico"; −1 if there is none.
func lateVerb(words []token, i int, l lang) int {
	const most = 16 // words in front
	if l&(fr|it|es|pt) == 0 || i >= len(words) || !fronting[words[i].text] && !partOf[words[i].text] && !placing[words[i].text] || words[i].within&(frame|opener) != 0 {
		return -1
	}
	told, number := false, false // in a relative clause; a number stands before it
	for j := i + 1; j < len(words) && j <= i+most; j++ {
		t, before := &words[j], &words[j-1]
		if t.quoted {
			continue
		}
		if t.sign {
			return -1
		}
		hung := before.within&det != 0 || placing[before.text] || fronting[before.text] || ofWords[before.text]
		if _, at := proclitic(words, j, l); at > j && !hung && !told {
			return at
		}
		switch {
		case t.code() || digit(t.text):
			number = true
		case !hung && j > i+1 && !t.capped && foreignVerb(t, l) && !frequent(t, l) && !t.thing && sureOrder(t.text, l) && !(told && !strings.HasSuffix(t.text, "ne")) && !ofSeveral(words, i, j):
			return j
		case !hung && number && partOf[words[i].text] && l&it != 0 && strings.HasSuffix(t.text, "ne") && foreignVerb(t, it) && !t.thing && j+1 < len(words) && (digit(words[j+1].text) || onlyWords[words[j+1].text]&it != 0):
			return j // "delle 30 licenze restituiscine 10"
		case number && partOf[words[i].text] && l&it != 0 && t.text == "che":
			told = true
		case told:
			if t.starts&(negator|report|know|subject|ifs|unless) != 0 && t.within&det == 0 {
				return -1
			}
		case t.starts&(hypothetical|speaker|subject|report|know|keep|negator|question|content|ifs|unless|except|contrast|await|nothing) != 0 && t.within&det == 0 && !placing[t.text], finite[t.text]&l != 0, youDo[t.text]&l != 0,
			!hung && !t.capped && !t.thing && foreignVerb(t, l) && !frequent(t, l):
			return -1
		}
		if _, end := numeral(words, j, l); end > j && !articles[t.text] {
			number = true
		}
	}
	return -1
}

// lateGerman returns the word that is the verb of a German order which goes on behind another with the thing that it is about: "und für
// S-2263 reserviert mir noch 2 Plätze"; −1 if there is none. Behind the verb stands no subject.
func lateGerman(words []token, i int) int {
	const most = 5 // words in front
	if i+2 >= len(words) || !placing[words[i].text] || words[i].within&(frame|opener) != 0 {
		return -1
	}
	for j := i + 1; j+1 < len(words) && j <= i+most; j++ {
		t, before, next := &words[j], &words[j-1], &words[j+1]
		switch {
		case t.sign || t.quoted:
			return -1
		case (before.code() || digit(before.text)) && !t.capped && foreignVerb(t, de) && !frequent(t, de):
			if next.text == "sie" && next.capped && strings.HasSuffix(t.text, "n") {
				return j
			}
			k := j + 1
			for k < len(words) && germanBehind[words[k].text] {
				k++
			}
			if strings.HasSuffix(t.text, "en") || k < len(words) && !digit(words[k].text) && words[k].text != "den" && words[k].text != "einen" && !words[k].sign && spelled(words, k) <= k {
				return -1
			}
			return j
		case t.code() || digit(t.text) || t.within&det != 0 || t.capped:
		default:
			return -1
		}
	}
	return -1
}

// spelled returns where a German number in words ends that begins at a word.
func spelled(words []token, i int) int { _, end := numeral(words, i, de); return end }

// germanBehind are words behind a verb that are no subject, and may stand before one.
var germanBehind = set("mir uns ihm ihn ihnen bitte doch noch mal dann nur auch gleich wieder")

// sureOrder reports whether a word has the form of an order to several people or to somebody one is polite to, and of
// little else.
func sureOrder(w string, l lang) bool {
	return l&fr != 0 && strings.HasSuffix(w, "ez") || l&it != 0 && italianOrder.MatchString(w) || l&pt != 0 && strings.HasSuffix(w, "em") || l&es != 0 && spanishOrder.MatchString(w)
}

var (
	italianOrder = regexp.MustCompile(`^[\pL]{2,}(?:ate|ete|ite)(?:mi|ti|ci|vi|lo|la|li|le|ne|gli|gliel[oaie]|gliene|[mtcv]e(?:l[oaie]|ne))?$`)
	spanishOrder = regexp.MustCompile(`^[\pL]{2,}(?:[aei]d|[aei]d(?:me|nos|le|les|lo|la|los|las)|[aeáé]n(?:me|nos|le|les|lo|la|los|las))$`)
)

// ofSeveral reports whether an Italian word that may be an order is rather what has been done to several things that stand
// before it: "per le bottiglie ordinate ieri".
func ofSeveral(words []token, i, at int) bool {
	if w := words[at].text; !strings.HasSuffix(w, "ate") && !strings.HasSuffix(w, "ite") {
		return false
	}
	for j := at - 1; j >= i; j-- {
		t := &words[j]
		switch {
		case t.code():
			return false
		case manyOfHers[t.text]:
			return true
		case t.within&det != 0 || fronting[t.text] || placing[t.text]:
			return slices.ContainsFunc(words[j:at], func(o token) bool { return digit(o.text) }) && (at+1 == len(words) || words[at+1].within&det == 0 && !digit(words[at+1].text))
		}
	}
	return false
}

// fronted reports whether a value stands in the clause in front of clause i, which says by a preposition no more than what
// their sentence is about: "pour notre déménagement MV-204, il nous faudrait 15 cartons".
func (s *Said) fronted(i int, v Value) bool {
	if i == 0 {
		return false
	}
	o := &s.clauses[i-1]
	at := o.opened()
	return o.sentence == s.clauses[i].sentence && o.kind == plain && at < len(o.words) && (fronting[o.words[at].text] || placing[o.words[at].text]) && v.Said(o.text) &&
		!slices.ContainsFunc(o.words, func(t token) bool {
			return t.starts&(negator|hypothetical|report|know|except|excepted|question|other) != 0 && t.within&det == 0 || finite[t.text]&o.lang != 0 || t.code() && !v.Said(t.text)
		})
}

// manyOfHers stand before several things of the feminine.
var manyOfHers = set("le delle alle nelle sulle dalle quelle queste nostre mie vostre tutte due tre quattro cinque sei sette otto nove dieci")

// takesThing reports whether an Italian order begins here with its thing, which a pronoun at its verb takes up: ", la D-461
// annullatela pure".
func (c *cutter) takesThing(i int) bool {
	const most = 4 // words of a thing
	if c.lang&^(fr|it) != 0 || c.lang&it == 0 || i < 1 || c.list[i-1].text != "," || c.list[i].within&det == 0 {
		return false
	}
	coded := false
	for j := i + 1; j < len(c.list) && j <= i+most; j++ {
		t := &c.list[j]
		if t.sign || t.quoted {
			return false
		}
		if coded && foreignVerb(t, it) {
			return italianOrder.MatchString(t.text) && t.text[len(t.text)-2:] != "te"
		}
		coded = coded || t.code()
	}
	return false
}
