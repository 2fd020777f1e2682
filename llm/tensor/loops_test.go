package tensor

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestNEONLoops counts the instructions of the inner loops of decoding, which have no
// branches, for 256 weights. No processor of ARM is at hand where this is built; these
// counts stand for its speed. llama.cpp's loops take, for as many weights, the
// instructions in the comments (see BENCHMARKS.md).
func TestNEONLoops(t *testing.T) {
	text, err := os.ReadFile("kernels_arm64.s")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ rounds, most int }{ // of the loop for 256 weights
		"dotQ4KNEON": {1, 102}, // 136
		"dotQ6KNEON": {1, 154}, // 233
		"dotQ80NEON": {2, 86},  // 144
		"dotQ40NEON": {2, 98},  // 168
	} {
		_, body, found := strings.Cut(string(text), "TEXT ·"+name+"(SB)")
		loop := regexp.MustCompile(`(?s)\nloop:\n(.*?)\tBNE loop\n`).FindStringSubmatch(body)
		if !found || loop == nil {
			t.Errorf("%s has no loop", name)
			continue
		}
		if n := c.rounds * (strings.Count(loop[1], "\n") + 1); n > c.most {
			t.Errorf("%s: %d instructions for 256 weights, more than %d", name, n, c.most)
		}
	}
}
