package ask

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word, a number or a sign of a text.
type token struct {
	text    string // in lower case
	fold    string // without the signs of its letters
	at, end int    // in the text
	n       int    // which word of its sentence
	capped  bool   // begins with a capital letter
	sign    bool   // a mark that may end a clause
	quoted  bool
	verb    bool // an English verb in its base form, also of the run's own tools
	noun    bool // which more often is a thing
	bent    bool // a form of a verb of the run's own tools
	own     lang // in which it is a form of a verb that one of them declares
	self    lang // in which it says what the user does, by a verb that one of them declares or that is known
	deed    bool // a Thai verb of what the run's own tools do
	thing   bool // a noun of what the run's own tools work on
	starts  cue  // classes of the phrases that begin here
	within  cue  // classes of the phrases that it is a part of
	length  [64]uint8
}

// elisions are words that are written together with the next.
var elisions = set("n' l' d' qu' j' s' m' t' c' jusqu' lorsqu' puisqu' un' dell' all' nell' dall' sull' quest' quell' quand'")

// clitics are pronouns that a hyphen joins to a verb.
var clitics = set("tu vous moi toi nous le la les lui leur je il elle on ils elles y en ce lo los las o a os as me lhe lhes te se vos no na nos nas mo ma")

// nasal are the forms that Portuguese pronouns take behind a verb that ends with m: "adiem-na".
var nasal = set("no na nas")

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

// tokens cuts a text.
func tokens(s string) []token {
	var out []token
	add := func(from, to int) {
		colon := to > from && s[to-1] == ':'
		for from < to { // what joins words belongs to none at their ends
			r, w := utf8.DecodeRuneInString(s[from:to])
			if !strings.ContainsRune(joiners, r) {
				break
			}
			from += w
		}
		for from < to {
			r, w := utf8.DecodeLastRuneInString(s[from:to])
			if !strings.ContainsRune(joiners, r) || r == '.' && abbreviates(s, to-w) {
				break
			}
			to -= w
		}
		if r, _ := utf8.DecodeRuneInString(s[from:]); from < to && !(unicode.Is(unicode.Thai, r) && s[to-1] == '.') { // a Thai title is not the name
			out = split(out, s, from, to)
		}
		if colon {
			out = append(out, token{text: ":", fold: ":", at: to, end: to, sign: true})
		}
	}
	from := -1
	script := 0 // Thai is written together with what is not
	for i, r := range s {
		kind := scriptOf(r)
		inside := kind > 0 || from >= 0 && (strings.ContainsRune(joiners, r) || r == ',' && i+1 < len(s) && digit(s[i-1:]) && digit(s[i+1:])) // 20,000
		if from >= 0 && (!inside || kind > 0 && script > 0 && (kind == thaiScript) != (script == thaiScript)) {
			add(from, i)
			from, script = -1, 0
		}
		switch {
		case inside:
			if from < 0 {
				from = i
			}
			if kind > 0 {
				script = kind
			}
		case strings.ContainsRune(",;:()—–[]。、，|&", r):
			out = append(out, token{text: string(r), fold: string(r), at: i, end: i + utf8.RuneLen(r), sign: r != '&'})
		case r == '-' && i > 0 && s[i-1] == ' ' && i+1 < len(s) && s[i+1] == ' ': // a dash
			out = append(out, token{text: "–", fold: "–", at: i, end: i + 1, sign: true})
		}
	}
	if from >= 0 {
		add(from, len(s))
	}
	return out
}

const joiners = `'’.-@_/+\#%:=?&~`

const thaiScript = 2

// scriptOf is 0 for what belongs to no word.
func scriptOf(r rune) int {
	switch {
	case unicode.Is(unicode.Thai, r):
		return thaiScript
	case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r), r == '€', r == '$', r == '£', r == '¥', r == '₹', r == '฿', r == '\u200d', r == '\u200c':
		return 1
	}
	return 0
}

