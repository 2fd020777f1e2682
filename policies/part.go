package policies

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
	words "github.com/chaski-dev/chaski/policies/spoken"
)

// wholeForPart reports whether a call has an amount of which the order's sentence asks for a part: "Of the 60 euros of
// visit 7 pay me back a third" is none of 60. An amount that is such a part of another that is said is what is meant.
func (t *tool) wholeForPart(r *Run, args map[string]any, labels map[string]label.Origin, a ask.Ask) bool {
	var shares []words.Share
	for name, v := range args {
		n, ok := v.(json.Number)
		if !ok || labels[name].How != label.HowUser || !slices.ContainsFunc(ask.NameWords(name), func(w string) bool { return amounts[w] }) {
			continue
		}
		if shares == nil {
			text := a.Sentence
			if at := strings.Index(text, a.Text); at > 0 && r.phrase(a.Text).Holds(n) {
				text = text[at:] // "we did turn up for half of it, so refund 80"
			}
			shares = words.Parse(strings.ToLower(text)).Shares()
		}
		f, err := n.Float64()
		for _, s := range shares {
			if err != nil || s.Off || s.Part <= 0 || s.Part >= words.One {
				continue
			}
			whole := strconv.FormatFloat(f*float64(words.One)/float64(s.Part), 'f', 2, 64)
			if whole = strings.TrimSuffix(whole, ".00"); !r.phrase(a.Sentence).Holds(json.Number(whole)) {
				return true
			}
		}
	}
	return false
}

// amounts are words of the names of arguments that say how much.
var amounts = map[string]bool{"amount": true, "sum": true, "total": true, "value": true, "fee": true, "price": true, "credit": true, "refund": true, "payment": true, "money": true, "euros": true}
