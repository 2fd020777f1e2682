package main

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/agent/host"
)

// served starts chaski serve and returns the address to ask at, and how to kill it.
func served(t *testing.T, file string, args ...string) (url string, kill func()) {
	t.Helper()
	cmd := program(append([]string{"serve", "-f", file, "--ack-wait", "2s"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	kill = func() {
		if !ended {
			ended = true
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	t.Cleanup(func() {
		if kill(); t.Failed() {
			t.Log(errs.String())
		}
	})
	for in := bufio.NewScanner(out); in.Scan(); {
		if m := regexp.MustCompile(`--nats (\S+)`).FindStringSubmatch(in.Text()); m != nil {
			return m[1], kill
		}
	}
	kill()
	t.Fatal("it does not serve:", errs.String())
	return "", nil
}

// TestServe asks over a subject, is killed in the middle of a run and started again: the
// run goes on, waits for approval from another process, pays once and is answered.
func TestServe(t *testing.T) {
	t.Parallel()
	var hang atomic.Bool
	hang.Store(true)
	reached := make(chan struct{}, 10)
	file, data := shop(t, modelServer(t, func(messages []map[string]any) said {
		if results(messages) == 1 && hang.Load() {
			reached <- struct{}{}
			return said{text: "Let me", hang: true}
		}
		return looksUpAndRefunds(messages)
	}))
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, "\ntriggers: [{subject: shop.ask}, {schedule: '@every 24h', prompt: Count the orders.}]\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	url, kill := served(t, file, "--listen", "127.0.0.1:0")
	out, errs, code := chaski(t, "", "ask", "--nats", url, "--no-wait", "shop.ask", "Refund order 1042.")
	if code != 0 {
		t.Fatal(errs)
	}
	run := strings.TrimSpace(out)
	<-reached
	kill()
	hang.Store(false)
	url, _ = served(t, file, "--listen", "127.0.0.1:0")
	runs := filepath.Join(data, "runs")
	for i := 0; ; i++ {
		if story, _, _ := chaski(t, "", "runs", "ls", "--runs", runs); strings.Contains(story, run+"  waiting") {
			break
		}
		if i == 100 {
			t.Fatal("the run does not go on")
		}
		time.Sleep(100 * time.Millisecond)
	}
	if _, errs, code := chaski(t, "", "runs", "approve", run, "--runs", runs); code != 0 {
		t.Fatal(errs)
	}
	for i := 0; ; i++ {
		if story, _, _ := chaski(t, "", "runs", "ls", "--runs", runs); strings.Contains(story, run+"  finished") {
			break
		}
		if i == 150 {
			t.Fatal("the run does not end")
		}
		time.Sleep(100 * time.Millisecond)
	}
	paid, _ := os.ReadFile(filepath.Join(data, "paid"))
	if string(paid) != "paid\n" {
		t.Errorf("paid: %q", paid)
	}
	story, _, _ := chaski(t, "", "runs", "show", run, "--runs", runs)
	contains(t, "the story", story, "shop.ask", "Refund order 1042.", " approved refund", "the run ended: finished")
	if _, errs, code := chaski(t, "", "ask", "--nats", url, "nobody.here", "hi"); code != 1 || !strings.Contains(errs, "no agent listens on nobody.here") {
		t.Error(code, errs)
	}
	if _, errs, code := chaski(t, "", "serve", "-f", file, "--listen", "127.0.0.1:0"); code != 1 || !strings.Contains(errs, "another process serves agent shop") {
		t.Error(code, errs)
	}
}

// TestAsk gets an answer, and none from a run that was denied.
func TestAsk(t *testing.T) {
	t.Parallel()
	file, _ := shop(t, modelServer(t, func(messages []map[string]any) said {
		last, _ := messages[len(messages)-1]["content"].(string)
		return said{text: "You asked: " + last}
	}))
	text, _ := os.ReadFile(file)
	if err := os.WriteFile(file, append(text, "\ntriggers: [{subject: shop.ask}]\nbudget: {steps: 1}\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	url, _ := served(t, file, "--listen", "127.0.0.1:0")
	out, errs, code := chaski(t, "", "ask", "--nats", url, "shop.ask", "What", "now?")
	if code != 0 || out != "You asked: What now?\n" || !strings.HasPrefix(errs, "run ") {
		t.Error(code, out, errs)
	}
	if _, errs, code := chaski(t, " ", "ask", "--nats", url, "shop.ask", "-"); code != 2 || !strings.Contains(errs, "the prompt is empty") {
		t.Error(code, errs)
	}
}

// TestScheduled: what serve prints of a schedule is what it does.
func TestScheduled(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC)
	for want, schedule := range map[string]host.Trigger{
		"30 1 * * * starts a run, next at 2026-10-25 01:30:00 WEST: Pay.":                      {Schedule: "30 1 * * *", Zone: "Europe/Lisbon", Prompt: "Pay."},
		"@at 2026-12-24T18:00:00+01:00 starts a run, next at 2026-12-24 18:00:00 +0100: Rest.": {Schedule: "@at 2026-12-24T18:00:00+01:00", Prompt: "Rest."},
		"@at 2020-01-01T00:00:00Z has passed: it starts nothing":                               {Schedule: "@at 2020-01-01T00:00:00Z", Prompt: "p"},
		"@every 1h starts a run: p": {Schedule: "@every 1h", Prompt: "p"},
	} {
		if got := scheduled(schedule, now); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
