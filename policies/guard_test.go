package policies

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools"
)

var start = time.Unix(1_700_000_000, 0).UTC()

func paySpec() tools.Spec {
	return tools.Spec{Name: "pay", Effect: tools.Once, Parameters: []byte(`{"type":"object","properties":{
		"amount":{"type":"number"},"to":{"type":"string"},"n":{"type":"integer"},"list":{"type":"array","items":{"type":"integer"}}}}`)}
}

func bundleOf(t testing.TB, text string, specs ...tools.Spec) (*Bundle, error) {
	t.Helper()
	s, err := ParseSource("b.yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	if len(specs) == 0 {
		specs = []tools.Spec{paySpec()}
	}
	return Compile([]*Source{s}, specs)
}

func ruleText(when string) string {
	return "name: b\nrules:\n  - id: r\n    on: call\n    when: " + fmt.Sprintf("%q", when) + "\n    then: deny\n"
}

// TestRefusedAtLoad holds each trap of expr, and each fault of a bundle.
func TestRefusedAtLoad(t *testing.T) {
	nest := func(open, inner, end string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	for name, c := range map[string]struct{ text, want string }{
		"brackets":     {ruleText(nest("(", "true", ")", 1000)), "brackets nested"},
		"million":      {ruleText(nest("(", "true", ")", 1_000_000)), "bytes"},
		"half million": {ruleText(nest("(", "true", ")", 500_000)), "nested"},
		"open":         {ruleText(strings.Repeat("[", 1_000_000)), "nested"},
		"long line":    {ruleText("true" + strings.Repeat(" || true", 130_000)), "expression of"},
		"aliases":      {"name: &a b\ndescription: *a\n", "aliases"},
		"documents":    {"name: a\n---\nname: b\n", "more than one"},
		"wide":         {ruleText(strings.Repeat("true && ", 1500) + "true"), "node"},
		"long":         {ruleText("true || " + strings.Repeat("true||", 4000) + "true"), "expression of"},
		"not":          {ruleText(strings.Repeat("!", 500) + "true"), "prefix operators"},
		"ternary":      {ruleText(strings.Repeat("true?true:", 200) + "true"), "prefix operators"},
		"predicates":   {ruleText("all(args.list, any(args.list, none(args.list, # > 1)))"), "predicates nested 3"},
		"clock":        {ruleText("now().Year() > 2000"), "now"},
		"date":         {ruleText(`date("2020-01-01").Year() > 2000`), "date"},
		"undefined":    {ruleText("nothing"), "unknown name nothing"},
		"misspelt":     {ruleText("args.amuont > 5"), "amuont"},
		"type":         {ruleText(`args.amount > "5"`), "mismatched"},
		"not bool":     {ruleText("args.amount"), "bool"},
		"pattern":      {ruleText(`args.to matches "(a{1000}){1000}"`), "repe"},
		"computed":     {ruleText("args.to matches args.to"), "written out"},
		"zero":         {ruleText("args.n % 0 == 1"), "division by zero"},
		"range":        {ruleText("len(1..1000000) > 1"), "range"},
		"kind":         {ruleText(`found("crad")`), "unknown kind"},
		"window":       {ruleText(`len(recent("pay", "an hour")) > 1`), "length of time"},
		"tools":        {"name: b\nrules:\n  - {id: a, on: answer, tools: [pay], then: deny}\n", "no meaning"},
		"unknown key":  {"name: b\nrulez: []\n", "rulez"},
		"unknown rule": {"name: b\nrules:\n  - {id: a, on: call, then: deny, whem: 'true'}\n", "whem"},
		"verdict":      {"name: b\nrules:\n  - {id: a, on: call, then: maybe}\n", "maybe"},
		"hook":         {"name: b\nrules:\n  - {id: a, on: never, then: deny}\n", "never"},
		"twice":        {"name: b\nrules:\n  - {id: a, on: call, then: deny}\n  - {id: a, on: call, then: deny}\n", "twice"},
		"empty":        {"", "empty"},
		"alias":        {"name: b\ndescription: &a x\ndefault: *a\n", "alias"},
		"huge":         {strings.Repeat("# x\n", 300_000), "more than"},
		"flow":         {"name: " + strings.Repeat("[", 100_000), "nested"},
	} {
		least := time.Hour // of three tries: a busy machine holds one up
		for range 3 {
			began := time.Now()
			_, err := bundleOf(t, c.text)
			least = min(least, time.Since(began))
			if !errors.Is(err, ErrBundle) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%s: %.300v", name, err)
			}
			if least <= 2*time.Second {
				break
			}
		}
		if least > 2*time.Second {
			t.Errorf("%s took %v", name, least)
		}
	}
}

