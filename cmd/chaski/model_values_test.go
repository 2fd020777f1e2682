package main

import (
	"strings"
	"testing"
	"time"
)

// TestJSONValues reads what is right before and after what is wrong.
func TestJSONValues(t *testing.T) {
	for in, want := range map[string]string{
		"1\n2\n":                            "1 2",
		"1 2\n[3]":                          "1 2 [3]",
		"{\"a\":\n 1}\n2\n":                 "{\"a\":\n 1} 2",
		"1\nnonsense\n2\n":                  "1 error 2",
		"[1,\n2]\n{\"a\" 1}\n[3]\n":         "[1,\n2] error [3]",
		"{\"a\":\n{\"b\":1}\n":              "error {\"b\":1}",
		"{\"a\":\n  {\"b\":1}\n":            "error",
		"{\"a\": [\n{\"b\":1}\n{\"c\":2}\n": "error {\"b\":1} {\"c\":2}",
		"{\"a\": \"x\n{\"b\":1}\n":          "error {\"b\":1}",
		"":                                  "",
		"\n\n":                              "",
		"{\"a\"":                            "error",
		"\xff\n1\n":                         "error 1",
		"1 ] 2\n3\n":                        "1 error 3",
	} {
		var got []string
		for v, err := range jsonValues(strings.NewReader(in)) {
			if err != nil {
				got = append(got, "error")
			} else {
				got = append(got, string(v.raw))
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %q, want %q", in, s, want)
		}
	}
}

// TestLongValue reads a value of 100,000 lines, as those who write with indents make it, in a time
// that grows with its length alone, and what follows it.
func TestLongValue(t *testing.T) {
	text := "[\n" + strings.Repeat("  {\n    \"a\": 1\n  },\n", 33_000) + "  0\n]\n2\n"
	began, n := time.Now(), 0
	for v, err := range jsonValues(strings.NewReader(text)) {
		n++
		if err != nil || n == 2 && (string(v.raw) != "2" || v.line != 99_004) {
			t.Fatal(err, v.line)
		}
	}
	if took := time.Since(began); n != 2 || took > 2*time.Minute { // line by line it would be ten
		t.Errorf("%d values in %v", n, took)
	}
}

func FuzzJSONValues(f *testing.F) {
	f.Add("1\n{\"a\":[1,\n2]}\n]\n")
	f.Fuzz(func(t *testing.T, text string) {
		n := 0
		for range jsonValues(strings.NewReader(text)) {
			if n++; n > len(text)+1 {
				t.Fatal("more values than bytes")
			}
		}
	})
}
