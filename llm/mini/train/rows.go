package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/chaski-dev/chaski/llm/tokenizer"
)

// document is a tokenised sample; a token to be learned has its high bit set.
type document []uint16

const learn = 1 << 15

// rows writes documents into rows of tokens: little-endian uint16, the high bit on tokens
// to be learned. Documents never cross rows: what is longer than a row is cut, and a
// row's rest is padding.
type rows struct {
	file                     *os.File
	w                        *bufio.Writer
	row                      int
	pad                      uint16
	open                     []document // in no row yet
	n, learned, padded, cuts int
}

// padding fills what no document does.
const padding = "<|finetune_right_pad_id|>"

// choice is how many documents are at hand where a row is filled.
const choice = 48

func createRows(path string, row int, tok *tokenizer.Tokenizer) (*rows, error) {
	pad, ok := tok.Special(padding)
	if !ok {
		return nil, fmt.Errorf("the vocabulary has no %s", padding)
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &rows{file: f, w: bufio.NewWriterSize(f, 1<<20), row: row, pad: uint16(pad)}, nil
}

// ready says that there are documents enough to fill a row well.
func (r *rows) ready() bool { return len(r.open) >= choice }

// add takes documents. What has nothing to learn in a row is left out.
func (r *rows) add(docs ...document) {
	for _, d := range docs {
		if len(d) > r.row {
			r.cuts++
			d = d[:r.row]
		}
		if slices.ContainsFunc(d, func(t uint16) bool { return t&learn != 0 }) {
			r.open = append(r.open, d)
		}
	}
}

// fill writes a row: the document that waits longest, then the longest that fit.
func (r *rows) fill() error {
	row := make(document, 0, r.row)
	for {
		best := -1
		for i, d := range r.open {
			if len(row)+len(d) <= r.row && (best < 0 || len(d) > len(r.open[best]) && len(row) > 0) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		row = append(row, r.open[best]...)
		r.open = slices.Delete(r.open, best, best+1)
	}
	r.padded += r.row - len(row)
	for len(row) < r.row {
		row = append(row, r.pad)
	}
	for _, t := range row {
		if t&learn != 0 {
			r.learned++
		}
	}
	r.n += len(row)
	return binary.Write(r.w, binary.LittleEndian, []uint16(row))
}

// close ends the file and says what it holds.
func (r *rows) close() error {
	if r.n > 0 {
		part := func(n int) float64 { return 100 * float64(n) / float64(r.n) }
		fmt.Printf("%d tokens in rows of %d, %.1f%% learned, %.1f%% padding, %d documents cut\n", r.n, r.row, part(r.learned), part(r.padded), r.cuts)
	}
	return errors.Join(r.w.Flush(), r.file.Close())
}
