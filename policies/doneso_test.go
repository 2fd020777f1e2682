package policies

import "testing"

// TestDoneSo reads sentences of which 318 must not pass, and their lookalikes: orders of which it is said that they are done already,
// that are somebody else's, calls with their sides changed over, papers about a thing. At first sight 154 got through, then 19, which
// stand there behind a #.
func TestDoneSo(t *testing.T) { testClauses(t, "testdata/clauses/doneso", 376) }
