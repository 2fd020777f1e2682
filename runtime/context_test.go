package runtime_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// answers is a tool that returns a text.
func answers(text string) callerFunc {
	return func(context.Context, tools.Call) (tools.Result, error) {
		v, _ := json.Marshal(text)
		return tools.Result{Status: tools.StatusOK, Value: v}, nil
	}
}

// last is the last message of a request, as text.
func last(req *llm.Request) string {
	m := req.Messages[len(req.Messages)-1]
	return m.Content + string(m.Value)
}

// TestLongResult gives a model results that are longer than its context: it sees their
// beginning and end and reads on until it has found what it looks for.
func TestLongResult(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		context int
		calls   int // in the first turn
	}{
		"four contexts":      {text: strings.Repeat("record. ", 3000) + "NEEDLE" + strings.Repeat(" record.", 12000), context: 8192, calls: 1},
		"a little too long":  {text: strings.Repeat("record. ", 2600) + "NEEDLE" + strings.Repeat(" record.", 1500), context: 8192, calls: 1},
		"three at once":      {text: strings.Repeat("record. ", 1500) + "NEEDLE" + strings.Repeat(" record.", 500), context: 4096, calls: 3},
		"of long characters": {text: strings.Repeat("☀☀☀☀", 2000) + "NEEDLE" + strings.Repeat("☀", 9000), context: 4096, calls: 1},
		"a small context":    {text: strings.Repeat("x", 9000) + "NEEDLE" + strings.Repeat("x", 9000), context: 700, calls: 1},
	} {
		t.Run(name, func(t *testing.T) {
			cut, asked := false, 0
			var problem string
			model := &llm.Scripted{Context: c.context, Next: func(n int, req *llm.Request) llm.Turn {
				all := ""
				for _, m := range req.Messages {
					all += m.Content + string(m.Value)
				}
				if !utf8.ValidString(all) {
					problem = "a character was cut"
				}
				switch {
				case n == 0:
					var turn llm.Turn
					for i := range c.calls {
						turn.Calls = append(turn.Calls, call("look", fmt.Sprintf(`{"n":%d}`, i)))
					}
					return turn
				case strings.Contains(last(req), "NEEDLE"):
					return llm.Turn{Text: "Found."}
				}
				if i := strings.Index(all, `{"result":"r1"`); i >= 0 && asked == 0 {
					cut = true
					var at int
					if _, err := fmt.Sscanf(all[i:], `{"result":"r1","from":%d}`, &at); err != nil || at < 100 {
						problem = fmt.Sprintf("%s: %v", all[i:min(i+60, len(all))], err)
					}
					asked = at
				} else {
					var got struct{ To, Of int }
					if err := json.Unmarshal([]byte(last(req)), &got); err != nil || got.To <= asked {
						problem = last(req)
						return llm.Turn{Text: "Lost."}
					}
					asked = got.To
				}
				return llm.Turn{Calls: []llm.ToolCall{call(planner.ReadResultName, fmt.Sprintf(`{"result":"r1","from":%d}`, asked))}}
			}}
			s := drive(t, runtime.Options{Model: model, Caller: answers(c.text)}, planner.Budget{Steps: 300, Calls: 300})
			if s.Status != planner.Finished || s.Answer() != "Found." || !cut || problem != "" {
				t.Errorf("%s: %s %q, cut %v: %s", s.Status, s.Reason, s.Answer(), cut, problem)
			}
		})
	}
}

// TestReadResultRefuses answers wrong readings, and offers none before there is one.
func TestReadResultRefuses(t *testing.T) {
	var offered []bool
	var heard []string
	model := &llm.Scripted{Context: 2000, Next: func(n int, req *llm.Request) llm.Turn {
		has := false
		for _, tool := range req.Tools {
			has = has || tool.Name == planner.ReadResultName
		}
		offered = append(offered, has)
		heard = append(heard, last(req))
		ask := []string{`{"result":"r9","from":0}`, `{"result":"r1","from":99999999}`, `{"from":1}`}
		switch {
		case n == 0:
			return llm.Turn{Calls: []llm.ToolCall{call(planner.ReadResultName, `{"result":"r1","from":0}`)}}
		case n == 1:
			return llm.Turn{Calls: []llm.ToolCall{call("look", `{}`)}}
		case n-2 < len(ask):
			return llm.Turn{Calls: []llm.ToolCall{call(planner.ReadResultName, ask[n-2])}}
		}
		return llm.Turn{Text: "I see."}
	}}
	s := drive(t, runtime.Options{Model: model, Caller: answers(strings.Repeat("y", 20000))}, planner.Budget{Repairs: 10})
	if s.Status != planner.Finished || offered[0] || offered[1] || !offered[2] {
		t.Fatal(s.Status, s.Reason, offered)
	}
	for i, want := range map[int]string{1: "there is no tool", 3: "there is no result", 4: "none from 99999999 on", 5: "the arguments of read_result are wrong"} {
		if !strings.Contains(heard[i], want) {
			t.Errorf("turn %d hears %q, want %q", i, heard[i], want)
		}
	}
}

