package api_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// counting is a journal that counts what is read whole.
type counting struct {
	journal.Journal
	lock  sync.Mutex
	whole map[string]int
}

func (c *counting) Read(ctx context.Context, run string, after journal.Record) ([]journal.Record, error) {
	if after.Seq == 0 {
		c.lock.Lock()
		c.whole[run]++
		c.lock.Unlock()
	}
	return c.Journal.Read(ctx, run, after)
}

// TestRefusedRun: what this program does not follow is listed with its reason, and read no
// second time: after an upgrade there may be many.
func TestRefusedRun(t *testing.T) {
	dir, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	j := &counting{Journal: dir, whole: map[string]int{}}
	a, err := agent.New(&llm.Scripted{Next: says(llm.Turn{Text: "Good day."})}, agent.Options{Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	url := serveAgents(t, api.Options{Agents: []api.Agent{{Name: "shop", Agent: a}}})
	_, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "Hello."})
	run, _ := out["id"].(string)
	status(t, url, run, planner.Finished)
	records, err := dir.Read(t.Context(), run, journal.Record{})
	if err != nil {
		t.Fatal(err)
	}
	next := records[0].Next(0, []byte(`{"at":"2026-11-29T10:00:00Z","invented":{}}`)) // by another version
	half, other := journal.NewRun(), journal.NewRun()
	for _, err := range []error{dir.Append(t.Context(), half, records[0]), dir.Append(t.Context(), other, records[0]), dir.Append(t.Context(), other, next)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		_, out := get(t, url+"/v1/runs")
		list, _ := out["data"].([]any)
		if len(list) != 3 {
			t.Fatal(out)
		}
		for id, want := range map[string]string{half: "a fork that was not finished", other: "invented"} {
			i := slices.IndexFunc(list, func(one any) bool { return dig(one, "id") == id })
			if reason, _ := dig(list[i], "reason").(string); i < 0 || dig(list[i], "status") != "damaged" || !strings.Contains(reason, want) {
				t.Error(list)
			}
		}
	}
	if j.whole[half] != 1 || j.whole[other] != 1 {
		t.Errorf("read whole: %v", j.whole)
	}
	code, out := get(t, url+"/v1/runs/"+half)
	if message, _ := dig(out, "error", "message").(string); code != http.StatusInternalServerError || !strings.Contains(message, "chaski runs show") {
		t.Error(code, out)
	}
	if err := dir.Append(t.Context(), half, records[0].Next(0, records[1].Event)); err != nil { // it goes on
		t.Fatal(err)
	}
	if get(t, url+"/v1/runs"); j.whole[half] == 1 {
		t.Error("what was added is not read")
	}
}

// TestDamagedRun: a run whose journal is damaged is said to be, with what mends it; the
// others are listed and told as before.
func TestDamagedRun(t *testing.T) {
	dir := t.TempDir()
	files, err := journal.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	a, err := agent.New(&llm.Scripted{Next: says(llm.Turn{Text: "Good day."})}, agent.Options{Journal: files})
	if err != nil {
		t.Fatal(err)
	}
	url := serveAgents(t, api.Options{Agents: []api.Agent{{Name: "shop", Agent: a}}})
	var runs []string
	for range 2 {
		_, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "Hello."})
		run, _ := out["id"].(string)
		status(t, url, run, planner.Finished)
		runs = append(runs, run)
	}
	path := filepath.Join(dir, runs[0]+".jsonl")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), `"seq":2`, `"seq":3`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"", "/journal"} {
		code, out := get(t, url+"/v1/runs/"+runs[0]+part)
		message, _ := dig(out, "error", "message").(string)
		if code != http.StatusInternalServerError || !strings.Contains(message, "is damaged") || !strings.Contains(message, "chaski runs salvage") {
			t.Error(part, code, out)
		}
	}
	if code, out := get(t, url+"/v1/runs/"+runs[1]); code != http.StatusOK || out["status"] != "finished" {
		t.Error(code, out)
	}
	code, out := get(t, url+"/v1/runs")
	list, _ := out["data"].([]any)
	if code != http.StatusOK || len(list) != 2 {
		t.Fatal(code, out)
	}
	for _, one := range list {
		want := "finished"
		if dig(one, "id") == runs[0] {
			want = "damaged"
		}
		if reason, _ := dig(one, "reason").(string); dig(one, "status") != want || want == "damaged" && (!strings.Contains(reason, "record 2") || dig(one, "resumable") != false) {
			t.Error(one)
		}
	}
}
