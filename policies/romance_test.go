package policies

import "testing"

// TestRomance reads what is said in French, Italian, Spanish and Portuguese, by paradigm: the forms of orders of all
// persons and levels of courtesy, wishes and polite questions, nouns for deeds, orders among other clauses; and
// what looks like them and asks for nothing. All were written before the reader was changed for them, but for the last lines of
// each: 115 of 377 honest ones asked or were denied then, and 56 of 216 others got through. What still asks stands behind a #.
func TestRomance(t *testing.T) {
	for code, least := range map[string]int{"fr": 134, "it": 154, "es": 158, "pt": 157} {
		t.Run(code, func(t *testing.T) {
			testClausesWith(t, "testdata/clauses/romance/tools.json", "testdata/clauses/romance/"+code, least)
		})
	}
}
