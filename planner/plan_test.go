package planner_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/grammar"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/tools"
)

// planSpecs are tools with arguments of several types.
var planSpecs = []tools.Spec{
	{Name: "find", Effect: tools.Read, Parameters: json.RawMessage(`{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}`)},
	{Name: "sum", Effect: tools.Read, Parameters: json.RawMessage(`{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]}`)},
	{Name: "pay", Effect: tools.Once, Parameters: json.RawMessage(`{"type":"object","properties":{"to":{"type":"string"},"eur":{"type":"number"},"note":{"type":"string","default":"-"}},"required":["to","eur"]}`)},
}

// desk answers like an office: find returns an object, sum a number.
func desk(c tools.Call) tools.Result {
	var args struct {
		Name string
		A, B float64
	}
	_ = json.Unmarshal(c.Arguments, &args)
	v := any("paid")
	switch c.Tool {
	case "find":
		if args.Name == "nobody" {
			return tools.Result{Status: tools.StatusFail, Reason: "there is nobody of that name"}
		}
		v = map[string]any{"id": args.Name + "@bank", "debts": []int{20, 5}}
	case "sum":
		v = args.A + args.B
	}
	raw, _ := json.Marshal(v)
	return tools.Result{Status: tools.StatusOK, Value: raw}
}

func planRun(t *testing.T, turns ...planner.Generated) *world {
	w := newWorld(t)
	w.model, w.tool = script(turns...), desk
	w.start(planner.Started{Strategy: planner.Plan, Tools: planSpecs})
	return w
}

const debtPlan = `{"steps":[
	{"id":"pay","tool":"pay","arguments":{"to":"{{ana.id}}","eur":"{{total}}","note":"for {{bob.id}}: {{ana.debts}}"},"after":["bob"]},
	{"id":"ana","tool":"find","arguments":{"name":"ana"}},
	{"id":"bob","tool":"find","arguments":{"name":"bob"}},
	{"id":"total","tool":"sum","arguments":{"a":"{{ana.debts.0}}","b":"{{ana.debts.1}}"}}
],"then":"answer"}`

// TestPlan: steps run once those they need have succeeded, independent ones at once,
// and results go into arguments with their types.
func TestPlan(t *testing.T) {
	w := planRun(t, said(debtPlan), said("Paid."))
	var waves [][]string // of calls in flight together
	for len(planner.Commands(w.s)) > 0 {
		// All that is open is brought up to the same point, then answered.
		for _, kind := range []planner.CommandKind{planner.Generate, planner.Decide, planner.Intend, planner.Dispatch, planner.End} {
			var wave []string
			for _, cmd := range planner.Commands(w.s) {
				if cmd.Kind != kind {
					continue
				}
				if c, _ := w.s.Call(callID(cmd)); kind == planner.Dispatch {
					wave = append(wave, c.Step)
				}
				if err := w.do(cmd); err != nil {
					t.Fatal(err)
				}
			}
			if len(wave) > 0 {
				waves = append(waves, wave)
			}
		}
	}
	w.replay()
	want := "[[ana bob] [total] [pay]]"
	if got := fmt.Sprint(waves); w.s.Status != planner.Finished || got != want {
		t.Fatal(w.s.Status, w.s.Reason, got)
	}
	ran := []string{`find{"name":"ana"}`, `find{"name":"bob"}`, `sum{"a":20,"b":5}`, `pay{"eur":25,"note":"for bob@bank: [20,5]","to":"ana@bank"}`}
	if !slices.Equal(w.log, ran) {
		t.Fatalf("%q", w.log)
	}
	if m := w.s.Messages; len(m) != 7 || len(m[1].Calls) != 4 || m[2].Name != "pay" || m[3].Name != "find" || w.s.Answer() != "Paid." {
		t.Fatalf("%+v", m)
	}
	if w.s.Used.Calls != 4 || w.s.Used.Steps != 2 {
		t.Fatalf("%+v", w.s.Used)
	}
}

func callID(cmd planner.Command) string {
	if cmd.Call == nil {
		return ""
	}
	return cmd.Call.ID
}

// TestParallelEffects: two effects of a plan that need nothing of each other are in
// flight together.
func TestParallelEffects(t *testing.T) {
	w := planRun(t, said(`{"steps":[{"id":"a","tool":"pay","arguments":{"to":"x","eur":1}},{"id":"b","tool":"pay","arguments":{"to":"y","eur":1}}],"then":"answer"}`))
	for range 5 { // the plan, two decisions, two intents
		cmds := planner.Commands(w.s)
		i := slices.IndexFunc(cmds, func(c planner.Command) bool { return c.Kind != planner.Dispatch })
		if err := w.do(cmds[i]); err != nil {
			t.Fatal(err)
		}
	}
	if cmds := planner.Commands(w.s); len(cmds) != 2 || cmds[0].Kind != planner.Dispatch || cmds[1].Kind != planner.Dispatch {
		t.Fatal(commands(cmds))
	}
}

