package ask

import (
	"regexp"
	"slices"
	"strings"
)

// form is what an ending makes of a verb.
type form uint8

const (
	noForm   form = iota // another word
	ordering             // an order, or the base form that stands behind "please" and "can you"
	doing                // English -ing
	done                 // English -ed
	naming               // a noun for the deed
	telling              // what says that somebody did it or does it
	pledging             // what says that the user does it
)

// irregular are English participles that no ending makes.
var irregular = map[string]string{"sent": "send", "paid": "pay", "made": "make", "bought": "buy", "sold": "sell", "written": "write", "wrote": "write", "told": "tell", "given": "give",
	"gave": "give", "taken": "take", "took": "take", "put": "put", "set": "set", "shut": "shut", "withdrawn": "withdraw", "thrown": "throw", "got": "get", "known": "know", "rebuilt": "rebuild", "kept": "keep",
	"brought": "bring", "held": "hold", "lent": "lend", "hung": "hang", "laid": "lay", "drawn": "draw", "chosen": "choose", "frozen": "freeze", "swept": "sweep", "sewn": "sew", "mown": "mow", "fed": "feed", "dug": "dig", "shown": "show", "shorn": "shear", "torn": "tear", "undone": "undo", "redone": "redo", "rewritten": "rewrite", "overhung": "overhang"}

// english tells the form of a verb that an English word is.
func english(w, base string) form {
	if w == base {
		return ordering
	}
	if strings.Contains(w, "-") && !strings.Contains(base, "-") { // de-iced
		w = strings.ReplaceAll(w, "-", "")
	}
	stem := strings.TrimSuffix(strings.TrimSuffix(base, "e"), "y")
	rest, ok := strings.CutPrefix(w, stem)
	if !ok || len(stem) < 2 {
		if irregular[w] == base {
			return done
		}
		return noForm
	}
	if len(stem) == len(base) && rest != "" && rest[0] == base[len(base)-1] {
		rest = rest[1:] // cancelled
	}
	short := len(stem) < len(base) // make: mak
	switch rest {
	case "ed", "ied", "yed":
		return done
	case "d":
		if !short {
			return noForm
		}
		return done
	case "ing", "ying":
		return doing
	case "s", "es", "ies", "ys":
		return telling
	case "ation", "ations", "al", "als", "ment", "ments", "yment", "yments", "ition":
		return naming
	}
	return noForm
}

// Participle reports whether an English word is what a verb brings things to: paid of pay.
func Participle(word, verb string) bool { return english(word, verb) == done }

