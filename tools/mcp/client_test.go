package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/tools"
)

func TestCalls(t *testing.T) {
	t.Setenv("MCP_SECRET", "a key of this process")
	said := &locked{}
	_, r := opened(t, Options{Servers: Servers{"fix": command("plain", "MCP_GIVEN", "${MCP_SECRET:-none}")}, Log: zerolog.New(said)})
	for _, test := range []struct{ tool, arguments, status, text string }{
		{"fix__echo", `{"text":"a b"}`, "ok", `"a b"`},
		{"fix__echo", `{"text":7}`, "invalid", "text"},
		{"fix__fail", `{}`, "fail", "no such thing"},
		{"fix__env", `{}`, "ok", `"|a key of this process"`},
		{"fix__json", `{}`, "ok", `{"a":[2],"b":1}`},
		{"fix__structured", `{}`, "ok", `{"n":3}`},
		{"fix__odd", `{}`, "ok", `succeeded, but its answer cannot be used`},
		{"fix__meta", `{}`, "ok", `"c-fix__meta 00-trace"`},
	} {
		got := call(t, r, test.tool, test.arguments)
		if string(got.Status) != test.status || !strings.Contains(string(got.Value)+got.Reason, test.text) {
			t.Errorf("%s: %s %s %s, want %s %s", test.tool, got.Status, got.Value, got.Reason, test.status, test.text)
		}
	}
	many := call(t, r, "fix__many", `{}`)
	for _, want := range []string{`"text":"see"`, `"bytes":5`, `"mime_type":"image/png"`, `"uri":"file:///a"`, `"text":"inside"`, `"bytes":3`, unseen} {
		if !strings.Contains(string(many.Value), want) {
			t.Errorf("many contents: %s has no %s", many.Value, want)
		}
	}
	deadline := time.Now().Add(5 * time.Second)
	for !strings.Contains(said.String(), "fixture starts") && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if !strings.Contains(said.String(), "fixture starts") {
		t.Error("what the command wrote to its standard error is not in the log")
	}
}

