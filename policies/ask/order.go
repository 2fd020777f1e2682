package ask

import (
	"slices"
	"strings"
)

// orders reports whether a verb of the clause is an order to do it.
func (c *clause) orders(v verb) bool {
	if c.kind != plain || v.at >= c.content || c.words[v.at].quoted {
		return false
	}
	if c.find(know, 0, v.at) >= 0 {
		return false
	}
	if c.offered {
		return c.offers(v)
	}
	switch v.lang {
	case en:
		return c.ordersEnglish(v)
	case hi:
		return c.ordersHindi(v)
	case th:
		return c.ordersThai(v)
	}
	return c.ordersLatin(v)
}

// ordersEnglish tells orders by where the verb stands and by what stands before it.
func (c *clause) ordersEnglish(v verb) bool {
	f := c.frameBefore(v.at)
	if h := c.find(hypothetical, 0, v.at); h >= 0 && (f < 0 || h > f || !c.wants()) && c.words[h].text != "already" {
		return false
	}
	switch v.form {
	case ordering:
		if let := v.at - 2; v.base == "know" && v.at > 1 { // let Ann know
			for let > 0 && c.words[let].text != "let" {
				let--
			}
			return c.words[let].text == "let" && (c.headAt(let) || f >= 0 && f <= let && c.behindFrame(f, let))
		}
		if c.asThing(v.at) || v.at > 0 && c.words[v.at-1].within&det != 0 && c.words[v.at-1].starts&(opener|frame) == 0 {
			return c.wished(v.at) || c.given(v)
		}
		if c.headAt(v.at) {
			return true
		}
		return f >= 0 && c.behindFrame(f, v.at)
	case doing:
		if v.at > 0 && c.words[v.at-1].text == "by" && c.verbFirst() {
			return true // send it by sharing the folder
		}
		if f < 0 {
			return false
		}
		switch c.words[v.at-1].text {
		case "mind", "appreciate", "needs", "need", "you", "your", "ahead", "of", "on", "start", "begin":
			return c.firstVerb(f, v.at)
		}
		return false
	case done:
		if c.permits(v) || c.causes(v, f) || c.toBe(v) {
			return true
		}
		if q := c.find(question, f, v.at); f < 0 || q >= 0 && c.words[q].text != "is" && c.words[q].text != "are" {
			return false
		}
		return c.firstVerb(f, v.at)
	case naming:
		return c.wished(v.at)
	}
	return false
}

// permits reports whether the clause says that a thing may be done away with, and no more: "S-14 can
// be discarded", "B8 can go".
func (c *clause) permits(v verb) bool {
	if c.asked || v.at < 2 || c.find(know|report|negator|question, 0, v.at) >= 0 {
		return false
	}
	for j := v.at + 1; j < len(c.words); j++ {
		if t := &c.words[j]; !t.sign && t.within&(opener|pronoun|again|and) == 0 {
			return false
		}
	}
	i := v.at - 1
	for i > 0 && (c.words[i].text == "be" || c.words[i].within&opener != 0) {
		i--
	}
	if i == 0 || c.words[i].text != "can" && c.words[i].text != "may" || c.words[v.at-1].text != "be" && v.base != "go" {
		return false
	}
	for j := c.opened(); j < i; j++ { // what it is, and nobody who says so
		t := &c.words[j]
		if t.starts&(speaker|frame|ifs) != 0 || t.verb && !t.noun || finite[t.text]&en != 0 || i-j > 6 {
			return false
		}
	}
	return true
}

// causes reports whether the clause asks to have it done: "have it towed", "get room 5 cleaned".
func (c *clause) causes(v verb, f int) bool {
	for i := v.at - 2; i >= 0 && i >= v.at-7; i-- {
		t := &c.words[i]
		if t.text != "have" && t.text != "get" && (t.text != "had" || f != i) || t.quoted {
			continue
		}
		return (i == c.opened() || c.words[i-1].sign || c.words[i-1].starts&and != 0 || f == i) && (!c.asked || f == i) && c.firstVerb(i+1, v.at)
	}
	return false
}

