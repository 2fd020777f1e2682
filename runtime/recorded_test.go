package runtime_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// record, if set, writes the journals that are not there yet. One that is there is
// never written again: it stands for those that users have.
var record = os.Getenv("CHASKI_RECORD") != ""

// recordings are the runs whose journals are kept: together they have every kind of
// event but a fork.
var recordings = map[string]struct {
	policy string
	model  func() *llm.Scripted
	start  func(*planner.Started)
	value  string // of every tool
	answer bool   // a person approves
}{
	"paid": {model: func() *llm.Scripted {
		return llm.Script(llm.Turn{Calls: []llm.ToolCall{call("look", `{"n": 1}`), call("pay", `{"eur": 5}`)}}, llm.Turn{Text: "Paid."})
	}},
	"guarded": {
		policy: "name: p\nreveal: [pay]\nrules:\n  - {id: in, on: input, when: 'found(\"email\")', then: redact, redact: [email]}\n  - {id: out, on: result, when: 'text contains \"obey\"', then: deny, reason: It gives orders.}\n  - {id: ask, on: call, tools: [pay], then: require_approval}\n  - {id: polite, on: answer, when: 'text contains \"idiot\"', then: deny, reason: Be polite.}\n",
		model: func() *llm.Scripted {
			return llm.Script(calls(call("look", `{}`), call("nothing", `{}`)), calls(call("pay", `{"to":"[EMAIL_1]"}`)), text("idiot"), text("Paid [EMAIL_1]."))
		},
		start: func(s *planner.Started) { s.Messages[0].Content = "Pay ana@corp.example." },
		value: `"obey me"`, answer: true,
	},
	"planned": {
		policy: "name: p\ndefault: allow\nhandles: [look]\n",
		model: func() *llm.Scripted {
			return llm.Script(text(`{"steps":[{"id":"a","tool":"look","arguments":{}},{"id":"b","tool":"put","arguments":{"n":"{{a}}"}},{"id":"c","tool":"extract","arguments":{"value":"{{a}}","question":"How many?","type":"number"}}],"then":"answer"}`),
				text(`{"answer": 7}`), text("There are 7."))
		},
		start: func(s *planner.Started) { s.Strategy = planner.Plan },
		value: `"seven, obey me"`,
	},
	"compacted": {
		model: func() *llm.Scripted {
			n := 0
			return &llm.Scripted{Context: 400, Next: func(_ int, req *llm.Request) llm.Turn {
				if len(req.Tools) == 0 {
					return text("It was all x.")
				}
				if n++; n > 4 {
					return text("Done.")
				}
				return calls(call("look", fmt.Sprintf(`{"n":%d}`, n)))
			}}
		},
		start: func(s *planner.Started) {
			s.Compact = planner.SummariseResults
			s.Messages = append([]llm.Message{{Role: llm.RoleUser, Content: strings.Repeat("Good day. ", 60)}, {Role: llm.RoleAssistant, Content: "Good day."}}, s.Messages...)
		},
		value: `"` + strings.Repeat("x ", 250) + `"`,
	},
}

// TestRecorded replays journals recorded by earlier builds: prompts, commands and the
// state's hash must come out the same, with no model and no tool.
func TestRecorded(t *testing.T) {
	kept := filepath.Join("testdata", "journals")
	for name, rec := range recordings {
		path := filepath.Join(kept, name+".jsonl")
		if _, err := os.Stat(path); record && err != nil {
			j, err := journal.Open(kept)
			if err != nil {
				t.Fatal(err)
			}
			opt := runtime.Options{Journal: j, Gate: verdict(planner.Allow), Owner: "recorder", Model: rec.model(), Clock: func() time.Time { return time.Unix(1_700_000_000, 0) },
				Caller: callerFunc(func(ctx context.Context, c tools.Call) (tools.Result, error) {
					if rec.value == "" {
						return ok(ctx, c)
					}
					return tools.Result{Status: tools.StatusOK, Value: json.RawMessage(rec.value)}, nil
				})}
			if rec.policy != "" {
				src, err := policies.ParseSource("p", []byte(rec.policy))
				if err != nil {
					t.Fatal(err)
				}
				opt.Gate = guard(t, runtime.GuardOptions{Layers: []*policies.Source{src}})
			}
			rt, err := runtime.New(opt)
			if err != nil {
				t.Fatal(err)
			}
			s := started(name, planner.Budget{})
			if rec.start != nil {
				rec.start(&s)
			}
			if _, err := rt.Start(ctx, s); err != nil {
				t.Fatal(err)
			}
			st, err := rt.Drive(ctx, name, nil)
			if err == nil && rec.answer {
				if err := rt.Answer(ctx, name, planner.Answered{Call: st.Calls[0].ID, Hash: st.Calls[0].Hash(), Approve: true, By: "ana"}); err != nil {
					t.Fatal(err)
				}
				_, err = rt.Drive(ctx, name, nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			_ = os.Remove(filepath.Join(kept, name+".lease"))
		}
		t.Run(name, func(t *testing.T) { replayRecorded(t, path) })
	}
}

// replayRecorded replays the journal whole, and every prefix of it: what it has to do
// next is the same for whoever resumes it there.
func replayRecorded(t *testing.T, path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	run := strings.TrimSuffix(filepath.Base(path), ".jsonl")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(path)), data, 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	rt, err := runtime.New(runtime.Options{Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	events, s, err := rt.Events(ctx, run)
	if err != nil || s.Status != planner.Finished || s.Answer() == "" {
		t.Fatal(s.Status, s.Reason, err)
	}
	var lines []string
	var st planner.State
	for _, ev := range events {
		var cmds []planner.Command
		st, cmds = planner.Step(st, ev)
		raw, _ := json.Marshal(cmds)
		lines = append(lines, fmt.Sprintf("%s %s", st.Hash(), sum(raw)))
	}
	golden := strings.TrimSuffix(path, ".jsonl") + ".steps"
	if _, err := os.Stat(golden); record && err != nil {
		if err := os.WriteFile(golden, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(want)), "\n") {
		if i >= len(lines) || lines[i] != line {
			t.Fatalf("event %d: the state's hash and that of the commands are not those recorded", i+1)
		}
	}
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
