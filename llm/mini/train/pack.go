package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	if err := countFrom(counts, o.from); err != nil {
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

// pack writes rows of the generator's conversations, or of those of files.
func pack(o options) (err error) {
	if o.from != "" {
		return packFrom(o)
	}
	if o.n == 0 {
		o.n = 4000
	}
	v, tok, err := readVocab(o.dir)
	if err != nil {
		return err
	}
	s := corpus.NewSource(o.seed, false)
	s.Examples = o.examples
	s.Pieces = pieces(v)
	w, err := createRows(filepath.Join(o.dir, o.data), o.row, tok)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	for n := o.n * 1000 / o.row; n > 0; n-- {
		for !w.ready() {
			docs, err := documents(s, tok, o)
			if err != nil {
				return err
			}
			w.add(docs...)
		}
		if err := w.fill(); err != nil {
			return err
		}
	}
	return nil
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
	return tokens(tok, samples, false)
}

// tokens tokenises the samples of a conversation. With all, what users say is learned, too.
func tokens(tok *tokenizer.Tokenizer, samples []corpus.Sample, all bool) ([]document, error) {
	var docs []document
	for _, sample := range samples {
		var d document
		role := ""
		for i, p := range sample.Pieces {
			ids, err := chat.Encode(tok, []chat.Piece{p})
			if err != nil {
				return nil, err
			}
			header := i > 0 && sample.Pieces[i-1].Special == chat.StartHeader
			if header {
				role = p.Text
			}
			learned := sample.Learn[i] || all && role == "user" && p.Text != "" && !header
			for _, id := range ids {
				t := uint16(id)
				if learned {
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
