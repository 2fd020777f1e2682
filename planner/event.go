package planner

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/documents/ground"
)

// Event is one journalled fact of a run. Exactly one of the pointers is set, beside Stands.
type Event struct {
	At time.Time `json:"at"` // by the runtime's clock, UTC

	Started   *Started   `json:"started,omitempty"`
	Leased    *Leased    `json:"leased,omitempty"`
	Pinned    *Pinned    `json:"pinned,omitempty"`
	Generated *Generated `json:"generated,omitempty"`
	Compacted *Compacted `json:"compacted,omitempty"`
	Decided   *Decided   `json:"decided,omitempty"`
	Screened  *Screened  `json:"screened,omitempty"`
	Answered  *Answered  `json:"answered,omitempty"`
	Intent    *Intent    `json:"intent,omitempty"`
	Result    *Result    `json:"result,omitempty"`
	Ticked    *Ticked    `json:"ticked,omitempty"`
	Cancelled *Cancelled `json:"cancelled,omitempty"`
	Forked    *Forked    `json:"forked,omitempty"`
	Faulted   *Faulted   `json:"faulted,omitempty"`
	Reopened  *Reopened  `json:"reopened,omitempty"`
	Ended     *Ended     `json:"ended,omitempty"`

	Stands *Standing `json:"stands,omitempty"` // where the run stops after it; older journals lack it
}

// Started begins a run: who asked for what, with which tools and budget.
type Started struct {
	Run    string `json:"run"`
	By     string `json:"by,omitempty"`
	Tenant string `json:"tenant,omitempty"`
	Parent string `json:"parent,omitempty"` // the run whose call this run answers: its last message is that call's task
	Model  string `json:"model,omitempty"`
	System string `json:"system,omitempty"`

	// Session is the conversation of which the run is a turn. Instructions are the
	// program's, for this run alone; they stand before the prompt. Values go with each call.
	Session      string                     `json:"session,omitempty"`
	Instructions string                     `json:"instructions,omitempty"`
	Values       map[string]json.RawMessage `json:"values,omitempty"`

	Messages []llm.Message `json:"messages"` // earlier turns, and the prompt last
	Tools    []tools.Spec  `json:"tools,omitempty"`
	Budget   Budget        `json:"budget,omitzero"`
	Strategy Strategy      `json:"strategy,omitempty"`
	Compact  Compaction    `json:"compact,omitempty"`

	// Shown is how many tools are declared in a turn where there are more: those that fit
	// the request best, beside those that were called or found with FindName. 0 is all.
	Shown int `json:"shown,omitempty"`

	Labels map[string]string `json:"labels,omitempty"` // of the task, with Parent

	// With Parent, Said holds what the people said for whom the runs above work, and Done
	// the calls with effects that those runs let through: a child does nothing that nobody
	// asked for, and nothing again.
	Said []string     `json:"said,omitempty"`
	Done []tools.Call `json:"done,omitempty"`

	// A later turn of a conversation is a run that follows another, see Follow: the
	// first Earlier messages are of that run, which its policy has seen, and so are
	// the values Kept.
	Follows string `json:"follows,omitempty"`
	Earlier int    `json:"earlier,omitempty"`
	Kept    []Kept `json:"kept,omitempty"`

	Extract  bool                `json:"extract,omitempty"` // Tools has ExtractTool, which the runtime runs by the model
	Sampling llm.Sampling        `json:"sampling,omitzero"`
	Format   *llm.ResponseFormat `json:"format,omitempty"`
	Dialect  llm.Dialect         `json:"dialect,omitempty"` // of calls; "" is the model's own
	Adapter  string              `json:"adapter,omitempty"` // of the model, by name; "" is none

	// Meta is what whoever started the run wants to find again, such as the file
	// that configured the agent. Nothing is decided by it.
	Meta map[string]string `json:"meta,omitempty"`
}

// Leased says that a process took the run over. Calls in flight under an earlier
// epoch are lost from here on.
type Leased struct {
	Owner string `json:"owner"`
	Epoch int    `json:"epoch"` // from 1, one more each time: the fencing token
}

