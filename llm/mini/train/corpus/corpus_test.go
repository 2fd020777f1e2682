package corpus

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
)

// TestConversations checks many conversations: calls fit the declared tools, and every
// argument can be copied from what stands before it.
func TestConversations(t *testing.T) {
	for _, held := range []bool{false, true} {
		s := NewSource(7, held)
		for range 400 {
			c := s.Conversation(3)
			for _, turn := range c.Turns {
				if m := c.Messages[turn.At]; m.Role != llm.RoleAssistant {
					t.Fatalf("turn %+v is of %s", turn, m.Role)
				}
				checkCalls(t, &c, turn)
			}
			if _, err := c.Samples(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// made lists the arguments that are worded by the assistant, not copied.
var made = []string{"the customer wants a refund", "the order is late", "a note on the order", "Reminders sent for"}

func checkCalls(t *testing.T, c *Conversation, turn Turn) {
	t.Helper()
	before := ""
	for _, t := range allTraits { // a search names the attribute that is asked for in other words
		before += t.name + "\n"
	}
	for _, m := range c.Messages[:turn.At] {
		before += m.Content + string(m.Value) + "\n"
	}
	for _, call := range c.Messages[turn.At].Calls {
		at := slices.IndexFunc(c.Tools, func(s llm.ToolSpec) bool { return s.Name == call.Name })
		if at < 0 {
			t.Fatalf("%s is not declared", call.Name)
		}
		var schema struct {
			Properties map[string]any `json:"properties"`
			Required   []string       `json:"required"`
		}
		var args map[string]json.RawMessage
		if err := json.Unmarshal(c.Tools[at].Parameters, &schema); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(call.Arguments, &args); err != nil {
			t.Fatal(err)
		}
		for _, name := range schema.Required {
			if _, ok := args[name]; !ok {
				t.Fatalf("%s %s: %s is required", call.Name, call.Arguments, name)
			}
		}
		for name, v := range args {
			if _, ok := schema.Properties[name]; !ok {
				t.Fatalf("%s: %s is not declared", call.Name, name)
			}
			text := strings.Trim(string(v), `"`)
			if text == "true" || text == "false" || slices.ContainsFunc(made, func(m string) bool { return strings.HasPrefix(text, m) }) {
				continue
			}
			for _, part := range strings.Fields(text) { // a query joins words that stand apart
				if !strings.Contains(before, part) {
					t.Fatalf("%s: %s = %s cannot be copied from\n%s", call.Name, name, v, before)
				}
			}
		}
	}
}

// TestSamplesEqualPrompts checks that a sample up to a learned turn is the prompt that
// the runtime shows.
func TestSamplesEqualPrompts(t *testing.T) {
	s := NewSource(3, false)
	turns := 0
	for range 100 {
		c := s.Conversation(2)
		samples, err := c.Samples()
		if err != nil {
			t.Fatal(err)
		}
		for _, turn := range c.Turns {
			prompt, err := c.Prompt(turn.At)
			if err != nil {
				t.Fatal(err)
			}
			target, err := Target(c.Messages[turn.At])
			if err != nil {
				t.Fatal(err)
			}
			want := chat.Join(prompt) + target + chat.EndTurn
			if !slices.ContainsFunc(samples, func(s Sample) bool { return strings.HasPrefix(chat.Join(s.Pieces), want) }) {
				t.Fatalf("no sample starts with\n%s", want)
			}
			turns++
		}
	}
	if turns < 200 {
		t.Fatalf("only %d turns", turns)
	}
}

// TestSplit checks that held-out tools, words and phrasings are not those of training.
func TestSplit(t *testing.T) {
	seen := map[string]bool{}
	s := NewSource(1, false)
	for range 3000 {
		for _, w := range entries(s) {
			seen[w] = true
		}
	}
	h := NewSource(1, true)
	for range 500 {
		for _, w := range entries(h) {
			if seen[w] {
				t.Fatalf("%q is held out and in the training set", w)
			}
		}
	}
}

// entries draws one entry of each split list, and a made-up word, marked, for it may be
// spelt like one of those.
func entries(s *Source) []string {
	list := []string{"-" + s.word(2)}
	for _, l := range [][]string{nouns, qualifiers, things, colours, attributes, flags} {
		list = append(list, listed(s, l))
	}
	for _, l := range [][]string{leads, before, talk, hellos, thanks, whereIs, ifLate, remind, asks, systems} {
		if w := draw(s, l); w != "" {
			list = append(list, w)
		}
	}
	return list
}

// TestSeeds checks that a seed fixes everything.
func TestSeeds(t *testing.T) {
	a, b := NewSource(5, false), NewSource(5, false)
	for range 50 {
		x, _ := json.Marshal(a.Conversation(2))
		y, _ := json.Marshal(b.Conversation(2))
		if string(x) != string(y) {
			t.Fatalf("the same seed gave\n%s\nand\n%s", x, y)
		}
	}
}

// TestSkills checks that each skill's conversation has the turns that show it.
func TestSkills(t *testing.T) {
	s := NewSource(2, true)
	for skill, want := range map[string]string{
		"one": "call", "parallel": "parallel", "chain": "chain", "repair": "repair", "missing": "missing", "support": "call", "workflow": "call", "rag": "answer",
	} {
		found := false
		for range 20 {
			c := s.Single(skill)
			found = found || slices.ContainsFunc(c.Turns, func(t Turn) bool { return t.Skill == want })
		}
		if !found {
			t.Errorf("%s: no turn shows %s", skill, want)
		}
	}
}

func ExampleTarget() {
	text, _ := Target(llm.Message{Role: llm.RoleAssistant, Calls: []llm.ToolCall{
		{Name: "a", Arguments: json.RawMessage(`{"x": 1}`)}, {Name: "b"},
	}})
	fmt.Println(text)
	// Output: {"name": "a", "parameters": {"x": 1}}; {"name": "b", "parameters": {}}
}
