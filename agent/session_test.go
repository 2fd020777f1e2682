package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// echo answers with the number of messages that it was sent.
func echo() *llm.Scripted {
	return &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
		return llm.Turn{Text: strings.Repeat("m", len(req.Messages))}
	}}
}

func newAgent(t *testing.T, m llm.Model, o agent.Options) *agent.Agent {
	t.Helper()
	a, err := agent.New(m, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestReopen(t *testing.T) {
	ctx, runs := t.Context(), &journal.Memory{}
	a := newAgent(t, echo(), agent.Options{Journal: runs, Tenant: "north"})
	s := a.Session()
	for n, want := range []string{"m", "mmm", "mmmmm"} {
		if n > 0 {
			var err error
			if s, err = newAgent(t, echo(), agent.Options{Journal: runs, Tenant: "north"}).Reopen(ctx, s.ID()); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Ask(ctx, "?"); got != want || err != nil {
			t.Fatalf("turn %d: %q %v", n+1, got, err)
		}
	}
	names, err := runs.Runs(ctx)
	if err != nil || len(names) != 3 || names[2] != s.ID()+"-3" {
		t.Fatal(names, err)
	}

	// From a single turn another conversation goes on; the first one stays as it was.
	branch, err := a.Reopen(ctx, names[0])
	if err != nil || branch.ID() == s.ID() {
		t.Fatal(branch.ID(), err)
	}
	if got, err := branch.Ask(ctx, "?"); got != "mmm" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	if got, err := s.Ask(ctx, "?"); got != "mmmmmmm" || err != nil {
		t.Errorf("%q %v", got, err)
	}

	// A fork that was given the name of a turn is none.
	if _, err := a.Runtime().Fork(ctx, branch.ID()+"-1", 1, s.ID()+"-9"); err != nil {
		t.Fatal(err)
	}
	again, err := a.Reopen(ctx, s.ID())
	if err != nil || again.Open() != "" || len(again.Messages()) != 8 {
		t.Errorf("%v, open %q, %d messages", err, again.Open(), len(again.Messages()))
	}

	for _, id := range []string{"20260101-000000-NOBODY", "../x", ""} {
		if _, err := a.Reopen(ctx, id); err == nil {
			t.Errorf("%q was opened", id)
		}
	}
	other := newAgent(t, echo(), agent.Options{Journal: runs, Tenant: "south"})
	for _, id := range []string{s.ID(), names[0]} {
		if _, err := other.Reopen(ctx, id); !errors.Is(err, agent.ErrNoSession) {
			t.Errorf("another tenant opened %s: %v", id, err)
		}
	}
}

// TestReopenLeft: a turn that waits is found, finished and remembered, and a turn that
// was cancelled is not.
func TestReopenLeft(t *testing.T) {
	ctx, runs := t.Context(), &journal.Memory{}
	var p till
	o := agent.Options{Journal: runs, Tools: []*tools.Tool{p.tool()}, Policies: []string{"testdata/ask.yaml"}}
	a := newAgent(t, llm.Script(llm.Turn{Text: "Hello."}, payments("ann")), o)
	s := a.Session()
	if _, err := s.Ask(ctx, "Hi."); err != nil {
		t.Fatal(err)
	}
	if last, err := end(s.Run(ctx, "Pay 5 to ann.")); err != nil || last.Status != planner.Waiting || s.Open() != last.Run {
		t.Fatalf("%s %v, open %q", last.Status, err, s.Open())
	}

	o.Approve = func(context.Context, agent.Question) (agent.Decision, error) {
		return agent.Decision{Approve: true}, nil
	}
	b := newAgent(t, llm.Script(llm.Turn{Text: "Paid."}, llm.Turn{Text: "Bye."}), o)
	again, err := b.Reopen(ctx, s.ID())
	if err != nil || again.Open() != s.ID()+"-2" {
		t.Fatal(err, again.Open())
	}
	if last, err := end(again.Resume(ctx, again.Open())); err != nil || last.Answer != "Paid." || again.Open() != "" {
		t.Fatalf("%s %v", last.Status, err)
	}
	if n := len(again.Messages()); n != 6 || len(p.paid) != 1 {
		t.Errorf("%d messages, paid %q", n, p.paid)
	}
	if _, err := again.Ask(ctx, "Bye."); err != nil || len(again.Messages()) != 8 {
		t.Error(err, len(again.Messages()))
	}
}

// TestReopenPassed: a call that waits is not forgotten when the conversation goes on past its
// turn. What comes of it later is not taken for what was said last.
func TestReopenPassed(t *testing.T) {
	ctx, runs := t.Context(), &journal.Memory{}
	var p till
	o := agent.Options{Journal: runs, Tools: []*tools.Tool{p.tool()}, Policies: []string{"testdata/ask.yaml"}}
	s := newAgent(t, llm.Script(payments("ann"), llm.Turn{Text: "Hello."}, payments("bob"), llm.Turn{Text: "Well."}), o).Session()
	for i, prompt := range []string{"Pay 5 to ann.", "Hi.", "Pay 5 to bob.", "How are you?"} {
		if last, err := end(s.Run(ctx, prompt)); err != nil || last.Status != []planner.Status{planner.Waiting, planner.Finished}[i%2] {
			t.Fatal(prompt, last.Status, err)
		}
	}
	want := []string{s.ID() + "-1", s.ID() + "-3"}
	if got := s.Passed(); !slices.Equal(got, want) || s.Open() != "" {
		t.Errorf("passed %q, open %q", got, s.Open())
	}

	o.Approve = func(context.Context, agent.Question) (agent.Decision, error) {
		return agent.Decision{Approve: true}, nil
	}
	again, err := newAgent(t, llm.Script(llm.Turn{Text: "Paid ann."}, llm.Turn{Text: "Bye."}), o).Reopen(ctx, s.ID())
	if err != nil || !slices.Equal(again.Passed(), want) || again.Open() != "" {
		t.Fatal(err, again.Passed(), again.Open())
	}
	said := again.Messages()
	if last, err := end(again.Resume(ctx, want[0])); err != nil || last.Answer != "Paid ann." || len(p.paid) != 1 {
		t.Fatalf("%s %v, paid %q", last.Status, err, p.paid)
	}
	if got := again.Passed(); !slices.Equal(got, want[1:]) || len(again.Messages()) != len(said) {
		t.Errorf("passed %q, %d messages, not %d", got, len(again.Messages()), len(said))
	}
	if _, err := again.Ask(ctx, "Bye."); err != nil || len(again.Messages()) != len(said)+2 {
		t.Error(err, len(again.Messages()))
	}
}

// TestTwoTalk: of two processes that talk on in one conversation, the second is told so.
func TestTwoTalk(t *testing.T) {
	ctx, runs := t.Context(), &journal.Memory{}
	s := newAgent(t, echo(), agent.Options{Journal: runs}).Session()
	if _, err := s.Ask(ctx, "?"); err != nil {
		t.Fatal(err)
	}
	other, err := newAgent(t, echo(), agent.Options{Journal: runs}).Reopen(ctx, s.ID())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Ask(ctx, "?"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ask(ctx, "?"); !errors.Is(err, journal.ErrConflict) {
		t.Error(err)
	}
}

func TestEmptyPrompt(t *testing.T) {
	a := newAgent(t, echo(), agent.Options{})
	if _, err := a.Ask(t.Context(), " \n"); !errors.Is(err, agent.ErrNoPrompt) {
		t.Error(err)
	}
	if _, err := a.Start(t.Context(), agent.Start{}); !errors.Is(err, agent.ErrNoPrompt) {
		t.Error(err)
	}
}

// TestTyped: answers of other types than structs, with tools before them, in a conversation.
func TestTyped(t *testing.T) {
	call := llm.Turn{Calls: []llm.ToolCall{{Name: "weather", Arguments: json.RawMessage(`{"city":"Lima"}`)}}}
	var formats []string
	script := func(turns ...llm.Turn) *llm.Scripted {
		return &llm.Scripted{Next: func(n int, req *llm.Request) llm.Turn {
			formats = append(formats, "")
			if req.ResponseFormat != nil {
				formats[n] = string(req.ResponseFormat.Schema)
			}
			return turns[n]
		}}
	}
	a := newAgent(t, script(call, llm.Turn{Text: `{"value":["rain","wind"]}`}, llm.Turn{Text: `{"value":3}`}, llm.Turn{Text: "Yes."}, llm.Turn{Text: `{"Lima":2}`}),
		agent.Options{Tools: []*tools.Tool{weather}})
	s := a.Session()
	if got, err := agent.Ask[[]string](t.Context(), s, "The weather in Lima?"); err != nil || strings.Join(got, " ") != "rain wind" {
		t.Error(got, err)
	}
	if got, err := agent.Ask[*int](t.Context(), s, "For how many days?"); err != nil || got == nil || *got != 3 {
		t.Error(got, err)
	}
	if got, err := agent.Ask[string](t.Context(), s, "Sure?"); err != nil || got != "Yes." || formats[3] != "" {
		t.Error(got, err, formats[3])
	}
	if got, err := agent.Ask[map[string]int](t.Context(), s, "By city?"); err != nil || got["Lima"] != 2 {
		t.Error(got, err)
	}
	if !strings.Contains(formats[0], `"value":{"items":{"type":"string"},"type":"array"}`) {
		t.Error(formats[0])
	}
	if _, err := agent.Ask[chan int](t.Context(), s, "?"); err == nil {
		t.Error("a channel has no schema")
	}
}

// TestTypedGivesUp: a model that never keeps to the form ends within its budget, and the
// error says why.
func TestTypedGivesUp(t *testing.T) {
	asked := 0
	m := &llm.Scripted{Next: func(n int, req *llm.Request) llm.Turn {
		if asked = n + 1; n > 0 {
			last := req.Messages[len(req.Messages)-1]
			if last.Role != llm.RoleSystem || !strings.Contains(last.Content, "not of the form") {
				t.Errorf("%+v", last)
			}
		}
		return llm.Turn{Text: "No idea."}
	}}
	_, err := agent.Ask[parcel](t.Context(), newAgent(t, m, agent.Options{Budget: planner.Budget{Repairs: 2}}), "?")
	var left *agent.NotFinishedError
	if !errors.As(err, &left) || left.Status != planner.BudgetExceeded || asked != 3 {
		t.Errorf("%v after %d turns", err, asked)
	}
	var wrong *agent.AnswerError
	if !errors.As(err, &wrong) || wrong.Answer != "No idea." || wrong.Run != left.Run || !strings.Contains(err.Error(), "No idea.") || !strings.Contains(err.Error(), "the budget is 2") {
		t.Errorf("%v", err)
	}
}

// TestTypedWrong: an answer that keeps to the schema and is none of the type, or that is no
// JSON at all, is an error that has it, with the run, whose journal is kept; nothing of it is
// returned.
func TestTypedWrong(t *testing.T) {
	check := func(name, answer string, got any, err error, a *agent.Agent) {
		t.Helper()
		var wrong *agent.AnswerError
		if !errors.As(err, &wrong) || wrong.Answer != answer || !strings.Contains(err.Error(), wrong.Run) {
			t.Fatalf("%s: %v, %v", name, got, err)
		}
		if _, s, err := a.Runtime().Events(t.Context(), wrong.Run); err != nil || !s.Status.Done() {
			t.Errorf("%s: the run is not kept: %v %v", name, s.Status, err)
		}
		if v := reflect.ValueOf(got); !v.IsZero() {
			t.Errorf("%s: %v is returned beside the error", name, got)
		}
	}
	says := func(text string) *agent.Agent {
		return newAgent(t, &llm.Scripted{Next: func(int, *llm.Request) llm.Turn { return llm.Turn{Text: text} }}, agent.Options{Budget: planner.Budget{Repairs: 1}})
	}
	a := says(`{"value":300}`)
	small, err := agent.Ask[uint8](t.Context(), a, "How many?")
	check("too large", `{"value":300}`, small, err, a)
	a = says(`{"number":1042.0,"status":"late"}`)
	p, err := agent.Ask[parcel](t.Context(), a, "Which?")
	check("a number with a point", `{"number":1042.0,"status":"late"}`, p, err, a)
	a = says(`{}`)
	n, err := agent.Ask[*int](t.Context(), a, "How many?")
	check("no value", `{}`, n, err, a)
	refusal := "I'm sorry, I can't help with that."
	a = says(refusal)
	p, err = agent.Ask[parcel](t.Context(), a, "Which?")
	check("a refusal", refusal, p, err, a)
	p, err = agent.Ask[parcel](t.Context(), a.Session(), "Which?")
	check("a refusal in a conversation", refusal, p, err, a)
	var left *agent.NotFinishedError
	if !errors.As(err, &left) || left.Status != planner.BudgetExceeded {
		t.Error(err)
	}
	// The last turn counts: one that is cut off later was no wrong answer.
	turns := []llm.Turn{{Text: "No."}, {Err: errors.New("no power")}}
	a = newAgent(t, &llm.Scripted{Next: func(n int, _ *llm.Request) llm.Turn { return turns[min(n, 1)] }}, agent.Options{Patience: -1})
	var wrong *agent.AnswerError
	if _, err = agent.Ask[parcel](t.Context(), a, "Which?"); errors.As(err, &wrong) || !strings.Contains(err.Error(), "no power") {
		t.Error(err)
	}
}