// orders are the endings of orders and of base forms, by language.
var orders = map[lang]*regexp.Regexp{
	de: regexp.MustCompile(`^(?:e|en|n|t|et|est|st|ere?n?|le|ele?n?)?$`),
	fr: regexp.MustCompile(`^(?:e|es|ez|er|ons|eons|iez|ions|erais|eriez|rais|riez|s|ir|is|isse|isses|issons|issez|issiez|re|t|ds|d|dre|rez|onds|ondez|ondre|tez|tre|tons|ttez|ttre|ttez|ire|vez|yez|yer|uez|uer|gez|ger|ce|cez|cer|frir|vre|vrez)?$`),
	it: regexp.MustCompile(`^(?:(?:assi|asse|aste|assero|essi|esse|este|essero|issi|isse|iste|issero|eresti|iresti|ereste|ireste|erebbe|irebbe|rebbe|a|i|e|o|hi|ha|gli|ni|na|iate|ate|ete|ite|te|are|ere|ire|re|iamo|arla|ino|isci|isca|iscano|ghi|chi|tere|tete|di|da)(?:mi|ti|ci|vi|lo|la|li|le|ne|gli|gliel[oaie]|gliene|[mtcv]e(?:l[oaie]|ne))?|(?:mi|ti|ci|lo|gli|gliel[oaie]|gliene|[mtcv]e(?:l[oaie]|ne))?|(?:ar|er|ir|sci|sca|re|r)(?:mi|ti|ci|vi|lo|la|li|le|ne|gli|gliel[oaie]|gliene|[mtcv]e(?:l[oaie]|ne))?)$`),
	es: regexp.MustCompile(`^(?:aras|ara|arais|aran|ieras|iera|ierais|ieran|yera|yeran|ase|ases|aseis|asen|iese|ieses|ieseis|iesen|aría|aríais|arían|ería|eríais|erían|iría|iríais|irían|aria|ariais|arian|eria|eriais|erian|iria|iriais|irian|arías|erías|irías|arias|erias|irias|emos|ye|yes|yan|ya|yas|yais|a|á|ás|és|ís|e|as|es|en|an|ad|ed|id|ar|er|ir|ue|ues|uen|que|ques|quen|ga|gas|gan|gais|gamos|ce|za|zan|ja|jas|jan|der|áis|éis|aos|eos|íos|monos)(?:(?:[mts]e|nos|os)?(?:l[oa]s?)|[mts]e|les?|nos|os)?$|^(?:(?:me|te|se)?l[oae]|[mts]e|nos|deis|eis|ais)?$`),
	pt: regexp.MustCompile(`^(?:asses|asse|assem|esses|esse|essem|isses|isse|issem|ares|arem|eres|erem|ires|irem|aria|ariam|eria|eriam|iria|iriam|arias|erias|irias|emos|amos|e|a|i|is|í|em|am|ar|er|ir|ue|uem|ua|uam|as|es|ra|ram|za|zam|ze|ça|çam|ca|cam|que|quem|gue|guem|ie|iem|ia|iam)?$`),
}

// names are the endings of nouns for deeds.
var names = map[lang]*regexp.Regexp{
	de: regexp.MustCompile(`^(?:e?r?ung|e?r?ungen|igung)$`),
	fr: regexp.MustCompile(`^(?:age|ages|e?ment|e?ments|ation|ations|tion|tions|ement)$`),
	it: regexp.MustCompile(`^(?:o|amento|azione|zione|imento|amenti|azioni)$`),
	es: regexp.MustCompile(`^(?:o|os|amiento|acion|ación|acciones|cion|ción|imiento)$`),
	pt: regexp.MustCompile(`^(?:o|os|amento|acao|ação|cao|ção|encia|ência)$`),
}

// verbForm tells the form of a verb that a folded word of another language is.
func verbForm(w, stem string, l lang) form {
	if len(w) < len(stem) || w[0] != stem[0] {
		return noForm
	}
	switch l {
	case th, hi:
		if l == hi && shortHindi(stem) && w != stem && !formsHindi[w[len(stem):]] {
			return noForm
		}
		if strings.HasPrefix(w, stem) {
			return ordering // Hindi and Thai tell orders by the words around, see ordersHindi
		}
		return noForm
	}
	if l == pt {
		w = withoutClitic(w)
	}
	if base, ok := strings.CutSuffix(stem, "prend"); ok && l == fr && (w == base+"prenez" || w == base+"prenons") {
		return ordering
	}
	rest, ok := strings.CutPrefix(w, stem)
	switch {
	case !ok:
		return noForm
	case l == it && strings.HasSuffix(stem, "di") && (rest == "ca" || rest == "cano" || rest == "co"): // disdica
		return ordering
	case orders[l].MatchString(rest):
		return ordering
	case names[l].MatchString(rest):
		return naming
	}
	return telling
}

// withoutClitic is a Portuguese verb without the pronoun that hangs on it: adiem-na.
func withoutClitic(w string) string {
	if at := strings.IndexByte(w, '-'); at > 0 && hangingOn[w[at+1:]] {
		return w[:at]
	}
	return w
}

var hangingOn = set("a o as os na no nas nos la lo las los me te se lhe lhes")

