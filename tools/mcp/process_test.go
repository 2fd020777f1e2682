package mcp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/chaski-dev/chaski/tools"
)

// FuzzFrames compares what is let through with the lines that could be messages.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("Listening…\n{\"a\":1}\n\n  [1]\nbye"), 7)
	f.Add([]byte("{"+strings.Repeat("x", 100)+"\nno"+strings.Repeat("{", 100)), 16)
	f.Fuzz(func(t *testing.T, text []byte, size int) {
		if size < 16 || size > 4096 || len(text) > 1<<16 {
			return
		}
		var want []byte
		for line := range bytes.Lines(text) {
			// A line that is longer than the buffer is judged by its beginning.
			if begin := bytes.TrimLeft(line[:min(len(line), size)], " \t\r\n\ufeff"); len(begin) > 0 && (begin[0] == '{' || begin[0] == '[') {
				want = append(want, line...)
			}
		}
		noise := &lines{log: func(string) {}}
		got, err := io.ReadAll(&frames{r: bufio.NewReaderSize(bytes.NewReader(text), size), noise: noise})
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%q became %q (%v), want %q", text, got, err, want)
		}
	})
}

// FuzzValue reads results as servers may write them: what comes of one is a JSON document
// that is canonical or can be made so.
func FuzzValue(f *testing.F) {
	f.Add([]byte(`{"content":[{"type":"text","text":"{\"a\":1,\"a\":2}"}]}`))
	f.Add([]byte(`{"content":[{"type":"image","data":"AAAA","mimeType":"image/png"},{"type":"resource","resource":{"uri":"a","blob":"AA=="}},{"type":"resource_link","uri":"x"}],"structuredContent":[1,{"a":null}],"isError":true}`))
	f.Add([]byte(`{"content":null,"structuredContent":"\ud800"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var r sdk.CallToolResult
		if json.Unmarshal(text, &r) != nil {
			return
		}
		for _, schema := range []bool{false, true} {
			v, err := value(&r, schema)
			if err == nil && !json.Valid(v) {
				t.Fatalf("%q became %q", text, v)
			}
		}
		if reason(&r) == "" {
			t.Fatalf("%q has no reason", text)
		}
	})
}

// FuzzPins reads files of pins: a broken one is an error, and no file is lost by reading it.
func FuzzPins(f *testing.F) {
	f.Add([]byte(`{"servers":{"a":{"tools":{"b":{"name":"b","hash":"00"}}}}}`))
	f.Add([]byte(`{"servers":{"a":{"tools":null}}}`))
	f.Add([]byte(`{"servers":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "pins.json")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := OpenPins(path)
		if err != nil {
			return
		}
		d := Declaration{Server: "a", Name: "b", Hash: "11", Parameters: json.RawMessage(`{"type":"object"}`)}
		if _, err := p.Check("a", []Declaration{d}); err != nil {
			t.Fatal(err)
		}
		if err := p.Accept(d); err != nil {
			t.Fatal(err)
		}
		again, err := OpenPins(path)
		if err != nil {
			t.Fatal(err)
		}
		if changes, err := again.Check("a", []Declaration{d}); err != nil || len(changes) != 0 {
			t.Fatalf("%q: what was accepted is a change: %v %v", text, changes, err)
		}
	})
}

// FuzzDeclare reads declarations as servers may write them: what comes of one can be
// registered, or is an error.
func FuzzDeclare(f *testing.F) {
	f.Add([]byte(`{"name":"a","description":"b\u001b[31m","inputSchema":{"type":"object","properties":{"x":{"description":"\u202e"}}},"annotations":{"readOnlyHint":true}}`))
	f.Add([]byte(`{"name":"","inputSchema":null,"outputSchema":{"$ref":"#/nowhere"}}`))
	f.Add([]byte(`{"name":"a","inputSchema":{"type":["object"],"$ref":"#"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var tool sdk.Tool
		if json.Unmarshal(text, &tool) != nil {
			return
		}
		d, err := declare("s", &tool)
		if err != nil {
			return
		}
		if again, err := declare("s", &tool); err != nil || again.Hash != d.Hash {
			t.Fatalf("%q has two hashes", text)
		}
		spec, _ := d.spec("s__a", &Server{Command: "x"}, false)
		if spec.Effect != tools.Once || spec.Labels["integrity"] != "untrusted" {
			t.Fatalf("%q is believed: %+v", text, spec)
		}
		if strings.ContainsAny(spec.Description, "\x1b\u202e\x00") {
			t.Fatalf("%q is described as %q", text, spec.Description)
		}
	})
}
