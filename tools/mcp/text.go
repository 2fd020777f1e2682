package mcp

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what a server says, in bytes.
const (
	maxDescription = 4096
	maxMessage     = 2000
	maxLine        = 1000 // of standard error, in the log
)

var escape = regexp.MustCompile(`\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[@-Z\\-_])`)

// clean makes a server's text one that shows all that it holds: without terminal escapes,
// control and format characters, such as those that are not seen or turn the direction.
func clean(s string, most int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.ContainsRune(s, '\x1b') {
		s = escape.ReplaceAllString(s, "")
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || unicode.Is(unicode.Variation_Selector, r):
			return -1
		}
		return r
	}, s)
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// cleanSchema cleans the texts in a schema that only people and models read.
func cleanSchema(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if text, ok := inner.(string); ok && (key == "description" || key == "title" || key == "$comment") {
				v[key] = clean(text, maxDescription)
				continue
			}
			v[key] = cleanSchema(inner)
		}
	case []any:
		for i := range v {
			v[i] = cleanSchema(v[i])
		}
	}
	return v
}
