package ask

import (
	"slices"
	"strings"
)

// Clauses that only say what an order lacks: an attribute, which thing it is.

// attributes are words for what a thing has: what a sentence says of them goes on with the order
// before it. "Her address is ann@corp.example."
var attributes = set(`nom nombre nome नाम ชื่อ address email e-mail mail account iban number recipient amount date time title subject description rent price name phone participants guests body text
	adresse konto kontonummer empfänger betrag datum uhrzeit titel betreff compte destinataire montant heure titre sujet indirizzo conto destinatario importo data ora titolo oggetto
	dirección cuenta importe fecha hora título asunto endereço conta valor assunto पता खाता राशि ที่อยู่ บัญชี จำนวน`)

// owned are words by which people speak of what is theirs.
var owned = set("my our mein meine unser unsere mon ma notre mia mio nostra nostro mi mis nuestra nuestro minha meu nossa nosso मेरा मेरी मेरे हमारा हमारी")

// supplements reports whether the clause says of an attribute that it is the value.
func (c *clause) supplements(v Value, call *Call) bool {
	if one, ok := strings.CutSuffix(c.first(), "'s"); ok && len(c.words) == 2 && call.hasThing(one) {
		return v.Said(c.words[1].text) && c.negates() < 0 // job's R-4473
	}
	if c.tellsNumber(v, call) {
		return true
	}
	attribute := len(c.words) > 3 && owned[c.words[0].text] && copulas[c.words[2].text] && call.isThing(&c.words[1]) // my booking is X
	for i := range c.words {
		t := &c.words[i]
		if copulas[t.text] && i+1 < len(c.words) {
			return attribute && v.Said(textOf(c, c.words[i+1:]))
		}
		if t.quoted || v.Said(t.text) {
			return false
		}
		attribute = attribute || (attributes[t.text] || slices.Contains(NameWords(v.Name), t.text)) && !(v.Shape == Code && call.Acts.isNoun(t))
	}
	return false
}

// identifies reports whether the clause says no more than what it is: "it's case K-2040, 1,450 all in".
func (c *clause) identifies() bool {
	i := c.opened()
	if i >= len(c.words) || c.asked {
		return false
	}
	switch c.words[i].text {
	case "there's", "there", "il", "hay", "há", "ci", "c'è", "são", "son", "sono":
		if n := map[string]string{"there": "are is", "il": "y", "ci": "sono"}[c.words[i].text]; n != "" {
			if i+1 >= len(c.words) || !slices.Contains(strings.Fields(n), c.words[i+1].text) {
				return false
			}
			if i++; n == "y" {
				i++ // il y a
			}
		}
		i++
		if _, end := numeral(c.words, min(i, len(c.words)-1), c.lang); i >= len(c.words) || end == i && !digit(c.words[i].text) {
			return false
		}
	case "it's", "that's", "it'll", "i'm", "we're", "soy", "sou":
		i++
	case "i", "we", "ich", "wir", "je", "eu", "yo": // I am donor D-66
		if i+1 >= len(c.words) || !tellsState[c.words[i+1].text] && c.words[i+1].text != "are" {
			return false
		}
		i += 2
	case "on", "nous", "we'll": // on sera quatre
		if i+1 >= len(c.words) || !slices.Contains([]string{"est", "sera", "sommes", "serons", "be"}, c.words[i+1].text) {
			return false
		}
		i += 2
		if _, end := numeral(c.words, min(i, len(c.words)-1), c.lang); i >= len(c.words) || end == i && !digit(c.words[i].text) || slices.ContainsFunc(c.words, func(t token) bool { return ors[t.text] }) {
			return false // "on sera 6 ou 4"
		}
	case "it", "that", "das", "es", "c'", "questo", "questa", "isso", "eso":
		if i+1 >= len(c.words) || !copulas[c.words[i+1].text] {
			return false
		}
		i += 2
	default:
		return false
	}
	if i >= len(c.words) {
		return false
	}
	rest := clause{words: c.words[i:], lang: c.lang}
	part := rest
	if end := slices.IndexFunc(rest.words, func(t token) bool { return t.starts&and != 0 }); end > 0 && ownSubjects[c.words[c.opened()].text]&c.lang != 0 {
		part.words = rest.words[:end] // wir sind zu viert und freuen uns
	} else if end > 0 && !c.hasWord("was", 0) && onlyDue(rest.words[end:], c.lang) {
		part.words, rest.words = rest.words[:end], rest.words[:end] // it's 86.50 and due tomorrow
	}
	return part.bare() && rest.find(negator|content|report|know|hypothetical|later|await|aside|question, 0, len(rest.words)) < 0 && !slices.ContainsFunc(rest.words, func(t token) bool { return past(t.text, c.lang) && t.within == 0 && !t.capped })
}
