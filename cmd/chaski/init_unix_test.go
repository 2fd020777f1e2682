//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestInitRefundsOnce: of refunds of one order that run at the same time, one is made, the
// others say that it is; drafts do not stay.
func TestInitRefundsOnce(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("init", "support", "agent.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var agent struct {
		Tools []struct{ Name, Shell string }
	}
	if err := yaml.Unmarshal(text, &agent); err != nil {
		t.Fatal(err)
	}
	shell := ""
	for _, tool := range agent.Tools {
		if tool.Name == "refund_order" {
			shell = tool.Shell
		}
	}
	dir := t.TempDir()
	var paid, refused atomic.Int32
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			cmd := exec.Command("sh", "-c", shell)
			cmd.Dir, cmd.Stdin = dir, strings.NewReader(`{"amount":49.9,"order_number":1042,"reason":"late"}`)
			out, err := cmd.CombinedOutput()
			switch {
			case err == nil && strings.Contains(string(out), `"refund_id":"RF-1042","amount":49.9`):
				paid.Add(1)
			case err != nil && strings.TrimSpace(string(out)) == "order 1042 is refunded already":
				refused.Add(1)
			default:
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	if paid.Load() != 1 || refused.Load() != 39 {
		t.Errorf("%d paid, %d refused", paid.Load(), refused.Load())
	}
	names, err := os.ReadDir(filepath.Join(dir, "refunds"))
	if err != nil || len(names) != 1 || names[0].Name() != "1042.json" {
		t.Errorf("%v, %v", names, err)
	}
}
