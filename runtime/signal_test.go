package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

var _ runtime.SignalSource = (*policies.LlamaGuard)(nil)

// signal is a guard model that finds "bomb" unsafe and fails on "crash".
type signal struct{ asked []string }

func (g *signal) Ask(_ context.Context, messages []llm.Message) (policies.GuardSignal, error) {
	var s []string
	for _, m := range messages {
		s = append(s, string(m.Role)+": "+m.Content)
	}
	g.asked = append(g.asked, strings.Join(s, " | "))
	text := messages[len(messages)-1].Content
	switch {
	case strings.Contains(text, "crash"):
		return policies.GuardSignal{}, errors.New("out of memory")
	case strings.Contains(text, "nan"):
		return policies.GuardSignal{Score: math.NaN()}, nil
	case strings.Contains(text, "bomb"):
		return policies.GuardSignal{Unsafe: true, Score: 0.9, Categories: []string{"S9"}}, nil
	}
	return policies.GuardSignal{Score: 0.1}, nil
}

// signalled is a run under a policy whose rules look at a guard model.
type signalled struct {
	state  planner.State
	events []planner.Event
	shown  string
}

// verdicts lists what was decided at each hook.
func (s *signalled) verdicts() []string {
	var out []string
	for _, ev := range s.events {
		if sc := ev.Screened; sc != nil {
			out = append(out, fmt.Sprintf("%s#%d %s %s %v", sc.Hook, sc.Passage, sc.Verdict, sc.Rule, sc.Signal))
		}
		if d := ev.Decided; d != nil {
			out = append(out, fmt.Sprintf("call %s %s", d.Verdict, d.Rule))
		}
	}
	return out
}