// permitsLatin is [clause.permits] for the languages that have a passive: "kann storniert werden".
func (c *clause) permitsLatin(v verb) bool {
	if c.asked || c.find(know|report|negator|question|speaker|subject, 0, v.at) >= 0 {
		return false
	}
	switch v.lang {
	case de:
		return c.hasAny(0, v.at, "kann", "können", "darf", "dürfen") && v.at+2 >= len(c.words) && c.hasWord("werden", v.at)
	case fr:
		return c.hasAny(0, v.at, "peut", "peuvent") && v.at+1 >= len(c.words) && c.words[v.at-1].text == "être"
	}
	return false
}

// frameBefore returns the first word behind the last frame before a word, −1 if there is
// none.
func (c *clause) frameBefore(at int) int {
	out := -1
	for i := 0; i < at; i++ {
		if c.words[i].starts&frame != 0 && !c.words[i].quoted {
			if end := span(c.words, i, frame); end <= at {
				out = end
			}
		}
	}
	return out
}

// headAt reports whether an English word is the verb that the clause begins with, but for
// what may stand before it.
func (c *clause) headAt(at int) bool {
	vocative := true // "Ann, delete it": a name before the verb
	for j := c.fronted(at); j < at; j++ {
		t := &c.words[j]
		switch {
		case t.sign, t.within&(opener|and) != 0, t.within&harmless != 0, t.within&frame != 0, t.within&later != 0:
		case t.starts&light != 0:
			for j+1 < at && (c.words[j+1].text == "to" || c.words[j+1].text == "and" || c.words[j+1].text == "sure" || c.words[j+1].text == "that" || c.words[j+1].text == "you" || c.words[j+1].text == "me" || c.words[j+1].text == "through" || c.words[j+1].text == "it") {
				j++
			}
		case t.text == "to" && at == j+1 && c.opened() < j && c.words[c.opened()].starts&light != 0:
		case j == 0 && t.capped && vocative && t.within&(target|source|det) == 0 && knownIn[t.text]&en == 0 && !possessive(t.text):
			vocative = false
		default:
			return false
		}
	}
	return true
}

// possessive reports whether an English word says whose the next thing is: Ann's.
func possessive(w string) bool {
	return strings.HasSuffix(w, "'s") && !copular[w] || strings.HasSuffix(w, "s'")
}

var copular = set("it's he's she's that's what's who's where's how's there's here's let's one's")

// fronted returns where what stands before the verb ends: "for 5532 just tell me", "to each
// user write".
func (c *clause) fronted(at int) int {
	i := c.opened()
	if i+1 >= at || !slices.Contains([]string{"for", "to", "from", "in", "on", "at", "of", "with", "about"}, c.words[i].text) {
		return 0
	}
	if c.words[i+1].verb && c.words[i].text == "to" {
		return 0 // to cancel it would be wrong
	}
	for j := i + 1; j < at && j <= i+4; j++ {
		t := &c.words[j]
		if t.within&(opener|negator|speaker|question) != 0 || t.starts&other != 0 || t.verb && !t.noun && c.words[j-1].within&det == 0 {
			return j
		}
	}
	return min(at, i+5)
}

// behindFrame reports whether a verb is the one that a frame asks for: the first behind it,
// and done by the one who is asked: "I want Bob to pay" is for Bob.
func (c *clause) behindFrame(from, at int) bool {
	for j := from; j < at; j++ {
		t := &c.words[j]
		switch {
		case t.sign, t.within&(opener|and|frame|harmless|later) != 0, t.starts&light != 0:
		case t.text == "to", t.text == "you", t.text == "u", t.text == "me", t.text == "us", t.text == "for", t.text == "kindly", t.text == "that", t.text == "as":
		default:
			return false
		}
	}
	return true
}

