package ask

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The words that the reader knows are texts of their own, see there.
var (
	//go:embed lexicon/acts.txt
	actsText string
	//go:embed lexicon/verbs.txt
	verbsText string
	//go:embed lexicon/things.txt
	thingsText string
	//go:embed lexicon/cues.txt
	cuesText string
	//go:embed lexicon/holds.txt
	holdsText string
	//go:embed lexicon/romance.txt
	romanceText string
	//go:embed lexicon/contrary.txt
	contraryText string
	//go:embed lexicon/withdrawn.txt
	withdrawnText string
	//go:embed lexicon/insincere.txt
	insincereText string
)

// lang is a set of languages.
type lang uint8

const (
	en lang = 1 << iota
	de
	fr
	it
	es
	pt
	hi
	th
)

var langs = map[string]lang{"en": en, "de": de, "fr": fr, "it": it, "es": es, "pt": pt, "hi": hi, "th": th}

// latinLangs are those that are told apart by their words, not by their script.
var latinLangs = []lang{en, de, fr, it, es, pt}

// cue is a set of classes of what words say of the clause around them, see
// lexicon/cues.txt and lexicon/holds.txt.
type cue uint64

const (
	known cue = 1 << iota
	opener
	frame
	know
	negator
	nothing
	harmless
	except
	excepted
	contrast
	and
	ifs
	unless
	aside
	content
	hypothetical
	question
	report
	speaker
	subject
	later
	await
	keep
	stop
	bounding
	source
	target
	det
	pronoun
	again
	many
	other
	light
	others
	letter
	topic
	fraction
	amend     // words for a correction
	oops      // words that announce one
	offer     // what the assistant asks for an order by
	assent    // what agrees to it
	recall    // what takes an order back without naming it
	rethink   // second thoughts
	doubt     // what makes a question of whether something would be right, or can be done
	mock      // what makes a complaint of an order
	needless  // that there is no need of it any more
	usual     // what is done as a rule
	mind      // words for another mind
	meanwhile // with praise in front it makes a complaint of an order
	idiom     // phrases in which a verb of a deed means something else
	retain    // that somebody keeps the thing
	scornful  // what begins a sentence in scorn
	heap      // more is done, in scorn
	unneeded  // a deed is not needed any more
	sayso     // that something is what others say
	entitled  // that what follows is what something is called
)

var cueNames = map[string]cue{
	"known": known, "opener": opener, "frame": frame, "know": know, "negator": negator, "nothing": nothing, "harmless": harmless, "except": except, "excepted": excepted,
	"contrast": contrast, "and": and, "if": ifs, "unless": unless, "aside": aside, "content": content, "hypothetical": hypothetical, "question": question, "report": report,
	"speaker": speaker, "subject": subject, "later": later, "await": await, "keep": keep, "stop": stop, "bound": bounding, "from": source, "to": target, "det": det,
	"pronoun": pronoun, "again": again, "many": many, "other": other, "light": light, "others": others, "letter": letter, "topic": topic, "share": fraction,
	"amend": amend, "oops": oops, "offer": offer, "assent": assent,
	"recall": recall, "rethink": rethink, "mind": mind, "idiom": idiom, "doubt": doubt, "mock": mock, "needless": needless, "usual": usual, "meanwhile": meanwhile, "retain": retain,
	"scorn": scornful, "heap": heap, "unneeded": unneeded, "sayso": sayso, "called": entitled,
}

// phrase is a row of words with a meaning.
type phrase struct {
	words []string
	cue   cue
	langs lang
}

// stem is the beginning of a verb, of which a particle may stand apart: sag … ab.
type stem struct {
	text, particle string
}

// stemOf is a stem of a language.
type stemOf struct {
	stem
	lang lang
}

// begin is the first letter of a word, by which stems are found.
func begin(w string) string {
	_, n := utf8.DecodeRuneInString(w)
	return w[:n]
}

// act is one kind of deed.
type act struct {
	name           string
	verbs, weak    []string
	stems          map[lang][]stem
	strict, alters bool
}

// thing is a group of words for one kind of object.
type thing struct {
	words  []string // English, whole
	begins []string // in the other languages, folded
}

var (
	phrases  = map[string][]phrase{} // by their first word, the longest first
	acts     []*act
	actNames = map[string]*act{}
	things   []thing
	enVerbs  = map[string]bool{}     // all in their base form
	stemsBy  = map[string][]stemOf{} // those of every deed, by their beginnings
	thaiWord = map[string]bool{}     // for cutting Thai
	thaiLong = 0                     // the longest, in runes
	knownIn  = map[string]lang{}     // languages by their frequent words
	deedOf   = map[string][]*act{}   // by English verb
	senseOf  = map[string][]*act{}   // those of verbs.txt
)

func init() {
	readActs()
	readVerbs()
	readThings()
	readCues()
}

func thai(s string) bool { return s != "" && unicode.Is(unicode.Thai, []rune(s)[0]) }

func knowThai(s string) {
	for w := range strings.FieldsSeq(s) {
		if thai(w) {
			thaiWord[w] = true
			thaiLong = max(thaiLong, utf8.RuneCountInString(w))
		}
	}
}

