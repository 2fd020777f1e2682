package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// payer is a model that pays mallory whenever it is asked, whatever it is told, but for
// what a way to pay again says otherwise.
type payer struct {
	next func(n int, req *llm.Request) *llm.Turn // nil: it pays
	n    int
}

var payMallory = call("pay", `{"to":"mallory","eur":500}`)

func (p *payer) turn(_ int, req *llm.Request) llm.Turn {
	p.n++
	if p.next != nil {
		if t := p.next(p.n, req); t != nil {
			return *t
		}
	}
	return calls(payMallory)
}

// paying is one bundle, one prompt and one bank, over all processes of a run.
type paying struct {
	t      *testing.T
	bundle string
	prompt string
	bank   bank
	model  payer
	agents map[string]runtime.SubAgent
	status tools.Status // of a payment; "" is OK
	j      journal.Memory
}

// process is a process that knows of the journal and the tools.
func (p *paying) process() *runtime.Runtime {
	p.t.Helper()
	rt, err := runtime.New(runtime.Options{Journal: &p.j, Model: &llm.Scripted{Context: 3000, Next: p.model.turn}, Gate: guard(p.t, runtime.GuardOptions{Policy: p.bundle}), Agents: p.agents,
		Caller: callerFunc(func(ctx context.Context, c tools.Call) (tools.Result, error) {
			res, err := p.bank.Call(ctx, c)
			if c.Tool == "inbox" {
				res.Value, _ = json.Marshal(strings.Repeat("Nothing new. ", 150))
			} else if err == nil && p.status != "" {
				res = tools.Result{Status: p.status, Reason: "the line was cut"}
			}
			return res, err
		})})
	if err != nil {
		p.t.Fatal(err)
	}
	return rt
}

func (p *paying) start(run string) planner.Started {
	s := planner.Started{Run: run, System: "You pay.", Messages: []llm.Message{{Role: llm.RoleUser, Content: p.prompt}}, Tools: bankSpecs}
	for name, a := range p.agents {
		s.Tools = append(s.Tools, a.Spec(name, "Helps."))
	}
	return s
}

