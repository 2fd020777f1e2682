package label

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// ownText is the indexed form of words that can give trust: the user's, the
// system's, a trusted tool's.
type ownText struct {
	text   string // as written, white space collapsed
	plain  string
	lined  string // plain, but with its breaks of lines
	groups []group
	values values
	parts  []*ownText // its sentences, once somebody has asked

	abroad map[string]bool // kinds of superlatives of other languages, once somebody has asked
	said   *spoken.Text    // once somebody has asked
	days   map[string]bool // that are named from where one stands, once somebody has asked

	plainly bool // negations are not looked at
}

// group is a run of characters between blanks and hyphens of the plain text.
type group struct {
	at   int
	text string
}

func newOwnText(s string) *ownText {
	t := &ownText{text: strings.Join(strings.Fields(s), " "), plain: plain(s), lined: leafKey(s), values: ownValues(s)}
	at := 0
	for f := range strings.FieldsFuncSeq(t.plain, func(r rune) bool { return r == ' ' || r == '-' }) {
		at += strings.Index(t.plain[at:], f)
		t.groups = append(t.groups, group{at, strings.Trim(f, `.,;:!?"'()[]`)})
		at += len(f)
	}
	return t
}

// spoken returns the words as what they say in numbers, times and lengths.
func (t *ownText) spoken() *spoken.Text {
	if t.said == nil {
		t.said = spoken.Parse(t.plain)
	}
	return t.said
}

// plain lower-cases and collapses white space: all that may differ between a value
// and the user's words. Letters that only look like ASCII after lower-casing, as the
// sign for Kelvin does, stay what they are.
func plain(s string) string {
	if !isASCII(s) && !disguised(s) {
		s = norm.NFC.String(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		if unicode.IsSpace(r) {
			space = b.Len() > 0
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		if low := unicode.ToLower(r); r < utf8.RuneSelf || low >= utf8.RuneSelf {
			r = low
		}
		b.WriteRune(r)
	}
	return b.String()
}

// disguised reports whether s holds a character that normalisation turns into ASCII.
func disguised(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf && isASCII(norm.NFC.String(string(r))) })
}

// needle is a value in all the forms in which it is looked for.
type needle struct {
	plain, folded, words string
	lined                string // plain, but with its breaks of lines
	written              string
	number               string // canonical
	isText               bool   // a string: what it spells counts too
	isNumber, isMoment   bool
	isAmount             bool // a number that names no thing
	day                  string
	minute               int
}

func newNeedle(value any) (needle, bool) {
	number := func(s string) (needle, bool) {
		d, ok := decimal(s)
		return needle{plain: s, lined: s, folded: squash(s), words: " " + strings.Join(words(s), " ") + " ", number: d, isNumber: ok}, ok
	}
	switch v := value.(type) {
	case string:
		n := needle{plain: plain(v), lined: leafKey(v), folded: squash(v), written: strings.Join(strings.Fields(v), " "), isText: true}
		n.words = " " + strings.Join(words(v), " ") + " "
		v = strings.TrimSpace(v)
		if plainNumber(v) {
			n.number, n.isNumber = decimal(v)
		}
		n.day, n.minute, n.isMoment = moment(v)
		return n, true
	case json.Number:
		return number(v.String())
	case float64:
		return number(strconv.FormatFloat(v, 'f', -1, 64))
	case int:
		return number(strconv.Itoa(v))
	case int64:
		return number(strconv.FormatInt(v, 10))
	}
	return needle{}, false
}

// filler are words that say nothing when they are found in the user's words.
var filler = map[string]bool{}

func init() {
	for w := range strings.FieldsSeq(`a an the this that these those it its is are was be been do does did i me my we us our you your he she they them his her
		their in on at to of for from by with as if and or not no yes any all some what which who when where how then than so please can could will would
		should may just also but there here up out about into over after before more most other`) {
		filler[w] = true
	}
}

