package ask

import (
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// units are numbers that are no amounts by what is written to them: 10am, 5th, 90min.
var units = regexp.MustCompile(`^\d+(?:[.,:]\d+)?(?:am|pm|h|st|nd|rd|th|er|e|º|ª|%|min|km|kg|m|cm|s|x|uhr)$`)

// amountForm is a number, perhaps with its currency.
var amountForm = regexp.MustCompile(`^[€$£¥₹฿]?\d+(?:[.,']\d+)*[€$£¥₹฿]?$`)

// unitWords behind a number say that it is no amount: 90 minutes, 3 lines, 12 %.
var unitWords = set(`am pm o'clock uhr h hours hour minutes minute min mins seconds days day weeks week months month years year nights night percent % stars star lines line sentences sentence words word times pages page
	people persons person guests guest degrees grad grados gradi graus degrés stunde stunden minuten tage tag wochen woche monate jahre nächte nacht prozent zeilen sätze personen heures heure jours jour semaines semaine mois ans nuits lignes phrases personnes
	horas hora días dia día dias semanas semana meses años noches noite noites líneas linhas frases personas pessoas ore ora minuti giorni giorno settimane settimana mesi anni notti righe frasi persone
	january february march april may june july august september october november december januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août septembre octobre novembre décembre
	enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre janeiro fevereiro março maio junho julho setembro outubro dezembro
	घंटे घंटा मिनट दिन हफ्ते महीने साल बजे लोग ชั่วโมง นาที วัน สัปดาห์ เดือน ปี โมง คน oldest newest latest largest smallest last first letzten ersten derniers dernières últimos últimas ultimi ultime`)

// counts are units of what nobody pays in: 3 lines, 12 %.
var counts = set(`% percent prozent pourcent lines line sentences sentence words word times pages page paragraphs bullets people persons person guests guest minutes minute hours hour days day weeks months years
	zeilen sätze wörter mal seiten personen gäste minuten stunden tage wochen monate jahre lignes phrases mots fois pages personnes invités minutes heures jours semaines mois ans
	líneas frases palabras veces páginas personas minutos horas días semanas meses años righe frasi parole volte pagine persone minuti ore giorni settimane mesi anni linhas palavras vezes pessoas dias semanas anos
	पंक्तियाँ मिनट घंटे दिन बार บรรทัด ประโยค คำ ครั้ง นาที ชั่วโมง วัน คน`)

// references before a number say that it names a thing.
var references = set(`invoice order request ticket no number nr # id account room bill claim case page flight booking reservation reference ref rechnung bestellung auftrag anfrage antrag ticket nummer konto zimmer facture commande demande numéro n° compte
	factura pedido solicitud número cuenta reserva fattura ordine richiesta numero conto fatura solicitação ऑर्डर बिल नंबर टिकट คำสั่งซื้อ บิล หมายเลข เลขที่ bestellnummer claim antrag ending`)

// amount reports whether a word is a number that may be an argument: not a time, a day or a
// count of something else.
func (c *clause) amount(i int, call *Call) bool {
	t := &c.words[i]
	if t.quoted || !amountForm.MatchString(t.text) {
		return false
	}
	if strings.Count(t.text, ":") > 0 || i+1 < len(c.words) && unitWords[c.words[i+1].text] && !c.unitOf(i+1, call) {
		return false
	}
	if i > 0 && (monthWord(c.words[i-1].text) || c.words[i-1].text == "at" || c.words[i-1].text == "um" || c.words[i-1].text == "page" || c.words[i-1].text == "alle" || c.words[i-1].text == "às") {
		return false
	}
	if c.monthBehind(i) || i > 0 && c.words[i-1].text == "ที่" { // 10 दिसंबर, 12 de diciembre
		return false
	}
	if c.dated(i) {
		return false
	}
	if i > 1 && c.words[i-1].text == "las" && c.words[i-2].text == "a" {
		return false
	}
	return true
}

// monthBehind reports whether a number is the day of a month that stands behind it.
func (c *clause) monthBehind(i int) bool {
	i++
	if i+1 < len(c.words) && (c.words[i].text == "de" || c.words[i].text == "di" || c.words[i].text == "of") {
		i++
	}
	return i < len(c.words) && spoken.Month(c.words[i].text) > 0
}

// unitOf reports whether a unit is what the tool counts: stars of a review.
func (c *clause) unitOf(i int, call *Call) bool {
	w := strings.TrimSuffix(c.words[i].text, "s")
	for _, v := range call.Values {
		name := strings.ToLower(v.Name)
		if v.Shape == Number && (strings.Contains(name, w) || slices.ContainsFunc(measured[c.words[i].text], func(n string) bool { return strings.Contains(name, n) })) {
			return true
		}
	}
	return c.lang&th == 0 && call.isThing(&c.words[i]) || w == "grad" || w == "degree" || w == "grado"
}

// measured are units, and the arguments that count in them.
var measured = map[string][]string{}

func init() {
	for units, names := range map[string]string{
		"seconds second sekunde sekunden secondes seconde segundos secondi सेकंड วินาที":                                                        "second duration length for long delay time",
		"minutes minute min mins minuten minutos minuto minuti मिनट นาที":                                                                       "minute duration length for long delay time",
		"hours hour h stunden stunde heures heure horas hora ore ora घंटे घंटा ชั่วโมง":                                                         "hour duration length for long delay time",
		"days day tage tagen tag jours jour días dias día dia giorni giorno दिन วัน":                                                            "day duration length for long delay nights period",
		"nights night nächte nacht nuits nuit noches noche notti notte noites noite रात रातें คืน":                                              "night days duration length for stay",
		"weeks week wochen woche semaines semaine semanas semana settimane settimana हफ्ते हफ्ता सप्ताह สัปดาห์":                                "week duration length for period",
		"months month monate monat mois meses mes mesi mese mês महीने महीना เดือน":                                                              "month duration length for period term",
		"years year jahre jahr an ans année años año anni anno anos ano साल ปี":                                                                 "year duration length for period term",
		"% percent prozent pourcent procent prozente porciento cento प्रतिशत เปอร์เซ็นต์":                                                       "percent level bright intens humid discount share rate volume speed power opacity position charge open dim",
		"people persons person guests guest personen gäste personnes invités personas invitados persone ospiti pessoas convidados लोग लोगों คน": "people person guest party size seat attend pax visitor participant hiker rider adult travel student child kid member skier climber walker diver place cover count passenger portion serving meal menu diner",
		"pages page seiten seite páginas página pagine pagina पन्ने หน้า":                                                                       "page copies length",
		"copies copy kopien exemplare exemplaires copias cópias copie प्रतियाँ สำเนา":                                                           "copies copy quantity count",
		"times time mal fois veces vez volte volta vezes बार ครั้ง":                                                                             "time count repeat repetition copies quantity",
	} {
		for u := range strings.FieldsSeq(units) {
			measured[u] = strings.Fields(names)
		}
	}
}

var weekdays = set(`monday tuesday wednesday thursday friday saturday sunday`)

func monthWord(w string) bool {
	return len(w) >= 3 && unitWords[w] && strings.Contains("january february march april june july august september october november december januar februar märz juni juli oktober dezember janvier février avril juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre janeiro fevereiro março maio junho julho setembro outubro dezembro", w)
}

// thaiDayAt reports whether a Thai day begins at a word, and no length of time: "ออเดอร์ 41822 วันที่ 15", "วันอังคาร".
func (c *clause) thaiDayAt(i int) bool {
	if c.words[i].text != "วัน" || i+1 >= len(c.words) || c.words[i+1].at > c.words[i].end {
		return false
	}
	_, weekday := weekdayOf[c.words[i+1].text]
	return weekday || c.words[i+1].text == "ที่" || c.words[i+1].text == "นี้"
}

// counted reports whether the numbers of a call are said as such: not a bound, not the number
// of another thing.
func (c *clause) counted(call *Call, inside []Value) bool {
	for _, v := range inside {
		if v.Shape != Number || v.Free {
			continue
		}
		good, bad := 0, 0
		for i := range c.words {
			t := &c.words[i]
			if t.sign || !amountForm.MatchString(t.text) || !v.Said(t.text) {
				continue
			}
			switch {
			case c.namesOne(i, v): // the delivery of 58240
				good++
			case c.unitOfAnother(i, v, call): // "14 Buchstaben, 25 cm hoch"
				bad++
			case c.keptBack(i): // "500 में से 100 रख लीजिए"
				bad++
			case c.sharedOut(i): // of the 60, a third
				bad++
			case c.wholeOf(i), c.ofBill(i), c.withThose(i, call), c.fromWhole(i), c.frontedWhole(i, v, call), c.outOf(i), c.onlyLess(i): // it is 500, take 300 of it
				bad++
			case i > 1 && c.words[i-1].text == "but" && c.words[i-2].text == "all": // all but 100: what stays
				bad++
			case c.putUp(i, &call.Acts):
				good++
			case c.madeOut(i), c.roughly(i, v, call):
				good++
			case i > 0 && c.words[i-1].within&bounding != 0 && !c.bounds(v), i > 1 && c.words[i-2].within&bounding != 0 && c.words[i-1].within&det != 0 && !c.bounds(v),
				i+1 < len(c.words) && c.words[i+1].starts&bounding != 0 && c.lang == hi && !c.bounds(v), c.ranged(i, call), c.differs(i, v) && !call.Acts.by && !lengths[strings.ToLower(v.Name)], c.find(fraction, i-3, i-1) >= 0,
				i > 0 && c.words[i-1].within&source != 0 && !(gives[c.words[i-1].text] && i-1 == c.opened()) && v.Role != From && c.lang&(fr|es|pt|hi) == 0 && !c.sumOf(i) && !(c.words[i-1].text == "da" && i+1 < len(c.words) && currencies[c.words[i+1].text]),
				i+1 < len(c.words) && counts[c.words[i+1].text] && !c.unitOf(i+1, call) && !c.thaiDayAt(i+1):
				bad++
			case i > 0 && references[c.words[i-1].text] && !(i+1 < len(c.words) && currencies[c.words[i+1].text]) && !v.id() && !c.calledBy(i, v) && !(i-1 == c.opened() && (c.words[i-1].verb || foreignVerb(&c.words[i-1], c.lang))) && !c.verbBehindFrame(i-1):
				bad++
			default:
				good++
			}
		}
		if bad > 0 && good == 0 {
			return false
		}
	}
	return true
}

// namesOne reports whether a number is the name of a thing, and the only one of its length: "die Lieferung von 58240", "18 euros
// sur la 40311".
func (c *clause) namesOne(i int, v Value) bool {
	const least = 4 // digits
	if !v.Digits || len(v.Text) < least || i+1 < len(c.words) && (currencies[c.words[i+1].text] || unitWords[c.words[i+1].text] || measured[c.words[i+1].text] != nil) {
		return false
	}
	return !slices.ContainsFunc(c.words, func(t token) bool { return digit(t.text) && len(t.text) == len(v.Text) && !v.Said(t.text) })
}

// sharedOut reports whether a number is that of which a share is asked for behind it: "de los 60 euros devolvedme la
// tercera parte".
func (c *clause) sharedOut(i int) bool {
	at := c.find(fraction, i+1, len(c.words))
	if at < 0 || c.lang&en != 0 && !c.hasAny(at, len(c.words), "half", "third", "quarter") {
		return false
	}
	return c.whole(i)
}

// whole reports whether a number says of how much a part is meant: "des 60 euros", "of the 60".
func (c *clause) whole(i int) bool {
	for j := i - 1; j >= 0 && j >= i-2; j-- {
		if partOf[c.words[j].text] || c.words[j].text == "of" {
			return true
		}
		if c.words[j].within&det == 0 {
			break
		}
	}
	return false
}

// sharedBefore reports whether clause i asks for a share of a number of a call that stands in front of it: "des 60
// euros, rendez-moi le tiers".
func (s *Said) sharedBefore(i int, call *Call) bool {
	c := &s.clauses[i]
	if c.find(fraction, 0, len(c.words)) < 0 {
		return false
	}
	for j := i - 1; j >= 0 && s.clauses[j].sentence == c.sentence; j-- {
		o := &s.clauses[j]
		for k := range o.words {
			if amountForm.MatchString(o.words[k].text) && o.whole(k) && slices.ContainsFunc(call.Values, func(v Value) bool {
				return v.Shape == Number && v.Said(o.words[k].text) && !v.Said(c.text)
			}) {
				return true
			}
		}
	}
	return false
}

// outOf reports whether a Hindi number says how much there is, of which another behind it is taken: "500 का है,
// उसमें से 300".
func (c *clause) outOf(i int) bool {
	if c.lang != hi {
		return false
	}
	for j := i + 1; j+1 < len(c.words); j++ {
		if c.joins != nil && c.words[j+1].at >= c.joins.ends[0] {
			return false // the answer to a question
		}
		of := c.words[j].text == "से" && strings.HasSuffix(c.words[j-1].text, "में")
		is := c.words[j+1].sign && (c.words[j].text == "है" || c.words[j].text == "हैं" || c.words[j].text == "था" || c.words[j].text == "थे")
		if of || is {
			return slices.ContainsFunc(c.words[j+1:], func(t token) bool { return amountForm.MatchString(t.text) })
		}
		if amountForm.MatchString(c.words[j].text) {
			return false
		}
	}
	return false
}

// verbBehindFrame reports whether a word that may be a noun is the verb that is asked for: "could you order 25".
func (c *clause) verbBehindFrame(i int) bool {
	f := c.frameBefore(i)
	return c.lang&en != 0 && f >= 0 && f <= i && c.words[i].verb && c.behindFrame(f, i)
}

// madeOut reports whether a German number is the sum of one thing: "einen Gutschein über 80 Euro", "die Rechnung INV-4401 über
// 120 Euro", and no bound of several.
func (c *clause) madeOut(i int) bool {
	if c.lang != de || i < 2 || c.words[i-1].text != "über" {
		return false
	}
	if c.words[i-2].code() && i+1 < len(c.words) && currencies[c.words[i+1].text] {
		return true
	}
	if i < 3 {
		return false
	}
	thing := i - 2
	for thing > 1 && c.words[thing].capped && !indefinite[c.words[thing-1].text] && thing > i-5 {
		thing--
	}
	return c.words[thing].capped && !c.words[thing].code() && indefinite[c.words[thing-1].text] || c.words[i-2].capped && c.words[i-3].text == "den" && !strings.HasSuffix(c.words[i-2].text, "n")
}

// putUp reports whether a number is what a price is put up to, and no bound: "put the price up to 3.40".
func (c *clause) putUp(i int, a *Acts) bool {
	if i < 4 || c.words[i-1].text != "to" || c.words[i-2].text != "up" && c.words[i-2].text != "down" {
		return false
	}
	verb := slices.IndexFunc(c.words[:i-2], func(t token) bool {
		return t.text == "put" || t.text == "bring" || t.text == "take" || t.text == "move" || t.text == "bump"
	})
	return verb >= 0 && (a.prices() || a.raises() || a.lowers()) && a.hasNoun(c.words[verb:i-2])
}

// calledBy reports whether a number stands behind the name of its argument: "pull request 19", for pull.
func (c *clause) calledBy(i int, v Value) bool {
	names := NameWords(v.Name)
	return slices.ContainsFunc(c.words[max(0, i-2):i], func(t token) bool { return !t.sign && slices.Contains(names, t.text) })
}

// bounds reports whether a value is a bound itself: a limit, a maximum.
func (c *clause) bounds(v Value) bool {
	n := strings.ToLower(v.Name)
	return slices.ContainsFunc(NameWords(v.Name), func(w string) bool { return w == "up" || w == "upto" || w == "cap" || w == "ceiling" || w == "most" }) || strings.Contains(n, "limit") || strings.Contains(n, "max") || strings.Contains(n, "min") || strings.Contains(n, "budget") || strings.Contains(n, "threshold")
}

// unitOfAnother reports whether behind a number stands the unit that another number of the call is named for: of "14 letters, 25 cm
// high" 25 is height_cm, and no number of letters.
func (c *clause) unitOfAnother(i int, v Value, call *Call) bool {
	if i+1 >= len(c.words) || slices.Contains(NameWords(v.Name), c.words[i+1].text) {
		return false
	}
	unit := c.words[i+1].text
	return slices.ContainsFunc(call.Values, func(o Value) bool {
		names := NameWords(o.Name)
		return o.Name != v.Name && o.Shape == Number && len(names) > 1 && names[len(names)-1] == unit
	})
}

// keptBack reports whether a Hindi or Thai verb of keeping stands beside a number.
func (c *clause) keptBack(i int) bool {
	for k := i + 1; c.lang&hi != 0 && k < len(c.words) && k <= i+3; k++ {
		if c.words[k].text == "रख" || c.words[k].text == "काट" {
			return true
		}
	}
	for k := i - 1; c.lang&th != 0 && k >= 0 && k >= i-2; k-- {
		if c.words[k].text == "เก็บ" || c.words[k].text == "หัก" || c.words[k].text == "ยึด" {
			return true
		}
	}
	return false
}

// roughly reports whether a number that is no money stands behind "about" and the like: "about 4 centimetres".
func (c *clause) roughly(i int, v Value, call *Call) bool {
	if call.Acts.strict || slices.ContainsFunc(NameWords(v.Name), func(w string) bool { return moneyNames[strings.TrimSuffix(w, "s")] }) || i+1 < len(c.words) && currencies[c.words[i+1].text] {
		return false
	}
	return i > 0 && abouts[c.words[i-1].text]&c.lang != 0 || i > 1 && abouts[c.words[i-2].text]&c.lang != 0 && ofWords[c.words[i-1].text] || c.lang&(fr|it) != 0 && i+2 < len(c.words) && abouts[c.words[i+2].text] != 0
}

var abouts = wordSets["about"]

// ranged reports whether a number is one end of a range: between 10 and 20, 10 to 20.
// What the act works on may be a limit itself: "set the limit of 7121 to 400".
func (c *clause) ranged(i int, call *Call) bool {
	return i >= 2 && c.words[i-1].starts&(and|target) != 0 && amountForm.MatchString(c.words[i-2].text) &&
		slices.ContainsFunc(c.words[max(0, i-4):i], func(t token) bool { return t.starts&bounding != 0 && !call.Acts.isNoun(&t) })
}

// lengths are arguments that say for how long, which is never up to what.
var lengths = set("minutes minute days day hours hour weeks week months nights seconds duration delay")

// differs reports whether a number says by how much something changes, not to what.
func (c *clause) differs(i int, v Value) bool {
	if i == 0 || slices.ContainsFunc(NameWords(v.Name), func(w string) bool {
		return slices.Contains([]string{"by", "delta", "change", "increase", "decrease", "offset", "difference"}, w)
	}) {
		return false
	}
	switch c.words[i-1].text {
	case "by", "um":
		return true
	case "de", "di", "en", "em", "por":
		return slices.ContainsFunc(c.words[:i], func(t token) bool {
			return slices.ContainsFunc([]string{"augment", "baiss", "redui", "diminu", "aument", "abbass", "ridu", "sub", "baj", "reduc", "reduz", "diminui"}, func(s string) bool { return strings.HasPrefix(t.fold, s) })
		})
	}
	return false
}

// id reports whether a value names a thing.
func (v *Value) id() bool {
	n := strings.ToLower(v.Name)
	for _, w := range []string{"id", "number", "no", "nr", "code", "reference", "ref", "order", "ticket", "invoice", "room", "claim", "request", "case", "booking", "job", "row"} {
		if n == w || strings.HasSuffix(n, "_"+w) {
			return true
		}
	}
	return false
}

// sumOf reports whether a German or Italian number is how much a thing is, and the only one: "eine Spende von 75 Euro", "un
// buono da 10 euro".
func (c *clause) sumOf(i int) bool {
	switch {
	case i < 2 || c.words[i-2].code():
		return false
	case c.lang == de && c.words[i-1].text == "von" && c.words[i-2].capped:
	case c.lang == it && c.words[i-1].text == "da" && i > 2 && indefinite[c.words[i-3].text] && i+1 < len(c.words) && currencies[c.words[i+1].text]:
	default:
		return false
	}
	for j := range c.words {
		if j != i && amountForm.MatchString(c.words[j].text) {
			return false
		}
	}
	return true
}
