package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/llm"
)

// testTools are those that the cases of testdata call.
var testTools = func() (tools []llm.ToolSpec) {
	data, err := os.ReadFile("testdata/tools.json")
	if err == nil {
		err = json.Unmarshal(data, &tools)
	}
	if err != nil {
		panic(err)
	}
	return tools
}()

var noTools = []llm.ToolSpec{}

var testBuiltin = []string{"brave_search", "wolfram_alpha"}

// turn is what a parser made of a model's output.
type turn struct {
	text, calls, err string
	coerced          int
}

// parse runs a parser over the pieces and checks what holds for every stream.
func parse(t *testing.T, o ParserOptions, ps []Piece) turn {
	t.Helper()
	p := NewParser(o)
	var got turn
	var calls []string
	open, streamed := -1, ""
	take := func(events []llm.Event) {
		for _, ev := range events {
			switch ev := ev.(type) {
			case llm.TextDelta:
				if open >= 0 || !utf8.ValidString(ev.Text) || ev.Text == "" {
					t.Fatalf("text %q within call %d", ev.Text, open)
				}
				got.text += ev.Text
			case llm.CallStart:
				if open >= 0 || ev.Index != len(calls) || ev.Name == "" {
					t.Fatalf("start %+v after %d calls, call %d is open", ev, len(calls), open)
				}
				open, streamed = ev.Index, ""
			case llm.CallDelta:
				if ev.Index != open {
					t.Fatalf("delta %+v, call %d is open", ev, open)
				}
				streamed += ev.Text
			case llm.CallEnd:
				if ev.Index != open {
					t.Fatalf("end %+v, call %d is open", ev, open)
				}
				if len(ev.Call.Coercions) == 0 && streamed != string(ev.Call.Arguments) && parsesAs(streamed) {
					t.Fatalf("the deltas give %q, the call %q", streamed, ev.Call.Arguments)
				}
				open = -1
				v, err := parseValue(ev.Call.Arguments)
				if err != nil {
					t.Fatalf("arguments %q: %v", ev.Call.Arguments, err)
				}
				calls = append(calls, ev.Call.Name+string(encode(v)))
				got.coerced += len(ev.Call.Coercions)
			}
		}
	}
	for _, piece := range ps {
		take(p.Push(piece))
	}
	events, err := p.Finish()
	take(events)
	if err != nil {
		var ce *CallError
		if !errors.As(err, &ce) {
			t.Fatalf("error %T", err)
		}
		got.err = err.Error()
	}
	if open >= 0 && err == nil {
		t.Fatal("a call was opened and never ended, without an error")
	}
	if p.Calls() != len(calls) {
		t.Fatalf("Calls says %d, there were %d", p.Calls(), len(calls))
	}
	got.calls = strings.Join(calls, " ")
	return got
}

func parsesAs(s string) bool { _, err := parseValue([]byte(s)); return err == nil }

// TestParse runs the table of outputs, each whole, byte by byte, and in random splits.
func TestParse(t *testing.T) {
	if len(outputs) < 120 {
		t.Fatalf("%d outputs, want at least 120", len(outputs))
	}
	for _, c := range outputs {
		t.Run(c.name, func(t *testing.T) {
			o := ParserOptions{Tools: testTools, Builtin: testBuiltin}
			if c.tools != nil {
				o = *c.tools
			}
			check := func(how string, ps []Piece) {
				t.Helper()
				got := parse(t, o, ps)
				if got.text != c.text || got.calls != c.calls || (c.err == "") != (got.err == "") || !strings.Contains(got.err, c.err) || c.coerced >= 0 && got.coerced != c.coerced {
					t.Fatalf("%s: %q\ngot  %+v\nwant {text:%s calls:%s err:%s coerced:%d}", how, c.out, got, c.text, c.calls, c.err, c.coerced)
				}
			}
			ps := SplitSpecial(c.out)
			check("whole", ps)
			check("bytes", cut(ps, func() int { return 1 }))
			rng := rand.New(rand.NewPCG(1, uint64(len(c.out))))
			for i := range 8 {
				check(fmt.Sprint("split ", i), cut(ps, func() int { return 1 + rng.IntN(9) }))
			}
			for at := 1; at < len(c.out) && at < 200; at++ { // every split in two
				first := true
				check(fmt.Sprint("at ", at), cut(ps, func() int {
					if first {
						first = false
						return at
					}
					return len(c.out)
				}))
			}
		})
	}
}

// cut splits the text of pieces into parts of the lengths that next gives.
func cut(ps []Piece, next func() int) []Piece {
	var out []Piece
	for _, p := range ps {
		for p.Text != "" {
			n := min(next(), len(p.Text))
			out = append(out, Piece{Text: p.Text[:n]})
			p.Text = p.Text[n:]
		}
		if p.Special != "" {
			out = append(out, Piece{Special: p.Special})
		}
	}
	return out
}

func TestCoercionsAreRecorded(t *testing.T) {
	p := NewParser(ParserOptions{Tools: testTools})
	events := p.Push(Piece{Text: `{"name": "refund", "parameters": {"order_id": "17", "notify": "True"}}`})
	end, ok := events[len(events)-1].(llm.CallEnd)
	if !ok || len(end.Call.Coercions) != 2 {
		t.Fatalf("%+v", events)
	}
	if c := end.Call.Coercions[0]; c.Path != "/order_id" || string(c.From) != `"17"` || string(c.To) != "17" {
		t.Fatalf("%+v", c)
	}
	if string(end.Call.Arguments) != `{"order_id": 17, "notify": true}` {
		t.Fatalf("%s", end.Call.Arguments)
	}
}

func TestConstrainedLeavesArgumentsAlone(t *testing.T) {
	p := NewParser(ParserOptions{Tools: testTools, Constrained: true})
	events := p.Push(Piece{Text: `{"name": "lookup_order", "parameters": {"order_id": 17}}`})
	if end := events[len(events)-1].(llm.CallEnd); len(end.Call.Coercions) != 0 || string(end.Call.Arguments) != `{"order_id": 17}` {
		t.Fatalf("%+v", end)
	}
}

func FuzzParser(f *testing.F) {
	for _, c := range outputs {
		f.Add(c.out, uint64(1))
	}
	f.Fuzz(func(t *testing.T, out string, seed uint64) {
		o := ParserOptions{Tools: testTools, Builtin: testBuiltin}
		ps := SplitSpecial(out)
		want := parse(t, o, ps)
		rng := rand.New(rand.NewPCG(seed, 1))
		if got := parse(t, o, cut(ps, func() int { return 1 + rng.IntN(5) })); got != want {
			t.Fatalf("%q\nwhole %+v\nsplit %+v", out, want, got)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	args := `{"name": "send-mail", "parameters": {"to": "a", "body": "` + strings.Repeat("word ", 20000) + `"}}`
	b.SetBytes(int64(len(args)))
	for b.Loop() {
		p := NewParser(ParserOptions{Tools: testTools, Constrained: true})
		for i := 0; i < len(args); i += 4 {
			p.Push(Piece{Text: args[i:min(len(args), i+4)]})
		}
		if _, err := p.Finish(); err != nil {
			b.Fatal(err)
		}
	}
}
