package chat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// value is a JSON value that keeps the order of its keys and the text of its
// integers, because prompts show both.
type value struct {
	kind  byte // one of '{' '[' '"' '0' 't' 'f' 'n'
	text  string
	raw   string   // of a number: as it was written
	keys  []string // of an object, in order
	items []value  // members of an object, or of an array
}

// maxDepth bounds the nesting of JSON that is read: beyond it, schemas and results
// are refused rather than walked by recursion.
const maxDepth = 512

var errDepth = fmt.Errorf("JSON is nested deeper than %d", maxDepth)

// parseValue reads one JSON value. Of a repeated key the last value counts, at the
// place of the first.
func parseValue(data []byte) (value, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	v, err := readValue(dec, 0)
	if err != nil {
		return value{}, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return value{}, errors.New("more than one JSON value")
	}
	return v, nil
}

func readValue(dec *json.Decoder, depth int) (value, error) {
	if depth > maxDepth {
		return value{}, errDepth
	}
	tok, err := dec.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return value{}, err
	}
	switch tok := tok.(type) {
	case json.Delim:
		v := value{kind: byte(tok)}
		index := map[string]int{}
		for dec.More() {
			key := ""
			if tok == '{' {
				k, err := dec.Token()
				if err != nil {
					return value{}, err
				}
				key = k.(string)
			}
			item, err := readValue(dec, depth+1)
			if err != nil {
				return value{}, err
			}
			if tok == '{' {
				if at, ok := index[key]; ok {
					v.items[at] = item
					continue
				}
				index[key] = len(v.keys)
				v.keys = append(v.keys, key)
			}
			v.items = append(v.items, item)
		}
		_, err := dec.Token()
		return v, err
	case string:
		return value{kind: '"', text: tok}, nil
	case json.Number:
		return value{kind: '0', text: pythonNumber(tok.String()), raw: tok.String()}, nil
	case bool:
		if tok {
			return value{kind: 't', text: "true"}, nil
		}
		return value{kind: 'f', text: "false"}, nil
	}
	return value{kind: 'n', text: "null"}, nil
}

// get returns the member of that name.
func (v value) get(key string) (value, bool) {
	if v.kind == '{' {
		if i := slices.Index(v.keys, key); i >= 0 {
			return v.items[i], true
		}
	}
	return value{}, false
}

// pythonNumber spells a JSON number as Python's json module does after reading it:
// integers digit by digit, others as the shortest decimal of their float64.
func pythonNumber(s string) string {
	if !strings.ContainsAny(s, ".eE") {
		if s == "-0" {
			return "0"
		}
		return s
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && math.IsInf(f, 0) {
		if f > 0 {
			return "Infinity"
		}
		return "-Infinity"
	}
	exp := 0
	if f != 0 {
		mant := strconv.FormatFloat(f, 'e', -1, 64)
		exp, _ = strconv.Atoi(mant[strings.IndexByte(mant, 'e')+1:])
	}
	if exp < -4 || exp >= 16 {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	out := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(out, ".") {
		out += ".0"
	}
	return out
}

// appendJSON appends v with ", " and ": " between parts, non-ASCII characters as
// they are. With indent > 0 each member stands on a line of its own.
func appendJSON(b []byte, v value, indent, level int) []byte {
	open, end := v.kind, byte(']')
	if v.kind == '{' {
		end = '}'
	}
	newline := func(b []byte, level int) []byte {
		b = append(b, '\n')
		for range indent * level {
			b = append(b, ' ')
		}
		return b
	}
	switch v.kind {
	case '{', '[':
		b = append(b, open)
		for i, item := range v.items {
			if i > 0 {
				b = append(b, ',')
				if indent == 0 {
					b = append(b, ' ')
				}
			}
			if indent > 0 {
				b = newline(b, level+1)
			}
			if open == '{' {
				b = appendString(b, v.keys[i])
				b = append(b, ": "...)
			}
			b = appendJSON(b, item, indent, level+1)
		}
		if indent > 0 && len(v.items) > 0 {
			b = newline(b, level)
		}
		return append(b, end)
	case '"':
		return appendString(b, v.text)
	}
	return append(b, v.text...)
}

// appendString appends s as a JSON string, escaping only what JSON demands.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += size
			continue
		}
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\b':
			b = append(b, `\b`...)
		case c == '\f':
			b = append(b, `\f`...)
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
		i++
	}
	return append(b, '"')
}
