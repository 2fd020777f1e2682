// Package strictyaml reads YAML files that people write by hand: a key that is not known is
// an error, and so is a second document. An error is one line that says what is wrong with
// which line of the file, in the file's terms and not in Go's.
//
//	err := strictyaml.Decode(text, &f, strictyaml.Kinds{"external.Declaration": "a tool"})
package strictyaml

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Kinds says what the things of a file are called, by the Go types that hold them.
type Kinds map[string]string

// Decode reads the one document of a text. An empty text is none and leaves into as it is.
func Decode(text []byte, into any, kinds Kinds) error {
	var n yaml.Node
	if yaml.Unmarshal(text, &n) == nil && n.Kind != 0 {
		if err := whole(&n, reflect.TypeOf(into)); err != nil {
			return err
		}
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return kinds.Plain(err)
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return errors.New("more than one YAML document")
	}
	return nil
}

var (
	unknown = regexp.MustCompile(`field (?:(.*?) )?not found in type ([^\s;]+)`)
	another = regexp.MustCompile("cannot unmarshal (!\\S*)(?: `(.*?)`)? into ([^\\s;]+)")
)

// Plain makes one line of an error of the YAML library, in the file's terms.
func (k Kinds) Plain(err error) error {
	if err == nil {
		return nil
	}
	s := strings.TrimPrefix(err.Error(), "yaml: ")
	lines := strings.Split(strings.TrimSpace(strings.TrimPrefix(s, "unmarshal errors:")), "\n")
	for i := range lines {
		lines[i] = strings.Join(strings.Fields(lines[i]), " ")
	}
	s = strings.Join(lines, "; ")
	s = unknown.ReplaceAllStringFunc(s, func(m string) string {
		p := unknown.FindStringSubmatch(m)
		p[1] = cmp.Or(p[1], `""`)
		if name := k[p[2]]; name != "" {
			return "field " + p[1] + " is not known in " + name
		}
		return "field " + p[1] + " is not known here"
	})
	s = another.ReplaceAllStringFunc(s, func(m string) string {
		p := another.FindStringSubmatch(m)
		got := map[string]string{"!!map": "a mapping", "!!seq": "a list"}[p[1]]
		if got == "" {
			got = `"` + cmp.Or(p[2], p[1]) + `"`
		}
		return got + " stands where " + k.wanted(p[3]) + " is wanted"
	})
	return errors.New(s)
}

// wanted is a Go type in the terms of a file.
func (k Kinds) wanted(kind string) string {
	kind = strings.TrimLeft(kind, "*")
	if name := k[kind]; name != "" {
		return name
	}
	switch {
	case kind == "string":
		return "a text"
	case kind == "bool":
		return "true or false"
	case kind == "time.Duration":
		return "a time such as 30s"
	case strings.HasPrefix(kind, "int") || strings.HasPrefix(kind, "uint"):
		return "a whole number"
	case strings.HasPrefix(kind, "float"):
		return "a number"
	case strings.HasPrefix(kind, "[]"):
		return "a list"
	}
	return "a mapping"
}
