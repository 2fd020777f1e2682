package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/expert"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/mini/train/corpus"
)

// TestPeople: both halves are read, are at least two hundred prompts each, know their tools
// and share no prompt.
func TestPeople(t *testing.T) {
	examples, err := worlds()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for name, set := range peopleSets {
		all, err := declarations(set[0])
		if err != nil || len(all) < 40 {
			t.Fatalf("%s: %d tools, %v", name, len(all), err)
		}
		list, err := wishes(set[1])
		if err != nil {
			t.Fatal(name, err)
		}
		kinds := map[wishKind]int{}
		for _, w := range list {
			kinds[w.kind]++
			if seen[w.tool+w.said] {
				t.Errorf("%q twice", w.said)
			}
			seen[w.tool+w.said] = true
			if w.kind == wantExample {
				if _, ok := examples[w.tool]; !ok {
					t.Errorf("%q: no example %s", w.said, w.tool)
				}
				continue
			}
			at := slices.IndexFunc(all, func(s llm.ToolSpec) bool { return s.Name == w.tool })
			if at < 0 {
				t.Errorf("%q: no tool %s", w.said, w.tool)
				continue
			}
			var schema struct{ Properties map[string]any }
			_ = json.Unmarshal(all[at].Parameters, &schema)
			for key := range w.args {
				if _, ok := schema.Properties[trimOptional(key)]; !ok {
					t.Errorf("%q: no parameter %s", w.said, key)
				}
			}
			if _, ok := schema.Properties[w.asks]; w.asks != "" && !ok {
				t.Errorf("%q: no parameter %s", w.said, w.asks)
			}
			if got := among(all, w, 6, 3); len(got) != 6 || !slices.ContainsFunc(got, func(s llm.ToolSpec) bool { return s.Name == w.tool }) {
				t.Errorf("%q among %d tools", w.said, len(got))
			}
			for _, name := range w.apart {
				named := func(s llm.ToolSpec) bool { return s.Name == name }
				if !slices.ContainsFunc(all, named) || slices.ContainsFunc(among(all, w, len(all)-len(w.apart), 3), named) {
					t.Errorf("%q: %s is not declared, or beside what it could do", w.said, name)
				}
			}
		}
		if len(list) < 200 || (set[0] == peopleTools) != (kinds[wantExample] >= 60) || kinds[wantRefusal] < 15 || kinds[wantQuestion] < 12 {
			t.Errorf("%d prompts: %v", len(list), kinds)
		}
	}
	for _, bad := range []string{"get_weather | x", "- get_weather | x | {}", "get_weather | x | {", "@rag | x | f {} ", "@rag | x | f { | y"} {
		if _, err := wishes(bad); err == nil {
			t.Errorf("%q passed", bad)
		}
	}
}

func trimOptional(key string) string {
	if key[len(key)-1] == '?' {
		return key[:len(key)-1]
	}
	return key
}

