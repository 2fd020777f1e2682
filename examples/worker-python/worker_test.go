package worker_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

// TestPythonWorker discovers and calls the worker in Python. CHASKI_PYTHON names the
// interpreter that has nats-py; python3 by default.
func TestPythonWorker(t *testing.T) {
	python := os.Getenv("CHASKI_PYTHON")
	if python == "" {
		python = "python3"
	}
	if out, err := exec.Command(python, "-c", "import nats.micro").CombinedOutput(); err != nil {
		t.Skipf("%s has no nats-py (pip install nats-py): %v %s", python, err, out)
	}
	s, err := bus.Start(bus.ServerOptions{Listen: "127.0.0.1:0", StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	conn, err := bus.Connect(ctx, bus.Options{Server: s, Logger: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := bus.Prepare(ctx, conn); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "worker.py", s.URL())
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	if line := bufio.NewScanner(pipe); !line.Scan() || line.Text() != "ready" {
		t.Fatalf("the worker says %q", line.Text())
	}
	client, err := bus.NewClient(conn, bus.ClientOptions{Logger: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	specs, err := client.Tools(ctx)
	if err != nil || len(specs) != 2 || specs[0].Name != "pay" || specs[0].Effect != tools.Once || specs[1].Effect != tools.Read {
		t.Fatalf("%+v %v", specs, err)
	}
	for _, test := range []struct {
		id, tool, arguments string
		status              tools.Status
		text                string
	}{
		{"a", "shout", `{"text":"ñandú"}`, "ok", `{"text":"ÑANDÚ"}`},
		{"b", "shout", `{"text":""}`, "retry", "the text is empty"},
		{"c", "shout", `{}`, "invalid", `missing required property "text"`},
		{"d", "pay", `{"amount":5}`, "ok", `{"total":5}`},
		{"d", "pay", `{"amount":5}`, "ok", `{"total":5}`}, // replayed, not paid again
		{"e", "pay", `{"amount":2}`, "ok", `{"total":7}`},
	} {
		r, err := client.Call(ctx, tools.Call{ID: test.id, Attempt: 1, Tool: test.tool, Arguments: json.RawMessage(test.arguments), Deadline: time.Now().Add(10 * time.Second)})
		if err != nil || r.Status != test.status || !strings.Contains(string(r.Value)+r.Reason, test.text) {
			t.Errorf("%s %s: %+v %v", test.tool, test.arguments, r, err)
		}
	}
}
