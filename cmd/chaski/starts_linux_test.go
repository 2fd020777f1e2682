package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestManyStarts: eight programs of 200 tools that start at once on one processor all run,
// however long each waits for its turn. CHASKI_STARTS is another number of rounds: 200 are
// the long form.
func TestManyStarts(t *testing.T) {
	const tools, starts = 200, 8
	rounds := 1
	if n, err := strconv.Atoi(os.Getenv("CHASKI_STARTS")); err == nil {
		rounds = n
	} else if testing.Short() {
		t.Skip("eight starts on one processor take some seconds")
	}
	dir := t.TempDir()
	var agent strings.Builder
	agent.WriteString("name: many\npolicies: [allow.yaml]\nmodel: script:model.jsonl\nsystem: You help.\ntools:\n")
	for i := range tools {
		fmt.Fprintf(&agent, `  - name: tool_%d
    description: Does thing number %[1]d.
    effect: read
    parameters: {type: object, properties: {q: {type: string, description: what}, n: {type: integer}}, required: [q], additionalProperties: false}
    shell: echo '{"n":%[1]d}'
`, i)
	}
	for name, text := range map[string]string{
		"agent.yaml":  agent.String(),
		"allow.yaml":  "name: all\nrules:\n  - {id: all, on: call, when: 'true', then: allow}\n",
		"model.jsonl": `{"user": "*", "calls": [{"name": "tool_7", "arguments": {"q": "x"}}, {"name": "tool_199", "arguments": {"q": "x"}}]}` + "\n" + `{"text": "done"}` + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// A process inherits where the thread that starts it may run.
	goruntime.LockOSThread()
	defer goruntime.UnlockOSThread()
	var all, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		t.Fatal(err)
	}
	for cpu := 0; one.Count() == 0; cpu++ {
		if all.IsSet(cpu) {
			one.Set(cpu)
		}
	}
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.SchedSetaffinity(0, &all) }()
	failed := 0
	for round := range rounds {
		var programs [starts]*exec.Cmd
		var out [starts]bytes.Buffer
		for i := range programs {
			data := filepath.Join(dir, fmt.Sprintf("data%d", i))
			programs[i] = program("run", "-f", filepath.Join(dir, "agent.yaml"), "--data", data, "go")
			programs[i].Stdout, programs[i].Stderr = &out[i], &out[i]
			if err := programs[i].Start(); err != nil {
				t.Fatal(err)
			}
		}
		for i, p := range programs {
			if err := p.Wait(); err != nil || !strings.Contains(out[i].String(), "done") {
				failed++
				t.Errorf("round %d, start %d: %v\n%s", round, i, err, &out[i])
			}
		}
		for i := range programs {
			if err := os.RemoveAll(filepath.Join(dir, fmt.Sprintf("data%d", i))); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d of %d starts failed", failed, rounds*starts)
}