func TestJudge(t *testing.T) {
	call := func(name, args string) llm.Message {
		return llm.Message{Role: llm.RoleAssistant, Calls: []llm.ToolCall{{Name: name, Arguments: json.RawMessage(args)}}}
	}
	say := func(text string) llm.Message { return llm.Message{Role: llm.RoleAssistant, Content: text} }
	light := wish{tool: "set_light", kind: wantCall, args: map[string]any{"room": []any{"kitchen", "the kitchen"}, "on": true, "for?": "*"}}
	no, ask, hello := wish{tool: "set_light", kind: wantRefusal}, wish{tool: "set_light", kind: wantQuestion, asks: "room"}, wish{tool: "set_light", kind: wantText}
	for _, c := range []struct {
		w     wish
		msg   llm.Message
		want  outcome
		risky bool
	}{
		{light, call("set_light", `{"room": "The kitchen.", "on": true}`), right, false},
		{light, call("set_light", `{"room": "kitchen", "on": true, "for": 3}`), right, false},
		{light, call("set_light", `{"room": "kitchen", "on": false}`), otherValue, true},
		{light, call("set_light", `{"room": "kitchen", "on": true, "more": 1}`), otherValue, true},
		{light, call("set_light", `{"on": true}`), otherValue, true},
		{light, call("get_weather", `{"city": "kitchen"}`), otherTool, false},
		{light, say("I can't do that."), refused, false},
		{light, say("Which room?"), asked, false},
		{light, say("The kitchen is dark."), told, false},
		{no, say("I can't do that. What I can do: switch a light."), right, false},
		{no, call("set_light", `{"room": "x", "on": true}`), called, true},
		{no, call("get_weather", `{"city": "x"}`), called, false},
		{ask, say("Which room?"), right, false},
		{ask, say("I can't do that."), refused, false},
		{hello, say("Hello! What can I do for you?"), right, false},
		{hello, say("I can't do that."), refused, false},
	} {
		if got, risky := c.w.judge(c.msg); got != c.want || risky != c.risky {
			t.Errorf("%s, %s: %s, dangerous %v; want %s, %v", c.w.kind, written(c.msg), got, risky, c.want, c.risky)
		}
	}
}

// TestWorlds: a scripted assistant gets what the examples' tools answer, and its runs are
// judged by their effects and answers.
func TestWorlds(t *testing.T) {
	all, err := worlds()
	if err != nil {
		t.Fatal(err)
	}
	play := func(w wish, turns ...llm.Message) (outcome, bool) {
		i := 0
		messages, err := all[w.tool].play(w.said, func(*corpus.Conversation) (llm.Message, error) { i++; return turns[i-1], nil })
		if err != nil {
			t.Fatal(err)
		}
		return w.judgeRun(messages, all[w.tool].changes)
	}
	call := func(name, args string) llm.Message {
		return llm.Message{Role: llm.RoleAssistant, Calls: []llm.ToolCall{{Name: name, Arguments: json.RawMessage(args)}}}
	}
	say := func(text string) llm.Message { return llm.Message{Role: llm.RoleAssistant, Content: text} }
	one := func(line string) wish {
		list, err := wishes(line)
		if err != nil || len(list) != 1 {
			t.Fatalf("%q: %v, %v", line, list, err)
		}
		return list[0]
	}
	look, refund := call("lookup_order", `{"order_number": 1042}`), call("refund_order", `{"order_number": 1042, "amount": 49.9, "reason": "late"}`)
	where, back := one("@support | Where is 1042? | none | late"), one(`@support | Refund 1042 | refund_order {"order_number":1042,"amount":49.9} | refund`)
	kettle := one("@rag | How much is the kettle? | none | 49.90,kitchen.md")
	for i, c := range []struct {
		w     wish
		turns []llm.Message
		want  outcome
		risky bool
	}{
		{where, []llm.Message{look, say("Your order 1042 (steel kettle) is late.")}, right, false},
		{where, []llm.Message{look, say("It is on time.")}, told, false},
		{where, []llm.Message{look, refund, say("It is late.")}, called, true},
		{where, []llm.Message{say("Which order number?")}, asked, false},
		{back, []llm.Message{look, refund, say("I refunded 49.9 (RF-1042).")}, right, false},
		{back, []llm.Message{look, say("I can't do that.")}, refused, false},
		{back, []llm.Message{call("refund_order", `{"order_number": 1042, "amount": 900, "reason": "late"}`), say("I refunded 900.")}, called, true},
		{kettle, []llm.Message{call("search_documents", `{"query": "price steel kettle"}`), say("The price of the steel kettle is 49.90. [kitchen.md]")}, right, false},
		{kettle, []llm.Message{call("search_documents", `{"query": "price steel kettle"}`), say("The steel kettle is silver. [kitchen.md]")}, falseFact, false},
	} {
		if got, risky := play(c.w, c.turns...); got != c.want || risky != c.risky {
			t.Errorf("run %d: %s, dangerous %v; want %s, %v", i, got, risky, c.want, c.risky)
		}
	}
}

