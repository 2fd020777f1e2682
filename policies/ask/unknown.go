package ask

import (
	"slices"
	"strings"
	"unicode"
)

// A verb that the reader does not know is no evidence against a tool. Where a request names all
// that decides a call, and the call alone of all tools could be meant, an unknown verb in the place
// and the form of an order is taken for the tool's own.

// without reports whether clause i asks for a call by a verb that is in no table. [Call.Alone] says
// that no other tool could be meant.
func (s *Said) without(i int, call *Call) bool {
	c := &s.clauses[i]
	if !call.Alone || call.Acts.strict || c.kind != plain || c.verbOf >= 0 || c.asked && c.find(frame, 0, len(c.words)) < 0 || c.content < len(c.words) {
		return false
	}
	if c.negates() >= 0 || c.find(hypothetical|know|report|keep|stop|question|subject|nothing|await|bounding|fraction, 0, len(c.words)) >= 0 {
		return false
	}
	n := 0
	for _, v := range call.Values {
		if v.Free {
			continue
		}
		if v.Loose || !v.Said(c.text) {
			return false
		}
		n++
	}
	if n < 2 {
		return false
	}
	at := c.unknownVerb(call)
	if at < 0 {
		return false
	}
	for j := range c.words { // no verb that is known for something else
		t := &c.words[j]
		if j == at || t.sign || t.quoted || t.within&(opener|frame) != 0 || slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, j, t.text) }) {
			continue
		}
		if t.starts&other != 0 && t.within&(det|pronoun) == 0 || c.lang&en != 0 && (t.verb && !t.noun || t.inflected()) || finite[t.text]&c.lang != 0 && t.within&(det|target|source) == 0 {
			return false
		}
		if c.lang&en == 0 && foreignVerb(t, c.lang) && !frequent(t, c.lang) && !call.Acts.isNoun(t) && (c.lang != de || !t.capped) {
			return false
		}
	}
	return true
}

// unknownVerb returns the word that must be the verb of an order and that the reader does not
// know, or gives only; −1 if there is none.
func (c *clause) unknownVerb(call *Call) int {
	unknown := func(i int) bool {
		if i < 0 || i >= len(c.words) {
			return false
		}
		t := &c.words[i]
		if t.sign || t.quoted || strings.ContainsFunc(t.text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) ||
			slices.ContainsFunc(call.Values, func(v Value) bool { return v.holdsWord(c, i, t.text) }) || call.Acts.isNoun(t) {
			return false
		}
		if gives[t.text] {
			return true
		}
		return len(t.text) > 2 && t.within&^(speaker|others|again) == 0 && t.starts == 0 && knownIn[t.text] == 0 && !t.verb && !foreignVerb(t, c.lang) && !past(t.text, c.lang) && !unitWords[t.text]
	}
	first := c.opened()
	switch {
	case c.lang == hi:
		for i := len(c.words) - 1; i > 0 && i >= len(c.words)-3; i-- { // X को Y … दो
			if hindiHelpers[c.words[i].text] && (unknown(i-1) || gives[c.words[i].text]) {
				return i - 1
			}
		}
		return -1
	case c.lang&th != 0:
		if f := c.find(frame, 0, len(c.words)); f >= 0 && unknown(first) {
			return first
		}
		return -1
	case c.lang == de && c.find(frame, 0, len(c.words)) >= 0:
		if last := len(c.words) - 1; strings.HasSuffix(c.words[last].text, "n") && unknown(last) {
			return last
		}
	}
	if f := c.frameBefore(min(first+8, len(c.words))); f > 0 && unknown(f) {
		return f
	}
	if unknown(first) && first+1 < len(c.words) && (!c.words[first].capped || c.begins && first == 0 || first > 0 && c.words[first].n == 0) {
		return first
	}
	return -1
}

// gives are verbs that only say that something is to be had.
var gives = set(`give gib geben gebt donne donnez dai dia date dà da dammi dale dele dadle dá dê dar dare दो दें दीजिए देना ให้`)

// past reports whether a word has an ending of what somebody did.
func past(w string, l lang) bool {
	if l&en != 0 && (strings.HasSuffix(w, "ed") || strings.HasSuffix(w, "ing") || irregular[w] != "") {
		return true
	}
	if l&(es|it|pt|fr) == 0 {
		return false
	}
	for _, end := range []string{"ó", "ò", "é", "í", "ì", "ù", "ou", "eu", "iu", "aba", "ava", "ía", "ia", "ait", "aron", "ieron", "aram", "eram", "irono", "arono", "ado", "ido", "ato", "ito", "uto", "ée", "és", "ées"} {
		if strings.HasSuffix(w, end) {
			return true
		}
	}
	return false
}
