package host_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/host"
)

// TestMCPDocs reads every snippet of YAML of docs/mcp.md.
func TestMCPDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/mcp.md")
	if err != nil {
		t.Fatal(err)
	}
	snippets := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(snippets) < 3 {
		t.Fatalf("%d snippets", len(snippets))
	}
	for _, m := range snippets {
		c, err := host.Parse([]byte(m[1]))
		if err != nil {
			t.Errorf("%v:\n%s", err, m[1])
			continue
		}
		for name, s := range c.Servers.Servers {
			if len(s.Ignored) > 0 {
				t.Errorf("%s: keys that say nothing here: %q", name, s.Ignored)
			}
		}
	}
}

// TestDocs reads every snippet of YAML of docs/agent.md and docs/documents.md, which name
// every key.
func TestDocs(t *testing.T) {
	var text []byte
	for _, page := range []string{"agent.md", "documents.md"} {
		part, err := os.ReadFile("../../docs/" + page)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, part...)
	}
	snippets := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(snippets) < 3 {
		t.Fatalf("%d snippets", len(snippets))
	}
	for _, m := range snippets {
		if _, err := host.Parse([]byte(m[1])); err != nil {
			t.Errorf("%v:\n%s", err, m[1])
		}
	}
	for _, key := range host.Keys() {
		if !strings.Contains(string(text), key+":") {
			t.Errorf("docs/agent.md and docs/documents.md do not name the key %s", key)
		}
	}
}
