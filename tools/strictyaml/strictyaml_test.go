package strictyaml_test

import (
	"strings"
	"testing"
	"time"

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
	Items []item `yaml:"items"`
	One   *item  `yaml:"one"`
}

var kinds = strictyaml.Kinds{"strictyaml_test.file": "a file of items", "strictyaml_test.item": "an item"}

// TestDecode: what is wrong is said in the file's terms, with its line.
func TestDecode(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "",
		"# nothing\n":                       "",
		"items: [{name: a, wait: 3s}]":      "",
		"nme: 1":                            "line 1: field nme is not known in a file of items",
		"items:\n  - name: a\n    ulr: x\n": "line 3: field ulr is not known in an item",
		"items: {a: b}":                     "line 1: a mapping stands where a list is wanted",
		"items: [a]":                        `line 1: "a" stands where an item is wanted`,
		"one: [a]":                          "line 1: a list stands where an item is wanted",
		"items: [{name: {a: b}}]":           "line 1: a mapping stands where a text is wanted",
		"items: [{name: [a]}]":              "line 1: a list stands where a text is wanted",
		"items: [{many: a}]":                `line 1: "a" stands where a list is wanted`,
		"items: [{more: [a]}]":              "line 1: a list stands where a mapping is wanted",
		"items: [{wait: soon}]":             `line 1: "soon" stands where a time such as 30s is wanted`,
		"items: [{count: few}]":             `line 1: "few" stands where a whole number is wanted`,
		"items: [{share: half}]":            `line 1: "half" stands where a number is wanted`,
		"items: [{on: 3}]":                  `line 1: "3" stands where true or false is wanted`,
		"one: {name: a}\n---\none: {}":      "more than one YAML document",
		"items: [{nme: a}]\nones: 1":        "line 1: field nme is not known in an item line 2: field ones is not known in a file of items",
		"items: [":                          "line 1: did not find expected node content",
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
