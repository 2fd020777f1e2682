package llm

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
)

// Model produces assistant turns.
type Model interface {
	// Info describes the model.
	Info() Info

	// Generate streams one turn. The sequence may be ranged over once; breaking
	// out of it, or cancelling ctx, stops the work and frees what it held.
	Generate(ctx context.Context, req *Request) iter.Seq2[Event, error]

	// CountTokens returns the length in tokens of the prompt that Generate would
	// render for req. A Model without its own tokenizer returns an estimate that is
	// never too low by more than its Info says.
	CountTokens(req *Request) (int, error)
}

// ToolChecker is a [Model] that holds calls to their tools' schemas, and knows beforehand
// what it can't hold.
type ToolChecker interface {
	Model

	// CheckTool lists what of the tool's schema is not enforced while decoding, a line
	// each: whoever runs the call must check it. An error says that the tool can't be
	// declared to the model at all.
	CheckTool(t ToolSpec) (unenforced []string, err error)
}

// Keeper is a [Model] that keeps what it computed for the turns of a session.
type Keeper interface {
	Model

	// Suspend puts what is kept where it costs no memory: the session waits, for a person
	// or a long time. Its next turn works as if nothing had happened.
	Suspend(ctx context.Context, tenant, session string) error

	// EndSession says that no more turns will come.
	EndSession(tenant, session string)
}

// Embedder is a [Model] that turns texts into vectors.
type Embedder interface {
	Model

	// Embed returns the embedding of a text.
	Embed(ctx context.Context, req *EmbedRequest) (Embedding, error)
}

// Scorer is a [Model] that says how likely answers are, without writing one.
type Scorer interface {
	Model

	// Score returns, for each of some answers, the natural logarithm of the probability that
	// the answer to the request begins as it does: by their first tokens, which must differ.
	Score(ctx context.Context, req *Request, answers []string) ([]float64, error)
}

// EmbedRequest is what is to be embedded: a text, or tokens of the model's vocabulary.
type EmbedRequest struct {
	Text   string
	Tokens []int32 // in place of Text, where they are not nil
	Tenant string
}

// Embedding is a text as a vector of unit length: texts of like meaning have vectors of a
// large inner product, as far as the model was trained for it.
type Embedding struct {
	Vector []float32
	Tokens int // that were read
}

// Info describes a [Model].
type Info struct {
	Name          string `json:"name"`
	ContextTokens int    `json:"context_tokens"` // 0 if unknown

	// ExactTokens says that CountTokens is exact.
	ExactTokens bool `json:"exact_tokens"`

	// Constrained says that calls are decoded under a grammar, so that every call
	// names a declared tool and satisfies its schema.
	Constrained bool `json:"constrained"`

	// Calibrated says that the Confidence of a call was fitted to how often such calls
	// are right.
	Calibrated bool `json:"calibrated,omitempty"`

	// Embedding is the length of the vectors of an [Embedder]; 0 says that it gives none.
	Embedding int `json:"embedding,omitempty"`
}

// ErrContextFull is matched by the error of a request that does not fit the
// model's context.
var ErrContextFull = errors.New("context is full")

// ContextFullError says by how much a request exceeds the context.
type ContextFullError struct {
	Need int // tokens of the prompt and the least room to answer
	Have int // tokens of the context
}

func (e *ContextFullError) Error() string {
	return fmt.Sprintf("context is full: the request needs %d tokens, the context has %d", e.Need, e.Have)
}

// Is reports that the error is an [ErrContextFull].
func (e *ContextFullError) Is(target error) bool { return target == ErrContextFull }

// Collect runs a stream to its end and returns the assistant message and the Stop.
// onEvent, if not nil, sees every event first.
func Collect(stream iter.Seq2[Event, error], onEvent func(Event)) (Message, Stop, error) {
	msg := Message{Role: RoleAssistant}
	var text strings.Builder
	for ev, err := range stream {
		if err != nil {
			msg.Content = text.String()
			return msg, Stop{}, err
		}
		if onEvent != nil {
			onEvent(ev)
		}
		switch ev := ev.(type) {
		case TextDelta:
			text.WriteString(ev.Text)
		case CallEnd:
			msg.Calls = append(msg.Calls, ev.Call)
		case Stop:
			msg.Content = text.String()
			return msg, ev, nil
		}
	}
	msg.Content = text.String()
	return msg, Stop{}, errors.New("llm: the stream ended without a stop")
}
