package runtime_test

import (
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/tools/documents/ground"
)

const kettle = `{"hits":[{"source":"kitchen.md","text":"The steel kettle costs 49.90.","passage":1}]}`

// grounded plays a search and answers under a mode of grounding.
func grounded(t *testing.T, mode ground.Mode, policy string, stop int, answers ...string) hooked {
	t.Helper()
	src, err := policies.ParseSource("p", []byte("name: p\ndefault: allow\n"+policy))
	if err != nil {
		t.Fatal(err)
	}
	turns := []llm.Turn{calls(llm.ToolCall{Name: "search", Arguments: []byte(`{}`)})}
	for _, a := range answers {
		turns = append(turns, text(a))
	}
	return hookGuarded(t, runtime.GuardOptions{Layers: []*policies.Source{src}, Grounding: mode}, "What is the price of the steel kettle?", map[string]string{"search": kettle}, stop, turns...)
}

func TestGroundingMarks(t *testing.T) {
	everywhere(t, func(stop int) hooked { return grounded(t, ground.Mark, "", stop, "It costs 59.90. [kitchen.md]") }, func(t *testing.T, h hooked) {
		if want := "It costs 59.90. [kitchen.md] [not in kitchen.md: 59.90]"; h.state.Status != planner.Finished || h.state.Answer() != want {
			t.Errorf("%s: %q", h.state.Status, h.state.Answer())
		}
		if strings.Contains(h.shown, "59.90. [kitchen.md] It") {
			t.Errorf("shown before it was checked: %q", h.shown)
		}
	})
	if h := grounded(t, ground.Mark, "", 0, "It costs 49.90. [kitchen.md]"); h.state.Answer() != "It costs 49.90. [kitchen.md]" {
		t.Errorf("%q", h.state.Answer())
	}
	if h := grounded(t, ground.Off, "", 0, "It costs 59.90. [kitchen.md]"); h.state.Answer() != "It costs 59.90. [kitchen.md]" {
		t.Errorf("%q", h.state.Answer())
	}
}

func TestGroundingRefuses(t *testing.T) {
	everywhere(t, func(stop int) hooked {
		return grounded(t, ground.Refuse, "", stop, "It costs 59.90. [kitchen.md]", "It costs 49.90. [prices.md]", "It costs 49.90. [kitchen.md]")
	}, func(t *testing.T, h hooked) {
		if h.state.Status != planner.Finished || h.state.Answer() != "It costs 49.90. [kitchen.md]" || strings.Contains(h.shown, "59.90") {
			t.Errorf("%s: %q, shown %q", h.state.Status, h.state.Answer(), h.shown)
		}
		last := h.seen[len(h.seen)-1]
		if !strings.Contains(last, "not in kitchen.md: 59.90") || !strings.Contains(last, "prices.md was not retrieved") {
			t.Errorf("the model is not told why: %s", last)
		}
	})
}

// TestGroundingOfNothing: an answer that states nothing, after a search, ends as one that
// says so; what another tool did may be told of.
func TestGroundingOfNothing(t *testing.T) {
	garbled := "There are for overdue for overdue for for for for for for website?"
	everywhere(t, func(stop int) hooked { return grounded(t, ground.Mark, "", stop, garbled) }, func(t *testing.T, h hooked) {
		if h.state.Status != planner.Finished || h.state.Answer() != "The documents do not say." || strings.Contains(h.shown, "overdue") {
			t.Errorf("%s: %q, shown %q", h.state.Status, h.state.Answer(), h.shown)
		}
	})
	everywhere(t, func(stop int) hooked {
		return grounded(t, ground.Refuse, "", stop, garbled, "It costs 49.90. [kitchen.md]")
	}, func(t *testing.T, h hooked) {
		if h.state.Answer() != "It costs 49.90. [kitchen.md]" || !strings.Contains(h.seen[len(h.seen)-1], "says nothing that was read") {
			t.Errorf("%s: %q, told %q", h.state.Status, h.state.Answer(), h.seen[len(h.seen)-1])
		}
	})
	if h := grounded(t, ground.Off, "", 0, garbled); h.state.Answer() != garbled {
		t.Errorf("%q", h.state.Answer())
	}
	src, err := policies.ParseSource("p", []byte("name: p\ndefault: allow\n"))
	if err != nil {
		t.Fatal(err)
	}
	o := runtime.GuardOptions{Layers: []*policies.Source{src}, Grounding: ground.Mark}
	both := hookGuarded(t, o, "Find it and write it down.", map[string]string{"search": kettle, "save": `{"saved":true}`}, 0,
		calls(llm.ToolCall{Name: "search", Arguments: []byte(`{}`)}), calls(llm.ToolCall{Name: "save", Arguments: []byte(`{}`)}), text("I did as you would have it."))
	if a := both.state.Answer(); a != "I did as you would have it." {
		t.Errorf("%q", a)
	}
	none := hookGuarded(t, o, "Hello there.", map[string]string{"search": kettle}, 0, text("How good of you to be here."))
	if a := none.state.Answer(); a != "How good of you to be here." {
		t.Errorf("%q", a)
	}
}

// TestGroundingAfterPolicy: what the policy takes out is not looked for in the documents,
// and what the policy denies stays denied.
func TestGroundingAfterPolicy(t *testing.T) {
	h := grounded(t, ground.Mark, "rules: [{id: mail, on: answer, when: 'found(\"email\")', then: redact, redact: [email]}]", 0, "It costs 49.90, says a@b.example. [kitchen.md]")
	if a := h.state.Answer(); strings.Contains(a, "a@b.example") || !strings.Contains(a, "49.90") {
		t.Errorf("%q", a)
	}
	h = grounded(t, ground.Mark, "rules: [{id: no, on: answer, when: 'text contains \"59\"', then: halt, reason: no such thing}]", 0, "It costs 59.90. [kitchen.md]")
	if h.state.Status != planner.Denied {
		t.Errorf("%s", h.state.Status)
	}
}

