package ask

import "strings"

// Orders in the languages that have forms for them: German, French, Italian, Spanish and Portuguese.

// permitsLatin is [clause.permits] for the languages that have a passive: "kann storniert werden".
func (c *clause) permitsLatin(v verb) bool {
	if c.asked || c.find(know|report|negator|question|speaker|subject, 0, v.at) >= 0 {
		return false
	}
	switch v.lang {
	case de:
		return c.hasAny(0, v.at, "kann", "können", "darf", "dürfen") && (v.at+2 >= len(c.words) && c.hasWord("werden", v.at) || v.at+1 >= len(c.words) && lapses[c.words[v.at].text])
	case fr:
		return c.hasAny(0, v.at, "peut", "peuvent") && v.at+1 >= len(c.words) && c.words[v.at-1].text == "être"
	}
	return false
}

// lapses are German verbs for what a thing does that is called off.
var lapses = set("entfallen ausfallen wegfallen")

// theyWish reports whether what is wished for, before a word, is wished for by somebody else: "ele queria cancelar".
func (c *clause) theyWish(at int) bool {
	for k := 1; k < at; k++ {
		if c.words[k].starts&frame != 0 && they[c.words[k-1].text]&c.lang != 0 || c.othersWish(k, at) {
			return true
		}
	}
	return false
}

// othersWish reports whether a word says what several others want: "nuestros vecinos querían reservar", "die Müllers wollten das
// Feld buchen". In German that is what "we" say, too.
func (c *clause) othersWish(k, to int) bool {
	if theirWish[c.words[k].text]&c.lang == 0 || k <= c.opened() {
		return false
	}
	before := &c.words[k-1]
	if before.text == "ci" || before.text == "ne" {
		return false // "ci vorrebbero sei sacchi"
	}
	return c.lang != de || (before.capped || pointing[before.text]) && !c.hasAny(0, to, "wir", "sie", "ich", "ihr")
}

// they are words for somebody else, theirWish forms by which it is told what others want.
var they, theirWish = wordSets["they"], wordSets["theirWish"]

