package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"time"

	"github.com/chaski-dev/chaski/tools/schema"
)

// MaxResult is the largest result of a tool, in bytes of JSON.
const MaxResult = schema.MaxDocument

// maxReason bounds a reason in bytes: it goes into a model's context.
const maxReason = 2000

// Handler answers a call with JSON. The arguments satisfy the tool's schema.
type Handler func(ctx context.Context, call Call) (json.RawMessage, error)

// Options are the parts of a [Spec] that the type of the function does not say.
type Options struct {
	Effect      Effect        // zero is Once
	Version     string        // semantic version; "" is 0.0.0
	Timeout     time.Duration // of one attempt; 0 is DefaultTimeout
	Retries     int           // see Spec
	Concurrency int
	Labels      map[string]string
}

// Tool is a spec and its handler. Make one with [New] or [Raw].
type Tool struct {
	spec   Spec
	handle Handler
	input  *schema.Schema
	output *schema.Schema // nil accepts anything
	typed  bool           // the handler's JSON was written by encoding/json from a Go value
	err    error          // why the tool cannot be used; reported by Registry.Add
}

// New makes a tool from a typed function. The schemas come from the Go types: field
// names from json tags, descriptions, bounds and defaults from jsonschema tags. In must
// be a struct or a map. At most one Options is used. What is wrong with the types or
// options is reported when the tool is added to a [Registry].
func New[In, Out any](name, description string, fn func(ctx context.Context, in In) (Out, error), options ...Options) *Tool {
	var o Options
	if len(options) > 0 {
		o = options[0]
	}
	spec := Spec{Name: name, Description: description, Version: o.Version, Effect: o.Effect, Timeout: o.Timeout,
		Retries: o.Retries, Concurrency: o.Concurrency, Labels: o.Labels}
	var err, errOut error
	spec.Parameters, err = schema.For(reflect.TypeFor[In]())
	spec.Output, errOut = schema.For(reflect.TypeFor[Out]())
	labels, errTag := tagged(o.Labels, reflect.TypeFor[In]())
	spec.Labels = labels
	if err = errors.Join(err, errOut, errTag); err != nil {
		return &Tool{spec: spec, err: fmt.Errorf("tool %q: %w", name, err)}
	}
	t := Raw(spec, func(ctx context.Context, call Call) (json.RawMessage, error) {
		var in In
		if err := json.Unmarshal(call.Arguments, &in); err != nil {
			return nil, &Error{StatusInvalid, "the arguments do not fit: " + err.Error(), err}
		}
		out, err := fn(ctx, in)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(out); err != nil {
			return nil, &oddError{fmt.Errorf("the result has no JSON form: %w", err)}
		}
		return b.Bytes(), nil
	})
	t.typed = true
	return t
}

// Raw makes a tool from a spec and a handler over JSON. What is wrong with the spec is
// reported when the tool is added to a [Registry].
func Raw(spec Spec, handle Handler) *Tool {
	t := &Tool{spec: spec, handle: handle}
	t.spec.Effect = spec.EffectOrOnce()
	if t.err = spec.Check(); t.err != nil {
		return t
	}
	if t.input, t.err = schema.Compile(spec.Parameters); t.err != nil {
		t.err = fmt.Errorf("tool %q: parameters: %w", spec.Name, t.err)
		return t
	}
	if len(spec.Output) > 0 {
		if t.output, t.err = schema.Compile(spec.Output); t.err != nil {
			t.err = fmt.Errorf("tool %q: output: %w", spec.Name, t.err)
			return t
		}
	}
	_, t.spec.Revision, t.err = t.spec.Fingerprint()
	return t
}

// Spec returns the tool's declaration, with its revision.
func (t *Tool) Spec() Spec { return t.spec }

var (
	namePattern    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	versionPattern = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
)

// Check reports what is wrong with a spec apart from its schemas.
func (s *Spec) Check() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("tool %q: %s", s.Name, fmt.Sprintf(format, args...))
	}
	switch {
	case !namePattern.MatchString(s.Name):
		return bad("a name has 1 to 64 letters, digits, '_' or '-'")
	case s.Version != "" && !versionPattern.MatchString(s.Version):
		return bad("version %q is no semantic version such as 1.2.0", s.Version)
	case s.Timeout < 0 || s.Concurrency < 0 || s.Retries < NoRetries:
		return bad("timeout, retries and concurrency cannot be negative")
	case s.Retries > 0 && s.EffectOrOnce() == Once:
		return bad("a once tool is never retried: declare it read or idempotent, or leave retries out")
	}
	if _, err := ParseEffect(string(s.EffectOrOnce())); err != nil {
		return bad("%v", err)
	}
	var shape struct {
		Type any `json:"type"`
	}
	if err := json.Unmarshal(s.Parameters, &shape); err != nil || shape.Type != "object" {
		return bad(`parameters must be a JSON Schema of "type": "object"`)
	}
	return nil
}

// TimeoutOrDefault returns the time that one attempt may take.
func (s *Spec) TimeoutOrDefault() time.Duration {
	if s.Timeout == 0 {
		return DefaultTimeout
	}
	return s.Timeout
}

// RetriesOrDefault returns how many further attempts there are at a tool on a bus, where
// the worker that has a call may die: at a once tool none.
func (s *Spec) RetriesOrDefault() int {
	switch {
	case s.Retries < 0 || s.EffectOrOnce() == Once:
		return 0
	case s.Retries == 0:
		return DefaultRetries
	}
	return s.Retries
}

// ConcurrencyOrDefault returns how many calls one worker runs at once.
func (s *Spec) ConcurrencyOrDefault() int {
	if s.Concurrency == 0 {
		return DefaultConcurrency
	}
	return s.Concurrency
}
