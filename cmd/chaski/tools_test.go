package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/external"
)

// TestTools runs the commands against a bus with the tools of a file.
func TestTools(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "tools.yaml")
	if err := os.WriteFile(file, []byte(`
tools:
  - name: echo
    description: Says it again
    version: 1.2.0
    effect: read
    parameters: {type: object, properties: {text: {type: string}, times: {type: integer, default: 1}}, required: [text]}
    command: [cat]
  - {name: pay, effect: once, shell: 'echo paid >> paid; echo "\"paid\""'}
  - {name: slow, effect: once, timeout: 300ms, shell: 'sleep 5'}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, _, code := chaski(t, "", "worker", "-f", file, "--check"); code != 0 || !strings.Contains(out, "3 tools: echo, pay, slow") {
		t.Errorf("%d %s", code, out)
	}
	all, err := external.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	registry, err := tools.NewRegistry(all...)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bus.Open(context.Background(), bus.OpenOptions{Listen: "127.0.0.1:0", Tools: registry})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for _, test := range []struct {
		args     []string
		stdin    string
		code     int
		out, err string
	}{
		{[]string{"ls"}, "", 0, "echo  1.2.0    read    1        ", ""},
		{[]string{"ls", "--json"}, "", 0, `"effect":"once"`, ""},
		{[]string{"schema", "echo"}, "", 0, `"name": "echo"`, ""},
		{[]string{"schema", "nope"}, "", 1, "", `tool "nope": no worker serves the tool`},
		{[]string{"call", "echo", `{"text":"hi"}`}, "", 0, `{"text":"hi","times":1}`, ""},
		{[]string{"call", "echo", "-"}, `{"text":"stdin"}`, 0, `{"text":"stdin","times":1}`, ""},
		{[]string{"call", "echo", `{"txt":"hi"}`}, "", 1, "", `missing required property "text"`},
		{[]string{"call", "pay", "--id", "a"}, "", 0, `"paid"`, ""},
		{[]string{"call", "pay", "--id", "a", "--json"}, "", 0, `"replayed":true`, ""},
		{[]string{"call", "slow"}, "", 3, "", "may or may not have taken effect"},
		{[]string{"call", "nope"}, "", 1, "", "no worker serves the tool"},
	} {
		out, errs, code := chaski(t, test.stdin, append(append([]string{"tools"}, test.args...), "--nats", b.URL())...)
		if code != test.code || !strings.Contains(out, test.out) || !strings.Contains(errs, test.err) {
			t.Errorf("%v: %d %s %s", test.args, code, out, errs)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "paid")); string(text) != "paid\n" {
		t.Errorf("paid: %q %v", text, err)
	}
}
