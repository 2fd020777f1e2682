package ask

import (
	"slices"
	"strings"
)

// undecided reports whether a clause says that the user has not decided, or a Spanish or Portuguese one that they have yet to ask
// somebody, to look or to make up their mind: "todavía tengo que hablarlo con mi marido", "ainda não está decidido".
func (c *clause) undecided() bool {
	const few = 7 // words
	if at := c.hasOf(decided, 0); at >= 0 && !c.asked && len(c.words) <= few && c.negates() >= 0 && (c.negates() < at || c.lang&hi != 0) && !c.namesThing(0) {
		return true // "I haven't decided yet"
	}
	if c.lang&(es|pt) == 0 || c.lang&en != 0 || c.asked {
		return false
	}
	if c.neither() {
		return true
	}
	first := c.hasOf(yetWords, 0)
	for i := range c.words {
		t := &c.words[i]
		if t.quoted {
			continue
		}
		if first >= 0 && first < i && c.negates() >= 0 && openStates[t.text]&c.lang != 0 {
			return true
		}
		verb := t.text
		hangs := false
		for _, end := range []string{"selo", "melo", "noslo", "lo", "la", "los", "las"} {
			if rest, ok := strings.CutSuffix(t.fold, end); ok && ponders[rest]&c.lang != 0 {
				verb, hangs = rest, true
			}
		}
		if ponders[verb]&c.lang == 0 || !slices.ContainsFunc(c.words[:i], func(w token) bool { return hasTo[w.text]&c.lang != 0 }) {
			continue
		}
		if first >= 0 || hangs || i+1 < len(c.words) && (c.words[i+1].text == "isso" || c.words[i+1].text == "eso" || c.words[i+1].text == "isto") {
			return true
		}
	}
	return false
}

// neither reports whether a Spanish or Portuguese clause ends by saying that it suits no better so, or that it will be seen:
// "tampoco puedo ese día", "que ya veremos".
func (c *clause) neither() bool {
	for i := 0; i+1 < len(c.words); i++ {
		t, next := &c.words[i], i+1
		if (t.text == "ya" || t.text == "luego") && c.words[next].text == "veremos" || t.text == "logo" && c.words[next].text == "se" && next+1 < len(c.words) && c.words[next+1].text == "vê" {
			return next+2 >= len(c.words) || c.words[next+1].sign
		}
		if t.text == "também" && c.words[next].text == "não" {
			next++
		} else if t.text != "tampoco" {
			continue
		}
		if next < len(c.words) && attends[c.words[next].text]&c.lang != 0 && (next+1 == len(c.words) || c.words[next+1].sign || c.words[next+1].text == "ese" || c.words[next+1].text == "esse" || c.words[next+1].text == "nesse") {
			return true
		}
	}
	return false
}

// yetWords say that something is yet to be done, openStates that it is open, ponders are verbs of asking, looking and
// thinking, hasTo say that one has to.
var yetWords, openStates, ponders, hasTo = wordSets["yet"], wordSets["openState"], wordSets["ponder"], wordSets["must"]

// decided is what is denied by who has not decided.
var decided = wordSets["decided"]

// goesAfterAll reports whether a Spanish or Portuguese clause says that what was off is on: "al final sí que vamos".
func (c *clause) goesAfterAll() bool {
	if c.lang&(fr|it) != 0 && c.comesAfterAll() {
		return true
	}
	if c.lang&(es|pt) == 0 || c.asked || c.negates() >= 0 {
		return false
	}
	for i := 0; i+1 < len(c.words); i++ {
		switch c.words[i].text {
		case "sí": // "sí (que) vamos"
			next := i + 1
			if c.words[next].text == "que" {
				next++
			}
			if next < len(c.words) && attends[c.words[next].text]&es != 0 {
				return true
			}
		case "sempre", "afinal":
			next := i + 1
			if c.words[next].text == "sempre" || c.words[next].text == "sim" {
				next++
			}
			if next < len(c.words) && attends[c.words[next].text]&pt != 0 {
				return true
			}
		}
	}
	return false
}

// comesAfterAll reports whether a French or Italian clause has a part that says no more than that the user comes: "…, on vient !",
// "quindi veniamo".
func (c *clause) comesAfterAll() bool {
	if c.asked {
		return false
	}
	return slices.ContainsFunc(c.parts(), func(part []token) bool {
		attending := false
		for i := range part {
			t := &part[i]
			switch {
			case attends[t.text]&c.lang != 0:
				attending = true
			case t.sign, t.within&(opener|and|amend|oops|speaker|contrast) != 0 && t.within&negator == 0, (ownSubjects[t.text]|pledgeAdverbs[t.text]|consequentWords[t.text])&c.lang != 0, t.text == "là", t.text == "y", t.text == "ci":
			default:
				return false
			}
		}
		return attending
	})
}

// consequentWords stand before what follows from what was said.
var consequentWords = wordSets["consequent"]

// attends are verbs by which people say that they come.
var attends = wordSets["attend"]

// wasDone reports whether a Spanish or Portuguese clause says that the deed was done to the thing that was spoken of: "me la
// anularon el lunes".
func (c *clause) wasDone(a *Acts) bool {
	if c.lang&(es|pt) == 0 || c.asked {
		return false
	}
	for _, v := range c.verbs(a) {
		if v.form == ordering || v.form == naming || v.at == 0 {
			continue
		}
		from := v.at - 1
		if auxiliaries[c.words[from].text]&c.lang != 0 || c.words[from].text == "habéis" {
			from--
		}
		if from >= 0 && doneTo[c.words[from].text] && (past(c.words[v.at].text, es|pt) || from < v.at-1) {
			return true
		}
	}
	return false
}

// doneTo are pronouns for the thing that a deed was done to.
var doneTo = set("la lo las los a o as os")