// ordersLatin tells orders of the languages that have forms for them.
func (c *clause) ordersLatin(v verb) bool {
	f := c.frameBefore(v.at)
	if v.at > 1 && c.permitsLatin(v) {
		return true
	}
	if v.form == ordering && c.theyWish(v.at) {
		return false
	}
	if c.late(v) || c.isTo(v) || c.mustBe(v) || v.form == ordering && c.isFor(v) || !c.asked && c.puts(v) {
		return true
	}
	if v.form == ordering && c.wouldHaveToBe(v) {
		return true
	}
	if h := c.causer(v); h >= 0 { // "mi faccia cancellare": the order is to have it done
		v.at = h
		return c.ordersLatin(v)
	}
	if v.form == naming {
		i := v.at - 1
		if v.lang == de && i >= 0 && c.words[i].text == "um" && f == v.at {
			return true // "ich bitte um Stornierung"
		}
		for i >= 0 && (c.words[i].within&(det|opener) != 0 || c.words[i].text == "sie" && i > 0 && makers[c.words[i-1].text]) && c.words[i].within&frame == 0 {
			i--
		}
		if c.lang&fr != 0 && i >= 0 && i == v.at-1 && i == c.opened() && strings.HasPrefix(c.words[i].text, "passe") {
			return true // "passez commande de …"
		}
		return i >= 0 && (i < v.at-1 || c.words[i].within&det != 0) && (c.words[i].within&frame != 0 || makers[c.words[i].text] && (i == c.opened() || f >= 0 && f <= i && c.upToMaker(f, i)))
	}
	if h := c.find(hypothetical, 0, v.at); h >= 0 && (f < 0 || h >= f || c.words[h].text != "schon") && !c.passive(v, f) && !(f >= 0 && c.words[h].text == "schon" && placing[c.words[h+1].text]) && !c.gladly(v) && !(h > 1 && h < v.at && c.hadMeant(h-1, v)) {
		if c.words[h].starts&frame == 0 {
			return false
		}
	}
	if c.find(report, 0, v.at) >= 0 && f < 0 {
		return false
	}
	if (v.form == done || v.form == ordering) && v.at > 1 && (haveForms[c.words[v.at-1].text]|haveForms[c.words[v.at-2].text])&v.lang != 0 {
		return false // "merci d'avoir remboursé"
	}
	if v.form == ordering && v.lang == it && v.at > 0 && havers[c.words[v.at-1].text]&it != 0 {
		return false // "avevamo rimborsati"
	}
	if v.form == done { // 30 zurück
		return f >= 0 && !c.spokenOf(f, v.at)
	}
	if v.form != ordering {
		return v.form == telling && (c.passive(v, f) || c.gladly(v) || c.wouldForMe(v) || v.lang == de && c.wishesDone(v))
	}
	if f >= 0 && c.asked && v.lang != de && f < v.at && c.words[f].capped && c.words[f].within == 0 && !c.words[f].code() {
		return false // "¿podría Ana cancelar …?"
	}
	if f >= 0 && c.asked && v.lang != de && !hanging(c.words[v.at].text) && c.subjectBefore(f) {
		return false // "Marco può annullare …?"
	}
	if f >= 0 && c.asked && c.hasAny(0, f, "eles", "elas", "ellos", "ellas", "loro", "ils", "elles") {
		return false // "eles poderiam …?"
	}
	if f >= 0 && !c.spokenOf(f, v.at) {
		return true
	}
	if c.find(frame, v.at, c.content) >= 0 && v.at <= c.opened()+3 && c.find(speaker|subject, 0, v.at) < 0 {
		return true
	}
	for j := c.partFirst(v); j < v.at; j++ {
		t := &c.words[j]
		if v.lang == de && consequences[t.text]&de != 0 && strings.HasSuffix(c.words[v.at].text, "t") && f < 0 {
			return false // "also storniert Toni"
		}
		switch {
		case t.sign, t.within&(opener|and|harmless|frame|later) != 0, t.starts&light != 0:
		case c.pronounOf(j, v), c.restricts(j), j > 0 && frenchClitics[t.text] && c.restricts(j-1): // "n'en remboursez que 180"
		case j == c.opened() && t.within&pronoun != 0 && t.within&speaker == 0 && c.surely(v): // "essa entreguem …"
		case j == 0 && t.capped && len(c.words) > 1 && t.within&det == 0 && !c.begins:
		case c.lang == fr && t.text == "tu" && j+1 < v.at && forMe[c.words[j+1].text], t.text == "nous", t.text == "nos", t.text == "ci", t.text == "me", t.text == "mi", t.text == "te", t.text == "de", t.text == "d'", t.text == "di", t.text == "ne" && v.lang == it, t.text == "y" && v.lang == fr:
		default:
			return c.final(v) || c.hangs(v)
		}
	}
	return true
}

// makers are verbs that have the deed done which is named behind them: "hazle un pago".
var makers = set("lance lancez fate fammi fatemi gib gebt gebe tätige tätigen hazme hágame háganme hagan realizar efectuar realicen realize realizem façam haz hazle hazles haga hágale háganle realiza realice efectúa fais faites faire effectue effectuez effectuer fai fare fare effettuare hacer realizar fazer efetuar faccia effettua effettui faz faça efetua mach mache macht machen veranlassen veranlasse veranlasst veranlass nehmen nimm nehmt vornehmen bearbeiten bearbeite bearbeitet")

// spokenOf reports whether another verb of telling stands between a frame and a verb.
func (c *clause) spokenOf(from, at int) bool {
	for j := from; j < at; j++ {
		t := &c.words[j]
		if foreignSayers[t.text] && !(t.text == "di" && c.lang&it != 0) || t.starts&(know|question|ifs|report) != 0 && t.text != "que" && t.text != "che" && t.within&frame == 0 {
			return true
		}
	}
	return false
}