// TestReplan: a step fails, what needs it does not run, the model plans again with
// what it has seen.
func TestReplan(t *testing.T) {
	var asked []string
	w := planRun(t)
	next := script(
		said(`{"steps":[{"id":"a","tool":"find","arguments":{"name":"nobody"}},{"id":"b","tool":"pay","arguments":{"to":"{{a.id}}","eur":1}},{"id":"c","tool":"pay","arguments":{"to":"x","eur":1},"after":["b"]},{"id":"d","tool":"find","arguments":{"name":"dan"}}],"then":"answer"}`),
		said(`{"steps":[{"id":"a","tool":"find","arguments":{"name":"ana"}},{"id":"b","tool":"pay","arguments":{"to":"{{a.id}}","eur":1}}],"then":"plan"}`),
		said(`{"steps":[],"then":"answer"}`), said("Done."))
	w.model = func(req *llm.Request) planner.Generated {
		raw, _ := json.Marshal(req)
		asked = append(asked, string(raw))
		return next(req)
	}
	s := w.drive()
	if s.Status != planner.Finished || s.Answer() != "Done." || s.Plan.Plans != 3 {
		t.Fatal(s.Status, s.Reason, s.Plan)
	}
	want := []string{`find{"name":"nobody"}`, `find{"name":"dan"}`, `find{"name":"ana"}`, `pay{"eur":1,"note":"-","to":"ana@bank"}`}
	if !slices.Equal(w.log, want) {
		t.Fatalf("%q", w.log)
	}
	if !strings.Contains(asked[1], "there is nobody of that name") || !strings.Contains(asked[1], "step b did not succeed") || !strings.Contains(asked[1], "dan@bank") {
		t.Fatal(asked[1])
	}
	if !strings.Contains(asked[0], `"response_format"`) || strings.Contains(asked[3], `"response_format"`) || !strings.Contains(asked[3], `"mode":"none"`) {
		t.Fatal(asked[3])
	}
}

// TestBadPlans: each is answered with what is wrong with it; a model that never
// writes a good one is stopped.
func TestBadPlans(t *testing.T) {
	step := func(s string) string { return `{"steps":[` + s + `],"then":"answer"}` }
	for text, want := range map[string]string{
		"I will look for ana.": "no JSON object",
		`{"steps":7}`:          "no plan",
		step(`{"id":"a","tool":"fly","arguments":{}}`):                                                                              `no tool \"fly\"`,
		step(`{"id":"a b","tool":"find","arguments":{}}`):                                                                           `is no id`,
		step(`{"id":"a","tool":"find","arguments":{}},{"id":"a","tool":"find","arguments":{}}`):                                     "two steps are called a",
		step(`{"id":"a","tool":"find","arguments":[]}`):                                                                             "not a JSON object",
		step(`{"id":"a","tool":"find","arguments":{"name":"{{z}}"}}`):                                                               `needs step \"z\"`,
		step(`{"id":"a","tool":"find","arguments":{},"after":["a"]}`):                                                               "waits for itself",
		step(`{"id":"a","tool":"find","arguments":{"name":"{{b}}"}},{"id":"b","tool":"find","arguments":{},"after":["a"]}`):         "waits for itself",
		step(strings.TrimSuffix(strings.Repeat(`{"id":"a","tool":"find","arguments":{}},`, 200), ",")):                              "200 steps, 128 calls are left",
		step(`{"id":"a","tool":"find","arguments":{"name":"ana"}},{"id":"b","tool":"pay","arguments":{"to":"{{a.iban}}","eur":1}}`): "has no iban",
		step(`{"id":"a","tool":"find","arguments":{"name":"ana"}},{"id":"b","tool":"pay","arguments":{"to":"x","eur":"{{a.id}}"}}`): "arguments of pay are wrong",
	} {
		var asked string
		w := planRun(t)
		next := script(said(text), said(`{"steps":[],"then":"answer"}`), said("ok"))
		w.model = func(req *llm.Request) planner.Generated {
			raw, _ := json.Marshal(req.Messages)
			asked += string(raw)
			return next(req)
		}
		if s := w.drive(); s.Status != planner.Finished || !strings.Contains(asked, want) || slices.ContainsFunc(w.log, func(l string) bool { return strings.HasPrefix(l, "pay") }) {
			t.Errorf("%s: %s (%s), %s", text, s.Status, s.Reason, asked)
		}
	}
	w := planRun(t)
	w.model = func(*llm.Request) planner.Generated { return said("no") }
	if s := w.drive(); s.Status != planner.BudgetExceeded {
		t.Fatal(s.Status)
	}
}

// TestPlanSchema: the plans that the model may write are those that can be read.
func TestPlanSchema(t *testing.T) {
	w := planRun(t)
	schema := planner.Commands(w.s)[0].Request.ResponseFormat.Schema
	g, err := grammar.CompileSchema(schema, grammar.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		`{"steps": [], "then": "answer"}`: true,
		`{"steps": [{"id": "a", "tool": "sum", "arguments": {"a": 1, "b": "{{x.y}}"}, "after": ["x"]}], "then": "plan"}`: true,
		`{"steps": [{"id": "a", "tool": "fly", "arguments": {}}], "then": "plan"}`:                                       false,
		`{"steps": [{"id": "a", "tool": "sum", "arguments": {"a": "one"}}], "then": "plan"}`:                             false,
		`{"steps": [{"id": "a", "tool": "sum", "arguments": {"a": 1}}], "then": "plan"}`:                                 false,
	} {
		vocab := make([][]byte, 256)
		for i := range vocab {
			vocab[i] = []byte{byte(i)}
		}
		m := g.NewMatcher(grammar.NewVocab(vocab, func(int32) bool { return false }))
		ok := m.AcceptBytes([]byte(text)) == nil && m.CanEnd()
		if ok != want {
			t.Errorf("%s: %t", text, ok)
		}
	}
}
