package label

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// homoglyphs maps letters of other scripts to the Latin letters that they look
// like, after lower-casing. Unlisted look-alikes simply do not match, and so join
// the context.
var homoglyphs = map[rune]rune{
	'а': 'a', 'в': 'b', 'с': 'c', 'ԁ': 'd', 'е': 'e', 'ё': 'e', 'һ': 'h', 'і': 'i', 'ї': 'i', 'ј': 'j', 'к': 'k', 'ӏ': 'l',
	'м': 'm', 'н': 'h', 'о': 'o', 'р': 'p', 'ԛ': 'q', 'г': 'r', 'ѕ': 's', 'т': 't', 'у': 'y', 'ѵ': 'v', 'ԝ': 'w', 'х': 'x',
	'α': 'a', 'β': 'b', 'ε': 'e', 'η': 'n', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x', 'ω': 'w',
	'ı': 'i', 'ɡ': 'g', 'ɑ': 'a', 'օ': 'o', 'ո': 'n', 'ս': 'u', 'ɩ': 'i',
}

// squash keeps letters and digits only, in one case and one script: the form in
// which a value is looked for in results.
func squash(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	if !isASCII(s) {
		s = norm.NFKD.String(s)
	}
	for _, r := range s {
		if r < utf8.RuneSelf {
			switch {
			case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
				b.WriteByte(byte(r))
			case 'A' <= r && r <= 'Z':
				b.WriteByte(byte(r) + 'a' - 'A')
			}
			continue
		}
		r = unicode.ToLower(r)
		if g, ok := homoglyphs[r]; ok {
			r = g
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// leaves returns the keys and values of a JSON text, a line each, so that escapes and
// punctuation neither hide nor join them; another text is returned as it is.
func leaves(s string) string {
	if s == "" || !strings.ContainsRune("{[", rune(s[0])) {
		return s
	}
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	var b strings.Builder
	for {
		t, err := dec.Token()
		if err == io.EOF {
			return b.String()
		}
		if err != nil {
			return s
		}
		switch t.(type) {
		case string, json.Number, bool:
			fmt.Fprintln(&b, t)
		}
	}
}

// words splits into folded words.
func words(s string) []string {
	var out []string
	for _, f := range strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Mn, r)
	}) {
		if w := squash(f); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// decoded returns the texts that hide in s as base64 or hex, one level deep.
func decoded(s string) []string {
	var out []string
	for _, f := range strings.FieldsFunc(s, func(r rune) bool {
		return r >= utf8.RuneSelf || !(unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("+/=-_", r))
	}) {
		if len(f) < 8 {
			continue
		}
		if d, err := hex.DecodeString(f); err == nil && printable(d) {
			out = append(out, string(d))
		}
		f = strings.TrimRight(f, "=")
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if d, err := enc.DecodeString(f); err == nil && printable(d) {
				out = append(out, string(d))
				break
			}
		}
	}
	return out
}

func printable(b []byte) bool {
	if len(b) < 4 || !utf8.Valid(b) {
		return false
	}
	for _, r := range string(b) {
		if !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}
