package console_test

import (
	"context"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/chaski-dev/chaski/runtime/journal"
)

// filling is a journal on a disk that is full once left records were written; if left is
// negative it never is.
type filling struct {
	journal.Journal
	journal.Remover
	left atomic.Int32
}

func (f *filling) Append(ctx context.Context, run string, r journal.Record) error {
	if f.left.Load() == 0 {
		return &fs.PathError{Op: "write", Path: "/data/runs/r.jsonl", Err: syscall.ENOSPC}
	}
	f.left.Add(-1)
	return f.Journal.Append(ctx, run, r)
}

// TestFullDisk: what a person does on a page while the disk is full is refused in words
// that tell why, and nothing of where the data is; nothing runs, the call still waits, and
// is answered once there is space. Where the disk fills up behind the answer, the call is
// not lost either: it runs once, when there is space, and nobody need ask again.
func TestFullDisk(t *testing.T) {
	const full = "the disk of the server is full: nothing was done"
	dir, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	j := &filling{Journal: dir, Remover: dir}
	j.left.Store(-1)
	s := newShop(t, j)
	if _, err := s.http.Get(s.link); err != nil {
		t.Fatal(err)
	}
	run := s.ask(t, "Refund order 1042.", "")
	chat, page := "/console/chat/shop?run="+run, "/console/runs/"+run
	form := url.Values{"to": {chat}}
	for _, m := range hidden.FindAllStringSubmatch(s.wait(t, chat, "waits for you"), -1) {
		form.Set(m[1], m[2])
	}
	j.left.Store(0)
	told := func(what, text string) {
		t.Helper()
		if !strings.Contains(text, full) || strings.Contains(text, "/data") {
			t.Errorf("%s: %s", what, text)
		}
	}
	for _, action := range []string{"approve", "deny", "cancel"} {
		told(action, s.post(t, page+"/"+action, form, http.StatusInsufficientStorage))
	}
	told("fork", s.post(t, page+"/fork", url.Values{"event": {"1"}}, http.StatusInsufficientStorage))
	for left := range int32(4) { // wherever it is cut short, nothing is left of it
		j.left.Store(left)
		told("fork", s.post(t, page+"/fork", url.Values{"event": {"3"}}, http.StatusInsufficientStorage))
		if runs, err := j.Runs(t.Context()); err != nil || len(runs) != 1 {
			t.Errorf("space for %d: %v, %v", left, runs, err)
		}
	}
	j.left.Store(0)
	told("say", s.post(t, "/console/chat/shop", url.Values{"text": {"hello"}}, http.StatusInsufficientStorage))
	told("tick", s.post(t, "/console/approvals", url.Values{"action": {"approve"}, "call": {run + " " + form.Get("call_id") + " " + form.Get("hash")}}, http.StatusOK))
	for _, path := range []string{chat, "/console/approvals"} {
		if text := s.get(t, path, http.StatusOK); !strings.Contains(text, "refund_order") || !strings.Contains(text, "Approve") {
			t.Errorf("%s: the call waits no more: %s", path, text)
		}
	}
	if n := s.paid.Load(); n != 0 {
		t.Fatalf("paid %d times on a full disk", n)
	}

	j.left.Store(1) // the answer, and nothing behind it
	s.post(t, page+"/approve", form, http.StatusOK)
	if text := s.get(t, page, http.StatusOK); !strings.Contains(text, "Approved by ana") || s.paid.Load() != 0 {
		t.Errorf("paid %d times: %s", s.paid.Load(), text)
	}
	j.left.Store(-1)
	s.wait(t, chat, "I refunded it.")
	if n := s.paid.Load(); n != 1 {
		t.Errorf("paid %d times", n)
	}
}
