package ask

import (
	"slices"
	"strings"
)

// conditional reports whether a word that may begin a condition does so here: "ask if" and
// "tell me when" begin what is told.
func (c *cutter) conditional(i int) bool {
	t := &c.list[i]
	if t.starts&harmless != 0 || t.within&(know|frame|harmless) != 0 && t.starts&(unless) == 0 {
		return false
	}
	if t.starts&question != 0 && t.text != "if" { // when is …? quando …?
		if len(c.cur.words) == 0 && c.at.asked {
			return false
		}
	}
	if c.pleases(i) || t.text == "se" && i > 0 && t.at == c.list[i-1].end+1 && c.text[t.at-1] == '-' { // "resolveu-se"
		return false
	}
	switch t.text {
	case "uma": // "uma vez que o voo foi cancelado", and not "uma vez que chegue"
		if end := c.partEnd(i+1, false); slices.ContainsFunc(c.list[i:end], func(w token) bool { return finite[w.text]&pt != 0 || tellings[w.text]&pt != 0 }) {
			return false
		}
	case "the": // at the moment
		if i > 0 && (c.list[i-1].text == "at" || c.list[i-1].text == "for") {
			return false
		}
	case "given", "after": // a reason
		if c.saysWhy(i) {
			return false
		}
	case "s'": // s'il te plaît is a phrase; s'appelle is none
		return i+1 < len(c.list) && strings.HasPrefix(c.list[i+1].text, "il")
	case "se":
		if c.lang&es != 0 && c.lang&(it|pt) == 0 {
			return false
		}
		if i+1 < len(c.list) && c.lang&(it|pt) != 0 && i > 0 && c.list[i-1].within&negator != 0 {
			return false
		}
	case "caso": // "não feche o caso T-9108"
		if i > 0 && c.list[i-1].within&det != 0 {
			return false
		}
	case "si": // a mass in B: "la Messe en si"
		if i > 0 && c.list[i-1].text == "en" {
			return false
		}
	case "appena": // "abbiamo appena traslocato"
		if i > 0 && auxiliaries[c.list[i-1].text]&it != 0 {
			return false
		}
	case "जो": // "the coat that I hired": no condition without a "then"
		return i == 0 && !c.relates(i)
	case "พอ":
		return i == 0
	}
	if i > 0 && c.list[i-1].end+1 == t.at && alters[c.list[i-1].text]&c.lang != 0 && t.starts&question != 0 {
		return false // "change when the van picks her up"
	}
	// What follows a verb of asking or telling is told: "check if", "tell me when".
	for j := i - 1; j >= 0 && j >= i-4; j-- {
		w := &c.list[j]
		if w.sign {
			break
		}
		if asksWhether[w.text] {
			return false
		}
		if w.within&(pronoun|det|speaker) == 0 && w.text != "me" && w.text != "us" && w.text != "him" {
			break
		}
	}
	return true
}

// relates reports whether a Hindi relative clause that begins at a word says of one thing how it is or was: "जो शेरवानी मैंने R-5633 में ली
// थी उसका बटन टूट गया है". "जो भी पहले आए" says of whoever it may be.
func (c *cutter) relates(i int) bool {
	end := i
	for end < len(c.list) && !(c.list[end].sign && !c.list[end].quoted) {
		if t := &c.list[end]; t.text == "तो" || t.text == "कोई" || end == i+1 && t.text == "भी" {
			return false
		}
		end++
	}
	return end > i+3 && (copulas[c.list[end-1].text] || hindiLast[c.list[end-1].text]) && !strings.HasSuffix(c.list[end-1].text, "गा") && !strings.HasSuffix(c.list[end-1].text, "गी") && c.list[end-1].text != "हो"
}

// alters are verbs of changing, behind which a word for a time says what is changed.
var alters = wordSets["alter"]

// conditionEnd returns where a condition ends. One that stands in front ends at a sign, at
// "then", or at the verb of the order.
func (c *cutter) conditionEnd(from int, front bool) int {
	for i := from; i < len(c.list); i++ {
		t := &c.list[i]
		switch {
		case t.quoted:
		case t.sign && (t.text != "," || front || c.starts(i+1) || c.otherwiseAt(i+1) > 0):
			return i
		case i > from && front && (t.text == "then" || t.text == "dann" || t.text == "alors" || t.text == "allora" || t.text == "entonces" || t.text == "então" || t.text == "तो" || t.text == "ให้" || t.text == "ก็"):
			return i
		case i > from && t.starts&contrast != 0 && t.text != "पर" && c.contrasts(i):
			return i
		case i > from+1 && t.starts&unless != 0 && !c.lessThan(i):
			return i
		case i == from+1 && front && (c.list[from].text == "so" || c.list[from].text == "possible" || c.list[from].text == "necessary" || c.list[from].text == "not") && t.verb:
			return i
		case i > from && front && c.lang&en != 0 && t.verb && !t.noun && !c.commaAhead(i) && c.commands(i):
			return i
		case i > from && front && c.lang&th != 0 && c.lang&en != 0 && thai(t.text) && foreignVerb(t, th) && i > from+1 && !c.tailed(from):
			return i
		case !front && t.starts&and != 0 && c.starts(span(c.list, i, and)):
			return i
		}
	}
	return len(c.list)
}

