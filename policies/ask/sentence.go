package ask

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// stretch is a part of a text.
type stretch struct {
	from, to int
	asked    bool // it ends with a question mark
}

// sentenceEnd finds where sentences end: a mark and a blank after it, or a line's end.
var sentenceEnd = regexp.MustCompile(`[.!?…。！？।]+["'”’»)\]]*(?:\s|$)|;(?:\s|$)|\n+`)

// okay ends an order by which somebody only wants to hear that it is understood: "cancel R-4452, ok?"
var okay = regexp.MustCompile(`(?i)[,–-] *(?:ok|okay|okey|all right|alright|va bene|vale|de acuerdo|d'accord|tá|tá bom|está bem|combinado|einverstanden|ठीक है|โอเค|โอเคนะ) *$`)

// sentences cuts a message, but not within quotes of one line.
func sentences(text string, quotes []stretch) []stretch {
	var out []stretch
	from := 0
	add := func(to int, asked bool) {
		if strings.TrimSpace(text[from:to]) != "" {
			out = append(out, stretch{from, to, asked})
		}
	}
	for _, at := range sentenceEnd.FindAllStringIndex(text, -1) {
		if at[0] < from || text[at[0]] != '\n' && !wordEnds(text[:at[0]]) || beforeMonth(text, at[0], at[1]) || behindMonth(text, at[0], at[1]) || spansDays(text, at[0], at[1]) || abbreviates(text, at[0]) {
			continue
		}
		inside := false
		for _, q := range quotes {
			inside = inside || at[0] > q.from && at[1] <= q.to && at[0] < q.to-1
		}
		if inside {
			continue
		}
		add(at[0], strings.ContainsAny(text[at[0]:at[1]], "?？") && !okay.MatchString(text[from:at[0]]))
		from = at[1]
	}
	add(len(text), false)
	for i := 0; i < len(out); i++ {
		if at := out[i]; at.asked {
			if k := strings.Index(text[at.from:at.to], "¿"); k > 0 && greets(text[at.from:at.from+k]) {
				out = slices.Insert(out, i, stretch{from: at.from, to: at.from + k})
				out[i+1].from += k
				i++
			}
		}
	}
	return out
}

// unmarked reports whether words ask something without a question mark: by the German verb in front, "lässt sich P-7 noch
// umbuchen", or by the question word that they end with, "annuler P-7 ça coûte combien".
func unmarked(list []token, l lang) bool {
	const least = 4 // words
	from, to := 0, len(list)
	for from < to && (list[from].sign || list[from].within&opener != 0) {
		from++
	}
	for to > from && list[to-1].sign {
		to--
	}
	if to < from+least || slices.ContainsFunc(list[from:to], func(t token) bool { return t.starts&negator != 0 || t.quoted }) {
		return false
	}
	head := &list[from]
	ordered := l&en != 0 && head.verb || foreignVerb(head, l) && !frequent(head, l) && !baseForm.MatchString(head.text)
	if askedLast[list[to-1].text]&l != 0 {
		return !ordered && !slices.ContainsFunc(list[max(from, to-4):to-1], func(t token) bool { return noMatter[t.text]&l != 0 || t.starts&know != 0 || asksWhether[t.text] })
	}
	for i := from; i < to; i++ {
		if n := phraseAt(askedWithin, list[:to], i, l); n > 0 && !ordered && !(list[i].text == "quanto" && i+1 < to && soonest[list[i+1].text]) {
			return !slices.ContainsFunc(list[from:i], func(t token) bool { return t.starts&know != 0 || asksWhether[t.text] || noMatter[t.text]&l != 0 })
		}
		if n := phraseAt(mayBe, list[:to], i, l); n > 0 && slices.ContainsFunc(list[max(from, i-1):min(to, i+n+1)], func(t token) bool { return yetStill[t.text]&l != 0 }) {
			return true
		}
	}
	if n := phraseAt(askedFirst, list[:to], from, l); n == 0 || slices.ContainsFunc(list[from:to], func(t token) bool { return t.sign && t.text == "," }) {
		return false
	}
	return list[from].text != "geht" || strings.Contains(list[to-1].text, "zu") || list[to-2].text == "zu"
}

