//go:build unix

package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/tools"
)

// TestDeathWhileIdle holds that a call to a server that ended before it is made, and made
// once: nothing had left.
func TestDeathWhileIdle(t *testing.T) {
	c, r := opened(t, Options{Servers: Servers{"fix": command("dies")}, Log: testLog(t)})
	for range 3 {
		got := call(t, r, "fix__pid", `{}`)
		if got.Status != tools.StatusOK {
			t.Fatalf("%s %s", got.Status, got.Reason)
		}
		var pid string
		if err := json.Unmarshal(got.Value, &pid); err != nil {
			t.Fatal(err)
		}
		s := c.servers[0]
		s.mu.Lock()
		was := s.live
		s.mu.Unlock()
		if err := syscall.Kill(-number(t, pid), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		select {
		case <-was.ended: // the end of its output has been read
		case <-time.After(20 * time.Second):
			t.Fatal("nobody has seen that it is dead")
		}
	}
}

func number(t *testing.T, s string) (n int) {
	t.Helper()
	if err := json.Unmarshal([]byte(s), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestGivenUpAtStart: a command that has said nothing yet, and does not read its input, is asked
// to end as soon as nobody waits for it: the time that it has to end by itself is for those that
// are at work.
func TestGivenUpAtStart(t *testing.T) {
	defer func(was time.Duration) { grace = was }(grace)
	grace = time.Minute
	began := filepath.Join(t.TempDir(), "began")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := Open(ctx, Options{Servers: Servers{"deaf": {Command: "sh", Args: []string{"-c", `echo > "$0"; exec sleep 1000`, began}}}, Log: testLog(t)})
		ended <- err
	}()
	for {
		if _, err := os.Stat(began); err == nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	case <-time.After(grace / 2):
		t.Error("it is still waited for")
	}
}
