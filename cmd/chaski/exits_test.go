package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExits goes by what is not there, is empty, is a folder in place of a file or a file in
// place of a folder, and by flags that do not go together: each command fails, says in one
// line what is wrong, and prints nothing that looks like a result.
func TestExits(t *testing.T) {
	t.Parallel()
	at := t.TempDir()
	dir, empty, gone := filepath.Join(at, "dir"), filepath.Join(at, "empty"), filepath.Join(at, "gone")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) string {
		path := filepath.Join(at, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	blank := write("mcp.yaml", "name: x\nmcp: {shop: {url: 'http://127.0.0.1:1/mcp', headers: {Authorization: 'Bearer ${CHASKI_TEST_BLANK}'}}}\n")
	header := write("tool.yaml", "name: x\ntools: [{name: a, effect: read, http: 'http://127.0.0.1:1/', headers: {X: '${CHASKI_TEST_BLANK}'}}]\n")
	list := write("list.json", "name: x\n")
	key := write("key.yaml", "name: x\nmodel: {openai: {base_url: 'http://127.0.0.1:1/v1', model: m, key_env: CHASKI_TEST_BLANK}}\n")
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{1, "is a directory", []string{"run", "-f", dir, "hi"}},
		{1, "it is empty", []string{"run", "-f", empty, "hi"}},
		{1, "no such file", []string{"run", "-f", gone, "hi"}},
		{1, "config.json", []string{"run", "-m", dir, "hi"}},
		{1, "bad magic", []string{"run", "-m", empty, "hi"}},
		{1, "not a directory", []string{"run", "--data", empty, "hi"}},
		{1, "is empty", []string{"run", "-f", blank, "hi"}},
		{1, "is empty", []string{"run", "-f", header, "hi"}},
		{1, "is empty", []string{"run", "-f", key, "hi"}},
		{1, "it is empty", []string{"chat", "-f", empty}},
		{1, "it is empty", []string{"serve", "-f", empty}},
		{2, "--keep", []string{"serve", "--keep=-1h"}},
		{2, "--no-wait", []string{"ask", "--timeout=-1s", "a.b", "hi"}},
		{2, "--no-wait", []string{"ask", "--timeout=0s", "a.b", "hi"}},
		{2, "go together", []string{"serve", "--http", "127.0.0.1:0", "--tls-cert", empty}},
		{1, "is a directory", []string{"ui", "-f", dir}},
		{1, "declares no tools", []string{"worker", "-f", empty, "--check"}},
		{2, "is a directory", []string{"worker", "-f", dir}},
		{1, "not a directory", []string{"bus", "--store", empty, "--listen", "127.0.0.1:0"}},
		{1, "want host:port", []string{"bus", "--listen", "nonsense"}},
		{2, "give one", []string{"tools", "ls", "--creds", empty, "--nkey", empty}},
		{2, "go together", []string{"runs", "ls", "--nats-cert", empty}},
		{2, "NATS_PASSWORD", []string{"runs", "ls", "--nats-user", "ann"}},
		{1, "nothing was verified", []string{"audit", "verify", empty}},
		{1, "neither a public key", []string{"audit", "verify", "--key", dir, empty}},
		{1, "no traces in it", []string{"policy", "check", "-f", "strict", "-t", empty}},
		{1, "list.json:1: no trace: want a line of JSON, an object", []string{"policy", "explain", "-f", "strict", list}},
		{1, "trace.json:1: no trace: want a line of JSON, an object with tools, user and steps: user: a number is no string", []string{"policy", "explain", "-f", "strict", write("trace.json", `{"user": 5}`)}},
		{1, "--ids: want a JSON array of token ids: a string is no integer", []string{"model", "generate", "-m", "mini", "--ids", `["a"]`}},
		{1, "no cases", []string{"policy", "test", "-f", "strict", empty}},
		{1, "is a directory", []string{"policy", "eval", "-f", "strict", dir}},
		{1, "no runs at", []string{"policy", "explain", "--runs", dir}},
		{1, "not a directory", []string{"runs", "ls", "--runs", empty}},
		{1, "no such run", []string{"runs", "cancel", "x", "--runs", dir}},
		{1, "no such run", []string{"runs", "settle", "x", "--failed", "no", "--runs", dir}},
		{1, "no such run", []string{"runs", "salvage", "x", "--runs", dir}},
		{2, "name the runs", []string{"runs", "rm", "--runs", dir}},
		{1, "not a directory", []string{"key", "add", "x", "--keys", empty}},
		{1, "no key of that name", []string{"key", "rm", "x", "--keys", dir}},
		{1, "tokenizer", []string{"model", "tokenize", "-m", dir}},
		{1, "file exists", []string{"model", "quantize", "mini", dir, "--type", "q8_0"}},
		{2, "no command", []string{"man", "nonsense"}},
		{1, "names no MCP servers", []string{"mcp", "ls", "-f", write("bare.yaml", "name: bare\n")}},
	} {
		t.Run(strings.Join(c.args[:2], " ")+" "+c.says, func(t *testing.T) {
			t.Parallel()
			cmd := program(c.args...)
			var out, errs strings.Builder
			cmd.Stdout, cmd.Stderr, cmd.Dir = &out, &errs, t.TempDir()
			cmd.Env = append(cmd.Env, "CHASKI_TEST_BLANK=", "CHASKI_MODELS="+t.TempDir())
			_ = cmd.Run()
			line := strings.TrimSpace(errs.String())
			if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(line, c.says) || !strings.HasPrefix(line, "chaski: ") || strings.Contains(line, "goroutine") {
				t.Errorf("exit %d, %s; want %d, %q", code, line, c.code, c.says)
			}
			if c.code == 1 && out.Len() > 0 {
				t.Errorf("it prints %q", out.String())
			}
		})
	}
}
