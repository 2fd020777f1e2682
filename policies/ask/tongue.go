package ask

import (
	"math/bits"
	"slices"
)

// In which language a sentence, or a message, is read.

// tongueOf tells the languages of a sentence. One of a few words is read in that of its message, too:
// "25 grammes" alone might be of several.
func (s *Said) tongueOf(list []token) lang {
	const few = 5
	l := language(list)
	words := 0
	for i := range list {
		if !list[i].sign {
			words++
		}
	}
	switch {
	case s.marked && l&(hi|th) == 0:
		return s.tongue
	case bits.OnesCount8(uint8(s.tongue)) != 1 || (l|s.tongue)&(hi|th) != 0 || l == s.tongue:
		return l
	case bits.OnesCount8(uint8(l)) > 1 && l&s.tongue != 0:
		return s.tongue
	case words <= 2*few && sorry(list, s.tongue) && !sorry(list, l):
		return s.tongue // "uy, me he equivocado": "me" and "he" are English, too
	case words <= few && numbers(list, s.tongue) && !numbers(list, l):
		return s.tongue // "half past eleven"
	case words <= few:
		return l | s.tongue
	}
	return l
}

// sorry reports whether words begin with an excuse, in a language.
func sorry(list []token, l lang) bool {
	words := slices.Clone(list)
	mark(words, l)
	return len(words) > 0 && words[0].starts&oops != 0
}

// numbers reports whether a number stands among words, in a language.
func numbers(list []token, l lang) bool {
	for i := range list {
		if _, end := numeral(list, i, l); end > i {
			return true
		}
	}
	return false
}

// spokenIn tells the languages of a message. One of a few words that has no frequent one is in the
// language of those before it: "ok, annullala".
func (s *Said) spokenIn(list []token) lang {
	const few = 5
	l := language(list)
	if bits.OnesCount8(uint8(s.tongue)) == 1 && l&(hi|th) == 0 && len(list) <= 2*few && sorry(list, s.tongue) && !sorry(list, l) {
		return s.tongue // "un attimo, numero sbagliato"
	}
	if bits.OnesCount8(uint8(s.tongue)) != 1 || l&(hi|th) != 0 || len(list) > few || slices.ContainsFunc(list, func(t token) bool { return knownIn[t.text]&l != 0 && knownIn[t.text]&s.tongue == 0 }) {
		return l
	}
	return s.tongue
}
