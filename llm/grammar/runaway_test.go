package grammar

import (
	"strings"
	"testing"
)

func TestLoops(t *testing.T) {
	for text, want := range map[string]bool{
		"There are " + strings.Repeat("for overdue ", 4):  true,
		"That was not allowed" + strings.Repeat(" ", 100): true,
		strings.Repeat("I", 96):                           true,
		"":                                                false,
		"no no no no no no no no":                         false,
		"| a | b | c |\n" + strings.Repeat("| --- ", 8) + "|\n":       false,
		strings.Repeat("-", 80):                                       false,
		"2, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4":                          false,
		"Order 1041 is late. Order 1042 is late. Order 1043 is late.": false,
	} {
		if Loops([]byte(text)) != want {
			t.Errorf("%q: loops %v", text, !want)
		}
	}
}