// falseFriends are English words and names that begin as verbs of other languages do.
var falseFriends = set(`por page pages paper papers past path paid pair park part party bus can cap car card cart case cash cat com pay payer payee payment
	mis miss mix mode model more most mother move men meta mail mails mailbox man map mark mass mat max may leg legal legs let lev live lie lied
	light like ten tens test text tea tell tip tips top tot total trip try tuesday use user users van vat verb very via vis visa volt
	add addr address ads bas base basis bit bits bat bath bay beer bell ben berg best cur cup dan danger dat data date day days den dis disc
	fab fact fair fall fan far fast fee fees fig file files fin fine fish fit fix for form gas get gift god gold gone env envelope exp expo ext
	gui guide has hot hotel ins inside int into inv invoice invoices lan land last law lay low luck lunch man many paris
	crew cream creature credit creator publicity public command commands order orders ordinary vendor vendors section segment signal signals parts
	parti vers versus version versi versione dans par parmi subject subito subtotal mandy marc marco maria mario marie
	criança girl fic fich fiche cala calle abril abrigo aprile april legal posta postal para pagina página paga_ avis nota note notes fine mets_ das`)

// verb is what a word of a clause may be for an act.
type verb struct {
	at       int // the word
	strength int // 2 is a verb for nothing else, 1 one that needs a noun
	lang     lang
	form     form
	base     string
}

// verbs returns the words of the clause that may be verbs, or nouns, for the act.
func (c *clause) verbs(a *Acts) []verb {
	var out []verb
	for i := range c.words {
		t := &c.words[i]
		if t.sign || t.quoted || i >= c.content || c.inPassing(i) {
			continue
		}
		if v, ok := c.verb(i, a); ok {
			out = append(out, v)
		}
	}
	return out
}

// inPassing reports whether a word ends a phrase that opens what is said, and is no deed: "de paso".
func (c *clause) inPassing(i int) bool {
	return i > 0 && c.words[i].within&opener != 0 && c.words[i].starts == 0 && c.words[i-1].starts&opener != 0 && c.words[i-1].within&source != 0
}

func (c *clause) verb(i int, a *Acts) (verb, bool) {
	w := c.words[i].text
	if w == "drop" && c.lang&en != 0 && c.hasAny(i, len(c.words), "line", "note", "message", "email", "mail") && !a.has("send") && !a.has("write") {
		return verb{}, false // drop Ann a line
	}
	if l := c.takesAway(i, a); l != 0 {
		return verb{i, 2, l, ordering, w}, true
	}
	if l := c.deedNoun(i, a); l != 0 {
		return verb{i, 2, l, naming, w}, true
	}
	if c.englishInHindi(i, a) {
		return verb{i, 2, hi, ordering, w}, true
	}
	if c.lang&en != 0 {
		if a.ends && w == "go" && i > 0 && (c.words[i-1].text == "can" || c.words[i-1].text == "may") {
			return verb{i, 2, en, done, "go"}, true
		}
		for _, v := range a.verbs {
			base, particle, _ := strings.Cut(v, "+")
			if !isASCII(base) {
				continue // of another language
			}
			if f := english(w, base); f != noForm && (particle == "" || c.hasWord(particle, i+1)) && !c.toSpeaker(i) {
				return verb{i, 2, en, f, base}, true
			}
		}
	}
	if (!falseFriends[w] || c.words[i].own&c.lang != 0 || c.lang == fr && i == c.opened() && c.hyphened(i)) && !(c.lang&en != 0 && c.words[i].verb) {
		for _, l := range []lang{de, fr, it, es, pt, hi, th} {
			if c.lang&l == 0 {
				continue
			}
			if v, ok := c.formOf(i, a.stems[l], l); ok {
				v.strength = 2
				if c.pledges(v, a) {
					v.form = pledging
				} else if l == it && v.form == ordering && c.firstPerson(v) && c.actsHere(i) && !c.declares(i) {
					v.form = telling // no order ends so
				}
				return v, true
			}
		}
	}
	if !falseFriends[w] && !(c.lang&en != 0 && c.words[i].verb) {
		for _, l := range []lang{de, fr, it, es, pt, hi, th} {
			if c.lang&l == 0 {
				continue
			}
			if v, ok := c.formOf(i, a.loose[l], l); ok {
				v.strength = 1
				return v, true
			}
		}
	}
	if c.lang&en == 0 && len(w) > 2 && knownIn[w]&c.lang == 0 && !falseFriends[w] && c.words[i].within == 0 && slices.Contains(a.named, w) { // ban de 7 jours
		for _, l := range []lang{de, fr, it, es, pt} {
			if c.lang&l != 0 {
				return verb{i, 2, l, naming, w}, true
			}
		}
	}
	if l := c.wishedFor(i, a); l != 0 {
		return verb{i, 2, l, done, w}, true
	}
	if c.lang&en != 0 && c.misspelt(i, a) {
		return verb{i, 2, en, ordering, w}, true
	}
	if c.lang&en != 0 {
		for _, v := range a.weak {
			if f := english(w, v); f != noForm && !c.toSpeaker(i) {
				return verb{i, 1, en, f, v}, true
			}
		}
	}
	return verb{}, false
}

