package ask

// German tells what others want of somebody with "sollen", and no word stands between: "mein Schwager hat am Telefon
// gemeint, Sie sollen den Besuch streichen".

// shallAs reports whether the clause says from a word on that those who are spoken to are to do something.
func (c *clause) shallAs(i int) bool {
	if i+1 >= len(c.words) {
		return false
	}
	switch c.words[i].text {
	case "sie", "du", "ihr", "man":
	default:
		return false
	}
	switch c.words[i+1].text {
	case "soll", "sollen", "sollst", "sollt", "sollte", "sollten", "solltest", "solltet", "möge", "mögen", "mögt", "mögest":
		return true
	}
	return false
}

// othersSay reports whether a German clause tells what somebody who is not the user has said or wants.
func (c *clause) othersSay() bool {
	says := false
	for i := range c.words {
		t := &c.words[i]
		if t.text == "ich" || t.text == "wir" {
			return false
		}
		says = says || t.starts&report != 0 || germanSaying[t.text]
	}
	return says
}

// germanSaying are verbs of saying and wanting as they stand in the past or of a third person.
var germanSaying = set(`gemeint gesagt geschrieben behauptet erzählt verlangt gebeten ausgerichtet gefordert vorgeschlagen gewünscht befohlen angeordnet beschlossen gewollt angerufen
	meint meinte sagt sagte schreibt schrieb fordert forderte verlangt verlangte findet fand behauptet erzählt will wollte wünscht bittet bat denkt dachte glaubt richtet steht stand`)
