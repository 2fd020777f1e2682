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
der die das ein eine ja nein es sie er wir wenn fur von im in am an bei zu mit nach vor und oder aber nicht nur alle jede laut
le la les un une oui non il elle nous vous si pour de du dans en sur au aux avec et ou mais pas seulement selon
el los las una si ella nosotros por del al con y o pero solo segun
il lo gli uno no lei noi se per di da nel con e ma solo secondo
os as um uma sim nao ele ela nos se para do da no na com mas so segundo`)

// numerals are the numbers that people write as words, without one, which is an article.
var numerals = map[string]int{}

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
	for w, n := range map[string]int{"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000, "dozen": 12} {
		numerals[w] = n
	}
	for _, w := range []string{"sei", "once", "sept"} { // words of other languages that are met more often
		delete(numerals, w)
	}
}

// german reports whether a sentence looks German: articles and the like of no other
// language here.
func german(words []word) bool {
	n := 0
	for _, w := range words {
		switch strings.ToLower(w.text) {
		case "der", "das", "und", "ist", "sind", "nicht", "eine", "einen", "mit", "für", "auf", "wird", "werden", "von", "zum", "zur", "dem", "den", "im", "beim":
			n++
		}
	}
	return n >= 2 || n == 1 && len(words) <= 6
}
