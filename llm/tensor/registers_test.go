package tensor

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestAVX2Registers looks into the assembly: the generator takes registers 16 to 31 when
// it has no others, which only processors with AVX-512 have.
func TestAVX2Registers(t *testing.T) {
	text, err := os.ReadFile("kernels_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	beyond := regexp.MustCompile(`\b([XY](1[6-9]|2[0-9]|3[01])|[ZK][0-9]+)\b`)
	found := 0
	for _, f := range strings.Split(string(text), "\n// func ")[1:] {
		name, _, _ := strings.Cut(f, "(")
		if !strings.HasSuffix(name, "AVX2") {
			continue
		}
		found++
		_, body, _ := strings.Cut(f, "\nTEXT ")
		if r := beyond.FindString(body); r != "" {
			t.Errorf("%s uses %s", name, r)
		}
	}
	if found < 20 {
		t.Errorf("%d functions for AVX2", found)
	}
}