// askedFirst begin a question in German, askedLast end one, askedWithin stand in one, noMatter make none of it. What may still be
// done, mayBe with yetStill, is asked as well.
var (
	askedFirst, askedLast, askedWithin = wordSets["askedFirst"], wordSets["askedLast"], wordSets["askedWithin"]
	baseForm                           = regexp.MustCompile(`(?:[aei]r|oir|dre|[aei]re|orre)$`)
	noMatter, mayBe, yetStill          = wordSets["noMatter"], wordSets["mayBe"], wordSets["yetStill"]
	soonest                            = set("prima antes a ao à o as os al alla")
)

// greets reports whether what stands before the mark by which a Spanish question begins is a greeting, a thanks or an
// apology, and no part of the question: "Hola chicos, perdón por molestar, ¿…?"
func greets(text string) bool {
	list := tokens(text)
	mark(list, es)
	begins := true
	for i := range list {
		t := &list[i]
		if t.sign {
			begins = true
			continue
		}
		if t.code() || digit(t.text) || t.within&(ifs|unless|report|hypothetical|negator|recall|await|frame) != 0 && t.within&(opener|harmless) == 0 || begins && t.within&(opener|harmless) == 0 {
			return false
		}
		begins = false
	}
	return len(list) > 0
}

// beforeMonth reports whether a full stop makes a day of a number: "2. Juli".
func beforeMonth(text string, from, to int) bool {
	if text[from] != '.' || to != from+2 || !digit(text[max(0, from-1):from]) {
		return false
	}
	word, _, _ := strings.Cut(text[to:min(len(text), to+24)], " ")
	return monthWord(strings.ToLower(strings.TrimRight(word, ".,;:!?")))
}

// daySpan finds the rest of two German days behind the first: "bis 20. Dezember", "auf den 5.".
var daySpan = regexp.MustCompile(`^(?:bis|bis zum|und|oder|auf|zum|oder am|und am)(?: den)? \d{1,2}\.`)

// spansDays reports whether a full stop is that of the first of two days, "vom 18. bis 20. Dezember", or of one within a
// sentence: "auf den 10. verlegen".
func spansDays(text string, from, to int) bool {
	if text[from] != '.' || to != from+2 || !digit(text[max(0, from-1):from]) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(text[to:])
	return daySpan.MatchString(text[to:]) || unicode.IsLower(next) && dayInFront.MatchString(text[:from])
}

// dayInFront finds a German day without its month at the end of a text: "auf den 10".
var dayInFront = regexp.MustCompile(`(?i)(?:^|\s)(?:den|am|dem|zum|vom) \d{1,2}$`)

// behindMonth reports whether a full stop ends no more than a day with its month, and the sentence goes on: "auf den
// 13.12. um 17 Uhr".
func behindMonth(text string, from, to int) bool {
	if text[from] != '.' || to != from+2 || to >= len(text) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(text[to:])
	word := text[strings.LastIndexAny(text[:from], " \n")+1 : from]
	return (unicode.IsLower(next) || unicode.IsDigit(next)) && dayAndMonth(word)
}

// titles are abbreviations that stand before a name, counted those before a number.
var (
	titles  = set("mr mrs ms mx messrs dr drs dra prof profa st ste sr sra srta sres sig sigg dott avv ing rev hon capt cpt lt col gen sgt hr hrn mme mlle mgr डॉ श्री प्रो ดร นพ พญ ศ รศ ผศ")
	counted = set("no nr num núm nº art apt flat abt approx ca env circa tel zi")
)

