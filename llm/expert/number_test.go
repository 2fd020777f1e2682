package expert

import (
	"encoding/json"
	"testing"
)

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		text  string
		whole bool
		want  string
	}{
		{"1043", true, "1043"}, {"1,043", true, "1043"}, {"1,043", false, "1043"}, {"1.043", true, "1043"}, {"1.043", false, "1.043"},
		{"1'043", true, "1043"}, {"1\u00a0043", true, "1043"}, {"12.345,50", false, "12345.50"}, {"12,345.50", false, "12345.50"},
		{"1.234.567", false, "1234567"}, {"49,90", false, "49.90"}, {"49.90", false, "49.90"}, {"-3", true, "-3"}, {"0.5", false, "0.5"},
		{"1,2", true, ""}, {"043", true, ""}, {"true", true, ""}, {"null", true, ""}, {`"7"`, true, ""}, {"", true, ""}, {"seven", true, ""}, {"1,0434", true, ""}, {"[1]", true, ""},
	} {
		got, ok := Number(c.text, c.whole)
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%q: %q, %v, want %q", c.text, got, ok, c.want)
		}
	}
}

func FuzzNumber(f *testing.F) {
	f.Add("1,043.5", false)
	f.Add("01,000", true)
	f.Fuzz(func(t *testing.T, text string, whole bool) {
		if n, ok := Number(text, whole); ok && !json.Valid([]byte(n)) {
			t.Errorf("%q became %q", text, n)
		}
	})
}

// TestPlain: thousands are put together, and nothing else is touched.
func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"Is order 1,042 late?": "Is order 1042 late?", "1,042": "1042", "1,042 1,043, 2,000": "1042 1043, 2000", "1,200.50 €, 3.14": "1200.50 €, 3.14",
		"a 1,2 b": "a 1,2 b", "€1’200€ it's": "€1200€ it's", "'1'042'": "'1042'", "12,3456": "12,3456", "0,125": "0,125", "1,234,567": "1234567", "": "",
	} {
		if got := Plain(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
