package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
)

// MaxValues bounds the values of a run, in bytes of JSON together: they travel with each
// call.
const MaxValues = 8 << 10

// Value names something that a program gives to the tools of a run and no model sees: who
// asks, for which customer. With attaches it to the context of agent.Run; a handler reads
// it with Get, in this process or in a worker on the bus. It is journalled with the run, so
// that a run which is resumed elsewhere has it: no place for secrets. What has no JSON
// form, such as a database handle, is for a field or closure of the tool.
//
//	var customer = tools.NewValue[Customer]("customer")
//
//	answer, err := a.Ask(customer.With(ctx, c), "Where is my order?")
//	// in the tool:
//	c, ok := customer.Get(ctx)
type Value[T any] struct{ name string }

// NewValue names a value. Two of one name are the same value.
func NewValue[T any](name string) Value[T] { return Value[T]{name} }

// Name returns the value's name, which is its key in [Call.Values].
func (v Value[T]) Name() string { return v.name }

// Asked is what the user said last. The runtime gives it to the calls of tools that
// retrieve passages (label "passages") and keep their arguments in the house, where what
// was read may be quoted in place of an answer (ground.Quote): such a quotation is found by
// the words of the question, not by those that the model made of it.
var Asked = NewValue[string]("chaski.asked")

type valuesKey struct{}

// With returns a context whose runs have the value. What cannot be written as JSON is an
// error of the run's start.
func (v Value[T]) With(ctx context.Context, value T) context.Context {
	given, _ := ctx.Value(valuesKey{}).(map[string]any)
	given = maps.Clone(given)
	if given == nil {
		given = map[string]any{}
	}
	given[v.name] = value
	return context.WithValue(ctx, valuesKey{}, given)
}

// Get returns the value of the run whose call a handler is answering, and whether it has
// one that is a T.
func (v Value[T]) Get(ctx context.Context) (value T, ok bool) {
	call, _ := CallFrom(ctx)
	text, ok := call.Values[v.name]
	if !ok {
		return value, false
	}
	if err := json.Unmarshal(text, &value); err != nil {
		var zero T
		return zero, false
	}
	return value, true
}

// ValuesOf returns what With attached to a context, as JSON.
func ValuesOf(ctx context.Context) (map[string]json.RawMessage, error) {
	given, _ := ctx.Value(valuesKey{}).(map[string]any)
	if len(given) == 0 {
		return nil, nil
	}
	out, size := map[string]json.RawMessage{}, 0
	for name, value := range given {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("value %q: %w", name, err)
		}
		out[name] = text
		size += len(name) + len(text)
	}
	if size > MaxValues {
		return nil, fmt.Errorf("the values of a run have %d bytes, more than %d: pass a key, and let the tool read the rest", size, MaxValues)
	}
	return out, nil
}
