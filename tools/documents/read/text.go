package read

import (
	"bytes"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/text/encoding/charmap"
	encoding "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

// errBinary is a text that is none.
var errBinary = errors.New("it holds zero bytes, so it is no text")

// decoded returns bytes as text: UTF-8, UTF-16 with its mark or plainly so, or else
// Windows-1252, which has a character for nearly every byte.
func decoded(data []byte) (string, error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xEF, 0xBB, 0xBF}):
		data = data[3:]
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		out, err := encoding.UTF16(encoding.BigEndian, encoding.ExpectBOM).NewDecoder().Bytes(data)
		return textOf(out), err
	}
	if bytes.IndexByte(data, 0) >= 0 {
		order, ok := wide(data)
		if !ok {
			return "", errBinary
		}
		out, err := encoding.UTF16(order, encoding.IgnoreBOM).NewDecoder().Bytes(data)
		return textOf(out), err
	}
	if utf8.Valid(data) {
		return textOf(data), nil
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(data)
	return textOf(out), err
}

// textOf is bytes as a string without a copy: a file's are never written again.
func textOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// wide tells UTF-16 without its mark, of a text in Latin letters: of most characters one
// byte is zero, always the same one.
func wide(data []byte) (order encoding.Endianness, ok bool) {
	if len(data) < 8 || len(data)%2 != 0 {
		return order, false
	}
	head := data[:min(len(data), 4096)]
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	half := len(head) / 2
	switch {
	case zeros[1] > half*3/4 && zeros[0] == 0:
		return encoding.LittleEndian, true
	case zeros[0] > half*3/4 && zeros[1] == 0:
		return encoding.BigEndian, true
	}
	return order, false
}

// invisible reports whether a reader of the text would not see a character: marks of
// direction, zero widths, tags, soft hyphens, controls. Joiners stay, for Hindi's sake.
func invisible(r rune) bool {
	switch {
	case r == '\n' || r == '\t' || r == '\u200c' || r == '\u200d':
		return false
	case r < ' ' || r >= 0x7F && r < 0xA0:
		return true
	}
	return unicode.Is(unicode.Cf, r) || r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF
}

// ligatures are of typesetters: no one who searches writes them.
var ligatures = strings.NewReplacer("\uFB00", "ff", "\uFB01", "fi", "\uFB02", "fl", "\uFB03", "ffi", "\uFB04", "ffl", "\uFB05", "st", "\uFB06", "st")

// visible is a text as a reader sees it, in one normal form; without lines white space is
// one blank.
func visible(s string, lines bool) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.ContainsFunc(s, invisible) {
		s = strings.Map(func(r rune) rune {
			if r == '\r' || r == '\f' || r == '\v' {
				return '\n'
			}
			if invisible(r) {
				return -1
			}
			return r
		}, s)
	}
	s = ligatures.Replace(norm.NFC.String(s))
	if lines {
		return strings.Trim(strings.TrimRight(s, " \t\n"), "\n")
	}
	return strings.Join(strings.Fields(s), " ")
}

// cut parts a text at a blank before at most n bytes, or where a character ends.
func cut(s string, n int) (head, tail string) {
	if len(s) <= n {
		return s, ""
	}
	at := strings.LastIndexAny(s[:n], " \n")
	if at < n/2 {
		for at = n; at > n-utf8.UTFMax && !utf8.RuneStart(s[at]); at-- {
		}
	}
	return s[:at], strings.TrimLeft(s[at:], " \n")
}

// plain reads paragraphs, which blank lines part.
func plain(in *input) error {
	s, err := decoded(in.data)
	if err != nil {
		return err
	}
	return paragraphs(in, s, 0)
}

// paragraphs gives the paragraphs of a text on a page.
func paragraphs(in *input, s string, page int) error {
	for s != "" {
		var p string
		if p, s = paragraph(s); strings.TrimSpace(p) == "" {
			continue
		}
		if err := in.emit(Block{Text: p, Page: page, Lines: listed(p)}); err != nil {
			return err
		}
	}
	return nil
}

// paragraph parts a text at its first empty line.
func paragraph(s string) (p, rest string) {
	for at := 0; ; {
		end := strings.IndexByte(s[at:], '\n')
		if end < 0 {
			return s, ""
		}
		at += end + 1
		if next := strings.TrimPrefix(s[at:], "\r"); strings.HasPrefix(next, "\n") {
			return s[:at-1], next[1:]
		}
	}
}

// listed reports whether the lines of a paragraph stand for themselves: most are short, or
// begin as items of a list do.
func listed(p string) bool {
	lines, short := 0, 0
	for line := range strings.SplitSeq(p, "\n") {
		lines++
		line = strings.TrimSpace(line)
		if utf8.RuneCountInString(line) < 50 || strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* ") || strings.HasPrefix(line, "|") {
			short++
		}
	}
	return lines > 1 && short*3 > lines*2
}

// source reads code: blocks begin at lines that are not indented, after a blank one.
func source(in *input) error {
	s, err := decoded(in.data)
	if err != nil {
		return err
	}
	from, to := 0, 0 // of what is no block yet
	blank := false
	flush := func() error {
		t := s[from:to]
		from = to
		if strings.TrimSpace(t) == "" {
			return nil
		}
		return in.emit(Block{Text: t, Lines: true})
	}
	for line := range strings.Lines(s) {
		trimmed := strings.TrimSpace(line)
		top := trimmed != "" && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") && !strings.ContainsAny(trimmed[:1], "})]")
		if blank && top || to-from > maxBlock {
			if err := flush(); err != nil {
				return err
			}
		}
		to += len(line)
		blank = trimmed == ""
	}
	return flush()
}
