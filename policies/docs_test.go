package policies

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/tools"
	"go.yaml.in/yaml/v3"
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
		case lang == "json" && strings.HasPrefix(body, "["):
			specs, err := ParseTools([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			if b, err := Compile(strict(t), specs); err != nil || len(b.Lint()) > 0 {
				t.Error(err)
			}
			for said, want := range map[string]Verdict{"Put contract V-7 on hold.": Allow, "Friere Vertrag V-7 ein.": Allow, "Put contract V-7 on the list.": RequireApproval} {
				if d := decided(t, specs[1], "", said, `{"contract":"V-7","tariff":"basic"}`); d.Verdict != want {
					t.Errorf("%s: %v by %s", said, d.Verdict, d.Rule)
				}
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

// TestRecipes plays every recipe of docs/recipes.md: a bundle, and the tools and cases
// behind it, against which it is linted too.
func TestRecipes(t *testing.T) {
	text, err := os.ReadFile("../docs/recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	var last []*Source
	n := 0
	for _, m := range snippet.FindAllStringSubmatch(string(text), -1) {
		if m[1] != "yaml" {
			t.Errorf("nothing executes a snippet of %q", m[1])
		}
		if !strings.Contains(m[2], "cases:") {
			path := t.TempDir() + "/b.yaml"
			if err := os.WriteFile(path, []byte(m[2]), 0o600); err != nil {
				t.Fatal(err)
			}
			if last, err = Load(path); err != nil {
				t.Fatal(err)
			}
			continue
		}
		n++
		name := last[len(last)-1].Name
		outcomes, err := Test(last, name, []byte(m[2]))
		if err != nil {
			t.Error(name, err)
		}
		for _, o := range outcomes {
			if o.Err != nil {
				t.Errorf("%s, %s: %v", name, o.Name, o.Err)
			}
		}
		var f caseFile
		if err := yaml.Unmarshal([]byte(m[2]), &f); err != nil {
			t.Fatal(name, err)
		}
		raw, err := json.Marshal(map[string]any{"tools": f.Tools})
		if err != nil {
			t.Fatal(name, err)
		}
		var tr Trace
		if err := json.Unmarshal(raw, &tr); err != nil {
			t.Fatal(name, err)
		}
		if b, err := Compile(last, tr.Tools); err != nil {
			t.Error(name, err)
		} else if found := b.Lint(); len(found) > 0 {
			t.Error(name, found)
		}
	}
	if n != 5 {
		t.Errorf("%d recipes", n)
	}
}