// TestCaret shows the file, the line and the caret under a misspelt argument.
func TestCaret(t *testing.T) {
	_, err := bundleOf(t, "name: b\nrules:\n  - id: r\n    on: call\n    when: args.amuont > 5\n    then: deny\n")
	if err == nil || !strings.Contains(err.Error(), "b.yaml:5") || !strings.Contains(err.Error(), "^") || !strings.Contains(err.Error(), "tool pay") {
		t.Fatal(err)
	}
}

// TestDeniedAtRun: what fails only with certain arguments is a deny, in bounded time.
func TestDeniedAtRun(t *testing.T) {
	for when, args := range map[string]string{
		"args.amount > 5":                  `{}`,
		"1 % args.n == 1":                  `{"n":0}`,
		"args.list[7] == 1":                `{"list":[]}`,
		"len(args.list) > 0":               `{"list":[` + strings.Repeat("1,", 2000) + `1]}`,
		"args.n > 1":                       `{"n":1.5}`,
		"len(recent('pay', args.to)) == 0": `{"to":"x"}`,
	} {
		b, err := bundleOf(t, "name: b\ndefault: allow\nrules:\n  - id: r\n    on: call\n    when: "+fmt.Sprintf("%q", when)+"\n    then: allow\n")
		if err != nil {
			t.Fatal(when, err)
		}
		d := NewRun(b, Info{Started: start}).Call(tools.Call{ID: "1", Tool: "pay", Arguments: []byte(args)}, start)
		if d.Verdict != Deny {
			t.Errorf("%s: %s by %s", when, d.Verdict, d.Rule)
		}
	}
}

// TestMemoryBudget bounds what one rule may build.
func TestMemoryBudget(t *testing.T) {
	b, err := bundleOf(t, "name: b\ndefault: allow\nrules:\n  - id: r\n    on: call\n    when: len(map(1..900, map(1..900, 1))) > 0\n    then: allow\n")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	d := NewRun(b, Info{}).Call(tools.Call{ID: "1", Tool: "pay", Arguments: []byte(`{}`)}, start)
	if d.Verdict != Deny || !strings.Contains(d.Reason, "memory") {
		t.Error(d.Verdict, d.Reason)
	}
	if time.Since(began) > time.Second {
		t.Error(time.Since(began))
	}
}

func fold(t testing.TB, r *Run, facts ...Fact) {
	t.Helper()
	for _, f := range facts {
		if err := r.Observe(f); err != nil {
			t.Fatal(err)
		}
	}
}

func say(text string) Fact {
	return Fact{Kind: FactMessage, At: start, Message: &llm.Message{Role: llm.RoleUser, Content: text}}
}

// do makes a call that is allowed and completes with the status.
func do(t testing.TB, r *Run, id, tool, args string, status tools.Status, at time.Time) Decision {
	t.Helper()
	call := tools.Call{ID: id, Tool: tool, Arguments: []byte(args)}
	d := r.Call(call, at)
	fold(t, r, Fact{Kind: FactDecision, At: at, Decision: &d})
	if d.Verdict.Passes() {
		fold(t, r, Fact{Kind: FactResult, At: at, Call: &call, Result: &tools.Result{Status: status, Value: []byte(`"done"`)}})
	}
	return d
}

