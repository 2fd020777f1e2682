//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// What is begun by these tests can be hung up, even where they themselves were begun by nohup:
// a signal that is ignored stays so in programs that are begun, one that is handled does not.
func init() {
	if os.Getenv("CHASKI_TEST_RUN") == "" { // else it is such a program
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
}

// heard is what a program has written so far.
type heard struct{ shown }

func (h *heard) String() string {
	h.Lock()
	defer h.Unlock()
	return h.text.String()
}

func (h *heard) wait(t *testing.T, what string) {
	t.Helper()
	waitFor(t, fmt.Sprintf("%q in %s", what, h), func() bool { return strings.Contains(h.String(), what) })
}

func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("still not: " + what)
		}
	}
}

// begun is a program that was started, with what it says.
type begun struct {
	*exec.Cmd
	out, errs heard
	in        io.WriteCloser
}

func begin(t *testing.T, env []string, args ...string) *begun {
	t.Helper()
	b := &begun{Cmd: program(args...)}
	b.Env = append(b.Env, env...)
	b.Stdout, b.Stderr = &b.out, &b.errs
	var err error
	if b.in, err = b.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Process.Kill() })
	return b
}

// stop sends a signal and gives the exit status.
func (b *begun) stop(t *testing.T, sig os.Signal) int {
	t.Helper()
	if err := b.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	code := b.end(t)
	if b.tooEarly(sig) && b.out.String() == "" && b.errs.String() == "" {
		t.Skip("the signal came before the program had begun")
	}
	return code
}

func (b *begun) end(t *testing.T) int {
	t.Helper()
	late := time.AfterFunc(30*time.Second, func() { _ = b.Process.Kill() })
	defer late.Stop()
	_ = b.Wait()
	return b.ProcessState.ExitCode()
}

// tooEarly says that the signal came before the program had begun: it did nothing then.
func (b *begun) tooEarly(sig os.Signal) bool {
	st, ok := b.ProcessState.Sys().(syscall.WaitStatus)
	return ok && st.Signaled() && st.Signal() == sig
}

// stops are the signals with the exit status and the word of each.
var stops = []struct {
	sig  syscall.Signal
	code int
	word string
}{{syscall.SIGINT, 130, "interrupted"}, {syscall.SIGTERM, 143, "stopped by SIGTERM"}, {syscall.SIGHUP, 129, "stopped by SIGHUP"}}

