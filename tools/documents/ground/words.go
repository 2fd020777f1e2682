package ground

import "strings"

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

// calendar are months and days, which documents write as numbers as well.
var calendar = set(`january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec
monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun mondays tuesdays wednesdays thursdays fridays saturdays sundays
januar februar marz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag i ok`)

// common are words that begin sentences and are no names, also where a name follows.
var common = set(`the a an yes no it its this that these those there he she they we you your our if for from in on at by to of with as and or but not only all each every some any most
when where who what which how why please sorry according after before during since until both either neither
ask call see contact send use take go write tell note press open close pay bring visit email mail phone ring give show check read get find let make keep store put
der die das ein eine ja nein es sie er wir wenn fur von im in am an bei zu mit nach vor und oder aber nicht nur alle jede laut
le la les un une oui non il elle nous vous si pour de du dans en sur au aux avec et ou mais pas seulement selon
el los las una si ella nosotros por del al con y o pero solo segun
il lo gli uno no lei noi se per di da nel con e ma solo secondo
os as um uma sim nao ele ela nos se para do da no na com mas so segundo`)

// titles stand before names, or name documents and their parts.
var titles = set(`mr mrs ms dr prof sir madam herr frau dott sig sra sr srta mme mlle
document documents policy manual guide handbook section chapter page table list note notes file files source sources appendix step item article paragraph`)

// numerals are the numbers that people write as words, without one, which is an article.
var numerals = map[string]int{}

// vulgar are the signs of fractions, with their decimals.
const vulgar = "½¼¾⅓⅔⅛"

var fractions = map[string]string{"½": ".5", "¼": ".25", "¾": ".75", "⅓": ".333333", "⅔": ".666667", "⅛": ".125"}

// clockWords are hours with names.
var clockWords = map[string]int{"noon": 12, "midday": 12, "midnight": 0, "mittag": 12, "mitternacht": 0, "midi": 12, "minuit": 0, "mediodia": 12, "medianoche": 0, "mezzogiorno": 12, "mezzanotte": 0, "meio-dia": 12, "meia-noite": 0}

// multiples are words that multiply the number before them.
var multiples = map[string]float64{"thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9, "tausend": 1e3, "mio": 1e6, "millionen": 1e6, "mrd": 1e9, "milliarden": 1e9, "mille": 1e3, "mil": 1e3, "millones": 1e6, "mila": 1e3, "milioni": 1e6, "milhoes": 1e6, "dozen": 12, "dutzend": 12}

// measure is a unit of time or size, as so many of the least of its kind.
type measure struct {
	class  string
	factor float64
}

var measures = map[string]measure{}

var (
	percents = set("percent pct prozent pourcent percento")
	minus    = set("minus moins menos meno")
	articles = set("a an one ein eine einen einem einer un une una uno um uma")
	and      = set("and und et y e")
	totals   = set("together total totals altogether sum combined times each plus add makes zusammen insgesamt gesamt summe jeweils je mal ensemble somme chacun junto juntos suma cada insieme totale somma ciascuno soma")
	currency = map[string]string{"€": "eur", "$": "usd", "£": "gbp", "¥": "jpy"}
)

func init() {
	for _, words := range []string{
		"two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty",
		"zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn zwanzig",
		"deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf vingt",
		"dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve veinte",
		"due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove venti",
		"dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove vinte",
	} {
		n := 2
		for w := range strings.FieldsSeq(words) {
			numerals[w] = n
			n++
		}
	}
	for _, words := range []string{
		"thirty forty fifty sixty seventy eighty ninety hundred", "dreissig vierzig funfzig sechzig siebzig achtzig neunzig hundert",
		"trente quarante cinquante soixante soixante-dix quatre-vingt quatre-vingt-dix cent", "treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
		"trenta quaranta cinquanta sessanta settanta ottanta novanta cento", "trinta quarenta cinquenta sessenta setenta oitenta noventa cem",
	} {
		n := 30
		for w := range strings.FieldsSeq(words) {
			numerals[w] = n
			n += 10
		}
	}
	for w, n := range map[string]int{"fourty": 40, "thousand": 1000, "tausend": 1000, "dozen": 12, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "zweihundert": 200, "dreihundert": 300} {
		numerals[w] = n
	}
	for _, w := range []string{"sei", "once", "sept", "cent", "cem", "sex"} { // words of other languages that are met more often
		delete(numerals, w)
	}
	for _, u := range []struct {
		class  string
		factor float64
		words  string
	}{
		{"min ", 1, "minute minutes min mins minuten minuto minutos minuti"}, {"min ", 60, "hour hours h hr hrs stunde stunden heure heures hora horas ora ore"},
		{"min ", 24 * 60, "day days tag tage tagen jour jours dia dias giorno giorni"}, {"min ", 7 * 24 * 60, "week weeks woche wochen semaine semaines semana semanas settimana settimane"},
		{"mon ", 1, "month months monat monate monaten mois mes meses mese mesi"}, {"mon ", 12, "year years jahr jahre jahren an ans annee annees ano anos anno anni"},
		{"g ", 1, "g gram grams gramm gramme grammes gramo gramos grammi"}, {"g ", 1000, "kg kilo kilos kilogram kilograms kilogramm"}, {"g ", 1e6, "ton tons tonne tonnes tonnen"},
		{"mm ", 1, "mm millimetre millimetres millimeter millimeters"}, {"mm ", 10, "cm centimetre centimetres centimeter centimeters zentimeter"}, {"mm ", 1000, "m metre metres meter meters metro metros metri"}, {"mm ", 1e6, "km kilometre kilometres kilometer kilometers"},
		{"ml ", 1, "ml millilitre millilitres milliliter"}, {"ml ", 1000, "l litre litres liter liters litro litros litri"},
	} {
		for w := range strings.FieldsSeq(u.words) {
			measures[w] = measure{u.class, u.factor}
		}
	}
	for name, words := range map[string]string{"eur": "eur euro euros", "usd": "usd dollar dollars", "gbp": "gbp pound pounds", "chf": "chf franken francs", "jpy": "jpy yen"} {
		for w := range strings.FieldsSeq(words) {
			currency[w] = name
		}
	}
}

// german reports whether a sentence looks German: articles and the like of no other
// language here.
func german(words []word) bool {
	n := 0
	for _, w := range words {
		low := strings.ToLower(w.text)
		switch low {
		case "der", "die", "das", "und", "ist", "sind", "nicht", "ein", "eine", "einen", "mit", "für", "auf", "wird", "werden", "von", "zum", "zur", "dem", "den", "im", "am", "beim", "bei", "pro", "sie", "nach", "aus":
			n++
			continue
		}
		if strings.ContainsAny(low, "äöüß") {
			n++
		}
	}
	return n >= 2 || n == 1 && len(words) <= 6
}
