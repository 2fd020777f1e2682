package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/mini/train/bpe"
	"github.com/chaski-dev/chaski/llm/mini/train/corpus"
	"github.com/chaski-dev/chaski/llm/tokenizer"
)

// vocab learns the vocabulary and writes vocab.json.
func vocab(o options) error {
	if o.n == 0 {
		o.n = 6000
	}
	s := corpus.NewSource(o.seed, false)
	counts := map[string]int{}
	if err := countText(counts, o.text); err != nil {
		return err
	}
	for range o.n {
		c := s.Conversation(1 + s.IntN(3))
		samples, err := c.Samples()
		if err != nil {
			return err
		}
		for _, sample := range samples {
			for _, p := range sample.Pieces {
				bpe.Count(counts, p.Text)
			}
		}
	}
	v, err := bpe.Train(counts, o.size)
	if err != nil {
		return err
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.dir, "vocab.json"), b, 0o644)
}

// textWeight is how often a word of a text counts against one of a conversation: the
// conversations are long, the texts short.
const textWeight = 20

// countText adds the words of the Markdown files under a folder, so that the vocabulary
// has pieces of more English words than the conversations use.
func countText(counts map[string]int, dir string) error {
	if dir == "" {
		return nil
	}
	once := map[string]int{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".md" {
			return err
		}
		b, err := os.ReadFile(path)
		bpe.Count(once, string(b))
		return err
	})
	for w, n := range once {
		counts[w] += n * textWeight
	}
	return err
}

func readVocab(dir string) (bpe.Vocabulary, *tokenizer.Tokenizer, error) {
	var v bpe.Vocabulary
	b, err := os.ReadFile(filepath.Join(dir, "vocab.json"))
	if err != nil {
		return v, nil, err
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return v, nil, fmt.Errorf("vocab.json: %w", err)
	}
	t, err := v.Tokenizer()
	return v, t, err
}

// document is a tokenised sample; a token to be learned has its high bit set.
type document []uint16

const learn = 1 << 15

// pack writes rows of tokens: data.bin, little-endian uint16, the high bit on tokens
// to be learned. Documents never cross rows: what is longer than a row is cut, and a
// row's rest is padding.
func pack(o options) (err error) {
	if o.n == 0 {
		o.n = 4000
	}
	v, tok, err := readVocab(o.dir)
	if err != nil {
		return err
	}
	pad, _ := tok.Special("<|finetune_right_pad_id|>")
	f, err := os.Create(filepath.Join(o.dir, o.data))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	s := corpus.NewSource(o.seed, false)
	s.Examples = o.examples
	s.Pieces = pieces(v)
	var open []document
	written, learned, padded, cut := 0, 0, 0, 0
	for rows := o.n * 1000 / o.row; rows > 0; rows-- {
		for len(open) < 48 {
			docs, err := documents(s, tok, o)
			if err != nil {
				return err
			}
			for _, d := range docs {
				if len(d) > o.row {
					cut++
					d = d[:o.row]
				}
				if slices.ContainsFunc(d, func(t uint16) bool { return t&learn != 0 }) {
					open = append(open, d)
				}
			}
		}
		row := make(document, 0, o.row)
		for {
			best := -1
			for i, d := range open {
				if len(row)+len(d) <= o.row && (best < 0 || len(d) > len(open[best]) && len(row) > 0) {
					best = i
				}
			}
			if best < 0 {
				break
			}
			row = append(row, open[best]...)
			open = append(open[:best], open[best+1:]...)
		}
		for len(row) < o.row {
			row = append(row, uint16(pad))
			padded++
		}
		for _, t := range row {
			if t&learn != 0 {
				learned++
			}
		}
		if err := binary.Write(w, binary.LittleEndian, []uint16(row)); err != nil {
			return err
		}
		written += len(row)
	}
	fmt.Printf("%d tokens in rows of %d, %.1f%% learned, %.1f%% padding, %d documents cut\n", written, o.row,
		100*float64(learned)/float64(written), 100*float64(padded)/float64(written), cut)
	return w.Flush()
}

// pieces returns the tokens of lower-case letters, without single letters.
func pieces(v bpe.Vocabulary) []string {
	var list []string
	for _, t := range v.Tokens[:v.Text] {
		if len(t) > 1 && strings.Trim(t, "abcdefghijklmnopqrstuvwxyz") == "" {
			list = append(list, t)
		}
	}
	return list
}

func documents(s *corpus.Source, tok *tokenizer.Tokenizer, o options) ([]document, error) {
	var c corpus.Conversation
	if s.Float64() < o.drill {
		c = s.Drill()
	} else {
		brief := s.Float64() < o.brief
		exchanges := 1 + s.IntN(o.exchanges)
		if brief {
			exchanges += s.IntN(3)
		}
		c = s.Conversation(exchanges)
		c.Brief = brief
	}
	samples, err := c.Samples()
	if err != nil {
		return nil, err
	}
	var docs []document
	for _, sample := range samples {
		var d document
		for i, p := range sample.Pieces {
			ids, err := chat.Encode(tok, []chat.Piece{p})
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				t := uint16(id)
				if sample.Learn[i] {
					t |= learn
				}
				d = append(d, t)
			}
		}
		docs = append(docs, d)
	}
	return docs, nil
}

// show prints a few conversations as the model reads them.
func show(o options) error {
	_, tok, err := readVocab(o.dir)
	if err != nil {
		tok = nil
	}
	s := corpus.NewSource(o.seed, o.held)
	for range max(o.n, 1) {
		c := s.Conversation(2)
		c.Brief = s.Float64() < o.brief
		if o.skill != "" {
			c = s.Single(o.skill)
		}
		samples, err := c.Samples()
		if err != nil {
			return err
		}
		for _, sample := range samples {
			if tok != nil && o.verbose {
				for _, p := range sample.Pieces {
					ids, _ := chat.Encode(tok, []chat.Piece{p})
					for _, id := range ids {
						t, _ := tok.Decode([]int32{id})
						fmt.Print(t, "|")
					}
				}
			}
			fmt.Println(chat.Join(sample.Pieces))
			fmt.Println("=====")
		}
	}
	return nil
}
