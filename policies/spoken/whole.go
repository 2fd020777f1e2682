package spoken

import (
	"regexp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// A number of which another is a part says nothing of what is to be done: "10 of the 45" are 10.

// What stands between a part and its whole, before the whole of a part that follows, and behind it in Hindi.
var (
	partThen, partOf, wholeFirst, wholeBehind, thaiWhole = func() (a, b, c, d, e *regexp.Regexp) {
		const det = `(?:(?:the|her|his|their|its|my|our|your|those|these|this|that|a|total|all|full|whole|original|remaining|outstanding|other|(?:\pL+ )?\pL+['’]s` +
			`|den|dem|der|des|die|ihre[nr]?|seine[nr]?|unsere[nr]?|meine[nr]?|deine[nr]?|diesen|insgesamt|gesamten|restlichen|übrigen|verbleibenden|offenen|ursprünglichen` +
			`|les|des|ses|leurs|mes|nos|tes|vos|ces|i|gli|le|suoi|sue|miei|mie|nostri|nostre|loro|los|las|sus|mis|nuestros|nuestras|esos|esas|os|as|seus|suas|meus|minhas|nossos|nossas|esses|essas|totali|totales|totais) )`
		const joined = `(?:out of|off of|der|des|sur|su|sugli|sui|sulle|dei|delle|degli|dos|das|dentre|aus)`
		const of = `(?:out of|off of|of|off|from|von|vom|aus|de|di|da|sur|su|em)`
		const money = `(?:(?:euros?|eur|€|dollars?|usd|\$|pounds?|gbp|£|francs?|franken|chf|reais|real|pesos?|rupees?|rupien|baht|cents?|ct|pence|dólares|dollari|libras) )`
		const word = `(?:\pL[\pL\pM]* )`
		const sign = `[€$£₹฿]?$`
		return regexp.MustCompile(`^,? \(?` + word + `{0,3}?\(?(?:` + joined + ` ` + det + `*|` + of + ` ` + det + `+)` + sign),
			regexp.MustCompile(`^ ?[€$£₹฿%]?,? ?` + money + `?\(?` + of + ` ` + sign),
			regexp.MustCompile(`(?:^|[.,;:!?()–—¿¡] ?|(?:^| )(?:and|then|please|und|dann|bitte|et|puis|e|poi|y|luego|depois) )(?:` + joined + ` |` + of + ` )` + det + `*` + sign),
			regexp.MustCompile(`^ (?:\S+ ){0,3}?(?:में|मे) से|^ ?` + money + `?(?:minus|less|menos|meno|moins|weniger|abzüglich|−|-) ?\d`),
			regexp.MustCompile(`จาก(?:ยอด|ทั้งหมด|จำนวน|เงิน|ทั้ง| )*$`)
	}()
)

// Wholes returns the numbers that stand in the text as that of which a smaller one is the part.
func (t *Text) Wholes(plain string) []Number {
	var all, out []Number
	for i := 0; i < len(t.words); i++ {
		n, ok := t.numberAt(i, t.lang)
		if !ok {
			continue
		}
		i = n.last - 1
		if apart(plain, n.At, n.End) && (n.Value != One || !n.Words) { // "one of 250" is none of them
			all = append(all, n)
		}
	}
	for k, m := range all {
		before, smaller := plain[:m.At], false
		for j, n := range all {
			smaller = smaller || j != k && n.Value < m.Value
		}
		whole := smaller && (wholeBehind.MatchString(plain[m.End:]) || thaiWhole.MatchString(before))
		if k > 0 && all[k-1].Value < m.Value {
			gap := plain[all[k-1].End:m.At]
			whole = whole || partThen.MatchString(gap) || partOf.MatchString(gap)
		}
		if slices.ContainsFunc(all[k+1:], func(n Number) bool { return n.Value < m.Value }) { // "of the 60 euros for order 51008 15"
			whole = whole || wholeFirst.MatchString(before)
		}
		if whole {
			out = append(out, m)
		}
	}
	return out
}

// apart reports whether no letter is written together with a number, as in F3.
func apart(plain string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(plain[:from])
	behind, _ := utf8.DecodeRuneInString(plain[to:])
	return !(latin(before) || before == '-') && !latin(behind)
}

func latin(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Thai, r) }
