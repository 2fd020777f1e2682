package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var (
	randomTurns = flag.Int("turns", toolSets, "random turns to decode")
	firstTurn   = flag.Int("first-turn", 0, "the seed of the first of them")
)

const toolSets = 30

// toolSet is a request's tools and how they may be called.
type toolSet struct {
	req    llm.Request
	checks map[string]*jsonschema.Schema
	answer *jsonschema.Schema // of the response format
}

// sets deals the tools of testdata out: in all dialects, every choice, with and without
// a bound on calls and a response format.
func sets(t *testing.T) []toolSet {
	t.Helper()
	data, err := os.ReadFile("testdata/tools.json")
	if err != nil {
		t.Fatal(err)
	}
	var tools []llm.ToolSpec
	if err := json.Unmarshal(data, &tools); err != nil {
		t.Fatal(err)
	}
	out := make([]toolSet, toolSets)
	next := 0
	for i := range out {
		s := &out[i]
		s.checks = map[string]*jsonschema.Schema{}
		s.req.Messages = []llm.Message{{Role: llm.RoleUser, Content: fmt.Sprint("case ", i)}}
		if i%3 == 2 {
			s.req.Dialect = llm.DialectPythonic
		} else if i%3 == 1 {
			s.req.Dialect = chat.Dialects[2+i/3%(len(chat.Dialects)-2)]
		}
		for len(s.req.Tools) < 1+i%4 {
			tool := tools[next%len(tools)]
			next++
			if s.req.Dialect == llm.DialectPythonic && (tool.Name == "send-mail" || tool.Name == tools[len(tools)-1].Name) {
				continue // Python can't carry these names, which another test checks
			}
			if (s.req.Dialect == llm.DialectPythonic || s.req.Dialect == llm.DialectQwen) && (tool.Name == "numbers" || tool.Name == "free_form") {
				continue // and these have no arguments that are not declared
			}
			if s.checks[tool.Name] != nil || !chat.Form(s.req.Dialect).Carries(tool.Name) {
				continue
			}
			s.req.Tools = append(s.req.Tools, tool)
			s.checks[tool.Name] = validator(t, tool.Parameters)
		}
		switch i % 5 {
		case 0, 1:
			s.req.ToolChoice.Mode = llm.ChoiceRequired
		case 2:
			s.req.ToolChoice = llm.ToolChoice{Mode: llm.ChoiceTool, Name: s.req.Tools[0].Name}
		}
		s.req.MaxCalls = i % 3
		if i%10 == 3 {
			schema := json.RawMessage(`{"type": "object", "properties": {"name": {"type": "string"}, "score": {"type": "number", "minimum": 0, "maximum": 1}}, "required": ["name"]}`)
			s.req.ResponseFormat = &llm.ResponseFormat{Schema: schema}
			s.answer = validator(t, schema)
			s.req.ToolChoice = llm.ToolChoice{MinCallProb: []float64{0, 1}[i/10%2]}
		}
	}
	return out
}

