package openai

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
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
	tools    []llm.ToolSpec

	began  []*call            // in the order in which they came
	at     map[int64]*call    // the last one of each index of the server's
	told   int                // calls that have an index of ours
	probs  []llm.TokenLogProb // of text that is held back
	parser *chat.Parser       // finds calls that are written as text
	head   string             // of the text, while it may be a token
	begun  bool
	reason string
	usage  llm.Usage
	bytes  int
}

// push returns the events of one chunk.
func (t *turn) push(c *chunk) ([]llm.Event, error) {
	if u := c.Usage; u != nil && (u.PromptTokens > 0 || u.CompletionTokens > 0) {
		t.usage.PromptTokens, t.usage.GeneratedTokens = u.PromptTokens, u.CompletionTokens
		if d := u.PromptTokensDetails; d != nil {
			t.usage.CachedTokens = d.CachedTokens
		}
		if d := u.CompletionTokensDetails; d != nil {
			t.usage.AcceptedTokens = d.AcceptedPredictionTokens
		}
	}
	var events []llm.Event
	for _, choice := range c.Choices {
		if choice.Index != 0 { // one was asked for
			continue
		}
		d := choice.Delta
		said := string(d.Content + d.Refusal)
		t.bytes += len(said)
		events = append(events, t.text(said, choice.Logprobs.list())...)
		calls := d.ToolCalls
		if f := d.FunctionCall; f != nil {
			calls = append(calls, callDelta{Function: *f})
		}
		for _, d := range calls {
			t.bytes += len(d.Function.Name) + len(d.Function.Arguments)
			events = append(events, t.delta(d)...)
		}
		if choice.FinishReason != nil && *choice.FinishReason != "" {
			t.reason = *choice.FinishReason
		}
	}
	if t.bytes > maxTurn || len(t.began) > maxCalls {
		return events, fmt.Errorf("%w: a turn of more than %d MiB or %d calls", ErrStream, maxTurn>>20, maxCalls)
	}
	return events, nil
}

// text returns the events of a piece of text: without the model's thinking, and with
// the calls that are written as text.
func (t *turn) text(said string, probs []llm.TokenLogProb) []llm.Event {
	t.probs = append(t.probs, probs...)
	if said == "" {
		return nil
	}
	return t.parsed(t.written(said))
}

// written reads text that may begin with tokens that some servers send as text: the header of
// the turn and the token which opens calls.
func (t *turn) written(said string) []llm.Event {
	if t.begun {
		return t.parser.Push(chat.Piece{Text: said})
	}
	t.head += said
	said = strings.TrimLeft(t.head, " \n")
	if strings.HasPrefix(chat.PythonTag, said) || strings.HasPrefix(chat.StartHeader, said) {
		return nil
	}
	if strings.HasPrefix(said, chat.StartHeader) {
		role, rest, ended := strings.Cut(said[len(chat.StartHeader):], chat.EndHeader)
		switch {
		case ended && len(role) < longestRole:
			events := t.parser.Push(chat.Piece{Special: chat.StartHeader})
			events = append(events, t.parser.Push(chat.Piece{Special: chat.EndHeader})...)
			t.head = ""
			return append(events, t.written(strings.TrimLeft(rest, " \n"))...)
		case len(said) < len(chat.StartHeader)+longestRole+len(chat.EndHeader):
			return nil
		}
	}
	t.begun = true
	said, tagged := strings.CutPrefix(said, chat.PythonTag)
	if !tagged {
		return t.parser.Push(chat.Piece{Text: t.head})
	}
	events := t.parser.Push(chat.Piece{Special: chat.PythonTag})
	return append(events, t.parser.Push(chat.Piece{Text: said})...)
}

// longestRole bounds the role in a header in bytes.
const longestRole = 24

// parsed numbers the calls that were found in the text among the others.
func (t *turn) parsed(events []llm.Event) []llm.Event {
	for i, ev := range events {
		switch ev := ev.(type) {
		case llm.TextDelta:
			ev.LogProbs, t.probs = t.probs, nil
			events[i] = ev
		case llm.CallStart:
			t.told = max(t.told, ev.Index+1)
		case llm.CallEnd:
			ev.Call.Arguments = t.nullable[ev.Call.Name].restore(string(ev.Call.Arguments))
			events[i] = ev
		}
	}
	return events
}

// finish ends the turn, if the endpoint did; done says that it said so.
func (t *turn) finish(done bool) ([]llm.Event, error) {
	var events []llm.Event
	if !t.begun && t.head != "" {
		t.begun = true
		events = append(events, t.parsed(t.parser.Push(chat.Piece{Text: t.head}))...)
	}
	if t.cutOff() {
		t.parser.Cut()
	}
	more, err := t.parser.Finish()
	events = append(events, t.parsed(more)...)
	if call, ok := chat.Attempt(err); ok && t.parser.Calls() == 0 { // the runtime answers it
		events = append(events, llm.CallStart{Index: t.told, Name: call.Name}, llm.CallEnd{Index: t.told, Call: call})
		t.told++
	} else if bad := (*chat.CallError)(nil); errors.As(err, &bad) && bad.Raw != "" {
		events = append(events, llm.TextDelta{Text: bad.Raw})
	}
	stop := llm.Stop{Usage: t.usage}
	switch {
	case t.cutOff():
		stop.Reason = llm.StopMaxTokens
		for _, c := range t.began {
			if !c.whole() { // half a call is none
				return events, fmt.Errorf("%w: the bound of tokens cut a call short", ErrStream)
			}
		}
	case slices.Contains([]string{"content_filter", "safety"}, strings.ToLower(t.reason)):
		return events, ErrFiltered
	case t.reason == "error":
		return events, &Error{Err: ErrStream, Message: "the endpoint ended the turn with an error", passing: true}
	default: // each server has its own words for an end
		if t.bytes == 0 && t.reason != "stop" && t.reason != "tool_calls" || t.reason == "" && !done {
			return events, fmt.Errorf("%w: %w (finish reason %.40q)", ErrStream, errEnded, t.reason)
		}
		stop.Reason = llm.StopEndOfTurn
	}
	for _, c := range t.began {
		if c.name == "" {
			return events, fmt.Errorf("%w: a piece of call %d came before its name", ErrStream, c.at)
		}
		events = append(events, t.close(c)...)
	}
	if t.told > 0 && stop.Reason != llm.StopMaxTokens {
		stop.Reason = llm.StopToolCalls
	}
	return append(events, stop), nil
}

// cutOff says that the bound of tokens ended the turn.
func (t *turn) cutOff() bool {
	return slices.Contains([]string{"length", "max_tokens", "model_length"}, strings.ToLower(t.reason))
}

func (l *logprobs) list() []llm.TokenLogProb {
	if l == nil {
		return nil
	}
	var out []llm.TokenLogProb
	for _, t := range l.Content {
		p := llm.TokenLogProb{ID: -1, Text: t.Token, LogProb: t.Logprob}
		for _, o := range t.TopLogprobs {
			p.Top = append(p.Top, llm.TokenLogProb{ID: -1, Text: o.Token, LogProb: o.Logprob})
		}
		out = append(out, p)
	}
	return out
}
