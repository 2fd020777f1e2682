package api

import (
	"encoding/json"
	"iter"

	"github.com/chaski-dev/chaski/llm"
)

// messageAnswer builds the answer to a request of Anthropic's messages, whole or as events.
type messageAnswer struct {
	message message
	context int      // tokens of the model's
	stops   []string // that were asked for
	usage   llm.Usage
	open    *messageBlock // the block whose pieces come, in a stream
	index   int           // of the next block
}

// message is an answer in Anthropic's terms.
type message struct {
	ID           string         `json:"id"`
	Type         string         `json:"type"`
	Role         string         `json:"role"`
	Model        string         `json:"model"`
	Content      []messageBlock `json:"content"`
	StopReason   *string        `json:"stop_reason"`
	StopSequence *string        `json:"stop_sequence"`
	StopDetails  any            `json:"stop_details"`
	Container    any            `json:"container"`
	Usage        messageUsage   `json:"usage"`

	Metadata map[string]string `json:"metadata,omitempty"` // of an agent's answer
}

// messageBlock is a text or a call.
type messageBlock struct {
	Type string `json:"type"`

	// of a text
	Text      *string `json:"text,omitempty"`
	Citations *[]any  `json:"citations,omitempty"`

	// of a call
	ID     string            `json:"id,omitempty"`
	Name   string            `json:"name,omitempty"`
	Input  json.RawMessage   `json:"input,omitempty"`
	Caller map[string]string `json:"caller,omitempty"`
}

// messageUsage counts tokens. Those of the prompt that were not computed again stand apart.
type messageUsage struct {
	InputTokens   int    `json:"input_tokens"`
	CacheCreation int    `json:"cache_creation_input_tokens"`
	CacheRead     int    `json:"cache_read_input_tokens"`
	OutputTokens  int    `json:"output_tokens"`
	ServiceTier   string `json:"service_tier"`

	CacheDetails  any `json:"cache_creation"`
	InferenceGeo  any `json:"inference_geo"`
	OutputDetails any `json:"output_tokens_details"`
	ServerToolUse any `json:"server_tool_use"`
}

func newMessageUsage(u llm.Usage) messageUsage {
	return messageUsage{InputTokens: u.PromptTokens - u.CachedTokens, CacheRead: u.CachedTokens, OutputTokens: u.GeneratedTokens, ServiceTier: "standard"}
}

func newMessageAnswer(by *answering, a *ask) *messageAnswer {
	return &messageAnswer{context: by.info.ContextTokens, stops: a.stop,
		message: message{ID: newID("msg_"), Type: "message", Role: "assistant", Model: by.model, Content: []messageBlock{}, Metadata: by.metadata}}
}

func textBlock(text string) messageBlock {
	return messageBlock{Type: "text", Text: &text, Citations: new([]any)}
}

func callBlock(name string, input json.RawMessage) messageBlock {
	return messageBlock{Type: "tool_use", ID: newID("toolu_"), Name: name, Input: input, Caller: map[string]string{"type": "direct"}}
}

// take adds an event to the whole answer.
func (a *messageAnswer) take(ev llm.Event) {
	blocks := &a.message.Content
	switch e := ev.(type) {
	case llm.TextDelta:
		if n := len(*blocks); n > 0 && (*blocks)[n-1].Type == "text" {
			*(*blocks)[n-1].Text += e.Text
			return
		}
		*blocks = append(*blocks, textBlock(e.Text))
	case llm.CallEnd:
		*blocks = append(*blocks, callBlock(e.Call.Name, e.Call.Arguments))
	case llm.Stop:
		a.stop(e)
	}
}

func (a *messageAnswer) whole() *message {
	a.message.Usage = newMessageUsage(a.usage)
	return &a.message
}

// stop notes why the turn ended.
func (a *messageAnswer) stop(e llm.Stop) {
	a.usage = e.Usage
	reason := "end_turn"
	switch e.Reason {
	case llm.StopToolCalls:
		reason = "tool_use"
	case llm.StopMaxTokens:
		reason = "max_tokens"
		if a.context > 0 && e.Usage.PromptTokens+e.Usage.GeneratedTokens >= a.context {
			reason = "model_context_window_exceeded"
		}
	case stopDenied:
		reason = "refusal"
	case llm.StopString:
		reason = "stop_sequence"
		matched := e.Matched
		if matched == "" && len(a.stops) == 1 {
			matched = a.stops[0]
		}
		a.message.StopSequence = &matched
	}
	a.message.StopReason = &reason
}

// messageEvent is an event of a stream. Its fields are those of its type.
type messageEvent struct {
	Type    string        `json:"type"`
	Message *message      `json:"message,omitempty"`
	Index   *int          `json:"index,omitempty"`
	Block   *messageBlock `json:"content_block,omitempty"`
	Delta   any           `json:"delta,omitempty"`
	Usage   *messageUsage `json:"usage,omitempty"`

	Metadata map[string]string `json:"metadata,omitempty"`
}

type textDelta struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type inputDelta struct {
	Type        string `json:"type"`
	PartialJSON string `json:"partial_json"`
}

type stopDelta struct {
	StopReason   *string `json:"stop_reason"`
	StopSequence *string `json:"stop_sequence"`
	StopDetails  any     `json:"stop_details"`
	Container    any     `json:"container"`
}

// messagePing breaks silence once the answer has begun.
const messagePing = "event: ping\ndata: {\"type\":\"ping\"}\n\n"

// stream writes the events: the message without content, each block's start, pieces and
// stop, why the turn ended with the usage, and the end.
func (a *messageAnswer) stream(st *stream, events iter.Seq2[choiceEvent, error], prompt int) func() error {
	return func() error {
		begun := false
		for ev, err := range events {
			if err != nil {
				return err
			}
			if !begun {
				begun = true
				a.message.Usage = newMessageUsage(llm.Usage{PromptTokens: prompt})
				start := a.message
				if err := st.send("message_start", messageEvent{Type: "message_start", Message: &start}); err != nil {
					return err
				}
				st.breakSilence(messagePing)
			}
			for _, out := range a.events(ev.Event) {
				if err := st.send(out.Type, out); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// events is an event as those that tell it.
func (a *messageAnswer) events(ev llm.Event) []messageEvent {
	var out []messageEvent
	at := func(e messageEvent) {
		i := a.index
		e.Index = &i
		out = append(out, e)
	}
	end := func() {
		if a.open != nil {
			at(messageEvent{Type: "content_block_stop"})
			a.open = nil
			a.index++
		}
	}
	begin := func(b messageBlock) {
		end()
		a.open = &b
		at(messageEvent{Type: "content_block_start", Block: &b})
	}
	switch e := ev.(type) {
	case llm.TextDelta:
		if a.open == nil || a.open.Type != "text" {
			begin(textBlock(""))
		}
		at(messageEvent{Type: "content_block_delta", Delta: textDelta{"text_delta", e.Text}})
	case llm.CallStart:
		begin(callBlock(e.Name, json.RawMessage("{}")))
	case llm.CallDelta:
		at(messageEvent{Type: "content_block_delta", Delta: inputDelta{"input_json_delta", e.Text}})
	case llm.CallEnd:
		end()
	case llm.Stop:
		end()
		a.stop(e)
		u := newMessageUsage(a.usage)
		out = append(out, messageEvent{Type: "message_delta", Delta: stopDelta{StopReason: a.message.StopReason, StopSequence: a.message.StopSequence}, Usage: &u, Metadata: a.message.Metadata},
			messageEvent{Type: "message_stop"})
	}
	return out
}