// TestGroundingHoldsTheModel: a model that runs here is told, with each request, what its
// answer may cite: nothing before anything was retrieved.
func TestGroundingHoldsTheModel(t *testing.T) {
	everywhere(t, func(stop int) hooked { return grounded(t, ground.Mark, "", stop, "It costs 49.90. [kitchen.md]") }, func(t *testing.T, h hooked) {
		if len(h.cites) < 2 || h.cites[0] != "" || h.cites[len(h.cites)-1] != "kitchen.md, kitchen.md#1" {
			t.Errorf("%q", h.cites)
		}
	})
	if h := grounded(t, ground.Off, "", 0, "It costs 49.90. [kitchen.md]"); h.cites[0] != "anything" || h.cites[1] != "anything" {
		t.Errorf("%q", h.cites)
	}
}

// TestGroundingQuotes: what was read is quoted where the answer is wrong or none, if the
// quoter finds it and the policy lets it out; what another tool did may be told of.
func TestGroundingQuotes(t *testing.T) {
	quote := "“The steel kettle costs 49.90.” [kitchen.md]"
	run := func(stop int, policy string, quoter ground.Quoter, answer string, before ...llm.Turn) hooked {
		src, err := policies.ParseSource("p", []byte("name: p\ndefault: allow\n"+policy))
		if err != nil {
			t.Fatal(err)
		}
		o := runtime.GuardOptions{Layers: []*policies.Source{src}, Grounding: ground.Quote, Quote: quoter}
		turns := append([]llm.Turn{calls(llm.ToolCall{Name: "search", Arguments: []byte(`{}`)})}, before...)
		return hookGuarded(t, o, "What is the price of the steel kettle?", map[string]string{"search": kettle, "save": `{"saved":true}`}, stop, append(turns, text(answer))...)
	}
	find := func(question string, e ground.Evidence) (string, bool) {
		return quote, strings.Contains(question, "price") && len(e.Passages) == 1
	}
	for _, answer := range []string{"It costs 59.90. [kitchen.md]", "The documents do not say.", "For for for for for for it."} {
		everywhere(t, func(stop int) hooked { return run(stop, "", find, answer) }, func(t *testing.T, h hooked) {
			if a := h.state.Answer(); h.state.Status != planner.Finished || a != quote || strings.Contains(h.shown, "59.90") {
				t.Errorf("%q: %q, shown %q", answer, a, h.shown)
			}
		})
	}
	none := func(string, ground.Evidence) (string, bool) { return quote, false }
	for _, c := range []struct {
		policy       string
		quoter       ground.Quoter
		answer, want string
	}{
		{"", find, "It costs 49.90. [kitchen.md]", "It costs 49.90. [kitchen.md]"},
		{"", none, "It costs 59.90. [kitchen.md]", "It costs 59.90. [kitchen.md] [not in kitchen.md: 59.90]"},
		{"", nil, "The documents do not say.", "The documents do not say."},
		{"", none, "The steel kettle is for the kitchen. [kitchen.md]", "The documents do not say."}, // the price was asked for
		{"rules: [{id: no, on: answer, when: 'text contains \"49\"', then: deny, reason: no prices}]", find, "The documents do not say.", "The documents do not say."},
	} {
		if a := run(0, c.policy, c.quoter, c.answer).state.Answer(); a != c.want {
			t.Errorf("%q: %q, want %q", c.answer, a, c.want)
		}
	}
	if a := run(0, "", find, "I wrote it down.", calls(llm.ToolCall{Name: "save", Arguments: []byte(`{}`)})).state.Answer(); a != "I wrote it down." {
		t.Errorf("%q", a)
	}
}

// TestAskedGoesAlong: the question goes with the calls of tools that retrieve passages in the
// house, as the model reads it, where passages may be quoted; with no others.
func TestAskedGoesAlong(t *testing.T) {
	run := func(stop int, mode ground.Mode, prompt string) hooked {
		src, err := policies.ParseSource("p", []byte("name: p\ndefault: allow\nrules: [{id: pii, on: input, when: 'found(\"email\")', then: redact, redact: [email]}]"))
		if err != nil {
			t.Fatal(err)
		}
		o := runtime.GuardOptions{Layers: []*policies.Source{src}, Grounding: mode, Quote: func(string, ground.Evidence) (string, bool) { return "", false }}
		turn := func(tool string) llm.Turn { return calls(llm.ToolCall{Name: tool, Arguments: []byte(`{}`)}) }
		return hookGuarded(t, o, prompt, map[string]string{"search": kettle, "abroad": kettle, "save": `1`}, stop, turn("search"), turn("abroad"), turn("save"), text("It costs 49.90. [kitchen.md]"))
	}
	everywhere(t, func(stop int) hooked {
		return run(stop, ground.Quote, "What does bob@corp.example pay for the kettle?")
	}, func(t *testing.T, h hooked) {
		for i, asked := range h.asked {
			if want := map[int]string{0: `"What does [EMAIL_1] pay for the kettle?"`}[i]; asked != want {
				t.Errorf("call %d: %s, want %s", i, asked, want)
			}
		}
		if len(h.asked) != 3 {
			t.Errorf("%d calls", len(h.asked))
		}
	})
	for _, h := range []hooked{run(0, ground.Mark, "What is the price?"), run(0, ground.Quote, "What is the price of "+strings.Repeat("very ", 200)+"old kettles?")} {
		if strings.Join(h.asked, "") != "" {
			t.Errorf("%q", h.asked)
		}
	}
}
