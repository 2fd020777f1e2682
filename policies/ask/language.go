package ask

import (
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// In which languages a text may be.

// telltale are more words by which a language is known.
var telltale = wordSets["telltale"]

// language tells in which languages a text may be.
func language(list []token) lang {
	counts := map[lang]int{}
	for i := range list {
		t := &list[i]
		if t.quoted || t.sign {
			continue
		}
		r, _ := utf8.DecodeRuneInString(t.text)
		switch {
		case unicode.Is(unicode.Thai, r):
			return th | en
		case unicode.Is(unicode.Devanagari, r):
			return hi
		}
		k := knownIn[t.text]
		share := 12 // a word that many languages have says little
		if n := bits.OnesCount8(uint8(k)); n > 1 {
			share = max(2, 12/n)
		}
		for _, l := range latinLangs {
			if k&l != 0 {
				counts[l] += share
			}
		}
		if t.verb && t.own != 0 && !enVerbs[t.text] { // a verb of the run's own tools: devolver
			for _, l := range latinLangs {
				if t.own&l != 0 {
					counts[l] += 6
				}
			}
		} else if t.verb {
			counts[en] += 6
		} else if tell := telltale[t.text] &^ k; tell != 0 && t.text != "u" {
			for _, l := range latinLangs {
				if tell&l != 0 {
					counts[l] += 12
				}
			}
		}
		if t.own != 0 && k == 0 && !t.verb && len(t.fold) >= 5 {
			for _, l := range latinLangs {
				if t.own&l != 0 {
					counts[l] += 9
				}
			}
		}
		if n := nounLangs[t.text]; n&(n-1) == 0 && n != 0 && k == 0 && !foreignVerb(t, de|fr|it|es|pt) {
			counts[n] += 12
		}
		if k == 0 && !falseFriends[t.text] && !t.verb {
			var verbOf lang
			weight := 6
			if i == 0 {
				weight = 9 // an order begins with its verb
			}
			for _, s := range stemsBy[begin(t.fold)] {
				if verbOf&s.lang == 0 && len(s.text) > 2 && verbForm(t.fold, s.text, s.lang) == ordering {
					verbOf |= s.lang
					counts[s.lang] += weight
				}
			}
		}
	}
	best := 0
	for _, n := range counts {
		best = max(best, n)
	}
	if best == 0 {
		return en | de | fr | it | es | pt
	}
	var out lang
	for l, n := range counts {
		if n == best {
			out |= l
		}
	}
	if out&en != 0 && best >= 2 {
		for l := range counts { // benenne a in b um
			if l != en && out&l != 0 && foreignVerb(&list[0], l) && knownIn[list[0].text] == 0 && !list[0].verb {
				return l
			}
		}
		return en
	}
	return out
}