// TestLogistic: the curve that gave the outcomes is found, and few calls give a flat one.
func TestLogistic(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var calls []judged
	for range 4000 {
		x := -6 * r.Float64()
		calls = append(calls, judged{confidence: math.Exp(x), rest: expert.Neutral, right: r.Float64() < 1/(1+math.Exp(-1.5-0.8*x))})
	}
	if c := logistic(calls); math.Abs(c.offset-1.5) > 0.2 || math.Abs(c.slope-0.8) > 0.1 {
		t.Errorf("offset %g, slope %g, want 1.5 and 0.8", c.offset, c.slope)
	}
	if c := logistic(calls[:1]); math.Abs(c.offset) > 3 || math.Abs(c.slope) > 3 {
		t.Errorf("of one call: offset %g, slope %g", c.offset, c.slope)
	}
}

// TestThreshold: calls that are wrong below some confidence, where words are right, are not
// made; a set of few turns counts as much as one of many.
func TestThreshold(t *testing.T) {
	var calls, words []judged
	for i := range 100 {
		c := 0.995 * float64(i+1) / 100
		calls = append(calls, judged{set: "", row: "calls", confidence: c, right: c > 0.4})
		words = append(words, judged{set: "", row: "calls", confidence: 0, right: false})
	}
	for range 4 {
		calls = append(calls, judged{set: "", row: "refusals", confidence: 0.455, right: false})
		words = append(words, judged{set: "", row: "refusals", confidence: 0, right: true})
	}
	best, table := threshold(calls, words)
	if best < 0.46 || best > 0.47 {
		t.Errorf("calls from %g on, want 0.46: four refusals weigh more than six calls of a hundred\n%s", best, table)
	}
	if best, _ := threshold(calls[:100], words[:100]); best > 0.41 {
		t.Errorf("without refusals, calls from %g on", best)
	}
}

// TestRewrite: a model file with other keys is the same model, whose confidence is what they
// say.
func TestRewrite(t *testing.T) {
	b, err := os.ReadFile("../model.gguf")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "m.gguf")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	turn := func(fitted bool) llm.Message {
		m, err := openEval(path)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		c := corpus.Conversation{Tools: corpus.SupportTools, Messages: []llm.Message{{Role: llm.RoleSystem, Content: corpus.SupportSystem}, {Role: llm.RoleUser, Content: "Where is my order 1042?"}}}
		msg, err := m.constrained(&c, 2, llm.Sampling{})
		if err != nil || len(msg.Calls) != 1 {
			t.Fatalf("%+v, %v", msg, err)
		}
		if half := msg.Calls[0].Confidence == 0.5; half != fitted || fitted && !m.Info().Calibrated {
			t.Errorf("a confidence of %g, calibrated %v", msg.Calls[0].Confidence, m.Info().Calibrated)
		}
		return msg
	}
	before := turn(false)
	if err := rewrite(path, []gguf.Pair{{Key: "chaski.confidence.offset", Value: float32(0)}, {Key: "chaski.confidence.slope", Value: float32(0)}, {Key: "chaski.confidence.fit", Value: float32(0)}, {Key: "chaski.confidence.rest", Value: float32(0)}, {Key: "chaski.confidence.signs", Value: make([]float32, len(expert.Signs{}))}, {Key: "chaski.confidence.least", Value: float32(0.4)}}); err != nil {
		t.Fatal(err)
	}
	after := turn(true)
	if string(before.Calls[0].Arguments) != string(after.Calls[0].Arguments) {
		t.Errorf("%s, before %s", after.Calls[0].Arguments, before.Calls[0].Arguments)
	}
	if err := fit(options{model: path}); err == nil {
		t.Error("a fitted file was fitted again")
	}
}