// says counts the places at which the words hold the whole value. With choice, the
// value is one of a list, and its words are enough.
func (t *ownText) says(n needle, choice bool) int {
	if n.isNumber && t.values.numbers[n.number] > 0 {
		return t.values.numbers[n.number]
	}
	if n.isMoment && t.values.has(n.day, n.minute) {
		return 1
	}
	if !n.isText {
		return 0
	}
	if n.plain != "" && allDigits(n.plain) && len(n.plain) < 10 {
		return t.values.digits[n.plain]
	}
	if n.folded == "" || !choice && filler[n.plain] {
		return 0
	}
	// A break of a line is more than a blank: a command of two lines is not the user's one.
	hay, value := t.plain, n.plain
	if strings.Contains(n.lined, "\n") {
		hay, value = t.lined, n.lined
	} else if choice {
		value = strings.ReplaceAll(value, "_", " ")
	}
	count := 0
	for from := 0; ; {
		i := strings.Index(hay[from:], value)
		if i < 0 {
			break
		}
		i += from
		if end := i + len(value); boundary(hay, i, true) && (boundary(hay, end, false) || several(n.written, hay[end:])) && !goesOn(hay, i, i+len(value)) && (t.plainly || !negated(hay[:i])) && !t.halved(i, i+len(value)) {
			count++
		}
		from = i + 1
	}
	if count == 0 && (identifier(n.plain) || spelled(n.plain)) && !strings.Contains(t.plain, n.plain) {
		count = t.grouped(n.plain)
		if rest, ok := strings.CutPrefix(n.plain, "+"); ok && count == 0 { // how a telephone dials abroad
			count = t.grouped("00" + rest)
		} else if rest, ok := strings.CutPrefix(n.plain, "00"); ok && count == 0 {
			count = t.grouped("+" + rest)
		}
	}
	return count
}

// several reports whether no more than the end of a plural stands behind a value that is no name: "LED panels".
func several(written, behind string) bool {
	const least = 4 // letters of its last word
	last := written[strings.LastIndexByte(written, ' ')+1:]
	if len(last) < least || strings.ContainsFunc(last, func(r rune) bool { return r < 'a' || r > 'z' }) || last[len(last)-1] == 's' {
		return false
	}
	rest, ok := strings.CutPrefix(behind, "s")
	return ok && boundary(" "+rest, 1, false)
}

// goesOn reports whether a sign behind a short name makes another name of it: "O" of "O-", "C" of "C++".
func goesOn(hay string, from, to int) bool {
	const short = 3
	if to-from > short {
		return false
	}
	sign := spoken.SignBehind(hay, to)
	return sign != "" && strings.IndexByte("+-*#", hay[min(to, len(hay)-1)]) >= 0
}

// halved reports whether the words from one place of the plain text to another are a part of
// a longer name: "Rosa" of "Rosa Lind" is somebody else.
func (t *ownText) halved(from, to int) bool {
	if len(t.text) != len(t.plain) || to > len(t.text) || strings.ContainsAny(t.text[from:to], "@._/0123456789") {
		return false
	}
	capital := func(s string) bool { r, _ := utf8.DecodeRuneInString(s); return unicode.IsUpper(r) }
	next, ok := strings.CutPrefix(t.text[to:], " ")
	if !ok || !capital(t.text[from:]) || !capital(next) {
		return false
	}
	word := strings.ToLower(next[:strings.IndexFunc(next+" ", func(r rune) bool { return !wordRune(r) })])
	return len(word) > 1 && !calendar[word] && !filler[word]
}

// calendar are words with a capital letter that go on no name.
var calendar = map[string]bool{}

func init() {
	for w := range strings.FieldsSeq("monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december usd eur gbp euro euros zugriff zugang lesezugriff schreibzugriff leserechte schreibrechte rechte bescheid geld einsicht") {
		calendar[w] = true
	}
}

// identifier reports whether a value is an account, card or telephone number: what
// people write in groups.
func identifier(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			digits++
		case r >= utf8.RuneSelf || !unicode.IsLetter(r) && r != '+' && r != ' ' && r != '-':
			return false
		}
	}
	return len(s) >= 10 && 2*digits > len(s)
}

// spelled reports whether a value is letters and a number, which people write with a blank or with nothing between
// them, too: "bp 2240" is BP-2240. A letter that is a word of its own is none.
func spelled(s string) bool {
	at := codeForm.FindStringSubmatch(s)
	return at != nil && !letterWords[at[1]]
}