// passive reports whether the clause says that something is to be done to a thing: "soll
// storniert werden".
func (c *clause) passive(v verb, f int) bool {
	if v.lang == de && !c.asked && c.hasWord("werden", v.at) && c.hasAny(0, v.at, "müsste", "müssten", "sollte", "sollten") && c.find(speaker|report|hypothetical|know|negator, 0, len(c.words)) < 0 {
		return true
	}
	if f < 0 {
		return false
	}
	switch v.lang {
	case de:
		return c.hasWord("werden", v.at) && c.hasAny(0, v.at, "soll", "sollen", "muss", "müssen") || c.wantedDone(v, f)
	case es:
		if v.at > 0 && f >= 0 && f < v.at && (c.words[v.at-1].text == "se" || v.at > 1 && c.words[v.at-2].text == "se") {
			return true // "que se le perdonara"
		}
		fallthrough
	default:
		return c.hasAny(0, v.at, "être", "essere", "ser", "vanno", "va", "soit", "soient", "venisse", "venissero", "venga", "vengano", "sia", "siano", "fosse", "fossero", "sea", "sean", "fuera", "fueran", "seja", "sejam", "fossem", "fique", "fiquem", "quede", "queden", "resti", "restino", "reste", "restent")
	}
}

// wishesDone reports whether a German clause ends with what the user would like to have done: "ich hätte den Termin
// gern abgesagt".
func (c *clause) wishesDone(v verb) bool {
	return !c.asked && v.at == c.lastWord() && c.hasAny(0, v.at, "hätte", "hätten", "möchte", "möchten") && c.hasAny(0, v.at, "gern", "gerne", "möchte", "möchten") && c.find(negator|report|know, 0, len(c.words)) < 0 &&
		!c.hasAny(0, len(c.words), "haben", "gehabt", "damals", "lieber")
}

// lastWord is the last word of the clause but for signs and words of courtesy.
func (c *clause) lastWord() int {
	i := len(c.words) - 1
	for i > 0 && (c.words[i].sign || c.words[i].within&(opener|frame) != 0) {
		i--
	}
	return i
}

// final reports whether a German base form stands at the end: "Termin e5 absagen".
func (c *clause) final(v verb) bool {
	if v.lang != de || !strings.HasSuffix(c.words[v.at].text, "n") {
		return false
	}
	for j := v.at + 1; j < len(c.words); j++ {
		if c.valueTail(j) {
			break // "INV-4401 bezahlen, 120 Euro"
		}
		if c.words[j].within&(opener|frame) == 0 && !c.words[j].sign {
			return false
		}
	}
	if i := c.opened(); i < v.at && (c.lets(i) || c.allows(v)) {
		return true
	}
	if c.words[v.at-1].text == "zu" { // wären Sie so nett, sie zu rufen
		end := courtesies(c.words)
		return end > 0 && end < len(c.words) && c.words[end].sign && c.find(hypothetical|report|keep|negator, end, v.at) < 0
	}
	return c.find(hypothetical|speaker|subject|report|keep, 0, v.at) < 0 && !c.hasAny(0, v.at, "kann", "darf", "wird", "können", "werden", "dürfen", "konnte", "durfte")
}

// allows reports whether a German clause that begins with its thing says that the one who is spoken to may do it, or is
// to: "77/18 dürfen Sie streichen".
func (c *clause) allows(v verb) bool {
	for k := c.opened() + 1; k+1 < v.at && !c.asked; k++ {
		if who := &c.words[k+1]; allowing[c.words[k].text] && (who.text == "sie" && who.capped || who.text == "ihr" || who.text == "du") {
			return c.onlyThing(k) && c.find(hypothetical|report|keep|negator|know|await|ifs, k, v.at) < 0
		}
	}
	return false
}

// allowing are verbs by which somebody is allowed or told to do a thing.
var allowing = set("können könnt kannst dürfen dürft darfst sollen sollt sollst müssen müsst musst")