// lessThan reports whether "à moins de" stands before a number, where it is no "unless".
func (c *cutter) lessThan(i int) bool {
	end := span(c.list, i, unless)
	return c.list[i].text == "à" && end < len(c.list) && digit(c.list[end].text)
}

// inverted reports whether a sentence begins with a condition that has no word for it: "should it
// cost more, cancel it".
func (c *cutter) inverted(i int) bool {
	switch c.list[i].text {
	case "should", "sollte", "sollten":
		return i == 0 && !c.at.asked && c.commaAhead(i)
	}
	return i == 0 && c.list[0].starts&(recall|unneeded) == 0 && c.verbLeads()
}

// verbLeads reports whether a German sentence begins with a verb and its subject, and goes on behind a comma:
// "bleibt es trocken, bring H4 weg".
func (c *cutter) verbLeads() bool {
	if c.lang&de == 0 || c.at.asked || len(c.list) < 4 || !c.commaAhead(0) {
		return false
	}
	verb := c.list[0].text
	if stem, ok := strings.CutSuffix(verb, "'s"); ok { // ist's, regnet's
		return leadingVerbs[stem] || strings.HasSuffix(stem, "t")
	}
	if hadYou[verb] { // "hättet ihr gemahnt, hätte er gezahlt"
		comma := slices.IndexFunc(c.list, func(t token) bool { return t.sign && t.text == "," })
		return comma > 2 && comma+1 < len(c.list) && wouldGerman[c.list[comma+1].text]
	}
	subject := c.list[1].text
	switch subject {
	case "es", "er", "sie", "'s", "man", "nichts", "keiner", "niemand", "alles", "kein", "keine":
		return leadingVerbs[verb] || strings.HasSuffix(verb, "t") && subject != "sie" && subject != "alles" && subject != "keine" && subject != "nichts"
	}
	return leadingVerbs[verb]
}

// hadYou are forms by which it is said what would be if those who are spoken to had done something.
var hadYou = set("hättet hättest wäret wärt wärst wärest")

// leadingVerbs are verbs that say how things are, with which no order begins.
var leadingVerbs = set("ist sind war waren hat haben wird werden kann können gibt geht bleibt bleiben kommt kommen liegt liegen steht stehen regnet schneit reicht passt fehlt fehlen klappt sieht scheint wäre wären hätte hätten würde fällt steigt findet gilt")

// commaAhead reports whether a comma ends the condition later on.
func (c *cutter) commaAhead(i int) bool {
	for _, t := range c.list[i:] {
		if t.sign && !t.quoted {
			return true
		}
	}
	return false
}

// tailed reports whether a condition in front ends at a word or a sign of its own.
func (c *cutter) tailed(from int) bool {
	for _, t := range c.list[from:] {
		if t.sign || t.text == "ให้" || t.text == "ก็" {
			return true
		}
	}
	return false
}

// pleases reports whether an "if" only asks, in Spanish or Portuguese, whether somebody can: "si puede ser", "se puderem
// ainda hoje", and nothing that they would do.
func (c *cutter) pleases(i int) bool {
	if i+1 >= len(c.list) || c.lang&(es|pt) == 0 || i == 0 || abling[c.list[i+1].text]&c.lang == 0 || c.list[i].text != "si" && c.list[i].text != "se" {
		return false
	}
	for _, t := range c.list[i+2:] {
		if t.sign {
			break
		}
		if t.text != "ser" && t.text != "todavía" && t.text != "ainda" && t.text != "hoy" && t.text != "hoje" && t.text != "mismo" && t.text != "mesmo" && t.text != "esta" && t.text != "semana" && t.text != "antes" {
			return false
		}
	}
	return true
}

// abling are verbs by which somebody can.
var abling = wordSets["abling"]

// onlyLimits reports whether words beside a condition only say that it is one: "…, that is", "सिर्फ़ … तो".
func onlyLimits(words []token) bool {
	return !slices.ContainsFunc(words, func(t token) bool { return !t.sign && (t.quoted || !limiting[t.text]) })
}

// limiting are the words of that.
var limiting = set("that is only सिर्फ़ सिर्फ केवल बस तो")
