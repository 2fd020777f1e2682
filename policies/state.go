package policies

import (
	"fmt"
	"slices"
	"time"

	"github.com/chaski-dev/chaski/policies/detect"
	"github.com/chaski-dev/chaski/policies/label"
)

// env is what every rule may name, whatever the hook.
func (r *Run) env(now time.Time) map[string]any {
	l := r.context.Label()
	at := now.UTC()
	signal := GuardSignal{}
	if r.signal != nil {
		signal = *r.signal
	}
	return map[string]any{
		"context": map[string]any{
			"integrity": l.Integrity.String(), "confidentiality": l.Confidentiality.String(),
			"untrusted": l.Integrity == label.Untrusted, "confidential": l.Confidential(),
		},
		"run": map[string]any{
			"id": r.info.Run, "tenant": r.info.Tenant, "steps": r.steps, "tokens": r.tokens, "calls": len(r.dispatched),
			"elapsed": now.Sub(r.info.Started).Seconds(), "money": r.money, "acted": r.acted,
		},
		"guard": map[string]any{
			"asked": r.signal != nil, "unsafe": signal.Unsafe, "score": signal.Score, "categories": list(signal.Categories),
		},
		"clock": map[string]any{"hour": at.Hour(), "minute": at.Minute(), "weekday": at.Weekday().String(), "unix": int(at.Unix())},
		"seen":  func(name string) bool { return len(r.done(name, time.Time{})) > 0 },
		"times": func(name string) int { return len(r.done(name, time.Time{})) },
		"calls": func(name string) []any { return r.done(name, time.Time{}) },
		"recent": func(name, window string) []any {
			d, err := time.ParseDuration(window)
			if err != nil || d <= 0 {
				panic(fmt.Sprintf("%q is not a length of time", window))
			}
			return r.done(name, now.Add(-d))
		},
		"failures": func(name string) int { return r.failures[name] },
		"url":      detect.Parse,
	}
}

// done lists the completed calls of a tool since a time, oldest first; at most the
// last MaxList.
func (r *Run) done(name string, since time.Time) []any {
	out := []any{}
	for _, h := range r.history {
		if matches([]string{name}, h.tool) && !h.at.Before(since) {
			out = append(out, map[string]any{"tool": h.tool, "at": int(h.at.Unix()), "args": h.args})
		}
	}
	if len(out) > MaxList {
		panic(fmt.Sprintf("more than %d completed calls", MaxList))
	}
	return out
}

func (r *Run) toolEnv(name string) map[string]any {
	out := map[string]any{"name": name, "effect": "once", "egress": false, "integrity": "untrusted", "confidentiality": "public", "confidential": false}
	if t := r.bundle.tools[name]; t != nil {
		l := r.resultLabel(name, nil, label.Label{})
		out["effect"], out["egress"] = string(t.spec.EffectOrOnce()), t.spec.Labels[label.KeyEgress] == "true"
		out["integrity"], out["confidentiality"], out["confidential"] = l.Integrity.String(), l.Confidentiality.String(), l.Confidential()
	}
	return out
}

func origins(o label.Origin) map[string]any {
	return map[string]any{
		"integrity": o.Label.Integrity.String(), "confidentiality": o.Label.Confidentiality.String(),
		"readers": list(o.Label.Readers), "how": string(o.How), "chosen": o.Chosen,
	}
}

func list(s []string) []any {
	out := make([]any, len(s))
	for i := range s {
		out[i] = s[i]
	}
	return out
}

// overBudget reports the budgets that the next call would exceed.
func (r *Run) overBudget(key string, t *tool, now time.Time) []hit {
	var out []hit
	over := func(name string, verdict Verdict, is bool, format string, args ...any) {
		if is {
			out = append(out, hit{name: "budget/" + name, verdict: verdict, reason: fmt.Sprintf(format, args...)})
		}
	}
	b := r.budget
	if err := r.Over(now); err != nil {
		out = append(out, hit{name: "budget", verdict: Halt, reason: err.Error()})
	}
	over("calls", Halt, b.Calls > 0 && len(r.dispatched) >= b.Calls, "The run has made its %d calls.", b.Calls)
	over("money", Halt, b.Money > 0 && r.money+r.prices.Calls[t.spec.Name] > b.Money, "The call would cost more than the run's %.2f.", b.Money)
	over("repeats", Deny, b.Repeats > 0 && r.attempts[key] >= b.Repeats, "The same call was made %d times.", b.Repeats)
	return out
}

// BudgetError says which bound a run has reached.
type BudgetError struct {
	Budget string // steps, tokens, wall, money
	Limit  string
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("The run has reached its budget of %s: %s.", e.Budget, e.Limit)
}

// Over reports the budget that the run has used up, as a *BudgetError, before a step.
func (r *Run) Over(now time.Time) error {
	b := r.budget
	switch {
	case b.Steps > 0 && r.steps > b.Steps:
		return &BudgetError{"steps", fmt.Sprint(b.Steps)}
	case b.Tokens > 0 && r.tokens > b.Tokens:
		return &BudgetError{"tokens", fmt.Sprint(b.Tokens)}
	case b.Wall > 0 && !r.info.Started.IsZero() && now.Sub(r.info.Started) > b.Wall:
		return &BudgetError{"wall", b.Wall.String()}
	case b.Money > 0 && r.money > b.Money:
		return &BudgetError{"money", fmt.Sprintf("%.2f", b.Money)}
	}
	return nil
}

// Pending lists the calls that wait for a person, by call id, in order.
func (r *Run) Pending() []string {
	var out []string
	for id, q := range r.requests {
		if !q.answered {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}
