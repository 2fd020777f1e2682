package ask

import (
	"slices"
	"strings"
)

// A call that takes something from one side to another must have each on the side on which the user's words have it, however
// they say so: "I want 3 credits from P-323 on P-322", "transfère sur P-322 3 crédits de P-323", "Berwick – Alnwick, one adult".

// exchanged reports whether the message of clause i has the two sides of a call the other way round.
func (s *Said) exchanged(i int, call *Call) bool {
	c := &s.clauses[i]
	for _, from := range call.Values {
		if !from.onSide(From) {
			continue
		}
		for _, to := range call.Values {
			if !to.onSide(To) {
				continue
			}
			there, here := s.leaning(c.message, from, -1), s.leaning(c.message, to, 1)
			if there > here && (here < 0 || there > 1) || s.inTurn(c.message, to, from) { // "she is on F2 and would rather take F3" has it right
				return true
			}
		}
	}
	return false
}

// onSide reports whether a value stands on a side by its argument's name, and is a thing or a place.
func (v Value) onSide(r Role) bool {
	words := map[Role][]string{From: {"from", "source", "origin"}, To: {"to", "target", "destination", "dest"}}[r]
	return v.Role == r && !v.Free && (v.Shape == Code || v.Shape == Word || v.Digits) && slices.ContainsFunc(NameWords(v.Name), func(w string) bool { return slices.Contains(words, w) })
}

// leaning tells how much the words before a value, and in Hindi behind it, say that something goes to it: more than 0, or comes
// from it: less. Of several places it takes the one that says most in a direction.
func (s *Said) leaning(message int, v Value, direction int) int {
	best, seen := 0, false
	for j := range s.clauses {
		c := &s.clauses[j]
		if c.message != message {
			continue
		}
		for k := range c.words {
			if !c.holdsAt(k, v) || k > 0 && c.holdsAt(k-1, v) {
				continue
			}
			if at := c.leaningAt(k, v); !seen || at*direction > best*direction {
				best, seen = at, true
			}
		}
	}
	return best
}

// holdsAt reports whether a word is a value or belongs to it.
func (c *clause) holdsAt(k int, v Value) bool {
	t := &c.words[k]
	return !t.sign && !t.quoted && (v.Said(t.text) || v.holdsWord(c, k, t.text))
}

// leaningAt is [Said.leaning] of one place.
func (c *clause) leaningAt(k int, v Value) int {
	const near = 3 // words
	if c.lang&hi != 0 {
		end := k
		for end < len(c.words) && c.holdsAt(end, v) {
			end++
		}
		if end < len(c.words) {
			return leanings[c.words[end].text]
		}
		return 0
	}
	for j := k - 1; j >= 0 && j >= k-near; j-- {
		t := &c.words[j]
		if only := leaningOnly[t.text]; only != 0 && c.lang&only == 0 {
			continue
		}
		if n := leanings[t.text]; n != 0 {
			if j == 0 {
				return n
			}
			if leavings[c.words[j-1].text]&c.lang != 0 {
				return -2 // "saliendo de"
			}
			if before := leanings[c.words[j-1].text]; n == -1 && before != 0 {
				return before // "off of", "auf der"
			}
			if n == 1 && c.part(0, j).leansLast() {
				return -1 // "from the credits on"
			}
			return n
		}
		if t.sign || t.quoted || t.code() || digit(t.text) || c.lang&en != 0 && t.verb && !t.noun || t.starts&and != 0 {
			return 0
		}
	}
	return 0
}

// leansLast reports whether the last words of the clause say from where something comes: "von den Einheiten".
func (c *clause) leansLast() bool {
	const near = 3 // words
	for j := len(c.words) - 1; j >= 0 && j >= len(c.words)-near; j-- {
		t := &c.words[j]
		if t.sign || t.code() || digit(t.text) || t.starts&and != 0 || leanings[t.text] > 0 && leaningOnly[t.text] == 0 {
			return false
		}
		if leanings[t.text] < 0 && leaningOnly[t.text] == 0 {
			return true
		}
	}
	return false
}

// inTurn reports whether a message has one value and right behind it another, with no more than a stroke between them, which goes
// from the first to the second.
func (s *Said) inTurn(message int, first, second Value) bool {
	text := strings.ToLower(s.written[message-1])
	for _, stroke := range []string{"-", "–", "—", ">", "→", "->", "=>"} {
		for _, blank := range []string{"", " "} {
			if strings.Contains(text, strings.ToLower(first.Text)+blank+stroke+blank+strings.ToLower(second.Text)) {
				return true
			}
		}
	}
	return false
}

// leanings say that something comes from what stands behind them, or goes there, and how surely; the Hindi ones stand behind it.
var leanings = map[string]int{
	"from": -2, "off": -2, "of": -1, "to": 2, "onto": 2, "into": 2, "towards": 2, "on": 1, "in": 1,
	"von": -2, "vom": -2, "aus": -2, "ab": -2, "der": -1, "des": -1, "nach": 2, "zu": 2, "zum": 2, "zur": 2, "auf": 1, "ins": 1,
	"depuis": -2, "de": -1, "du": -1, "d'": -1, "vers": 2, "pour": 1, "à": 2, "au": 2, "sur": 1, "dans": 1,
	"da": -2, "dal": -2, "dalla": -2, "dall'": -2, "di": -1, "del": -1, "della": -1, "verso": 2, "a": 2, "al": 2, "alla": 2, "all'": 2, "per": 2, "su": 1, "sul": 1, "sulla": 1,
	"desde": -2, "hacia": 2, "para": 2, "pro": 2, "pra": 2, "en": 1, "do": -1, "em": 1, "no": 1, "na": 1, "até": 2, "hasta": 2,
	"से": -2, "का": -1, "की": -1, "के": -1, "तक": 2, "को": 1, "में": 1, "पर": 1,
	"จาก": -2, "ของ": -1, "ไป": 2, "ไปที่": 2, "ถึง": 2, "เข้า": 1, "ให้": 1,
}

// leaningOnly are those of them that are other words in other languages.
var leaningOnly = map[string]lang{"a": fr | it | es | pt | hi, "on": en, "no": pt, "do": pt, "na": pt, "der": de, "des": de | fr}
