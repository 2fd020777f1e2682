package ground

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Nothing is what an answer comes to that states nothing, in the language of a question.
func Nothing(question string) string { return nothing[languageOf(question)] }

// Nearest is what is said, in the language of a question, before a quotation that may not
// answer it.
func Nearest(question, quotation string) string { return nearest[languageOf(question)] + quotation }

// languageOf returns which of the languages of nothing a question is in.
func languageOf(question string) string {
	best, most := "en", 0
	for _, l := range slices.Sorted(maps.Keys(nothing)) {
		n := 0
		for _, w := range wordsOf(question) {
			if functions[l][fold(w.text)] {
				n++
			}
		}
		if n > most || n == most && l == "en" {
			best, most = l, n
		}
	}
	for _, r := range question {
		switch {
		case unicode.Is(unicode.Devanagari, r):
			return "hi"
		case unicode.Is(unicode.Thai, r):
			return "th"
		}
	}
	return best
}

// States reports whether an answer states anything: it cites something, has a number or a
// name, or a word of what was read; or it asks, or says that something is not so. What is
// left are affirmations that nothing stands behind, and words that make no sentence. In
// scripts other than Latin every answer does.
func States(answer string, e Evidence) bool {
	var have known
	for _, p := range e.Passages {
		have.add([]string{p.Text, p.Heading}, false)
	}
	all, empty := 0, 0
	for _, paragraph := range paragraphs(answer) {
		for _, s := range split(answer, paragraph) {
			words := wordsOf(s.text)
			if len(words) == 0 && len(s.cites) == 0 {
				continue
			}
			all++
			if repeats(s.text) || len(s.cites) == 0 && !e.states(s.text, words, &have) {
				empty++
			}
		}
	}
	return all == 0 || empty < all
}

// states reports whether a sentence without a citation does.
func (e *Evidence) states(text string, words []word, have *known) bool {
	if len(words) < 3 || strings.ContainsAny(text, "?？") {
		return true
	}
	facts := factsOf(text)
	if !facts.empty() {
		return true
	}
	for _, w := range words {
		f := fold(w.text)
		if strings.ContainsFunc(f, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) }) || negates(f) {
			return true
		}
		if len([]rune(f)) >= 3 && !function(f) && !ofDocuments[f] && (have.words[f] || have.stems[stem(f)]) {
			return true
		}
	}
	return false
}

// negates reports whether a folded word says that something is not so.
func negates(w string) bool {
	for part := range strings.FieldsFuncSeq(w, func(r rune) bool { return r == '\'' || r == '’' }) {
		if negations[part] {
			return true
		}
	}
	return strings.HasSuffix(w, "n't") || strings.HasSuffix(w, "n’t") || strings.HasPrefix(w, "n'") || strings.HasPrefix(w, "n’")
}

func function(w string) bool {
	for _, l := range functions {
		if l[w] {
			return true
		}
	}
	return false
}

// Repetitions that no sentence has: of one word, and of some words that follow each other.
const (
	sameWord   = 4
	sameWords  = 3
	mostPeriod = 8
)

// repeats reports whether a sentence is to a third and more the same words again and again,
// as a small model's is that has lost its way. Rows of tables may be.
func repeats(text string) bool {
	if strings.ContainsRune(text, '|') {
		return false
	}
	var words []string
	for _, w := range wordsOf(text) {
		if strings.ContainsFunc(w.text, unicode.IsLetter) {
			words = append(words, fold(w.text))
		}
	}
	for period := 1; period <= mostPeriod; period++ {
		least := sameWords
		if period == 1 {
			least = sameWord
		}
		run := period // words that are those a period before, with the first ones
		for i := period; i < len(words); i++ {
			if words[i] != words[i-period] {
				run = period
				continue
			}
			if run++; run >= least*period && 3*run >= len(words) {
				return true
			}
		}
	}
	return false
}

