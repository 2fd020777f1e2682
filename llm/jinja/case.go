package jinja

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// upper and lower are Unicode's in full, as Python's are: ß has two capitals.
func upper(s string) string { return cases.Upper(language.Und).String(s) }

func lower(s string) string { return cases.Lower(language.Und).String(s) }

// initial is the first letter of a word: most have one capital form, some a title form.
func initial(c rune) string {
	if up := upper(string(c)); len([]rune(up)) > 1 { // ß becomes Ss
		return capital(string([]rune(up)[:1])) + lower(string([]rune(up)[1:]))
	}
	return string(unicode.ToTitle(c))
}

func capital(s string) string {
	for _, c := range s {
		rest := s[len(string(c)):]
		return initial(c) + lower(rest)
	}
	return ""
}

// titled is what Python's title() does: each letter after none is a capital.
func titled(s string) string {
	var b strings.Builder
	was := false
	for _, c := range s {
		is := letter(c)
		switch {
		case is && !was:
			b.WriteString(initial(c))
		case is:
			b.WriteString(lower(string(c)))
		default:
			b.WriteRune(c)
		}
		was = is
	}
	return b.String()
}

// words is what Jinja's filter title does: words are parted by white space and some signs.
func words(s string) string {
	var b strings.Builder
	for s != "" {
		n := strings.IndexFunc(s, func(c rune) bool { return isSpace(c) || strings.ContainsRune("-({[<", c) })
		if n < 0 {
			n = len(s)
		}
		if n == 0 {
			_, n = utf8.DecodeRuneInString(s)
			b.WriteString(s[:n])
			s = s[n:]
			continue
		}
		for i, c := range s[:n] {
			if i == 0 {
				b.WriteString(upper(string(c)))
			} else {
				b.WriteString(lower(s[i:n]))
				break
			}
		}
		s = s[n:]
	}
	return b.String()
}

// letter says that a character has a case.
func letter(c rune) bool { return unicode.IsUpper(c) || unicode.IsLower(c) || unicode.IsTitle(c) }

// cased says that a string has letters with a case, and all are upper, or lower.
func cased(s string, up bool) bool {
	any := false
	for _, c := range s {
		switch {
		case !letter(c):
		case unicode.IsUpper(c) != up || unicode.IsTitle(c):
			return false
		default:
			any = true
		}
	}
	return any
}
