package spoken

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lang is a set of languages.
type Lang uint16

// The languages.
const (
	EN Lang = 1 << iota
	DE
	FR
	IT
	ES
	PT
	HI
	TH
	Any = EN | DE | FR | IT | ES | PT | HI | TH
)

// word is a word or a number of a text.
type word struct {
	text    string // in lower case
	at, end int    // bytes of the text
	gap     string // what stands between it and the word before
	digits  bool   // it is a number in digits, perhaps with a point, a comma or a colon in it
}

// Text is a text cut into words.
type Text struct {
	plain string
	words []word
	lang  Lang
}

// maxRead bounds what is read of one text, in bytes.
const maxRead = 20_000

// Parse cuts a text, which must be in lower case, into words, and finds which of the
// languages it may be in.
func Parse(plain string) *Text {
	if len(plain) > maxRead {
		plain = plain[:maxRead]
	}
	t := &Text{plain: plain}
	last := 0
	add := func(at, end int, digits bool) {
		t.words = append(t.words, word{text: plain[at:end], at: at, end: end, gap: plain[last:at], digits: digits})
		last = end
	}
	for i := 0; i < len(plain); {
		r, w := utf8.DecodeRuneInString(plain[i:])
		switch {
		case r == '°' && i > 0 && plain[i-1] >= '0' && plain[i-1] <= '9': // 1° gennaio
			add(i, i+w, false)
			i += w
		case r >= '0' && r <= '9':
			end := i
			for end < len(plain) && (plain[end] >= '0' && plain[end] <= '9' || strings.IndexByte(".,:'", plain[end]) >= 0 && end+1 < len(plain) && plain[end+1] >= '0' && plain[end+1] <= '9') {
				end++
			}
			add(i, end, true)
			i = end
		case unicode.Is(unicode.Thai, r):
			end := i
			for end < len(plain) {
				r, w := utf8.DecodeRuneInString(plain[end:])
				if !unicode.Is(unicode.Thai, r) {
					break
				}
				end += w
			}
			t.thai(i, end, add)
			i = end
		case unicode.IsLetter(r) || unicode.Is(unicode.M, r):
			end := i
			for end < len(plain) {
				r, w := utf8.DecodeRuneInString(plain[end:])
				if (!unicode.IsLetter(r) && !unicode.Is(unicode.M, r) || unicode.Is(unicode.Thai, r)) && !(r == '\'' && plain[i:end] == "o") { // o'clock
					break
				}
				end += w
			}
			add(i, end, false)
			i = end
		default:
			i += w
		}
	}
	t.lang = languageOf(t.words)
	return t
}

// thai cuts a run of Thai, which has no blanks: known words, the longest first, and what
// stands between them.
func (t *Text) thai(from, to int, add func(at, end int, digits bool)) {
	open := from
	for i := from; i < to; {
		n := longestThai(t.plain[i:to])
		if n == 0 {
			_, w := utf8.DecodeRuneInString(t.plain[i:])
			i += w
			continue
		}
		if open < i {
			add(open, i, false)
		}
		add(i, i+n, false)
		i += n
		open = i
	}
	if open < to {
		add(open, to, false)
	}
}

func longestThai(s string) int {
	best := 0
	for _, w := range thaiWords {
		if len(w) > best && strings.HasPrefix(s, w) {
			best = len(w)
		}
	}
	return best
}

// thaiWords are those which the tables know.
var thaiWords []string

func knowThai(words ...string) {
	for _, list := range words {
		for w := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ' ' || r == '|' }) {
			if r, _ := utf8.DecodeRuneInString(w); unicode.Is(unicode.Thai, r) && !slices.Contains(thaiWords, w) {
				thaiWords = append(thaiWords, w)
			}
		}
	}
}

