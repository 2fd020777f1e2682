package read

import (
	"errors"
	"io"

	"github.com/ledongthuc/pdf"
)

// errOpen is the error of a stream that ends within a string.
var errOpen = errors.New("PDF: a stream ends within a string of hexadecimal digits")

// hexes looks for a string of hexadecimal digits that the stream does not end: the library
// waits for its end without end. It reads what PDF's grammar says of strings and comments
// (ISO 32000-1, §7.2 and §7.3.4) and nothing else.
type hexes struct {
	open    bool // within such a string
	angle   bool // after a < that may be the first of two
	comment bool
	depth   int  // of parentheses of a string of characters
	escape  bool // after its backslash
}

// Write implements io.Writer.
func (h *hexes) Write(p []byte) (int, error) {
	for _, c := range p {
		switch {
		case h.depth > 0:
			switch {
			case h.escape:
				h.escape = false
			case c == '\\':
				h.escape = true
			case c == '(':
				h.depth++
			case c == ')':
				h.depth--
			}
		case h.comment:
			h.comment = c != '\n' && c != '\r'
		case h.angle && c == '<':
			h.angle, h.open = false, false
		case h.open:
			h.angle = false
			h.open = c != '>'
		default:
			h.open = c == '<'
			h.angle = h.open
			h.comment = c == '%'
			if c == '(' {
				h.depth = 1
			}
		}
	}
	return len(p), nil
}

// unclosed reports whether a stream, or several that are read as one, end within a string.
func unclosed(v pdf.Value) bool {
	var h hexes
	read := func(v pdf.Value) {
		if v.Kind() == pdf.Stream {
			r := v.Reader()
			_, _ = io.Copy(&h, io.LimitReader(r, maxStream)) // what cannot be read is found again
			_ = r.Close()
		}
	}
	if v.Kind() == pdf.Array {
		for i := range v.Len() {
			read(v.Index(i))
		}
	} else {
		read(v)
	}
	return h.open
}
