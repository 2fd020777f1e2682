package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/policies/audit"
)

// said is one turn of the endpoint that plays the model: text, and calls as name and
// arguments. Hang keeps the turn from ending.
type said struct {
	text  string
	calls [][2]string
	hang  bool
}

// modelServer plays a model for the program under test: next sees the messages so far.
func modelServer(t *testing.T, next func(messages []map[string]any) said) string {
	t.Helper()
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Messages []map[string]any `json:"messages"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); errors.Is(err, io.ErrUnexpectedEOF) {
			return // a program that is stopped while it asks cuts its own request
		} else if err != nil {
			t.Error(err)
		}
		mu.Lock()
		turn := next(body.Messages)
		mu.Unlock()
		w.Header().Set("Content-Type", "text/event-stream")
		put := func(v any) {
			data, _ := json.Marshal(v)
			fmt.Fprintf(w, "data: %s\n\n", data)
			w.(http.Flusher).Flush()
		}
		delta := func(d map[string]any, finish any) {
			put(map[string]any{"choices": []any{map[string]any{"index": 0, "delta": d, "finish_reason": finish}}})
		}
		for _, word := range strings.SplitAfter(turn.text, " ") {
			delta(map[string]any{"content": word}, nil)
		}
		for i, c := range turn.calls {
			delta(map[string]any{"tool_calls": []any{map[string]any{"index": i, "id": fmt.Sprint("c", i), "function": map[string]any{"name": c[0], "arguments": c[1]}}}}, nil)
		}
		if turn.hang {
			<-r.Context().Done()
			return
		}
		finish := "stop"
		if len(turn.calls) > 0 {
			finish = "tool_calls"
		}
		delta(map[string]any{}, finish)
		put(map[string]any{"choices": []any{}, "usage": map[string]any{"prompt_tokens": 10, "completion_tokens": 5}})
		fmt.Fprint(w, "data: [DONE]\n\n")
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// results counts the tools' answers among the messages.
func results(messages []map[string]any) int {
	n := 0
	for _, m := range messages {
		if m["role"] == "tool" {
			n++
		}
	}
	return n
}

const shopYAML = `
name: shop
model: {openai: {base_url: URL, model: scripted}}
system: Be brief.
data: DATA
policies: [POLICY]
tools:
  - name: order
    effect: read
    labels: {integrity: tool}
    parameters: {type: object, properties: {id: {type: integer}}, required: [id], additionalProperties: false}
    command: [sh, -c, 'cat >/dev/null; echo "{\"late\": true}"']
  - name: refund
    effect: once
    parameters: {type: object, properties: {id: {type: integer}}, required: [id], additionalProperties: false}
    command: [sh, -c, 'cat >/dev/null; echo paid >> DATA/paid; echo "\"refunded\""']
`

const shopPolicy = `
name: shop
rules:
  - {id: money, on: call, tools: [refund], when: 'true', then: require_approval, reason: Refunds are approved by a person.}
`

// shop writes an agent of two tools and returns its file and its data folder.
func shop(t *testing.T, url string) (file, data string) {
	t.Helper()
	dir := t.TempDir()
	data = filepath.Join(dir, "data")
	policy := filepath.Join(dir, "policy.yaml")
	file = filepath.Join(dir, "agent.yaml")
	text := strings.NewReplacer("URL", url, "DATA", data, "POLICY", policy).Replace(shopYAML)
	if err := errors.Join(os.WriteFile(file, []byte(text), 0o600), os.WriteFile(policy, []byte(shopPolicy), 0o600)); err != nil {
		t.Fatal(err)
	}
	return file, data
}

// looksUpAndRefunds is a model that looks at an order, refunds it and says so.
func looksUpAndRefunds(messages []map[string]any) said {
	switch results(messages) {
	case 0:
		return said{text: "Let me look.", calls: [][2]string{{"order", `{"id":1042}`}}}
	case 1:
		return said{calls: [][2]string{{"refund", `{"id":1042}`}}}
	}
	last, _ := messages[len(messages)-1]["content"].(string)
	return said{text: "Done: \x1b[31m" + last}
}

func contains(t *testing.T, where, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%s lacks %q:\n%s", where, p, text)
		}
	}
}

// TestRunWaitsIsApprovedAndResumed is a run of three processes: one asks, one approves,
// one ends it.
func TestRunWaitsIsApprovedAndResumed(t *testing.T) {
	t.Parallel()
	file, data := shop(t, modelServer(t, looksUpAndRefunds))
	out, errs, code := chaski(t, "", "run", "-f", file, "Refund", "order 1042.")
	if code != 4 || out != "Let me look.\n" {
		t.Fatalf("exit status %d: %q\n%s", code, out, errs)
	}
	contains(t, "stderr", errs, `call     order {"id":1042}`, "policy   allow", `result   ok {"late":true}`,
		"policy   require_approval by shop/money: Refunds are approved by a person.", "waits for approval")
	lines := regexp.MustCompile(`chaski (runs (?:approve|resume) .*?)(?:    #.*)?\n`).FindAllStringSubmatch(errs, -1)
	if len(lines) != 2 {
		t.Fatalf("no commands to go on with: %s", errs)
	}
	if _, err := os.Stat(filepath.Join(data, "paid")); err == nil {
		t.Fatal("paid before approval")
	}
	if _, errs, code := chaski(t, "", strings.Fields(lines[0][1])...); code != 0 {
		t.Fatal(errs)
	}
	out, errs, code = chaski(t, "", strings.Fields(lines[1][1])...)
	if code != 0 || out != "Done: \\x1b[31m\"refunded\"\n" {
		t.Fatalf("exit status %d: %q\n%s", code, out, errs)
	}
	paid, _ := os.ReadFile(filepath.Join(data, "paid"))
	if string(paid) != "paid\n" {
		t.Errorf("paid: %q", paid)
	}
	// The audit log verifies and has both calls; the store of the bus is gone with the run.
	logs, _ := filepath.Glob(filepath.Join(data, "audit", "*.jsonl"))
	if len(logs) != 1 {
		t.Fatal(logs)
	}
	f, err := os.Open(logs[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if r, err := audit.Verify(f, nil); err != nil || r.Entries < 4 {
		t.Error(r, err)
	}
	if left, _ := os.ReadDir(filepath.Join(data, "bus")); len(left) != 0 {
		t.Error(left)
	}
	run := strings.Fields(lines[1][1])[2]
	if _, errs, code := chaski(t, "", "runs", "cancel", run, "--runs", filepath.Join(data, "runs")); code != 1 || !strings.Contains(errs, "is over: finished") {
		t.Error(code, errs)
	}
	if _, errs, code := chaski(t, "", "runs", "resume", run, "--runs", filepath.Join(data, "runs")); code != 1 || !strings.Contains(errs, "is over: finished") {
		t.Error(code, errs)
	}
	// A fork begins a bus of its own, and misses none.
	if _, errs, code := chaski(t, "", "runs", "fork", run, "1", "--as", "again", "--runs", filepath.Join(data, "runs")); code != 0 {
		t.Fatal(errs)
	}
	if _, errs, code := chaski(t, "", "runs", "resume", "again", "--runs", filepath.Join(data, "runs")); code != 4 || strings.Contains(errs, "is gone") {
		t.Errorf("exit status %d: %s", code, errs)
	}
}

// TestRunLostBus kills a run in the middle of a once call and takes away the store that
// knows of it: nothing is guessed, a person says what came of it.
func TestRunLostBus(t *testing.T) {
	t.Parallel()
	file, data := shop(t, modelServer(t, func(messages []map[string]any) said {
		if results(messages) == 0 {
			return said{calls: [][2]string{{"refund", `{"id":1}`}}}
		}
		last, _ := messages[len(messages)-1]["content"].(string)
		return said{text: last}
	}))
	text, _ := os.ReadFile(file)
	slow := strings.ReplaceAll(string(text), "echo paid >>", "echo paid >> DATA/paid; sleep 60; echo again >>")
	slow = strings.ReplaceAll(strings.ReplaceAll(slow, "DATA", data), filepath.Join(filepath.Dir(file), "policy.yaml"), filepath.Join(filepath.Dir(file), "allow.yaml"))
	if err := errors.Join(os.WriteFile(file, []byte(slow), 0o600),
		os.WriteFile(filepath.Join(filepath.Dir(file), "allow.yaml"), []byte("name: allow\ndefault: allow\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	cmd := program("run", "-f", file, "Refund.")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ {
		if _, err := os.Stat(filepath.Join(data, "paid")); err == nil {
			break
		}
		if i == 1500 {
			t.Fatal("the tool does not run")
		}
		time.Sleep(20 * time.Millisecond)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err := os.RemoveAll(filepath.Join(data, "bus")); err != nil {
		t.Fatal(err)
	}
	journals, _ := filepath.Glob(filepath.Join(data, "runs", "*.jsonl"))
	run := strings.TrimSuffix(filepath.Base(journals[0]), ".jsonl")
	runs := filepath.Join(data, "runs")
	_, errs, code := chaski(t, "", "runs", "resume", run, "--runs", runs)
	if code != 3 {
		t.Fatal(code, errs)
	}
	contains(t, "stderr", errs, "is gone", "runs settle "+run, "--ok JSON")
	if _, errs, code := chaski(t, "", "runs", "settle", run, "--ok", "{", "--runs", runs); code != 2 || !strings.Contains(errs, "not JSON") {
		t.Error(code, errs)
	}
	if _, errs, code := chaski(t, "", "runs", "settle", run, "--failed", "the shop says no", "--runs", runs); code != 0 {
		t.Fatal(errs)
	}
	out, errs, code := chaski(t, "", "runs", "resume", run, "--runs", runs)
	if code != 0 || !strings.Contains(out, "the shop says no") {
		t.Error(code, out, errs)
	}
	paid, _ := os.ReadFile(filepath.Join(data, "paid"))
	if string(paid) != "paid\n" {
		t.Errorf("%q", paid)
	}
}

func TestRunJSON(t *testing.T) {
	file, _ := shop(t, modelServer(t, looksUpAndRefunds))
	out, errs, code := chaski(t, "Refund order 1042.", "run", "-f", file, "--json", "--log-level", "debug", "--log-json")
	if code != 4 {
		t.Fatal(code, errs)
	}
	types := map[string]int{}
	var last line
	for l := range strings.Lines(out) {
		last = line{}
		decode(t, l, &last)
		types[last.Type]++
	}
	if types["text"] != 3 || types["call"] != 2 || types["decision"] != 2 || types["result"] != 1 || types["waiting"] != 1 || types["journal"] == 0 ||
		last.Type != "end" || last.Status != "waiting" || last.Used.Calls != 2 {
		t.Errorf("%v %+v", types, last)
	}
	// Logs are JSON, and name the run and the call.
	named := 0
	for l := range strings.Lines(errs) {
		var entry struct{ Run, Call, Message, Level string }
		if !strings.HasPrefix(l, "{") {
			continue
		}
		decode(t, l, &entry)
		if entry.Run == last.Run && len(entry.Call) == 64 && entry.Message == "decided" {
			named++
		}
	}
	if named != 2 {
		t.Errorf("%d decisions logged:\n%s", named, errs)
	}
}

// TestRunInterrupted stops the program in the middle of the model's turn, and resumes.
func TestRunInterrupted(t *testing.T) {
	t.Parallel()
	var slow atomic.Bool
	slow.Store(true)
	file, data := shop(t, modelServer(t, func(messages []map[string]any) said {
		if results(messages) == 1 {
			return said{text: "The order is late.", hang: slow.Load()}
		}
		return looksUpAndRefunds(messages)
	}))
	cmd := program("run", "-f", file, "Where is order 1042?")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := ""
	buf := make([]byte, 256)
	for !strings.Contains(seen, "late.") {
		n, err := out.Read(buf)
		if seen += string(buf[:n]); err != nil {
			t.Fatal(seen, errs.String(), err)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = out.Read(buf)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
		t.Fatal(err, errs.String())
	}
	hint := regexp.MustCompile("go on with `chaski (.*)`").FindStringSubmatch(errs.String())
	if hint == nil {
		t.Fatal(errs.String())
	}
	slow.Store(false)
	text, more, code := chaski(t, "", strings.Fields(hint[1])...)
	if code != 0 || text != "The order is late.\n" {
		t.Fatal(code, text, more)
	}
	if _, err := os.Stat(filepath.Join(data, "paid")); err == nil {
		t.Error("paid")
	}
}

func TestRunBadInput(t *testing.T) {
	t.Parallel()
	url := modelServer(t, func([]map[string]any) said { return said{text: "Hi."} })
	dir := t.TempDir()
	write := func(text string) string {
		f, err := os.CreateTemp(dir, "*.yaml")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(f, strings.ReplaceAll(text, "URL", url))
		f.Close()
		return f.Name()
	}
	good := "model: {openai: {base_url: URL, model: m}}\n"
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"run", "-f", filepath.Join(dir, "none.yaml"), "hi"}, 1, "no such file"},
		{[]string{"run", "-f", write(good)}, 2, "the prompt is empty"},
		{[]string{"run", "-f", write(good + "colour: red\n"), "hi"}, 1, "line 2: field colour is not known in an agent"},
		{[]string{"run", "-f", write("model:\n  openai: {base_url: URL, modle: m}\n"), "hi"}, 1, "line 2: field modle is not known in openai"},
		{[]string{"run", "-f", write(good + "tools:\n- name: a\n  comand: [x]\n"), "hi"}, 1, "line 4: field comand is not known in a tool"},
		{[]string{"run", "-f", write(good + "policies: [nothing.yaml]\n"), "hi"}, 1, "nothing.yaml"},
		{[]string{"run", "-f", write(good + "strategy: hope\n"), "hi"}, 1, `strategy "hope"`},
		{[]string{"run", "-f", write(good + "discover: [x]\n"), "hi"}, 1, `no tool matches "x"`},
		{[]string{"run", "-f", write(good + "triggers: [{subject: 'a b'}]\n"), "hi"}, 1, `subject "a b"`},
		{[]string{"run", "-f", write(good), "--nats", "nats://127.0.0.1:1", "hi"}, 1, "no NATS server at nats://127.0.0.1:1"},
		{[]string{"run", "-f", write(good), "-m", "none.gguf", "hi"}, 1, "none.gguf"},
		{[]string{"run", "-f", write("model: {openai: {base_url: URL, model: m, key_env: CHASKI_NO_KEY}}"), "hi"}, 1, "CHASKI_NO_KEY is empty"},
		{[]string{"run", "-f", write(good), "--log-level", "loud", "hi"}, 2, `log level "loud"`},
		{[]string{"run", "--example", "none", "hi"}, 2, `no example "none"`},
		{[]string{"run", "--example", "none"}, 2, `no example "none"`},
		{[]string{"run", "--example", "support", "-f", write(good)}, 2, "not both"},
		{[]string{"serve", "--example", "support", "--data", filepath.Join(dir, "data")}, 1, "agent.yaml has no triggers"},
		{[]string{"ask", "--nats", "nats://127.0.0.1:1", "a.b", "hi"}, 1, "is the agent served?"},
		{[]string{"run", "-f", write(good), "--data", "/proc/none", "hi"}, 1, "the data folder"},
		{[]string{"runs", "resume", "none", "--runs", dir}, 1, "no such run"},
		{[]string{"runs", "settle", "none", "--runs", dir}, 2, "say what came of it"},
	} {
		if c.args[0] == "run" && !slices.Contains(c.args, "--data") {
			c.args = append(c.args, "--data", filepath.Join(dir, "data"))
		}
		out, errs, code := chaski(t, "", c.args...)
		first, rest, _ := strings.Cut(errs, "\n")
		if code != c.code || !strings.Contains(first, c.want) || rest != "" {
			t.Errorf("%v: exit status %d, %q", c.args, code, out+errs)
		}
	}
	// A model that is away suspends the run, and says why and how it goes on.
	_, errs, code := chaski(t, "", "run", "-f", write("patience: -1s\nmodel: {openai: {base_url: 'http://127.0.0.1:1', model: m}}"), "hi", "--data", filepath.Join(dir, "data"))
	if code != 5 || !strings.Contains(errs, "the endpoint does not answer") || !strings.Contains(errs, "is suspended") || !strings.Contains(errs, "chaski runs resume") {
		t.Error(code, errs)
	}
	// An empty variable is no credential.
	_, errs, code = chaski(t, "", "run", "-f", write("tools:\n- {name: shop, http: 'http://127.0.0.1:1', headers: {Authorization: 'Bearer ${CHASKI_NO_TOKEN}'}}"), "hi", "--data", filepath.Join(dir, "data"))
	if code != 1 || !strings.Contains(errs, "CHASKI_NO_TOKEN") {
		t.Error(code, errs)
	}
	if out, _, code := chaski(t, "", "--version"); code != 0 || !strings.HasPrefix(out, "chaski ") {
		t.Error(code, out)
	}
}

// TestPiped reads a prompt from a pipe, and does not wait for one that nobody writes to.
func TestPiped(t *testing.T) {
	for _, c := range []struct {
		text string
		end  bool
		wait time.Duration
		want string
	}{
		{"  Where is order 1041?\n", true, time.Minute, "Where is order 1041?"},
		{" \n", true, time.Minute, ""},
		{"", true, time.Minute, ""},
		{"", false, time.Millisecond, ""},
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, c.text)
		if c.end {
			w.Close()
		}
		got, err := piped(t.Context(), r, c.wait)
		if err != nil || got != c.want {
			t.Errorf("%q: %q, %v", c.text, got, err)
		}
		w.Close()
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if got, err := (&runCmd{agentFlags: agentFlags{Example: "support"}}).prompt(t.Context(), null); err != nil || !strings.Contains(got, "1042") {
		t.Error(got, err)
	}
}

// program is the program under test, to be started.
func program(args ...string) *exec.Cmd {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), "CHASKI_TEST_RUN=1")
	cmd.WaitDelay = 10 * time.Second
	return cmd
}
