package policies

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/tools"
)

var snippet = regexp.MustCompile("(?s)```([a-z]*)\n(.*?)```")

// TestDocs executes every snippet of docs/policies.md: bundles compile, cases pass
// under the bundle before them, traces evaluate.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../docs/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	browse := tools.Spec{Name: "browse", Effect: tools.Read, Parameters: []byte(`{"type":"object","properties":{"page":{"type":"string"}},"required":["page"]}`)}
	var last []*Source
	n := 0
	for _, m := range snippet.FindAllStringSubmatch(string(text), -1) {
		n++
		switch lang, body := m[1], m[2]; {
		case lang == "yaml" && strings.Contains(body, "cases:"):
			outcomes, err := Test(last, "docs", []byte(body))
			if err != nil {
				t.Error(err)
			}
			for _, o := range outcomes {
				if o.Err != nil {
					t.Error(o.Name, o.Err)
				}
			}
		case lang == "yaml":
			path := t.TempDir() + "/b.yaml"
			if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
			if last, err = Load(path); err != nil {
				t.Fatal(err)
			}
			b, err := Compile(last, []tools.Spec{required(paySpec(), "to", "amount"), browse})
			if err != nil {
				t.Error(err)
			} else if found := b.Lint(); len(found) > 0 {
				t.Error(found)
			}
		case lang == "json":
			var tr Trace
			if err := json.Unmarshal([]byte(body), &tr); err != nil {
				t.Fatal(err)
			}
			lines, err := Eval(strict(t), &tr)
			if err != nil || len(lines) != 1 || lines[0].Verdict != Allow {
				t.Error(lines, err)
			}
		default:
			t.Errorf("nothing executes a snippet of %q", lang)
		}
	}
	if n < 6 {
		t.Errorf("%d snippets", n)
	}
}
