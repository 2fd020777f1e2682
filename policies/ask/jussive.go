package ask

import "strings"

// A message that begins with "que" and what is to be done orders it: "hola, que se anule la M-5021, por favor", "que pasem a
// recolher 5 volumes". It is an order only as all that is said: what others want, what somebody thinks of it and what was asked
// have the same words.

// jussive marks the "que" of such a sentence as what asks for a verb.
func (s *Said) jussive(list []token, l lang, asked bool) {
	if l&(es|pt) == 0 || asked || s.messages > 1 {
		return
	}
	for i := range s.clauses {
		if c := &s.clauses[i]; c.message == s.messages && !c.only(opener) {
			return
		}
	}
	at := 0
	for at < len(list) && (list[at].sign && !list[at].quoted || list[at].within&opener != 0) && list[at].text != "que" {
		at++
	}
	verb := at + 1
	for verb < len(list) && verb < at+3 && (frontClitics[list[verb].text] || list[verb].text == "se") {
		verb++
	}
	if verb >= len(list) || list[at].text != "que" || list[at].quoted || !jussiveForm(&list[verb], l) {
		return
	}
	rest := &clause{words: list[verb+1:], lang: l}
	if len(rest.words) == 0 || rest.words[0].capped && !rest.words[0].code() || rest.find(negator|report|know|hypothetical|question|ifs|unless|speaker|subject|await|later|recall|rethink|nothing, 0, len(rest.words)) >= 0 {
		return
	}
	for k := range rest.words {
		switch t := &rest.words[k]; {
		case t.quoted, judging[t.text]&l != 0, conditionalForm(t.text, l):
			return
		case t.sign && strings.ContainsAny(t.text, ",;:"):
			if behind := rest.part(k+1, len(rest.words)); !behind.only(opener | frame) {
				return
			}
		case finite[t.text]&l != 0 && t.within&(det|target|source) == 0 && !t.thing && (k == 0 || rest.words[k-1].within&det == 0):
			return
		}
	}
	t := &list[at]
	t.starts, t.within = t.starts&^(report|content|question)|frame, t.within&^(report|content|question)|frame
	t.length[bit(frame)] = 1
}

// jussiveForm reports whether a verb is in the form of what is to be, "anulen", "cancele", "recojan", and not of what is so.
func jussiveForm(t *token, l lang) bool {
	if t.sign || t.quoted || t.capped || t.code() {
		return false
	}
	if comers[t.text] {
		return true
	}
	for _, end := range []string{"en", "em", "e", "an", "am", "a"} {
		stem, ok := strings.CutSuffix(t.fold, end)
		if !ok || !foreignVerb(t, l) {
			continue
		}
		second := secondClass[stem]&l != 0
		if end[0] == 'a' {
			return second
		}
		if rest, ok := strings.CutSuffix(stem, "g"); ok { // recoge, recoja
			second = second || secondClass[rest+"j"]&l != 0
		}
		if rest, ok := strings.CutSuffix(stem, "c"); ok { // conduce, conduzca
			second = second || (secondClass[rest+"zc"]|secondClass[rest+"z"])&l != 0
		}
		return !second
	}
	return false
}

// comers are forms of verbs that only say that somebody is to come and do it, or to give it.
var comers = set("vengan venga pasen pase vayan vaya venham venha passem passe den dé deem dê")
