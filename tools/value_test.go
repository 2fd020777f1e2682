package tools

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
)

type shopper struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

func TestValue(t *testing.T) {
	who, limit := NewValue[shopper]("who"), NewValue[float64]("limit")
	ctx := limit.With(who.With(context.Background(), shopper{7, "Ines"}), 50)
	other := who.With(ctx, shopper{8, "Tomas"}) // leaves ctx as it was
	values, err := ValuesOf(ctx)
	if err != nil || string(values["who"]) != `{"id":7,"name":"Ines"}` || string(values["limit"]) != "50" {
		t.Fatal(values, err)
	}
	tool := New("whoami", "", func(ctx context.Context, _ struct{}) (shopper, error) {
		s, ok := who.Get(ctx)
		if _, wrong := NewValue[int]("who").Get(ctx); !ok || wrong {
			return s, Fail("no value, or one of another type")
		}
		if _, ok := NewValue[int]("absent").Get(ctx); ok {
			return s, Fail("a value that nobody gave")
		}
		return s, nil
	}, Options{Effect: Read})
	r, err := NewRegistry(tool)
	if err != nil {
		t.Fatal(err)
	}
	// What the context of the call holds does not count: the run's values are the call's.
	res, err := r.Call(other, Call{ID: "c", Attempt: 1, Tool: "whoami", Arguments: json.RawMessage(`{}`), Values: values})
	if err != nil || string(res.Value) != `{"id":7,"name":"Ines"}` {
		t.Fatalf("%+v %v", res, err)
	}
}

func TestValueRefused(t *testing.T) {
	if _, err := ValuesOf(NewValue[chan int]("c").With(context.Background(), nil)); err == nil || !strings.Contains(err.Error(), `value "c"`) {
		t.Error(err)
	}
	if _, err := ValuesOf(NewValue[string]("s").With(context.Background(), strings.Repeat("a", MaxValues))); err == nil || !strings.Contains(err.Error(), "more than 8192") {
		t.Error(err)
	}
	if v, err := ValuesOf(context.Background()); v != nil || err != nil {
		t.Error(v, err)
	}
}