var (
	codeForm    = regexp.MustCompile(`^([a-z]{1,4})[- ]?\d{2,8}$`)
	letterWords = map[string]bool{"a": true, "e": true, "i": true, "o": true, "u": true, "y": true, "at": true, "to": true, "of": true, "for": true, "by": true, "in": true, "on": true, "um": true, "am": true, "bis": true, "auf": true, "mit": true, "von": true, "de": true, "le": true, "la": true, "les": true, "des": true, "du": true, "au": true, "aux": true, "il": true, "lo": true, "al": true, "di": true, "da": true, "el": true, "los": true, "las": true, "os": true, "as": true, "em": true, "per": true, "par": true, "por": true, "zu": true, "and": true, "or": true, "und": true, "et": true, "ou": true, "than": true, "only": true, "just": true, "pay": true, "room": true}
)

// grouped counts the runs of groups that make up the value letter by letter.
func (t *ownText) grouped(s string) int {
	s = strings.NewReplacer(" ", "", "-", "").Replace(s)
	count := 0
	for i := range t.groups {
		rest := s
		for j := i; j < len(t.groups) && rest != ""; j++ {
			after, ok := strings.CutPrefix(rest, t.groups[j].text)
			if !ok || t.groups[j].text == "" || j > i && len(t.groups[j].text) > 5 {
				break
			}
			rest = after
		}
		if rest == "" && (t.plainly || !negated(t.plain[:t.groups[i].at])) {
			count++
		}
	}
	return count
}

// negation are words after which a value is named in order to be left alone.
var negation = regexp.MustCompile(`(?:^|[ ,"'(])(?:not|never|don't|don’t|dont|without|except|avoid|ignore|unless|no longer|instead of|rather than|nicht|kein|keine|nie|niemals|ohne|au(?:ß|ss)er|ne|jamais|sans|sauf|nunca|sin|excepto|jamás)(?: |$)[^.;!?\n]*$`)

// harmless are phrases that negate nothing.
var harmless = regexp.MustCompile(`(?:don't|don’t|do not|never|without) (?:forget|hesitate|worry|wait|fail)|not only|why not|if not|whether or not`)

// negated reports whether the clause that ends here negates what follows.
func negated(before string) bool {
	if len(before) > 200 {
		before = before[len(before)-200:]
	}
	before = harmless.ReplaceAllString(before, " ")
	at := negation.FindString(before)
	if at == "" || strings.Contains(at, " but ") || strings.Contains(at, ". ") {
		return false
	}
	if front := strings.TrimRight(strings.TrimSuffix(before, at), " "); instead.MatchString(at) && (front == "" || strings.ContainsAny(front[len(front)-1:], ".!?\n")) {
		_, rest, _ := strings.Cut(at, ",")
		return negation.MatchString(rest) // "instead of cancelling, move R-4 to 9pm": what a sentence begins with ends at the comma
	}
	// "set room 210, not 305, to 21": a bare "not" takes one thing out.
	if word, rest, ok := strings.Cut(strings.TrimLeft(at, ` ,"'(`), " "); ok && takesOut[word] && strings.Contains(rest, ", ") {
		front := strings.TrimRight(strings.TrimSuffix(before, at), " ")
		return !strings.HasSuffix(front, ",") && !strings.HasPrefix(at, ",") && !strings.HasSuffix(front, " but")
	}
	return true
}

// instead finds what is done in place of another thing, up to a comma.
var instead = regexp.MustCompile(`^[ ,"'(]?(?:instead of|rather than) [^,]*, `)

// takesOut are negations that may stand before a thing alone.
var takesOut = map[string]bool{"not": true, "nicht": true}

// toSpeaker are verbs that ask for an answer, not for an act, when "me" follows.
var toSpeaker = []string{"tell", "inform", "notify", "answer", "text", "write", "send", "give", "ping", "message", "mail", "email", "show", "forward"}

// asks reports whether the words hold a form of one of the stems.
func (t *ownText) asks(stems []string) bool {
	from := 0
	for w := range strings.FieldsFuncSeq(t.plain, func(r rune) bool { return !wordRune(r) }) {
		at := strings.Index(t.plain[from:], w) + from
		from = at + len(w)
		for _, stem := range stems {
			if !form(w, stem) || negated(t.plain[:at]) || !boundary(t.plain, at, true) || !boundary(t.plain, from, false) {
				continue
			}
			if rest := t.plain[from:]; slices.Contains(toSpeaker, stem) && (rest == " me" || rest == " us" || strings.HasPrefix(rest, " me ") || strings.HasPrefix(rest, " us ")) {
				continue
			}
			return true
		}
	}
	return false
}

