package read

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxRow bounds the lines of a table, in bytes: what has longer ones is none.
const maxRow = 1 << 20

// table reads rows, each cell named by its column: the first row says the names.
func table(in *input, comma rune) error {
	s, err := decoded(in.data)
	if err != nil {
		return err
	}
	for line := range strings.Lines(s) {
		if len(line) > maxRow {
			return paragraphs(in, s, 0)
		}
	}
	r := csv.NewReader(strings.NewReader(s))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = comma, true, -1, true
	if comma == ',' {
		head, _, _ := strings.Cut(s, "\n")
		if strings.Count(head, ";") > strings.Count(head, ",") {
			r.Comma = ';'
		}
	}
	var names []string
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		if names == nil {
			names = append([]string{}, row...)
			continue
		}
		if line := named(names, row); line != "" {
			if err := in.emit(Block{Text: line, Lines: true}); err != nil {
				return err
			}
		}
	}
}

// records reads JSON lines: each becomes the names and values of its members. A line that
// is no JSON is read as it is.
func records(in *input) error {
	s, err := decoded(in.data)
	if err != nil {
		return err
	}
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		text := line
		if len(line) <= maxBlock {
			dec := json.NewDecoder(bytes.NewReader([]byte(line)))
			dec.UseNumber()
			var b strings.Builder
			if members(dec, &b) == nil && !dec.More() {
				text = strings.TrimSuffix(b.String(), "; ")
			}
		}
		if err := in.emit(Block{Text: text, Lines: true}); err != nil {
			return err
		}
	}
	return nil
}

// members writes the scalars of a JSON value in order, each with the names that lead to it.
func members(dec *json.Decoder, b *strings.Builder) error {
	type level struct {
		object bool
		key    bool // the next string is a name
		name   string
	}
	var stack []level
	say := func(v any) {
		var names []string
		for _, l := range stack {
			if l.object {
				names = append(names, l.name)
			}
		}
		if len(names) > 0 {
			b.WriteString(strings.Join(names, ".") + ": ")
		}
		fmt.Fprintf(b, "%v; ", v)
	}
	ended := func() {
		if n := len(stack); n > 0 && stack[n-1].object {
			stack[n-1].key = true
		}
	}
	for {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case json.Delim:
			switch t {
			case '{', '[':
				if len(stack) >= 32 {
					return errors.New("nested too deep")
				}
				stack = append(stack, level{object: t == '{', key: t == '{'})
				continue
			default:
				stack = stack[:len(stack)-1]
				ended()
			}
		default:
			n := len(stack)
			if n > 0 && stack[n-1].object && stack[n-1].key {
				stack[n-1].name, stack[n-1].key = fmt.Sprint(t), false
				continue
			}
			if t != nil {
				say(t)
			}
			ended()
		}
		if len(stack) == 0 {
			return nil
		}
	}
}
