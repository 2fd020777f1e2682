package ask

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Verbs of several words that tools declare: "put away", "dar de baja", "ausfallen lassen", "किराए पर देना". All
// of one counts, its verb and the word that stands apart from it: who says "put it on the list" asks for no
// "put away".

// lightVerbs are the stems of verbs that say little by themselves and have forms of their own.
var lightVerbs = map[lang]map[string]string{
	fr: {"mettre": "met mets mett mis pass", "faire": "fais fait faites fass fair", "prendre": "prend prends pren", "rendre": "rend"},
	it: {"dare": "da dai dal dam dar dia", "fare": "fa fai fal fam far facci", "mettere": "mett mess pass"},
	es: {"dar": "da dal dam dan dar darl darm dé dél den denl", "hacer": "haz hazl hag hac", "poner": "pon pong puest qued pas", "tener": "ten teng"},
	pt: {"dar": "dá da dar dê deem", "fazer": "faz faç", "pôr": "põe ponh pôr post fiqu pass", "por": "põe ponh pôr post fiqu pass"},
	hi: {"देना": "दे दो दी", "लेना": "ले लो ली"},
}

// lightEnglish are English verbs that mean something else with each word behind them.
var lightEnglish = set("put get make take go call let set turn do have pay bring give keep come break run look")

// row takes a declared verb of several words, and reports whether it is one whose first word alone does not
// say it.
func (a *Acts) row(verb string) bool {
	var words []string
	for _, t := range tokens(verb) {
		if !t.sign {
			words = append(words, t.text)
		}
	}
	if len(words) < 2 || nominal[words[0]] != "" { // money back
		return false
	}
	for len(words) > 2 && (placing[words[len(words)-1]] || ofWords[words[len(words)-1]]) {
		words = words[:len(words)-1] // mettre au nom de: it is the name that says it
	}
	first, last := words[0], words[len(words)-1]
	switch r, _ := utf8.DecodeRuneInString(first); {
	case unicode.Is(unicode.Devanagari, r):
		base, ok := strings.CutSuffix(last, "ना")
		if !ok || base == "कर" || base == "हो" { // the word before says it all
			return false
		}
		a.apart(hi, last, base, first)
		return true
	case unicode.Is(unicode.Thai, r):
		return false
	}
	if isASCII(first) && isASCII(last) {
		a.verbs = append(a.verbs, first+"+"+last)
		means := senseOf[first+"+"+last]
		if means == nil && (last == "in" || !lightEnglish[first]) {
			means = find(first) // of "hand over" and "put in" the other languages have what they have for "hand" and "put"
		}
		abroad := Acts{stems: a.stems, loose: map[lang][]stem{}}
		abroad.mean(means)
		a.strict, a.alters, a.grave = a.strict || abroad.strict, a.alters || abroad.alters, a.grave || abroad.grave
		if senseOf[first+"+"+last] != nil {
			a.verbs = append(a.verbs, abroad.verbs...)
		}
		if find(first) != nil || lightEnglish[first] {
			return true
		}
	}
	for _, l := range []lang{de, fr, it, es, pt} {
		if l == de && strings.HasSuffix(last, "n") { // ausfallen lassen
			a.apart(l, last, last, first)
			continue
		}
		a.apart(l, first, first, last)
		if lightVerbs[l][first] != "" && a.results != nil { // dar de baja: la baja
			a.results[last] |= l
		}
	}
	return true
}

// MeansOther reports whether a clause that asks for a call has the noun of another tool that is asked for by the
// same verb, or by the one that is said, and takes the same kinds of values, and none of the call's: "cancel order 17" is no visit's.
func (c *Call) MeansOther(text string) bool {
	var words []token
	var all clause
	var deeds []verb
	for i := range c.Others {
		o := &c.Others[i].Acts
		if !c.Others[i].Alike {
			continue
		}
		if words == nil {
			list := tokens(text)
			all = clause{words: list, lang: language(list), content: len(list)}
			deeds = slices.DeleteFunc(all.verbs(&c.Acts), func(v verb) bool { return v.strength < 2 })
			words = besidesDeed(list, deeds)
		}
		if !slices.ContainsFunc(o.named, func(v string) bool { return slices.Contains(c.Acts.named, v) }) && !slices.ContainsFunc(deeds, func(v verb) bool {
			theirs, ok := all.verb(v.at, o)
			return ok && theirs.strength == 2 && v.lang&(hi|th) == 0
		}) {
			continue
		}
		if o.hasNoun(words) && !c.Acts.hasNoun(words) && (c.Acts.hints == nil || !c.Acts.hints.hasNoun(words)) {
			return true
		}
	}
	return false
}

// besidesDeed leaves out the words that are the deed of the call itself: "un bonifico" is no standing order's.
func besidesDeed(words []token, deeds []verb) []token {
	out := make([]token, 0, len(words))
	for i := range words {
		if !slices.ContainsFunc(deeds, func(v verb) bool { return v.at == i }) {
			out = append(out, words[i])
		}
	}
	return out
}

// apart takes the stems of a verb with a word that stands apart from it.
func (a *Acts) apart(l lang, verb, base, particle string) {
	stems := []stem{{fold(base), particle}}
	for _, s := range stemsOf(verb, l) {
		if s.particle == "" {
			stems = append(stems, stem{s.text, particle})
		}
	}
	for s := range strings.FieldsSeq(lightVerbs[l][verb]) {
		stems = append(stems, stem{s, particle})
	}
	a.stems[l] = append(a.stems[l], stems...)
}
