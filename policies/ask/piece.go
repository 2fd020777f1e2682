package ask

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// What people say around a value that they put right or answer with: pieces between signs, of which one says the value
// and the others excuse themselves, agree, thank, or say that the rest stays as it is.

// piece is a part of a message between signs.
type piece struct {
	clause
	from, to int             // in the message
	first    bool            // it begins a sentence
	asks     bool            // its sentence ends with a question mark
	colon    bool            // a colon stands behind it
	suits    bool            // it answers: words that it suits say nothing
	options  map[string]bool // words of what the assistant put to the user to choose from
	unit     string          // what the assistant asked how many of
}

// pieces cuts a message at its signs; Thai, which has none, at its polite words and at those that announce a correction.
func (s *Said) pieces(text string, list []stretch) (out []piece) {
	quotes := quotesOf(text)
	for _, at := range list {
		words := s.wordsOf(text, at.from, at.to, quotes)
		l := s.tongueOf(words)
		mark(words, l)
		first, from := true, 0
		add := func(to int) {
			end := to
			for l == hi && to > from+1 && len(out) > 0 && makesIt[words[to-1].text] { // "8 नाश्ते कर दीजिए"
				to--
			}
			defer func() { from = end }()
			if to > from {
				p := piece{from: words[from].at, to: words[to-1].end, first: first, asks: at.asked, colon: to < len(words) && words[to].text == ":"}
				p.words, p.lang, p.content, p.text, p.verbOf = words[from:to], l, to-from, text[words[from].at:words[to-1].end], -1
				out = append(out, p)
				first = false
			}
		}
		for i := range words {
			t := &words[i]
			switch {
			case t.sign:
				add(i)
				from = i + 1
			case i > from && deniesBehind(words, i):
				add(i)
			case l&th != 0 && thaiEnds[t.text]:
				add(i + 1)
			case l&th != 0 && i > from && t.starts&(oops|amend) != 0 && words[i-1].within&(oops|amend) == 0 && t.at > words[i-1].end:
				add(i)
			case l&th != 0 && i > from && t.at > words[i-1].end && storyPart(words, i, text):
				add(i)
			case l&th != 0 && i+1 < len(words) && words[i+1].at > t.end && (denials[t.text] || t.within&oops != 0 && words[i+1].within&oops == 0):
				add(i + 1)
			}
		}
		add(len(words))
	}
	return out
}

// deniesBehind reports whether a word says of the value behind it that it is not meant, but the one before: "50 not 500".
func deniesBehind(words []token, i int) bool {
	if i == 0 || i+1 >= len(words) || words[i].starts&negator == 0 || no[words[i].text] || words[i].quoted {
		return false
	}
	kind := kindOfCode(words[i+1].text)
	return kind != "" && kind == kindOfCode(words[i-1].text)
}

// makesIt are Hindi words by which something is to be made what is said before them.
var makesIt = set("कर करना करें करो कीजिए करिए दीजिए दीजिएगा दो दें देना रखिए रखना लिखिए")

// wordsOf are the words of a part of a text, as [Said.read] has them.
func (s *Said) wordsOf(text string, from, to int, quotes []stretch) []token {
	words := tokens(text[from:to])
	for i := range words {
		t := &words[i]
		t.at, t.end, t.n = t.at+from, t.end+from, i
		s.knows(t)
		for _, q := range quotes {
			t.quoted = t.quoted || t.at >= q.from && t.end <= q.to
		}
	}
	return words
}

// denials are Thai words that deny what was said, alone.
var denials = set("ไม่ใช่ ไม่")

// being are forms by which people say how many they are, or what it is or will be.
var being = wordSets["being"]

// announces reports whether the piece has a word that announces a correction, or one for a mistake.
func (p *piece) announces() bool {
	for i := range p.words {
		t := &p.words[i]
		if !t.quoted && (t.within&(oops|amend|rethink) != 0 || no[t.text] && t.within&det == 0 || denials[t.text] && len(p.words) == 1 || mixed[t.text]&p.lang != 0) {
			return true
		}
	}
	return false
}

// contrary are the classes by which a piece takes back, puts off, forbids, asks or tells what others say.
const contrary = await | keep | nothing | stop | recall | doubt | mock | hypothetical | ifs | unless | know | report | question | retain | needless | mind | unneeded | usual | other | except

// against reports whether the piece has such a word, or a verb of a deed that is to be done or left.
func (p *piece) against() bool {
	if p.asks || p.waits() {
		return true
	}
	for i := range p.words {
		t := &p.words[i]
		if t.quoted || perhaps[t.text] != 0 || gone[t.text]&p.lang != 0 && mixedIn(p) < 0 && p.find(amend, 0, len(p.words)) < 0 {
			return true
		}
		if c := t.starts & (contrary &^ hypothetical); c != 0 && !(c == other && i > 0 && p.words[i-1].within&det != 0) && (c != question || p.lang&(hi|th) != 0) && t.within&(oops|amend|opener|det|harmless) == 0 {
			return true
		}
	}
	return p.verbFirst() && p.words[p.opened()].within&oops == 0 && mixedIn(p) < 0
}

