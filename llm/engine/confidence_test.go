package engine

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/expert"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/sample"
)

func TestConfidence(t *testing.T) {
	fit := confidence{offset: 2, slope: 1, fitted: true}
	for _, c := range []struct {
		how   confidence
		score float64
		want  float64
	}{
		{confidence{}, 0, 1}, {confidence{}, math.Log(0.25), 0.25}, {confidence{}, -1000, leastConfidence},
		{fit, -2, 0.5}, {fit, 0, 0.880797}, {fit, -1000, leastConfidence},
	} {
		if got := c.how.of(c.score, 0, expert.Neutral, expert.Signs{}); got != c.want {
			t.Errorf("%+v of %g: %g, want %g", c.how, c.score, got, c.want)
		}
	}
}

// TestWish: an answer to the assistant's question belongs to what was asked for before it.
func TestWish(t *testing.T) {
	say := func(role llm.Role, text string) llm.Message { return llm.Message{Role: role, Content: text} }
	system, one, ask, done, two := say(llm.RoleSystem, "s"), say(llm.RoleUser, "refund it"), say(llm.RoleAssistant, "Which order?"), say(llm.RoleAssistant, "Done."), say(llm.RoleUser, "1042")
	for _, c := range []struct {
		messages []llm.Message
		want     string
	}{
		{[]llm.Message{system, two}, "1042"},
		{[]llm.Message{system, one, ask, two}, "refund it\n1042"},
		{[]llm.Message{system, one, done, two}, "1042"},
		{[]llm.Message{system, one, ask, two, ask, two}, "refund it\n1042\n1042"},
	} {
		if got := wish(c.messages); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestLeastConfidence: a search is made where another call that changes nothing is taken back,
// and that where one that changes something is, at the same confidence.
func TestLeastConfidence(t *testing.T) {
	f, err := gguf.Open("../mini/model.gguf")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	router, err := expert.RouterOf(f)
	if err != nil {
		t.Fatal(err)
	}
	declared := []llm.ToolSpec{{Name: "search_pages", Description: "Search the pages"}, {Name: "list_pages", Description: "List the pages"}, {Name: "drop_pages", Description: "Drop the pages", Changes: true}}
	for _, c := range []struct {
		name  string
		least leasts
		made  bool
	}{
		{"search_pages", leasts{0.65, 0.55, 0.4}, true}, {"list_pages", leasts{0.65, 0.55, 0.4}, false}, {"drop_pages", leasts{0.65, 0.55, 0.4}, false},
		{"list_pages", leasts{0.65, 0.5, 0.4}, true}, {"drop_pages", leasts{0.65, 0.5, 0.4}, false}, {"drop_pages", leasts{0.5, 0.5, 0.4}, true}, {"nameless", leasts{0.65, 0.1, 0.1}, false},
	} {
		told := 0
		turn := &turn{
			e: &Engine{sure: confidence{offset: 0.1, fitted: true}}, fit: &fits{router, "pages", declared}, constrained: true, stops: sample.NewStops(nil),
			yield: func(llm.Event, error) bool { told++; return true }, least: c.least[changes], leasts: c.least,
		}
		err := turn.events([]llm.Event{llm.CallStart{Name: c.name}, llm.CallEnd{Call: llm.ToolCall{Name: c.name, Arguments: json.RawMessage(`{}`)}}})
		var unsure *unsureError
		if c.made && (err != nil || told != 2) || !c.made && (!errors.As(err, &unsure) || told != 0) {
			t.Errorf("%s %v: %v, %d events", c.name, c.least, err, told)
		}
	}
}

// TestConfidenceOfCalls: a call's confidence is the product of its tokens' probabilities
// among those that may come, whatever is drafted and forced.
func TestConfidenceOfCalls(t *testing.T) {
	fast, plain := startChat(t, Options{Cache: "f32", Tokens: 8192}), startChat(t, Options{Cache: "f32", Tokens: 8192, NoDrafts: true})
	s := recorded(t)
	var list []llm.ToolSpec
	for _, name := range []string{"light", "door"} {
		list = append(list, llm.ToolSpec{Name: name, Parameters: json.RawMessage(`{"type":"object","properties":{"on":{"type":"boolean"}},"required":["on"],"additionalProperties":false}`)})
	}
	spread := 0
	for i, more := range []string{"", "Now.", "And the others?", "Thank you!"} {
		messages := append(s.Messages[:len(s.Messages):len(s.Messages)], llm.Message{Role: llm.RoleUser, Content: more})
		req := &llm.Request{Messages: messages, Tools: list, MaxTokens: 200, MaxCalls: 2, ToolChoice: llm.ToolChoice{Mode: llm.ChoiceRequired}}
		a, _, err := llm.Collect(fast.Generate(context.Background(), req), nil)
		if err != nil {
			t.Fatal(err)
		}
		b, _, err := llm.Collect(plain.Generate(context.Background(), req), nil)
		if err != nil {
			t.Fatal(err)
		}
		for k := range a.Calls {
			x, y := a.Calls[k].Confidence, b.Calls[k].Confidence
			if x <= 0 || x > 1 || math.Abs(math.Log(x/y)) > 0.05 && x > 10*leastConfidence {
				t.Errorf("request %d, call %d: %g with drafts, %g without", i, k, x, y)
			}
			if x < 0.9 && x > leastConfidence {
				spread++
			}
		}
	}
	if spread == 0 {
		t.Error("the model is sure of all: the test says nothing")
	}
}

// TestBeamsDecideByTheOpening: beams compare calls with calls: the probability of opening
// one decides, not how likely the whole is.
func TestBeamsDecideByTheOpening(t *testing.T) {
	e := startChat(t, Options{Tokens: 8192})
	s := recorded(t)
	for _, c := range []struct {
		least float64
		call  bool
	}{{1e-12, true}, {1, false}} {
		e.call = c.least
		req := &llm.Request{Messages: s.Messages, Tools: s.Tools, MaxTokens: 150, Sampling: llm.Sampling{Beams: 3}}
		msg, _, err := llm.Collect(e.Generate(context.Background(), req), nil)
		if err != nil || (len(msg.Calls) > 0) != c.call {
			t.Errorf("calls from %g on: %+v, %v", c.least, msg, err)
		}
		if c.call && msg.Calls[0].Confidence > 0.5 {
			t.Errorf("a model of random weights is %g sure", msg.Calls[0].Confidence)
		}
	}
}

// TestUnsureCalls: a turn whose first call is less sure than is wanted is text, and nothing
// was told of the call; one that is as sure is told as it would be without a bound. Where
// the turn must call, it does.
func TestUnsureCalls(t *testing.T) {
	e := startChat(t, Options{Tokens: 8192})
	s := recorded(t)
	events := func(how llm.ToolChoice) (kinds string, confidence float64, u llm.Usage) {
		req := &llm.Request{Messages: s.Messages, Tools: s.Tools, MaxTokens: 150, MaxCalls: 1, ToolChoice: how, Sampling: llm.Sampling{Beams: 3}}
		for ev, err := range e.Generate(context.Background(), req) {
			if err != nil {
				t.Fatal(err)
			}
			switch ev := ev.(type) {
			case llm.TextDelta:
				kinds += "t"
			case llm.CallStart:
				kinds += "s"
			case llm.CallDelta:
				kinds += "d"
			case llm.CallEnd:
				kinds, confidence = kinds+"e", ev.Call.Confidence
			case llm.Stop:
				u = ev.Usage
			}
		}
		return kinds, confidence, u
	}
	e.call = 1e-12
	want, sure, first := events(llm.ToolChoice{})
	if !strings.HasPrefix(want, "s") || !strings.HasSuffix(want, "e") || sure > 0.5 {
		t.Fatalf("%q, %g sure: no doubtful call to test with", want, sure)
	}
	if got, c, _ := events(llm.ToolChoice{MinConfidence: sure}); got != want || c != sure {
		t.Errorf("as sure as is wanted: %q, %g; want %q, %g", got, c, want, sure)
	}
	got, _, both := events(llm.ToolChoice{MinConfidence: min(1, 2*sure)})
	if strings.Trim(got, "t") != "" || got == "" {
		t.Errorf("less sure than is wanted: %q, want text only", got)
	}
	if both.GeneratedTokens <= first.GeneratedTokens {
		t.Errorf("%d tokens with the call that was taken back, %d for it alone", both.GeneratedTokens, first.GeneratedTokens)
	}
	e.sure.least = 1
	if got, _, _ := events(llm.ToolChoice{}); strings.Trim(got, "t") != "" || got == "" {
		t.Errorf("the file's least confidence: %q, want text only", got)
	}
	if got, _, _ := events(llm.ToolChoice{Mode: llm.ChoiceRequired}); !strings.HasPrefix(got, "s") {
		t.Errorf("a turn that must call: %q", got)
	}
	for _, bad := range []float64{-0.1, 1.1, math.NaN()} {
		if err := check(&llm.Request{ToolChoice: llm.ToolChoice{MinConfidence: bad}}); err == nil {
			t.Errorf("a least confidence of %g", bad)
		}
	}
}

// TestLongStrings: a string argument ends at the bound, and what is written is a call.
func TestLongStrings(t *testing.T) {
	e := startChat(t, Options{Tokens: 8192})
	tool := llm.ToolSpec{Name: "note", Parameters: json.RawMessage(`{"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}`)}
	ask := func(most int) string {
		req := &llm.Request{Messages: recorded(t).Messages, Tools: []llm.ToolSpec{tool}, MaxTokens: 400, MaxCalls: 1, ToolChoice: llm.ToolChoice{Mode: llm.ChoiceRequired},
			Sampling: llm.Sampling{Temperature: 1.5, Seed: 2, MaxString: most}}
		msg, _, err := llm.Collect(e.Generate(context.Background(), req), nil)
		var args struct{ Text string }
		if err != nil || len(msg.Calls) != 1 || json.Unmarshal(msg.Calls[0].Arguments, &args) != nil {
			t.Fatalf("%+v, %v", msg, err)
		}
		return args.Text
	}
	if long, short := ask(-1), ask(40); len(long) < 120 || len(short) < 40 || len(short) > 60 || !strings.HasPrefix(long, short[:30]) {
		t.Errorf("%d and %d bytes, want over 120 and about 40: %q, %q", len(long), len(short), long, short)
	}
	tool.Parameters = json.RawMessage(`{"type":"object","properties":{"text":{"type":"string","maxLength":50}},"required":["text"],"additionalProperties":false}`)
	if got := ask(40); len([]rune(got)) < 45 {
		t.Errorf("%d characters of 50 that the schema allows", len([]rune(got)))
	}
}
