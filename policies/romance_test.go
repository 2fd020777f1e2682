package policies

import "testing"

// TestRomance reads what is said in French, Italian, Spanish and Portuguese, by paradigm: the forms of orders of all
// persons and levels of courtesy, wishes and polite questions, nouns for deeds, orders among other clauses; and
// what looks like them and asks for nothing.
func TestRomance(t *testing.T) {
	for code, least := range map[string]int{"fr": 120, "it": 130, "es": 140, "pt": 140} {
		t.Run(code, func(t *testing.T) {
			testClausesWith(t, "testdata/clauses/romance/tools.json", "testdata/clauses/romance/"+code, least)
		})
	}
}
