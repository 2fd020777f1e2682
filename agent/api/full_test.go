package api_test

import (
	"context"
	"io/fs"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/chaski-dev/chaski/runtime/journal"
)

// fullDisk is a journal that takes no record.
type fullDisk struct{ journal.Journal }

func (fullDisk) Append(context.Context, string, journal.Record) error {
	return &fs.PathError{Op: "write", Path: "/data/runs/r.jsonl", Err: syscall.ENOSPC}
}

// TestFullDisk: a client reads that the disk is full, and nothing of where the data is.
func TestFullDisk(t *testing.T) {
	s := newShop(t, looksAndPays)
	s.journal = fullDisk{s.journal}
	s.agent = s.open(t)
	url := serveAgents(t, s.options())
	for path, body := range map[string]object{
		"/v1/runs":             {"agent": "shop", "input": "hello"},
		"/v1/chat/completions": {"model": "shop", "messages": []object{{"role": "user", "content": "hello"}}},
	} {
		code, out := post(t, url+path, body)
		e, _ := out["error"].(map[string]any)
		message, _ := e["message"].(string)
		if code != http.StatusInsufficientStorage || e["code"] != "disk_full" || !strings.Contains(message, "disk of the server is full") || strings.Contains(message, "/data") {
			t.Error(path, code, out)
		}
	}
}