// common are frequent words that tell a language; one that several share tells little.
var common = map[Lang]map[string]bool{
	EN: set("hi hello thanks thank the a an of to for and at in on is are was with please my me i you it its this that from by till until past half book put per more less no not than then so we they he she who all any some one two three out into over today tomorrow tonight next week each off double set make give get have has will would could can should need want send pay move cancel new be his her their our your as up off"),
	DE: set("danke hallo möchte möchten hätte hätten gern wir wie nur der die das den dem des ein eine einen einem einer und für mit auf im am um von bis zu zum zur bitte ich sie mir uns ist sind nicht noch soll sollen kann könnte könnten haben hat wird werden auch bei nach vor ab halb heute morgen uhr gerne mal"),
	FR: set("merci bonjour bonsoir voudrais voudrions moi nos notre votre leur le la les l un une des du de et à au aux pour avec sur dans en est sont je vous nous il elle mon ma mes son sa ses ce cette jusqu peux pouvez veuillez svp plaît chez par demain aujourd hui heures"),
	IT: set("grazie vorrei vorremmo buongiorno buonasera salve ciao ore nel nella cortesia nostro nostra il lo la gli le un una uno di del della dei delle e per con su in è sono mi ci puoi può favore al alla alle dal dalla dalle fino domani oggi che da ogni"),
	ES: set("gracias hola quiero quisiera queremos quisiéramos nuestra nuestro el la los las un una unos de del y para por con en es son me nos puede puedes favor al a hasta desde mañana hoy que cada lo le les su sus"),
	PT: set("obrigado obrigada olá quero queria queremos queríamos gostaria nossa nosso o os as um uma de do da dos das e para por com em é são me nos pode podes favor ao à às até desde amanhã hoje que cada no na nos nas seu sua"),
}

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

// languageOf returns the languages of which a text has the most common words, and all of the
// Latin ones where it has none. Hindi and Thai are told by their letters.
func languageOf(words []word) Lang {
	var out Lang
	best, scores := 0, map[Lang]int{}
	for i := range words {
		w := &words[i]
		r, _ := utf8.DecodeRuneInString(w.text)
		switch {
		case unicode.Is(unicode.Devanagari, r):
			out |= HI
		case unicode.Is(unicode.Thai, r):
			out |= TH
		}
		for l, list := range common {
			if list[w.text] {
				scores[l]++
				best = max(best, scores[l])
			}
		}
	}
	if best == 0 && out != 0 {
		return out
	}
	for _, l := range []Lang{EN, DE, FR, IT, ES, PT} {
		if scores[l] == best {
			out |= l
		}
	}
	return out
}

// is reports whether the word at a place is one of several.
func (t *Text) is(i int, list ...string) bool {
	return i >= 0 && i < len(t.words) && slices.Contains(list, t.words[i].text)
}

// near reports whether nothing but blanks and hyphens stands before a word.
func (t *Text) near(i int) bool {
	return i > 0 && i < len(t.words) && strings.Trim(t.words[i].gap, " -'’\u00a0\u202f") == ""
}

// follow returns the place behind a row of words that begins at a place, or -1.
func (t *Text) follow(i int, row string) int {
	first := i
	for w := range strings.FieldsSeq(row) {
		if !t.is(i, w) || i > first && !t.near(i) {
			return -1
		}
		i++
	}
	return i
}

// any returns the place behind the first of several rows of words that goes on at a place, or -1.
func (t *Text) any(i int, rows ...string) int {
	if !t.near(i) {
		return -1
	}
	return t.start(i, rows...)
}

// start returns the place behind the first of several rows of words that begins at a place, or -1.
func (t *Text) start(i int, rows ...string) int {
	for _, row := range rows {
		if end := t.follow(i, row); end >= 0 {
			return end
		}
	}
	return -1
}

// before reports whether one of several rows of words ends before a place.
func (t *Text) before(i int, rows ...string) bool {
	for _, row := range rows {
		n := len(strings.Fields(row))
		if i >= n && t.near(i) && t.follow(i-n, row) == i {
			return true
		}
	}
	return false
}
