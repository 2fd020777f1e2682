package policies

import "testing"

// TestLeisure reads the cases of testdata/clauses/leisure, sentences of English and German customers that asked in the blind
// tasks, by kind: of 94 answers to a question 28 asked at first sight and two got through. Behind them are orders by the
// thing, "could PS-4417 be moved to …?", of which four stand behind a #.
func TestLeisure(t *testing.T) { testClauses(t, "testdata/clauses/leisure", 157) }
