package detect

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// view is a text as a reader sees it: without hidden characters, with the ASCII forms
// of wide letters, foreign digits, blanks and dashes. A card number does not escape by
// a zero-width space in its middle.
type view struct {
	text string
	from []int // byte offset in the original, for each byte of text; nil if they are the same
	to   []int // where the character at that byte ends in the original
}

func newView(s string) view {
	ascii := true
	for i := 0; i < len(s) && ascii; i++ {
		ascii = s[i] < utf8.RuneSelf
	}
	if ascii {
		return view{text: s}
	}
	var b strings.Builder
	v := view{from: make([]int, 0, len(s)), to: make([]int, 0, len(s))}
	for i, r := range s {
		width := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, width = utf8.DecodeRuneInString(s[i:])
		}
		if invisible(r) {
			continue
		}
		n := b.Len()
		if seen := seenAs(r); seen != r || r != utf8.RuneError {
			b.WriteRune(seen)
		} else {
			b.WriteString(s[i : i+width])
		}
		for range b.Len() - n {
			v.from, v.to = append(v.from, i), append(v.to, i+width)
		}
	}
	v.text = b.String()
	return v
}

// span returns the place in the original of the bytes [start, end) of the view.
func (v view) span(start, end int) (int, int) {
	if v.from == nil {
		return start, end
	}
	return v.from[start], v.to[end-1]
}

func seenAs(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return r
	case r >= 0xFF01 && r <= 0xFF5E: // full width
		return r - 0xFF01 + '!'
	case unicode.Is(unicode.Zs, r):
		return ' '
	case r >= 0x2010 && r <= 0x2015 || r == 0x2212 || r == 0xFE58 || r == 0xFE63:
		return '-'
	case r == 0x2024 || r == 0x3002 || r == 0xFF61:
		return '.'
	case unicode.IsDigit(r):
		zero := r
		for zero > r-9 && unicode.IsDigit(zero-1) {
			zero--
		}
		if r-zero <= 9 && unicode.IsDigit(zero+9) {
			return '0' + r - zero
		}
	}
	return r
}

// invisible reports whether a character is hidden wherever it stands.
func invisible(r rune) bool {
	return r >= 0xE0000 && r <= 0xE01EF || // tags, variation selectors
		r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || // direction
		r == 0x200B || r >= 0x2060 && r <= 0x2064 || r == 0xFEFF || r == 0x00AD || r == 0x034F || r == 0x180E ||
		r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0 || r >= 0xFFF9 && r <= 0xFFFB ||
		r == 0x200C || r == 0x200D || r == 0x200E || r == 0x200F || r == 0x061C || r >= 0xFE00 && r <= 0xFE0F
}

// hidden finds tag characters, direction overrides, zero-width characters and the
// like. What scripts and emoji need is left alone: joiners and direction marks after
// letters that are not Latin, one variation selector.
func hidden(text string) []Span {
	var out []Span
	prev := rune(0)
	for i, r := range text {
		bad := r >= 0x80 && invisible(r)
		switch {
		case r == 0xFEFF && i == 0: // the byte order mark
			bad = false
		case r == 0x200C || r == 0x200D || r == 0x200E || r == 0x200F || r == 0x061C:
			bad = prev < 0x0590 || unicode.Is(unicode.Latin, prev) || invisible(prev) && !(prev >= 0xFE00 && prev <= 0xFE0F)
		case r >= 0xFE00 && r <= 0xFE0F:
			bad = prev < 0x80 && !(prev >= '0' && prev <= '9' || prev == '#' || prev == '*') || invisible(prev)
		}
		if bad {
			end := i + len(string(r))
			if n := len(out); n > 0 && out[n-1].End == i {
				out[n-1].End = end
			} else {
				out = append(out, Span{Hidden, i, end})
			}
		}
		prev = r
	}
	return out
}
