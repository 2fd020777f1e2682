package ask

import (
	"slices"
	"strings"
)

// sayers are verbs behind which is what is to be written or told.
var sayers = set(`send write tell mail email e-mail text message post reply respond answer notify inform remind ask say note draft compose announce comment publish tweet let dm
	ping contact forward put create save store append add record print know summarize summarise`)

// tellers are those of them that pass an order on to somebody: "tell Ann to pay".
var tellers = set("tell ask remind order instruct get have let allow expect beg urge help email text message write notify warn invite teach advise request")

var sayerStems = []string{"send", "reply", "post", "remind", "write", "create", "review"}

// foreignSayers are those of the other languages that name no deed.
var foreignSayers = set(`sag sage sagen sagt frag frage fragen fragt bitte dis dites demande demandez dì dica dite digli dille ditegli ditele chiedi chieda chiedete chiedigli chiedile di dile dígale díganle decidle diga digan pide pida pídele pídale pregunta pregúntale
	pergunte peça peçam peça-lhe diz diga-lhe fala fale बोलो बोल बोलिए बोलें बोलना कहो कह कहिए कहें कहना कहिएगा पूछो पूछिए पूछें बताओ बताइए बताएँ बता
	บอก ถาม`)

// sayer reports whether a word is one of them.
func sayer(t *token, l lang) bool {
	if l&en != 0 && sayers[t.text] || foreignSayers[t.text] && l != en && !(t.text == "di" && l&it != 0) {
		return true
	}
	if t.sign || t.quoted || falseFriends[t.text] {
		return false
	}
	for _, name := range sayerStems {
		for k, list := range actNames[name].stems {
			if k&l == 0 {
				continue
			}
			for _, s := range list {
				if s.particle == "" && verbForm(t.fold, s.text, k) == ordering && !frequent(t, l) {
					return true
				}
			}
		}
	}
	return false
}

// contentOf returns the word from which on a clause is what is to be written or told.
func contentOf(c *clause) int {
	said := -1
	for i := range c.words {
		t := &c.words[i]
		if t.sign || t.quoted {
			continue
		}
		if said < 0 {
			if sayer(t, c.lang) && t.within&(know|opener) == 0 && !(t.within&frame != 0 && t.starts&frame == 0) {
				said = i
			}
			continue
		}
		switch {
		case t.starts&content != 0 && !relative(c, i) && t.within&frame == 0:
			return i
		case t.text == "to" && c.lang&en != 0 && i > said+1 && tellers[c.words[said].text] && i+1 < len(c.words) && (c.words[i+1].verb || c.words[i+1].starts&other != 0):
			return i
		case (t.text == "de" || t.text == "à" || t.text == "di" || t.text == "a" || t.text == "que" || t.text == "zu") && i > said && i+1 < len(c.words) && c.lang&en == 0 && foreignSayers[c.words[said].text] && foreignVerb(&c.words[i+1], c.lang):
			return i
		}
	}
	return len(c.words)
}

// relative reports whether "that" or the like goes on with the noun before it: "the file that I
// made".
func relative(c *clause, i int) bool {
	t := &c.words[i]
	if t.text != "that" && t.text != "que" && t.text != "che" && t.text != "qu'" {
		return false
	}
	if i == 0 {
		return false
	}
	before := &c.words[i-1]
	for _, th := range things[2:] { // but for mails and messages
		for _, w := range th.words {
			if before.text == w || before.text == w+"s" {
				return true
			}
		}
	}
	return false
}

