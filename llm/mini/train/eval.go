package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/expert"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/mini/train/corpus"
	"github.com/chaski-dev/chaski/llm/tokenizer"
)

// skills are what is measured, each on conversations of its own. The first six call
// tools that no training conversation has.
var skills = []string{"one", "call", "parallel", "chain", "repair", "missing", "none", "support", "workflow", "rag", "customer", "clerk", "reader"}

const unseen = 6 // of skills

// maxAnswer bounds the tokens of one answer.
const maxAnswer = 200

// evaluate asks the model for every turn of held-out conversations, after the right
// history and greedily, under the grammar of the tools or, with o.free, without it. A
// conversation is solved if every turn in it is exact: the same calls with the same
// arguments, the same words.
//
// With o.people it measures a half of the sets that no generator made, with o.from it measures the
// conversations of these files.
func evaluate(o options) (err error) {
	if o.n == 0 && o.from == "" && o.people == "" {
		o.n = 50
	}
	m, err := openEval(o.model)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	if o.people != "" {
		c, firsts, err := m.people(o, llm.ToolChoice{MinCallProb: o.call, MinConfidence: o.sure})
		if err != nil {
			return err
		}
		c.print()
		reliability(ofCalls(firsts))
		return nil
	}
	fmt.Println("| skill | conversations | solved | calls | exact calls | texts | exact texts | faithful texts |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	if o.from != "" {
		return m.evaluateFrom(o)
	}
	var tools tally
	for i, skill := range skills {
		if o.skill != "" && skill != o.skill {
			continue
		}
		t, err := m.skill(o, skill)
		if err != nil {
			return err
		}
		t.print(skill)
		if i < unseen {
			tools.add(t)
		}
	}
	tools.print("all of unseen tools")
	return nil
}

// skill measures one skill.
func (m *evalModel) skill(o options, skill string) (tally, error) {
	t := tally{}
	s := corpus.NewSource(o.seed, !o.seen)
	for range o.n {
		c := s.Single(skill)
		solved := true
		for _, turn := range c.Turns {
			answer := m.constrained
			if o.free {
				answer = m.unconstrained
			}
			got, err := answer(&c, turn.At, llm.Sampling{Beams: o.beams})
			if err != nil {
				return t, err
			}
			want := c.Messages[turn.At]
			right := same(got, want)
			t.turn(len(want.Calls) > 0, right, faithful(got, c.Messages[:turn.At]))
			solved = solved && right
			if !right && o.verbose {
				text, _ := corpus.Target(want)
				fmt.Printf("%s\n  said %s\n  want %s\n  got  %s\n", turn.Skill, said(c.Messages[:turn.At]), text, written(got))
			}
		}
		t.conversations++
		if solved {
			t.solved++
		}
	}
	return t, nil
}

// said is the last thing that the user said.
func said(before []llm.Message) string {
	for _, m := range slices.Backward(before) {
		if m.Role == llm.RoleUser {
			return m.Content
		}
	}
	return ""
}

func written(m llm.Message) string {
	text, err := corpus.Target(m)
	if err != nil {
		return err.Error()
	}
	return text
}

type tally struct{ conversations, solved, calls, rightCalls, texts, rightTexts, faithful int }

func (t *tally) turn(call, right, faithful bool) {
	n, r := &t.texts, &t.rightTexts
	if call {
		n, r = &t.calls, &t.rightCalls
	} else if faithful {
		t.faithful++
	}
	*n++
	if right {
		*r++
	}
}

func (t *tally) add(u tally) {
	t.conversations, t.solved = t.conversations+u.conversations, t.solved+u.solved
	t.calls, t.rightCalls = t.calls+u.calls, t.rightCalls+u.rightCalls
	t.texts, t.rightTexts, t.faithful = t.texts+u.texts, t.rightTexts+u.rightTexts, t.faithful+u.faithful
}

func (t *tally) print(name string) {
	fmt.Printf("| %s | %d | %s | %d | %s | %d | %s | %s |\n", name, t.conversations, percent(t.solved, t.conversations),
		t.calls, percent(t.rightCalls, t.calls), t.texts, percent(t.rightTexts, t.texts), percent(t.faithful, t.texts))
}

func percent(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of))
}

// evalModel is the model as an agent runs it.
type evalModel struct {
	*engine.Engine
	tok    *tokenizer.Tokenizer
	router *expert.Router // nil if the file has none
	stop   []int32
}