// nothing says that nothing was found.
var nothing = map[string]string{
	"en": "The documents do not say.", "de": "Das steht nicht in den Dokumenten.", "es": "Los documentos no lo dicen.", "fr": "Les documents ne le disent pas.",
	"it": "I documenti non lo dicono.", "pt": "Os documentos não o dizem.", "hi": "दस्तावेज़ों में यह नहीं है।", "th": "เอกสารไม่ได้ระบุไว้",
}

// nearest says that what follows may not be what was asked for.
var nearest = map[string]string{
	"en": "The documents may not say it. Nearest to it is: ", "de": "Vielleicht steht es nicht in den Dokumenten. Am nächsten kommt: ", "es": "Puede que los documentos no lo digan. Lo más cercano es: ",
	"fr": "Les documents ne le disent peut-être pas. Le plus proche est : ", "it": "Forse i documenti non lo dicono. Il più vicino è: ", "pt": "Talvez os documentos não o digam. O mais próximo é: ",
	"hi": "शायद दस्तावेज़ों में यह नहीं है। सबसे निकट यह है: ", "th": "เอกสารอาจไม่ได้ระบุไว้ ที่ใกล้เคียงที่สุดคือ: ",
}

// functions are words, folded, that state nothing by themselves, by language.
var functions = map[string]map[string]bool{
	"en": set(`the a an of to is are was were be been being am do does did done have has had having in on at by for from with about into over under again then than as if or and but
so because while this that these those it its they them their there here he she him her his we us our you your i me my mine who whom whose which what when where why how all any both each
few more most other some such only own same too very can could will would shall should may might must just also yes please`),
	"de": set(`der die das den dem des ein eine einen einem einer eines und oder aber ist sind war waren sein wird werden wurde hat haben hatte im in am an auf aus bei mit nach von vor zu
zum zur uber unter fur durch um als wie wenn dass es er sie wir ihr ich du man mich dir mir uns euch sich auch nur noch schon sehr so da dort hier dieser diese dieses kann konnen muss
mussen soll darf ja wer was wo wann warum welche welcher welches viel viele`),
	"es": set(`el la los las un una unos unas de del a al en por para con y o pero es son era fue ser estar esta estan hay ha han que como cuando donde quien cual cuanto cuanta cuantos su sus
mi mis tu lo le les se me te nos muy mas tambien ya si este esto estos estas ese eso puede pueden`),
	"fr": set(`le la les un une des du de d l au aux en dans par pour avec sur sous et ou mais est sont etait etre avoir a ont il elle ils elles on nous vous je tu me te se ce cet cette ces
qui que quoi quand comment combien ou quel quelle quels son sa ses mon ma mes leur y tres plus aussi oui peut peuvent`),
	"it": set(`il lo la i gli le un uno una di del della dei delle da dal dalla a al alla in nel nella con su per tra e o ma sono era essere ha hanno che chi come quando dove quanto quanti
quale quali si ci mi ti vi suo sua suoi mio questo questa quello molto piu anche puo possono`),
	"pt": set(`o a os as um uma uns umas de do da dos das em no na nos nas por para com e ou mas era foi ser estar esta estao ha tem que quem como quando onde quanto quantos qual quais se me
te lhe seu sua seus meu minha este esta isso isto muito mais tambem sim pode podem`),
}

// negations are words, folded, of the six languages in Latin letters.
var negations = set(`not no nothing none never cannot unable unknown unclear sorry unfortunately neither nor nobody nowhere without
nicht kein keine keinen keiner keinem keines nichts nie niemals niemand leider weder unbekannt ohne
nada nunca ningun ninguna ninguno nadie sin lamentablemente desconozco
ne pas aucun aucune rien jamais personne sans desole malheureusement
non nessun nessuno nessuna niente nulla mai purtroppo senza
nao nenhum nenhuma ninguem infelizmente sem`)

// ofDocuments are words for what is read itself, and for reading and saying, folded.
var ofDocuments = set(`document documents text texts passage passages source sources file files information say says said answer answers question
dokument dokumente dokumenten quelle quellen antwort frage documento documentos fuente fuentes respuesta pregunta reponse documenti fonte fonti risposta domanda resposta pergunta`)
