package tokenizer

import (
	"unicode"
	"unicode/utf8"
)

// The split pattern of Llama 3, first match wins:
//
//	(?i:'s|'t|'re|'ve|'m|'ll|'d)
//	[^\r\n\p{L}\p{N}]?\p{L}+
//	\p{N}{1,3}
//	 ?[^\s\p{L}\p{N}]+[\r\n]*
//	\s*[\r\n]+
//	\s+(?!\S)
//	\s+
const splitPattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`

type class uint8

const (
	other   class = iota
	letter        // \p{L}
	number        // \p{N}
	space         // \s but for the next
	newline       // \r and \n
)

var asciiClass = func() (t [utf8.RuneSelf]class) {
	for r := range rune(utf8.RuneSelf) {
		t[r] = classOf(r)
	}
	return
}()

func classOf(r rune) class {
	switch {
	case r == '\n' || r == '\r':
		return newline
	case unicode.IsLetter(r):
		return letter
	case unicode.IsNumber(r):
		return number
	case unicode.IsSpace(r):
		return space
	}
	return other
}

// at returns the class and the size of the character at s[i:]. A byte that is no
// UTF-8 is a character of its own, of class other.
func at(s string, i int) (class, int) {
	if c := s[i]; c < utf8.RuneSelf {
		return asciiClass[c], 1
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	if r == utf8.RuneError && size == 1 {
		return other, 1
	}
	return classOf(r), size
}

// run returns the end of the longest run of class c from i.
func run(s string, i int, c class) int {
	for i < len(s) {
		k, n := at(s, i)
		if k != c {
			break
		}
		i += n
	}
	return i
}

// nextLlama3 returns the end of the word that starts at s[i:], i < len(s), with at most so
// many digits in one.
func nextLlama3(s string, i, digits int) int {
	if s[i] == '\'' {
		if n := contraction(s[i+1:]); n > 0 {
			return i + 1 + n
		}
	}
	c, n := at(s, i)
	next := i + n
	switch c {
	case letter:
		return run(s, next, letter)
	case number:
		for range digits - 1 {
			if next == len(s) {
				break
			}
			k, m := at(s, next)
			if k != number {
				break
			}
			next += m
		}
		return next
	case other:
		if next < len(s) {
			if k, _ := at(s, next); k == letter {
				return run(s, next, letter)
			}
		}
		return run(s, run(s, next, other), newline)
	case space:
		if next < len(s) {
			switch k, _ := at(s, next); {
			case k == letter:
				return run(s, next, letter)
			case k == other && s[i] == ' ':
				return run(s, run(s, next, other), newline)
			}
		}
	}
	return whiteSpace(s, i)
}

// whiteSpace returns the end of the word of white space at s[i:]: up to the last line
// break of the run if it has one, else all of it at the end of the text, else all but
// the last character, which belongs to the word that follows.
func whiteSpace(s string, i int) int {
	end, last, lineEnd := i, i, -1
	for end < len(s) {
		c, n := at(s, end)
		if c != space && c != newline {
			break
		}
		last, end = end, end+n
		if c == newline {
			lineEnd = end
		}
	}
	switch {
	case lineEnd >= 0:
		return lineEnd
	case end == len(s) || last == i:
		return end
	}
	return last
}

// contraction returns the length of the English contraction at the start of s,
// after its apostrophe, in any case; 0 if there is none.
func contraction(s string) int {
	if s == "" {
		return 0
	}
	switch s[0] | 0x20 {
	case 's', 't', 'm', 'd':
		if s[0] >= 'A' {
			return 1
		}
	case 'r', 'v', 'l':
		if len(s) < 2 || s[0] < 'A' {
			return 0
		}
		want := byte('e')
		if s[0]|0x20 == 'l' {
			want = 'l'
		}
		if s[1] >= 'A' && s[1]|0x20 == want {
			return 2
		}
	case 0xc5 | 0x20: // ſ, U+017F, folds to s
		if len(s) >= 2 && s[0] == 0xc5 && s[1] == 0xbf {
			return 2
		}
	}
	return 0
}
