package ask

import (
	"slices"
	"strings"
	"unicode"
)

// What the user names by its place among what they have just named: "H5512 and H5513: the latter can go", "H5513 stays,
// the other one cancel".

var formers, latters, otherOnes = wordSets["former"], wordSets["latter"], wordSets["otherOne"]

func init() {
	for _, set := range []map[string]lang{formers, latters, otherOnes} {
		for w, l := range set {
			if l&th != 0 {
				knowThai(w)
			}
		}
	}
}

// pickNamed puts the names of things in the places of words that stand for one of those that the text itself has named
// before, in an earlier clause: former and latter, the other one, and ordinals.
func pickNamed(text string) string {
	words := tokens(text)
	l := language(words)
	type change struct {
		from, to int
		name     string
	}
	var changes []change
	for i := 0; i < len(words); i++ {
		if words[i].quoted || words[i].sign {
			continue
		}
		n, name := placeOf(words, i, l, text)
		if n == 0 && len(changes) > 0 {
			n, name = restOf(words, i, l, text, changes[len(changes)-1].name)
		}
		if n == 0 {
			continue
		}
		from := words[i].at
		if end, apart := opensClause(words, i, l, text); apart {
			from, name = end, ". "+name
		}
		changes = append(changes, change{from, words[i+n-1].end, name})
		i += n - 1
	}
	for _, c := range slices.Backward(changes) {
		text = text[:c.from] + c.name + text[c.to:]
	}
	return text
}

// placeOf returns of how many words what stands for a thing by its place is that begins at a word, and the thing's name.
func placeOf(words []token, i int, l lang, text string) (n int, name string) {
	pair := 0
	switch {
	case phraseAt(otherOnes, words, i, l) > 0:
		n, pair = phraseAt(otherOnes, words, i, l), -1
	case phraseAt(latters, words, i, l) > 0:
		n, pair = phraseAt(latters, words, i, l), 2
	case phraseAt(formers, words, i, l) > 0:
		n, pair = phraseAt(formers, words, i, l), 1
	case nth(words[i].text, l) != 0 && (l&(hi|th) != 0 || i > 0 && ordinalLeads[words[i-1].text]&l != 0):
		n = 1
	default:
		return 0, ""
	}
	if end := i + n; end < len(words) && !endsThing(words, end, l) {
		return 0, ""
	}
	if end := i + n; end < len(words) && (words[end].text == "one" || oneOf[words[end].text]) && pair >= 0 {
		n++
	}
	mentions := codesBefore(text, words, i)
	var things []string
	for _, m := range mentions {
		if !slices.Contains(things, m) {
			things = append(things, m)
		}
	}
	if len(things) < 2 || pair != 0 && len(things) != 2 {
		return 0, ""
	}
	switch at := nth(words[i].text, l); {
	case pair > 0:
		return n, things[pair-1]
	case pair < 0 && len(mentions) > 2:
		return n, things[1-slices.Index(things, mentions[len(mentions)-1])]
	case pair < 0:
		return 0, ""
	case at < 0:
		return n, things[len(things)-1]
	case at <= len(things):
		return n, things[at-1]
	}
	return 0, ""
}

// restOf returns of how many words what stands for the other of two things is, of which the text has picked one: "the first
// to 8:15, the other to 9:45".
func restOf(words []token, i int, l lang, text, picked string) (n int, name string) {
	if n = phraseAt(otherOnes, words, i, l); n == 0 || i+n < len(words) && !endsThing(words, i+n, l) {
		return 0, ""
	}
	things, at := codesBefore(text, words, i), -1
	if len(things) == 2 {
		at = slices.Index(things, strings.TrimPrefix(picked, ". "))
	}
	if at < 0 {
		return 0, ""
	}
	return n, things[1-at]
}

// oneOf says in Hindi that what stands before it is a thing.
var oneOf = set("वाला वाली वाले")

// goesOn are verbs behind what stands for a thing.
var goesOn = wordSets["goesOn"]

// endsThing reports whether a word goes on behind what stands for a thing: it is none that says what it is.
func endsThing(words []token, i int, l lang) bool {
	t := &words[i]
	if t.sign || t.text == "one" || oneOf[t.text] || l&th != 0 || finite[t.text]&l != 0 || copulas[t.text] || goesOn[t.text]&l != 0 || l&(es|it|pt) != 0 && hanging(t.text) || foreignVerb(t, l) && l != en || l&en != 0 && t.verb && !t.noun {
		return true
	}
	list := slices.Clone(words[i : i+1])
	mark(list, l)
	return list[0].within&(opener|frame|pronoun|and|keep) != 0 || !ofWords[t.text] && t.text != "of" && placing[t.text]
}

// codesBefore lists the things with digits in their names that the words before one name, if they are all of one form and
// none of them stands in the clause of that word.
func codesBefore(text string, words []token, at int) (out []string) {
	from := at
	for from > 0 && from < len(words) && !words[from-1].sign && !sentenceEnds(text[words[from-1].end:words[from].at]) && !(Thai(words[from].text) && strings.Contains(text[words[from-1].end:words[from].at], " ")) {
		from--
	}
	form := ""
	for i := range from {
		t := &words[i]
		if t.quoted || !t.code() && !(digit(t.text) && len(t.text) > 3 && strings.Trim(t.text, "0123456789") == "" && !yearly(t.text)) {
			continue
		}
		name := text[t.at:t.end]
		own := formOf(name)
		if !strings.ContainsFunc(name, unicode.IsLetter) {
			own += strings.Repeat("9", len(name))
		}
		if form != "" && form != own {
			return nil
		}
		form = own
		out = append(out, name)
	}
	return out
}

// opensClause reports whether what stands for a thing begins a clause behind one that names a thing and is no condition,
// as "H5513 stays, the other one cancel", and where that one ends.
func opensClause(words []token, i int, l lang, text string) (end int, ok bool) {
	for i > 0 && ordinalLeads[words[i-1].text]&l != 0 {
		i--
	}
	last := i - 1
	if last >= 0 && words[last].sign && words[last].text == "," {
		last--
	} else if last < 0 || i >= len(words) || !Thai(words[i].text) || !strings.Contains(text[words[last].end:words[i].at], " ") {
		return 0, false
	}
	from := last
	for from > 0 && !sentenceEnds(text[words[from-1].end:words[from].at]) {
		from--
	}
	if last < 0 {
		return 0, false
	}
	list := slices.Clone(words[from : last+1])
	mark(list, l)
	part := clause{words: list, lang: l}
	return words[last].end, part.find(ifs|unless|hypothetical, 0, len(list)) < 0 && slices.ContainsFunc(list, func(t token) bool { return t.code() || digit(t.text) })
}

func sentenceEnds(between string) bool { return strings.ContainsAny(between, ".!?।;") }

// yearly reports whether a number may be a year.
func yearly(w string) bool {
	return len(w) == 4 && (strings.HasPrefix(w, "19") || strings.HasPrefix(w, "20"))
}