func mixedIn(p *piece) int {
	return slices.IndexFunc(p.words, func(t token) bool { return mixed[t.text]&p.lang != 0 })
}

// values marks the words of the piece that say a value: numbers, codes, addresses, days and times.
func (p *piece) values() []bool {
	out := make([]bool, len(p.words))
	base := p.from
	said := spoken.Parse(strings.ToLower(p.text))
	spans := [][2]int{}
	for _, d := range said.Dates() {
		spans = append(spans, [2]int{d.At, d.End})
	}
	for _, t := range said.Times() {
		spans = append(spans, [2]int{t.At, t.End})
	}
	if len(strings.ToLower(p.text)) != len(p.text) {
		spans = nil
	}
	for i := range p.words {
		t := &p.words[i]
		if t.code() || digit(t.text) || strings.Contains(t.text, "@") {
			out[i] = true
		}
		if _, end := numeral(p.words, i, p.lang); end > i && !(t.text == "one" && i > 0 && p.words[i-1].text == "the") { // "D-911 is the one"
			for k := i; k < end; k++ {
				out[k] = true
			}
		}
		for _, s := range spans {
			out[i] = out[i] || t.at-base >= s[0] && t.end-base <= s[1]
		}
		out[i] = out[i] || p.options[t.text] || i > 0 && p.words[i-1].text == "zu" && manyTogether[t.text]&p.lang != 0
		out[i] = out[i] || spoken.Month(t.text) > 0 && i > 0 && out[i-1] || weekdays[t.text] || weekdayWords[t.text]&p.lang != 0
	}
	return out
}

// says returns the words of a piece that say values, from the first to the last; ok is false if it says anything else
// that is no filler and that the order has not, either.
func (p *piece) says(order *piece) (from, to int, ok bool) {
	end := p.comitative()
	held := p.values()
	from, to = -1, -1
	for i := range end {
		if held[i] {
			if from < 0 {
				from = i
			}
			to = i + 1
		}
	}
	if from < 0 {
		return 0, 0, false
	}
	for to < end && clockUnits[p.words[to].text] {
		to++
	}
	for k := to; k < end && (dayparts[p.words[k].text] || placing[p.words[k].text] || ofWords[p.words[k].text] || p.words[k].within&det != 0); k++ {
		if dayparts[p.words[k].text] {
			to = k + 1 // "eleven in the morning"
		}
	}
	for from > 0 && dayparts[p.words[from-1].text] {
		from--
	}
	for i := range end {
		t := &p.words[i]
		if i >= from && i < to && dayparts[t.text] {
			continue
		}
		if wrong := mixed[t.text]&p.lang != 0 || gone[t.text]&p.lang != 0; wrong && t.within&(amend|oops) == 0 || no[t.text] && !(i < from && plainNo[t.text]) || denials[t.text] && i > 0 || i >= from && t.within&oops != 0 && t.within&amend == 0 {
			return 0, 0, false // "60 was wrong", "no web-3", "web-3 can wait"
		}
		if held[i] || p.filler(i) || order != nil && !t.capped && order.hasWord(t.text, 0) && t.own == 0 {
			continue
		}
		return 0, 0, false
	}
	return from, to, true
}

// plainNo are words for no that deny nothing behind them.
var plainNo = set("nope nein nee nö")

// clockUnits stand behind an hour in digits.
var clockUnits = set("h uhr heures heure horas hora बजे น โมง am pm")

// comitative returns where the words end before those that only say who or what is among it: "with the baby".
func (p *piece) comitative() int {
	held := p.values()
	for i := range p.words {
		if i > 0 && withWords[p.words[i].text]&p.lang != 0 && !slices.Contains(held[i:], true) && slices.Contains(held[:i], true) {
			return i
		}
	}
	return len(p.words)
}

// withWords say who is among it.
var withWords = wordSets["with"]

// filler reports whether a word of a piece says nothing by itself.
func (p *piece) filler(i int) bool {
	t := &p.words[i]
	if t.quoted {
		return false
	}
	if t.text == p.unit && i > 0 {
		return true // "six rolls"
	}
	if p.suits && sufficing[t.text]&p.lang != 0 || enough[t.text]&p.lang != 0 {
		return true
	}
	if t.sign || no[t.text] || denials[t.text] && len(p.words) == 1 || t.thing || being[t.text]&p.lang != 0 || mixed[t.text]&p.lang != 0 || rights[t.text]&p.lang != 0 || copulas[t.text] || itsOne[t.text] || its[t.text] || hindiOf[t.text] || ofWords[t.text] || placing[t.text] || references[t.text] ||
		thaiEnds[t.text] || thaiDays[t.text] || unitWords[t.text] || unitBase(t.text) != "" || currencies[t.text] || counts[t.text] || pieces[t.text] || dayparts[t.text] || dayArticles[t.text] || (courtesy[t.text]|gratitude[t.text]|requests[t.text])&p.lang != 0 {
		return true
	}
	const saying = oops | opener | amend | rethink | det | target | source | pronoun | speaker | subject | assent
	return t.within&saying != 0 && (t.within&(oops|amend) != 0 || t.starts&(contrary&^(question|other)) == 0)
}

