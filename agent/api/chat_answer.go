package api

import (
	"iter"
	"time"

	"github.com/chaski-dev/chaski/llm"
)

// chatAnswer builds the answer to a chat completion, whole or as chunks.
type chatAnswer struct {
	id      string
	created int64
	model   string
	usage   bool // chunks carry it
	probs   bool
	tops    bool
	n       int

	choices  []chatChoice
	total    llm.Usage
	metadata map[string]string
}

type chatCompletion struct {
	ID                string            `json:"id"`
	Object            string            `json:"object"`
	Created           int64             `json:"created"`
	Model             string            `json:"model"`
	Choices           []chatChoice      `json:"choices"`
	Usage             *chatUsage        `json:"usage,omitempty"`
	SystemFingerprint string            `json:"system_fingerprint"`
	ServiceTier       string            `json:"service_tier"`
	Metadata          map[string]string `json:"metadata,omitempty"`
}

type chatChoice struct {
	Index        int           `json:"index"`
	Message      chatReply     `json:"message"`
	LogProbs     *chatLogProbs `json:"logprobs"`
	FinishReason string        `json:"finish_reason"`
}

type chatReply struct {
	Role        string     `json:"role"`
	Content     *string    `json:"content"`
	Thoughts    string     `json:"reasoning_content,omitempty"`
	Refusal     *string    `json:"refusal"`
	Annotations []struct{} `json:"annotations"`
	ToolCalls   []chatCall `json:"tool_calls,omitempty"`
}

type chatLogProbs struct {
	Content []tokenLogProb `json:"content"`
	Refusal []tokenLogProb `json:"refusal"`
}

type tokenLogProb struct {
	Token   string          `json:"token"`
	LogProb float32         `json:"logprob"`
	Bytes   []int           `json:"bytes"`
	Top     *[]tokenLogProb `json:"top_logprobs,omitempty"` // alternatives have none
}

