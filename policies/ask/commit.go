package ask

import (
	"slices"
	"strings"
)

// What a customer says that they take is ordered by that: "we'll take 18 of those", "wir nehmen 18", "18 ले लेंगे". It
// holds for verbs of taking alone, in the form of what one is about to do, where all else is about the call.

// takers are such verbs with who takes, by language: English and Hindi in the future, German in the present.
var takers = map[lang]map[string]bool{
	en: set("take have keep"),
	de: set("nehme nehmen behalte behalten"),
	hi: set("लूँगा लूंगा लूँगी लूंगी लेंगे लेंगी लेते रखेंगे रखेंगी रखूँगा रखूंगा रखूँगी रखूंगी"),
}

// commits reports whether the clause says that the user takes what the call is about.
func (c *clause) commits(call *Call) bool {
	if call.NeedsVerb || call.Acts.ends || slices.ContainsFunc([]string{"pay", "refund"}, call.Acts.has) || c.asked || c.kind != plain || c.negates() >= 0 || c.verbOf >= 0 {
		return false
	}
	at := -1
	for i := range c.words {
		t := &c.words[i]
		if t.quoted {
			return false
		}
		if at < 0 && (c.lang&en != 0 && takers[en][t.text] && i > 0 && strings.HasSuffix(c.words[i-1].text, "'ll") || c.lang == de && takers[de][t.text] && c.besideSpeaker(i) || c.lang == hi && takers[hi][t.text] && i > 0 && i == c.lastWord()) {
			at = i
		}
	}
	if at < 0 {
		return false
	}
	l := c.lang
	if l&en != 0 {
		l = en
	}
	if v, ok := c.verb(at, &call.Acts); (!ok || v.strength < 2) && !(l == hi && c.takesHindi(at, &call.Acts)) {
		return false
	}
	some := false
	for i := range c.words {
		t := &c.words[i]
		some = some || digit(t.text) || t.code()
		if _, end := numeral(c.words, i, c.lang); end > i {
			some = true
		}
		if i == at || t.starts&speaker != 0 && (i+1 == at || i == at+1 || i == c.opened()) || l == hi && i == at-1 || c.saysOnly(i, call) || t.within&pronoun != 0 && t.within&subject == 0 {
			continue
		}
		return false
	}
	return some
}

// besideSpeaker reports whether the user is the subject of a German verb: "wir nehmen", "nehmen wir".
func (c *clause) besideSpeaker(i int) bool {
	who := func(j int) bool {
		return j >= 0 && j < len(c.words) && (c.words[j].text == "wir" || c.words[j].text == "ich")
	}
	return who(i-1) || who(i+1)
}

// takesHindi reports whether the verb of taking only helps the one before it, or is that of the act: "ले लेंगे".
func (c *clause) takesHindi(at int, a *Acts) bool {
	if _, ok := c.verb(at-1, a); ok {
		return true
	}
	for _, s := range a.stems[hi] {
		if s.text == "लेना" || s.text == "ले" || s.text == "रख" || s.text == "रखना" {
			return true
		}
	}
	return false
}
