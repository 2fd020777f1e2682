package policies

import (
	"encoding/json"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools"
)

// FactKind says what happened.
type FactKind string

// The kinds of facts that a Run folds.
const (
	FactMessage    FactKind = "message"    // a system, user or assistant message entered the context
	FactDecision   FactKind = "decision"   // a hook decided, and the decision was journalled
	FactResult     FactKind = "result"     // a call was answered
	FactApproval   FactKind = "approval"   // a person answered
	FactStep       FactKind = "step"       // a generation was made: Usage
	FactCompaction FactKind = "compaction" // texts left the context; their labels stay
	FactTurn       FactKind = "turn"       // a conversation goes on: budgets begin anew, labels and history stay
	FactSignal     FactKind = "signal"     // a guard model judged the conversation
	FactPlan       FactKind = "plan"       // the model wrote a plan: Plan
	FactSaid       FactKind = "said"       // what a person said for whom the run above this one works: Said
	FactDone       FactKind = "done"       // effects of other runs that work for the same words: Done
)

// Fact is one thing that happened: what the runtime journals, as policies see it.
// Observing the facts of a journal in order rebuilds a Run.
type Fact struct {
	Kind FactKind  `json:"kind"`
	At   time.Time `json:"at"`
	ID   string    `json:"id,omitempty"` // names a message in explanations

	Message  *llm.Message  `json:"message,omitempty"`
	Decision *Decision     `json:"decision,omitempty"`
	Call     *tools.Call   `json:"call,omitempty"` // with Result: the call that it answers
	Result   *tools.Result `json:"result,omitempty"`
	Approval *Approval     `json:"approval,omitempty"`
	Usage    *llm.Usage    `json:"usage,omitempty"`
	Signal   *GuardSignal  `json:"signal,omitempty"`

	// Plan holds the calls of a plan as they were written, with references such as
	// {{step.member}} in their arguments.
	Plan []tools.Call `json:"plan,omitempty"`

	Said string       `json:"said,omitempty"`
	Done []tools.Call `json:"done,omitempty"`
}

// ResultText returns the text that the model would read of a result.
func ResultText(r *tools.Result) string {
	if r.Status != tools.StatusOK && r.Status != "" {
		return r.Reason
	}
	var s string
	if json.Unmarshal(r.Value, &s) == nil {
		return s
	}
	return string(r.Value)
}