// rights are words by which something is the one that is meant, enough those by which it will do: "no, 8 are enough".
var rights, enough = wordSets["right"], wordSets["enough"]

// samely reports whether the piece only says that the rest stays as it is: "same time", "the rest is fine".
func (p *piece) samely() bool {
	some := false
	for i := range p.words {
		t := &p.words[i]
		switch {
		case same[t.text]&p.lang != 0:
			some = true
		case p.filler(i), t.within&and != 0:
		case t.text == "date" || sameThings[t.text]&p.lang != 0:
		default:
			return false
		}
	}
	return some
}

// same say that something stays as it was said, sameThings of what.
var same, sameThings = wordSets["same"], wordSets["samething"]

// empty reports whether the piece says nothing: courtesy, a word that announces.
func (p *piece) empty() bool {
	for i := range p.words {
		if !p.filler(i) && p.words[i].within&and == 0 {
			return false
		}
	}
	return !slices.Contains(p.values(), true)
}

// sorrows reports whether the piece excuses a mistake, or says how it came about; before what is put right much may do so.
func (p *piece) sorrows(before bool) bool {
	if p.forgets() {
		return true
	}
	if slices.Contains(p.values(), true) || p.against() || p.find(later|retain, 0, len(p.words)) >= 0 {
		return false
	}
	if mixedIn(p) >= 0 {
		return true
	}
	if !before {
		return false
	}
	return !slices.ContainsFunc(p.words, func(t token) bool {
		return t.own != 0 && !t.capped && t.within&det == 0 && p.negates() >= 0
	})
}

// forgets reports whether the piece says that somebody was forgotten, perhaps with how many: "zwei Kinder vergessen".
func (p *piece) forgets() bool {
	return !p.asks && !p.waits() && p.negates() < 0 && !slices.ContainsFunc(p.words, func(t token) bool {
		return forgetting[t.text]&p.lang == 0 && t.starts&(contrary&^(hypothetical|other)|later) != 0 || t.code()
	}) && slices.ContainsFunc(p.words, func(t token) bool {
		return !t.quoted && forgetting[t.text]&p.lang != 0
	})
}

// forgetting are forms of verbs for that.
var forgetting = wordSets["forgetting"]

// grounded reports whether the piece only gives a reason: how somebody is, that it is not possible before, or what else
// would be the matter.
func (p *piece) grounded() bool {
	if p.asks {
		return false
	}
	if p.ground(false) || p.tellsStory() || p.forgets() {
		return true
	}
	if slices.Contains(p.values(), true) || len(p.words) < 2 || p.find(contrary&^(question|other|nothing), 0, len(p.words)) >= 0 {
		return false
	}
	i := p.opened()
	if i < len(p.words) && (beforehand[p.words[i].text]&p.lang != 0 || i+1 < len(p.words) && beforehand[p.words[i].text+" "+p.words[i+1].text]&p.lang != 0) {
		return p.negates() >= 0 || p.find(nothing, 0, len(p.words)) >= 0 || slices.ContainsFunc(p.words, func(t token) bool { return impossible[t.text] != 0 || unable[t.text]&p.lang != 0 })
	}
	return p.wellbeing()
}

// beforehand begin what says of an earlier time, or otherwise, that it cannot be; unable say that it cannot.
var beforehand, unable = wordSets["beforehand"], wordSets["unable"]

// wellbeing reports whether the piece says of one of the user's own how they are or what they have: "my son has a fever".
func (p *piece) wellbeing() bool {
	i := p.opened()
	if i+2 >= len(p.words) || p.negates() >= 0 || !ownOnes[p.words[i].text] && !ownOnes[p.words[min(i+1, len(p.words)-1)].text] {
		return false
	}
	having := false
	for k := i; k < len(p.words); k++ {
		t := &p.words[k]
		having = having || havings[t.text]&p.lang != 0
		if t.thing || t.code() || t.own != 0 && havings[t.text]&p.lang == 0 && k > i+1 || t.within&(others|again|later) != 0 || pointing[t.text] && t.within&det == 0 && havings[t.text]&p.lang == 0 && k > i+1 {
			return false
		}
	}
	return having
}

// ownOnes are words before those who are one's own, havings the verbs that say how they are.
var (
	ownOnes = set("my our mein meine unser unsere mon ma mes notre nos mio mia miei mie nostro nostra mi mis nuestro nuestra meu minha meus minhas nosso nossa मेरा मेरी मेरे हमारा हमारी बेटे बेटी बच्चे ลูก ลูกชาย ลูกสาว")
	havings = wordSets["having"]
)

// weekdayWords are the days of a week.
var weekdayWords = wordSets["weekday"]

func init() {
	for _, name := range []string{"being", "right", "same", "samething", "beforehand", "with", "weekday", "suiting", "forgetting"} {
		for w, l := range wordSets[name] {
			if l == th {
				knowThai(w)
			}
		}
	}
}