// isTo reports whether a clause says that a thing is to be done: "est à confier", "è da spostare".
func (c *clause) isTo(v verb) bool {
	if v.at < 1 || c.asked || v.form != ordering || c.find(speaker|report|know|negator, 0, v.at) >= 0 || c.find(report, v.at, len(c.words)) >= 0 {
		return false
	}
	first := v.at-1 == c.opened() // "À annuler, merci", of what was spoken of
	is := &c.words[max(0, v.at-2)]
	w := c.words[v.at].text
	switch v.lang {
	case fr:
		return c.words[v.at-1].text == "à" && (first || is.text == "est" || is.text == "sont") && (strings.HasSuffix(w, "er") || strings.HasSuffix(w, "re") || strings.HasSuffix(w, "ir"))
	case it:
		return c.words[v.at-1].text == "da" && (first || is.text == "è" || is.text == "sono") && strings.HasSuffix(w, "re")
	case pt:
		return c.words[v.at-1].text == "para" && (is.text == "é" || is.text == "são") && v.at > 1 && strings.HasSuffix(w, "r")
	case es:
		return c.words[v.at-1].text == "para" && (is.text == "es" || is.text == "son") && v.at > 1 && strings.HasSuffix(w, "r")
	case de:
		return v.at > 1 && v.at+1 == len(c.words) && c.words[v.at-1].text == "zu" && strings.HasSuffix(w, "n") && c.hasAny(0, v.at, "ist", "sind")
	}
	return false
}

// puts reports whether the clause orders a thing to be brought into a state: "metta sotto sigillo il
// fascicolo".
func (c *clause) puts(v verb) bool {
	i := c.opened()
	if i >= v.at || v.at-i > 4 || v.form != ordering && v.form != naming || !placers[c.words[i].text] && !doers[c.words[i].text] {
		return false
	}
	before := &c.words[v.at-1]
	return placing[before.text] || before.text == "sotto" || before.text == "sous" || before.text == "unter" || before.text == "sob" || before.text == "bajo"
}

// hangs reports whether a verb has its object written to it, which stands before: "a la de la moto
// cámbiala".
func (c *clause) hangs(v verb) bool {
	w := c.words[v.at].text
	if v.form == ordering && v.at > 1 && v.at <= 12 && (v.lang == it || v.lang == pt) && politeVerb[v.lang].MatchString(w) && (objects[c.words[v.at-1].text] || proclitics[c.words[v.at-1].text]&v.lang != 0 && objects[c.words[v.at-2].text]) { // "la visita PS-3 me la sposti"
		from := v.at - 1
		for from > 0 && (proclitics[c.words[from-1].text]&v.lang != 0 && objects[c.words[from-1].text]) {
			from--
		}
		return c.onlyThing(from)
	}
	if next := v.at + 1; v.lang == fr && v.form == ordering && !c.asked && next < len(c.words) && c.hyphened(v.at) && (c.words[next].text == "le" || c.words[next].text == "la" || c.words[next].text == "les") {
		return v.at <= 12 && c.onlyThing(v.at) // "le F-2225 passez-le en verre acrylique"
	}
	if c.asked && v.at > 1 && v.form == ordering && doubleClitics[c.words[v.at-2].text+" "+c.words[v.at-1].text] {
		return c.onlyThing(v.at - 2)
	}
	if next := v.at + 1; v.lang == pt && v.form == ordering && next < len(c.words) && c.words[next].at == c.words[v.at].end+1 && clitics[c.words[next].text] && c.words[next].within&det != 0 && v.at <= 8 && c.hyphened(v.at) {
		return c.onlyThing(v.at) // "essa marcação passe-a para …"
	}
	if i := c.opened(); v.lang == pt && v.form == ordering && i+1 < v.at && v.at <= 8 && c.words[i].within&pronoun != 0 && ofWords[c.words[i+1].text] && c.surely(v) {
		return c.onlyThing(v.at) // "a do bolo cancelem"
	}
	if v.lang&(es|it|pt) == 0 || v.form != ordering || !hanging(w) && !strings.HasSuffix(w, "las") && !strings.HasSuffix(w, "los") && !strings.HasSuffix(w, "li") && !strings.HasSuffix(w, "le") || v.at > 8 {
		return false
	}
	return c.onlyThing(v.at)
}

// hyphened reports whether a hyphen stands behind a word.
func (c *clause) hyphened(i int) bool {
	at := c.words[i].end - c.words[0].at
	return at >= 0 && at < len(c.text) && c.text[at] == '-'
}

