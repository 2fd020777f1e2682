package documents

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/chaski-dev/chaski/tools/documents/ground"
	"github.com/chaski-dev/chaski/tools/documents/index"
)

// kind is the kind of thing that a question asks for.
type kind int

const (
	anything kind = iota
	number
	person
	price
)

// priced is what an amount of money has: cents, a currency, a word for paying.
var priced = regexp.MustCompile(`(?i)\d[.,]\d\d(?:\D|$)|[$€£¥₹฿]|\b(?:euros?|dollars?|pounds?|cents?|pence|eur|usd|gbp|free|costs?|pric\w*|pays?|paid|charged?|fees?|rates?)\b`)

// kindOf tells it from the words with which an English question begins or turns.
func kindOf(question string) kind {
	if index.AsksPrice(question) {
		return price
	}
	q := " " + strings.Join(strings.FieldsFunc(strings.ToLower(question), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }), " ") + " "
	for _, w := range []string{" how much ", " how many ", " how long ", " how often ", " how far ", " how old ", " how big ", " how tall ", " how high ", " how deep ", " how wide ", " how heavy ", " how early ", " how late ", " how fast ", " how loud ", " how noisy ", " how hot ", " how warm ", " how soon ",
		" when ", " what time ", " until what ", " which date ", " what date ", " which day ", " what day ", " price ", " cost ", " costs ", " charge ", " fee ", " which number ", " what number ", " weigh ", " phone number ", " percent "} {
		if strings.Contains(q, w) {
			return number
		}
	}
	for _, w := range []string{" who ", " whom ", " who's ", " whose "} {
		if strings.Contains(q, w) {
			return person
		}
	}
	return anything
}

// in reports whether a text has something of the kind.
func (k kind) in(text string) bool {
	switch k {
	case number:
		return ground.HasNumber(text)
	case price:
		return ground.HasNumber(text) && priced.MatchString(text)
	case person:
		return ground.HasName(text)
	}
	return true
}