func validator(t *testing.T, schema json.RawMessage) *jsonschema.Schema {
	t.Helper()
	if len(schema) == 0 {
		schema = json.RawMessage(`{}`)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem:///schema.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("mem:///schema.json")
}

// once fails for JSON that is malformed or has a key twice.
func once(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var value func() error
	value = func() error {
		tok, err := dec.Token()
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		switch tok {
		case json.Delim('{'), json.Delim('['):
			for dec.More() {
				if tok == json.Delim('{') {
					key, err := dec.Token()
					if err != nil {
						return err
					}
					if seen[key.(string)] {
						return fmt.Errorf("the key %q comes twice", key)
					}
					seen[key.(string)] = true
				}
				if err := value(); err != nil {
					return err
				}
			}
			_, err = dec.Token()
		}
		return err
	}
	if err := value(); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

func valid(s *jsonschema.Schema, data []byte) error {
	if err := once(data); err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// TestRandomTurns: turns of a model with random weights, sampled hot, in tool sets of
// every kind. All parse, all calls satisfy their schema by a validator that shares no
// code with the grammar, and none runs to its limit open.
// -turns 2000 is the full number.
func TestRandomTurns(t *testing.T) {
	e := startChat(t, Options{Tokens: 32768})
	list := sets(t)
	n := *randomTurns
	if testing.Short() {
		n = min(n, toolSets)
	}
	var mu sync.Mutex
	calls, texts, limited := 0, 0, 0
	var wg sync.WaitGroup
	room := make(chan bool, 16)
	for i := *firstTurn; i < *firstTurn+n; i++ {
		wg.Add(1)
		room <- true
		go func() {
			defer func() { <-room; wg.Done() }()
			s := list[i%len(list)]
			rng := rand.New(rand.NewPCG(uint64(i), 5))
			req := s.req
			req.MaxTokens = 150 + rng.IntN(150)
			req.Sampling = llm.Sampling{Temperature: 0.5 + rng.Float32()*2, Seed: uint64(i)}
			msg, stop, err := llm.Collect(e.Generate(context.Background(), &req), nil)
			if err != nil {
				t.Errorf("turn %d, set %d: %v", i, i%len(list), err)
				return
			}
			if err := s.check(&req, msg, stop); err != nil {
				t.Errorf("turn %d, set %d: %v\ntext %q\ncalls %v", i, i%len(list), err, msg.Content, msg.Calls)
			}
			mu.Lock()
			defer mu.Unlock()
			calls += len(msg.Calls)
			if len(msg.Calls) == 0 {
				texts++
			}
			if stop.Usage.GeneratedTokens == req.MaxTokens {
				limited++
			}
		}()
	}
	wg.Wait()
	t.Logf("%d turns over %d tool sets: %d calls, %d answers, %d that came to their limit", n, len(list), calls, texts, limited)
	if calls < n/4 {
		t.Errorf("%d calls in %d turns", calls, n)
	}
}

// check says what is wrong with a turn.
func (s toolSet) check(req *llm.Request, msg llm.Message, stop llm.Stop) error {
	if stop.Usage.GeneratedTokens > req.MaxTokens {
		return fmt.Errorf("%d tokens, at most %d were asked for", stop.Usage.GeneratedTokens, req.MaxTokens)
	}
	must := req.ToolChoice.Mode == llm.ChoiceRequired || req.ToolChoice.Mode == llm.ChoiceTool
	if must && len(msg.Calls) == 0 || must && msg.Content != "" {
		return errors.New("a call was required")
	}
	if req.MaxCalls > 0 && len(msg.Calls) > req.MaxCalls {
		return fmt.Errorf("%d calls, at most %d were asked for", len(msg.Calls), req.MaxCalls)
	}
	if len(msg.Calls) > 0 && msg.Content != "" {
		return errors.New("text beside calls")
	}
	for _, c := range msg.Calls {
		check, ok := s.checks[c.Name]
		switch {
		case !ok:
			return fmt.Errorf("no tool is called %q", c.Name)
		case req.ToolChoice.Mode == llm.ChoiceTool && c.Name != req.ToolChoice.Name:
			return fmt.Errorf("a call of %q", c.Name)
		case len(c.Coercions) > 0:
			return errors.New("arguments were coerced")
		}
		if err := valid(check, c.Arguments); err != nil {
			return fmt.Errorf("%s%s: %w", c.Name, c.Arguments, err)
		}
	}
	if s.answer != nil && len(msg.Calls) == 0 {
		if err := valid(s.answer, []byte(msg.Content)); err != nil {
			return err
		}
	}
	if len(msg.Calls) == 0 && s.answer == nil {
		// What an answer holds is not a call in any form that a model means as one.
		p := chat.NewParser(chat.ParserOptions{Tools: req.Tools, Constrained: true})
		for _, ev := range p.Push(chat.Piece{Text: msg.Content}) {
			if _, ok := ev.(llm.CallStart); ok {
				return errors.New("the answer reads as a call")
			}
		}
	}
	return nil
}