// formOf returns the verb that a word is by one of the stems: by one that makes an order of it, if there is one.
func (c *clause) formOf(i int, list []stem, l lang) (verb, bool) {
	var out verb
	for _, s := range list {
		f := c.foreign(i, s, l)
		if f == noForm || out.form != noForm && f != ordering {
			continue
		}
		if out = (verb{at: i, lang: l, form: f, base: s.text}); f == ordering {
			break
		}
	}
	return out, out.form != noForm
}

// adverbs say what is to be done with a thing that is wished for, by the deed: to want 30 back is to want them
// refunded.
var adverbs = map[string]map[string]lang{
	"refund": {"back": en, "zurück": de, "wieder": de}, "extend": {"longer": en, "länger": de}, "prolong": {"longer": en, "länger": de},
}

// wishedFor returns the language in which a word says what is to be done with what the user wants: "I want my 18
// euros back", "ich hätte gern 30 zurück"; 0 if it does not.
func (c *clause) wishedFor(i int, a *Acts) lang {
	for deed, words := range adverbs {
		l := words[c.words[i].text] & c.lang
		if l == 0 || !slices.Contains(a.named, deed) {
			continue
		}
		f := c.frameBefore(i)
		if f < 0 || !slices.ContainsFunc(c.words[f:i], func(t token) bool { return digit(t.text) || t.code() }) && !slices.ContainsFunc(c.words[:f], func(t token) bool { return digit(t.text) || t.code() }) {
			continue
		}
		for j := range f { // what is wanted, and not what somebody can have
			if wanting[c.words[j].text]&l != 0 {
				return l
			}
		}
	}
	return 0
}

// wanting are words by which something is wanted.
var wanting = wordSets["wanting"]

// misspelt reports whether a word that begins the clause, or stands behind "please" and the like, and is
// no word that the reader knows, is a verb of the tool's own name but for one letter: "delet", "cancle".
func (c *clause) misspelt(i int, a *Acts) bool {
	t := &c.words[i]
	if len(t.text) < 4 || !isASCII(t.text) || t.verb || t.noun || t.within != 0 || t.starts != 0 || knownIn[t.text] != 0 || t.inflected() || falseFriends[t.text] || i+1 >= len(c.words) || finite[c.words[i+1].text] != 0 || i != c.opened() && c.frameBefore(i) != i || t.capped && i > 0 {
		return false
	}
	for _, v := range a.named {
		if isASCII(v) && (len(v) >= 5 && len(t.text) >= 5 && oneOff(t.text, v) || len(v) == 4 && len(t.text) == 4 && swapped(t.text, v)) {
			return true
		}
	}
	return false
}

