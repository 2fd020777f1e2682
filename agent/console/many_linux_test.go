package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// cpu is the processor time of this process: the machine may be busy with others.
func cpu(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestManyRuns: with 20,000 runs on disk, of which every tenth waits for a person, a page of
// the list takes less than 200 ms of a processor, however it is narrowed, once they were
// read; what goes on is seen. CHASKI_RUNS is another number of runs.
func TestManyRuns(t *testing.T) {
	runs, most := 20_000, 200*time.Millisecond
	if testing.Short() {
		runs = 2_000
	}
	if n, err := strconv.Atoi(os.Getenv("CHASKI_RUNS")); err == nil {
		runs = n
	}
	dir := t.TempDir()
	writeRuns(t, dir, runs)
	files, err := journal.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := newShop(t, files)
	if _, err := s.http.Get(s.link); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	first := s.get(t, "/console/runs", http.StatusOK)
	t.Logf("the first page of %d runs: %s by the clock", runs, time.Since(start))
	next := regexp.MustCompile(`<a href="(/console/runs\?[^"]*)" rel="next">`).FindStringSubmatch(first)
	if next == nil || strings.Count(first, "question ") != 50 {
		t.Fatal(first)
	}
	start = time.Now()
	s.get(t, "/console/runs?q=nowhere", http.StatusOK) // reads all of them
	t.Logf("reading all: %s by the clock", time.Since(start))
	for path, found := range map[string]int{"/console/runs": 50, html.UnescapeString(next[1]): 50, "/console/runs?q=question+777.": 1, "/console/runs?status=failed": 0,
		"/console/runs?status=waiting": 50, "/console/runs?status=cancelled": 50, "/console/runs?status=refused": 0, "/console/runs?status=damaged": 0, "/console/runs?tool=refund_order": 50, "/console/runs?rule=shop": 50, "/console/runs?tool=nothing": 0, "/console/runs?rule=shop/none": 0,
		"/console/runs?tenant=none": 0, "/console/runs?agent=none": 0, "/console/runs?q=question+777.&status=cancelled&tool=x&rule=y&agent=shop": 0, "/console/approvals": -1} {
		best := time.Hour
		for range 5 {
			start := cpu(t)
			page := s.get(t, path, http.StatusOK)
			best = min(best, cpu(t)-start)
			if n := strings.Count(page, ">question "); found >= 0 && n != found {
				t.Fatalf("%s lists %d, want %d", path, n, found)
			}
		}
		t.Logf("%s: %s", path, best)
		if best > most*time.Duration(max(runs, 20_000))/20_000 {
			t.Errorf("%s takes %s", path, best)
		}
	}
	other, err := journal.Open(dir) // as of another process
	if err != nil {
		t.Fatal(err)
	}
	changer := newShop(t, other)
	waits := regexp.MustCompile(`/console/runs/([\w-]+)">question`).FindStringSubmatch(s.get(t, "/console/runs?status=waiting", http.StatusOK))[1]
	if err := changer.agent.Runtime().Cancel(context.Background(), waits, planner.Cancelled{By: "test"}); err != nil {
		t.Fatal(err)
	}
	if _, err := changer.agent.Runtime().Drive(context.Background(), waits, nil); err != nil {
		t.Fatal(err)
	}
	begun, err := changer.agent.Start(context.Background(), agent.Start{Prompt: "a new one"})
	if err != nil {
		t.Fatal(err)
	}
	page := s.get(t, "/console/runs?status=waiting", http.StatusOK)
	if strings.Contains(page, waits) {
		t.Error("a run that was cancelled elsewhere is listed as waiting")
	}
	if page := s.get(t, "/console/runs?q=a+new+one", http.StatusOK); !strings.Contains(page, begun) {
		t.Error("a run that was begun elsewhere is not listed")
	}
	if err := files.Remove(context.Background(), waits); err != nil {
		t.Fatal(err)
	}
	if page := s.get(t, "/console/runs?status=cancelled", http.StatusOK); strings.Contains(page, waits) {
		t.Error("a run that was removed is listed")
	}
}

// writeRuns writes the journals of runs to a directory: of ten, nine were cancelled, which
// are told from the first of them, and one waits for a person. The directory is one that
// was left alone for a while.
func writeRuns(t *testing.T, dir string, n int) {
	t.Helper()
	ctx, kept := context.Background(), &journal.Memory{}
	s := newShop(t, kept)
	rt := s.agent.Runtime()
	write := func(id string, records []journal.Record) {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		for _, r := range records {
			if err := enc.Encode(r); err != nil {
				t.Fatal(err)
			}
		}
		last := records[len(records)-1]
		mark := fmt.Sprintf("%020d %64s\n", last.Seq, last.Hash) // it is on disk: readers need not see to that
		for name, text := range map[string]string{id + ".jsonl": b.String(), id + ".lease": mark} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	var first string // of those that were cancelled
	var told []journal.Record
	for i := range n {
		if i%10 > 1 {
			id, last := journal.NewRun(), journal.Record{}
			other := strings.NewReplacer(first, id, "question 1.", fmt.Sprintf("question %d.", i))
			var records []journal.Record
			var state planner.State
			for _, r := range told {
				var ev planner.Event
				if err := json.Unmarshal([]byte(other.Replace(string(r.Event))), &ev); err != nil {
					t.Fatal(err)
				}
				if ev.Ended != nil {
					ev.Ended.State = state.Hash()
				}
				text, err := json.Marshal(ev)
				if err != nil {
					t.Fatal(err)
				}
				state, last = planner.Fold(state, ev), last.Next(r.Epoch, text)
				records = append(records, last)
			}
			write(id, records)
			continue
		}
		id, err := s.agent.Start(ctx, agent.Start{Prompt: fmt.Sprintf("question %d.", i), Meta: map[string]string{"api.agent": "shop"}})
		if err == nil && i%10 > 0 {
			err = rt.Cancel(ctx, id, planner.Cancelled{By: "test"})
		}
		if err == nil {
			_, err = rt.Drive(ctx, id, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		records, err := kept.Read(ctx, id, journal.Record{})
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			first, told = id, records
		}
		write(id, records)
	}
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(dir, long, long); err != nil {
		t.Fatal(err)
	}
}
