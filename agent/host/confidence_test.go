package host

import (
	"context"
	"encoding/json"
	"iter"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/mini"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
)

// named is a model that has a name.
type named string

func (n named) Info() llm.Info { return llm.Info{Name: string(n)} }

func (named) Generate(context.Context, *llm.Request) iter.Seq2[llm.Event, error] { return nil }

func (named) CountTokens(*llm.Request) (int, error) { return 0, nil }

// TestLeastConfidence: a call with effects of which the model is less sure than agent.yaml
// wants waits for a person, whatever the other policies allow; a read does not.
func TestLeastConfidence(t *testing.T) {
	c, err := Parse([]byte("policies: [strict]\nconfidence: 0.6\nsampling: {max_string: 500}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for shown, want := range map[int]int{0: 6, -1: 0, 9: 9} {
		if got := (&Config{Shown: shown}).shown(named(mini.Name)); got != want {
			t.Errorf("shown: %d is %d for mini, want %d", shown, got, want)
		}
	}
	if got := (&Config{}).shown(named("llama")); got != 0 {
		t.Errorf("%d tools are shown to another model", got)
	}
	if c.Sampling.sampling().MaxString != 500 {
		t.Errorf("sampling %+v", c.Sampling.sampling())
	}
	layers, err := c.Layers()
	if err != nil {
		t.Fatal(err)
	}
	schema := json.RawMessage(`{"type": "object", "properties": {"id": {"type": "integer"}}}`)
	b, err := policies.Compile(layers, []tools.Spec{{Name: "ship", Effect: tools.Once, Parameters: schema}, {Name: "see", Effect: tools.Read, Parameters: schema}})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		tool string
		sure float64
		want policies.Verdict
	}{{"ship", 0.61, policies.Allow}, {"ship", 0.59, policies.RequireApproval}, {"ship", 0, policies.RequireApproval}, {"see", 0.1, policies.Allow}} {
		r := policies.NewRun(b, policies.Info{})
		if err := r.Observe(policies.Fact{Kind: policies.FactMessage, Message: &llm.Message{Role: llm.RoleUser, Content: "Ship order 1042."}}); err != nil {
			t.Fatal(err)
		}
		d := r.Call(tools.Call{ID: "a", Tool: x.tool, Arguments: json.RawMessage(`{"id": 1042}`), Confidence: x.sure}, time.Unix(0, 0))
		if d.Verdict != x.want {
			t.Errorf("%s at %g: %s by %s, want %s", x.tool, x.sure, d.Verdict, d.Rule, x.want)
		}
	}
	for _, text := range []string{"confidence: 1.5", "confidence: -1", "shown: -2", "sampling: {max_string: -2}"} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s passed", text)
		}
	}
}