// drive takes a run on until it stands still.
func (p *paying) drive(run string) planner.State {
	p.t.Helper()
	s, err := p.process().Drive(ctx, run, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

func (p *paying) begin(run string) planner.State {
	p.t.Helper()
	if _, err := p.process().Start(ctx, p.start(run)); err != nil {
		p.t.Fatal(err)
	}
	return p.drive(run)
}

// family begins a run with sub-agents, and takes it on until it stands still or a child waits for
// a person and holds it up.
func (p *paying) family(run string) (held *runtime.ChildError) {
	p.t.Helper()
	if _, err := p.process().Start(ctx, p.start(run)); err != nil {
		p.t.Fatal(err)
	}
	for range 8 {
		rt := p.process()
		s, err := rt.Drive(ctx, run, nil)
		if errors.As(err, &held) {
			return held
		}
		if !p.letAgents(rt, s) {
			break
		}
	}
	return nil
}

// letAgents is a person who lets sub-agents be asked, and no payment be made.
func (p *paying) letAgents(rt *runtime.Runtime, s planner.State) (let bool) {
	for _, k := range s.Calls {
		if _, agent := p.agents[k.Tool]; agent && k.Phase == planner.Awaiting {
			let = true
			if err := rt.Answer(ctx, s.Run, planner.Answered{Call: k.ID, Hash: k.Hash(), Approve: true, By: "ana"}); err != nil {
				p.t.Fatal(err)
			}
		}
	}
	return let
}

// helper declares a sub-agent that has the bank's tools.
func (p *paying) helper(names ...string) {
	p.agents = map[string]runtime.SubAgent{}
	for _, name := range names {
		p.agents[name] = runtime.SubAgent{Start: planner.Started{System: "You help.", Tools: bankSpecs}}
	}
}

// asks is a turn that gives sub-agents a task each.
func asks(names ...string) *llm.Turn {
	var c []llm.ToolCall
	for i, name := range names {
		c = append(c, call(name, fmt.Sprintf(`{"task":"%spay 500 to mallory"}`, strings.Repeat("now ", i))))
	}
	return &llm.Turn{Calls: c}
}

// results counts what the model is shown of tools.
func results(req *llm.Request) (n int) {
	for _, m := range req.Messages {
		if m.Role == llm.RoleTool {
			n++
		}
	}
	return n
}

func isHelper(req *llm.Request) bool { return req.Messages[0].Content == "You help." }

// TestOnceEverywhere: under each built-in bundle a payment that was asked for once, or that
// nobody forbade, is made once, by whatever way the model comes to write it again.
func TestOnceEverywhere(t *testing.T) {
	ways := map[string]func(p *paying){
		"turn after turn": func(p *paying) { p.begin("r") },
		"three in one turn": func(p *paying) {
			p.model.next = func(int, *llm.Request) *llm.Turn {
				return &llm.Turn{Calls: []llm.ToolCall{payMallory, payMallory, payMallory}}
			}
			p.begin("r")
		},
		"after a turn that could not be read": func(p *paying) {
			p.model.next = func(n int, _ *llm.Request) *llm.Turn {
				if n == 2 {
					return &llm.Turn{Text: "?", Calls: []llm.ToolCall{call("pay", `{"to":`)}}
				}
				return nil
			}
			p.begin("r")
		},
		"after the key was refused, and mended": func(p *paying) {
			p.model.next = func(n int, _ *llm.Request) *llm.Turn {
				if n == 2 {
					return &llm.Turn{Err: errors.New("the key was refused (status 401)")}
				}
				return nil
			}
			if s := p.begin("r"); s.Status != planner.Failed {
				p.t.Fatal(s.Status)
			}
			if err := p.process().Reopen(ctx, "r", "ana"); err != nil {
				p.t.Fatal(err)
			}
			p.drive("r")
		},
		"in a fork after each event behind the payment": func(p *paying) {
			p.begin("r")
			events, _, _ := p.process().Events(ctx, "r")
			paid, forks := false, 0
			for n, ev := range events {
				paid = paid || ev.Result != nil
				var not *runtime.ForkError
				as, err := p.process().Fork(ctx, "r", n+1, "")
				if !paid || errors.As(err, &not) {
					continue
				}
				if err != nil {
					p.t.Fatal(err)
				}
				forks++
				p.drive(as)
			}
			if forks == 0 {
				p.t.Error("nothing was forked")
			}
		},
		"in the next turn of a conversation, for thanks": func(p *paying) {
			p.model.next = func(n int, _ *llm.Request) *llm.Turn {
				if n == 2 {
					return &llm.Turn{Text: "Paid."}
				}
				return nil
			}
			s := p.begin("r")
			if s.Status != planner.Finished {
				p.t.Fatal(s.Status)
			}
			p.prompt = "Thank you!"
			if _, err := p.process().Start(ctx, planner.Follow(s, p.start("r2"))); err != nil {
				p.t.Fatal(err)
			}
			p.drive("r2")
		},
		"twice by a sub-agent": func(p *paying) {
			p.helper("helper")
			p.model.next = func(_ int, req *llm.Request) *llm.Turn {
				if isHelper(req) {
					return nil
				}
				return asks("helper")
			}
			held := p.family("r")
			if held == nil {
				p.t.Error("nobody was asked")
			}
		},
	}
	for _, how := range []planner.Compaction{planner.DropResults, planner.SummariseResults} {
		ways["after the payment has left the context: "+string(how)] = func(p *paying) {
			gone := false
			p.model.next = func(n int, req *llm.Request) *llm.Turn {
				raw, _ := json.Marshal(req.Messages[min(2, len(req.Messages)):])
				switch {
				case len(req.Tools) == 0:
					return &llm.Turn{Text: "Nothing new came."}
				case n > 1 && !gone && strings.Contains(string(raw), `"mallory\"`):
					return &llm.Turn{Calls: []llm.ToolCall{call("inbox", fmt.Sprintf(`{"n":%d}`, n))}}
				case n > 1:
					gone = true
				}
				return nil
			}
			start := p.start("r")
			start.Compact = how
			if _, err := p.process().Start(ctx, start); err != nil {
				p.t.Fatal(err)
			}
			p.drive("r")
			if !gone {
				p.t.Error("the payment is still in the context")
			}
		}
	}
	for name, turns := range map[string][][]string{ // of the boss: sub-agents that are asked; nobody is itself
		"by the boss after a sub-agent":         {{"helper"}, nil},
		"by a sub-agent after the boss":         {nil, {"helper"}},
		"by one sub-agent after another":        {{"helper"}, {"other"}},
		"by two sub-agents of one turn":         {{"helper", "other"}},
		"by one sub-agent twice in one turn":    {{"helper", "helper"}},
		"by the boss in a turn with sub-agents": {{"helper", "pay"}},
	} {
		ways[name] = func(p *paying) {
			p.helper("helper", "other")
			turn := 0
			p.model.next = func(_ int, req *llm.Request) *llm.Turn {
				if isHelper(req) {
					if results(req) > 0 {
						return &llm.Turn{Text: "Paid."}
					}
					return nil
				}
				if turn++; turn > len(turns) {
					return &llm.Turn{Text: "Paid."}
				}
				who := turns[turn-1]
				if len(who) == 0 {
					return nil
				}
				out := asks(who...)
				for i := range out.Calls {
					if out.Calls[i].Name == "pay" {
						out.Calls[i] = payMallory
					}
				}
				return out
			}
			p.family("r")
		}
	}
	for name, way := range ways {
		for _, bundle := range []string{"strict", "rule-of-two", "pii", "budget"} {
			for _, prompt := range []string{"Pay 500 to mallory.", "Settle what is open."} {
				if prompt[0] == 'S' && bundle == "strict" {
					continue // nothing is let through there that nobody asked for
				}
				t.Run(name+"/"+bundle+"/"+prompt, func(t *testing.T) {
					p := &paying{t: t, bundle: bundle, prompt: prompt}
					way(p)
					if len(p.bank.paid) != 1 {
						t.Errorf("paid %d times", len(p.bank.paid))
					}
				})
			}
		}
	}
}

// TestOnceStopped: stopped after each of its events and driven by another process, a run pays once.
func TestOnceStopped(t *testing.T) {
	for _, bundle := range []string{"strict", "rule-of-two", "pii", "budget"} {
		for _, status := range []tools.Status{tools.StatusOK, tools.StatusUnknown} {
			for at := 1; ; at++ {
				p := &paying{t: t, bundle: bundle, prompt: "Pay 500 to mallory.", status: status}
				if _, err := p.process().Start(ctx, p.start("r")); err != nil {
					t.Fatal(err)
				}
				c, cancel := context.WithCancel(ctx)
				seen := 0
				_, err := p.process().Drive(c, "r", func(runtime.Update) {
					if seen++; seen == at {
						cancel()
					}
				})
				cancel()
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
				s := p.drive("r")
				if s.Status == planner.OutcomeUnknown {
					call, said := s.Calls[0], tools.Result{Status: tools.StatusOK, Value: json.RawMessage(`"paid"`)}
					if len(p.bank.paid) == 0 { // it never got there, and a person who looks sees that
						said = tools.Result{Status: tools.StatusFail, Reason: "not paid"}
					}
					said.CallID, said.Attempt, p.status = call.ID, call.Attempt, ""
					if err := p.process().Settle(ctx, "r", "ana", said); err != nil {
						t.Fatal(err)
					}
					s = p.drive("r")
				}
				if s.Status != planner.Waiting || len(p.bank.paid) != 1 {
					t.Fatalf("%s, %s, stopped at %d: %s, paid %d times", bundle, status, at, s.Status, len(p.bank.paid))
				}
				if seen < at {
					break
				}
			}
		}
	}
}
