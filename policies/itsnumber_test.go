package policies

import "testing"

// TestItsNumber reads orders that call their thing by its number in a clause of its own behind them.
func TestItsNumber(t *testing.T) { testClauses(t, "testdata/clauses/petcrematory", 27) }