// Pinned fixes the policy of the run: from here on only its decisions count, in
// whatever process the run goes on.
type Pinned struct {
	Policy  string          `json:"policy"`            // hash of the bundle, compiled for the run's tools
	Names   []string        `json:"names,omitempty"`   // of its layers
	Layers  json.RawMessage `json:"layers,omitempty"`  // its text: []*policies.Source
	Audited bool            `json:"audited,omitempty"` // each attempted call is in an audit log

	// Hooks lists the texts on which the policy is asked too: input, result, answer.
	Hooks []policies.Hook `json:"hooks,omitempty"`

	// Handles says that some results are kept aside as named values.
	Handles bool `json:"handles,omitempty"`

	// Signal says that a guard model is asked about each text: one on which it says
	// nothing goes no further.
	Signal bool `json:"signal,omitempty"`

	// Grounding says what becomes of an answer whose numbers and names are not in what it
	// cites.
	Grounding ground.Mode `json:"grounding,omitempty"`
}

// Asks reports whether the pinned policy wants to see texts at that hook.
func (p *Pinned) Asks(on policies.Hook) bool { return p != nil && slices.Contains(p.Hooks, on) }

// Generated is a turn of the model, or the error it ended with.
type Generated struct {
	Prompt  string         `json:"prompt"` // hash of the request, see HashRequest
	Message llm.Message    `json:"message"`
	Stop    llm.StopReason `json:"stop,omitempty"`
	Usage   llm.Usage      `json:"usage,omitzero"`
	Error   string         `json:"error,omitempty"`

	// Misfit says why the answer is not what Started.Format asks for.
	Misfit string `json:"misfit,omitempty"`

	// Written are the arguments of each call, as the model wrote them, where one of them
	// is no JSON object, or can be read in two ways; "" for the others.
	Written []string `json:"written,omitempty"`
}

// Compacted says what left the context because the prompt did not fit. Nothing is
// lost: what left is in the journal.
type Compacted struct {
	Tokens    int      `json:"tokens"` // the prompt's length before
	Limit     int      `json:"limit"`
	Dropped   []string `json:"dropped"`             // calls whose results are dropped, oldest first
	Summarise []string `json:"summarise,omitempty"` // or calls whose results the model summarises next
	Forgotten int      `json:"forgotten,omitempty"` // messages of whole old turns, from the first
	Cut       []Cut    `json:"cut,omitempty"`       // results of which head and tail stay
	Steps     int      `json:"steps,omitempty"`     // of the running turn, from its first, of which a note stays
	Aside     bool     `json:"aside,omitempty"`     // what is dropped can be read again, see ReadResultTool
	Encoded   bool     `json:"encoded,omitempty"`   // see Aside; older journals lack it
}

// String says in words what left the context.
func (c *Compacted) String() string {
	var did []string
	if n := len(c.Dropped); n > 0 {
		did = append(did, fmt.Sprintf("results dropped: %d", n))
	}
	if n := len(c.Summarise); n > 0 {
		did = append(did, fmt.Sprintf("results to be summarised: %d", n))
	}
	if c.Forgotten > 0 {
		did = append(did, fmt.Sprintf("messages of old turns forgotten: %d", c.Forgotten))
	}
	if n := len(c.Cut); n > 0 {
		did = append(did, fmt.Sprintf("results cut to head and tail: %d", n))
	}
	if c.Steps > 0 {
		did = append(did, fmt.Sprintf("steps of this turn replaced by a note: %d", c.Steps))
	}
	return fmt.Sprintf("%s (the prompt had %d tokens of %d)", strings.Join(did, ", "), c.Tokens, c.Limit)
}

// Compaction says what becomes of old tool results when the context is full.
type Compaction string

// The ways of compaction.
const (
	DropResults      Compaction = ""
	SummariseResults Compaction = "summarise" // by the model itself, in a generation of its own
)

// Verdict is what a policy says about a call.
type Verdict string

