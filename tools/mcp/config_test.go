package mcp

import (
	"strings"
	"testing"
	"time"
)

func TestConfig(t *testing.T) {
	t.Setenv("MCP_KEY", "k1")
	for _, text := range []string{
		`{"mcpServers": {"files": {"command": "npx", "args": ["-y", "server", "/data"], "env": {"PORT": 8080, "KEY": "${MCP_KEY}"}, "alwaysAllow": ["x"], "timeout": 60},
		  "web": {"type": "http", "url": "https://a.example/mcp", "headers": {"Authorization": "Bearer ${env:MCP_KEY}"}}}}`,
		"files: {command: npx, args: [-y, server, /data], env: {PORT: 8080, KEY: '${MCP_KEY}'}, alwaysAllow: [x], timeout: 60}\nweb: {url: 'https://a.example/mcp', headers: {Authorization: 'Bearer ${MCP_KEY}'}}",
	} {
		s, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		files, err := newServer("files", "files", s["files"], &Options{})
		if err != nil {
			t.Fatal(err)
		}
		if files.cfg.Env["PORT"] != "8080" || files.cfg.Env["KEY"] != "k1" || len(files.cfg.Args) != 3 || len(files.cfg.Ignored) != 2 {
			t.Errorf("files: %+v", files.cfg)
		}
		web, err := newServer("web", "web", s["web"], &Options{})
		if err != nil {
			t.Fatal(err)
		}
		if kind, _ := web.cfg.transport(); kind != HTTP || web.cfg.Headers["Authorization"] != "Bearer k1" || !web.cfg.authorized() {
			t.Errorf("web: %+v", web.cfg)
		}
	}
	s, err := Parse([]byte("a: {command: x, timeout: 90s, trust: true, tools: {b: {effect: read, data: [title]}}, labels: {integrity: tool}}\nc: {command: y, tools: [one]}"))
	if err != nil || s["a"].Timeout != 90*time.Second || s["a"].Tools["b"].Effect != "read" || s["c"].Only[0] != "one" {
		t.Errorf("%+v %v", s, err)
	}
}

func TestBadConfig(t *testing.T) {
	for text, problem := range map[string]string{
		`a: {}`:                            "a command or a url",
		`a: {command: x, url: "http://y"}`: "not both",
		`a: {type: carrier-pigeon, url: "http://x"}`:               "carrier-pigeon",
		`a: {type: http, command: x}`:                              "needs a url",
		`a: {url: "http://x", args: [y]}`:                          "args",
		`a: {command: x, headers: {A: b}}`:                         "headers",
		`a: {command: x, timeout: -1s}`:                            "negative",
		`a: {command: x, protocol: newest}`:                        "newest",
		`a: {command: x, tools: {b: {effect: maybe}}}`:             "maybe",
		`a: {command: x, tools: {b: {efect: read}}}`:               "efect",
		`a: {url: "http://x", oauth: {client_id: y}}`:              "client_id",
		`a: {url: "http://x", oauth: {grant: client_credentials}}`: "needs clientId",
		`a: 7`: "mapping",
		`[a]`:  "mapping",
		`a: {command: x}` + "\n" + `a: {command: y}`: "declared twice",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: %v, want %s", text, err, problem)
		}
	}
	for text, problem := range map[string]string{
		`a: {command: x, env: {K: "${MCP_NOT_SET}"}}`: "MCP_NOT_SET",
		`a: {url: "ftp://x"}`:                         "no http or https URL",
	} {
		s, err := Parse([]byte(text))
		if err == nil {
			_, err = Open(t.Context(), Options{Servers: s})
		}
		if err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: %v, want %s", text, err, problem)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"mcpServers": {"a": {"command": "x", "env": {"A": "${B:-c}"}, "tools": {"t": {"effect": "read"}}}}}`))
	f.Add([]byte("mcpServers: {command: x}\nb: {url: 'http://x', oauth: {clientId: y}}"))
	f.Add([]byte(`{"mcpServers": {"mcpServers": {"mcpServers": {}}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		prefixes := serverNames(sortedNames(s))
		for name, one := range s {
			if kind, err := one.transport(); err != nil || kind == Stdio && one.Command == "" {
				t.Fatalf("%q was accepted: %+v %v", name, one, err)
			}
			if _, err := newServer(name, prefixes[name], one, &Options{}); err != nil && !strings.Contains(err.Error(), "mcp server") {
				t.Fatalf("an error that does not name the server: %v", err)
			}
		}
	})
}
