package strictyaml_test

import (
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/chaski-dev/chaski/tools/strictyaml"
)

type item struct {
	Name  string            `yaml:"name"`
	Many  []string          `yaml:"many"`
	Wait  time.Duration     `yaml:"wait"`
	Count int               `yaml:"count"`
	Share float64           `yaml:"share"`
	On    bool              `yaml:"on"`
	More  map[string]string `yaml:"more"`
}

type file struct {
	Items []item         `yaml:"items"`
	One   *item          `yaml:"one"`
	Own   *own           `yaml:"own"`
	By    map[string]int `yaml:"by"`
	List  []uint8        `yaml:"list"`
	rest  `yaml:",inline"`
}

type rest struct {
	Deep **int `yaml:"deep"`
}

// own decodes itself, as types do that take a text too.
type own struct {
	Size int `yaml:"size"`
}

func (o *own) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return nil
	}
	type plain own
	return n.Decode((*plain)(o))
}

var kinds = strictyaml.Kinds{"strictyaml_test.file": "a file of items", "strictyaml_test.item": "an item"}

// TestDecode: what is wrong is said in the file's terms, with its line.
func TestDecode(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "",
		"# nothing\n":                           "",
		"items: [{name: a, wait: 3s}]":          "",
		"nme: 1":                                "line 1: field nme is not known in a file of items",
		"items:\n  - name: a\n    ulr: x\n":     "line 3: field ulr is not known in an item",
		"a key with spaces: 1":                  "line 1: field a key with spaces is not known in a file of items",
		`"": 1`:                                 `line 1: field "" is not known in a file of items`,
		"!own {a: 1}":                           `line 1: field a is not known in a file of items`,
		"items: !own 7":                         `line 1: "7" stands where a list is wanted`,
		"items: {a: b}":                         "line 1: a mapping stands where a list is wanted",
		"items: [a]":                            `line 1: "a" stands where an item is wanted`,
		"one: [a]":                              "line 1: a list stands where an item is wanted",
		"items: [{name: {a: b}}]":               "line 1: a mapping stands where a text is wanted",
		"items: [{name: [a]}]":                  "line 1: a list stands where a text is wanted",
		"items: [{many: a}]":                    `line 1: "a" stands where a list is wanted`,
		"items: [{more: [a]}]":                  "line 1: a list stands where a mapping is wanted",
		"items: [{wait: soon}]":                 `line 1: "soon" stands where a time such as 30s is wanted`,
		"items: [{count: few}]":                 `line 1: "few" stands where a whole number is wanted`,
		"items:\n  - {count: 1.5}":              `line 2: "1.5" stands where a whole number is wanted`,
		"items: [{count: 2.0, share: 1.5}]":     "",
		"items: [{count: 1e3}]":                 "",
		"items: [{count: 1e300}]":               `line 1: "1e300" stands where a whole number is wanted`,
		"items: [{count: -.inf}]":               `line 1: "-.inf" stands where a whole number is wanted`,
		"items: [{count: .nan}]":                `line 1: ".nan" stands where a whole number is wanted`,
		"items: [{count: \"1.5\"}]":             `line 1: "1.5" stands where a whole number is wanted`,
		"own: {size: 2.5}":                      `line 1: "2.5" stands where a whole number is wanted`,
		"own: few":                              "",
		"by: {a: 3, b: 0.1}":                    `line 1: "0.1" stands where a whole number is wanted`,
		"list: [1, 2, 3.5]":                     `line 1: "3.5" stands where a whole number is wanted`,
		"deep: 7.5":                             `line 1: "7.5" stands where a whole number is wanted`,
		"items: [{wait: 1.5}]":                  `line 1: "1.5" stands where a time such as 30s is wanted`,
		"items: [{wait: 30}]":                   `line 1: "30" stands where a time such as 30s is wanted`,
		"x: &x {count: 1.5}\none: {<<: *x}":     `line 1: field x is not known in a file of items`,
		"one: &o {more: *o}":                    "anchor 'o' value contains itself",
		"items: [{share: &a 1.5}, {count: *a}]": `line 1: "1.5" stands where a whole number is wanted`,
		"items: [{share: half}]":                `line 1: "half" stands where a number is wanted`,
		"items: [{on: 3}]":                      `line 1: "3" stands where true or false is wanted`,
		"one: {name: a}\n---\none: {}":          "more than one YAML document",
		"items: [{nme: a}]\nones: 1":            "line 1: field nme is not known in an item; line 2: field ones is not known in a file of items",
		"items: [":                              "line 1: did not find expected node content",
	} {
		var f file
		err := strictyaml.Decode([]byte(text), &f, kinds)
		if got := ""; err != nil {
			got = err.Error()
			if got != want {
				t.Errorf("%q: %s, want %s", text, got, want)
			}
		} else if want != "" {
			t.Errorf("%q is read, want %s", text, want)
		}
	}
}

// FuzzDecode: an error is one line, and names no type of Go.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("items: [{name: {a: b}}]"))
	f.Add([]byte("one:\n  many: 3\n? x\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var x file
		if err := strictyaml.Decode(text, &x, kinds); err != nil {
			if s := err.Error(); strings.Contains(s, "\n") || !strings.Contains(string(text), "strictyaml") && strings.Contains(s, "strictyaml") {
				t.Errorf("%q", s)
			}
		}
	})
}