// TestLongRuns end by their own answer, however full of calls, texts and results the context gets.
func TestLongRuns(t *testing.T) {
	for name, c := range map[string]struct {
		steps   int
		args    int // bytes of each call's arguments
		text    int // of the model's own words beside it
		context int
	}{
		"long arguments":  {steps: 30, args: 7500, context: 8192},
		"many steps":      {steps: 600, context: 8192},
		"long texts":      {steps: 60, text: 4000, context: 8192},
		"little of all":   {steps: 150, args: 100, text: 200, context: 2048},
		"a tiny context":  {steps: 40, context: 500},
		"calls of a step": {steps: 40, args: 900, text: 900, context: 4096},
	} {
		t.Run(name, func(t *testing.T) {
			paid := 0
			noted := false
			model := &llm.Scripted{Context: c.context, Next: func(n int, req *llm.Request) llm.Turn {
				for _, m := range req.Messages {
					noted = noted || m.Role == llm.RoleSystem && strings.Contains(m.Content, "put: ok (")
				}
				if n == c.steps {
					return llm.Turn{Text: "Done."}
				}
				return llm.Turn{Text: strings.Repeat("w", c.text), Calls: []llm.ToolCall{call("put", fmt.Sprintf(`{"n":%d,"x":%q}`, n, strings.Repeat("a", c.args)))}}
			}}
			s := drive(t, runtime.Options{Model: model, Gate: verdict(planner.Allow), Caller: callerFunc(func(context.Context, tools.Call) (tools.Result, error) {
				paid++
				return ok(ctx, tools.Call{})
			})}, planner.Budget{Steps: c.steps + 1, Calls: c.steps + 1, Tokens: 1 << 40})
			if s.Status != planner.Finished || paid != c.steps || !noted {
				t.Errorf("%s: %s, %d of %d calls, a note of them %v", s.Status, s.Reason, paid, c.steps, noted)
			}
			if s.Messages[0].Role == llm.RoleSystem && s.Messages[1].Content != "go" {
				t.Errorf("the task is gone: %.100q", s.Messages[1].Content)
			}
		})
	}
}

// secretive is a model that does not say how long its context is.
type secretive struct {
	*llm.Scripted
	room int
}

func (m secretive) Info() llm.Info { return llm.Info{Name: "secretive"} }

func (m secretive) Generate(ctx context.Context, req *llm.Request) iter.Seq2[llm.Event, error] {
	if n, _ := m.CountTokens(req); n > m.room {
		return func(yield func(llm.Event, error) bool) {
			yield(nil, fmt.Errorf("the request was refused: %w", llm.ErrContextFull))
		}
	}
	return m.Scripted.Generate(ctx, req)
}

// TestContextFullOfEndpoint compacts when the endpoint says that the prompt is too long.
func TestContextFullOfEndpoint(t *testing.T) {
	for _, how := range []planner.Compaction{planner.DropResults, planner.SummariseResults} {
		model := &llm.Scripted{Next: func(n int, req *llm.Request) llm.Turn {
			if len(req.Tools) == 0 {
				return llm.Turn{Text: "All is well."}
			}
			if n >= 12 {
				return llm.Turn{Text: "Done."}
			}
			return llm.Turn{Calls: []llm.ToolCall{call("look", fmt.Sprintf(`{"n":%d}`, n))}}
		}}
		rt, err := runtime.New(runtime.Options{Journal: &journal.Memory{}, Model: secretive{model, 1500}, Caller: answers(strings.Repeat("z", 2000))})
		if err != nil {
			t.Fatal(err)
		}
		start := started("r", planner.Budget{})
		start.Compact = how
		if _, err := rt.Start(ctx, start); err != nil {
			t.Fatal(err)
		}
		s, err := rt.Drive(ctx, "r", nil)
		if err != nil || s.Status != planner.Finished {
			t.Errorf("%q: %s: %s, %v", how, s.Status, s.Reason, err)
		}
		if _, err := rt.Load(ctx, "r"); err != nil {
			t.Error(err)
		}
	}
}