// paying is an agent whose tools say by files how far they are: pay has effect once, look
// reads. Both take as long as there is a file "slow".
func paying(t *testing.T, tool string) (file, data string, hang *atomic.Bool) {
	t.Helper()
	dir := t.TempDir()
	data, hang = filepath.Join(dir, "data"), new(atomic.Bool)
	url := modelServer(t, func(messages []map[string]any) said {
		if results(messages) == 0 && tool != "" {
			return said{text: "Let me see.", calls: [][2]string{{tool, `{"id":7}`}}}
		}
		return said{text: "That was it.", hang: hang.Load()}
	})
	script := `cat >/dev/null; echo began >> DIR/TOOL; while test -e DIR/slow; do sleep 0.1; done; echo ended >> DIR/TOOL; echo 7`
	text := "name: payer\nmodel: {openai: {base_url: URL, model: m}}\ndata: DATA\npolicies: [allow.yaml]\ntriggers: [{subject: payer.ask}]\ntools:\n"
	for _, name := range []string{"pay", "look"} {
		effect := map[string]string{"pay": "once", "look": "read"}[name]
		text += "  - {name: " + name + ", effect: " + effect + ", parameters: {type: object, properties: {id: {type: integer}}}, shell: '" + strings.ReplaceAll(script, "TOOL", name) + "'}\n"
	}
	file = filepath.Join(dir, "agent.yaml")
	text = strings.NewReplacer("URL", url, "DATA", data, "DIR", dir).Replace(text)
	if err := errors.Join(os.WriteFile(file, []byte(text), 0o600), os.WriteFile(filepath.Join(dir, "allow.yaml"), []byte("name: allow\ndefault: allow\n"), 0o600),
		os.WriteFile(filepath.Join(dir, "slow"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	return file, data, hang
}

// did is what a tool of paying has written.
func did(file, tool string) string {
	text, _ := os.ReadFile(filepath.Join(filepath.Dir(file), tool))
	return strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", " ")
}

// quick lets the tools of paying end.
func quick(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(filepath.Join(filepath.Dir(file), "slow")); err != nil {
		t.Fatal(err)
	}
}

var resumeHint = regexp.MustCompile("(?i)go on with `chaski (runs resume .*?)`")

// TestStoppedRuns stops chaski run by each signal at each stage of a run: it says which
// signal it was, what may have run and how to go on; what it had begun is ended with it,
// and nothing is done twice when the run is resumed.
func TestStoppedRuns(t *testing.T) {
	t.Parallel()
	for _, s := range stops {
		for stage, c := range map[string]struct {
			tool string // that the model calls
			hang bool   // the model's last turn
			said string // "" where no run began
			code int    // of the resumed run
			did  string // by the tool, in the end
		}{
			"the prompt is awaited":       {},
			"the model speaks":            {hang: true, said: "nothing is lost"},
			"after a tool":                {tool: "look", hang: true, said: "nothing is lost", did: "began ended"},
			"a read tool is under way":    {tool: "look", said: "nothing is lost", did: "began began ended"},
			"an effect tool is under way": {tool: "pay", said: `pay {"id":7} was under way: it may have run`, code: 3, did: "began"},
		} {
			t.Run(stage+", "+s.sig.String(), func(t *testing.T) {
				t.Parallel()
				file, data, hang := paying(t, c.tool)
				hang.Store(c.hang)
				args := []string{"run", "-f", file, "Pay 7."}
				if c.said == "" {
					args = args[:3]
				}
				b := begin(t, nil, args...)
				switch {
				case c.said == "":
					time.Sleep(300 * time.Millisecond) // it must have got as far as to read
				case c.hang:
					if c.tool != "" {
						waitFor(t, "the tool", func() bool { return did(file, c.tool) == "began" })
						quick(t, file)
					}
					b.out.wait(t, "was it.")
				default:
					waitFor(t, "the tool", func() bool { return did(file, c.tool) == "began" })
				}
				code := b.stop(t, s.sig)
				errs := b.errs.String()
				if c.said == "" && b.tooEarly(s.sig) {
					t.Skip("it was not there yet")
				}
				if code != s.code || !strings.Contains(errs, "chaski: "+s.word) || !strings.Contains(errs, c.said) {
					t.Fatalf("exit %d: %s", code, errs)
				}
				hint := resumeHint.FindStringSubmatch(errs)
				if c.said == "" {
					if runs, _ := filepath.Glob(filepath.Join(data, "runs", "*.jsonl")); len(runs) > 0 || hint != nil {
						t.Fatal(runs, errs)
					}
					return
				}
				if hint == nil {
					t.Fatal(errs)
				}
				hang.Store(false)
				if !c.hang || c.tool == "" {
					quick(t, file)
					time.Sleep(300 * time.Millisecond) // a tool that was left behind would end now
				}
				_, errs, code = chaski(t, "", strings.Fields(hint[1])...)
				if code != c.code || c.tool != "" && did(file, c.tool) != c.did {
					t.Errorf("resumed: exit %d, the tool %s: %s", code, did(file, c.tool), errs)
				}
			})
		}
	}
}

// TestStoppedTwice: the second signal ends a command at once.
func TestStoppedTwice(t *testing.T) {
	t.Parallel()
	file, _, _ := paying(t, "look")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	stubborn := strings.ReplaceAll(string(text), "cat >/dev/null; ", `cat >/dev/null; trap "" INT TERM HUP; `)
	if err := os.WriteFile(file, []byte(stubborn), 0o600); err != nil {
		t.Fatal(err)
	}
	b := begin(t, nil, "run", "-f", file, "Look at 7.")
	waitFor(t, "the tool", func() bool { return did(file, "look") == "began" })
	if code := b.stop(t, syscall.SIGTERM); code != 143 { // the whole group of the tool is killed
		t.Errorf("exit %d: %s", code, b.errs.String())
	}
}

// TestIgnoredSignals: what whoever began the program had ignored, as nohup does, stays so.
func TestIgnoredSignals(t *testing.T) {
	t.Parallel()
	file, _, hang := paying(t, "")
	hang.Store(true)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", `trap "" HUP; exec "$0" "$@"`, exe, "run", "-f", file, "Hello.")
	cmd.Env = append(os.Environ(), "CHASKI_TEST_RUN=1")
	b := &begun{Cmd: cmd}
	cmd.Stdout, cmd.Stderr = &b.out, &b.errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	b.out.wait(t, "was it.")
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond)
	if code := b.stop(t, syscall.SIGTERM); code != 143 {
		t.Errorf("exit %d: %s", code, b.errs.String())
	}
}

// TestStoppedServing stops what serves: that is how serving ends, so the status is 0. A run
// that was under way goes on when it is served again, and nothing is done twice; who asked
// is told that the run goes on.
func TestStoppedServing(t *testing.T) {
	t.Parallel()
	for _, s := range stops {
		t.Run(s.sig.String(), func(t *testing.T) {
			t.Parallel()
			file, _, hang := paying(t, "pay")
			hang.Store(true)
			args := []string{"serve", "-f", file, "--listen", "127.0.0.1:0", "--ack-wait", "2s"}
			b := begin(t, nil, args...)
			b.out.wait(t, "--nats ")
			url := regexp.MustCompile(`--nats (\S+)`).FindStringSubmatch(b.out.String())[1]
			asker := begin(t, nil, "ask", "--nats", url, "payer.ask", "Pay 7.")
			waitFor(t, "the tool", func() bool { return did(file, "pay") == "began" })
			quick(t, file)
			waitFor(t, "the tool", func() bool { return did(file, "pay") == "began ended" })
			asker.errs.wait(t, "run ")
			run := strings.Fields(asker.errs.String())[1]
			if code := asker.stop(t, s.sig); code != s.code || !strings.Contains(asker.errs.String(), s.word+"; run "+run+" goes on where it is served") {
				t.Errorf("who asks: exit %d, %s", code, asker.errs.String())
			}
			if code := b.stop(t, s.sig); code != 0 || strings.Contains(b.errs.String(), "chaski: ") {
				t.Errorf("exit %d: %s", code, b.errs.String())
			}
			hang.Store(false)
			again := begin(t, nil, args...)
			runs := filepath.Join(filepath.Dir(file), "data", "runs")
			waitFor(t, "its end", func() bool {
				out, _, _ := chaski(t, "", "runs", "ls", "--runs", runs)
				return strings.Contains(out, "finished")
			})
			if code := again.stop(t, s.sig); code != 0 || did(file, "pay") != "began ended" {
				t.Errorf("exit %d, %s: %s", code, did(file, "pay"), again.errs.String())
			}
		})
	}
}

// TestStoppedWorker stops a worker, the bus and who calls a tool there: an effect that was
// under way is unknown, and is told.
func TestStoppedWorker(t *testing.T) {
	t.Parallel()
	for _, s := range stops {
		t.Run(s.sig.String(), func(t *testing.T) {
			t.Parallel()
			file, _, _ := paying(t, "")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, declared, _ := strings.Cut(string(text), "\ntools:\n")
			toolsFile := filepath.Join(filepath.Dir(file), "tools.yaml")
			if err := os.WriteFile(toolsFile, []byte("tools:\n"+declared), 0o600); err != nil {
				t.Fatal(err)
			}
			server := begin(t, nil, "bus", "--listen", "127.0.0.1:0", "--store", t.TempDir())
			server.out.wait(t, "nats://")
			url := strings.TrimSpace(server.out.String())
			worker := begin(t, nil, "worker", "-f", toolsFile, "--nats", url, "-v")
			worker.errs.wait(t, "serving")
			caller := begin(t, nil, "tools", "call", "pay", `{"id":7}`, "--nats", url)
			waitFor(t, "the tool", func() bool { return did(file, "pay") == "began" })
			if code := caller.stop(t, s.sig); code != s.code || !strings.Contains(caller.errs.String(), s.word+"; pay had been called: it may have run") {
				t.Errorf("who calls: exit %d, %s", code, caller.errs.String())
			}
			reader := begin(t, nil, "tools", "call", "look", "-", "--nats", url)
			time.Sleep(300 * time.Millisecond)
			if code := reader.stop(t, s.sig); code != s.code || did(file, "look") != "" {
				t.Errorf("who waits for arguments: exit %d, %s", code, reader.errs.String())
			}
			caller = begin(t, nil, "tools", "call", "look", `{"id":7}`, "--nats", url)
			waitFor(t, "the tool", func() bool { return did(file, "look") == "began" })
			if code := worker.stop(t, s.sig); code != 0 {
				t.Errorf("the worker: exit %d, %s", code, worker.errs.String())
			}
			if code := caller.end(t); code != 1 || caller.errs.String() == "" {
				t.Errorf("a call whose worker stops: exit %d, %s", code, caller.errs.String())
			}
			if code := server.stop(t, s.sig); code != 0 {
				t.Errorf("the bus: exit %d, %s", code, server.errs.String())
			}
		})
	}
}

// TestStoppedTalk stops chaski chat: Ctrl-C ends the turn and not the conversation, the
// others end both, and say how to go on. At a terminal they leave it as it was.
func TestStoppedTalk(t *testing.T) {
	t.Parallel()
	for _, s := range stops {
		t.Run(s.sig.String()+" in a turn", func(t *testing.T) {
			t.Parallel()
			file, data, hang := paying(t, "")
			hang.Store(true)
			b := begin(t, nil, "chat", "-f", file)
			fmt.Fprintln(b.in, "Hello.")
			b.out.wait(t, "was it.")
			if s.sig != syscall.SIGINT {
				if code := b.stop(t, s.sig); code != s.code || !strings.Contains(b.errs.String(), s.word+"; nothing is lost: go on with `chaski runs resume") {
					t.Errorf("exit %d: %s", code, b.errs.String())
				}
				return
			}
			if err := b.Process.Signal(s.sig); err != nil {
				t.Fatal(err)
			}
			b.errs.wait(t, "cancelled")
			hang.Store(false)
			fmt.Fprintln(b.in, "Again.")
			waitFor(t, "another answer", func() bool { return strings.Count(b.out.String(), "was it.") == 2 })
			b.in.Close()
			if code := b.end(t); code != 0 {
				t.Errorf("exit %d: %s", code, b.errs.String())
			}
			if out, _, _ := chaski(t, "", "runs", "ls", "--runs", filepath.Join(data, "runs")); !strings.Contains(out, "cancelled") || !strings.Contains(out, "finished") {
				t.Error(out)
			}
		})
		t.Run(s.sig.String()+" at the prompt", func(t *testing.T) {
			t.Parallel()
			file, _, _ := paying(t, "")
			cmd := program("chat", "-f", file)
			master, tty, err := pty.Open()
			if err != nil {
				t.Skip("no pseudo-terminals here:", err)
			}
			defer master.Close()
			defer tty.Close()
			cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			before := settings(t, tty)
			b := &begun{Cmd: cmd}
			go func() { _, _ = io.Copy(&b.out, master) }()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			b.out.wait(t, "> ")
			if settings(t, tty) == before {
				t.Error("no line is being edited")
			}
			if s.sig == syscall.SIGINT { // as a key, it clears the line
				fmt.Fprint(master, "abc\x03")
				b.out.wait(t, "Ctrl-D ends)")
				fmt.Fprint(master, "\x04")
				if code := b.end(t); code != 0 {
					t.Errorf("exit %d: %s", code, b.out.String())
				}
			} else {
				if code := b.stop(t, s.sig); code != s.code {
					t.Errorf("exit %d: %s", code, b.out.String())
				}
				b.out.wait(t, s.word)
			}
			if after := settings(t, tty); after != before {
				t.Errorf("the terminal is left as %s, it was %s", after, before)
			}
		})
	}
}

// settings are those of a terminal.
func settings(t *testing.T, tty *os.File) string {
	t.Helper()
	cmd := exec.Command("stty", "-g")
	cmd.Stdin = tty
	out, err := cmd.Output()
	if err != nil {
		t.Skip("stty:", err)
	}
	return string(bytes.TrimSpace(out))
}

// TestStoppedElsewhere stops commands that wait for a server, work on their own, or read.
func TestStoppedElsewhere(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 100)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		if strings.HasSuffix(r.URL.Path, "/blobs/sha256:"+strings.Repeat("a", 64)) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write(make([]byte, 100))
			w.(http.Flusher).Flush()
		} else if strings.Contains(r.URL.Path, "/manifests/") {
			_ = json.NewEncoder(w).Encode(map[string]any{"schemaVersion": 2, "layers": []any{map[string]any{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:" + strings.Repeat("a", 64), "size": 1000}}})
			return
		}
		<-r.Context().Done()
	}))
	t.Cleanup(slow.Close)
	models := t.TempDir()
	suite := filepath.Join(t.TempDir(), "suite")
	honest := strings.Repeat(`{"id": "h", "user": "Pay bob.", "steps": [{"call": {"name": "pay", "arguments": {"to": "bob"}}}]}`+"\n", 200_000)
	if err := errors.Join(os.Mkdir(suite, 0o700), os.WriteFile(filepath.Join(suite, "tools.json"), []byte(`[{"name": "pay", "effect": "once", "parameters": {"type": "object", "properties": {"to": {"type": "string"}}}}]`), 0o600),
		os.WriteFile(filepath.Join(suite, "honest.jsonl"), []byte(honest), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, s := range stops {
		for name, c := range map[string]struct {
			args []string
			said string
			wait bool // for the server to be asked
		}{
			"a model is looked for":   {[]string{"pull", "hf:a/b"}, "", true},
			"a model comes":           {[]string{"pull", "ollama:a"}, "what has come is kept", true},
			"a model comes for a run": {[]string{"run", "-m", "ollama:a", "hi"}, "", true},
			"a suite is played":       {[]string{"policy", "bench", "-f", "strict", suite}, "", false},
			"traces are awaited":      {[]string{"policy", "replay", "-f", "strict", "--old", "strict", "-"}, "", false},
			"traces to decide on":     {[]string{"policy", "eval", "-f", "strict", "-"}, "", false},
			"a machine is measured":   {[]string{"bench", "decode", "-m", "mini", "-p", "0", "-n", "1000"}, "", false},
			"lines are awaited":       {[]string{"model", "parse"}, "", false},
			"a model goes on and on":  {[]string{"model", "generate", "-m", "mini", "-p", "hi", "-n", "4000"}, "", false},
		} {
			t.Run(name+", "+s.sig.String(), func(t *testing.T) {
				t.Parallel()
				b := begin(t, []string{"CHASKI_MODELS=" + models, "HF_ENDPOINT=" + slow.URL, "OLLAMA_REGISTRY=" + slow.URL}, c.args...)
				if c.wait {
					<-asked
				}
				time.Sleep(time.Second)
				code := b.stop(t, s.sig)
				if !c.wait && b.tooEarly(s.sig) {
					t.Skip("it was not there yet")
				}
				if code != s.code || !strings.Contains(b.errs.String(), "chaski: "+s.word) || !strings.Contains(b.errs.String(), c.said) {
					t.Errorf("exit %d: %s", code, b.errs.String())
				}
			})
		}
	}
}

// TestStoppedWhileReached stops commands that reach for a server which takes the connection and
// says nothing, or which start one that does not answer: they end at once, not when the attempt
// does.
func TestStoppedWhileReached(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	agent := write("agent.yaml", "name: a\nmodel: mini\ntriggers: [{subject: a.ask}]\n")
	declared := write("tools.yaml", "tools: [{name: look, effect: read, shell: 'echo 1'}]\n")
	for i, s := range stops {
		for name, args := range map[string][]string{
			"runs ls":       {"runs", "ls", "--runs", "NATS"},
			"runs show":     {"runs", "show", "r", "--runs", "NATS"},
			"runs fork":     {"runs", "fork", "r", "1", "--runs", "NATS"},
			"runs settle":   {"runs", "settle", "r", "c", "--failed", "no", "--runs", "NATS"},
			"runs cancel":   {"runs", "cancel", "r", "--runs", "NATS"},
			"runs approve":  {"runs", "approve", "r", "--runs", "NATS"},
			"runs resume":   {"runs", "resume", "r", "--runs", "NATS"},
			"runs rm":       {"runs", "rm", "r", "--runs", "NATS"},
			"runs salvage":  {"runs", "salvage", "r", "--runs", "NATS"},
			"runs replay":   {"runs", "replay", "--runs", "NATS"},
			"tools ls":      {"tools", "ls", "--nats", "NATS"},
			"tools call":    {"tools", "call", "look", "{}", "--nats", "NATS"},
			"ask":           {"ask", "--nats", "NATS", "a.ask", "hi"},
			"worker":        {"worker", "-f", declared, "--nats", "NATS"},
			"serve":         {"serve", "-f", agent, "--nats", "NATS"},
			"ui":            {"ui", "-f", agent, "--address", "127.0.0.1:0", "--nats", "NATS"},
			"doctor":        {"doctor", "-f", agent, "--nats", "NATS"},
			"mcp ls":        {"mcp", "ls", "-f", "DEAF"},
			"mcp pin":       {"mcp", "pin", "-f", "DEAF"},
			"mcp serve":     {"mcp", "serve", "-f", "DEAF"},
			"ui, MCP":       {"ui", "-f", "DEAF", "--address", "127.0.0.1:0"},
			"chat, MCP":     {"chat", "-f", "DEAF"},
			"mcp ls, web":   {"mcp", "ls", "-f", "WEB"},
			"mcp login web": {"mcp", "login", "-f", "WEB", "web"},
		} {
			t.Run(name+", "+s.sig.String(), func(t *testing.T) {
				t.Parallel()
				silent, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { silent.Close() })
				began := filepath.Join(t.TempDir(), "began")
				deaf := write(fmt.Sprint(strings.ReplaceAll(name, " ", ""), i, "deaf.yaml"), "name: a\nmodel: mini\nmcp:\n  deaf: {command: sh, args: ['-c', 'echo > "+began+"; exec sleep 1000']}\n")
				web := write(fmt.Sprint(strings.ReplaceAll(name, " ", ""), i, "web.yaml"), "name: a\nmodel: mini\nmcp:\n  web: {url: 'http://"+silent.Addr().String()+"/mcp'}\n")
				var given []string
				for _, a := range args {
					given = append(given, strings.NewReplacer("NATS", "nats://"+silent.Addr().String(), "DEAF", deaf, "WEB", web).Replace(a))
				}
				b := begin(t, []string{"CHASKI_DATA=" + t.TempDir()}, given...)
				if strings.Contains(strings.Join(args, " "), "DEAF") {
					waitFor(t, "the server", func() bool { _, err := os.Stat(began); return err == nil })
				} else {
					conn, err := silent.Accept()
					if err != nil {
						t.Fatal(err)
					}
					defer conn.Close()
				}
				if code := b.stop(t, s.sig); code != s.code || b.errs.String() != "chaski: "+s.word+"\n" || b.out.String() != "" && name != "doctor" {
					t.Errorf("exit %d: %s%s", code, b.out.String(), b.errs.String())
				}
			})
		}
	}
}

// TestStoppedMCP stops chaski mcp serve: at rest that is how serving ends, so the status is 0;
// while its client waits for a call, the client and whoever stopped it are told what may have
// run.
func TestStoppedMCP(t *testing.T) {
	t.Parallel()
	for _, s := range stops {
		for _, tool := range []string{"", "pay", "look"} {
			t.Run(s.sig.String()+" "+tool, func(t *testing.T) {
				t.Parallel()
				file, _, _ := paying(t, "")
				b := begin(t, nil, "mcp", "serve", "-f", file)
				fmt.Fprintln(b.in, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`)
				b.out.wait(t, `"id":1`)
				fmt.Fprintln(b.in, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
				if tool != "" {
					fmt.Fprintf(b.in, `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":%q,"arguments":{"id":7}}}`+"\n", tool)
					waitFor(t, "the tool", func() bool { return did(file, tool) == "began" })
				}
				told := map[string]string{"pay": `{"id":7} was under way: it may have run`, "look": "nothing is lost"}[tool]
				if code := b.stop(t, s.sig); code != 0 || !strings.Contains(strings.ReplaceAll(b.errs.String(), `\"`, `"`), told) {
					t.Errorf("exit %d: %s", code, b.errs.String())
				}
				if out := strings.ReplaceAll(b.out.String(), `\"`, `"`); tool != "" && (!strings.Contains(out, `"id":2`) || !strings.Contains(out, told) || !strings.Contains(out, "resume_run")) {
					t.Error(out)
				}
			})
		}
	}
}

// TestReadersLeave closes what a command writes to while it works. A run is not ended by
// that, and the exit status tells of what was lost; a command that only prints ends.
func TestReadersLeave(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		errs bool // standard error is closed, not standard output
		code int
		said string
	}{
		"standard output": {false, 1, "finished, but its answer could not be written"},
		"standard error":  {true, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, data, _ := paying(t, "pay")
			b := &begun{Cmd: program("run", "-f", file, "Pay 7.")}
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			b.Stdout, b.Stderr = w, &b.errs
			if c.errs {
				b.Stdout, b.Stderr = &b.out, w
			}
			if err := b.Start(); err != nil {
				t.Fatal(err)
			}
			w.Close()
			waitFor(t, "the tool", func() bool { return did(file, "pay") == "began" })
			r.Close()
			quick(t, file)
			if code := b.end(t); code != c.code || !strings.Contains(b.errs.String(), c.said) || did(file, "pay") != "began ended" {
				t.Errorf("exit %d, %s: %s", code, did(file, "pay"), b.errs.String())
			}
			if out, _, _ := chaski(t, "", "runs", "ls", "--runs", filepath.Join(data, "runs")); !strings.Contains(out, "finished") {
				t.Error(out)
			}
		})
	}
	t.Run("of a command that prints", func(t *testing.T) {
		t.Parallel()
		cmd := program("model", "generate", "-m", "mini", "-p", "hi", "-n", "4000")
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdout = w
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		w.Close()
		_, _ = r.Read(make([]byte, 1))
		r.Close()
		late := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
		defer late.Stop()
		_ = cmd.Wait()
		if st, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !st.Signaled() || st.Signal() != syscall.SIGPIPE {
			t.Error(cmd.ProcessState)
		}
	})
	t.Run("of a server", func(t *testing.T) {
		t.Parallel()
		file, _, _ := paying(t, "")
		b := &begun{Cmd: program("serve", "-f", file, "--listen", "127.0.0.1:0", "--log-level", "debug")}
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		b.Stdout, b.Stderr = &b.out, w
		if err := b.Start(); err != nil {
			t.Fatal(err)
		}
		w.Close()
		b.out.wait(t, "--nats ")
		r.Close()
		url := regexp.MustCompile(`--nats (\S+)`).FindStringSubmatch(b.out.String())[1]
		if out, errs, code := chaski(t, "", "ask", "--nats", url, "payer.ask", "Hello."); code != 0 || !strings.Contains(out, "That was it.") {
			t.Error(code, out, errs)
		}
		if code := b.stop(t, syscall.SIGTERM); code != 0 {
			t.Error(code)
		}
	})
}
