package planner

import (
	"encoding/json"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
)

// ChildRun names the run that answers a call of an agent tool. It follows from the
// call, so that a parent that is resumed finds the child which it had started.
func ChildRun(call string) string { return "child-" + call }

// ForChild returns what a child of the run may spend of its budget, and false if nothing
// is left.
func (s State) ForChild() (Budget, bool) {
	b := s.Start.Budget.withDefaults()
	left := Budget{Tokens: b.Tokens - s.Used.Tokens, Calls: b.Calls - s.Used.Calls, Wall: b.Wall - s.Used.Wall}
	return left, left.Tokens > 0 && left.Calls > 0 && left.Wall > 0
}

// Within returns the budget, but no more of anything than left has.
func (b Budget) Within(left Budget) Budget {
	b = b.withDefaults()
	b.Tokens, b.Calls, b.Wall = min(b.Tokens, left.Tokens), min(b.Calls, left.Calls), min(b.Wall, left.Wall)
	return b
}

// LabelMap writes a label as a spec or a result declares one.
func LabelMap(l label.Label) map[string]string {
	m := map[string]string{label.KeyIntegrity: l.Integrity.String(), label.KeyConfidentiality: l.Confidentiality.String()}
	if l.Limited {
		m[label.KeyReaders] = strings.Join(l.Readers, ",")
	}
	return m
}

// handed is the fact of a task that a parent's model wrote: it is no user's words, and
// carries the labels of what it was made of.
func handed(s *Started, m *llm.Message) policies.Fact {
	text, _ := json.Marshal(m.Content) // a string always encodes
	return policies.Fact{Kind: policies.FactResult, Call: &tools.Call{Tool: "task"},
		Result: &tools.Result{Status: tools.StatusOK, Value: text, Labels: s.Labels}}
}