// TestHistory: sums, windows, order and failures; only completed calls count.
func TestHistory(t *testing.T) {
	look := tools.Spec{Name: "look", Effect: tools.Read}
	b, err := bundleOf(t, `
name: b
default: allow
budgets: {repeats: 2}
rules:
  - {id: total, on: call, tools: [pay], when: 'sum(calls("pay"), .args.amount) + args.amount > 100', then: deny, reason: too much}
  - {id: rate, on: call, tools: [pay], when: 'len(recent("pay", "1m")) >= 2', then: deny}
  - {id: after, on: call, tools: [pay], when: '!seen("look")', then: deny}
  - {id: broken, on: call, when: 'failures(tool.name) >= 2', then: halt}
`, paySpec(), look)
	if err != nil {
		t.Fatal(err)
	}
	r := NewRun(b, Info{Started: start})
	check := func(d Decision, want string) {
		t.Helper()
		if d.Rule != want {
			t.Errorf("%s by %s, want %s", d.Verdict, d.Rule, want)
		}
	}
	check(do(t, r, "1", "pay", `{"amount":10}`, tools.StatusOK, start), "b/after")
	check(do(t, r, "2", "look", `{}`, tools.StatusFail, start), "default")
	check(do(t, r, "3", "pay", `{"amount":10}`, tools.StatusOK, start), "b/after") // look failed
	check(do(t, r, "4", "look", `{}`, tools.StatusOK, start), "default")
	check(do(t, r, "5", "look", `{}`, tools.StatusOK, start), "budget/repeats")
	check(do(t, r, "6", "pay", `{"amount":60}`, tools.StatusOK, start), "default")
	check(do(t, r, "7", "pay", `{"amount":41}`, tools.StatusOK, start), "b/total")
	check(do(t, r, "8", "pay", `{"amount":30}`, tools.StatusFail, start), "default")
	check(do(t, r, "9", "pay", `{"amount":40}`, tools.StatusOK, start), "default") // the failed one does not count
	check(do(t, r, "10", "pay", `{"amount":0}`, tools.StatusOK, start), "b/rate")
	late := start.Add(time.Hour)
	check(do(t, r, "11", "pay", `{"amount":0}`, tools.StatusTimeout, late), "default")
	check(do(t, r, "12", "pay", `{"amount":0.0}`, tools.StatusFail, late), "default")
	if d := do(t, r, "13", "pay", `{"amount":0.00}`, tools.StatusOK, late); d.Verdict != Halt {
		t.Error(d.Verdict, d.Rule)
	}
}

// TestBudgets stops a run at each bound.
func TestBudgets(t *testing.T) {
	for budget, facts := range map[string][]Fact{
		"steps: 1":   {{Kind: FactStep}, {Kind: FactStep}},
		"tokens: 10": {{Kind: FactStep, Usage: &llm.Usage{PromptTokens: 11}}},
		"money: 1":   {{Kind: FactStep, Usage: &llm.Usage{GeneratedTokens: 600_000}}},
		"wall: 1s":   {},
	} {
		b, err := bundleOf(t, "name: b\ndefault: allow\nprices: {generated: 2}\nbudgets: {"+budget+"}\n")
		if err != nil {
			t.Fatal(err)
		}
		r := NewRun(b, Info{Started: start})
		if err := r.Over(start); err != nil {
			t.Error(budget, err)
		}
		fold(t, r, facts...)
		var over *BudgetError
		if err := r.Over(start.Add(2 * time.Second)); !errors.As(err, &over) || !strings.HasPrefix(budget, over.Budget) {
			t.Error(budget, err)
		}
		if d := r.Call(tools.Call{ID: "1", Tool: "pay"}, start.Add(2*time.Second)); d.Verdict != Halt {
			t.Error(budget, d.Verdict)
		}
	}
}