type chatUsage struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`
	TotalTokens      int `json:"total_tokens"`
	PromptDetails    struct {
		CachedTokens int `json:"cached_tokens"`
		AudioTokens  int `json:"audio_tokens"`
	} `json:"prompt_tokens_details"`
	CompletionDetails struct {
		ReasoningTokens    int `json:"reasoning_tokens"`
		AudioTokens        int `json:"audio_tokens"`
		AcceptedPrediction int `json:"accepted_prediction_tokens"`
		RejectedPrediction int `json:"rejected_prediction_tokens"`
	} `json:"completion_tokens_details"`
}

func newChatUsage(u llm.Usage) *chatUsage {
	out := &chatUsage{PromptTokens: u.PromptTokens, CompletionTokens: u.GeneratedTokens, TotalTokens: u.PromptTokens + u.GeneratedTokens}
	out.PromptDetails.CachedTokens = u.CachedTokens
	return out
}

func newChatAnswer(in *chatRequest, by *answering, n int) *chatAnswer {
	a := &chatAnswer{id: newID("chatcmpl-"), created: time.Now().Unix(), model: by.model, metadata: by.metadata, n: n, choices: make([]chatChoice, n)}
	a.usage = in.StreamOptions != nil && in.StreamOptions.IncludeUsage
	a.probs = in.LogProbs != nil && *in.LogProbs
	a.tops = in.TopLogProbs != nil && *in.TopLogProbs > 0
	for i := range a.choices {
		a.choices[i] = chatChoice{Index: i, Message: chatReply{Role: "assistant", Annotations: []struct{}{}}}
	}
	return a
}

// spent adds the usage of one choice: the prompt is the same for all, and counts once.
func spent(total *llm.Usage, u llm.Usage) {
	if total.PromptTokens > 0 {
		u.PromptTokens, u.CachedTokens = 0, 0
	}
	*total = total.Add(u)
}

// take adds an event to the whole answer.
func (a *chatAnswer) take(ev choiceEvent) {
	c := &a.choices[ev.choice]
	switch e := ev.Event.(type) {
	case llm.TextDelta:
		text := e.Text
		if c.Message.Content != nil {
			text = *c.Message.Content + text
		}
		c.Message.Content = &text
		if a.probs {
			if c.LogProbs == nil {
				c.LogProbs = &chatLogProbs{}
			}
			c.LogProbs.Content = append(c.LogProbs.Content, logProbs(e.LogProbs, a.tops)...)
		}
	case llm.ThoughtDelta:
		c.Message.Thoughts += e.Text
	case llm.CallEnd:
		c.Message.ToolCalls = append(c.Message.ToolCalls, chatCall{ID: newID("call_"), Type: "function",
			Function: chatFunction{Name: e.Call.Name, Arguments: string(e.Call.Arguments)}})
	case llm.Stop:
		c.FinishReason = finishReason(e.Reason)
		spent(&a.total, e.Usage)
	}
}

// finishReason is why a turn ended, in OpenAI's words.
func finishReason(r llm.StopReason) string {
	switch r {
	case llm.StopToolCalls:
		return "tool_calls"
	case llm.StopMaxTokens:
		return "length"
	case stopDenied:
		return "content_filter"
	}
	return "stop"
}

func (a *chatAnswer) whole() *chatCompletion {
	for i := range a.choices {
		if m := &a.choices[i].Message; m.Content == nil && len(m.ToolCalls) == 0 {
			m.Content = new(string) // an empty answer is a text too
		}
	}
	return &chatCompletion{ID: a.id, Object: "chat.completion", Created: a.created, Model: a.model, Choices: a.choices, Usage: newChatUsage(a.total),
		SystemFingerprint: fingerprint, ServiceTier: "default", Metadata: a.metadata}
}

// logProbs are the tokens of a text, with their alternatives where these are wanted.
func logProbs(list []llm.TokenLogProb, tops bool) []tokenLogProb {
	var out []tokenLogProb
	for _, t := range list {
		one, top := logProb(t), []tokenLogProb{}
		if tops {
			for _, o := range t.Top {
				top = append(top, logProb(o))
			}
		}
		one.Top = &top
		out = append(out, one)
	}
	return out
}

func logProb(t llm.TokenLogProb) tokenLogProb {
	out := tokenLogProb{Token: t.Text, LogProb: max(t.LogProb, leastLogProb), Bytes: []int{}}
	for _, b := range []byte(t.Text) {
		out.Bytes = append(out.Bytes, int(b))
	}
	return out
}

// leastLogProb stands for the logarithm of nothing, which JSON has no number for.
const leastLogProb = -9999

// chatChunk is a piece of a streamed answer.
type chatChunk struct {
	ID                string            `json:"id"`
	Object            string            `json:"object"`
	Created           int64             `json:"created"`
	Model             string            `json:"model"`
	Choices           []chatPiece       `json:"choices"`
	Usage             any               `json:"usage,omitempty"` // null but in the last, where it was asked for
	SystemFingerprint string            `json:"system_fingerprint"`
	ServiceTier       string            `json:"service_tier"`
	Metadata          map[string]string `json:"metadata,omitempty"`
}

type chatPiece struct {
	Index        int           `json:"index"`
	Delta        chatDelta     `json:"delta"`
	LogProbs     *chatLogProbs `json:"logprobs"`
	FinishReason *string       `json:"finish_reason"`
}

type chatDelta struct {
	Role      string     `json:"role,omitempty"`
	Content   *string    `json:"content,omitempty"`
	Thoughts  string     `json:"reasoning_content,omitempty"` // the name that other servers gave it
	Refusal   *string    `json:"refusal,omitempty"`
	ToolCalls []chatCall `json:"tool_calls,omitempty"`
}

// stream writes the events as chunks: the role, the pieces, why each choice ended, the
// usage if it was asked for, and the end.
func (a *chatAnswer) stream(st *stream, events iter.Seq2[choiceEvent, error]) func() error {
	return func() error {
		opened := make([]bool, a.n)
		for ev, err := range events {
			if err != nil {
				return err
			}
			if !opened[ev.choice] {
				opened[ev.choice] = true
				if err := a.send(st, chatPiece{Index: ev.choice, Delta: chatDelta{Role: "assistant", Content: new(string)}}); err != nil {
					return err
				}
			}
			if p, tells := a.piece(ev); tells {
				if err := a.send(st, p); err != nil {
					return err
				}
			}
		}
		if a.usage {
			if err := st.send("", a.chunk(nil, newChatUsage(a.total))); err != nil {
				return err
			}
		}
		return st.text("[DONE]")
	}
}

func (a *chatAnswer) send(st *stream, p chatPiece) error {
	return st.send("", a.chunk([]chatPiece{p}, nil))
}

func (a *chatAnswer) chunk(pieces []chatPiece, u *chatUsage) *chatChunk {
	if pieces == nil {
		pieces = []chatPiece{}
	}
	c := &chatChunk{ID: a.id, Object: "chat.completion.chunk", Created: a.created, Model: a.model, Choices: pieces,
		SystemFingerprint: fingerprint, ServiceTier: "default", Metadata: a.metadata}
	if a.usage {
		c.Usage = u
	}
	return c
}

// piece is an event as the chunk that tells it; the end of a call is told by none.
func (a *chatAnswer) piece(ev choiceEvent) (chatPiece, bool) {
	p := chatPiece{Index: ev.choice}
	switch e := ev.Event.(type) {
	case llm.TextDelta:
		p.Delta.Content = &e.Text
		if a.probs {
			p.LogProbs = &chatLogProbs{Content: logProbs(e.LogProbs, a.tops)}
		}
	case llm.ThoughtDelta:
		p.Delta.Thoughts = e.Text
	case llm.CallStart:
		p.Delta.ToolCalls = []chatCall{{Index: &e.Index, ID: newID("call_"), Type: "function", Function: chatFunction{Name: e.Name}}}
	case llm.CallDelta:
		p.Delta.ToolCalls = []chatCall{{Index: &e.Index, Function: chatFunction{Arguments: e.Text}}}
	case llm.Stop:
		reason := finishReason(e.Reason)
		p.FinishReason = &reason
		spent(&a.total, e.Usage)
	default:
		return p, false
	}
	return p, true
}

// fingerprint names what computes: answers to one seed change only with it.
const fingerprint = "chaski"