// specific reports whether a value is more than a common word: it holds a digit, a
// sign or a blank, or it is written with a capital letter or in quotes.
func (t *ownText) specific(s string) bool {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }) {
		return true
	}
	for from := 0; ; {
		i := strings.Index(t.text[from:], s)
		if i < 0 {
			return false
		}
		i += from
		if strings.ContainsFunc(s, unicode.IsUpper) && len(s) > 2 && !filler[strings.ToLower(s)] {
			return true
		}
		if i > 0 && strings.ContainsRune("\"'`“«", rune(t.text[i-1])) {
			return true
		}
		from = i + 1
	}
}

// form reports whether w is the word or one of its inflections.
func form(w, word string) bool {
	if w == word {
		return true
	}
	stem := strings.TrimSuffix(strings.TrimSuffix(word, "e"), "y")
	rest, ok := strings.CutPrefix(w, stem)
	if !ok || len(stem) < 2 {
		return false
	}
	if len(stem) == len(word) && rest != "" && rest[0] == word[len(word)-1] {
		rest = rest[1:] // running, cancelled
	}
	return slices.Contains([]string{"", "e", "s", "es", "ed", "d", "ing", "y", "ys", "ies", "ied", "ying", "yed", "ation", "al"}, rest)
}

// inOrder reports whether the values are named one after another.
func (t *ownText) inOrder(list []string) bool {
	from := 0
	for _, s := range list {
		s = plain(s)
		for {
			i := strings.Index(t.plain[from:], s)
			if i < 0 {
				return false
			}
			i += from
			from = i + len(s)
			if boundary(t.plain, i, true) && boundary(t.plain, i+len(s), false) {
				break
			}
			from = i + 1
		}
	}
	return true
}

// boundary reports whether a word ends at i: "corp.com" is no word of its own in
// "bob@corp.com.example", nor "a.txt" in "dir/a.txt".
func boundary(s string, i int, start bool) bool {
	var near, far rune
	if start {
		if i == 0 {
			return true
		}
		var w int
		near, w = utf8.DecodeLastRuneInString(s[:i])
		far, _ = utf8.DecodeLastRuneInString(s[:i-w])
		if i-w == 0 {
			far = ' '
		}
	} else {
		if i == len(s) {
			return true
		}
		var w int
		near, w = utf8.DecodeRuneInString(s[i:])
		far, _ = utf8.DecodeRuneInString(s[i+w:])
		if i+w == len(s) {
			far = ' '
		}
	}
	if i > 0 && i < len(s) && unicode.Is(unicode.Thai, near) {
		return start || thaiParticle(s[i:])
	}
	if wordRune(near) || unicode.Is(unicode.Cf, near) || unicode.Is(unicode.Mn, near) {
		return false
	}
	return !strings.ContainsRune(`@./\-_:+%?&=#~$`, near) || !wordRune(far) && (start || far != '/')
}

// thaiParticles are words that follow a name in Thai, which writes no blanks.
var thaiParticles = strings.Fields("เพิ่ม ต่อ อยู่ ซึ่ง ว่า ของ บน ประมาณ ทั้งหมด เมตร บาท คน ชิ้น ให้ ด้วย ครับ ค่ะ คะ นะ หน่อย ไป มา ที่ ใน จาก ถึง และ กับ หรือ เป็น ใส่ ลง ขึ้น ไว้ แล้ว เลย ได้ เวลา ตอน วัน อีก โดย เพื่อ ไม่ ห้าม ยกเว้น แต่ ตั้งแต่ จนถึง ราคา จำนวน นาที ชั่วโมง พรุ่งนี้ วันนี้ ทันที ก่อน หลัง")

// thaiParticle reports whether a text goes on with one of them.
func thaiParticle(s string) bool {
	return slices.ContainsFunc(thaiParticles, func(p string) bool { return strings.HasPrefix(s, p) })
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
