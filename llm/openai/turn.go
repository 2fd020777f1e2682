package openai

import (
	"fmt"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/chaski-dev/chaski/llm"
)

// Bounds on what one turn may bring: an endpoint that goes on for ever is cut off.
const (
	maxTurn  = 16 << 20 // bytes of text and arguments
	maxCalls = 4096
)

// turn is one request and what came of it so far.
type turn struct {
	params   openai.ChatCompletionNewParams
	options  []option.RequestOption
	nullable map[string]nullable // of the tools declared strictly

	calls  int // begun
	open   *call
	reason string
	usage  llm.Usage
	bytes  int
}

// call is the call that is being written.
type call struct {
	index int // among ours; servers number theirs in more than one way
	at    int64
	id    string
	name  string
	args  strings.Builder
}

// push returns the events of one chunk.
func (t *turn) push(chunk openai.ChatCompletionChunk) ([]llm.Event, error) {
	if u := chunk.Usage; u.PromptTokens > 0 || u.CompletionTokens > 0 {
		t.usage.PromptTokens = int(u.PromptTokens)
		t.usage.CachedTokens = int(u.PromptTokensDetails.CachedTokens)
		t.usage.GeneratedTokens = int(u.CompletionTokens)
		t.usage.AcceptedTokens = int(u.CompletionTokensDetails.AcceptedPredictionTokens)
	}
	var events []llm.Event
	for _, choice := range chunk.Choices {
		if choice.Index != 0 { // one was asked for
			continue
		}
		text := choice.Delta.Content + choice.Delta.Refusal
		if t.bytes += len(text); text != "" {
			events = append(events, llm.TextDelta{Text: text, LogProbs: logProbs(choice.Logprobs.Content)})
		}
		for _, d := range choice.Delta.ToolCalls {
			t.bytes += len(d.Function.Name) + len(d.Function.Arguments)
			got, err := t.delta(d)
			events = append(events, got...)
			if err != nil {
				return events, err
			}
		}
		if choice.FinishReason != "" {
			t.reason = choice.FinishReason
		}
	}
	if t.bytes > maxTurn || t.calls > maxCalls {
		return events, fmt.Errorf("%w: a turn of more than %d MiB or %d calls", ErrStream, maxTurn>>20, maxCalls)
	}
	return events, nil
}

// delta is a piece of a call. A new one begins with a new index or, from servers that
// number all of them 0, with a new id and a name.
func (t *turn) delta(d openai.ChatCompletionChunkChoiceDeltaToolCall) ([]llm.Event, error) {
	var events []llm.Event
	f := d.Function
	fresh := t.open == nil || d.Index != t.open.at || f.Name != "" && d.ID != "" && d.ID != t.open.id
	if fresh {
		if f.Name == "" {
			return nil, fmt.Errorf("%w: a piece of call %d came before its name", ErrStream, d.Index)
		}
		events = t.close()
		t.open = &call{index: t.calls, at: d.Index, id: d.ID, name: f.Name}
		t.calls++
		events = append(events, llm.CallStart{Index: t.open.index, Name: f.Name})
	}
	if f.Arguments != "" {
		t.open.args.WriteString(f.Arguments)
		events = append(events, llm.CallDelta{Index: t.open.index, Text: f.Arguments})
	}
	return events, nil
}

// close ends the open call.
func (t *turn) close() []llm.Event {
	if t.open == nil {
		return nil
	}
	c := t.open
	t.open = nil
	args := c.args.String()
	if strings.TrimSpace(args) == "" {
		args = "{}"
	}
	return []llm.Event{llm.CallEnd{Index: c.index, Call: llm.ToolCall{ID: c.id, Name: c.name, Arguments: t.nullable[c.name].restore(args)}}}
}

// finish ends the turn, if the endpoint did.
func (t *turn) finish() ([]llm.Event, error) {
	stop := llm.Stop{Usage: t.usage}
	switch t.reason {
	case "stop", "tool_calls", "function_call":
		stop.Reason = llm.StopEndOfTurn
		if t.calls > 0 {
			stop.Reason = llm.StopToolCalls
		}
	case "length":
		stop.Reason = llm.StopMaxTokens
		if t.open != nil {
			t.open = nil // half a call is none
			return nil, fmt.Errorf("%w: the bound of tokens cut a call short", ErrStream)
		}
	case "content_filter":
		return nil, ErrFiltered
	case "":
		return nil, fmt.Errorf("%w: it ended before the turn did", ErrStream)
	default:
		return nil, fmt.Errorf("%w: unknown finish reason %.40q", ErrStream, t.reason)
	}
	return append(t.close(), stop), nil
}

func logProbs(tokens []openai.ChatCompletionTokenLogprob) []llm.TokenLogProb {
	var out []llm.TokenLogProb
	for _, t := range tokens {
		p := llm.TokenLogProb{ID: -1, Text: t.Token, LogProb: float32(t.Logprob)}
		for _, o := range t.TopLogprobs {
			p.Top = append(p.Top, llm.TokenLogProb{ID: -1, Text: o.Token, LogProb: float32(o.Logprob)})
		}
		out = append(out, p)
	}
	return out
}
