package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/chaski-dev/chaski/llm"
)

// DefaultBaseURL is OpenAI's own endpoint.
const DefaultBaseURL = "https://api.openai.com/v1"

// Options say which endpoint and model to use. Model is needed.
type Options struct {
	BaseURL string // "" is DefaultBaseURL
	Model   string
	Key     string // "" sends none: local servers want none

	ContextTokens int // the model's context, for compaction in time; 0 is unknown

	Timeout time.Duration // of a whole turn; 0 is 10 minutes
	Idle    time.Duration // longest silence within a stream; 0 is 1 minute
	Retries int           // before the first piece of the answer; 0 is 2, negative is none

	NoStreamOptions bool         // send no stream_options, for servers that refuse them: usage is then unknown
	MaxTokens       bool         // send a bound as max_tokens too, for servers that know only that
	NoStrict        bool         // declare schemas as they are, for servers that refuse strict ones
	NoTemperature   bool         // send no temperature, for models that refuse one
	Client          *http.Client // nil is http.DefaultClient
}

// Model is a remote model. It is safe for concurrent use.
type Model struct {
	o      Options
	client openai.Client
}

// New returns a model. Nothing is sent before the first turn.
func New(o Options) (*Model, error) {
	if o.BaseURL == "" {
		o.BaseURL = DefaultBaseURL
	}
	u, err := url.Parse(o.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("openai: base URL %q: want http:// or https:// and a host", o.BaseURL)
	}
	if o.Model == "" {
		return nil, errors.New("openai: no model is named")
	}
	if o.ContextTokens < 0 || o.Timeout < 0 || o.Idle < 0 {
		return nil, errors.New("openai: a negative limit")
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Minute
	}
	if o.Idle == 0 {
		o.Idle = time.Minute
	}
	switch {
	case o.Retries == 0:
		o.Retries = 2
	case o.Retries < 0:
		o.Retries = 0
	}
	opts := []option.RequestOption{option.WithBaseURL(o.BaseURL), option.WithMaxRetries(0), option.WithUnsafeAllowHTTP(), option.WithMiddleware(check)}
	if o.Key != "" {
		opts = append(opts, option.WithAPIKey(o.Key))
	}
	if o.Client != nil {
		opts = append(opts, option.WithHTTPClient(o.Client))
	}
	return &Model{o: o, client: openai.Client{Options: opts}}, nil
}

// check makes an error of an answer whose status is one, with all that it says.
func check(req *http.Request, next option.MiddlewareNext) (*http.Response, error) {
	res, err := next(req)
	if err != nil || res.StatusCode < 400 {
		return res, err
	}
	defer res.Body.Close()
	return nil, refused(res)
}

// Info implements [llm.Model]. Whether calls are constrained depends on the endpoint.
func (m *Model) Info() llm.Info {
	return llm.Info{Name: m.o.Model, ContextTokens: m.o.ContextTokens}
}

// CountTokens implements [llm.Model] by an estimate of one token for three bytes, which
// is too high for most text: the endpoint's tokenizer is not known.
func (m *Model) CountTokens(req *llm.Request) (int, error) {
	n := 3
	for _, t := range req.Tools {
		n += (len(t.Name)+len(t.Description)+len(t.Parameters))/3 + 8
	}
	for i := range req.Messages {
		msg := &req.Messages[i]
		n += (len(msg.Content)+len(msg.Value))/3 + 4
		for _, c := range msg.Calls {
			n += (len(c.Name)+len(c.Arguments))/3 + 8
		}
	}
	return n, nil
}

// maxPause is the longest wait within a turn before it is asked for again: whoever is
// told to wait longer hears of it.
const maxPause = 30 * time.Second

// Generate implements [llm.Model].
func (m *Model) Generate(ctx context.Context, req *llm.Request) iter.Seq2[llm.Event, error] {
	return func(yield func(llm.Event, error) bool) {
		for attempt := 0; ; attempt++ {
			t, err := newTurn(req, m.o)
			if err != nil {
				yield(nil, err)
				return
			}
			some := false // of the answer was handed on
			left, err := m.once(ctx, t, func(ev llm.Event) bool {
				some = true
				return yield(ev, nil)
			})
			if left || err == nil {
				return
			}
			e := m.fault(err)
			if call := t.refused(e.generated); len(call) > 0 && !some { // it was one, all the same
				for _, ev := range call {
					if !yield(ev, nil) {
						return
					}
				}
				return
			}
			pause := max(e.after, min(200*time.Millisecond<<min(attempt, 5), 5*time.Second))
			if e.after > 0 {
				pause = e.after
			}
			if some || !e.passing || attempt >= m.o.Retries || pause > maxPause || errors.Is(e, ErrTimeout) {
				yield(nil, e)
				return
			}
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				yield(nil, m.fault(context.Cause(ctx)))
				return
			}
		}
	}
}

// once asks for the turn once. It reports whether whoever reads has left.
func (m *Model) once(ctx context.Context, t *turn, yield func(llm.Event) bool) (left bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ctx, stop := context.WithTimeoutCause(ctx, m.o.Timeout, fmt.Errorf("%w: the turn took more than %v", ErrTimeout, m.o.Timeout))
	defer stop()
	idle := time.AfterFunc(m.o.Idle, func() { cancel(fmt.Errorf("%w: silence of more than %v", ErrTimeout, m.o.Idle)) })
	defer idle.Stop()
	why := func(err error) error {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	start := time.Now()
	var res *http.Response
	err = m.client.Post(ctx, "chat/completions", t.params, &res, append(t.options, option.WithJSONSet("stream", true), option.WithHeader("Accept", "text/event-stream"))...)
	if err != nil {
		return false, why(err)
	}
	defer res.Body.Close()
	alive := func() { idle.Reset(m.o.Idle) }
	errLeft := errors.New("left")
	hand := func(events []llm.Event) error {
		for _, ev := range events {
			if ctx.Err() != nil {
				break
			}
			if !yield(ev) {
				return errLeft
			}
		}
		return why(nil)
	}
	push := func(c *chunk) error {
		if t.usage.Prefill == 0 {
			t.usage.Prefill = time.Since(start)
		}
		events, err := t.push(c)
		if e := hand(events); e != nil {
			return e
		}
		alive() // whoever reads the events may take its time: that is no silence of the endpoint
		return err
	}
	done := false
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		done, err = true, whole(res.Body, push)
	} else {
		done, err = chunks(res.Body, alive, push)
	}
	if errors.Is(err, errLeft) {
		return true, nil
	}
	if err != nil {
		return false, why(err)
	}
	t.usage.Decode = time.Since(start) - t.usage.Prefill
	events, err := t.finish(done)
	if e := hand(events); errors.Is(e, errLeft) {
		return true, nil
	} else if e != nil && err == nil {
		err = e
	}
	return false, err
}

// callID is a call's id as the endpoint may see it: OpenAI's has at most 40 characters.
func callID(id string) string {
	if len(id) > 40 {
		return "call_" + id[:35]
	}
	return id
}

// object returns a schema as a map, for the client's parameters.
func object(raw json.RawMessage) (map[string]any, error) {
	if len(raw) == 0 {
		return map[string]any{"type": "object", "properties": map[string]any{}}, nil
	}
	var m map[string]any
	err := json.Unmarshal(raw, &m)
	return m, err
}
