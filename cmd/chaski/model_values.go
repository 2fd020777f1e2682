package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
)

// maxValue bounds one JSON value of standard input in bytes.
const maxValue = 64 << 20

// jsonValues reads JSON values, which may go over several lines. One that is wrong comes
// with its error, and those on the lines after it are read.
func jsonValues(r io.Reader) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		var rest []byte
		for lines := bufio.NewReader(r); ; {
			line, readErr := lines.ReadBytes('\n')
			joined := len(rest) > 0
			rest = append(rest, line...)
			values, left, err := split(rest)
			if joined && err != nil && len(values) == 0 { // what the lines before began never ended
				if !yield(nil, io.ErrUnexpectedEOF) {
					return
				}
				values, left, err = split(line)
			}
			for _, v := range values {
				if !yield(v, nil) {
					return
				}
			}
			if err == nil && len(left) > maxValue {
				left, err = nil, errors.New("a value of more than 64 MiB")
			}
			if err != nil && !yield(nil, err) {
				return
			}
			rest = append([]byte{}, left...)
			if readErr != nil {
				switch {
				case !errors.Is(readErr, io.EOF):
					yield(nil, readErr)
				case len(bytes.TrimSpace(rest)) > 0:
					yield(nil, io.ErrUnexpectedEOF)
				}
				return
			}
		}
	}
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
