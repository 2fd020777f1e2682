package api_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/planner"
)

// TestLeft: a run that its journal says is running is left if nobody has its lease, in the
// list, in the filter and by itself; it goes on with resume.
func TestLeft(t *testing.T) {
	s := newShop(t, looksAndPays)
	url := serveAgents(t, s.options())
	run, err := s.agent.Start(t.Context(), agent.Start{Prompt: "Refund order 1042.", Meta: map[string]string{"api.agent": "shop"}})
	if err != nil {
		t.Fatal(err)
	}
	listed := func(status string) (found any) {
		t.Helper()
		_, list := get(t, url+"/v1/runs?status="+status)
		for _, one := range list["data"].([]any) {
			if one := one.(map[string]any); one["id"] == run {
				found = one["status"]
			}
		}
		return found
	}
	release, err := s.journal.Lease(t.Context(), run) // as another process does
	if err != nil {
		t.Fatal(err)
	}
	status(t, url, run, planner.Running)
	for filter, want := range map[string]any{"": "running", "running": "running", "left": nil} {
		if got := listed(filter); got != want {
			t.Errorf("driven, status=%s: %v, want %v", filter, got, want)
		}
	}
	release()
	if one := status(t, url, run, "left"); one["resumable"] != true || one["driven"] != false {
		t.Error(one)
	}
	for filter, want := range map[string]any{"": "left", "running": nil, "left": "left"} {
		if got := listed(filter); got != want {
			t.Errorf("left, status=%s: %v, want %v", filter, got, want)
		}
	}
	if code, out := post(t, url+"/v1/runs/"+run+"/resume", object{}); code != http.StatusOK || out["driven"] != true {
		t.Error(code, out)
	}
	status(t, url, run, planner.Waiting)
	if got := listed("left"); got != nil {
		t.Error(got)
	}
}

// TestSpoiltMarks: a mark of an open run that cannot be read keeps no server from starting, and no
// other run from going on.
func TestSpoiltMarks(t *testing.T) {
	s := newShop(t, looksAndPays)
	o := s.options()
	o.Dir = t.TempDir()
	run, err := s.agent.Start(t.Context(), agent.Start{Prompt: "Refund order 1042.", Meta: map[string]string{"api.agent": "shop"}})
	if err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(o.Dir, "open")
	for name, text := range map[string]string{run: "shop", "nosuchrun": "shop", "other": "nobody", "bytes": "\xff\x00", "empty": ""} {
		if err := errors.Join(os.MkdirAll(filepath.Join(open, "a-folder"), 0o700), os.WriteFile(filepath.Join(open, name), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	status(t, serveAgents(t, o), run, planner.Waiting)
}
