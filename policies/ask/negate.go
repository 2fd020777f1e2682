package ask

// negates tells whether the clause is negated as a whole or from a word on: it returns the
// word, or −1.
func (c *clause) negates() int {
	for i := range c.words {
		t := &c.words[i]
		if i >= c.content || t.quoted {
			break
		}
		if t.starts&nothing != 0 && !(t.text == "personne" && i > 0 && (c.words[i-1].within&det != 0 || somebodys[c.words[i-1].text])) {
			return 0
		}
		if t.text == "no" && c.lang&(es|pt) == es|pt && i > 0 && !c.words[i-1].sign && c.prepositional(i+1) || c.lang == de && c.lets(i) {
			continue
		}
		if t.starts&negator == 0 || t.within&harmless != 0 || t.within&bounding != 0 && (t.starts&bounding == 0 || t.length[bit(bounding)] >= t.length[bit(negator)]) {
			continue // but "under no circumstances" is no bound
		}
		if (t.text == "pas" || t.text == "non") && i > 0 && c.lang&fr != 0 && c.words[i-1].text == "pourquoi" {
			continue
		}
		if t.text == "no" && c.lang&es == 0 && c.lang&it == 0 && i+1 < len(c.words) && digit(c.words[i+1].text) { // no. 7
			continue
		}
		if t.text == "न" && i > 0 && c.words[i-1].text == "न" {
			continue
		}
		return i
	}
	return -1
}

// somebodys before "personne" say that it is somebody.
var somebodys = set("la une cette chaque par quelle première autre même seule")

// prepositional reports whether what follows "no" in a text that may be Portuguese as well as Spanish
// is a thing, as in "no tanque 7": no verb, no pronoun.
func (c *clause) prepositional(i int) bool {
	if i >= len(c.words) {
		return false
	}
	t := &c.words[i]
	return !t.sign && t.within&(pronoun|speaker|negator|later|opener|det) == 0 && !foreignVerb(t, es|pt)
}

// negated reports whether a verb of the clause is negated.
func (c *clause) negated(v verb) bool {
	n := c.negates()
	if n < 0 {
		return false
	}
	if n <= v.at {
		return true
	}
	switch v.lang {
	case en:
		w := c.words[n].text
		return w == "not" && v.form == telling || w == "nor" || w == "neither" || w == "never" || c.words[n].length[bit(negator)] >= 3 // "… under no circumstances"
	}
	return true // behind the verb: lösche es nicht, n'annule pas, मत
}