// locked is a buffer that several goroutines write to.
type locked struct {
	mu sync.Mutex
	w  strings.Builder
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.String()
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// TestEffects holds that annotations count only on a trusted server, and the user's word always.
func TestEffects(t *testing.T) {
	mine := command("plain")
	mine.Tools = map[string]Tool{"echo": {Effect: "idempotent", Retries: new(2), Labels: map[string]string{"integrity": "tool"}}, "put": {Disabled: true}}
	mine.Only = []string{"echo", "put", "json"}
	trusted := command("plain")
	trusted.Trust = true
	c, r := opened(t, Options{Servers: Servers{"stranger": command("plain"), "friend": trusted, "mine": mine}, Log: testLog(t)})
	for name, want := range map[string]tools.Effect{
		"stranger__echo": tools.Once, "stranger__put": tools.Once, "stranger__json": tools.Once,
		"friend__echo": tools.Read, "friend__put": tools.Idempotent, "friend__json": tools.Once,
		"mine__echo": tools.Idempotent, "mine__json": tools.Once,
	} {
		spec := r.Tool(name).Spec()
		if spec.Effect != want {
			t.Errorf("%s is %s, want %s", name, spec.Effect, want)
		}
		integrity := "untrusted"
		if name == "mine__echo" {
			integrity = "tool"
		}
		if spec.Labels["integrity"] != integrity {
			t.Errorf("results of %s are %s, want %s", name, spec.Labels["integrity"], integrity)
		}
	}
	if s := r.Tool("friend__put").Spec(); s.Labels["irreversible"] != "true" {
		t.Error("a destructive tool is not irreversible")
	}
	for _, tool := range c.Tools() {
		if name := tool.Spec().Name; strings.HasPrefix(name, "mine") && name != "mine__echo" && name != "mine__json" {
			t.Errorf("%s was left out by the configuration", name)
		}
	}
}

func TestDeath(t *testing.T) {
	dies := command("dies")
	dies.Trust = true
	_, r := opened(t, Options{Servers: Servers{"fix": dies}, Log: testLog(t)})
	before := call(t, r, "fix__pid", `{}`)
	got := call(t, r, "fix__die", `{}`)
	if got.Status != tools.StatusUnknown || !strings.Contains(got.Reason, "out of memory") || !strings.Contains(got.Reason, "may or may not") {
		t.Errorf("a once call whose server died: %s %s", got.Status, got.Reason)
	}
	after := call(t, r, "fix__pid", `{}`)
	if after.Status != tools.StatusOK || string(after.Value) == string(before.Value) {
		t.Errorf("the server was not started anew: %s, then %s %s", before.Value, after.Status, after.Value)
	}
	if got := call(t, r, "fix__die_read", `{}`); got.Status != tools.StatusTimeout {
		t.Errorf("a read call whose server died: %s %s", got.Status, got.Reason)
	}
}

// TestNotSent holds that a call that never left is made again, and only such a call.
func TestNotSent(t *testing.T) {
	s, err := newServer("fix", "fix", command("plain"), &Options{Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	l := &live{ended: make(chan struct{}), said: func() string { return "" }, release: func() {}}
	gone := fmt.Errorf("calling: %w", sdk.ErrConnectionClosed)
	again, err := s.failed(l, &exchange{}, gone)
	var said *tools.Error
	if !again || !errors.As(err, &said) || said.Status != tools.StatusFail {
		t.Errorf("a call that never left: %v %v", again, err)
	}
	again, err = s.failed(l, &exchange{left: true}, gone)
	if again || !errors.As(err, &said) || said.Status != tools.StatusUnknown || !errors.Is(err, ErrDead) {
		t.Errorf("a call that had left: %v %v", again, err)
	}
}

// TestAnswers holds what errors and silence mean for a once call.
func TestAnswers(t *testing.T) {
	deaf := command("deaf")
	deaf.Timeout = 400 * time.Millisecond
	_, r := opened(t, Options{Servers: Servers{"fix": deaf}, Log: testLog(t)})
	for tool, want := range map[string]struct{ status, text string }{
		"fix__do":      {"unknown", "no answer in time"},
		"fix__error":   {"unknown", "disk full"},
		"fix__refuse":  {"fail", "bad arguments"},
		"fix__garbage": {"unknown", "mcp server"},
	} {
		got := call(t, r, tool, `{}`)
		if string(got.Status) != want.status || !strings.Contains(got.Reason, want.text) || strings.Contains(got.Reason, "\x1b") {
			t.Errorf("%s: %s %q, want %s %q", tool, got.Status, got.Reason, want.status, want.text)
		}
	}
}

func TestProgressAndCancel(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cancelled")
	told := make(chan Progress, 10)
	_, r := opened(t, Options{Servers: Servers{"fix": command("plain", "MCP_CANCELLED", file)}, Progress: func(p Progress) { told <- p }, Log: testLog(t)})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := r.Call(ctx, tools.Call{ID: "c1", Attempt: 2, Tool: "fix__slow", Arguments: json.RawMessage(`{}`)})
		ended <- err
	}()
	p := <-told
	if p.Call.ID != "c1" || p.Done != 1 || p.Total != 2 || p.Message != "half way" {
		t.Errorf("progress: %+v", p)
	}
	cancel()
	if err := <-ended; !errors.Is(err, tools.ErrOutcomeUnknown) {
		t.Errorf("a once call that was cancelled: %v", err)
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(file); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the server was not told that the call is cancelled")
		}
	}
}

func TestQuestions(t *testing.T) {
	var asked Question
	_, r := opened(t, Options{Servers: Servers{"fix": command("ask"), "old": {Command: os.Args[0], Env: map[string]string{"MCP_FIXTURE": "ask"}, Protocol: "2025-06-18"}}, Log: testLog(t),
		Ask: func(_ context.Context, q Question) (Answer, error) {
			asked = q
			return Answer{Accept: true, Values: map[string]any{"colour": "red"}}, nil
		}})
	for _, name := range []string{"fix__ask", "old__ask"} {
		got := call(t, r, name, `{}`)
		if got.Status != tools.StatusOK || !strings.Contains(string(got.Value), `"colour":"red"`) || !strings.Contains(string(got.Value), `"size":7`) {
			t.Errorf("%s: %s %s %s", name, got.Status, got.Value, got.Reason)
		}
		if asked.Message != "Which colour?" || len(asked.Fields) != 2 || asked.Fields[0].Name != "colour" || len(asked.Fields[0].Choices) != 2 || !asked.Fields[0].Required {
			t.Errorf("the person was asked %+v", asked)
		}
	}
	_, r = opened(t, Options{Servers: Servers{"fix": command("ask")}, Log: testLog(t), Ask: func(context.Context, Question) (Answer, error) { return Answer{}, nil }})
	if got := call(t, r, "fix__ask", `{}`); !strings.Contains(string(got.Value), "decline") {
		t.Errorf("a person who says no: %s %s %s", got.Status, got.Value, got.Reason)
	}
	_, r = opened(t, Options{Servers: Servers{"fix": command("ask")}, Log: testLog(t)})
	if got := call(t, r, "fix__ask", `{}`); got.Status == tools.StatusOK || !strings.Contains(got.Reason, "elicitation") {
		t.Errorf("nobody to ask: %s %s %s", got.Status, got.Value, got.Reason)
	}
}

func TestOrphans(t *testing.T) {
	if _, err := os.Stat("/proc/self"); err != nil {
		t.Skip("processes are looked up in /proc, which is not here")
	}
	file := filepath.Join(t.TempDir(), "pids")
	c, _ := opened(t, Options{Servers: Servers{"fix": command("stubborn", "MCP_PIDS", file)}, Log: testLog(t)})
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range strings.Fields(string(text)) {
		var state []byte
		for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			if state, err = os.ReadFile("/proc/" + pid + "/stat"); err != nil || strings.Contains(string(state), ") Z ") {
				break
			}
		}
		if err == nil && !strings.Contains(string(state), ") Z ") {
			t.Errorf("process %s is left: %s", pid, state)
		}
	}
}
