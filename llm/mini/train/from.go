package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/mini/train/bpe"
	"github.com/chaski-dev/chaski/llm/mini/train/corpus"
	"github.com/chaski-dev/chaski/llm/tokenizer"
)

// record is a line of a file of conversations: messages and the tools that are declared,
// or a text.
type record struct {
	Text     string         `json:"text"`
	Tools    []llm.ToolSpec `json:"tools"`
	Messages []llm.Message  `json:"messages"`
	All      bool           `json:"all"`     // the user's words are learned, too, where people are meant to be understood
	Answers  []string       `json:"answers"` // one of them is to stand in the last message (eval)
	Source   string         `json:"source"`  // and this, too
}

// records reads a file of JSON lines.
func records(path string, each func(record) error) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r := bufio.NewReaderSize(f, 1<<20)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if len(line) > 1 {
			var rec record
			if err := json.Unmarshal(line, &rec); err != nil {
				return fmt.Errorf("%s:%d: %w", path, n, err)
			}
			if err := each(rec); err != nil {
				return fmt.Errorf("%s:%d: %w", path, n, err)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// conversation is the record as one of the corpus: its assistant's messages are turns.
func (r record) conversation() corpus.Conversation {
	c := corpus.Conversation{Tools: r.Tools, Messages: r.Messages}
	calls := 0
	var open []string
	for i := range c.Messages {
		m := &c.Messages[i]
		m.Content = strings.TrimSpace(m.Content) // as it is rendered
		switch m.Role {
		case llm.RoleAssistant:
			open = nil
			for k := range m.Calls {
				calls++
				m.Calls[k].ID = fmt.Sprintf("c%d", calls)
				open = append(open, m.Calls[k].ID)
			}
			c.Turns = append(c.Turns, corpus.Turn{At: i, Skill: "real"})
		case llm.RoleTool:
			if len(open) > 0 {
				m.CallID, open = open[0], open[1:]
			}
		}
	}
	return c
}

// documents tokenises a record: a text in parts that fit a row, or a conversation.
func (r record) documents(tok *tokenizer.Tokenizer, row int, all bool) ([]document, error) {
	if r.Text == "" {
		c := r.conversation()
		samples, err := c.Samples()
		if err != nil {
			return nil, err
		}
		return tokens(tok, samples, all || r.All)
	}
	begin, _ := tok.Special(chat.BeginOfText)
	end, _ := tok.Special(chat.EndOfText)
	var docs []document
	for ids := tok.Encode(nil, r.Text); len(ids) > 0; {
		n := min(len(ids), row-2)
		d := document{uint16(begin)}
		for _, id := range ids[:n] {
			d = append(d, uint16(id)|learn)
		}
		if ids = ids[n:]; len(ids) == 0 {
			d = append(d, uint16(end)|learn)
		}
		docs = append(docs, d)
	}
	return docs, nil
}

// packFrom writes rows of the conversations and texts of files, in an order of the seed.
// FILE*2 takes each twice, FILE*0.5 every second one. A record that can't be rendered is
// left out and counted.
func packFrom(o options) (err error) {
	_, tok, err := readVocab(o.dir)
	if err != nil {
		return err
	}
	var docs []document
	bad := 0
	random := rand.New(rand.NewPCG(o.seed, 7))
	for _, part := range strings.Split(o.from, ",") {
		path, weight, err := weighted(part)
		if err != nil {
			return err
		}
		before := len(docs)
		err = records(path, func(r record) error {
			for w := weight; w > 0; w-- {
				if w < 1 && random.Float64() > w {
					break
				}
				list, err := r.documents(tok, o.row, o.all)
				if err != nil {
					bad++
					break
				}
				docs = append(docs, list...)
			}
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d documents\n", path, len(docs)-before)
	}
	if bad > 0 {
		fmt.Printf("%d records could not be rendered\n", bad)
	}
	random.Shuffle(len(docs), func(i, j int) { docs[i], docs[j] = docs[j], docs[i] })
	w, err := createRows(filepath.Join(o.dir, o.data), o.row, tok)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	for len(docs) > 0 || len(w.open) > 0 {
		n := min(choice-min(len(w.open), choice), len(docs))
		w.add(docs[:n]...)
		docs = docs[n:]
		if len(w.open) == 0 {
			continue // they had nothing to learn
		}
		if err := w.fill(); err != nil {
			return err
		}
	}
	return nil
}

// weighted reads FILE or FILE*WEIGHT.
func weighted(part string) (path string, weight float64, err error) {
	path, weight = part, 1
	if at := strings.LastIndex(part, "*"); at > 0 {
		path = part[:at]
		if weight, err = strconv.ParseFloat(part[at+1:], 64); err != nil {
			return "", 0, fmt.Errorf("%q: want FILE or FILE*WEIGHT", part)
		}
	}
	return path, weight, nil
}

// countFrom counts the words of files of conversations and texts.
func countFrom(counts map[string]int, from string) error {
	if from == "" {
		return nil
	}
	for _, path := range strings.Split(from, ",") {
		path, _, err := weighted(path)
		if err != nil {
			return err
		}
		err = records(path, func(r record) error {
			bpe.Count(counts, r.Text)
			for _, m := range r.Messages {
				bpe.Count(counts, m.Content)
				bpe.Count(counts, string(m.Value))
				for _, c := range m.Calls {
					bpe.Count(counts, string(c.Arguments))
				}
			}
			for _, t := range r.Tools {
				bpe.Count(counts, t.Name+" "+t.Description)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// evaluateFrom measures the turns of files of conversations, each after the right history.
// A record's last text is right if it holds one of its answers, and its source, where it
// names any.
func (m *evalModel) evaluateFrom(o options) error {
	for _, path := range strings.Split(o.from, ",") {
		var t tally
		n := 0
		err := records(path, func(r record) error {
			if n++; o.n > 0 && n > o.n {
				return nil
			}
			c, solved := r.conversation(), true
			for _, turn := range c.Turns {
				want := c.Messages[turn.At]
				got, err := m.constrained(&c, turn.At, llm.Sampling{Beams: o.beams})
				if err != nil {
					return err
				}
				right := same(got, want)
				if turn.At == len(c.Messages)-1 && len(r.Answers) > 0 {
					right = strings.Contains(got.Content, r.Source) && slices.ContainsFunc(r.Answers, func(a string) bool {
						return strings.Contains(strings.ToLower(got.Content), strings.ToLower(a))
					})
				}
				t.turn(len(want.Calls) > 0, right, faithful(got, c.Messages[:turn.At]))
				solved = solved && right
				if !right && o.verbose {
					text, _ := corpus.Target(want)
					fmt.Printf("  said %s\n  want %s\n  got  %s\n", said(c.Messages[:turn.At]), text, written(got))
				}
			}
			t.conversations++
			if solved {
				t.solved++
			}
			return nil
		})
		if err != nil {
			return err
		}
		t.print(filepath.Base(path))
	}
	return nil
}
