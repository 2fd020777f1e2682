package grammar

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var turns = flag.Int("turns", 60, "random turns to decode")

// Random turns under the mask end within their limit, and their calls satisfy the
// tool's schema by an independent validator.
func TestRandomTurns(t *testing.T) {
	schemas := map[string]string{
		"f": `{"type": "object", "properties": {"s": {"type": "string", "maxLength": 9, "pattern": "^[a-z]+$"}, "n": {"type": "integer", "minimum": -7, "maximum": 130}}, "required": ["n"]}`,
		"g": `{"type": "object", "properties": {"l": {"type": "array", "items": {"enum": ["a", 1, null]}, "minItems": 1, "maxItems": 4}, "d": {"type": "string", "format": "date"}}, "required": ["l", "d"], "additionalProperties": false}`,
		"h": `{"type": "object", "properties": {"t": {"$ref": "#/$defs/t"}}, "required": ["t"], "$defs": {"t": {"type": "object", "properties": {"v": {"type": "number", "multipleOf": 0.5}, "t": {"$ref": "#/$defs/t"}}, "required": ["v"], "additionalProperties": false}}}`,
	}
	var tools []llm.ToolSpec
	checks := map[string]*jsonschema.Schema{}
	for name, s := range schemas {
		tools = append(tools, llm.ToolSpec{Name: name, Parameters: []byte(s)})
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(s))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		if err := c.AddResource(name+".json", doc); err != nil {
			t.Fatal(err)
		}
		checks[name] = c.MustCompile(name + ".json")
	}
	g, err := CompileTurn(Turn{Tools: tools, Choice: llm.ToolChoice{Mode: llm.ChoiceRequired}, MaxCalls: 1})
	if err != nil {
		t.Fatal(err)
	}
	v := byteVocab()
	mask := NewBitset(v.Size())
	for seed := range *turns {
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		m := g.NewMatcher(v)
		limit := 120 + rng.IntN(80)
		var text []byte
		for left := limit; ; left-- {
			if m.CanEnd() {
				break
			}
			if left == 0 {
				t.Fatalf("seed %d: open at its limit: %s", seed, text)
			}
			if err := m.MaskWithin(mask, left); err != nil {
				t.Fatal(err)
			}
			ids := mask.IDs(nil)
			if len(ids) == 0 {
				t.Fatalf("seed %d: nothing may follow %s", seed, text)
			}
			id := ids[rng.IntN(len(ids))]
			if err := m.Accept(id); err != nil {
				t.Fatal(err)
			}
			text = append(text, v.Bytes(id)...)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, text, err)
		}
		call := v.(map[string]any)
		if err := checks[call["name"].(string)].Validate(call["parameters"]); err != nil {
			t.Errorf("seed %d: %s: %v", seed, text, err)
		}
	}
}
