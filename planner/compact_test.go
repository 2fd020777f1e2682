package planner_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/tools"
)

// count is a tokenizer of one token for each four bytes.
func count(req *llm.Request) (int, error) { return (&llm.Scripted{}).CountTokens(req) }

// tight drives a run in a context of limit tokens, and returns the longest prompt.
func (w *world) tight(limit int) (planner.State, int) {
	longest := 0
	for n := 0; ; n++ {
		cmds := planner.Commands(w.s)
		if len(cmds) == 0 {
			w.replay()
			return w.s, longest
		}
		if n > 1000 {
			w.t.Fatalf("compaction never ends")
		}
		if cmds[0].Kind == planner.Generate {
			tokens, _ := count(cmds[0].Request)
			if tokens > limit {
				c := planner.Compact(w.s, tokens, limit, count)
				if c == nil {
					return w.s, tokens
				}
				if err := w.add(planner.Event{Compacted: c}); err != nil {
					w.t.Fatalf("%v", err)
				}
				continue
			}
			longest = max(longest, tokens)
		}
		if err := w.do(cmds[0]); err != nil {
			w.t.Fatalf("%v", err)
		}
	}
}

// TestCompact: old results go first, or become a summary; the system prompt, the
// user's last turn and the calls stay.
func TestCompact(t *testing.T) {
	for _, how := range []planner.Compaction{planner.DropResults, planner.SummariseResults} {
		w := newWorld(t)
		turn, summaries := 0, 0
		w.model = func(req *llm.Request) planner.Generated {
			if len(req.Tools) == 0 { // a summary is asked for
				summaries++
				if !strings.Contains(req.Messages[1].Content, "find the code") || !strings.Contains(req.Messages[1].Content, "Result of look") || req.ToolChoice.Mode != llm.ChoiceNone {
					t.Fatalf("%+v", req)
				}
				return said("The codes so far are 7 and 8.")
			}
			if req.Messages[0].Content != "Be brief." || req.Messages[1].Content != "find the code" {
				t.Fatalf("%+v", req.Messages[:2])
			}
			if turn++; turn > 12 {
				return said("done")
			}
			return said("", call("look", fmt.Sprintf(`{"n":%d}`, turn)))
		}
		w.tool = func(c tools.Call) tools.Result {
			v, _ := json.Marshal(strings.Repeat("x", 400))
			return tools.Result{Status: tools.StatusOK, Value: v}
		}
		w.start(planner.Started{System: "Be brief.", Messages: []llm.Message{{Role: llm.RoleUser, Content: "find the code"}}, Compact: how})
		s, longest := w.tight(700)
		if s.Status != planner.Finished || longest > 700 || longest < 400 {
			t.Fatal(how, s.Status, s.Reason, longest)
		}
		calls, results := 0, 0
		for _, m := range s.Messages {
			calls += len(m.Calls)
			if m.Role == llm.RoleTool {
				results++
			}
		}
		if calls != 12 || results != 12 {
			t.Fatal(how, calls, results)
		}
		if kept := strings.Contains(fmt.Sprint(s.Messages), "The codes so far"); kept != (how == planner.SummariseResults) || kept != (summaries > 0) {
			t.Fatal(how, kept, summaries)
		}
		if s.Used.Steps != turn+summaries {
			t.Fatal("a summary is a step:", s.Used.Steps, turn, summaries)
		}
	}
}

// TestForget: a conversation without tools loses its oldest turns, never its last.
func TestForget(t *testing.T) {
	w := newWorld(t)
	var first []llm.Message
	w.model = func(req *llm.Request) planner.Generated {
		first = req.Messages
		return said("ok")
	}
	var talk []llm.Message
	for i := range 40 {
		talk = append(talk, llm.Message{Role: llm.RoleUser, Content: fmt.Sprintf("question %d %s", i, strings.Repeat("x", 100))},
			llm.Message{Role: llm.RoleAssistant, Content: "answer " + strings.Repeat("y", 100)})
	}
	w.start(planner.Started{Messages: append(talk, llm.Message{Role: llm.RoleUser, Content: "the last question"})})
	if s, longest := w.tight(400); s.Status != planner.Finished || longest > 400 {
		t.Fatal(s.Status, longest)
	}
	if n := len(first); n < 4 || first[0].Role != llm.RoleSystem || first[1].Role != llm.RoleUser || first[n-1].Content != "the last question" {
		t.Fatalf("%+v", first)
	}
}

// TestTooLong: what cannot be made shorter is an error, not cut.
func TestTooLong(t *testing.T) {
	w := newWorld(t)
	w.model = script(said("", call("look", `{}`)), said("ok"))
	w.tool = func(tools.Call) tools.Result {
		v, _ := json.Marshal(strings.Repeat("x", 10_000))
		return tools.Result{Status: tools.StatusOK, Value: v}
	}
	w.start(planner.Started{})
	if s, _ := w.tight(200); s.Status != planner.Finished || !slices.ContainsFunc(s.Messages, func(m llm.Message) bool { return strings.Contains(m.Content, "dropped to make room") }) {
		t.Fatal("one long result:", s.Status)
	}
	w = newWorld(t)
	w.model = script(said("ok"))
	w.start(planner.Started{Messages: []llm.Message{{Role: llm.RoleUser, Content: strings.Repeat("x", 10_000)}}})
	if s, tokens := w.tight(200); s.Status.Done() || tokens < 2000 || s.Messages[0].Content != strings.Repeat("x", 10_000) {
		t.Fatal("the user's own words were cut:", s.Status)
	}
}
