package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/bus/secured"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// addressed lists the commands that take the address of NATS servers, from the program's
// own table.
func addressed(t *testing.T) (out []*kong.Node) {
	t.Helper()
	root, err := commandTree()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range leaves(root) {
		if slices.ContainsFunc(flagsOf(n), func(f *kong.Flag) bool {
			return f.Name == "nats" || f.Name == "runs" && f.Tag.Type != "existingdir" && f.Target.Kind() == reflect.String
		}) {
			out = append(out, n)
		}
	}
	return out
}

func flagsOf(n *kong.Node) (out []*kong.Flag) {
	for _, group := range n.AllFlags(true) {
		out = append(out, group...)
	}
	return out
}

// TestAccessFlags: each command that takes an address takes all ways to log in there, and
// no command has one of its own.
func TestAccessFlags(t *testing.T) {
	var want []string
	for f := range reflect.TypeFor[accessFlags]().Fields() {
		name := f.Tag.Get("name")
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		want = append(want, name)
	}
	all := addressed(t)
	if len(all) < 20 {
		t.Errorf("only %d commands take an address", len(all))
	}
	for _, n := range all {
		var have []string
		for _, f := range flagsOf(n) {
			have = append(have, f.Name)
		}
		for _, name := range want {
			if !slices.Contains(have, name) {
				t.Errorf("%s has no --%s", n.FullPath(), name)
			}
		}
	}
}

// TestAccessOfCommands runs every command that takes an address against servers that want
// a login and certificates: with them it gets in; without, it is refused, says how one
// logs in, and prints nothing secret.
func TestAccessOfCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("starts each command that takes an address four times")
	}
	keyed, err := secured.Start(t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	defer keyed.Close()
	signed, err := secured.Start(t.TempDir(), true)
	if err != nil {
		t.Fatal(err)
	}
	defer signed.Close()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	agent := write("agent.yaml", "name: desk\nsystem: Be brief.\ntriggers: [{subject: desk.ask}]\n")
	yaml := write("tools.yaml", "tools: [{name: today, effect: read, command: [date]}]")
	for _, s := range []*secured.Server{keyed, signed} {
		prepareCluster(t, s)
	}
	// What each command is given beside the address; until is what one that serves prints.
	type args struct {
		words []string
		until string
		fails bool // for another reason, once it is in
	}
	table := map[string]args{
		"run": {words: []string{"-f", agent, "Hello."}}, "chat": {words: []string{"-f", agent}, fails: true}, // nothing is said
		"doctor": {words: []string{"-f", agent}},
		"serve":  {words: []string{"-f", agent}, until: "starts a run"}, "ui": {words: []string{"-f", agent, "--address", "127.0.0.1:0"}, until: "console"},
		"ask": {words: []string{"desk.nobody", "hi"}, fails: true}, "worker": {words: []string{"-f", yaml}, until: "serving"},
		"mcp serve": {words: []string{"-f", agent}}, "mcp ls": {words: []string{"-f", agent}, fails: true}, "mcp pin": {words: []string{"-f", agent}, fails: true}, "mcp accept": {words: []string{"-f", agent, "none"}, fails: true},
		"mcp login": {words: []string{"-f", agent, "none"}, fails: true},
		"tools ls":  {}, "tools schema": {words: []string{"ping"}}, "tools call": {words: []string{"ping"}},
		"runs ls": {}, "runs show": {words: []string{"r"}}, "runs resume": {words: []string{"r", "-f", agent}, fails: true}, "runs replay": {words: []string{"r"}},
		"runs fork": {words: []string{"r", "1"}}, "runs cancel": {words: []string{"c"}}, "runs approve": {words: []string{"r"}, fails: true}, "runs deny": {words: []string{"r"}, fails: true},
		"runs settle": {words: []string{"r", "--failed", "no"}, fails: true}, "runs rm": {words: []string{"c"}, fails: true}, "runs salvage": {words: []string{"r"}, fails: true},
	}
	for _, n := range addressed(t) {
		name := strings.TrimPrefix(n.FullPath(), "chaski ")
		a, ok := table[name]
		if !ok {
			t.Errorf("chaski %s takes an address and is not tried here", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			at := func(url string) (out []string) {
				for _, f := range flagsOf(n) {
					if f.Name == "nats" || f.Name == "runs" {
						out = append(out, "--"+f.Name, url)
					}
				}
				return out
			}
			trust := func(s *secured.Server) []string {
				return []string{"--nats-ca", s.CA, "--nats-cert", s.Cert, "--nats-key", s.Key}
			}
			local := strings.HasPrefix(name, "mcp ") && name != "mcp serve" // it reaches no bus
			for _, in := range []struct {
				how   string
				flags []string
				in    bool
			}{
				{"nkey", slices.Concat(at(keyed.URL), trust(keyed), []string{"--nkey", keyed.NKey}), true},
				{"user", slices.Concat(at(keyed.URL), trust(keyed), []string{"--nats-user", keyed.User}), true},
				{"creds", slices.Concat(at(signed.URL), trust(signed), []string{"--creds", signed.Creds}), true},
				{"context", []string{"--nats-context", keyed.Context}, true},
				{"nobody", slices.Concat(at(strings.Replace(keyed.URL, "://", "://ann:wrong-horse@", 1)), trust(keyed)), false},
			} {
				line := slices.Concat(strings.Fields(name), in.flags, a.words)
				if name == "runs resume" && in.how == "context" { // whose agent may keep its runs elsewhere
					line = append(line, "--runs", "nats")
				}
				out, code := played(t, a.until, append(os.Environ(), "CHASKI_TEST_RUN=1", "NATS_PASSWORD="+keyed.Password, "CHASKI_DATA="+t.TempDir()), line)
				refused := strings.Contains(out, "refuses who connects") || strings.Contains(out, "not reachable")
				switch {
				case in.in && (refused || code != 0 && !a.fails):
					t.Errorf("%s: exit %d\n%s", in.how, code, out)
				case !in.in && !local && (!refused || code == 0):
					t.Errorf("%s gets in: exit %d\n%s", in.how, code, out)
				}
				for _, secret := range append(slices.Concat(keyed.Secrets, signed.Secrets), "wrong-horse") {
					if strings.Contains(out, secret) {
						t.Errorf("%s: a secret is printed:\n%s", in.how, out)
					}
				}
			}
		})
	}
}

