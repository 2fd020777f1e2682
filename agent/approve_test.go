package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// till counts what is paid.
type till struct{ paid []string }

func (p *till) tool() *tools.Tool {
	return tools.New("pay", "Pay somebody.", func(_ context.Context, in payment) (string, error) {
		p.paid = append(p.paid, in.To)
		return "paid", nil
	}, tools.Options{Effect: tools.Idempotent})
}

func payments(names ...string) llm.Turn {
	var t llm.Turn
	for _, n := range names {
		t.Calls = append(t.Calls, llm.ToolCall{Name: "pay", Arguments: json.RawMessage(fmt.Sprintf(`{"to":%q,"amount":5}`, n))})
	}
	return t
}

// end is the last event of a stream, and its error.
func end(events func(func(agent.Event, error) bool)) (last agent.Event, err error) {
	for ev, e := range events {
		last, err = ev, e
	}
	return last, err
}

func TestApprove(t *testing.T) {
	broken := errors.New("nobody is at the desk")
	for name, c := range map[string]struct {
		decide func(q agent.Question) (agent.Decision, error)
		paid   string
		status planner.Status
		err    error
		by     string
	}{
		"the zero decision refuses": {func(agent.Question) (agent.Decision, error) { return agent.Decision{}, nil }, "", planner.Finished, nil, "the program"},
		"yes":                       {func(agent.Question) (agent.Decision, error) { return agent.Decision{Approve: true, By: "ines"}, nil }, "ann bob", planner.Finished, nil, "ines"},
		"one later": {func(q agent.Question) (agent.Decision, error) {
			if strings.Contains(string(q.Call.Arguments), "bob") {
				return agent.Decision{}, agent.ErrLater
			}
			return agent.Decision{Approve: true}, nil
		}, "ann", planner.Waiting, nil, "the program"},
		"all later":  {func(agent.Question) (agent.Decision, error) { return agent.Decision{}, agent.ErrLater }, "", planner.Waiting, nil, ""},
		"an error":   {func(agent.Question) (agent.Decision, error) { return agent.Decision{}, broken }, "", "", broken, ""},
		"one reason": {func(agent.Question) (agent.Decision, error) { return agent.Decision{Reason: "too much"}, nil }, "", planner.Finished, nil, "the program"},
	} {
		t.Run(name, func(t *testing.T) {
			var p till
			asked := 0
			a, err := agent.New(llm.Script(payments("ann", "bob"), llm.Turn{Text: "Done."}), agent.Options{Tools: []*tools.Tool{p.tool()}, Policies: []string{"testdata/ask.yaml"},
				Approve: func(_ context.Context, q agent.Question) (agent.Decision, error) {
					if asked++; !strings.Contains(q.String(), "pay") || q.Decision.Rule != "ask/payments" || q.Run == "" {
						t.Errorf("%+v: %s", q, q)
					}
					return c.decide(q)
				}})
			if err != nil {
				t.Fatal(err)
			}
			last, err := end(a.Run(context.Background(), "Pay 5 to ann and bob."))
			if last.Status != c.status || !errors.Is(err, c.err) || strings.Join(p.paid, " ") != c.paid {
				t.Errorf("%s %v, paid %q", last.Status, err, p.paid)
			}
			if asked > 2 {
				t.Errorf("asked %d times", asked)
			}
			events, s, err := a.Runtime().Events(context.Background(), last.Run)
			if err != nil {
				t.Fatal(err)
			}
			for _, ev := range events {
				if ev.Answered != nil && ev.Answered.By != c.by {
					t.Errorf("answered by %q", ev.Answered.By)
				}
			}
			if c.err != nil && s.Status != planner.Waiting {
				t.Errorf("the run is %s, not waiting", s.Status)
			}
		})
	}
}

// TestApprovedElsewhere: whoever is first decides.
func TestApprovedElsewhere(t *testing.T) {
	var p till
	var a *agent.Agent
	a, err := agent.New(llm.Script(payments("ann"), llm.Turn{Text: "Done."}), agent.Options{Tools: []*tools.Tool{p.tool()}, Policies: []string{"testdata/ask.yaml"},
		Approve: func(ctx context.Context, q agent.Question) (agent.Decision, error) {
			return agent.Decision{}, a.Answer(ctx, q.Run, q.Call, true, "root", "") // another terminal
		}})
	if err != nil {
		t.Fatal(err)
	}
	if last, err := end(a.Run(context.Background(), "Pay 5 to ann.")); err != nil || last.Status != planner.Finished || len(p.paid) != 1 {
		t.Errorf("%s %v, paid %q", last.Status, err, p.paid)
	}
}