// The verdicts, mildest first. A rewrite is an allow with Decided.Arguments set.
const (
	Allow           Verdict = "allow"
	RequireApproval Verdict = "require_approval"
	Deny            Verdict = "deny"
	Halt            Verdict = "halt" // deny, and end the run
)

// Decided is a policy's verdict on one call.
type Decided struct {
	Call      string          `json:"call"`
	Hash      string          `json:"hash"` // of the call decided on, see CallState.Hash
	Verdict   Verdict         `json:"verdict"`
	Rule      string          `json:"rule,omitempty"`
	Policy    string          `json:"policy,omitempty"` // version of the pinned policy
	Reason    string          `json:"reason,omitempty"`
	Arguments json.RawMessage `json:"arguments,omitempty"` // in place of the call's, when rewritten
	Expires   time.Time       `json:"expires,omitzero"`    // of the request for approval
	Hint      string          `json:"hint,omitempty"`      // to whoever wrote the agent: what would let such calls through

	// Decision is the whole of it when a policy bundle decided: the labels of each
	// argument, what a person is shown, what rules in shadow mode would have said.
	Decision *policies.Decision `json:"decision,omitempty"`
}

// Screened is a policy's verdict on a text before it goes further: the user's before
// planning, a result or one of its passages before the model reads it, the answer
// before it is shown. On [OnBudget] it says that a budget of the policy is spent.
type Screened struct {
	Hook    policies.Hook `json:"hook"`
	Message int           `json:"message,omitempty"` // input: which of Started.Messages, from 0
	Call    string        `json:"call,omitempty"`    // result: of which call
	Passage int           `json:"passage,omitempty"` // result: which passage, from 1; 0 is the whole
	Hash    string        `json:"hash,omitempty"`    // of the text decided on, see Text.Hash

	Verdict Verdict `json:"verdict"` // allow, deny or halt
	Rule    string  `json:"rule,omitempty"`
	Policy  string  `json:"policy,omitempty"`
	Reason  string  `json:"reason,omitempty"`
	Text    *string `json:"text,omitempty"` // in place of the text, when it was rewritten

	Signal   *policies.GuardSignal `json:"signal,omitempty"` // what a guard model said of the text
	Decision *policies.Decision    `json:"decision,omitempty"`
}

// OnBudget is the hook of a verdict on what the run has spent, before a generation.
const OnBudget policies.Hook = "budget"

// Answered is a person's answer to a request for approval.
type Answered struct {
	Call    string `json:"call"`
	Hash    string `json:"hash"`
	Approve bool   `json:"approve"`
	By      string `json:"by"`
	Tenant  string `json:"tenant,omitempty"` // on whose behalf; must be the run's if a policy is pinned
	Reason  string `json:"reason,omitempty"`
}

// Intent says that an attempt is about to be dispatched.
type Intent struct {
	Call    string `json:"call"`
	Attempt int    `json:"attempt"` // from 1

	// Store is what the store of results was before a once call was sent (tools.Call.Store).
	Store string `json:"store,omitempty"`
}

// Result is what came of an attempt.
type Result struct {
	tools.Result
	By string `json:"by,omitempty"` // the person who settled an unknown outcome

	// Prompt and Usage are of a quarantined reading, which is a generation too; Usage
	// alone is what a child run has spent.
	Prompt string    `json:"prompt,omitempty"` // hash of the request, see HashRequest
	Usage  llm.Usage `json:"usage,omitzero"`

	// Done holds the calls with effects that a child run let through: the user asks for each
	// of them once, whoever makes it.
	Done []tools.Call `json:"done,omitempty"`
}

// Ticked says only that time passed: approvals expire by it.
type Ticked struct{}

// Cancelled ends the run at somebody's wish.
type Cancelled struct {
	By     string `json:"by,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Forked says that the events before are those of another run.
type Forked struct {
	Run  string `json:"run"`
	From string `json:"from"`
}

// Ended is the last event of a run.
type Ended struct {
	Status Status `json:"status"`
	Reason string `json:"reason,omitempty"`
	State  string `json:"state"`          // hash of the state before this event, see State.Hash
	Used   *Used  `json:"used,omitempty"` // as in that state; Event.Stands says so now
}
