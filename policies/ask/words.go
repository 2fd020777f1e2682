package ask

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// set makes a set of words.
func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

// openers may stand before the verb of an imperative.
var openers = set(`please pls plz kindly then also now and or so ok okay yes yeah well just simply next first second third finally afterwards after that
	hey hi hello dear quickly immediately right away directly again instead but rather only maybe perhaps do go ahead go you today tomorrow
	bitte dann auch jetzt und oder also ja mal nur sofort noch doch als nächstes zuerst danach
	veuillez merci puis ensuite aussi maintenant et ou donc oui juste d'abord stp svp s'il te vous plaît
	por favor luego después también ahora y o sí solo primero entonces
	favore poi anche adesso ora e sì solo prima quindi per
	então também agora ou sim só primeiro depois
	कृपया फिर और अभी हाँ बस पहले ज़रा जरा तो भी
	กรุณา โปรด ช่วย แล้ว และ`)

// common are verbs of requests for what no tool's name says: they begin a clause.
var common = set(`find check look tell list show read summarize summarise give get search see let make take help start begin finish go use try
	explain describe compare count sort translate calculate figure work keep leave ensure remember forget wait stop hold bring pick choose ask
	answer reply respond confirm verify review analyze analyse extract pull fetch retrieve follow visit browse scan identify determine note
	prepare collect gather combine do put turn pass point mark draft propose suggest recommend repeat skip ignore avoid refrain treat handle
	finde prüfe suche zeige sag lies gib mach lass behalte schau fasse nenne hole such zeig prüf
	trouve trouvez vérifie vérifiez cherche cherchez montre montrez dis dites lis lisez donne donnez fais faites laisse laissez garde gardez
	encuentra busca revisa muestra di lee da haz deja mantén comprueba resume dime
	trova cerca controlla mostra dì leggi dai fai lascia tieni verifica riassumi dimmi
	encontre procure verifique mostre diga leia dê faça deixe mantenha resuma`)

// determiners may stand between a request and a noun.
var determiners = set(`a an the my our your his her their its this that these those some any full partial complete total half another one
	new quick short small big little same whole eine einen ein den die das der meine meinen mein une un le la les mon ma mes una el los las mi mis
	il lo i gli uma o os as meu minha`)

// reporting are verbs after which somebody else speaks.
var reporting = set(`said says say saying told tells asked asks asking wrote writes writing wants wanted claims claimed demands demanded requested requests
	insists insisted tried tries trying suggested suggests recommended recommends instructed instructs ordered orders urged urges begged begs
	sagte sagt meinte schrieb schreibt will wollte bat fordert verlangt behauptet
	dit disait demande demandait veut voulait écrit prétend exige
	dijo dice pidió pide quiere quería escribió afirma exige
	ha detto dice chiede vuole voleva scrive scritto sostiene
	disse diz pediu pede quer queria escreveu afirma
	कहा कहता कहती बोला चाहता चाहती लिखा
	บอกว่า พูดว่า ขอให้ อยากให้`)

// speakers are words for the user: what they say is no report.
var speakers = set("i we i'd i've i'll ich wir je nous j' yo nosotros io noi eu nós मैं हम ฉัน ผม เรา")

// questions are words that begin a question.
var questions = set(`what what's when where where's who who's whom whose why how how's which is are was were am isn't aren't wasn't weren't should shall shouldn't
	did didn't does doesn't has hasn't had hadn't
	was wann wo wer wem wen wessen warum wieso wie welche welcher welches ist sind war waren soll sollte wurde wurden hast habe hat
	combien cuánto quanto wieviel que qu'est-ce quoi quand où qui pourquoi comment quel quelle quels quelles est-ce est sont était as-tu avez-vous a-t-il dois-je
	qué cuándo dónde quién por-qué cómo cuál cuáles es está están fue eran debería has ha
	cosa quando dove chi perché come quale quali è sono era erano devo hai
	quando onde quem porquê como qual quais é são foi eram devo você-já
	क्या कब कहाँ कौन क्यों कैसे कितना किस`)

// english are words that begin as verbs of other languages do.
var english = set(`page pages paper papers past path paid pair park part party buy bus but busy can cap car card cart case cash cat com pay payer payee
	mis miss mix mode model more most mother move men meta mail mailbox man map mark mass mat max may leg legal legs let lev live lie lied
	lie lig light like ten tens test text tea tell tip tips top tot total trip try tuesday use user users van vat verb very via vis visa volt
	add addr address ads bas base basis bit bits bat bath bay beer bell ben berg best cur cup dan danger dat data date day days den dis disc
	fab fact fair fall fan far fast fee fees fig file fin fine fish fit fix for form gas get gift god gold gone env envelope exp expo ext
	gui guide has hot hotel ins inside int into inv invoice invoices lan land last law lay low luck lunch man many`)

// pronouns stand for what was named before.
var pronouns = set(`it them this that these those one ones both him her he she they his hers theirs
	ihn sie ihm ihr dies lui leur lo इसे उसे उन्हें มัน`)

// many says that a request is for more than one.
var many = set(`them all every each everyone everybody everything any both several multiple many various respective respectively
	alle allen alles jede jeden jedem jeder beide mehrere tous toutes tout chaque plusieurs todos todas todo cada ambos varios tutti tutte ogni entrambi vari
	todos todas cada ambos vários सभी सब हर दोनों ทั้งหมด ทุก two three four five six seven eight nine ten zwei drei vier fünf deux trois quatre dos tres due tre dois três`)

// word is a word of a clause in lower case.
type word struct {
	text   string
	at     int  // where in the utterance
	capped bool // begins with a capital letter
}

// wordsOf cuts a text into words: letters, marks, digits, and what joins them.
func wordsOf(s string, at int) []word {
	var out []word
	from := -1
	flush := func(end int) {
		if from < 0 {
			return
		}
		raw := strings.Trim(s[from:end], `'’.-@_/:`)
		if raw != "" {
			first, _ := utf8.DecodeRuneInString(raw)
			out = append(out, word{strings.ReplaceAll(strings.ToLower(raw), "’", "'"), at + from, unicode.IsUpper(first)})
		}
		from = -1
	}
	for i, r := range s {
		inside := unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || from >= 0 && strings.ContainsRune(`'’.-@_/:`, r) && !unicode.IsSpace(r)
		switch {
		case inside && from < 0:
			from = i
		case !inside:
			flush(i)
		}
	}
	flush(len(s))
	return out
}

// form reports whether w is an English word or one of its inflections.
func form(w, base string) bool {
	if w == base {
		return true
	}
	stem := strings.TrimSuffix(strings.TrimSuffix(base, "e"), "y")
	rest, ok := strings.CutPrefix(w, stem)
	if !ok || len(stem) < 2 {
		return false
	}
	if len(stem) == len(base) && rest != "" && rest[0] == base[len(base)-1] {
		rest = rest[1:] // cancelled
	}
	switch rest {
	case "", "e", "s", "es", "ed", "d", "ing", "y", "ys", "ies", "ied", "ying", "yed", "ation", "al", "ment", "ments":
		return true
	}
	return false
}