// onlyThing reports whether the words up to one are a thing, and say nothing of anybody.
func (c *clause) onlyThing(to int) bool {
	l := c.lang
	for j := range to {
		t := &c.words[j]
		if t.quoted || t.starts&(hypothetical|speaker|subject|report|know|keep|negator|other|question|await|content) != 0 && t.within&(det|pronoun) == 0 || foreignVerb(t, l) && !frequent(t, l) && (j == 0 || c.words[j-1].within&det == 0) && !(j > 0 && placing[c.words[j-1].text] && l&(it|es|pt) != 0 && !strings.HasSuffix(t.text, "r") && !strings.HasSuffix(t.text, "re")) {
			return false
		}
	}
	return true
}

// lets reports whether a German clause has something done by "lass es": its verb stands at the end.
func (c *clause) lets(i int) bool {
	switch c.words[i].text {
	case "lass", "lasse", "lassen", "lasst":
	default:
		return false
	}
	who := i + 1
	for who < len(c.words) && (c.words[who].text == "sie" || c.words[who].within&opener != 0) {
		who++
	}
	if who < len(c.words) && c.words[who].capped && !c.words[who].code() { // lass Mira es machen
		return false
	}
	last := len(c.words) - 1
	for last > i && (c.words[last].sign || c.words[last].within&opener != 0) {
		last--
	}
	t := &c.words[last]
	return last > i+1 && strings.HasSuffix(t.text, "n") && !t.capped && foreignVerb(t, de) && t.within&(keep|negator) == 0
}

// gladly reports whether a German clause says what somebody would like to have done: "hätte ich gern 30
// zurückerstattet".
func (c *clause) gladly(v verb) bool {
	if v.lang != de || c.asked || !strings.HasSuffix(c.words[v.at].text, "t") && !strings.HasSuffix(c.words[v.at].text, "n") {
		return false
	}
	last := len(c.words) - 1
	for last > v.at && (c.words[last].sign || c.words[last].within&opener != 0) {
		last--
	}
	if last != v.at || !c.hasAny(0, v.at, "hätte", "hätten") || !c.hasAny(0, v.at, "gern", "gerne") || !c.hasAny(0, v.at, "ich", "wir") || c.hasAny(0, v.at, "damals", "gestern", "früher", "vorher", "lieber") {
		return false
	}
	for j := range v.at {
		if t := &c.words[j]; t.starts&(report|know|negator|nothing|question|later|ifs) != 0 {
			return false
		}
	}
	return true
}

// would are the endings of the conditional by which people ask politely: "¿nos reservaría?", "mi prenoterebbe?".
var would = map[lang][]string{
	es: {"aría", "ería", "iría", "arías", "erías", "irías", "aríais", "eríais", "iríais", "arían", "erían", "irían"},
	it: {"erebbe", "irebbe", "eresti", "iresti", "ereste", "ireste"},
	pt: {"aria", "eria", "iria", "ariam", "eriam", "iriam"},
	fr: {"eriez", "iriez", "erais", "irais"},
}

// wouldForMe reports whether a question asks for a service by a conditional, with the user as the one it is for.
func (c *clause) wouldForMe(v verb) bool {
	if !c.asked {
		return false
	}
	i := c.opened()
	if v.lang == pt && i == v.at && i+1 < len(c.words) && forMe[c.words[i+1].text] && c.words[i].end+1 == c.words[i+1].at && c.imperfect(&c.words[i]) {
		return true
	}
	if c.lang == fr && i < len(c.words) && (c.words[i].text == "vous" || c.words[i].text == "tu") {
		i++
	}
	if i+1 != v.at || !forMe[c.words[i].text] {
		return false
	}
	w := c.words[v.at].text
	for _, end := range would[v.lang] {
		if strings.HasSuffix(w, end) {
			return !c.hasAny(v.at, len(c.words), "o", "oder", "ou", "siempre", "sempre", "toujours", "nunca", "mai", "jamais", "normalmente")
		}
	}
	return false
}
