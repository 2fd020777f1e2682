package ask

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Wording holds the words that a tool declares for the members of a list of choices, or for the yes and the
// no of a flag. It is immutable.
type Wording struct {
	words  []worded
	things []token // of the tool's
}

// worded is a word, or several in a row, that stand for a member, in some of the languages.
type worded struct {
	member, text string
	list         []token
	langs        lang
}

// anyLang is that of words of which nobody says in which language they are.
const anyLang = en | de | fr | it | es | pt | hi | th

// newWorded cuts a word, and returns nil for one that says nothing by itself.
func newWorded(member, text string, l lang) *worded {
	list := slices.DeleteFunc(tokens(text), func(t token) bool { return t.sign })
	mark(list, l)
	if !slices.ContainsFunc(list, func(t token) bool {
		return (t.within&wordless == 0 || quantifiers[t.text] != 0) && (len(t.text) > 1 || digit(t.text))
	}) {
		return nil
	}
	return &worded{member, text, list, l}
}

// NewWording takes the words for each of the members. A word that stands for two of them, or says nothing
// by itself, is an error that names it, unless everybody has it for its member.
func NewWording(members []string, words map[string][]string) (*Wording, error) {
	w := &Wording{}
	for _, m := range members {
		if one := newWorded(m, strings.Join(choiceWords(m), " "), anyLang); one != nil {
			w.words = append(w.words, *one)
		}
		for _, text := range words[m] {
			one := newWorded(m, text, anyLang)
			if one == nil && knownFor(m, text) {
				continue // "big", which has everybody's reading
			}
			if one == nil {
				return nil, fmt.Errorf("%q, for %s, says nothing by itself", text, m)
			}
			w.words = append(w.words, *one)
		}
	}
	for _, one := range w.words {
		for _, s := range w.spans(one.text) {
			if s.member != one.member && s.from == 0 && s.to == len(one.text) {
				return nil, fmt.Errorf("%q stands for both %s and %s", one.text, one.member, s.member)
			}
		}
	}
	return w, nil
}

// knownFor reports whether everybody has a text for a member, with no declaration.
func knownFor(member, text string) bool {
	if SaysChoice(member, text) {
		return true
	}
	name, text := strings.Join(choiceWords(member), "_"), strings.ToLower(text)
	return slices.ContainsFunc(EverydayLines(), func(l EverydayLine) bool {
		return slices.Contains(l.Names, name) && slices.ContainsFunc(l.Words, func(column string) bool {
			return slices.ContainsFunc(strings.Split(column, ","), func(w string) bool { return strings.ToLower(strings.TrimSpace(w)) == text })
		})
	})
}

// quantifiers say how many of several are meant, and may be a choice by themselves: "both".
var quantifiers = wordSets["quantifier"]

// wordless are the classes of words that name no thing.
const wordless = det | negator | pronoun | and | frame

// wordedSpan is where a text has words for a member, in bytes. It is denied where its part of the text has a no.
type wordedSpan struct {
	member   string
	from, to int
	denied   bool
}

// Said reports whether a text names a member, by its declared words or its own name, and nothing takes it
// back, and whether it names it where something does.
func (w *Wording) Said(member, text string) (said, denied bool) {
	for _, s := range w.spans(text) {
		if s.member == member {
			said, denied = said || !s.denied, denied || s.denied
		}
	}
	return said, denied
}

// SaidAtLength reports whether a text names a member by several declared words that say something, so that it is named even
// where one of them is a noun for what the tool does: "limpieza a fondo" of a tool that cleans.
func (w *Wording) SaidAtLength(member, text string) bool {
	return slices.ContainsFunc(w.spans(text), func(s wordedSpan) bool {
		n := 0
		for _, t := range tokens(text[s.from:s.to]) {
			if !t.sign && len(t.text) > 2 {
				n++
			}
		}
		return s.member == member && !s.denied && n > 1
	})
}

// Leading returns where words begin that end right before a place of a text and stand for a member that has one of the given
// names: the "appartement" before 7A for flat. It returns the place if there are none.
func (w *Wording) Leading(names []string, text string, at int) int {
	for _, s := range w.spans(text) {
		if slices.Contains(names, s.member) && s.to < at && strings.TrimSpace(text[s.to:at]) == "" {
			return s.from
		}
	}
	return at
}

// Without blanks out of a text what is said of other members than one, and what is said of it where it is denied.
func (w *Wording) Without(member, text string) string {
	var out []byte
	for _, s := range w.spans(text) {
		if s.member == member && !s.denied {
			continue
		}
		if out == nil {
			out = []byte(text)
		}
		for i := s.from; i < s.to; i++ {
			out[i] = ' '
		}
	}
	if out == nil {
		return text
	}
	return string(out)
}