// TestApproveOfTenant: the answer is on behalf of the run's tenant, whoever's the agent is.
func TestApproveOfTenant(t *testing.T) {
	var p till
	a := newAgent(t, llm.Script(payments("ann"), llm.Turn{Text: "Done."}), agent.Options{Tools: []*tools.Tool{p.tool()}, Policies: []string{"testdata/ask.yaml"},
		Approve: func(context.Context, agent.Question) (agent.Decision, error) {
			return agent.Decision{Approve: true}, nil
		}})
	run, err := a.Start(t.Context(), agent.Start{Prompt: "Pay 5 to ann.", Tenant: "south"})
	if err != nil {
		t.Fatal(err)
	}
	if last, err := end(a.Resume(t.Context(), run)); err != nil || last.Status != planner.Finished || len(p.paid) != 1 {
		t.Errorf("%s %v, paid %q", last.Status, err, p.paid)
	}
}

// TestApproveBelow: a question of an agent that is used as a tool reaches the callback of
// the one above, and both runs go on.
func TestApproveBelow(t *testing.T) {
	for _, own := range []bool{false, true} {
		var p till
		runs, asked := &journal.Memory{}, ""
		approve := func(who string) func(context.Context, agent.Question) (agent.Decision, error) {
			return func(context.Context, agent.Question) (agent.Decision, error) {
				asked += who
				return agent.Decision{Approve: true}, nil
			}
		}
		o := agent.Options{Journal: runs, Tools: []*tools.Tool{p.tool()}, Policies: []string{"testdata/ask.yaml"}}
		if own {
			o.Approve = approve("clerk")
		}
		clerk, err := agent.New(llm.Script(payments("ann"), llm.Turn{Text: "Paid."}), o)
		if err != nil {
			t.Fatal(err)
		}
		middle, err := agent.New(llm.Script(
			llm.Turn{Calls: []llm.ToolCall{{Name: "clerk", Arguments: json.RawMessage(`{"task":"Pay 5 to ann."}`)}}},
			llm.Turn{Text: "Paid."}), agent.Options{Journal: runs, Subs: map[string]agent.Sub{"clerk": {Agent: clerk}}, Gate: everything})
		if err != nil {
			t.Fatal(err)
		}
		boss, err := agent.New(llm.Script(
			llm.Turn{Calls: []llm.ToolCall{{Name: "office", Arguments: json.RawMessage(`{"task":"Pay 5 to ann."}`)}}},
			llm.Turn{Text: "Done."}), agent.Options{Journal: runs, Subs: map[string]agent.Sub{"office": {Agent: middle}}, Gate: everything, Approve: approve("boss")})
		if err != nil {
			t.Fatal(err)
		}
		last, err := end(boss.Run(context.Background(), "Pay 5 to ann."))
		want := "boss"
		if own {
			want = "clerk"
		}
		if err != nil || last.Status != planner.Finished || len(p.paid) != 1 || asked != want {
			t.Errorf("%s %v, paid %q, asked %q", last.Status, err, p.paid, asked)
		}
	}
}

// TestPoliciesRefused: what is wrong with the policies is said when the agent is made.
func TestPoliciesRefused(t *testing.T) {
	var p till
	for want, o := range map[string]agent.Options{
		"not both":                  {Policies: []string{"strict"}, Gate: everything},
		"built in are budget, pii,": {Policies: []string{"strct"}},
		"no such file":              {Policies: []string{"testdata/none.yaml"}},
		"testdata/small.yaml":       {Policies: []string{"testdata/small.yaml"}, Tools: []*tools.Tool{tools.New("pay", "", func(context.Context, struct{}) (string, error) { return "", nil })}},
		`a number has no keyword "minim`: {Tools: []*tools.Tool{tools.New("pay", "", func(context.Context, struct {
			Amount float64 `json:"amount" jsonschema:"minimun=3"`
		}) (string, error) {
			return "", nil
		})}},
	} {
		if o.Tools == nil {
			o.Tools = []*tools.Tool{p.tool()}
		}
		if _, err := agent.New(llm.Script(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

// TestDefaultDeny: who sees the answer of a first tool learns what to write.
func TestDefaultDeny(t *testing.T) {
	for _, o := range []agent.Options{{}, {Policies: []string{"testdata/silent.yaml"}}} {
		var p till
		o.Tools = []*tools.Tool{p.tool()}
		a, err := agent.New(llm.Script(payments("ann"), llm.Turn{Text: "No."}), o)
		if err != nil {
			t.Fatal(err)
		}
		reason := ""
		for ev, err := range a.Run(context.Background(), "Pay 5 to ann.") {
			if err != nil {
				t.Fatal(err)
			}
			if ev.Decision != nil {
				reason = ev.Decision.Reason + " " + ev.Decision.Hint
			}
		}
		for _, want := range []string{"pay", "tools.Read", "effect: read", "{id: pay, on: call, tools: [pay], then: allow}"} {
			if !strings.Contains(reason, want) {
				t.Errorf("no %s in %q", want, reason)
			}
		}
	}
}