// kindOf tells what a clause is, by its words and those before it in its sentence.
func kindOf(c *clause, before []clause) kind {
	if c.kind == subordinate {
		return subordinate
	}
	if !c.asked && len(c.words) > 0 && c.only(opener) {
		return plain // "qué tal"
	}
	var last *clause
	if len(before) > 0 {
		last = &before[len(before)-1]
	}
	framed := c.find(frame, 0, c.content) >= 0
	if last != nil && (last.kind == reported && !c.contrast && !c.wants() && !c.concludes() && !(last.wishes() && c.grants() && (len(before) < 2 || before[len(before)-2].kind != reported)) || last.tells) {
		return reported
	}
	if c.complement() {
		if last != nil && c.because(last) || last == nil && c.greetsFirst() {
			return subordinate
		}
		return reported
	}
	if at := c.reports(); at == 0 {
		return reported
	} else if at > 0 && !c.pleads(at) {
		c.content = min(c.content, at)
	}
	i := c.opened()
	if last != nil && i < len(c.words) && (c.words[i].starts&subject != 0 || c.words[i].text == "sie" && i+1 < len(c.words) && c.words[i+1].text == "soll") {
		if k := last.opened(); k < len(last.words) && c.lang != en && foreignSayers[last.words[k].text] {
			return reported // "sag ihm, er soll den Lift abstellen"
		}
	}
	if last != nil && c.lang&de != 0 && c.shallAs(i) && last.othersSay() {
		return reported // "mein Mann hat geschrieben, Sie sollen …"
	}
	if i < len(c.words) && c.words[i].starts&hypothetical != 0 && supposes[c.words[i].text] && (c.words[i].text != "vamos" || c.words[i].length[bit(hypothetical)] > 1) || last != nil && last.kind == supposed && !c.contrast {
		return supposed
	}
	if (!framed || c.everyTime()) && c.usually() || c.lang&th != 0 && strings.HasPrefix(lettersOf(c.words[i:]), "ครั้งก่อน") {
		return asking
	}
	if c.byOthers() || c.wonders() || c.asked && c.hasAny(0, min(4, len(c.words)), "someone", "somebody") && c.hasAny(0, len(c.words), "without", "ever", "else", "theoretically", "technically", "already", "really") {
		return asking
	}
	if c.asked && c.lang == de && c.likesInQuestion() {
		return asking
	}
	if c.asked && c.doesForMe(i) {
		return plain
	}
	if last != nil && last.kind == asking && !framed && c.asked {
		return asking
	}
	if last != nil && last.kind == asking && !framed && !c.contrast && !c.verbFirst() {
		return asking
	}
	if c.asksPassive() >= 0 {
		return plain
	}
	if c.questions(i) {
		return asking
	}
	if c.asked && !framed && c.lang&(hi|th) == 0 && (!c.verbFirst() || c.lang&en == 0 && c.thingHere(i) && !c.begged) {
		return asking
	}
	if c.lang == hi && c.asked && !framed {
		return asking
	}
	return plain
}

// wants reports whether the clause has a frame in which the user asks, and not one that says what
// somebody should do.
func (c *clause) wants() bool {
	for i := range min(c.content, len(c.words)) {
		if c.words[i].starts&frame != 0 && wishes[c.words[i].text] && !c.hasAny(i, span(c.words, i, frame), "should", "must", "have") {
			return true
		}
	}
	return false
}

var wishes = set("please pls plz kindly can could i i'd we we'd would bitte kannst könntest ich wir s' stp svp peux pouvez pourrais je merci veuillez per puoi voglio vorrei por puedes podrías quiero quisiera necesito você quero gostaria कृपया प्लीज़ กรุณา โปรด ช่วย ขอ")

// concludes reports whether the clause is what the user makes of what was said: "so cancel it".
func (c *clause) concludes() bool {
	if len(c.words) == 0 {
		return false
	}
	switch c.words[0].text {
	case "so", "therefore", "donc", "quindi", "então", "इसलिए":
		return true
	}
	return false
}

// wishes reports whether the clause tells what somebody wants to have, and not what they say.
func (c *clause) wishes() bool {
	r := c.find(report, 0, len(c.words))
	return r >= 0 && r+1 < len(c.words) && (wishing[c.words[r].text] || c.words[r].text == "asked" && r+1 < len(c.words) && c.words[r+1].text == "for") && (c.negates() < 0 || c.hasOf(noLonger, c.negates()) > r) && c.find(report, span(c.words, r, report), len(c.words)) < 0 && c.find(content|know, 0, len(c.words)) < 0
}

// toThem reports whether a word may be an order with the one it is done for written to it: "resérvale", "fissagli".
func toThem(w string) bool {
	return len(w) > 5 && (strings.HasSuffix(w, "le") || strings.HasSuffix(w, "les") || strings.HasSuffix(w, "gli"))
}

// forThem reports whether the clause begins with an order that has the one it is done for with it: "resérvale cita",
// "marque-lhe uma consulta".
func (c *clause) forThem() bool {
	i := c.opened()
	if !c.verbFirst() || c.lang&(it|es|pt) == 0 {
		return false
	}
	return toThem(c.words[i].text) || i+1 < len(c.words) && (c.words[i+1].text == "lhe" || c.words[i+1].text == "lhes") && c.hyphened(i)
}

// isAbout reports whether the clause begins with a name, denies nothing and has no other name: "Joaquín Herrera tiene fiebre".
func (c *clause) isAbout(v Value) bool {
	i := c.opened()
	if i < len(c.words) && c.words[i].within&det != 0 {
		i++
	}
	from := i
	for i < len(c.words) && c.words[i].capped && !c.words[i].sign {
		i++
	}
	return i > from && c.negates() < 0 && v.Said(textOf(c, c.words[from:i])) && !slices.ContainsFunc(c.words[i:], func(t token) bool { return t.capped || t.sign })
}