func readActs() {
	var a *act
	for line := range strings.Lines(actsText) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		if f[0] == "=" {
			a = &act{name: f[1], stems: map[lang][]stem{}, strict: slices.Contains(f, "!"), alters: slices.Contains(f, "~")}
			acts, actNames[a.name] = append(acts, a), a
			continue
		}
		switch f[0] {
		case "en":
			a.verbs = f[1:]
		case "weak":
			a.weak = f[1:]
		default:
			l := langs[f[0]]
			for _, s := range f[1:] {
				if s != "-" {
					a.stem(s, l)
				}
			}
		}
	}
	for _, a := range acts {
		for _, v := range a.verbs {
			base, _, _ := strings.Cut(v, "+")
			enVerbs[base] = true
			deedOf[base] = append(deedOf[base], a)
		}
		for _, v := range a.weak {
			enVerbs[v] = true
		}
	}
	delete(enVerbs, "new")
}

// stem takes a stem of a language, with its particle behind +.
func (a *act) stem(s string, l lang) {
	text, particle, _ := strings.Cut(s, "+")
	st := stemOf{stem{fold(text), particle}, l}
	a.stems[l] = append(a.stems[l], st.stem)
	if from := begin(st.text); !slices.Contains(stemsBy[from], st) {
		stemsBy[from] = append(stemsBy[from], st)
	}
	knowThai(text)
	if l == de && particle == "" {
		for _, other := range germanStems(st.text) {
			if !slices.Contains(a.stems[de], other) {
				a.stems[de] = append(a.stems[de], other)
			}
		}
	}
}

// senseLangs are the columns of verbs.txt behind the English words.
var senseLangs = []lang{de, fr, it, es, pt, hi, th}

// readVerbs reads the senses, a line each: English words, and the stems of the other languages
// behind bars.
func readVerbs() {
	for line := range strings.Lines(verbsText) {
		columns := strings.Split(strings.TrimSpace(line), "|")
		words := strings.Fields(columns[0])
		if len(words) == 0 || words[0] == "#" || len(columns) != len(senseLangs)+1 {
			continue
		}
		a := &act{name: words[0], stems: map[lang][]stem{}, strict: slices.Contains(words, "!"), alters: slices.Contains(words, "~")}
		a.verbs = slices.DeleteFunc(words, func(w string) bool { return w == "!" || w == "~" })
		for i, l := range senseLangs {
			for _, s := range strings.Fields(columns[i+1]) {
				a.stem(s, l)
			}
		}
		for _, v := range a.verbs {
			if !strings.Contains(v, "+") { // back up: "back" alone is none
				enVerbs[v] = true
			}
			senseOf[v] = append(senseOf[v], a)
		}
	}
}

func readThings() {
	for line := range strings.Lines(thingsText) {
		f := strings.Fields(line)
		switch {
		case len(f) == 0:
		case f[0] == "en":
			things = append(things, thing{words: f[1:]})
		case f[0] == "other":
			t := &things[len(things)-1]
			for _, w := range f[1:] {
				t.begins = append(t.begins, fold(w))
				knowThai(w)
			}
		}
	}
}

func readCues() {
	for line := range strings.Lines(cuesText + holdsText + romanceText + "\n" + contraryText + "\n" + withdrawnText + "\n" + insincereText) {
		head, list, ok := strings.Cut(strings.TrimSpace(line), ": ")
		name, code, _ := strings.Cut(head, " ")
		c := cueNames[name]
		if !ok || c == 0 || langs[code] == 0 {
			continue
		}
		for text := range strings.SplitSeq(list, " | ") {
			knowThai(text)
			for _, one := range variants(text) {
				addPhrase(one, c, langs[code])
				if open, ok := strings.CutSuffix(one, " de"); ok && code == "fr" && c == frame {
					addPhrase(open+" d'", c, fr) // "la gentillesse d'annuler"
				}
			}
		}
	}
	for k := range phrases {
		slices.SortStableFunc(phrases[k], func(a, b phrase) int { return len(b.words) - len(a.words) })
	}
}

// variants writes out the alternatives of a phrase: "(ne/n') change rien" is two.
func variants(text string) []string {
	before, rest, ok := strings.Cut(text, "(")
	list, after, closed := strings.Cut(rest, ")")
	if !ok || !closed {
		return []string{text}
	}
	var out []string
	for one := range strings.SplitSeq(list, "/") {
		for _, tail := range variants(after) {
			out = append(out, before+one+tail)
		}
	}
	return out
}

func addPhrase(text string, c cue, l lang) {
	var words []string
	for _, t := range tokens(text) {
		words = append(words, t.text)
	}
	if n := len(words); n > 0 && strings.HasSuffix(text, "'") && elisions[words[n-1]+"'"] { // s', qu': written together with the next
		words[n-1] += "'"
	}
	if len(words) == 0 || words[0] == "-" {
		return
	}
	if c == known {
		knownIn[words[0]] |= l
		return
	}
	for i := range phrases[words[0]] {
		p := &phrases[words[0]][i]
		if slices.Equal(p.words, words) {
			if p.langs == l {
				p.cue |= c
				return
			}
		}
	}
	phrases[words[0]] = append(phrases[words[0]], phrase{words, c, l})
}

// plainLetters are letters with signs, and what they are without.
var plainLetters = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "é", "e", "è", "e", "ê", "e", "ë", "e", "í", "i", "ì", "i", "î", "i", "ï", "i", "ó", "o", "ò", "o", "ô", "o", "õ", "o",
	"ú", "u", "ù", "u", "û", "u", "ç", "c", "ñ", "n", "ß", "ss")

// fold takes the signs off the letters of a word, but for the last: "annulé" is not "annule",
// and German vowels keep theirs.
func fold(w string) string {
	if isASCII(w) || w[0] >= 0xe0 {
		return w
	}
	_, size := utf8.DecodeLastRuneInString(w)
	return plainLetters.Replace(w[:len(w)-size]) + w[len(w)-size:]
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