// prepareCluster puts a tool and runs there.
func prepareCluster(t *testing.T, s *secured.Server) {
	t.Helper()
	conn, err := bus.Connect(t.Context(), bus.Options{Access: bus.Access{Context: s.Context}, Wait: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	registry, err := tools.NewRegistry(tools.Raw(tools.Spec{Name: "ping", Effect: tools.Read, Parameters: []byte(`{"type":"object"}`)},
		func(context.Context, tools.Call) (json.RawMessage, error) { return json.RawMessage(`"pong"`), nil }))
	if err != nil {
		t.Fatal(err)
	}
	w, err := bus.Serve(t.Context(), conn, registry, bus.WorkerOptions{Logger: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	j, err := journal.OpenStream(t.Context(), conn.JetStream(), journal.StreamOptions{})
	if err != nil {
		t.Fatal(err)
	}
	rt, err := runtime.New(runtime.Options{Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range []string{"r", "c"} {
		if _, err := rt.Start(t.Context(), planner.Started{Run: run, Messages: []llm.Message{{Role: llm.RoleUser, Content: "Hello."}}}); err != nil {
			t.Fatal(err)
		}
	}
}

// played runs the program to its end, or until it has printed a text and is interrupted.
func played(t *testing.T, text string, env, args []string) (string, int) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cmd := exec.Command(exe, args...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = env, t.TempDir(), file, file
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	read := func() string {
		said, _ := os.ReadFile(file.Name())
		return string(said)
	}
	for limit := time.Now().Add(time.Minute); ; {
		select {
		case <-ended:
			return read(), cmd.ProcessState.ExitCode()
		case <-time.After(20 * time.Millisecond):
		}
		if late := time.Now().After(limit); late || text != "" && strings.Contains(read(), text) {
			if late {
				t.Errorf("%v: still there after a minute", args)
			}
			_ = cmd.Process.Signal(os.Interrupt)
			select {
			case <-ended:
			case <-time.After(20 * time.Second):
				_ = cmd.Process.Kill()
				<-ended
			}
			return read(), cmd.ProcessState.ExitCode()
		}
	}
}