// grants reports whether the clause is the order to do what was wished: "sell it to them", "anúlala".
func (c *clause) grants() bool {
	i := c.opened()
	if !c.verbFirst() || i >= len(c.words) || c.negates() >= 0 {
		return false
	}
	if c.lang&(it|es|pt) != 0 && (hanging(c.words[i].text) || plural(c.words[i].text) || toThem(c.words[i].text)) {
		return true
	}
	return i+1 < len(c.words) && (c.words[i+1].within&(pronoun|det) != 0 || pointing[c.words[i+1].text] || c.words[i+1].code() || clitics[c.words[i+1].text] && c.hyphened(i))
}

// noLonger say behind a negation that something is no more: "will die Lampe nicht mehr".
var noLonger = wordSets["noLonger"]

// complement reports whether the clause is what a verb of saying in another language goes on
// with: "…, dass sie storniert".
func (c *clause) complement() bool {
	i := c.opened()
	if c.lang&en != 0 || i >= len(c.words) || c.words[i].starts&content == 0 {
		return false
	}
	switch c.words[i].text {
	case "dass", "daß", "ob", "कि", "ว่า":
		return true
	case "que", "qu'", "che":
		return !c.asked
	}
	return false
}

// because reports whether a Spanish or Portuguese "que" begins the reason for the order before it, in which nobody
// says or wants anything: "anulad el turno, que ya no llego".
func (c *clause) because(order *clause) bool {
	const saying = report | know | content | hypothetical | question
	i := c.opened()
	if c.lang&(es|pt) == 0 || c.words[i].text != "que" || !order.verbFirst() && order.find(frame, 0, len(order.words)) < 0 || order.find(saying, 0, len(order.words)) >= 0 {
		return false
	}
	if slices.ContainsFunc(order.words, func(t token) bool { return sayer(&t, order.lang) }) {
		return false
	}
	return c.bidsNothing(i + 1)
}

// greetsFirst reports whether a Spanish "que" behind a greeting begins what the user has to tell: "hola, que ya somos cinco".
func (c *clause) greetsFirst() bool {
	i := c.opened()
	return c.lang&(es|pt) != 0 && i > 0 && c.words[i-1].sign && c.words[i].text == "que" && c.bidsNothing(i+1)
}

// bidsNothing reports whether no word of a Spanish or Portuguese clause from one on may say what somebody says, asks or is to
// do. What has happened does not, nor how somebody is: "se ha echado atrás", "está enfermo".
func (c *clause) bidsNothing(from int) bool {
	if c.find(report|know|content, from, len(c.words)) >= 0 {
		return false
	}
	for k := from; k < len(c.words); k++ {
		if t := &c.words[k]; t.starts&(hypothetical|question) != 0 && (auxiliaries[t.text]|isWords[t.text]|beenWords[t.text])&c.lang == 0 {
			return false
		}
	}
	for k := from; k < len(c.words); k++ {
		if t := &c.words[k]; foreignVerb(t, c.lang) && !frequent(t, c.lang) && !strings.HasSuffix(t.text, "ás") && c.words[k-1].within&det == 0 && !(auxiliaries[c.words[k-1].text]&c.lang != 0 && slices.ContainsFunc(participleEnds, func(end string) bool { return strings.HasSuffix(t.text, end) })) {
			return false
		}
	}
	return true
}

var supposes = set(`suppose supposing imagine imagining hypothetically pretend assume assuming for say let's what in theoretically angenommen stell nehmen hypothetisch was zum theoretisch supposons imaginons hypothétiquement par
	mal gesetzt stellen sagen tun mettons admettons disons mettiamo ammettiamo poniamo facciamo ipotizziamo pongamos digamos imaginemos figúrate vamos faz
	puede podría può potrebbe pode podia supponiamo supponi immagina immagini immaginate imaginez imaginad imagínese imagínate stellt ipoteticamente per supongamos supón imagina hipotéticamente por suponha suponhamos imagine hipoteticamente मान सोचो कल्पना สมมติ สมมุติ ลองนึก ตัวอย่าง`)

// byOthers reports whether the clause says that somebody does it with their own hands: "I'll pay it
// myself", "der Trainer soll selbst schreiben"; not "book it for myself".
func (c *clause) byOthers() bool {
	for i := range c.words {
		t := &c.words[i]
		if selves[t.text]&c.lang != 0 && !t.quoted && i > 0 && c.words[i-1].within&(source|target|topic) == 0 && !leads[c.words[i-1].text] {
			return true
		}
	}
	return false
}

