package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

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

	after     time.Duration // to wait, as the endpoint says
	passing   bool
	generated string // what the model wrote, of an endpoint that refused it as no call
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

// Passing says whether the turn may succeed later, for [llm.Passing].
func (e *Error) Passing() (time.Duration, bool) { return e.after, e.passing }

// said is what an endpoint says of an error, in whatever shape.
type said struct {
	code, message, generated string
}

// read looks for the code and the words in an error object, or in the text that it is.
func read(data []byte) said {
	var s said
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) != nil {
		var words string
		if json.Unmarshal(data, &words) == nil {
			s.message = words
		}
		return s
	}
	plain := func(key string) string {
		var v any
		if json.Unmarshal(object[key], &v) != nil || v == nil {
			return ""
		}
		if words, ok := v.(string); ok {
			return words
		}
		return string(object[key])
	}
	for _, key := range []string{"error", "detail", "message", "errors"} { // the first that is there
		raw, ok := object[key]
		if !ok || string(raw) == "null" {
			continue
		}
		if key == "error" {
			if in := read(raw); in.message != "" || in.code != "" {
				s = in
				break
			}
		}
		if s.message = plain(key); s.message != "" {
			break
		}
	}
	for _, key := range []string{"code", "type"} {
		if s.code == "" {
			s.code = plain(key)
		}
	}
	if s.generated == "" {
		s.generated = plain("failed_generation")
	}
	return s
}

// words are those of an error, if the data is one.
func words(data []byte) string { return read(data).message }

// streamError is an error that came in place of a piece of the answer.
func streamError(data []byte) error {
	s := read(data)
	if s.message == "" {
		s.message = string(data)
	}
	e := &Error{Code: s.code, Message: s.message, Err: ErrStream, passing: true}
	if full(s.code, s.message) {
		e.Err, e.passing = llm.ErrContextFull, false
	}
	return e
}

// refused makes an [Error] of an answer whose status is one.
func refused(res *http.Response) *Error {
	data, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20)) // what came of it
	s := read(data)
	if s.message == "" && !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) && !strings.Contains(res.Header.Get("Content-Type"), "html") {
		s.message = string(data)
	}
	e := &Error{Status: res.StatusCode, Code: s.code, Message: s.message, Err: ErrRequest, after: retryAfter(res.Header), generated: s.generated}
	if n, err := strconv.Atoi(e.Code); err == nil && n == e.Status { // it says nothing more
		e.Code = ""
	}
	switch {
	case full(s.code, s.message):
		e.Err = llm.ErrContextFull
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		e.Err = ErrAuth
	case e.Status == http.StatusTooManyRequests:
		e.Err, e.passing = ErrRateLimited, e.Code != "insufficient_quota"
	case e.Status == http.StatusConflict:
		e.passing = true
	case e.Status >= 500 || e.Status == http.StatusRequestTimeout:
		e.Err, e.passing = ErrUnavailable, e.Status != http.StatusNotImplemented
	}
	return e
}

// retryAfter is how long the endpoint wants to be left alone, in whatever header.
func retryAfter(h http.Header) time.Duration {
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil && ms > 0 && ms < 1e12 {
		return time.Duration(ms * float64(time.Millisecond))
	}
	v := h.Get("Retry-After")
	if s, err := strconv.ParseFloat(v, 64); err == nil && s > 0 && s < 1e9 {
		return time.Duration(s * float64(time.Second))
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// fault makes an [Error] of whatever went wrong.
func (m *Model) fault(err error) *Error {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Err: err}
		switch {
		case errors.Is(err, ErrTimeout):
			e.passing = true
		case errors.Is(err, ErrStream):
			e.passing = errors.Is(err, errEnded)
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, ErrFiltered):
		default:
			e.Err, e.passing = fmt.Errorf("%w: %w", ErrUnavailable, err), true
		}
	}
	e.Model = m.o.Model
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

// errEnded is a stream that ended before its turn did.
var errEnded = errors.New("it ended before the turn did")

// overflows are words by which endpoints say that the prompt does not fit: OpenAI and
// vLLM, llama.cpp, SGLang, Together, Groq, LM Studio, Mistral, Ollama.
var overflows = []string{"maximum context length", "context length", "context size", "context window", "exceeds the available context",
	"longer than the model's context", "is longer than the maximum model length", "maximum model length", "reduce the length of the messages", "input is too long", "prompt is too long",
	"too many tokens", "too large for model", "request too large", "max_model_len", "n_ctx"}

// full reports that the endpoint says that the prompt does not fit.
func full(code, message string) bool {
	if slices.Contains([]string{"context_length_exceeded", "exceed_context_size_error", "context_window_exceeded", "request_too_large", "model_context_window_exceeded"}, code) {
		return true
	}
	message = strings.ToLower(message)
	if strings.Contains(message, "tokens per minute") || strings.Contains(message, "max_tokens must") {
		return false // a rate, or another bound
	}
	return slices.ContainsFunc(overflows, func(s string) bool { return strings.Contains(message, s) })
}