// spans finds the words of all members in a text. Of two where one is a part of the other the longer counts:
// "vélo électrique" is no "vélo".
func (w *Wording) spans(text string) []wordedSpan {
	list := tokens(text)
	l := language(list)
	mark(list, l)
	if l == hi || l&th != 0 { // with words of the Latin script between
		l |= en
	}
	var found []wordedSpan
	for i := range w.words {
		one := &w.words[i]
		if one.langs&l == 0 {
			continue
		}
		if first, _ := utf8.DecodeRuneInString(one.list[0].text); unicode.Is(unicode.Thai, first) {
			found = append(found, thaiSpans(list, text, one)...)
			continue
		}
		for i := 0; i+len(one.list) <= len(list); i++ {
			if one.at(list[i:], l&one.langs) && !one.common(list[i:], l) || w.inCompound(one, &list[i], l&one.langs) {
				last := &list[i+len(one.list)-1]
				found = append(found, wordedSpan{one.member, list[i].at, last.end, takenBackAt(list, i, l)})
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(found), func(s wordedSpan) bool {
		return slices.ContainsFunc(found, func(o wordedSpan) bool {
			return o.member != s.member && o.from <= s.from && o.to >= s.to && o.to-o.from > s.to-s.from
		})
	})
}

// at reports whether a row of words is the declared one, each in any of its forms.
func (one *worded) at(list []token, l lang) bool {
	for k := range one.list {
		if list[k].sign || !sameWord(&list[k], &one.list[k], l) && !(k+1 < len(one.list) && l&de != 0 && sameAdjective(list[k].text, one.list[k].text)) {
			return false
		}
	}
	return true
}

// Of returns the words with what the tool works on, so that a German compound of both is known: "Natriumlampen".
func (w *Wording) Of(a *Acts) *Wording {
	if w == nil {
		return nil
	}
	return &Wording{words: w.words, things: a.objects}
}

// inCompound reports whether a German word is a compound of a declared one and a thing of the tool's: "Natriumlampen" of Natrium and
// Lampe.
func (w *Wording) inCompound(one *worded, t *token, l lang) bool {
	const least = 4 // letters
	if l&de == 0 || len(one.list) != 1 || !t.capped || t.code() || len(one.list[0].text) < least {
		return false
	}
	first := one.list[0].text
	return slices.ContainsFunc(w.things, func(thing token) bool {
		head := headOf(t, &thing)
		return head == first || head == first+"s" || head == first+"n" || head == first+"en" || head+"e" == first
	})
}

// sameAdjective reports whether two German words before a noun are forms of one: fester, festen.
func sameAdjective(a, b string) bool {
	base := func(s string) string {
		for _, end := range []string{"er", "en", "em", "es", "e"} {
			if rest, ok := strings.CutSuffix(s, end); ok && len(rest) > 2 {
				return rest
			}
		}
		return s
	}
	return base(a) == base(b)
}

// common reports whether a single word is a frequent one of another of the languages that a text may be in,
// or of its own where it is written otherwise: the French "mais" is no "maïs".
func (one *worded) common(list []token, l lang) bool {
	if len(one.list) > 1 || one.langs == anyLang {
		return false
	}
	k := knownIn[list[0].text] & l
	return k&^one.langs != 0 || k != 0 && list[0].text != one.list[0].text
}

// thaiSpans finds a Thai word, which has no blanks around it: a short one only between words that are known.
func thaiSpans(list []token, text string, one *worded) []wordedSpan {
	const short = 4 // letters and signs
	word := strings.ReplaceAll(one.text, " ", "")
	var out []wordedSpan
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return out
		}
		at, end := from+i, from+i+len(word)
		from = end
		begins := slices.ContainsFunc(list, func(t token) bool { return t.at == at })
		ends := slices.ContainsFunc(list, func(t token) bool { return t.end == end })
		if next, _ := utf8.DecodeRuneInString(text[end:]); unicode.Is(unicode.M, next) || utf8.RuneCountInString(word) < short && !(begins && ends) {
			continue
		}
		k := max(0, slices.IndexFunc(list, func(t token) bool { return t.end > at }))
		out = append(out, wordedSpan{one.member, at, end, takenBackAt(list, k, th)})
	}
}

// takenBackAt reports whether the part of a text around a word, between signs and "but", has a no in it, or an
// "instead of" before the word.
func takenBackAt(list []token, at int, l lang) bool {
	ends := func(t *token) bool { return t.sign || t.within&contrast != 0 }
	from, to := at, at+1
	for from > 0 && !ends(&list[from-1]) {
		from--
	}
	for to < len(list) && !ends(&list[to]) {
		to++
	}
	for i := from; i < to; i++ {
		t := &list[i]
		if t.text == "no" && l&pt != 0 && (i > from || i == 0 && t.at > 0) && i+1 < at && !foreignVerb(&list[i+1], l) && !list[i+1].verb {
			continue // which is "in the" before a noun: "no plano básico"
		}
		if i != at && t.within&(negator|nothing|except) != 0 && t.within&harmless == 0 || privatives[t.text] != 0 || i < at && inPlace(list, i) || slices.ContainsFunc(thaiNos, func(no string) bool { return strings.HasPrefix(t.text, no) }) {
			if i > at && thaiApart(list, at, i) { // "ห้องเดี่ยว 2 คืน ไม่เอาอาหารเช้า"
				continue
			}
			return true
		}
	}
	return false
}