// misspellings are words by which people ask, as they often mistype them.
var misspellings = map[string]string{"tomorow": "tomorrow", "tommorow": "tomorrow", "tommorrow": "tomorrow", "tomorrrow": "tomorrow", "tmrw": "tomorrow", "woud": "would", "wuold": "would", "woudl": "would", "coud": "could", "cuold": "could", "coudl": "could", "plase": "please", "plaese": "please", "pleae": "please", "pleas": "please", "pleese": "please", "pleaze": "please",
	"shoud": "should", "shoudl": "should", "dnot": "don't", "dotn": "don't", "donot": "don't", "doont": "don't", "bittte": "bitte", "hätt": "hätte", "wär": "wäre", "würd": "würde", "möcht": "möchte", "bräucht": "bräuchte"}

// split adds the words of a run of characters without blanks.
func split(out []token, s string, from, to int) []token {
	word := func(from, to int) {
		text := strings.ReplaceAll(strings.ToLower(s[from:to]), "’", "'")
		first, _ := utf8.DecodeRuneInString(s[from:])
		if right := misspellings[text]; right != "" {
			text = right
		}
		out = append(out, token{text: text, fold: fold(text), at: from, end: to, capped: unicode.IsUpper(first), verb: enVerbs[text], noun: AlsoNoun(text)})
	}
	if r, _ := utf8.DecodeRuneInString(s[from:]); unicode.Is(unicode.Thai, r) {
		for from < to {
			n := thaiPrefix(s[from:to])
			if n == 0 { // up to the next known word
				for n < to-from {
					r, w := utf8.DecodeRuneInString(s[from+n:])
					if n += w; n < to-from && (r < 'เ' || r > 'ไ') && thaiPrefix(s[from+n:to]) > 0 && !(n == w && clusters(s[from:to])) { // a vowel in front of its syllable ends no word
						break
					}
				}
			}
			word(from, from+n)
			from += n
		}
		return out
	}
	raw := s[from:to]
	if i := strings.IndexAny(raw, "'’"); i > 0 {
		_, w := utf8.DecodeRuneInString(raw[i:])
		if elisions[strings.ToLower(raw[:i])+"'"] && i+w < len(raw) {
			text := strings.ToLower(raw[:i]) + "'"
			first, _ := utf8.DecodeRuneInString(raw)
			out = append(out, token{text: text, fold: text, at: from, end: from + i + w, capped: unicode.IsUpper(first)})
			return split(out, s, from+i+w, to)
		}
	}
	if i := strings.IndexByte(raw, '-'); i > 1 && i+1 < len(raw) {
		rest := strings.ToLower(raw[i+1:])
		first, _, _ := strings.Cut(rest, "-")
		if clitics[first] && !(strings.HasPrefix(strings.ToLower(raw), "rendez-vous")) || rest == "m'en" || rest == "m’en" || rest == "nous-en" || rest == "t-il" || rest == "t-elle" || rest == "t-on" {
			word(from, from+i)
			if nasal[first] && !strings.HasSuffix(raw[:i], "m") {
				out = out[:len(out)-1]
				word(from, to)
				return out
			}
			if last := &out[len(out)-1]; strings.HasSuffix(last.text, "á") || strings.HasSuffix(last.text, "ê") || strings.HasSuffix(last.text, "í") {
				last.fold = plainLetters.Replace(last.text) + "r" // apagá-lo
			}
			out = split(out, s, from+i+1, to)
			if next := &out[len(out)-1]; nasal[next.text] {
				next.text, next.fold = next.text[1:], next.text[1:]
			}
			return out
		}
	}
	word(from, to)
	return out
}

// thaiPrefix returns the length of the longest known word that a text begins with. Where a shorter one leaves a letter
// to what follows, it is that: "รอ|บริษัท".
func thaiPrefix(s string) int {
	best, n := 0, 0
	for i := 0; i < thaiLong && n < len(s); i++ {
		from := n
		_, w := utf8.DecodeRuneInString(s[n:])
		n += w
		if shared := thaiWord[s[:from]] && clusters(s[from:]) && syllable(s[from:]); thaiWord[s[:n]] && thaiEnd(s[n:]) {
			if shared {
				return from
			}
			best = n
		}
	}
	return best
}

