package console_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"regexp"
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

// TestManyRuns: with 20,000 runs a page of the list takes less than 200 ms of a processor,
// narrowed to few of them or to none too, once they were read.
func TestManyRuns(t *testing.T) {
	s := newShop(t, &journal.Memory{})
	if _, err := s.http.Get(s.link); err != nil {
		t.Fatal(err)
	}
	runs, ctx := 20_000, context.Background()
	if testing.Short() {
		runs = 2_000
	}
	for i := range runs {
		id, err := s.agent.Start(ctx, agent.Start{Prompt: fmt.Sprint("question ", i)})
		if err == nil {
			if err = s.agent.Runtime().Cancel(ctx, id, planner.Cancelled{By: "test"}); err == nil {
				_, err = s.agent.Runtime().Drive(ctx, id, nil)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	first := s.get(t, "/console/runs", http.StatusOK)
	next := regexp.MustCompile(`<a href="(/console/runs\?[^"]*)" rel="next">`).FindStringSubmatch(first)
	if next == nil || strings.Count(first, "question ") != 50 {
		t.Fatal(first)
	}
	s.get(t, "/console/runs?q=nowhere", http.StatusOK) // reads all of them
	for _, path := range []string{"/console/runs", html.UnescapeString(next[1]), "/console/runs?q=question+777", "/console/runs?status=failed", "/console/approvals"} {
		best := time.Hour
		for range 5 {
			start := cpu(t)
			s.get(t, path, http.StatusOK)
			best = min(best, cpu(t)-start)
		}
		t.Logf("%s: %s", path, best)
		if best > 200*time.Millisecond {
			t.Errorf("%s takes %s", path, best)
		}
	}
}
