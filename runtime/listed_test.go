//go:build unix

package runtime_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// recordsOf are the records of a run of so many steps, in each of which a tool gives a text.
func recordsOf(t *testing.T, steps int, text string) []journal.Record {
	t.Helper()
	memory := &journal.Memory{}
	result, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	rt, err := runtime.New(runtime.Options{Journal: memory, Caller: callerFunc(func(context.Context, tools.Call) (tools.Result, error) {
		return tools.Result{Status: tools.StatusOK, Value: result}, nil
	}), Gate: verdict(planner.Allow), Model: &llm.Scripted{Next: func(turn int, _ *llm.Request) llm.Turn {
		if turn >= steps {
			return llm.Turn{Text: "done"}
		}
		return llm.Turn{Calls: []llm.ToolCall{call("look", fmt.Sprintf(`{"at":"place %d"}`, turn))}}
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Start(ctx, started("one-00000", planner.Budget{Steps: steps + 10, Calls: steps + 10, Tokens: 1 << 40, Wall: time.Hour})); err != nil {
		t.Fatal(err)
	}
	if s, err := rt.Drive(ctx, "one-00000", nil); err != nil || s.Status != planner.Finished || s.Used.Calls != steps {
		t.Fatal(s.Status, s.Reason, s.Used.Calls, err)
	}
	records, err := memory.Read(ctx, "one-00000", journal.Record{})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// renamed are the records as those of another run, whose name is as long.
func renamed(records []journal.Record, run string) (out []journal.Record) {
	last := journal.Record{}
	for _, r := range records {
		last = last.Next(r.Epoch, bytes.ReplaceAll(r.Event, []byte("one-00000"), []byte(run)))
		out = append(out, last)
	}
	return out
}

// list lists runs and returns what it cost of the processor.
func list(t *testing.T, j journal.Journal, want int) time.Duration {
	t.Helper()
	rt, err := runtime.New(runtime.Options{Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	used := cpu()
	runs, err := rt.Runs(ctx)
	if err != nil || len(runs) != want {
		t.Fatal(len(runs), err)
	}
	for i, s := range rt.Summaries(ctx, runs) {
		if s.Err != nil || s.Status != planner.Finished || s.Prompt != "go" {
			t.Fatalf("run %s: %+v", runs[i], s)
		}
	}
	return cpu() - used
}

// TestListCostsChecksums: a list vouches for each record of a folder, and that is what a long
// journal costs it: reading the file and one checksum. Events that are read as JSON and folded,
// of which a list shows nothing, would cost many times as much.
func TestListCostsChecksums(t *testing.T) {
	dir := t.TempDir()
	records := recordsOf(t, 200, strings.Repeat("what was looked up, ", 200))
	var names []string
	for i := range 20 {
		run := fmt.Sprintf("one-%05d", i)
		var b bytes.Buffer
		to := json.NewEncoder(&b)
		to.SetEscapeHTML(false)
		for _, r := range renamed(records, run) {
			if err := to.Encode(r); err != nil {
				t.Fatal(err)
			}
		}
		names = append(names, filepath.Join(dir, run+".jsonl"))
		if err := os.WriteFile(names[i], b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	listed, checked, size := time.Hour, time.Hour, 0
	for range 5 { // the least of five: other programs can only add to it
		j, err := journal.Open(dir) // it has read none of them
		if err != nil {
			t.Fatal(err)
		}
		listed = min(listed, list(t, j, len(names)))
		used := cpu()
		size = 0
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			_ = sha256.Sum256(text)
			size += len(text)
		}
		checked = min(checked, cpu()-used)
	}
	t.Logf("%d runs of %d records, %d bytes: listed at %v of CPU, read and summed at %v", len(names), len(records), size, listed, checked)
	if listed > 3*checked {
		t.Errorf("listing %d bytes costs %v, to read and sum them %v", size, listed, checked)
	}
}

// TestListReadsEnds: of runs on a cluster a list is sent no more where they have ten times the
// records, for it is sent their ends.
func TestListReadsEnds(t *testing.T) {
	sent := func(steps, runs int) (perRun uint64) {
		s, err := bus.Start(bus.ServerOptions{StoreDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		c, err := bus.Connect(ctx, bus.Options{Server: s})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		j, err := journal.OpenStream(ctx, c.JetStream(), journal.StreamOptions{})
		if err != nil {
			t.Fatal(err)
		}
		records := recordsOf(t, steps, "found")
		for i := range runs {
			run := fmt.Sprintf("one-%05d", i)
			for _, r := range renamed(records, run) {
				if err := j.Append(ctx, run, r); err != nil {
					t.Fatal(err)
				}
			}
		}
		before := c.NATS().Stats().InBytes
		list(t, j, runs)
		perRun = (c.NATS().Stats().InBytes - before) / uint64(runs)
		t.Logf("%d runs of %d records: %d bytes for each", runs, len(records), perRun)
		return perRun
	}
	if short, long := sent(2, 50), sent(20, 50); float64(long) > 1.25*float64(short) {
		t.Errorf("a run of ten times the steps costs %d bytes, a short one %d", long, short)
	}
}