// abbreviates reports whether a full stop belongs to the word before it: "Mr. Colin", "J. Smith", "No. 1042".
// What begins a sentence of its own after one letter is none: "Put it into row B. Then call me."
func abbreviates(text string, dot int) bool {
	if text[dot] != '.' || dot+2 >= len(text) || text[dot+1] != ' ' {
		return false
	}
	from := dot
	for from > 0 {
		r, w := utf8.DecodeLastRuneInString(text[:from])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			break
		}
		from -= w
	}
	if from > 0 && strings.ContainsRune("0123456789-/_", rune(text[from-1])) {
		return false // the end of a code: "NE6B2Q."
	}
	word, next := text[from:dot], strings.TrimLeft(text[dot+1:], " ")
	if r := []rune(word); len(r) == 1 && scriptOf(r[0]) == thaiScript {
		return true // 10:00 น.
	}
	first, _ := utf8.DecodeRuneInString(next)
	if digit(next) {
		low := strings.ToLower(word)
		return counted[low] || len(low) < 6 && low != "may" && low != "mai" && spoken.Month(low) > 0 // Dec. 15
	}
	if unicode.IsLower(first) || !unicode.IsLetter(first) {
		return false
	}
	if titles[strings.ToLower(word)] {
		return true
	}
	follows := next[:strings.IndexFunc(next+" ", func(r rune) bool { return !unicode.IsLetter(r) })]
	low := strings.ToLower(follows)
	return len(word) == 1 && unicode.IsUpper(rune(word[0])) && unicode.IsUpper(first) && len(follows) > 1 && knownIn[low] == 0 && !enVerbs[low] && !AlsoNoun(low) && !foreignVerb(&token{text: low, fold: fold(low)}, en|de|fr|it|es|pt)
}

// wordEnds reports whether a text ends as a sentence does: "./..." is none.
func wordEnds(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || unicode.IsSpace(r) || strings.ContainsRune("\"'”’»)]%€$*_`", r))
}

// closing are the marks that end a quote.
var closing = map[rune]string{'"': `"`, '“': `”"“`, '„': `“”"`, '«': `»`, '»': `«`, '‘': `’'`, '\'': `'’`, '`': "`", '‹': `›`}

// quotesOf finds what stands in quotes, and the lines that a mail quotes.
func quotesOf(text string) []stretch {
	var out []stretch
	before := ' '
	for i := 0; i < len(text); {
		r, w := utf8.DecodeRuneInString(text[i:])
		ends := closing[r]
		if ends == "" || !(unicode.IsSpace(before) || strings.ContainsRune("(:[,;—–=", before)) && r != '“' && r != '„' && r != '«' && !(r == '"' && scriptOf(before) == thaiScript) {
			if r == '>' && (i == 0 || text[i-1] == '\n') {
				end := strings.IndexByte(text[i:], '\n')
				if end < 0 {
					end = len(text) - i
				}
				out = append(out, stretch{from: i, to: i + end})
				i += end
				before = '\n'
				continue
			}
			before = r
			i += w
			continue
		}
		end := closes(text, i+w, ends, r)
		if end < 0 {
			before = r
			i += w
			continue
		}
		out = append(out, stretch{from: i, to: end})
		i = end
		before, _ = utf8.DecodeLastRuneInString(text[:i])
	}
	return out
}

// maxQuote bounds the bytes of a quote.
const maxQuote = 4000

// closes returns where the quote that begins before from ends, −1 if nowhere.
func closes(text string, from int, ends string, open rune) int {
	for i := from; i < len(text) && i < from+maxQuote; {
		r, w := utf8.DecodeRuneInString(text[i:])
		if strings.ContainsRune(ends, r) && i > from {
			next, _ := utf8.DecodeRuneInString(text[i+w:])
			inner := open == '\'' || open == '‘' // an apostrophe ends nothing
			if !inner || i+w >= len(text) || !unicode.IsLetter(next) && !unicode.IsDigit(next) {
				return i + w
			}
		}
		if r == '\n' && strings.HasPrefix(text[i+w:], "\n") {
			return -1
		}
		i += w
	}
	return -1
}
