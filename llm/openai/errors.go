package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/ssestream"

	"github.com/chaski-dev/chaski/llm"
)

// What can be wrong with a turn; see [Error].
var (
	ErrAuth        = errors.New("the key was refused")
	ErrRateLimited = errors.New("too many requests, or no credit")
	ErrRequest     = errors.New("the request was refused")
	ErrUnavailable = errors.New("the endpoint does not answer")
	ErrTimeout     = errors.New("the endpoint is too slow")
	ErrFiltered    = errors.New("the endpoint's content filter ended the turn")
	ErrStream      = errors.New("the stream is broken")
)

// Error is a failed turn. It matches one of the sentinels above, or
// llm.ErrContextFull, or the context's error.
type Error struct {
	Model   string
	Status  int    // HTTP status, 0 if there was no answer
	Code    string // the endpoint's own, such as "invalid_api_key"
	Message string // the endpoint's own words
	Err     error
}

func (e *Error) Error() string {
	s := "openai: model " + e.Model + ": " + e.Err.Error()
	if e.Status != 0 {
		s += fmt.Sprintf(" (status %d", e.Status)
		if e.Code != "" {
			s += ", " + e.Code
		}
		s += ")"
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	return s
}

// Unwrap returns what the error matches.
func (e *Error) Unwrap() error { return e.Err }

// fault makes an [Error] of whatever went wrong.
func (m *Model) fault(err error) error {
	e := &Error{Model: m.o.Model, Err: err}
	var api *openai.Error
	var stream *ssestream.StreamError
	switch {
	case errors.As(err, &api):
		e.Status, e.Code, e.Message = api.StatusCode, api.Code, api.Message
		e.Err = ErrRequest
		switch {
		case full(e.Code, e.Message):
			e.Err = llm.ErrContextFull
		case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
			e.Err = ErrAuth
		case e.Status == http.StatusTooManyRequests:
			e.Err = ErrRateLimited
		case e.Status >= 500 || e.Status == http.StatusRequestTimeout:
			e.Err = ErrUnavailable
		}
	case errors.As(err, &stream):
		e.Err = ErrStream
		var body struct {
			Error json.RawMessage `json:"error"`
		}
		var said struct {
			Message string `json:"message"`
			Code    any    `json:"code"`
		}
		if json.Unmarshal(stream.Event.Data, &body) == nil {
			if json.Unmarshal(body.Error, &said) == nil && said.Message != "" {
				e.Message = said.Message
			} else {
				e.Message = string(body.Error)
			}
		}
		if code, ok := said.Code.(string); full(code, e.Message) && ok || full("", e.Message) {
			e.Err = llm.ErrContextFull
		}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, ErrTimeout), errors.Is(err, ErrStream), errors.Is(err, ErrFiltered):
	default:
		var syntax *json.SyntaxError
		var shape *json.UnmarshalTypeError
		if errors.As(err, &syntax) || errors.As(err, &shape) || strings.Contains(err.Error(), "token too long") {
			e.Err = fmt.Errorf("%w: %w", ErrStream, err)
		} else {
			e.Err = fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	}
	const most = 500 // of somebody else's words in one line
	e.Message = strings.Join(strings.Fields(strings.ToValidUTF8(e.Message, "�")), " ")
	if m.o.Key != "" {
		e.Message = strings.ReplaceAll(e.Message, m.o.Key, "[key]")
	}
	if len(e.Message) > most {
		e.Message = strings.ToValidUTF8(e.Message[:most], "") + "…"
	}
	return e
}

// full reports that the endpoint says that the prompt does not fit.
func full(code, message string) bool {
	return code == "context_length_exceeded" || strings.Contains(message, "maximum context length")
}
