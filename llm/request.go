package llm

import "encoding/json"

// ChoiceMode says whether the model may, must or must not call tools.
type ChoiceMode string

const (
	ChoiceAuto     ChoiceMode = ""         // the model decides
	ChoiceNone     ChoiceMode = "none"     // text only
	ChoiceRequired ChoiceMode = "required" // at least one call
	ChoiceTool     ChoiceMode = "tool"     // a call of the tool in ToolChoice.Name
)

// ToolChoice constrains the calls of one turn. The zero value lets the model decide.
type ToolChoice struct {
	Mode ChoiceMode `json:"mode,omitempty"`
	Name string     `json:"name,omitempty"`

	// MinCallProb is the least probability of opening a call at which an automatic
	// choice calls at all; 0 leaves it to sampling. Between 0 and 1.
	MinCallProb float64 `json:"min_call_prob,omitempty"`

	// MinConfidence is the least confidence, see [ToolCall], of a turn's first call at
	// which an automatic choice calls: one that is less sure is taken back, and the turn is
	// text. 0 leaves it to the model, whose file may know a value. It is for models that
	// run here: their calls have a confidence before anything is told of them.
	MinConfidence float64 `json:"min_confidence,omitempty"`
}

// Dialect is the form in which tools are declared and calls are written. "" is the model's
// own.
type Dialect string

const (
	DialectJSON     Dialect = "json"     // {"name": …, "parameters": {…}}, Llama 3.1's native form
	DialectPythonic Dialect = "pythonic" // [f(a=1), g(b="x")]: Llama 3.2, ToolACE
	DialectHermes   Dialect = "hermes"   // <tool_call> {"name": …, "arguments": {…}} </tool_call>: Hermes, Qwen
	DialectNemotron Dialect = "nemotron" // <TOOLCALL>[{"name": …, "arguments": {…}}]</TOOLCALL>
	DialectArray    Dialect = "array"    // [{"name": …, "arguments": {…}}]: xLAM-2
	DialectFunction Dialect = "function" // <function=f>{…}</function>: Functionary, Llama 3.1 when asked for it

	// <tool_call>, <function=f>, <parameter=a>, the value, each on a line of its own.
	DialectQwen Dialect = "qwen3-coder"

	DialectMistral      Dialect = "mistral"       // [TOOL_CALLS]f[ARGS]{…}: Mistral's tokenizers from version 11 on
	DialectMistralArray Dialect = "mistral-array" // [TOOL_CALLS][{"name": …, "arguments": {…}}]: those before
)

// Sampling holds the settings of the sampler. The zero value is greedy decoding.
type Sampling struct {
	Temperature       float32 `json:"temperature,omitempty"`        // 0 is greedy
	TopK              int     `json:"top_k,omitempty"`              // 0 is off
	TopP              float32 `json:"top_p,omitempty"`              // 0 and 1 are off
	MinP              float32 `json:"min_p,omitempty"`              // 0 is off; relative to the best token
	RepetitionPenalty float32 `json:"repetition_penalty,omitempty"` // 0 and 1 are off
	PresencePenalty   float32 `json:"presence_penalty,omitempty"`   // 0 is off
	Seed              uint64  `json:"seed,omitempty"`               // the same seed gives the same tokens
	LogProbs          int     `json:"logprobs,omitempty"`           // alternatives reported for each token

	// Beams is how many continuations are followed side by side, where the model is not
	// sure, until one is clearly the likeliest; 1 is off, 0 leaves it to the model. More
	// need a determined choice. What is likeliest as a whole favours the short, so beams
	// are for texts that the prompt determines: calls, and answers out of results.
	Beams int `json:"beams,omitempty"`

	// MaxString bounds a string argument of a call, in bytes, where no schema of the tools
	// allows longer ones: a longer one is ended there. 0 is 16 KiB, −1 no bound. It is for
	// calls that are decoded under a grammar.
	MaxString int `json:"max_string,omitempty"`
}

// MaxBeams is the most that Sampling.Beams may be.
const MaxBeams = 16

// Determined says that tokens are chosen by the model's probabilities alone, the
// likeliest first, and that nobody asks for those of others.
func (s Sampling) Determined() bool {
	return s.Temperature == 0 && (s.RepetitionPenalty == 0 || s.RepetitionPenalty == 1) && s.PresencePenalty == 0 && s.LogProbs == 0
}

// ResponseFormat asks for a final answer that satisfies a JSON Schema.
type ResponseFormat struct {
	Name   string          `json:"name,omitempty"`
	Schema json.RawMessage `json:"schema"`
}

// Request asks a [Model] for one assistant turn.
type Request struct {
	Messages       []Message       `json:"messages"`
	Tools          []ToolSpec      `json:"tools,omitempty"`
	ToolChoice     ToolChoice      `json:"tool_choice,omitzero"`
	MaxCalls       int             `json:"max_calls,omitempty"` // 0 is no bound of its own
	Dialect        Dialect         `json:"dialect,omitempty"`
	Adapter        string          `json:"adapter,omitempty"` // by the name that the model was given it under; "" is none
	ResponseFormat *ResponseFormat `json:"response_format,omitempty"`
	Sampling       Sampling        `json:"sampling,omitzero"`

	// Citations are all that a text of the model's may name in brackets as a file: sources
	// as they are cited, such as "a.md" and "b.pdf, p. 4". nil holds it to nothing, an empty
	// list lets it cite nothing. A model elsewhere is not held to it.
	Citations []string `json:"citations,omitzero"`

	// MaxTokens bounds the generated tokens; 0 means the model's default. As the
	// bound nears, an open call is steered to its end.
	MaxTokens int      `json:"max_tokens,omitempty"`
	Stop      []string `json:"stop,omitempty"` // stop strings, for text

	// Session names the run or conversation whose cached context this request
	// continues; empty means none.
	Session string `json:"session,omitempty"`

	// Tenant separates cached state: nothing is shared between tenants.
	Tenant string `json:"tenant,omitempty"`

	// Priority orders waiting requests: higher first.
	Priority int `json:"priority,omitempty"`
}
