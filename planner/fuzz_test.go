package planner_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
)

// FuzzPlan lets a model write anything in place of a plan: the run ends all the same.
func FuzzPlan(f *testing.F) {
	f.Add(debtPlan)
	f.Add(`{"steps":[{"id":"a","tool":"find","arguments":{"name":["{{a}}","{{b.0.x}}"]},"after":["b"]},{"id":"b","tool":"find","arguments":{"name":"{{}}"}}],"then":"plan"}`)
	f.Add("```json\n{\"steps\":null}\n```")
	f.Fuzz(func(t *testing.T, text string) {
		w := newWorld(t)
		w.tool = desk
		plans := 0
		w.model = func(req *llm.Request) planner.Generated {
			if plans++; req.ResponseFormat == nil || plans > 2 {
				return said(`{"steps":[],"then":"answer"}`)
			}
			return said(text)
		}
		w.start(planner.Started{Strategy: planner.Plan, Tools: planSpecs})
		if s := w.drive(); !s.Status.Done() {
			t.Fatal(s.Status, s.Reason)
		}
	})
}

// FuzzJournal folds events that anybody could have written, as long as each may
// follow the one before: nothing crashes.
func FuzzJournal(f *testing.F) {
	paths, err := filepath.Glob("../runtime/testdata/journals/*.jsonl")
	if err != nil || len(paths) < 4 {
		f.Fatal(paths, err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		var events [][]byte
		for line := range bytes.Lines(data) {
			var rec struct{ Event json.RawMessage }
			if err := json.Unmarshal(line, &rec); err != nil {
				f.Fatal(err)
			}
			events = append(events, rec.Event)
		}
		f.Add(bytes.Join(events, []byte("\n")))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s planner.State
		for line := range bytes.Lines(data) {
			var ev planner.Event
			if json.Unmarshal(line, &ev) != nil || planner.Check(s, ev) != nil {
				continue
			}
			before := s
			s, _ = planner.Step(s, ev)
			planner.Facts(before, ev, s)
			planner.Compact(s, 2, 1, count)
			_ = s.Answer()
		}
	})
}
