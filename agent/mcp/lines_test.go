package mcp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/chaski-dev/chaski/agent/api"
)

// TestOddLines writes lines that are no messages before each that is one: each is answered, and
// the session goes on.
func TestOddLines(t *testing.T) {
	h := newHouse(t, Options{Name: "house", Version: "1"})
	in, client := io.Pipe()
	said, out := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- h.server.Run(t.Context(), in, out, api.Principal{}) }()
	lines := make(chan string)
	go func() {
		for s := bufio.NewScanner(said); s.Scan(); {
			lines <- s.Text()
		}
		close(lines)
	}()
	ask := func(line, want string) {
		t.Helper()
		if _, err := io.WriteString(client, line); err != nil {
			t.Fatalf("%.60q: %v", line, err)
		}
		select {
		case got := <-lines:
			if !strings.Contains(got, want) {
				t.Errorf("%.60q: %s, want %s", line, got, want)
			}
		case err := <-done:
			t.Fatalf("%.60q ended the session: %v", line, err)
		case <-time.After(20 * time.Second):
			t.Fatalf("%.60q: no answer", line)
		}
	}
	ask("hello\n", `"code":-32700`)
	ask("\xff\x00{\n", `"code":-32700`)
	ask(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}`+" \r\n", `"name":"house"`)
	if _, err := io.WriteString(client, `{"jsonrpc":"2.0","method":"notifications/initialized"}`+"\n\n\r\n"); err != nil {
		t.Fatal(err)
	}
	ask(`{"jsonrpc":"2.0","id":2,"method":"ping"`+"\n", `"id":null`)
	ask("{}\n", `"code":-32600`)
	ask("42\n", `"code":-32600`)
	ask("[]\n", `"code":-32600`)
	ask(`{"id":"seven","method":"ping"}`+"\n", `"id":"seven"`)
	ask(`{"jsonrpc":"1.0","id":9007199254740993,"method":"ping"}`+"\n", `"id":9007199254740993`)
	ask(strings.Repeat("x", sdk.DefaultMaxLineLength+1)+"\n", `longer than`)
	ask(`{"jsonrpc":"2.0","id":3,"method":"ping"}`+"\n", `"id":3`)
	_ = client.Close()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the session did not end with its input")
	}
}

// FuzzLines reads anything: what comes out is messages or batches of them, a line each, and what
// was left out was answered.
func FuzzLines(f *testing.F) {
	f.Add([]byte("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\nhello\n\n[{\"jsonrpc\":\"2.0\",\"method\":\"x\"}]"))
	f.Add([]byte("\ufeff{}\r\n[\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var out bytes.Buffer
		got, err := io.ReadAll(newLines(io.NopCloser(bytes.NewReader(data)), &out))
		if err != nil {
			t.Fatal(err)
		}
		said := 0
		for line := range bytes.SplitSeq(data, []byte{'\n'}) {
			if len(bytes.Trim(line, " \t\r\n\ufeff")) > 0 {
				said++
			}
		}
		for _, line := range bytes.Split(bytes.TrimSuffix(got, []byte{'\n'}), []byte{'\n'}) {
			if len(line) == 0 {
				continue
			}
			if code, why := whyNot(line); code != 0 {
				t.Errorf("%q passed: %s", line, why)
			}
			said--
		}
		if n := bytes.Count(out.Bytes(), []byte{'\n'}); n != said || n > 0 && !json.Valid(out.Bytes()[:bytes.IndexByte(out.Bytes(), '\n')]) {
			t.Errorf("%d lines were answered, want %d", n, said)
		}
	})
}