func openEval(path string) (*evalModel, error) {
	m, err := llama.Open(path, llama.Options{})
	if err != nil {
		return nil, err
	}
	if m.File == nil {
		return nil, errors.Join(fmt.Errorf("%s: want a GGUF file, which holds the vocabulary too", path), m.Close())
	}
	tok, err := tokenizer.FromGGUF(m.File)
	if err != nil {
		return nil, errors.Join(err, m.Close())
	}
	out := &evalModel{tok: tok}
	if out.router, err = expert.RouterOf(m.File); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	for _, name := range []string{chat.EndTurn, chat.EndMessage, chat.EndOfText} {
		if id, ok := tok.Special(name); ok {
			out.stop = append(out.stop, id)
		}
	}
	out.Engine, err = engine.New(m, engine.Options{Tokens: 8192})
	return out, err
}

// constrained generates the turn at a message of the conversation under the grammar.
func (m *evalModel) constrained(c *corpus.Conversation, at int, how llm.Sampling) (llm.Message, error) {
	return m.turn(c, at, how, llm.ToolChoice{})
}

// turn is constrained with a choice of tools of its own.
func (m *evalModel) turn(c *corpus.Conversation, at int, how llm.Sampling, choice llm.ToolChoice) (llm.Message, error) {
	req := &llm.Request{Messages: c.Messages[:at], Tools: c.Tools, Sampling: how, MaxTokens: maxAnswer, ToolChoice: choice}
	msg, _, err := llm.Collect(m.Generate(context.Background(), req), nil)
	return msg, err
}

// unconstrained generates it as free text and reads it as a strict parser would: what
// is no exact call is text.
func (m *evalModel) unconstrained(c *corpus.Conversation, at int, how llm.Sampling) (llm.Message, error) {
	pieces, err := c.Prompt(at)
	if err != nil {
		return llm.Message{}, err
	}
	ids, err := chat.Encode(m.tok, pieces)
	if err != nil {
		return llm.Message{}, err
	}
	var out []int32
	var done engine.Outcome
	for t, err := range m.Run(context.Background(), engine.Job{Prompt: ids, Max: maxAnswer, Stop: m.stop, Sampling: how}, &done) {
		if err != nil {
			return llm.Message{}, err
		}
		out = append(out, t.ID)
	}
	text, err := m.tok.Decode(out)
	return read(text), err
}

// read reads calls in the native form, with "; " between them, or text.
func read(text string) llm.Message {
	msg := llm.Message{Role: llm.RoleAssistant}
	rest := text
	for {
		var call struct {
			Name       string          `json:"name"`
			Parameters json.RawMessage `json:"parameters"`
		}
		d := json.NewDecoder(strings.NewReader(rest))
		d.DisallowUnknownFields()
		if d.Decode(&call) != nil || call.Name == "" {
			return llm.Message{Role: llm.RoleAssistant, Content: strings.TrimSpace(text)}
		}
		msg.Calls = append(msg.Calls, llm.ToolCall{Name: call.Name, Arguments: call.Parameters})
		var more bool
		if rest, more = strings.CutPrefix(rest[d.InputOffset():], "; "); !more {
			break
		}
	}
	if strings.TrimSpace(rest) != "" {
		return llm.Message{Role: llm.RoleAssistant, Content: strings.TrimSpace(text)}
	}
	return msg
}

// same says that two messages have the same words, or the same calls with the same
// arguments, whatever their order within a call.
func same(got, want llm.Message) bool {
	if len(got.Calls) != len(want.Calls) || strings.TrimSpace(got.Content) != want.Content {
		return false
	}
	for i, c := range want.Calls {
		if !got.Calls[i].Same(c) {
			return false
		}
	}
	return true
}

// faithful says that every number and every name in a text occurs in the messages
// before it. A name is a capitalised word that begins no sentence.
func faithful(got llm.Message, before []llm.Message) bool {
	var b strings.Builder
	for _, m := range before {
		b.WriteString(m.Content + " " + string(m.Value) + "\n")
	}
	begins := true
	for _, w := range strings.Fields(got.Content) {
		word := strings.Trim(w, ".,;:!?()[]\"")
		named := word != "" && word[0] >= 'A' && word[0] <= 'Z' && !begins && word != "I"
		if (named || strings.ContainsAny(word, "0123456789")) && !strings.Contains(b.String(), word) {
			return false
		}
		begins = strings.HasSuffix(w, ".") || strings.HasSuffix(w, "!") || strings.HasSuffix(w, "?")
	}
	return true
}
