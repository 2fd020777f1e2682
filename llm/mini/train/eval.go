package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/mini/train/corpus"
	"github.com/chaski-dev/chaski/llm/tensor"
	"github.com/chaski-dev/chaski/llm/tokenizer"
)

// skills are what is measured, each on conversations of its own.
var skills = []string{"one", "call", "parallel", "chain", "repair", "missing", "none", "support", "workflow", "rag"}

// maxAnswer bounds the tokens of one answer.
const maxAnswer = 200

// evaluate asks the model for every turn of held-out conversations, after the right
// history, greedily and without a grammar, and counts the exact ones. A conversation is
// solved if every turn in it is exact.
func evaluate(o options) (err error) {
	if o.n == 0 {
		o.n = 50
	}
	m, err := llama.Open(o.model, llama.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	if m.File == nil {
		return fmt.Errorf("%s: want a GGUF file, which holds the vocabulary too", o.model)
	}
	tok, err := tokenizer.FromGGUF(m.File)
	if err != nil {
		return err
	}
	cache, err := kv.NewPool(m.KVShape(), tensor.F32, 0, (m.Context+kv.DefaultPageTokens-1)/kv.DefaultPageTokens)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cache.Close()) }()
	pool := tensor.NewPool(0)
	defer pool.Close()
	runner, err := llama.NewRunner(m, pool, cache)
	if err != nil {
		return err
	}
	fmt.Println("| skill | conversations | solved | calls | exact calls | texts | exact texts |")
	fmt.Println("|---|---|---|---|---|---|---|")
	for _, skill := range skills {
		if o.skill != "" && skill != o.skill {
			continue
		}
		var t tally
		s := corpus.NewSource(o.seed, true)
		for range o.n {
			c := s.Single(skill)
			solved := true
			for _, turn := range c.Turns {
				got, err := complete(runner, cache, tok, &c, turn.At)
				if err != nil {
					return err
				}
				want := c.Messages[turn.At]
				right := same(got, want)
				t.add(len(want.Calls) > 0, right)
				solved = solved && right
				if !right && o.verbose {
					text, _ := corpus.Target(want)
					fmt.Printf("%s\n  want %s\n  got  %s\n", turn.Skill, text, got)
				}
			}
			t.conversations++
			if solved {
				t.solved++
			}
		}
		fmt.Printf("| %s | %d | %s | %d | %s | %d | %s |\n", skill, t.conversations, percent(t.solved, t.conversations),
			t.calls, percent(t.rightCalls, t.calls), t.texts, percent(t.rightTexts, t.texts))
	}
	return nil
}

type tally struct{ conversations, solved, calls, rightCalls, texts, rightTexts int }

func (t *tally) add(call, right bool) {
	n, r := &t.texts, &t.rightTexts
	if call {
		n, r = &t.calls, &t.rightCalls
	}
	*n++
	if right {
		*r++
	}
}

func percent(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of))
}

// complete generates the turn at a message of the conversation.
func complete(r *llama.Runner, cache *kv.Pool, tok *tokenizer.Tokenizer, c *corpus.Conversation, at int) (string, error) {
	pieces, err := c.Prompt(at)
	if err != nil {
		return "", err
	}
	ids, err := chat.Encode(tok, pieces)
	if err != nil {
		return "", err
	}
	var stop []int32
	for _, name := range []string{chat.EndTurn, chat.EndMessage, chat.EndOfText} {
		if id, ok := tok.Special(name); ok {
			stop = append(stop, id)
		}
	}
	table := cache.NewTable()
	defer table.Free()
	var out []int32
	for t, err := range engine.Complete(context.Background(), r, table, engine.Completion{Prompt: ids, Max: maxAnswer, Stop: stop}, nil) {
		if err != nil {
			return "", err
		}
		out = append(out, t.ID)
	}
	return tok.Decode(out)
}

// same says that a text is the message: the same words, or the same calls with the same
// arguments, whatever their order within a call.
func same(got string, want llm.Message) bool {
	if len(want.Calls) == 0 {
		return strings.TrimSpace(got) == want.Content
	}
	for i, c := range want.Calls {
		if i > 0 {
			var ok bool
			if got, ok = strings.CutPrefix(got, ";"); !ok {
				return false
			}
		}
		var call struct {
			Name       string         `json:"name"`
			Parameters map[string]any `json:"parameters"`
		}
		var args map[string]any
		d := json.NewDecoder(strings.NewReader(got))
		if d.Decode(&call) != nil || json.Unmarshal(c.Arguments, &args) != nil || call.Name != c.Name || !reflect.DeepEqual(call.Parameters, args) {
			return false
		}
		got = got[d.InputOffset():]
	}
	return strings.TrimSpace(got) == ""
}
