// Package transcript compares what an example's run says with a file under testdata, so
// that the examples stay true. For tests only.
package transcript

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
)

var update = flag.Bool("update", false, "write the transcripts anew")

// Case is one run of an example.
type Case struct {
	Name   string // of the file in testdata, without .txt
	Prompt string
	Model  llm.Model // nil is the model that ships
	Refuse bool      // a call that waits for a person is refused; else it is approved
}

// Check runs the cases and compares their transcripts. The example's rules must be such
// that each may fire.
func Check(t *testing.T, e *host.Example, cases ...Case) {
	lint(t, e)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			got, err := play(t, e, c)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", c.Name+".txt")
			if *update {
				if err := os.MkdirAll("testdata", 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("the transcript has changed (-update writes it anew); now\n%s\nbefore\n%s", got, want)
			}
		})
	}
}

func lint(t *testing.T, e *host.Example) {
	t.Helper()
	config, err := e.Config()
	if err != nil {
		t.Fatal(err)
	}
	sources, err := policies.LoadFS(e.Files, config.Policies...)
	if err != nil {
		t.Fatal(err)
	}
	b, err := policies.Compile(sources, specs(t, e))
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range b.Lint() {
		t.Error(found)
	}
}

// specs are the declarations of all tools of an example.
func specs(t *testing.T, e *host.Example) []tools.Spec {
	t.Helper()
	config, err := e.Config()
	if err != nil {
		t.Fatal(err)
	}
	declared, err := config.Declared()
	if err != nil {
		t.Fatal(err)
	}
	var out []tools.Spec
	for _, tool := range append(e.Tools(t.TempDir()), declared...) {
		out = append(out, tool.Spec())
	}
	return out
}

func play(t *testing.T, e *host.Example, c Case) ([]byte, error) {
	ctx := t.Context()
	config, err := e.Config()
	if err != nil {
		return nil, err
	}
	config.Cache = "none"
	data := t.TempDir()
	h, err := host.Open(ctx, config, host.Options{Agent: "example:" + e.Name, Tools: e.Tools(data), Data: data, LLM: c.Model})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	var b bytes.Buffer
	fmt.Fprintf(&b, "user      %s\n", c.Prompt)
	events := h.Run(ctx, c.Prompt)
	for range 8 {
		last, err := tell(&b, events)
		waiting := last.Waiting()
		if err != nil || last.Status != planner.Waiting || len(waiting) == 0 {
			return b.Bytes(), err
		}
		for _, call := range waiting {
			if err := h.Answer(context.WithoutCancel(ctx), last.Run, call, !c.Refuse, "dana", ""); err != nil {
				return b.Bytes(), err
			}
		}
		events = h.Resume(ctx, last.Run)
	}
	return b.Bytes(), fmt.Errorf("it waits again and again")
}

func tell(b *bytes.Buffer, events iter.Seq2[agent.Event, error]) (last agent.Event, err error) {
	for ev, err := range events {
		if err != nil {
			return last, err
		}
		host.Tell(b, &ev)
		last = ev
	}
	return last, nil
}

// Turn is a turn of a scripted model that makes one call.
func Turn(tool, arguments string) llm.Turn {
	return llm.Turn{Calls: []llm.ToolCall{{Name: tool, Arguments: json.RawMessage(arguments)}}}
}

// SameTools compares the tools of an example with those that the small model was
// trained on: as the model reads them, to the byte.
func SameTools(t *testing.T, e *host.Example, trained []llm.ToolSpec, system string) {
	t.Helper()
	var own []llm.ToolSpec
	for _, spec := range specs(t, e) {
		own = append(own, spec.LLM())
	}
	a, errA := chat.Canonical(own)
	b, errB := chat.Canonical(trained)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if !bytes.Equal(x, y) {
		t.Errorf("the example declares\n%s\nthe small model knows\n%s", x, y)
	}
	c, err := e.Config()
	if err != nil {
		t.Fatal(err)
	}
	if c.System != system {
		t.Errorf("the system prompt is %q, the small model knows %q", c.System, system)
	}
}