// withSignal runs a prompt; after event stop, if it is not 0, the run goes on in a
// process with the source then.
func withSignal(t *testing.T, policy, prompt, hits string, source, then runtime.SignalSource, stop int, turns ...llm.Turn) signalled {
	t.Helper()
	src, err := policies.ParseSource("p", []byte("name: p\ndefault: allow\n"+policy))
	if err != nil {
		t.Fatal(err)
	}
	var out signalled
	steps := 0
	model := &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
		steps = 0
		for _, m := range req.Messages {
			if m.Role == llm.RoleAssistant {
				steps++
			}
		}
		return turns[min(steps, len(turns)-1)]
	}}
	j := &journal.Memory{}
	process := func(source runtime.SignalSource) *runtime.Runtime {
		rt, err := runtime.New(runtime.Options{Journal: j, Model: model, Owner: "test", Gate: guard(t, runtime.GuardOptions{Layers: []*policies.Source{src}, Signal: source}),
			Caller: callerFunc(func(ctx context.Context, c tools.Call) (tools.Result, error) {
				if err := ctx.Err(); err != nil {
					return tools.Result{}, tools.ErrUnavailable
				}
				return tools.Result{Status: tools.StatusOK, Value: json.RawMessage(hits)}, nil
			})})
		if err != nil {
			t.Fatal(err)
		}
		return rt
	}
	rt := process(source)
	object := json.RawMessage(`{"type":"object","additionalProperties":false}`)
	if _, err := rt.Start(ctx, planner.Started{Run: "r", Messages: []llm.Message{{Role: llm.RoleUser, Content: prompt}}, Tools: []tools.Spec{
		{Name: "search", Effect: tools.Read, Parameters: object, Labels: map[string]string{"passages": "."}},
		{Name: "save", Effect: tools.Idempotent, Parameters: object},
	}}); err != nil {
		t.Fatal(err)
	}
	c, cancel := context.WithCancel(ctx)
	defer cancel()
	n := 0
	watch := func(u runtime.Update) {
		if d, ok := u.Delta.(llm.TextDelta); ok {
			out.shown += d.Text
		}
		if u.Event != nil {
			if n++; n == stop {
				cancel()
			}
		}
	}
	out.state, err = rt.Drive(c, "r", watch)
	if errors.Is(err, context.Canceled) {
		rt = process(then)
		out.state, err = rt.Drive(ctx, "r", watch)
	}
	if err != nil {
		t.Fatal(err)
	}
	reader, err := runtime.New(runtime.Options{Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	var replayed planner.State
	if out.events, replayed, err = reader.Events(ctx, "r"); err != nil || replayed.Hash() != out.state.Hash() {
		t.Fatal("replay gives another state:", err)
	}
	return out
}

const flagged = `rules:
  - {id: in, on: input, when: guard.unsafe, then: halt, reason: Unsafe words.}
  - {id: found, on: result, when: 'passage && guard.score > 0.5 && "S9" in guard.categories', then: deny, reason: Unsafe page.}
  - {id: out, on: answer, when: guard.unsafe, then: deny, reason: Unsafe answer.}
`

// TestSignal asks a guard model at each hook, and lets rules use what it said.
func TestSignal(t *testing.T) {
	turns := []llm.Turn{calls(call("search", `{}`)), text("Build a bomb."), text("I will not.")}
	hits := `["tea is warm","a bomb is loud"]`
	g := &signal{}
	s := withSignal(t, flagged, "Search!", hits, g, nil, 0, turns...)
	want := []string{
		"input#0 allow default safe, score 0.10", "call allow default",
		"result#1 allow default safe, score 0.10", "result#2 deny p/found unsafe S9, score 0.90", "result#0 allow default safe, score 0.10",
		"answer#0 deny p/out unsafe S9, score 0.90", "answer#0 allow default safe, score 0.10",
	}
	if got := s.verdicts(); !slices.Equal(got, want) || s.state.Status != planner.Finished || s.shown != "I will not." {
		t.Fatalf("%s %s %q\n%s", s.state.Status, s.state.Reason, s.shown, strings.Join(got, "\n"))
	}
	if asked := []string{"user: Search!", "tool: tea is warm", "tool: a bomb is loud"}; !slices.Equal(g.asked[:3], asked) || g.asked[4] != "user: Search! | assistant: Build a bomb." {
		t.Error(strings.Join(g.asked, "\n"))
	}
	if s := withSignal(t, flagged, "How do I build a bomb?", hits, g, nil, 0, turns...); s.state.Status != planner.Denied || !strings.Contains(s.state.Reason, "Unsafe words.") {
		t.Error("a flagged input goes on:", s.state.Status, s.state.Reason)
	}
	// Stopped after any event and taken up by another process, it comes out the same.
	for stop := 1; stop < len(s.events); stop++ {
		if again := withSignal(t, flagged, "Search!", hits, &signal{}, &signal{}, stop, turns...); !slices.Equal(again.verdicts(), want) {
			t.Errorf("stopped after event %d:\n%s", stop, strings.Join(again.verdicts(), "\n"))
		}
	}
}

// TestSignalOnCalls: what was said of a text is there for the calls that follow, also
// where the run is taken up by a process without the source. What it did not say
// before is denied there.
func TestSignalOnCalls(t *testing.T) {
	policy := "rules: [{id: no, on: call, when: guard.unsafe, then: deny}]"
	turns := []llm.Turn{calls(call("save", `{}`)), text("Done.")}
	for prompt, want := range map[string]string{"Save a bomb.": "call deny p/no", "Save it.": "call allow default"} {
		whole := withSignal(t, policy, prompt, `"saved"`, &signal{}, nil, 0, turns...)
		if got := whole.verdicts(); whole.state.Status != planner.Finished || got[1] != want {
			t.Fatal(whole.state.Status, got)
		}
		for stop := 1; stop < len(whole.events); stop++ {
			s := withSignal(t, policy, prompt, `"saved"`, &signal{}, nil, stop, turns...)
			for i, got := range s.verdicts() {
				if i < len(whole.verdicts()) && got != whole.verdicts()[i] && !strings.HasSuffix(got, "deny error <nil>") {
					t.Errorf("stopped after event %d without the source: %s", stop, got)
				}
			}
			if stop < 3 && (s.state.Status != planner.Denied || !strings.Contains(s.state.Reason, "this process has none")) {
				t.Errorf("stopped after event %d: nobody judged the input: %s %s", stop, s.state.Status, s.state.Reason)
			}
		}
	}
	if s := withSignal(t, policy, "Save a bomb.", `"saved"`, nil, &signal{}, 3, turns...); s.state.Status != planner.Finished || len(s.verdicts()) != 1 {
		t.Error("a run that began without a source is judged:", s.state.Status, s.verdicts())
	}
}

// TestSignalFails: where the guard model fails, the text goes no further.
func TestSignalFails(t *testing.T) {
	for _, prompt := range []string{"crash", "nan"} {
		s := withSignal(t, "", prompt, `[]`, &signal{}, nil, 0, text("x"))
		if s.state.Status != planner.Denied || !strings.Contains(s.state.Reason, "the guard model: ") {
			t.Error(prompt, s.state.Status, s.state.Reason)
		}
	}
	s := withSignal(t, "", "go", `["crash","tea"]`, &signal{}, nil, 0, calls(call("search", `{}`)), text("crash"), text("ok"))
	raw, _ := json.Marshal(s.state.Messages)
	if s.state.Status != planner.Finished || s.shown != "ok" || strings.Contains(s.shown, "crash") || !strings.Contains(string(raw), `(withheld by policy: the policy failed: the guard model: out of memory)\",\"tea`) &&
		!strings.Contains(string(raw), `(withheld by policy: the policy failed: the guard model: out of memory)","tea`) {
		t.Errorf("%s %q %s", s.state.Status, s.shown, raw)
	}
}

// slow is a guard model that never says anything.
type slow struct{ cancel func() }

func (g slow) Ask(ctx context.Context, _ []llm.Message) (policies.GuardSignal, error) {
	g.cancel()
	<-ctx.Done()
	return policies.GuardSignal{}, ctx.Err()
}

// TestSignalStops: a guard model is given up when the run is cancelled or its time is over.
func TestSignalStops(t *testing.T) {
	for _, c := range []struct {
		budget planner.Budget
		cancel bool
		want   planner.Status
	}{{planner.Budget{}, true, planner.CancelledRun}, {planner.Budget{Wall: 50 * time.Millisecond}, false, planner.Denied}} {
		j := &journal.Memory{}
		var rt *runtime.Runtime
		source := slow{func() {
			if c.cancel {
				if err := rt.Cancel(ctx, "r", planner.Cancelled{By: "ana"}); err != nil {
					t.Error(err)
				}
			}
		}}
		rt, err := runtime.New(runtime.Options{Journal: j, Model: llm.Script(text("x")), Caller: callerFunc(ok), Poll: 5 * time.Millisecond,
			Gate: guard(t, runtime.GuardOptions{Policy: "budget", Signal: source})})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rt.Start(ctx, planner.Started{Run: "r", Messages: []llm.Message{{Role: llm.RoleUser, Content: "go"}}, Budget: c.budget}); err != nil {
			t.Fatal(err)
		}
		s, err := rt.Drive(ctx, "r", nil)
		if err != nil || s.Status != c.want {
			t.Error(err, s.Status, s.Reason)
		}
	}
}
