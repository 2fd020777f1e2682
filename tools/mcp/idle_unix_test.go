//go:build unix

package mcp

import (
	"encoding/json"
	"syscall"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/tools"
)

// TestDeathWhileIdle holds that a call to a server that ended before it is made, and made
// once: nothing had left.
func TestDeathWhileIdle(t *testing.T) {
	_, r := opened(t, Options{Servers: Servers{"fix": command("dies")}, Log: testLog(t)})
	for range 3 {
		got := call(t, r, "fix__pid", `{}`)
		if got.Status != tools.StatusOK {
			t.Fatalf("%s %s", got.Status, got.Reason)
		}
		var pid string
		if err := json.Unmarshal(got.Value, &pid); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(-number(t, pid), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(5 * time.Second); syscall.Kill(number(t, pid), 0) == nil && time.Now().Before(deadline); {
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(50 * time.Millisecond) // for the end of its output to be read
	}
}

func number(t *testing.T, s string) (n int) {
	t.Helper()
	if err := json.Unmarshal([]byte(s), &n); err != nil {
		t.Fatal(err)
	}
	return n
}
