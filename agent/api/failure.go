package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/grammar"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// failure is a request that is refused or could not be done, as the client reads it.
type failure struct {
	status  int
	kind    string // OpenAI's error type
	code    string
	param   string
	message string
	after   time.Duration // how long to wait before another try; 0 says nothing
	err     error         // what is behind it, for the log only
}

func (f *failure) Error() string { return f.message }

func (f *failure) Unwrap() error { return f.err }

// bad is a request that cannot be done as it stands; param names the part of it.
func bad(param, format string, args ...any) *failure {
	return &failure{status: http.StatusBadRequest, kind: "invalid_request_error", param: param, message: fmt.Sprintf(format, args...)}
}

// unsupported is a part of a request that this server cannot honour, and does not ignore.
func unsupported(param, what string) *failure {
	f := bad(param, "%s: %s", param, what)
	f.code = "unsupported_parameter"
	return f
}

func notFound(what, id string) *failure {
	return &failure{status: http.StatusNotFound, kind: "invalid_request_error", code: "not_found", message: fmt.Sprintf("there is no %s %q", what, id)}
}

// busy refuses for now.
func busy(after time.Duration, format string, args ...any) *failure {
	return &failure{status: http.StatusTooManyRequests, kind: "rate_limit_error", code: "rate_limit_exceeded", message: fmt.Sprintf(format, args...), after: max(after, time.Second)}
}

// errEnding refuses what begins when the server ends.
func errEnding() *failure {
	return &failure{status: http.StatusServiceUnavailable, kind: "server_error", code: "shutting_down", message: "the server is ending", after: 5 * time.Second}
}

// errGone is a client that went away: nobody reads what is written.
var errGone = errors.New("the client went away")

// asFailure says what an error is to a client. What is not the client's business is in the
// log only.
func asFailure(err error) *failure {
	var f *failure
	var full *llm.ContextFullError
	var schema *grammar.Error
	var left *runtime.LeftForkError
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &full):
		f = bad("", "the request needs %d tokens, the context has %d", full.Need, full.Have)
		f.code, f.param = "context_length_exceeded", "messages"
	case errors.Is(err, llm.ErrContextFull):
		f = bad("messages", "%v", err)
		f.code = "context_length_exceeded"
	case errors.As(err, &schema):
		f = bad("tools", "a schema cannot be enforced: %s at %q: %s", schema.Keyword, schema.Path, schema.Reason)
		f.code = "invalid_function_parameters"
	case errors.Is(err, llama.ErrToken):
		f = bad("", "%v", err)
	case errors.Is(err, engine.ErrNoRoom):
		f = bad("max_tokens", "%v", engine.ErrNoRoom)
	case errors.Is(err, engine.ErrClosed):
		f = errEnding()
	case errors.Is(err, journal.ErrNoRun):
		f = &failure{status: http.StatusNotFound, kind: "invalid_request_error", code: "not_found", message: "there is no such run"}
	case errors.Is(err, journal.ErrCorrupt):
		f = &failure{status: http.StatusInternalServerError, kind: "server_error", code: "damaged_journal", message: "the journal of this run is damaged: `chaski runs show` says where, and `chaski runs salvage` cuts a damaged end off"}
	case errors.Is(err, runtime.ErrRefused):
		f = &failure{status: http.StatusInternalServerError, kind: "server_error", code: "refused_journal", message: "this program does not follow the journal of this run: another version wrote it, or it is a fork that was not finished; `chaski runs show` says where"}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		f = &failure{status: http.StatusInsufficientStorage, kind: "server_error", code: "disk_full", message: "the disk of the server is full: nothing was done; free some space and ask again"}
		if errors.As(err, &left) {
			f.message = fmt.Sprintf("the disk of the server is full: the fork was not finished, and %d events of it are left, which do nothing; free some space, remove them by `chaski runs rm %s`, and ask again", left.Events, left.Run)
		}
	case errors.Is(err, context.DeadlineExceeded):
		f = &failure{status: http.StatusGatewayTimeout, kind: "server_error", code: "timeout", message: "the answer took too long"}
	default:
		if after, ok := llm.Passing(err); ok {
			f = &failure{status: http.StatusServiceUnavailable, kind: "server_error", code: "model_unavailable", message: "the model does not answer", after: max(after, time.Second)}
			break
		}
		f = &failure{status: http.StatusInternalServerError, kind: "server_error", code: "internal_error", message: "the server failed"}
	}
	f.err = err
	return f
}

// body is the failure in the terms of the API that was asked.
func (f *failure) body(anthropic bool, request string) any {
	if anthropic {
		return anthropicError{Type: "error", Error: anthropicErrorInfo{Type: f.anthropicType(), Message: f.anthropicMessage()}, RequestID: request}
	}
	null := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	return openAIError{openAIErrorInfo{Message: f.message, Type: f.kind, Param: null(f.param), Code: null(f.code)}}
}

type openAIError struct {
	Error openAIErrorInfo `json:"error"`
}

type openAIErrorInfo struct {
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    *string `json:"code"`
}

type anthropicError struct {
	Type      string             `json:"type"`
	Error     anthropicErrorInfo `json:"error"`
	RequestID string             `json:"request_id"`
}

type anthropicErrorInfo struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// anthropicMessage is the message, in the words by which clients know a full context: the
// API has no code for it.
func (f *failure) anthropicMessage() string {
	var full *llm.ContextFullError
	if errors.As(f.err, &full) {
		return fmt.Sprintf("prompt is too long: %d tokens > %d maximum", full.Need, full.Have)
	}
	return f.message
}

func (f *failure) anthropicType() string {
	switch f.status {
	case http.StatusUnauthorized:
		return "authentication_error"
	case http.StatusForbidden:
		return "permission_error"
	case http.StatusNotFound:
		return "not_found_error"
	case http.StatusRequestEntityTooLarge:
		return "request_too_large"
	case http.StatusTooManyRequests:
		return "rate_limit_error"
	case http.StatusServiceUnavailable:
		return "overloaded_error"
	case http.StatusGatewayTimeout:
		return "timeout_error"
	}
	if f.status < http.StatusInternalServerError {
		return "invalid_request_error"
	}
	return "api_error"
}

// write answers with the failure.
func (f *failure) write(w http.ResponseWriter, r *http.Request) {
	q := requestOf(r)
	q.failed(f)
	if f.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.after.Seconds()))))
	}
	if f.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="chaski"`)
	}
	if r.ContentLength != 0 { // what is left of the body is read before the answer goes
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(leftTime))
	}
	writeJSON(w, f.status, f.body(q.anthropic, q.id))
}

// leftTime bounds how long a refused request's client may take to send what is left of the body.
const leftTime = time.Second

// writeJSON answers with a value. An error is that of a client that went away.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
}
