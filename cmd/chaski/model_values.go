package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// maxValue bounds one JSON value of standard input in bytes.
const maxValue = 64 << 20

// jsonValue is one value of the input, and the line that it begins on.
type jsonValue struct {
	raw  json.RawMessage
	line int
}

// errUnended is a value whose end is not found.
var errUnended = errors.New("no JSON: the value that begins here does not end")

// jsonValues reads JSON values, which may go over several lines. One that is wrong comes
// with its line and its error, and those on the lines after it are read.
func jsonValues(r io.Reader) iter.Seq2[jsonValue, error] {
	return func(yield func(jsonValue, error) bool) {
		var rest []byte
		start := 1 // the line of rest
		next := 0  // the length at which a long rest is looked at again
		lines := bufio.NewReader(r)
		for n := 1; ; n++ {
			line, readErr := lines.ReadBytes('\n')
			joined := len(rest) > 0
			if !joined {
				start = n
			}
			before := len(rest)
			rest = append(rest, line...)
			if within(line) && len(rest) < next && readErr == nil { // of a long value: not read anew by each line
				continue
			}
			values, left, err := split(rest)
			if joined && err != nil && len(values) == 0 { // what the lines before began never ended
				if !unended(rest[:before], start, yield) {
					return
				}
				start, before = n, 0
				values, left, err = split(line)
			}
			for _, raw := range values {
				if !yield(jsonValue{raw, start}, nil) {
					return
				}
				start = n // only the first may have begun before
			}
			if err == nil && len(left) > maxValue {
				left, err = nil, errors.New("a value of more than 64 MiB")
			}
			if err != nil && !yield(jsonValue{line: start}, noJSON(err, before)) {
				return
			}
			rest = append([]byte{}, left...)
			if next = 0; len(rest) > longValue {
				next = min(2*len(rest), maxValue)
			}
			if readErr != nil {
				switch {
				case !errors.Is(readErr, io.EOF):
					yield(jsonValue{line: n}, readErr)
				case len(bytes.TrimSpace(rest)) > 0:
					unended(rest, start, yield)
				}
				return
			}
		}
	}
}

// longValue is from where on a value of many lines is read anew only where it may end.
const longValue = 4 << 10

// within says of a line that a value which is written with indents does not end on it.
func within(line []byte) bool { return len(line) > 0 && (line[0] == ' ' || line[0] == '\t') }

// unended gives the error of a value that does not end, and of the lines after its first
// those that are values by themselves: the first was cut short. What is indented is a part of it.
func unended(text []byte, line int, yield func(jsonValue, error) bool) bool {
	if !yield(jsonValue{line: line}, errUnended) {
		return false
	}
	for i, l := range bytes.Split(text, []byte("\n")) {
		if i == 0 || len(l) == 0 || l[0] != '{' && l[0] != '[' || !json.Valid(l) {
			continue
		}
		if !yield(jsonValue{l, line + i}, nil) {
			return false
		}
	}
	return true
}

// noJSON says where on its line a value is wrong; before is how much was read before that line.
func noJSON(err error, before int) error {
	var at *json.SyntaxError
	if errors.As(err, &at) && at.Offset > int64(before) {
		return fmt.Errorf("no JSON at byte %d: %w", at.Offset-int64(before), err)
	}
	return err
}

// split takes the complete values at the beginning of data; left may become one with
// more lines. With an error the rest is none, and is dropped.
func split(data []byte) (values []json.RawMessage, left []byte, err error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	for {
		at := dec.InputOffset()
		var raw json.RawMessage
		switch err := dec.Decode(&raw); {
		case errors.Is(err, io.EOF):
			return values, nil, nil
		case errors.Is(err, io.ErrUnexpectedEOF):
			return values, data[at:], nil
		case err != nil:
			return values, nil, err
		}
		values = append(values, raw)
	}
}
