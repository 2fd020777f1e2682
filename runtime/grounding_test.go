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