// thaiEnd reports whether a Thai word may end before a text: no sign of it follows ("ที" is no part of "ที่"), and no
// letter behind which a syllable begins, which belongs to what stands before it: "สั่ง|ยาง|ใน", "รอบ|วันที่".
func thaiEnd(s string) bool {
	next, w := utf8.DecodeRuneInString(s)
	if unicode.Is(unicode.M, next) || next == 'ะ' || next == 'า' || next == 'ำ' { // "หา|การจอง" and no "หาก"
		return false
	}
	if !thaiLetter(next) {
		return true
	}
	after, _ := utf8.DecodeRuneInString(s[w:])
	if len(s) == w || after >= 'เ' && after <= 'ไ' {
		return false
	}
	return !strings.ContainsRune(thaiFinals, next) || clusters(s) || !syllable(s[w:])
}

func init() {
	for w := range wordSets["whole"] {
		knowThai(w)
	}
}

// thaiFinals are letters with which Thai syllables end, and few begin that have no vowel of their own.
const thaiFinals = "งบดนยม"

func thaiLetter(r rune) bool { return r >= 'ก' && r <= 'ฮ' }

// clusters reports whether a Thai text begins with two letters that begin one syllable: "กรอง", "บริษัท".
func clusters(s string) bool {
	first, w := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[w:])
	return strings.ContainsRune("กขคตปผพบด", first) && strings.ContainsRune("รลว", second) && (!strings.ContainsRune("บด", first) || second == 'ร')
}

// syllable reports whether a Thai text begins with a letter, or two, and a vowel or tone that are written to it.
func syllable(s string) bool {
	letter, w := utf8.DecodeRuneInString(s)
	if !thaiLetter(letter) {
		return false
	}
	if clusters(s) {
		_, second := utf8.DecodeRuneInString(s[w:])
		w += second
	}
	sign, _ := utf8.DecodeRuneInString(s[w:])
	return unicode.Is(unicode.M, sign) || sign == 'า' || sign == 'ะ' || sign == 'ำ'
}

// covering are the classes whose longer phrases take the meaning of the shorter ones in
// them: "don't forget" is no "don't", "but not" no "but".
const covering = harmless | except | later | await | negator | unless | frame | know | excepted | and | ifs

const covered = negator | contrast | ifs | except | and | nothing | stop | keep | report | hypothetical | question | content | aside | know | opener | frame | others

// mark finds the phrases among tokens, for the languages of the text.
func mark(list []token, l lang) {
	type span struct {
		from, to int
		cue      cue
	}
	var spans []span
	for i := range list {
		if list[i].quoted {
			continue
		}
		for _, p := range phrases[list[i].text] {
			if (p.langs&l != 0 || p.cue&recall != 0 || p.cue&(rethink|mock|retain|needless) != 0 && len(p.words) > 1) && i+len(p.words) <= len(list) && !list[i+len(p.words)-1].quoted && matches(list[i:], p.words) {
				spans = append(spans, span{i, i + len(p.words), p.cue})
			}
		}
	}
	for _, s := range spans {
		c := s.cue
		for _, o := range spans {
			if o.from > s.from || o.to < s.to || o.to-o.from <= s.to-s.from || o.cue&covering == 0 {
				continue
			}
			c &^= covered &^ o.cue
			if o.cue&harmless != 0 {
				c &^= oops | fraction
			}
			if o.cue&negator != 0 {
				c &^= negator
			}
			if o.cue&harmless != 0 { // "em espera" is on hold
				c &^= await
			}
		}
		for b := cue(1); c != 0 && b <= c; b <<= 1 {
			if c&b == 0 {
				continue
			}
			list[s.from].starts |= b
			k := bit(b)
			list[s.from].length[k] = max(list[s.from].length[k], uint8(s.to-s.from))
			for i := s.from; i < s.to; i++ {
				list[i].within |= b
			}
		}
	}
	markPolite(list, l)
	markIndefinite(list, l)
}

func bit(c cue) int {
	n := 0
	for c > 1 {
		c >>= 1
		n++
	}
	return n
}

func matches(list []token, words []string) bool {
	for i, w := range words {
		if list[i].text != w {
			return false
		}
	}
	return true
}

// span returns where the phrase of a class that starts at a token ends, within the list: a clause may end inside it.
func span(list []token, i int, c cue) int {
	return min(len(list), i+max(1, int(list[i].length[bit(c)])))
}
