package tokenizer

import (
	"unicode"
	"unicode/utf8"
)

// nextTekken cuts by Tekken's pattern, first match wins:
//
//	[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+
//	[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*
//	\p{N}
//	 ?[^\s\p{L}\p{N}]+[\r\n/]*
//	\s*[\r\n]+
//	\s+(?!\S)
//	\s+
func nextTekken(s string, i int) int {
	c, n := at(s, i)
	if c == number {
		return i + n
	}
	// The first class may match one character before the word, or none. Marks are in it
	// and in the word's classes, too; the longer way is tried first.
	for _, word := range [...]func(string, int) int{lowerWord, upperWord} {
		if c != letter && c != newline {
			if end := word(s, i+n); end > 0 {
				return end
			}
		}
		if end := word(s, i); end > 0 {
			return end
		}
	}
	switch {
	case c == other:
		return slashes(s, run(s, i, other))
	case s[i] == ' ' && i+1 < len(s):
		if k, _ := at(s, i+1); k == other {
			return slashes(s, run(s, i+1, other))
		}
	}
	return whiteSpace(s, i)
}

// slashes returns the end of line breaks and slashes from i.
func slashes(s string, i int) int {
	for i < len(s) && (s[i] == '\n' || s[i] == '\r' || s[i] == '/') {
		i++
	}
	return i
}

// caseOf returns whether a character is of the upper and of the lower class; letters
// without case and marks are of both.
func caseOf(s string, i int) (upper, lower bool, size int) {
	r, n := utf8.DecodeRuneInString(s[i:])
	switch {
	case r < utf8.RuneSelf:
		return 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z', n
	case unicode.In(r, unicode.Lu, unicode.Lt):
		return true, false, n
	case unicode.Is(unicode.Ll, r):
		return false, true, n
	case unicode.In(r, unicode.Lm, unicode.Lo, unicode.M):
		return true, true, n
	}
	return false, false, n
}

// lowerWord matches upper* lower+ at s[i:] and returns its end, 0 if it does not match:
// the first part takes all it can and gives back until the second finds something.
func lowerWord(s string, i int) int {
	end := i
	again := -1 // the last place within the first part where the second could begin
	for end < len(s) {
		upper, lower, n := caseOf(s, end)
		if !upper {
			break
		}
		if lower {
			again = end
		}
		end += n
	}
	if e := lowers(s, end); e > end {
		return e
	}
	if again < 0 {
		return 0
	}
	return lowers(s, again)
}

// upperWord matches upper+ lower*.
func upperWord(s string, i int) int {
	end := i
	for end < len(s) {
		upper, _, n := caseOf(s, end)
		if !upper {
			break
		}
		end += n
	}
	if end == i {
		return 0
	}
	return lowers(s, end)
}

func lowers(s string, i int) int {
	for i < len(s) {
		_, lower, n := caseOf(s, i)
		if !lower {
			break
		}
		i += n
	}
	return i
}