var (
	selves = wordSets["selves"]
	leads  = set("for by to of with like about für von mit pour par de avec")
)

// doubts reports whether a question wants to know whether something can be done, and not to have
// it done: "can you still move it, or is it too late?"
func doubts(list []token, l lang) bool {
	for i := range list {
		switch t := list[i].text; {
		case list[i].quoted:
		case list[i].starts&doubt != 0, still[t]&l != 0:
			return true
		case l&th != 0 && otherwise[t]&th != 0 && i > 0 && i+1 < len(list): // "ได้ไหม หรือต้อง…"
			return true
		case otherwise[t]&l != 0 && i+1 < len(list) && isWords[list[i+1].text]&l != 0, orWhether(list, i, l):
			return true
		case otherwise[t]&l != 0:
			for _, o := range list[i+1 : min(i+8, len(list))] {
				if impossible[o.text]&l != 0 {
					return true
				}
			}
		}
	}
	return false
}

var (
	still      = wordSets["still"]
	otherwise  = wordSets["otherwise"]
	impossible = wordSets["impossible"]
	isWords    = wordSets["is"]
	possible   = wordSets["possible"]
	wouldMake  = wordSets["wouldMake"] // would it be possible
)

// opened returns the first word behind those that may stand before an order.
func (c *clause) opened() int {
	i := 0
	for i < len(c.words) && (c.words[i].within&opener != 0 && c.words[i].starts&(negator|question) == 0 || c.words[i].sign || c.words[i].starts&and != 0) {
		i++
	}
	return i
}

// questions reports whether a question begins at a word.
func (c *clause) questions(i int) bool {
	if i >= len(c.words) {
		return false
	}
	t := &c.words[i]
	if c.lang&th != 0 {
		if c.find(question, 0, len(c.words)) < 0 {
			return false
		}
		return c.find(frame, 0, len(c.words)) < 0 || c.hasWord("หรือยัง", 0) || c.hasWord("ควร", 0)
	}
	if n := phraseAt(beforeAsked, c.words, i, c.lang); n > 0 && i+n+1 < len(c.words) && askedBehind[c.words[i+n].text]&c.lang != 0 && c.words[i+n+1].within&(subject|speaker|det) == 0 {
		return true // "bis wann muss …", "para cuándo hay que …"
	}
	if t.starts&question == 0 || t.quoted {
		return c.lang == hi && c.find(question, 0, c.content) >= 0 && c.find(frame, 0, c.content) < 0
	}
	if t.starts&frame != 0 && t.length[bit(frame)] >= t.length[bit(question)] || t.text == "am" && (i+1 == len(c.words) || c.words[i+1].text != "i") {
		return false
	}
	if (t.text == "que" || t.text == "qu'" || t.text == "come" || t.text == "como") && !c.asked {
		return false
	}
	if !c.asked && !c.begins && c.lang&(fr|it|es|pt) != 0 && c.lang&en == 0 && copulas[t.text] {
		return false // ", são duas encomendas"
	}
	if !c.asked && existing[t.text]&c.lang != 0 {
		return false // "hay poca presión", "ho letto male"
	}
	if !c.asked && itIs[t.text]&c.lang != 0 && c.lang&en == 0 && i+1 < len(c.words) && (aimings[c.words[i+1].text]&c.lang != 0 || c.words[i+1].text == "pra") {
		return false // "é para marcar …"
	}
	if !c.asked && c.lang&(pt|es|it) != 0 && copulas[t.text] && i+1 < len(c.words) && (c.words[i+1].text == "para" || c.words[i+1].text == "da") {
		return false // "É para cancelar."
	}
	if !c.asked && (t.text == "devo" || t.text == "dobbiamo") {
		return false
	}
	if c.lang == en && (t.text == "will" || t.text == "should") && !c.asked {
		return false
	}
	return true
}

// askedBehind are question words that stand behind a preposition, beforeAsked those prepositions.
var askedBehind, beforeAsked = wordSets["askedBehind"], wordSets["beforeAsked"]

// existing are words that say what there is or has been, which begin a statement as well as a question.
var existing = wordSets["existing"]

// verbFirst reports whether the clause begins with the verb of an order.
func (c *clause) verbFirst() bool {
	i := c.opened()
	if i >= len(c.words) || c.words[i].quoted {
		return false
	}
	t := &c.words[i]
	return c.lang&en != 0 && t.verb || t.starts&other != 0 || foreignVerb(t, c.lang) && !frequent(t, c.lang)
}