// swapped reports whether two words differ by two letters that are changed over, but for the first.
func swapped(a, b string) bool {
	for i := 1; i+1 < len(a); i++ {
		if a[i] == b[i+1] && a[i+1] == b[i] && a[i] != b[i] && a[:i] == b[:i] && a[i+2:] == b[i+2:] {
			return true
		}
	}
	return false
}

// oneOff reports whether two words differ by one letter: one too many, one too few, another or two
// changed over. The first is the same.
func oneOff(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if a == b || len(b)-len(a) > 1 || a[0] != b[0] {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	return a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// foreign tells the form of a verb with a stem, of which a particle may stand apart.
func (c *clause) foreign(i int, s stem, l lang) form {
	w := c.words[i].fold
	if l == pt && didIt(c.words[i].text, l) {
		return telling
	}
	if s.particle == "" {
		if l == de && germanParticiple(w, s.text) {
			return telling
		}
		if l == de && strings.HasPrefix(w, "ge"+s.text) && i+1 < len(c.words) && c.words[i+1].text == "werden" { // muss gesperrt werden
			return telling
		}
		return verbForm(w, s.text, l)
	}
	if rest, ok := strings.CutPrefix(w, s.particle); ok { // absagen, abzusagen, abgesagt
		if strings.HasPrefix(rest, "ge"+s.text) || l == de && germanParticiple(rest, s.text) {
			return telling
		}
		return verbForm(strings.TrimPrefix(rest, "zu"), s.text, l)
	}
	f := verbForm(w, s.text, l)
	if f == ordering && c.hasWord(s.particle, i+1) {
		return ordering
	}
	if l == hi && slices.ContainsFunc(c.words[:i], func(t token) bool { return t.text == s.particle }) { // नाम सूची से काट दो
		return f
	}
	if i > 0 && c.words[i-1].text == s.particle { // den Server neu starten
		if l == de && strings.HasPrefix(w, "ge"+s.text) { // neu gestartet
			return telling
		}
		return f
	}
	return noForm
}

// hasWord reports whether a word of the clause, from one place on, is w.
func (c *clause) hasWord(w string, from int) bool {
	return from <= len(c.words) && slices.ContainsFunc(c.words[from:], func(t token) bool { return t.text == w })
}

// quantity reports whether so and so much of something stands at a word: "1200 kilos of", "another 5".
func (c *clause) quantity(i int) bool {
	if i < len(c.words) && (c.words[i].text == "another" || c.words[i].text == "in" || c.words[i].text == "a") {
		i++
	}
	if i >= len(c.words) || c.words[i].quoted {
		return false
	}
	n, end := numeral(c.words, i, c.lang)
	return amountForm.MatchString(c.words[i].text) || end > i && n != 1
}

// getsSome reports whether somebody is named at a word, and something is to be had for them: "get Helen Marsh some
// red wine".
func (c *clause) getsSome(i int) bool {
	from := i
	for i < len(c.words) && c.words[i].capped && !c.words[i].code() && !c.words[i].verb {
		i++
	}
	return i > from && i < len(c.words) && (c.words[i].text == "some" || c.quantity(i))
}

// toSpeaker reports whether an English verb asks for an answer, not for an act: "tell me",
// "let me know"; and whether one that means an act only so does not: "get the list", but "get me
// two".
func (c *clause) toSpeaker(i int) bool {
	me := func(j int) bool { return j < len(c.words) && (c.words[j].text == "me" || c.words[j].text == "us") }
	switch c.words[i].text {
	case "tell", "inform", "notify", "answer", "text", "write", "send", "ping", "message", "mail", "email", "show", "forward":
		return me(i + 1)
	case "give":
		return me(i+1) && !c.hasWord("back", i)
	case "know":
		let := slices.IndexFunc(c.words[:i], func(t token) bool { return t.text == "let" })
		return let < 0 || me(let+1)
	case "get":
		return !me(i+1) && !c.quantity(i+1) && !c.getsSome(i+1) && !c.hasWord("back", i) && !(i+1 < len(c.words) && c.words[i+1].text == "rid")
	}
	return false
}