// firstVerb reports whether no other verb stands between a frame and the one asked for.
func (c *clause) firstVerb(from, at int) bool {
	for j := from; j < at; j++ {
		t := &c.words[j]
		if t.sign || t.quoted {
			continue
		}
		if t.starts&(subject|report|question) != 0 && t.text != "is" && t.text != "are" {
			return false
		}
		if (t.verb || t.starts&other != 0) && t.text != "have" && t.text != "get" && t.starts&light == 0 && !t.noun && !t.thing && t.within&(frame|opener) == 0 {
			return false
		}
	}
	return true
}

// asThing reports whether a word that may be a verb or a noun is one: "read the last mail".
func (c *clause) asThing(i int) bool {
	if !c.words[i].noun || i == 0 {
		return false
	}
	t := &c.words[i-1]
	switch {
	case slices.Contains([]string{"and", "then", "to", "please", "you", "kindly", "also", "or", "just", "u"}, t.text), t.sign:
		return false
	case t.within&det != 0, possessive(t.text):
		return true
	}
	return slices.ContainsFunc(c.words[:i], func(t token) bool { return t.starts&other != 0 || t.verb })
}

// given reports whether the clause asks for the deed as a thing to be given: "give room 5 a clean".
func (c *clause) given(v verb) bool {
	if !slices.Contains([]string{"a", "an", "another", "some", "of"}, c.words[v.at-1].text) {
		return false
	}
	for i := v.at - 2; i >= 0 && i >= v.at-7; i-- {
		t := &c.words[i]
		if t.text == "give" && !t.quoted {
			return (c.headAt(i) || c.frameBefore(i) >= 0 && c.behindFrame(c.frameBefore(i), i)) && i+1 < v.at-1 && c.words[i+1].within&speaker == 0
		}
		if t.sign || t.within&negator != 0 {
			return false
		}
	}
	return false
}

// wished reports whether a noun for a deed is what is asked for: "a refund for 1042, please",
// "I want a refund".
func (c *clause) wished(at int) bool {
	i := at - 1
	for i >= 0 && (c.words[i].within&(det|opener) != 0 || c.words[i].text == "immediate") && c.words[i].starts&frame == 0 {
		i--
	}
	if i >= 0 && c.words[i].within&frame != 0 {
		return i+1 < at
	}
	if i >= 1 && i < at-1 && c.words[i-1].text == "give" {
		return c.headAt(i-1) || c.frameBefore(i-1) >= 0
	}
	if i >= 0 && (c.words[i].text == "place" || c.words[i].text == "submit" || c.words[i].text == "have" || c.words[i].text == "get" || c.words[i].text == "make" || c.words[i].text == "issue" || c.words[i].text == "do") {
		return c.headAt(i) || c.frameBefore(i) >= 0
	}
	if i >= 0 || at == 0 {
		return false
	}
	return at+1 >= len(c.words) || slices.Contains([]string{"for", "of", "to", "on", "now", "please"}, c.words[at+1].text)
}

// ordersLatin tells orders of the languages that have forms for them.
func (c *clause) ordersLatin(v verb) bool {
	f := c.frameBefore(v.at)
	if v.at > 1 && c.permitsLatin(v) {
		return true
	}
	if c.isTo(v) || !c.asked && c.puts(v) {
		return true
	}
	if v.form == naming {
		i := v.at - 1
		for i >= 0 && c.words[i].within&(det|opener) != 0 && c.words[i].within&frame == 0 {
			i--
		}
		return i >= 0 && i < v.at-1 && (c.words[i].within&frame != 0 || makers[c.words[i].text] && i == c.opened())
	}
	if h := c.find(hypothetical, 0, v.at); h >= 0 && (f < 0 || h >= f || c.words[h].text != "schon") && !c.passive(v, f) {
		if c.words[h].starts&frame == 0 {
			return false
		}
	}
	if c.find(report, 0, v.at) >= 0 && f < 0 {
		return false
	}
	if v.form != ordering {
		return v.form == telling && c.passive(v, f)
	}
	if f >= 0 && !c.spokenOf(f, v.at) {
		return true
	}
	if c.find(frame, v.at, c.content) >= 0 && v.at <= c.opened()+3 && c.find(speaker|subject, 0, v.at) < 0 {
		return true
	}
	for j := 0; j < v.at; j++ {
		t := &c.words[j]
		if v.lang == de && consequences[t.text]&de != 0 && strings.HasSuffix(c.words[v.at].text, "t") && f < 0 {
			return false // "also storniert Toni"
		}
		switch {
		case t.sign, t.within&(opener|and|harmless|frame|later) != 0, t.starts&light != 0:
		case j == 0 && t.capped && len(c.words) > 1 && t.within&det == 0 && !c.begins:
		case c.lang == fr && t.text == "tu" && j+1 < v.at && forMe[c.words[j+1].text], t.text == "nous", t.text == "nos", t.text == "ci", t.text == "me", t.text == "mi", t.text == "te", t.text == "de", t.text == "d'", t.text == "di":
		default:
			return c.final(v) || c.hangs(v)
		}
	}
	return true
}

