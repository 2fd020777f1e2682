package ask

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// moneyNames are parts of the names of arguments that count in money.
var moneyNames = set("price amount cost fee salary rent budget rate fine deposit bid value total sum eur usd gbp inr thb chf franc rupee baht peso real")

// degrees are words for what temperatures are counted in.
var degrees = set("degrees degree grad grados grado gradi graus grau degrés degré celsius डिग्री องศา °c °")

// unitsAt returns the words that may be the unit of a number at a word of the clause: the one behind it,
// and the sign that is written to it.
func (c *clause) unitsAt(i int) []string {
	var out []string
	if strings.ContainsAny(c.words[i].text, "€$£") {
		out = append(out, "euro")
	}
	for j := i + 1; j < len(c.words) && j <= i+2; j++ {
		w := c.words[j].text
		switch {
		case strings.ContainsAny(w, "€$£"):
			w = "euro"
		case c.words[j].quoted || digit(w):
			return out
		case j == i+2 && !degrees[w] && unitBase(w) == "":
			return out
		}
		out = append(out, w)
	}
	return out
}

// unitBase returns what a unit measures, "" for none.
func unitBase(w string) string {
	if degrees[w] {
		return "degree"
	}
	base, _ := spoken.Unit(w)
	return base
}

// countsIn reports whether an argument's name says that it counts in a unit. Where the unit is none that
// is known, or the name says nothing of one, it is not said.
func countsIn(name, unit string) bool {
	base := unitBase(unit)
	return slices.ContainsFunc(NameWords(name), func(w string) bool {
		switch {
		case base == "degree":
			return degrees[w] || strings.HasPrefix(w, "temp") || w == "fahrenheit"
		case base == "cent":
			return moneyNames[strings.TrimSuffix(w, "s")] || unitBase(w) == "cent"
		case base != "":
			return unitBase(w) == base
		}
		return slices.ContainsFunc(measured[unit], func(n string) bool { return strings.HasPrefix(w, n) })
	})
}
