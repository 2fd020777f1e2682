package agent_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/tools"
)

var ctx = context.Background()

func call(name, args string) llm.ToolCall {
	return llm.ToolCall{Name: name, Arguments: json.RawMessage(args)}
}

// umbrella asks for the weather until it knows it: the same at each resumption.
func umbrella() *llm.Scripted {
	return &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
		if last := req.Messages[len(req.Messages)-1]; last.Role == llm.RoleTool {
			return llm.Turn{Text: "Take an umbrella."}
		}
		return llm.Turn{Text: "Let me see.", Calls: []llm.ToolCall{call("weather", `{"city":"Lima"}`), call("nothing", `{}`)}}
	}}
}

// TestStream sees each kind of event in its place.
func TestStream(t *testing.T) {
	a, err := agent.New(umbrella(), agent.Options{Tools: []*tools.Tool{weather}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for ev, err := range a.Run(ctx, "?") {
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case ev.Text != "":
			got = append(got, "text "+ev.Text)
		case ev.Decision != nil:
			got = append(got, fmt.Sprint("decision ", ev.Call.Tool, " ", ev.Decision.Verdict))
		case ev.Result != nil:
			got = append(got, fmt.Sprint("result ", ev.Call.Tool, " ", ev.Result.Status))
		case ev.Call != nil:
			got = append(got, "call "+ev.Call.Tool+" "+string(ev.Call.Arguments))
		case ev.Status != "":
			got = append(got, fmt.Sprint(ev.Status, " ", ev.Answer, " ", ev.Used.Calls))
		}
	}
	want := `text Let me see.
call weather {"city":"Lima"}
result nothing invalid
decision weather allow
result weather ok
text Take an umbrella.
finished Take an umbrella. 2`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

// TestOnlyInvalidCalls sees calls of a turn that is over as soon as it is made.
func TestOnlyInvalidCalls(t *testing.T) {
	a, _ := agent.New(llm.Script(llm.Turn{Calls: []llm.ToolCall{call("x", `{"a":1}`), call("y", `{}`)}}, llm.Turn{Text: "Sorry."}), agent.Options{})
	var got []string
	for ev := range a.Run(ctx, "?") {
		if ev.Call != nil {
			got = append(got, fmt.Sprint(ev.Call.Tool, string(ev.Call.Arguments), ev.Result.Status))
		}
	}
	if s := strings.Join(got, " "); s != `x{"a":1}invalid y{}invalid` {
		t.Error(s)
	}
}

// TestLeaveAnywhere breaks out of the loop and cancels at each event in turn: no
// goroutine is left, and the run goes on to the same answer, the tool having run once
// for each time that it was let through.
func TestLeaveAnywhere(t *testing.T) {
	before := goruntime.NumGoroutine()
	for _, cancels := range []bool{false, true} {
		for at := 1; ; at++ {
			a, err := agent.New(umbrella(), agent.Options{Tools: []*tools.Tool{weather}})
			if err != nil {
				t.Fatal(err)
			}
			c, cancel := context.WithCancel(ctx)
			n, run, ended := 0, "", false
			for ev, err := range a.Run(c, "?") {
				if run == "" {
					run = ev.Run
				}
				if err != nil {
					if !errors.Is(err, context.Canceled) {
						t.Fatal(err)
					}
					break
				}
				if ended = ev.Status != ""; ended {
					break
				}
				if n++; n == at {
					if !cancels {
						break
					}
					cancel()
				}
			}
			cancel()
			if ended && n < at {
				break
			}
			if s, err := a.Runtime().Load(ctx, run); err != nil || at <= 3 && s.Status.Done() {
				t.Fatalf("at %d: left, and the run went on to %s, %v", at, s.Status, err)
			}
			var last agent.Event
			for ev, err := range a.Resume(ctx, run) {
				if err != nil {
					t.Fatalf("at %d: %v", at, err)
				}
				last = ev
			}
			if last.Status != planner.Finished || last.Answer != "Take an umbrella." {
				t.Fatalf("at %d: %s %q", at, last.Status, last.Answer)
			}
		}
	}
	settled(t, before)
}

// settled waits until no more goroutines run than before.
func settled(t *testing.T, before int) {
	t.Helper()
	for i := 0; goruntime.NumGoroutine() > before; i++ {
		if i == 2000 {
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before:\n%s", goruntime.NumGoroutine(), before, buf[:goruntime.Stack(buf, true)])
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestLeaveTheDecoder does the same on weights: pages and goroutines come back.
func TestLeaveTheDecoder(t *testing.T) {
	path, err := filepath.Abs(filepath.Join("..", "..", "shared", "golden", "models", "tiny-Q8_0.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the reference data is not beside the repository: %v", err)
	}
	e, err := engine.Open(path, engine.Options{Threads: 1, Tokens: 4096})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	a, err := agent.New(e, agent.Options{Tools: []*tools.Tool{weather}, Budget: planner.Budget{Steps: 2, Tokens: 3000}})
	if err != nil {
		t.Fatal(err)
	}
	var before int
	for at := range 12 {
		c, cancel := context.WithCancel(ctx)
		n := 0
		for _, err := range a.Run(c, "Tell a story.") {
			if err != nil {
				break
			}
			if n++; n > at {
				if at%2 == 0 {
					break
				}
				cancel()
			}
		}
		cancel()
		for i := 0; ; i++ {
			s := e.Stats()
			if s.Live == 0 && s.Waiting == 0 && s.Free+s.Cached == s.Pages {
				break
			}
			if i == 2000 {
				t.Fatalf("left at event %d: %+v", at, s)
			}
			time.Sleep(10 * time.Millisecond)
		}
		if at == 1 {
			before = goruntime.NumGoroutine()
		}
	}
	settled(t, before)
}

func TestAsk(t *testing.T) {
	a, _ := agent.New(umbrella(), agent.Options{Tools: []*tools.Tool{weather}})
	if text, err := a.Ask(ctx, "?"); text != "Take an umbrella." || err != nil {
		t.Error(text, err)
	}
	a, _ = agent.New(llm.Script(llm.Turn{Err: errors.New("no power")}), agent.Options{})
	_, err := a.Ask(ctx, "?")
	var not *agent.NotFinishedError
	if !errors.As(err, &not) || not.Status != planner.Failed || !strings.Contains(err.Error(), "no power") {
		t.Error(err)
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := a.Ask(done, "?"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestBadOptions(t *testing.T) {
	reg, _ := tools.NewRegistry()
	for text, try := range map[string]func() error{
		"a model is needed": func() error { _, err := agent.New(nil, agent.Options{}); return err },
		"not both": func() error {
			_, err := agent.New(umbrella(), agent.Options{Caller: reg, Tools: []*tools.Tool{weather}})
			return err
		},
		"declared twice": func() error {
			_, err := agent.New(umbrella(), agent.Options{Tools: []*tools.Tool{weather, weather}})
			return err
		},
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v, want %s", err, text)
		}
	}
	a, _ := agent.New(umbrella(), agent.Options{})
	for _, err := range a.Resume(ctx, "nothing") {
		if err == nil || !strings.Contains(err.Error(), "no such run") {
			t.Error(err)
		}
	}
	if _, err := a.Start(ctx, agent.Start{Run: "r", Prompt: "?"}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Start(ctx, agent.Start{Run: "r", Prompt: "?"}); err == nil {
		t.Error("a run was started twice")
	}
}

// TestLog has run and call on each line that concerns a call, and arguments only at debug.
func TestLog(t *testing.T) {
	for level, want := range map[zerolog.Level]bool{zerolog.InfoLevel: false, zerolog.DebugLevel: true} {
		var out bytes.Buffer
		a, _ := agent.New(umbrella(), agent.Options{Tools: []*tools.Tool{weather}, Log: zerolog.New(&out).Level(level)})
		if _, err := a.Ask(ctx, "?"); err != nil {
			t.Fatal(err)
		}
		calls := 0
		for l := range strings.Lines(out.String()) {
			var line map[string]any
			if err := json.Unmarshal([]byte(l), &line); err != nil || line["run"] == nil {
				t.Errorf("%q: %v", l, err)
			}
			if id, ok := line["call"].(string); ok && len(id) == 64 {
				calls++
			}
		}
		if calls < 4 || strings.Contains(out.String(), "Lima") != want {
			t.Errorf("%s: %d lines with calls:\n%s", level, calls, out.String())
		}
	}
}

// A call that needs approval stops the run; the answer lets it go on.
func ExampleAgent_Answer() {
	pay := tools.New("pay", "Pays.", func(_ context.Context, in struct {
		EUR int `json:"eur"`
	}) (string, error) {
		return fmt.Sprintf("%d EUR paid", in.EUR), nil
	}, tools.Options{Effect: tools.Once})
	gate := runtime.GateFunc(func(context.Context, planner.State, planner.CallState) (planner.Decided, error) {
		return planner.Decided{Verdict: planner.RequireApproval, Reason: "money"}, nil
	})
	model := llm.Script(llm.Turn{Calls: []llm.ToolCall{call("pay", `{"eur":5}`)}}, llm.Turn{Text: "Done."})
	a, err := agent.New(model, agent.Options{Tools: []*tools.Tool{pay}, Gate: gate})
	if err != nil {
		fmt.Println(err)
		return
	}
	run := ""
	for ev := range a.Run(context.Background(), "Pay 5 EUR.") {
		run = ev.Run
		for _, c := range ev.Waiting() {
			fmt.Println("approve?", c.Tool, string(c.Arguments))
			if err := a.Answer(context.Background(), run, c, true, "ana", ""); err != nil {
				fmt.Println(err)
			}
		}
	}
	for ev, err := range a.Resume(context.Background(), run) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if ev.Result != nil {
			fmt.Println(string(ev.Result.Value))
		}
	}
	// Output:
	// approve? pay {"eur":5}
	// "5 EUR paid"
}

func ExampleAgent_Session() {
	model := &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
		return llm.Turn{Text: fmt.Sprintf("I have read %d messages.", len(req.Messages))}
	}}
	a, err := agent.New(model, agent.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	talk := a.Session()
	for _, prompt := range []string{"Hello.", "And now?"} {
		for ev := range talk.Run(context.Background(), prompt) {
			if ev.Status == planner.Finished {
				fmt.Println(ev.Answer)
			}
		}
	}
	// Output:
	// I have read 1 messages.
	// I have read 3 messages.
}

func ExampleAgent_Ask() {
	a, err := agent.New(umbrella(), agent.Options{Tools: []*tools.Tool{weather}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(a.Ask(context.Background(), "Do I need an umbrella in Lima?"))
	// Output: Take an umbrella. <nil>
}
