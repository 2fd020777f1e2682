package chat

import (
	"slices"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

// TestCut: of a turn that a bound of tokens cut off, wherever it did, only calls come that are
// those of the whole turn: none of which a number or a list may have gone on. No call comes
// twice because the next one is broken.
func TestCut(t *testing.T) {
	numbers := func(text string) output { return output{name: text, out: text} }
	all := append([]output{
		numbers(`{"name": "refund", "parameters": {"order_id": 1234, "amount": 12.5}}`),
		numbers(`{'name': 'refund', 'arguments': {'order_id': 1234, 'amount': 12.5}}`),
		numbers("```json\n" + `{"name": "refund", "arguments": {"order_id": 1234, "amount": 12.5}}` + "\n```"),
		numbers(`<tool_call>{"name": "refund", "arguments": {"order_id": 1234, "amount": 12.5}}</tool_call>`),
		numbers(`<function=refund>{"order_id": 1234, "amount": 12.5}</function>`),
		numbers(`refund(order_id=1234, amount=12.5)`),
		numbers(`[refund(order_id=1234, amount=12.5)]`),
		numbers("<function=refund>\n<parameter=order_id>\n1234\n</parameter>\n<parameter=amount>\n12.5\n</parameter>\n</function>"),
	}, outputs...)
	tried := 0
	for _, c := range all {
		if c.err != "" {
			continue
		}
		o := ParserOptions{Tools: testTools, Builtin: testBuiltin}
		if c.tools != nil {
			o = *c.tools
		}
		whole := callsOf(t, o, c.out, false)
		for at := 1; at < len(c.out); at++ {
			tried++
			got := callsOf(t, o, c.out[:at], true)
			if len(got) > len(whole) || !slices.Equal(got, whole[:len(got)]) {
				t.Errorf("%s: of %q come the calls %s, of the whole %s", c.name, c.out[:at], got, whole)
			}
			// Where the model ended so by itself, what it left open may be closed; no call comes twice.
			for _, call := range callsOf(t, o, c.out[:at], false) {
				n, most := 0, 0
				for _, other := range callsOf(t, o, c.out[:at], false) {
					n += b2i(other == call)
				}
				for _, other := range whole {
					most += b2i(other == call)
				}
				if most > 0 && n > most {
					t.Errorf("%s: of %q comes %s %d times, of the whole %d times", c.name, c.out[:at], call, n, most)
				}
			}
		}
	}
	t.Logf("%d places", tried)
}

// callsOf are the calls of a turn, each its name and arguments; cut says that a bound ended it.
func callsOf(t *testing.T, o ParserOptions, text string, cut bool) (calls []string) {
	t.Helper()
	p := NewParser(o)
	take := func(events []llm.Event) {
		for _, ev := range events {
			if end, ok := ev.(llm.CallEnd); ok {
				v, err := parseValue(end.Call.Arguments)
				if err != nil {
					t.Fatalf("%q: %v", text, err)
				}
				calls = append(calls, end.Call.Name+string(encode(v)))
			}
		}
	}
	for _, piece := range SplitSpecial(text) {
		take(p.Push(piece))
	}
	if cut {
		p.Cut()
	}
	events, _ := p.Finish()
	take(events)
	return calls
}
