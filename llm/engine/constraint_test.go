package engine

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

// session is a recorded agent session: what was asked, the tools, and which tool was
// called in each turn with what result.
type session struct {
	Messages []llm.Message
	Tools    []llm.ToolSpec
	Turns    []struct {
		Tool   string
		Result json.RawMessage
	}
}

func recorded(t testing.TB) (s session) {
	t.Helper()
	data, err := os.ReadFile("testdata/session.json")
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func startChat(t *testing.T, o Options) *Engine {
	t.Helper()
	e := start(t, "tiny-Q8_0.gguf", o)
	if e.tok == nil || len(e.ends) == 0 {
		t.Skip("the reference model has no tokenizer with special tokens")
	}
	return e
}

// play runs the turns of the session and returns the calls and what they cost.
func play(t *testing.T, e *Engine, s session) (calls []string, sum llm.Usage) {
	t.Helper()
	messages := slices.Clone(s.Messages)
	for _, turn := range s.Turns {
		req := &llm.Request{
			Messages: messages, Tools: s.Tools, ToolChoice: llm.ToolChoice{Mode: llm.ChoiceTool, Name: turn.Tool},
			MaxCalls: 1, MaxTokens: 120, Session: "case",
		}
		msg, stop, err := llm.Collect(e.Generate(context.Background(), req), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(msg.Calls) != 1 || msg.Calls[0].Name != turn.Tool || stop.Reason != llm.StopToolCalls || len(msg.Calls[0].Coercions) > 0 {
			t.Fatalf("%+v, %+v, want one call of %s", msg, stop, turn.Tool)
		}
		var args map[string]any
		if err := json.Unmarshal(msg.Calls[0].Arguments, &args); err != nil || len(args) == 0 {
			t.Fatalf("%s: %v", msg.Calls[0].Arguments, err)
		}
		calls = append(calls, string(msg.Calls[0].Arguments))
		sum = sum.Add(stop.Usage)
		msg.Calls[0].ID = turn.Tool
		messages = append(messages, msg, llm.Message{Role: llm.RoleTool, CallID: turn.Tool, Name: turn.Tool, Value: turn.Result})
	}
	return calls, sum
}

// TestRecordedSession: constrained calls take at least 1.5 times fewer passes with
// speculation, and are the same: all of them in exact arithmetic, and all but one with the
// fast kernels, which round by how many rows a pass has, where random weights come to a near
// tie.
func TestRecordedSession(t *testing.T) {
	t.Run("exact", func(t *testing.T) { speculates(t, true, 0) })
	t.Run("fast", func(t *testing.T) { speculates(t, false, 1) })
}

func speculates(t *testing.T, exact bool, ties int) {
	s := recorded(t)
	run := func(o Options) ([]string, llm.Usage) {
		e := startChat(t, o)
		e.runner.Exact = exact
		return play(t, e, s)
	}
	want, plain := run(Options{Cache: "f32", NoDrafts: true, Tokens: 8192})
	got, fast := run(Options{Cache: "f32", Tokens: 8192})
	differ := 0
	for i := range want {
		if got[i] != want[i] {
			differ++
		}
	}
	if differ > ties {
		t.Fatalf("with drafts %q, without %q", got, want)
	}
	t.Logf("%d passes without drafts, %d with, %.2f times fewer; %d of %d prompt tokens cached, %d of %d drafts accepted", plain.ForwardPasses, fast.ForwardPasses,
		float64(plain.ForwardPasses)/float64(fast.ForwardPasses), fast.CachedTokens, fast.PromptTokens, fast.AcceptedTokens, fast.DraftedTokens)
	for _, u := range []llm.Usage{plain, fast} {
		if u.ForcedTokens == 0 || u.MaskedTokens == 0 || u.ForcedTokens+u.MaskedTokens < u.GeneratedTokens {
			t.Errorf("%d tokens were forced and %d chosen under a mask, of %d", u.ForcedTokens, u.MaskedTokens, u.GeneratedTokens)
		}
	}
	if differ == 0 && (plain.ForcedTokens != fast.ForcedTokens || plain.MaskedTokens != fast.MaskedTokens) {
		t.Errorf("without drafts %d tokens are forced and %d masked, with %d and %d", plain.ForcedTokens, plain.MaskedTokens, fast.ForcedTokens, fast.MaskedTokens)
	}
	if float64(plain.ForwardPasses) < 1.5*float64(fast.ForwardPasses) {
		t.Errorf("%d passes without drafts, %d with: want 1.5 times fewer", plain.ForwardPasses, fast.ForwardPasses)
	}
	if fast.CachedTokens*4 < fast.PromptTokens*3 {
		t.Errorf("%d of %d prompt tokens were cached", fast.CachedTokens, fast.PromptTokens)
	}
}

// TestConstrainedRequests: choices, formats and limits hold whatever the model likes.
func TestConstrainedRequests(t *testing.T) {
	e := startChat(t, Options{Tokens: 8192})
	s := recorded(t)
	ask := func(change func(*llm.Request)) (llm.Message, llm.Stop, error) {
		req := &llm.Request{Messages: s.Messages, Tools: s.Tools, MaxTokens: 100}
		change(req)
		return llm.Collect(e.Generate(context.Background(), req), nil)
	}
	for seed := range uint64(5) { // hot sampling of random weights: the grammar holds
		msg, _, err := ask(func(r *llm.Request) {
			r.ToolChoice.Mode, r.MaxCalls = llm.ChoiceRequired, 2
			r.Sampling = llm.Sampling{Temperature: 2, Seed: seed}
		})
		if err != nil || len(msg.Calls) < 1 || len(msg.Calls) > 2 {
			t.Errorf("required, seed %d: %+v, %v", seed, msg, err)
		}
	}
	for seed := range uint64(5) { // of a text it holds the citations
		msg, _, err := ask(func(r *llm.Request) {
			r.Tools, r.Citations = nil, []string{"a.md", "b.pdf, p. 4"}
			r.Sampling = llm.Sampling{Temperature: 3, Seed: seed}
		})
		for _, in := range regexp.MustCompile(`\[([^\[\]]*)\]`).FindAllStringSubmatch(msg.Content, -1) {
			if regexp.MustCompile(`\.\d*[A-Za-z]`).MatchString(in[1]) && !slices.Contains([]string{"a.md", "b.pdf, p. 4"}, in[1]) {
				t.Errorf("seed %d cites %q in %q", seed, in[1], msg.Content)
			}
		}
		if err != nil || msg.Content == "" {
			t.Errorf("seed %d: %q, %v", seed, msg.Content, err)
		}
	}
	msg, _, err := ask(func(r *llm.Request) { r.ToolChoice.MinCallProb = 1 })
	if err != nil || len(msg.Calls) != 0 {
		t.Errorf("a least probability of 1: %+v, %v", msg, err)
	}
	msg, _, err = ask(func(r *llm.Request) {
		r.Tools = nil
		r.ResponseFormat = &llm.ResponseFormat{Schema: json.RawMessage(`{"type": "object", "properties": {"late": {"type": "boolean"}}, "required": ["late"], "additionalProperties": false}`)}
	})
	var answer struct{ Late *bool }
	if e := json.Unmarshal([]byte(msg.Content), &answer); err != nil || e != nil || answer.Late == nil {
		t.Errorf("a format: %q, %v, %v", msg.Content, err, e)
	}
	if _, _, err = ask(func(r *llm.Request) { r.ToolChoice.Mode, r.MaxTokens = llm.ChoiceRequired, 3 }); !errors.Is(err, ErrNoRoom) {
		t.Errorf("three tokens for a call: %v", err)
	}
	if _, _, err = ask(func(r *llm.Request) { r.MaxTokens = -1 }); err == nil {
		t.Error("a negative limit was accepted")
	}
	if _, _, err = ask(func(r *llm.Request) { r.ToolChoice.MinCallProb = 2 }); err == nil {
		t.Error("a probability of 2 was accepted")
	}
}