// makers are verbs that have the deed done which is named behind them: "hazle un pago".
var makers = set("haz hazle hazles haga hágale háganle realiza realice efectúa fais faites effectue effectuez fai faccia effettua effettui faz faça efetua mach mache macht machen")

// spokenOf reports whether another verb of telling stands between a frame and a verb.
func (c *clause) spokenOf(from, at int) bool {
	for j := from; j < at; j++ {
		t := &c.words[j]
		if foreignSayers[t.text] || t.starts&(know|question|ifs|report) != 0 && t.text != "que" && t.text != "che" && t.within&frame == 0 {
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
		return c.hasWord("werden", v.at) && c.hasAny(0, v.at, "soll", "sollen", "muss", "müssen")
	case es:
		if v.at > 0 && f >= 0 && f < v.at && (c.words[v.at-1].text == "se" || v.at > 1 && c.words[v.at-2].text == "se") {
			return true // "que se le perdonara"
		}
		fallthrough
	default:
		return c.hasAny(0, v.at, "être", "essere", "ser", "vanno", "va", "soit", "soient", "venisse", "venissero", "venga", "vengano", "sia", "siano", "fosse", "fossero", "sea", "sean", "fuera", "fueran", "seja", "sejam", "fossem", "fique", "fiquem", "quede", "queden", "resti", "restino", "reste", "restent")
	}
}

func (c *clause) hasAny(from, to int, words ...string) bool {
	return slices.ContainsFunc(c.words[from:to], func(t token) bool { return slices.Contains(words, t.text) })
}

// final reports whether a German base form stands at the end: "Termin e5 absagen".
func (c *clause) final(v verb) bool {
	if v.lang != de || !strings.HasSuffix(c.words[v.at].text, "n") {
		return false
	}
	for j := v.at + 1; j < len(c.words); j++ {
		if c.words[j].within&(opener|frame) == 0 && !c.words[j].sign {
			return false
		}
	}
	if i := c.opened(); i < v.at && c.lets(i) {
		return true
	}
	return c.words[v.at-1].text != "zu" && c.find(hypothetical|speaker|subject|report|keep, 0, v.at) < 0 && !c.hasAny(0, v.at, "kann", "darf", "wird", "können", "werden", "dürfen", "konnte", "durfte")
}

// hindiEnds are the endings of orders.
var hindiEnds = []string{"ो", "ओ", "ें", "एँ", "एं", "िए", "इए", "िएगा", "इएगा", "ना", "िये", "कर"}

// hindiHelpers are words that make an order of the verb before them.
var hindiHelpers = set("दो दें दीजिए दीजिये देना दे करो करें कीजिए कीजिये करिए करना कर लो लें लीजिए लेना डालो डालें डालना रखो रखें रखना जाओ जाए दीजिएगा कीजिएगा करवाओ करवाना करवा हो")

// hindiOrder reports whether a word is the end of an order.
func hindiOrder(t *token) bool {
	if t.sign || t.quoted {
		return false
	}
	return hindiHelpers[t.text]
}

// ordersHindi tells orders by the end of the clause, where the verb stands.
func (c *clause) ordersHindi(v verb) bool {
	w := c.words[v.at].text
	past := c.find(hypothetical, 0, len(c.words)) >= 0
	framed := c.find(frame, 0, len(c.words)) >= 0
	if past || c.find(question, 0, len(c.words)) >= 0 && !framed || c.find(know, v.at, len(c.words)) >= 0 {
		return false
	}
	for j := v.at; j+1 < len(c.words) && j < v.at+3; j++ { // let Mira do it: करने दो
		if strings.HasSuffix(c.words[j].text, "ने") && strings.HasPrefix(c.words[j+1].text, "द") {
			return false
		}
	}
	if framed || c.obliges(v) {
		return true
	}
	for _, e := range hindiEnds {
		if strings.HasSuffix(w, e) && len(w) > len(e)+3 {
			return true
		}
	}
	for j := v.at + 1; j < len(c.words) && j < v.at+4; j++ {
		if hindiHelpers[c.words[j].text] {
			return true
		}
		for _, e := range hindiEnds {
			if strings.HasSuffix(c.words[j].text, e) && len(c.words[j].text) > len(e)+3 && foreignVerb(&c.words[j], hi) {
				return true
			}
		}
	}
	return false
}

// obliges reports whether a Hindi clause ends by saying that it has to be done: "रद्द करनी है", "ले जाना है".
func (c *clause) obliges(v verb) bool {
	last := len(c.words) - 1
	for last > v.at && (c.words[last].sign || c.words[last].within&opener != 0) {
		last--
	}
	if last < v.at+1 || c.asked || c.words[last].text != "है" && c.words[last].text != "हैं" && c.words[last].text != "होगा" && c.words[last].text != "होगी" || c.find(speaker|report|subject|negator, 0, len(c.words)) >= 0 {
		return false
	}
	w := c.words[last-1].text
	for _, end := range []string{"ना", "नी", "ने"} {
		if strings.HasSuffix(w, end) && (last-1 == v.at || last-1 <= v.at+2) {
			return true
		}
	}
	return false
}

// ordersThai tells orders by what is missing: nobody else who does it, and nothing that says
// it was done.
func (c *clause) ordersThai(v verb) bool {
	framed := c.find(frame, 0, len(c.words)) >= 0
	if c.find(hypothetical, 0, len(c.words)) >= 0 || c.find(subject, 0, v.at) >= 0 {
		return false
	}
	if !framed && (c.find(question, 0, len(c.words)) >= 0 || c.find(speaker, 0, v.at) >= 0) {
		return false
	}
	if n := len(c.words); n > 0 && c.words[n-1].text == "แล้ว" && v.at < n-1 {
		return false // it was done
	}
	for j := 0; j+1 < v.at; j++ {
		if c.words[j].text == "ให้" && !thai(c.words[j+1].text) && c.find(frame, 0, j) < 0 {
			return false // let Mira do it
		}
	}
	for j := 0; j < v.at; j++ { // แค่เปิดไฟ: the first verb is the order
		t := &c.words[j]
		if t.within&(opener|frame|and|again) == 0 && !t.sign && thai(t.text) && foreignVerb(t, th) && t.text != "ให้" && !foreignNoun(t) {
			return false
		}
	}
	return true
}

func foreignNoun(t *token) bool {
	return slices.ContainsFunc(things, func(th thing) bool { return slices.Contains(th.begins, t.text) })
}

// negates tells whether the clause is negated as a whole or from a word on: it returns the
// word, or −1.
func (c *clause) negates() int {
	for i := range c.words {
		t := &c.words[i]
		if i >= c.content || t.quoted {
			break
		}
		if t.starts&nothing != 0 && !(t.text == "personne" && i > 0 && (c.words[i-1].within&det != 0 || somebodys[c.words[i-1].text])) {
			return 0
		}
		if t.text == "no" && c.lang&(es|pt) == es|pt && i > 0 && !c.words[i-1].sign && c.prepositional(i+1) || c.lang == de && c.lets(i) {
			continue
		}
		if t.starts&negator == 0 || t.within&harmless != 0 || t.within&bounding != 0 && (t.starts&bounding == 0 || t.length[bit(bounding)] >= t.length[bit(negator)]) {
			continue // but "under no circumstances" is no bound
		}
		if (t.text == "pas" || t.text == "non") && i > 0 && c.lang&fr != 0 && c.words[i-1].text == "pourquoi" {
			continue
		}
		if t.text == "no" && c.lang&es == 0 && c.lang&it == 0 && i+1 < len(c.words) && digit(c.words[i+1].text) { // no. 7
			continue
		}
		if t.text == "न" && i > 0 && c.words[i-1].text == "न" {
			continue
		}
		return i
	}
	return -1
}

// somebodys before "personne" say that it is somebody.
var somebodys = set("la une cette chaque par quelle première autre même seule")

// prepositional reports whether what follows "no" in a text that may be Portuguese as well as Spanish
// is a thing, as in "no tanque 7": no verb, no pronoun.
func (c *clause) prepositional(i int) bool {
	if i >= len(c.words) {
		return false
	}
	t := &c.words[i]
	return !t.sign && t.within&(pronoun|speaker|negator|later|opener|det) == 0 && !foreignVerb(t, es|pt)
}

// toBe reports whether an English clause says that a thing is to be done: "crate 7 is to be moved".
func (c *clause) toBe(v verb) bool {
	return v.at > 3 && !c.asked && c.words[v.at-1].text == "be" && c.words[v.at-2].text == "to" && (c.words[v.at-3].text == "is" || c.words[v.at-3].text == "are") &&
		c.find(speaker|report|know|hypothetical|negator|question, 0, v.at-3) < 0 && c.find(report, v.at, len(c.words)) < 0
}

// isTo reports whether a clause says that a thing is to be done: "est à confier", "è da spostare".
func (c *clause) isTo(v verb) bool {
	if v.at < 2 || c.asked || v.form != ordering || c.find(speaker|report|know|negator, 0, v.at) >= 0 || c.find(report, v.at, len(c.words)) >= 0 {
		return false
	}
	is := &c.words[v.at-2]
	switch v.lang {
	case fr:
		return c.words[v.at-1].text == "à" && (is.text == "est" || is.text == "sont") && (strings.HasSuffix(c.words[v.at].text, "er") || strings.HasSuffix(c.words[v.at].text, "re") || strings.HasSuffix(c.words[v.at].text, "ir"))
	case it:
		return c.words[v.at-1].text == "da" && (is.text == "è" || is.text == "sono") && strings.HasSuffix(c.words[v.at].text, "re")
	case de:
		return v.at+1 == len(c.words) && c.words[v.at-1].text == "zu" && strings.HasSuffix(c.words[v.at].text, "n") && c.hasAny(0, v.at, "ist", "sind")
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
	if v.lang&(es|it|pt) == 0 || v.form != ordering || !hanging(w) && !strings.HasSuffix(w, "las") && !strings.HasSuffix(w, "los") && !strings.HasSuffix(w, "li") && !strings.HasSuffix(w, "le") || v.at > 8 {
		return false
	}
	for j := range v.at {
		t := &c.words[j]
		if t.quoted || t.starts&(hypothetical|speaker|subject|report|know|keep|negator|other|question|await|content) != 0 && t.within&(det|pronoun) == 0 || foreignVerb(t, v.lang) && !frequent(t, c.lang) && (j == 0 || c.words[j-1].within&det == 0) {
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

// negated reports whether a verb of the clause is negated.
func (c *clause) negated(v verb) bool {
	n := c.negates()
	if n < 0 {
		return false
	}
	if n <= v.at {
		return true
	}
	switch v.lang {
	case en:
		w := c.words[n].text
		return w == "not" && v.form == telling || w == "nor" || w == "neither" || w == "never" || c.words[n].length[bit(negator)] >= 3 // "… under no circumstances"
	}
	return true // behind the verb: lösche es nicht, n'annule pas, मत
}
