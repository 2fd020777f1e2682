package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/tools/schema"
)

// Asker is what a prompt can be put to: an [*Agent], or a [*Session], of which it is the
// next turn.
type Asker interface {
	run(ctx context.Context, st Start) iter.Seq2[Event, error]
}

// Ask runs a prompt to its end and returns the answer. A run that did not finish is a
// [*NotFinishedError].
func (a *Agent) Ask(ctx context.Context, prompt string) (string, error) {
	return finish(a, ctx, Start{Prompt: prompt})
}

// Ask is [Agent.Ask] as the next turn of the conversation.
func (s *Session) Ask(ctx context.Context, prompt string) (string, error) {
	return finish(s, ctx, Start{Prompt: prompt})
}

// Ask runs a prompt to its end and returns the answer as a T, whose schema comes from its
// type as a tool's does: names from json tags, descriptions and bounds from jsonschema
// tags. A model in this process is held to the schema as it writes; the answer of another
// is checked, and it is told what is wrong, as often as Budget.Repairs allows. A T that is
// no struct and no map is asked for as {"value": …}; a string is the answer's text. A run
// that did not finish is a [*NotFinishedError]. What the model said in place of a T, such
// as a refusal, is in an [*AnswerError], whichever way the run ended.
func Ask[T any](ctx context.Context, of Asker, prompt string) (T, error) {
	var out T
	t := reflect.TypeFor[T]()
	if t.Kind() == reflect.String {
		text, err := finish(of, ctx, Start{Prompt: prompt})
		reflect.ValueOf(&out).Elem().SetString(text)
		return out, err
	}
	format, bare, err := formatOf(t)
	if err != nil {
		return out, err
	}
	last, err := last(of, ctx, Start{Prompt: prompt, Format: format})
	if err != nil {
		return out, err
	}
	text := []byte(last.Answer)
	if bare {
		var in struct {
			Value json.RawMessage `json:"value"`
		}
		if err = json.Unmarshal(text, &in); err == nil && in.Value == nil {
			err = errors.New("it has no value")
		}
		text = in.Value
	}
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		var none T // not half of one
		return none, &AnswerError{Run: last.Run, Answer: last.Answer, Err: fmt.Errorf("no %s: %w", t, err)}
	}
	return out, nil
}

// AnswerError says that what a model answered is not what was asked for. The run is kept:
// its journal has every turn.
type AnswerError struct {
	Run    string
	Answer string // the model's last words, as they are
	Err    error  // what is wrong with them
}

func (e *AnswerError) Error() string {
	return fmt.Sprintf("run %s: the answer %.200q is not as asked for: %v", e.Run, e.Answer, e.Err)
}

// Unwrap returns what is wrong.
func (e *AnswerError) Unwrap() error { return e.Err }

// formatOf is the schema of a type; bare says that the value stands in an object.
func formatOf(t reflect.Type) (format *llm.ResponseFormat, bare bool, err error) {
	text, err := schema.For(t)
	if err != nil {
		return nil, false, fmt.Errorf("agent: the answer: %w", err)
	}
	var shape struct {
		Type any `json:"type"`
	}
	if err := json.Unmarshal(text, &shape); err != nil || shape.Type != "object" {
		if text, err = schema.Within("value", text); err != nil {
			return nil, false, fmt.Errorf("agent: the answer: %w", err)
		}
		bare = true
	}
	return &llm.ResponseFormat{Name: "answer", Schema: text}, bare, nil
}

// finish is the answer of a run that finishes.
func finish(of Asker, ctx context.Context, st Start) (string, error) {
	ev, err := last(of, ctx, st)
	return ev.Answer, err
}

// last is the last event of a run that finishes.
func last(of Asker, ctx context.Context, st Start) (last Event, err error) {
	var misfit *AnswerError // of the last turn
	for ev, err := range of.run(ctx, st) {
		if err != nil && ev.Run != "" {
			return Event{}, &NotFinishedError{Run: ev.Run, Status: planner.Running, Err: err}
		}
		if err != nil {
			return Event{}, err
		}
		if ev.Journal != nil && ev.Journal.Generated != nil {
			misfit = nil
			if g := ev.Journal.Generated; g.Misfit != "" {
				misfit = &AnswerError{Run: ev.Run, Answer: g.Message.Content, Err: errors.New(g.Misfit)}
			}
		}
		last = ev
	}
	if last.Status == planner.Finished {
		return last, nil
	}
	left := &NotFinishedError{Run: last.Run, Status: last.Status, Reason: last.Reason}
	if misfit != nil && last.Status == planner.BudgetExceeded {
		left.Err = misfit
	}
	return Event{}, left
}

// NotFinishedError says how a run ended instead, or for whom it waits, or what cut it
// off: [Agent.Resume] goes on with a run that has not ended.
type NotFinishedError struct {
	Run    string
	Status planner.Status
	Reason string
	Err    error // what cut the run off, such as the error of the context, or an [*AnswerError]; or nil
}

func (e *NotFinishedError) Error() string {
	s := fmt.Sprintf("run %s is not finished: %s", e.Run, e.Status)
	switch {
	case e.Err != nil && (errors.Is(e.Err, context.Canceled) || errors.Is(e.Err, context.DeadlineExceeded)):
		s += ", cut off: " + e.Err.Error()
	default:
		if e.Reason != "" {
			s += ": " + e.Reason
		}
		if e.Err != nil {
			s += ": " + e.Err.Error()
		}
	}
	return s
}

// Unwrap returns what cut the run off.
func (e *NotFinishedError) Unwrap() error { return e.Err }
