package ask

import (
	_ "embed"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Kind says how a comparison goes.
type Kind uint8

// The kinds of comparisons.
const (
	Unknown Kind = iota
	Equal
	Above
	AtLeast
	Below
	AtMost
	Between
	NotEqual
)

// Comparison is what a condition says of a number.
type Comparison struct {
	Kind    Kind
	Numbers []string // as written
}

// compared are the words of comparisons, and what they say; the longest are tried first.
var compared = []struct {
	kind  Kind
	words *regexp.Regexp
}{
	{Between, regexp.MustCompile(`\b(?:between|zwischen|entre|tra|fra)\b|के बीच|ระหว่าง`)},
	{AtMost, regexp.MustCompile(`(?:\bnot?|\bnicht|\bpas|\bnon|\bno|\bnão) (?:more|mehr|plus|più|más|mais|over|above|higher|greater|bigger|larger|older|hotter|warmer|longer)\b|\b(?:at most|up to|höchstens|maximal|bis zu|au plus|au maximum|jusqu'à|como máximo|como mucho|al máximo|tout au plus|al più|no mais|quando muito|hasta|a lo sumo|al massimo|fino a|no máximo|até)\b|अधिकतम|ज़्यादा से ज़्यादा|ไม่เกิน`)},
	{AtLeast, regexp.MustCompile(`(?:\bnot?|\bnicht|\bpas|\bnon|\bno|\bnão) (?:less|weniger|moins|meno|menos|under|below|lower|smaller|colder|cooler|cheaper|fewer|younger|shorter)\b|\b(?:at least|or more|mindestens|au moins|al menos|por lo menos|como mínimo|almeno|pelo menos|no mínimo)\b|कम से कम|อย่างน้อย`)},
	{Below, regexp.MustCompile(`\b(?:less|fewer|under|below|beneath|cheaper|lower|smaller|colder|cooler|shorter|younger|lighter|earlier|weaker|drops|falls|unter|weniger|kleiner|niedriger|kälter|kühler|kürzer|jünger|leichter|billiger|günstiger|geringer|moins|inférieure?s?|au-dessous|en dessous|sous|plus (?:petite?|froide?|basse?|courte?|légère?|léger|jeune)|menos|menor|inferior|debajo|bajo|más (?:pequeñ[oa]|barat[oa]|frí[oa]|baj[oa]|cort[oa]|ligero|joven)|meno|minore|inferiore|sotto|più (?:piccol[oa]|economic[oa]|fredd[oa]|bass[oa]|cort[oa]|legger[oa]|giovane)|abaixo|mais (?:pequen[oa]|barat[oa]|fri[oa]|baix[oa]|curt[oa]|leve|jovem))\b|से कम|से छोट|से नीचे|से सस्त|से ठंड|น้อยกว่า|ต่ำกว่า|ถูกกว่า|เล็กกว่า|เย็นกว่า|หนาวกว่า|สั้นกว่า`)},
	{Above, regexp.MustCompile(`\b(?:more|over|above|exceeds?|exceeding|higher|greater|bigger|larger|longer|older|hotter|warmer|heavier|dearer|pricier|taller|wider|stronger|later|beyond|past|mehr|über|größer|höher|länger|älter|heißer|wärmer|schwerer|teurer|übersteigt|plus|dépasse|supérieure?s?|au-dessus|excède|más|mayor|supera|superior|encima|excede|sobre|più|maggiore|supera|superiore|sopra|oltre|mais|maior|acima|ultrapassa|excede|passa de)\b|से ज़्यादा|से ज्यादा|से अधिक|से बड़|से ऊपर|से महँग|से महंग|से गर्म|से लंब|มากกว่า|เกิน|สูงกว่า|ใหญ่กว่า|แพงกว่า|ร้อนกว่า|นานกว่า|หนักกว่า`)},
	{NotEqual, regexp.MustCompile(`\b(?:is not|isn't|not|nicht|n'est pas|no es|non è|não é)\b|नहीं|ไม่ใช่`)},
	{Equal, regexp.MustCompile(`\b(?:is|are|costs?|equals?|exactly|ist|kostet|genau|est|coûte|exactement|es|cuesta|exactamente|è|costa|esattamente|é|custa|exatamente|=)\b|है|คือ|เท่ากับ`)},
}

// Compared reads the comparison of a condition; one without numbers has none.
func Compared(text string) Comparison {
	low := strings.ToLower(text)
	var c Comparison
	for _, t := range tokens(low) {
		if !t.sign && amountForm.MatchString(strings.Trim(t.text, "°%")) || units.MatchString(t.text) && !t.sign {
			c.Numbers = append(c.Numbers, strings.TrimRightFunc(t.text, func(r rune) bool { return unicode.IsLetter(r) || r == '%' }))
		}
	}
	inWords := len(c.Numbers) == 0
	if inWords {
		if c.Numbers = numerals(low); len(c.Numbers) == 0 {
			return c
		}
	}
	for _, k := range compared {
		if matchWord(k.words, low) {
			if inWords && (k.kind < Above || k.kind > AtMost) { // "if one of them is late"
				break
			}
			c.Kind = k.kind
			return c
		}
	}
	if inWords {
		c.Numbers = nil
	}
	return c
}

// numerals are the numbers above one that a text writes in words.
func numerals(text string) []string {
	list := tokens(text)
	l := language(list)
	if strings.Contains(text, "it's ") || strings.Contains(text, "it is ") { // "it's over five kilos"
		l = en
	}
	var out []string
	for i := 0; i < len(list); i++ {
		if n, end := numeral(list, i, l); end > i {
			if n > 1 {
				out = append(out, strconv.FormatFloat(n, 'f', -1, 64))
			}
			i = end - 1
		}
	}
	return out
}

// matchWord is MatchString where letters with signs are letters, too.
func matchWord(re *regexp.Regexp, s string) bool {
	for _, at := range re.FindAllStringIndex(s, -1) {
		before := []rune(s[:at[0]])
		after := []rune(s[at[1]:])
		if (len(before) == 0 || !unicode.IsLetter(before[len(before)-1]) || before[len(before)-1] > 0x24f) && (len(after) == 0 || !unicode.IsLetter(after[0]) || after[0] > 0x24f) {
			return true
		}
	}
	return false
}

// Holds reports whether a number is as the comparison says.
func (c Comparison) Holds(n float64, bounds []float64) bool {
	b := bounds[0]
	if c.Kind == Between {
		return len(bounds) == 2 && n >= bounds[0] && n <= bounds[1]
	}
	if len(bounds) != 1 {
		return false
	}
	switch c.Kind {
	case Above:
		return n > b
	case AtLeast:
		return n >= b
	case Below:
		return n < b
	case AtMost:
		return n <= b
	case NotEqual:
		return n != b
	}
	return c.Kind == Equal && n == b
}

// measures are words for what is measured, and what tools call it.
var measures = []struct{ words, names map[string]bool }{
	{set("big bigger large larger small smaller size sizes kb mb gb bytes groß größer klein kleiner größe grand grande gros grosse taille petit petite tamaño pequeño pequeña grosso dimensione piccolo piccola tamanho pequeno pequena बड़ा बड़ी छोटा आकार ใหญ่กว่า เล็กกว่า ขนาด"),
		set("size bytes length kb mb")},
	{set("price cost costs cheap cheaper expensive pricier dearer worth total amount bill balance fee rent kostet preis teurer billiger günstiger betrag saldo prix coûte cher chère montant solde precio cuesta caro cara barato barata importe saldo prezzo costa economico importo preço custa valor कीमत दाम महँगा सस्ता राशि ราคา แพงกว่า ถูกกว่า ยอด € $ £ euro euros dollars eur usd"),
		set("price cost total amount balance fee rent sum value")},
	{set("cold colder warm warmer hot hotter cool cooler temperature degrees degree kälter wärmer heißer temperatur grad froid chaud température degrés frío fría caliente temperatura grados freddo caldo gradi frio fria quente graus ठंडा गर्म तापमान डिग्री หนาวกว่า ร้อนกว่า เย็นกว่า อุณหภูมิ องศา"),
		set("temperature temp degrees celsius")},
	{set("old older age young younger alt älter alter jünger âge vieux vieille edad viejo vieja età vecchio vecchia idade velho velha उम्र पुराना อายุ เก่ากว่า"), set("age days years")},
	{set("stock quantity left available many few free seats seat places place spots spot units unit frei plätze platz einheiten libre libres places place libero liberi posti posto libres plazas plaza asientos butacas livres vagas vaga lugares unidades quedan quedar restano restam reste restent lager bestand menge stock quantité cantidad existencias scorte quantità estoque quantidade स्टॉक मात्रा คงเหลือ จำนวน"), set("stock quantity count available left free seats places spots units remaining")},
	{set("rating rated stars star score reviews bewertung sterne note étoiles valoración estrellas voto valutazione stelle nota avaliação estrelas रेटिंग คะแนน ดาว"), set("rating stars score")},
	{set("long longer short shorter duration länger kürzer dauer long longue court durée largo corto duración lungo corto durata longo curto duração लंबा छोटा नานกว่า สั้นกว่า"), set("duration length minutes hours")},
}

// Measures reports whether a condition speaks of what a tool calls by a name.
func Measures(text, name string) bool {
	parts := NameWords(name)
	for _, t := range tokens(strings.ToLower(text)) {
		if slices.Contains(parts, t.text) || slices.Contains(parts, strings.TrimSuffix(t.text, "s")) {
			return true
		}
		for _, m := range measures {
			if m.words[t.text] && slices.ContainsFunc(parts, func(p string) bool { return m.names[p] }) {
				return true
			}
		}
	}
	return false
}

// Names returns the words of a condition that are names of things: with digits or signs.
func Names(text string) []any {
	var out []any
	for _, t := range tokens(text) {
		if !t.sign && t.code() && !units.MatchString(t.text) {
			out = append(out, text[t.at:t.end])
		}
	}
	return out
}

// Numbered returns the numbers of a condition that name a thing of which something is said: the 5 of "is
// track 5 clear", not that of "the price is 5".
func Numbered(text string) []string {
	list := tokens(strings.ToLower(text))
	l := language(list)
	mark(list, l)
	said := func(t *token) bool { // says how something is
		return !t.sign && !idle[t.text] && !unitWords[t.text] && measured[t.text] == nil && !digit(t.text) && t.within&negator == 0 && !strings.ContainsAny(t.text, "€$£%")
	}
	var out []string
	for i := range list {
		if list[i].sign || !amountForm.MatchString(list[i].text) || i+1 == len(list) || unitWords[list[i+1].text] || measured[list[i+1].text] != nil {
			continue
		}
		if i > 0 {
			before := &list[i-1]
			if !said(before) && !singular[before.text] && before.within&question == 0 || finite[before.text] != 0 || before.within&bounding != 0 || matchWord(compared[3].words, before.text) || matchWord(compared[4].words, before.text) {
				continue
			}
		}
		for j := i + 1; j < len(list); j++ {
			if said(&list[j]) {
				out = append(out, list[i].text)
				break
			}
		}
	}
	return out
}

// singular are articles of one thing: "el 5 está libre".
var singular = set("the der die das le la el il o a l'")

// State is what a condition says of a thing in words.
type State struct {
	Words   []string
	Negated bool
}

//go:embed lexicon/states.txt
var statesText string

// states are words that mean the same of a thing, and the group that means the contrary.
type stateGroup struct {
	words    map[string]bool
	contrary int
}

var states []stateGroup

func init() {
	for line := range strings.Lines(statesText) {
		if line[0] == '#' {
			continue
		}
		yes, no, ok := strings.Cut(strings.TrimSpace(line), " / ")
		if !ok {
			continue
		}
		knowThai(line)
		states = append(states, stateGroup{set(yes), len(states) + 1}, stateGroup{set(no), len(states)})
		for _, group := range []string{yes, no} {
			words := strings.Fields(group)
			for _, w := range words {
				alike[w] = append(alike[w], slices.DeleteFunc(slices.Clone(words), func(o string) bool { return o == w || slices.Contains(alike[w], o) })...)
			}
		}
	}
}

// idle are words that say nothing of a state.
var idle = set(`there's there'll any it is it's are was were be been being the a an my our your this that these those if when so yet already still has have had having any some there he she they i you we its of to in on at for with and or
	then me him her us them does did do can could will would should really actually indeed ever even just only also too very really come comes came kommt vient viene vem order orders got get gets still ago be by from
	es ist sind war der die das ein eine noch schon sie er dem den im am zu wird wurde hat worden bereits c'est est sont a été le la les l' un une il elle déjà encore ont se si está el los las ya ha sido son fue lo una
	è il gli stato stata già sono ha o a os as é foi já um uma está ele ela tem हो है हैं वह यह तो का की के को ने में गया गई चुका चुकी मेरा เป็น ที่ แล้ว ก็ มัน ได้ อยู่ ยัง ของ`)

// StateOf reads a condition; skip tells names of what it speaks of.
func StateOf(text string, skip func(word string) bool) State {
	list := tokens(text)
	l := language(list)
	mark(list, l)
	var s State
	for i := range list {
		t := &list[i]
		if t.sign || t.quoted {
			continue
		}
		if t.starts&negator != 0 || t.text == "ไม่" || t.text == "never" {
			s.Negated = !s.Negated || l&^(fr|it|es|pt) == 0 // "n'est pas", "no ha llegado nunca"
			continue
		}
		if t.within&negator != 0 || idle[t.text] || skip(t.text) || strings.ContainsFunc(t.text, unicode.IsDigit) {
			continue
		}
		if strings.HasSuffix(t.text, "n't") {
			s.Negated = !s.Negated
			continue
		}
		if slices.ContainsFunc(things, func(th thing) bool { return slices.Contains(th.words, t.text) }) && groupOf(t.text) < 0 {
			continue // the order, the mail
		}
		s.Words = append(s.Words, t.text)
	}
	return s
}

// Something reports whether a word says that there is something at a moment, and not how it is.
func Something(word string) bool {
	return something[word] || something[strings.TrimSuffix(word, "s")]
}

var something = set(`something anything else appointment meeting event entry booking plan planned scheduled booked busy today tomorrow tonight day time o'clock am pm noon half past quarter calendar happening
	etwas was termin besprechung geplant gebucht beschäftigt heute morgen uhr halb viertel kalender quelque chose rendez-vous réunion prévu occupé aujourd'hui demain heure calendrier agenda
	qualcosa appuntamento riunione impegno previsto occupato oggi domani ore alle algo cita reunión previsto ocupado hoy mañana hora horas alguma coisa compromisso reunião marcado hoje amanhã calendário
	कुछ आज कल बजे मीटिंग अपॉइंटमेंट อะไร วันนี้ พรุ่งนี้ นัด ประชุม โมง`)

// Alike returns the words that say the same of a thing's state as one does.
func Alike(word string) []string { return alike[word] }

var alike = map[string][]string{}

func groupOf(w string) int {
	for i := range states {
		if states[i].words[w] {
			return i
		}
	}
	return -1
}

// In reports whether the words of a record say the state, or its contrary.
func (s State) In(words []string) (yes, no bool) {
	all := true
	for _, w := range s.Words {
		g := groupOf(w)
		found := false
		for i, o := range words {
			same := o == w || english(o, w) != noForm || len(w) > 3 && english(w, o) != noForm
			other := false
			if g >= 0 {
				k := groupOf(o)
				same, other = same || k == g, k >= 0 && k == states[g].contrary
			}
			if !same && !other {
				continue
			}
			if deniedAt(words, i) {
				same, other = other, same
			}
			found = found || same
			no = no || other
		}
		all = all && found
	}
	return all && len(s.Words) > 0, no
}

// deniedAt reports whether the words of a record negate one of them.
func deniedAt(words []string, i int) bool {
	for j := i - 1; j >= 0 && j >= i-3 && words[j] != "."; j-- {
		switch words[j] {
		case "not", "no", "never", "nor", "without", "isn't", "wasn't", "hasn't", "aren't", "haven't", "don't", "doesn't", "didn't", "won't", "can't", "cannot", "nicht", "kein", "keine", "nie", "pas", "jamais", "non", "mai", "não", "nunca", "नहीं", "false", "un":
			return true
		}
	}
	return i+1 < len(words) && (words[i+1] == "नहीं" || words[i+1] == "false" || words[i+1] == "pas" || words[i+1] == "nicht")
}

// Room reports whether a condition says that there is room left: "is there still room in the spin class?"
func Room(text string) bool {
	list := tokens(strings.ToLower(text))
	there, some := false, false
	for i := range list {
		t := &list[i]
		if thereIs[t.text] {
			there = true
		}
		if rooms[t.text] && (i+1 == len(list) || !digit(list[i+1].text) && !list[i+1].code()) {
			some = true
		}
		if t.text == "no" || t.text == "kein" || t.text == "keine" || t.text == "keinen" || t.text == "not" || t.text == "full" {
			return false
		}
	}
	return there && some
}

var (
	thereIs = set("there is are any left free still gibt gäbe ist sind hat haben noch frei reste il y a avez reste-t-il queda quedan hay ha tem há tens têm sobra c'è ci sono è rimasto rimasti avete avanza है हैं बची बची है बचा มี ยัง เหลือ")
	rooms   = set("room rooms space spaces place places seat seats spot spots slot slots platz plätze place places posto posti sitio sitios plaza plazas lugar lugares vaga vagas asiento asientos sitz sitze sitzplätze posten espacio espaço hueco जगह सीट सीटें ที่ว่าง ที่นั่ง ที่")
)

// CountLeft reports whether a condition says how many places are to be left: "si todavía quedan 8 plazas".
func CountLeft(text string) bool {
	list := tokens(strings.ToLower(text))
	there := slices.ContainsFunc(list, func(t token) bool { return thereIs[t.text] })
	for i := range list {
		if i+1 < len(list) && digit(list[i].text) && rooms[list[i+1].text] && there {
			return true
		}
	}
	return false
}

// FreeCount reports whether a member of a record is called as the number of what is free.
func FreeCount(name string) bool {
	return slices.ContainsFunc(NameWords(name), func(w string) bool { return freeCounts[w] })
}

var freeCounts = set("free available left remaining vacant open frei libres libre liberi vagas")
