package api_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
)

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
