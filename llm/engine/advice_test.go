package engine

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/expert"
)

// write takes a text, token by token.
func (a *advice) write(tokens ...string) *advice {
	for _, t := range tokens {
		a = a.after([]byte(t))
	}
	return a
}

// weighed is what the advice adds to each token.
func (a *advice) weighed(tokens ...string) []float64 {
	logits := make([]float32, len(tokens))
	a.weigh(logits, func(j int) []byte { return []byte(tokens[j]) })
	out := make([]float64, len(logits))
	for i, v := range logits {
		out[i] = math.Round(float64(v)*100) / 100
	}
	return out
}

func equal(a, b []float64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

func names(dialect llm.Dialect) *advice {
	a := &advice{of: &asked{}}
	for i, name := range []string{"get_time", "get_weather", "get_weather_map"} {
		a.options = append(a.options, option{text: []byte(chat.Form(dialect).Opening(name)), score: []float64{-3, 0, -1}[i], tool: &llm.ToolSpec{Name: name}})
	}
	return a
}

// TestAdviceOnNames: each token is weighed by the best tool that it leaves; what all along
// a name adds up to is that tool's score, in whatever tokens it is written.
func TestAdviceOnNames(t *testing.T) {
	a := names("")
	if got := a.weighed(`{"`, "Hello", `{"name": "get_t`); !equal(got, []float64{0, 0, -3}) {
		t.Errorf("at the beginning: %v", got)
	}
	b := a.write(`{"name": "`, "get_")
	if got := b.weighed("time", "w", "x", `weather_`); !equal(got, []float64{-3, 0, 0, -1}) {
		t.Errorf("in the name: %v", got)
	}
	c := b.write("weather")
	if got := c.weighed(`"`, "_map"); !equal(got, []float64{0, -1}) {
		t.Errorf("at the end of a name: %v", got)
	}
	if got := b.write("t").weighed("ime"); !equal(got, []float64{0}) {
		t.Errorf("what was weighed is weighed again: %v", got)
	}
	if a.write("Hello") != nil || a.write(`{"name"`, " :") != nil {
		t.Error("advice on what is no call")
	}
	var none *advice
	if none.write("x") != nil || !equal(none.weighed("x"), []float64{0}) {
		t.Error("no advice weighs")
	}
	for _, d := range chat.Dialects {
		if got := names(d).weighed(chat.Form(d).Opening("get_time")); !equal(got, []float64{-3}) {
			t.Errorf("%s: %v", d, got)
		}
	}
}

// TestAdviceOnValues: between values nothing is weighed; in one, each text that was not
// said by what the extractor leaves for it.
func TestAdviceOnValues(t *testing.T) {
	in := advice{of: &asked{spans: &expert.Spans{}}, floor: -4, options: []option{{text: []byte(`Paris"`), span: "Paris"}, {text: []byte(`Paris, please"`), score: -2, span: "Paris, please"}},
		tool: &llm.ToolSpec{Name: "get_weather", Parameters: json.RawMessage(`{}`)}, used: []string{"city"}}
	if got := in.weighed("Par", "Lon", `Paris"`, "Paris,"); !equal(got, []float64{0, -4, 0, -2}) {
		t.Errorf("at the beginning: %v", got)
	}
	long := in.write("Paris,")
	if got := long.weighed(" please", " now"); !equal(got, []float64{0, -2}) {
		t.Errorf("further on: %v", got)
	}
	if other := in.write("Lon"); other == nil || len(other.options) > 0 {
		t.Errorf("another value: %+v", other)
	}
	done := in.write("Par", "is", `"}`)
	if done == nil || len(done.options) > 0 || len(done.taken) != 1 || done.taken[0] != "Paris" {
		t.Errorf("at the end: %+v", done)
	}
}

func TestKindOf(t *testing.T) {
	schema := json.RawMessage(`{"properties":{"a":{"type":"string"},"b":{"type":"integer"},"c":{"type":"string","enum":["x"]},"d":{"type":"array"},"e":{"type":["string","null"]}}}`)
	for name, want := range map[string]string{"a": "string", "b": "integer", "c": "", "d": "", "e": "", "f": ""} {
		if got := kindOf(schema, name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
