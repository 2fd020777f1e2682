package ask

import (
	_ "embed"
	"strings"
)

// Reasons of one's own that leave an order as it is: "cancellation of C-204, please, I have the flu". Anything may
// stand behind a comma, and much of it takes an order back, so these are no more than what lexicon/grounds.txt has.

//go:embed lexicon/grounds.txt
var groundsText string

// grounds is what tells such a reason.
type grounds struct {
	words, around map[string]lang
	whole, minds  map[string]lang // as phrases
}

var groundsOf = readGrounds()

func readGrounds() grounds {
	g := grounds{map[string]lang{}, map[string]lang{}, map[string]lang{}, map[string]lang{}}
	sets := map[string]map[string]lang{"words": g.words, "around": g.around, "whole": g.whole, "minds": g.minds}
	for line := range strings.Lines(groundsText) {
		head, list, _ := strings.Cut(strings.TrimSpace(line), ": ")
		name, code, _ := strings.Cut(head, " ")
		l := langs[code]
		if sets[name] == nil || l == 0 {
			continue
		}
		if name == "words" || name == "around" {
			for w := range strings.FieldsSeq(list) {
				sets[name][w] |= l
				if l == th && name == "words" {
					knowThai(w)
				}
			}
			continue
		}
		for p := range strings.SplitSeq(list, "|") {
			sets[name][lettersOf(tokens(p))] |= l
		}
	}
	return g
}

// lettersOf is words without blanks and signs, since Thai has none.
func lettersOf(words []token) string {
	var out []string
	for i := range words {
		if !words[i].sign {
			out = append(out, words[i].text)
		}
	}
	return strings.Join(out, "")
}

// ground reports whether the clause tells nothing but such a reason. That somebody thinks otherwise now is one for
// calling something off only.
func (c *clause) ground(callsOff bool) bool {
	words := c.words
	for len(words) > 0 && (words[0].sign || words[0].starts&and != 0) {
		words = words[1:]
	}
	if len(words) == 0 || c.asked || len(words) > 16 {
		return false
	}
	for i := range words {
		if words[i].quoted {
			return false
		}
	}
	p := lettersOf(words)
	if callsOff && c.othersMind(words) {
		return true
	}
	if groundsOf.whole[p]&c.lang != 0 || callsOff && groundsOf.minds[p]&c.lang != 0 {
		return true
	}
	for _, l := range append([]lang{en}, senseLangs...) {
		if c.lang&l != 0 && groundsOf.holds(words, l) {
			return true
		}
	}
	return false
}

// holds reports whether words are in the lists of one language, and one of them tells a reason.
func (g *grounds) holds(words []token, l lang) bool {
	some := false
	for i := range words {
		t := &words[i]
		switch {
		case g.words[t.text]&l != 0:
			some = true
		case t.sign || g.around[t.text]&l == 0:
			return false
		}
	}
	return some
}

// groundsOnly reports whether each part of the clause between commas is a reason, or courtesy, and one of them is
// a reason.
func (c *clause) groundsOnly(callsOff bool) bool {
	if c.asked || c.kind != plain && c.kind != asking {
		return false
	}
	some, from := false, 0
	for to := 0; to <= len(c.words); to++ {
		if to < len(c.words) && (!c.words[to].sign || c.words[to].text != ",") {
			continue
		}
		switch part := c.part(from, to); {
		case part.ground(callsOff):
			some = true
		case !part.only(opener | frame):
			return false
		}
		from = to + 1
	}
	return some
}

// othersMind reports whether words say that somebody has changed their mind: "la mariée a changé d'avis".
func (c *clause) othersMind(words []token) bool {
	const most = 3 // words for who
	for n := 1; n <= most && n < len(words); n++ {
		if _, ok := othersMinds[lettersOf(words[n:])]; !ok {
			continue
		}
		for i := range n {
			if t := &words[i]; t.sign || t.within&^(det|subject|speaker) != 0 && t.within&(det|subject) == 0 || t.code() || digit(t.text) {
				return false
			}
		}
		return true
	}
	return false
}

// othersMinds say of somebody that they think otherwise now.
var othersMinds = func() map[string]bool {
	out := map[string]bool{}
	for _, p := range []string{"has changed her mind", "has changed his mind", "has changed their mind", "have changed their minds", "changed her mind", "changed his mind", "changed their mind", "changed their minds",
		"hat es sich anders überlegt", "haben es sich anders überlegt", "hat sich's anders überlegt", "a changé d'avis", "ont changé d'avis", "ha cambiato idea", "hanno cambiato idea", "ha cambiado de idea", "ha cambiado de opinión",
		"han cambiado de idea", "han cambiado de opinión", "mudou de ideia", "mudou de ideias", "mudaram de ideia", "mudaram de ideias", "का मन बदल गया है", "का मन बदल गया", "เปลี่ยนใจแล้ว", "เปลี่ยนใจ"} {
		out[lettersOf(tokens(p))] = true
	}
	return out
}()

// motive reports whether a subordinate clause only gives a reason that is none of those who are spoken to: "da der Sturm
// uns das Dach abgedeckt hat".
func (c *clause) motive(call *Call) bool {
	return c.kind == subordinate && c.find(know|report, 1, len(c.words)) < 0 && c.hasOf(youDo, 0) < 0 && c.hasOf(alreadys, 0) < 0 && c.hasOf(perhaps, 0) < 0 && len(c.verbs(&call.Acts)) == 0 && !call.names(c.text)
}

// staying are verbs that say of the user that they stay where they are, unless with one of the other words: "wir bleiben
// alle daheim", "wir bleiben dabei".
var staying, insisting = wordSets["staying"], wordSets["insisting"]