// thaiApart reports whether a Thai no leaves out something else than the word before it: a blank stands between, and
// what it leaves out follows without one.
func thaiApart(list []token, at, no int) bool {
	if !thai(list[no].text) || no+1 >= len(list) || list[no].end != list[no+1].at || !thai(list[no+1].text) || thaiParticles[list[no+1].text] {
		return false
	}
	for i := at; i < no; i++ {
		if list[i].end != list[i+1].at {
			return true
		}
	}
	return false
}

var thaiParticles = set("แล้ว นะ ครับ ค่ะ คะ ดีกว่า เลย หรอก ละ ล่ะ มัน นั้น นี้ อัน แบบ อย่าง ใช่ ต้อง ต้องการ")

// inPlace reports whether a word stands before what something else takes the place of: "rather than", and not
// "rather the morning".
func inPlace(list []token, i int) bool {
	return statt[list[i].text] || inPlaceOf[list[i].text] && i+1 < len(list) && thans[list[i+1].text]
}

var (
	statt     = set("statt anstatt anstelle anziché")
	inPlaceOf = set("instead rather lieu plutôt invece lugar vez piuttosto antes")
	thans     = set("than of que qu' di de d' da do del dello della dell' che")
)

// thaiNos begin Thai words that leave out what follows.
var thaiNos = []string{"ไม่", "ยกเว้น", "เว้น", "ห้าม", "อย่า", "แทน"}

// wordForms are the endings of nouns and adjectives, by language: what a declared word ends with, and what may
// stand in its place.
var wordForms = map[lang][][2]string{
	en: {{"", "s es"}, {"y", "ies"}},
	de: {{"", "e en n er ern em es s"}},
	fr: {{"", "s e es x"}, {"al", "aux"}, {"el", "elle elles"}, {"if", "ive ives"}, {"eux", "euse euses"}},
	it: {{"o", "a i e hi he"}, {"a", "e he"}, {"e", "i"}},
	es: {{"", "s es"}, {"o", "a os as"}, {"z", "ces"}, {"ón", "ones"}},
	pt: {{"", "s es"}, {"o", "a os as"}, {"ão", "ões ães"}, {"l", "is"}, {"m", "ns"}},
	hi: {{"", "ों ें ्स"}, {"ा", "े ों ी"}, {"ी", "ियाँ ियां ियों"}},
}

// umlauts as they are without.
var umlauts = strings.NewReplacer("ä", "a", "ö", "o", "ü", "u")

// compoundPlural reports whether a French or Portuguese word is the plural of one that is made of several: petits-déjeuners,
// paniers-repas, pequenos-almoços.
func compoundPlural(w, one string) bool {
	a, b := strings.Split(w, "-"), strings.Split(one, "-")
	if len(a) != len(b) || len(a) < 2 {
		return false
	}
	for i := range a {
		if a[i] != b[i] && a[i] != b[i]+"s" && a[i] != b[i]+"x" {
			return false
		}
	}
	return true
}

// sameWord reports whether a word of a text is a form of a declared one.
func sameWord(t, w *token, l lang) bool {
	if t.text == w.text || t.fold == w.fold {
		return true
	}
	if t.text == "" || w.text == "" || t.text[0] != w.text[0] && t.text[0] < utf8.RuneSelf && !strings.HasPrefix(t.text, "ge") {
		return false
	}
	if l&(fr|pt) != 0 && compoundPlural(t.text, w.text) {
		return true
	}
	const least = 4 // letters of what has other endings than the s of the plural
	if strings.ContainsAny(w.text, "0123456789") || t.sign || w.sign {
		return false
	}
	if first, _ := utf8.DecodeRuneInString(w.text); utf8.RuneCountInString(w.text) < least && !unicode.Is(unicode.Devanagari, first) {
		return l&(en|fr|es|pt) != 0 && t.text == w.text+"s"
	}
	for k, pairs := range wordForms {
		if l&k == 0 {
			continue
		}
		for _, p := range pairs {
			base, ok := strings.CutSuffix(w.text, p[0])
			if !ok || len(base) == 0 {
				continue
			}
			for end := range strings.FieldsSeq(p[1]) {
				if t.text == base+end || k == de && umlauts.Replace(t.text) == base+end && t.text != base+end {
					return true
				}
			}
		}
	}
	if l&en != 0 {
		if f := english(t.text, w.text); f == doing || f == done || f == telling {
			return true
		}
		if f := english(w.text, t.text); f == doing || f == done {
			return true
		}
	}
	for _, k := range []lang{de, fr, it, es, pt} {
		if l&k == 0 {
			continue
		}
		for _, s := range stemsOf(w.text, k) {
			if s.particle == "" && (verbForm(t.fold, s.text, k) == ordering || k == de && t.text == "ge"+s.text+"t") {
				return true
			}
		}
	}
	return false
}
