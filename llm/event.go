package llm

import "time"

// Event is one element of a streamed turn: [TextDelta], [ThoughtDelta], [CallStart], [CallDelta],
// [CallEnd] or [Stop].
type Event interface{ event() }

// TextDelta is a piece of the answer's text: always whole UTF-8 characters.
type TextDelta struct {
	Text     string
	LogProbs []TokenLogProb // with Sampling.LogProbs only
}

// ThoughtDelta is a piece of what the model thinks before it answers. It is no part of the
// answer, nor of the history.
type ThoughtDelta struct{ Text string }

// CallStart says that a call of the named tool has begun.
type CallStart struct {
	Index int // position among the calls of the turn, from 0
	Name  string
}

// CallDelta is a piece of the open call's arguments, as the model writes them.
type CallDelta struct {
	Index int
	Text  string
}

// CallEnd carries the complete call.
type CallEnd struct {
	Index int
	Call  ToolCall
}

// Stop ends a turn.
type Stop struct {
	Reason  StopReason
	Matched string // which of Request.Stop was produced, with StopString; "" if unknown
	Usage   Usage
}

func (TextDelta) event()    {}
func (ThoughtDelta) event() {}
func (CallStart) event()    {}
func (CallDelta) event()    {}
func (CallEnd) event()      {}
func (Stop) event()         {}

// TokenLogProb is the natural logarithm of a token's probability, and of the
// likeliest alternatives, best first.
type TokenLogProb struct {
	ID      int
	Text    string
	LogProb float32
	Top     []TokenLogProb
}

// StopReason says why a turn ended.
type StopReason string

const (
	StopEndOfTurn StopReason = "end_of_turn" // <|eot_id|> or <|end_of_text|>
	StopToolCalls StopReason = "tool_calls"  // the turn made calls and awaits results
	StopMaxTokens StopReason = "max_tokens"  // MaxTokens was reached
	StopString    StopReason = "stop_string" // one of Request.Stop was produced
)

// Usage counts what one turn cost.
type Usage struct {
	PromptTokens    int `json:"prompt_tokens"`
	CachedTokens    int `json:"cached_tokens"` // of the prompt, not computed again
	GeneratedTokens int `json:"generated_tokens"`
	DraftedTokens   int `json:"drafted_tokens"`
	AcceptedTokens  int `json:"accepted_tokens"`
	ForwardPasses   int `json:"forward_passes"`

	// Of the generated tokens, under a grammar: those that it left no choice of, and those
	// that were chosen among the ones that it allows. Both are 0 without a grammar.
	ForcedTokens int `json:"forced_tokens,omitempty"`
	MaskedTokens int `json:"masked_tokens,omitempty"`

	// FirstDivergent is the index of the first prompt token that differs from the
	// nearest cached prefix; PromptTokens if none does, -1 if unknown.
	FirstDivergent int `json:"first_divergent"`

	Queue   time.Duration `json:"queue_ns"`
	Prefill time.Duration `json:"prefill_ns"`
	Decode  time.Duration `json:"decode_ns"`
}

// Add sums two usages; FirstDivergent is the receiver's.
func (u Usage) Add(v Usage) Usage {
	u.PromptTokens += v.PromptTokens
	u.CachedTokens += v.CachedTokens
	u.GeneratedTokens += v.GeneratedTokens
	u.DraftedTokens += v.DraftedTokens
	u.AcceptedTokens += v.AcceptedTokens
	u.ForwardPasses += v.ForwardPasses
	u.ForcedTokens += v.ForcedTokens
	u.MaskedTokens += v.MaskedTokens
	u.Queue += v.Queue
	u.Prefill += v.Prefill
	u.Decode += v.Decode
	return u
}
