package ask

import "regexp"

// Polite orders of Italian and Portuguese have their pronouns before them: "lo sposti", "me la disdica", "o cancele". What
// tells them from statements is the ending: "la sposta" is what somebody does.

// clitics before a verb; articles among them are none where a noun may follow.
var (
	proclitics     = map[string]lang{"ci": it, "mi": it, "me": it | pt, "ce": it, "ne": it, "gli": it, "gliene": it, "glieli": it, "gliele": it, "ve": it, "glielo": it, "gliela": it, "lo": it, "la": it, "li": it, "le": it, "lhe": pt, "lhes": pt, "nos": pt, "o": pt, "a": pt, "os": pt, "as": pt}
	articleClitics = set("lo la le gli o a os as")
	politeVerb     = map[lang]*regexp.Regexp{
		it: regexp.MustCompile(`(?:i|ino|(?:mett|sospend|sostituisc|aggiung|tolg|chiud|apr|inserisc|disdic|interromp|riprend|prend|[a-z]+isc|scriv|tras?ferisc|conced|ved|legg)an?o?)$`),
		pt: regexp.MustCompile(`(?:em?|(?:suspend|ponh|substitu|transfir|insir|remov|inclu|interromp|devolv|faç)am?)$`),
	}
)

// proclitic returns the language of a polite order whose pronouns begin at a word, and where its verb stands; 0 if there
// is none.
func proclitic(words []token, i int, l lang) (lang, int) {
	const most = 2 // pronouns
	for k := range politeVerb {
		if l&k == 0 {
			continue
		}
		at, sure := i, false
		for at < len(words) && at < i+most && proclitics[words[at].text]&k != 0 {
			sure = sure || !articleClitics[words[at].text]
			at++
		}
		if at == i || at >= len(words) || words[at].sign || words[at].quoted || words[at].capped || words[at].thing || !politeVerb[k].MatchString(words[at].text) || !foreignVerb(&words[at], k) {
			continue
		}
		if next := at + 1; sure || next == len(words) || words[next].sign || placing[words[next].text] || words[next].within&(target|opener) != 0 {
			return k, at
		}
	}
	return 0, 0
}

// pronounOf reports whether a word is a pronoun of a polite order: "me lo sposti".
func (c *clause) pronounOf(j int, v verb) bool {
	l, at := proclitic(c.words, j, c.lang)
	return at == v.at && l == v.lang
}
