package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// The sets that no generator made: what people say to forty everyday tools and to the three
// examples, in two halves. The development half is for choosing a mixture, a threshold or a
// checkpoint; the test half is for nothing but the figures that are told. Two more are of
// fifty other tools each: those of many fields are for fitting the confidence in calls,
// those of firms are for figures, too.
var (
	//go:embed people/tools.txt
	peopleTools string
	//go:embed people/dev.txt
	peopleDev string
	//go:embed people/test.txt
	peopleTest string
	//go:embed people/fieldtools.txt
	fieldTools string
	//go:embed people/fields.txt
	fields string
	//go:embed people/firmtools.txt
	firmTools string
	//go:embed people/firms.txt
	firms string
)

// peopleSets are the declarations and the wishes of each.
var peopleSets = map[string][2]string{"dev": {peopleTools, peopleDev}, "test": {peopleTools, peopleTest}, "fields": {fieldTools, fields}, "firms": {firmTools, firms}}

// wish is what somebody says and what is right then.
type wish struct {
	tool  string   // "@support" and so on is an example
	apart []string // of wantRefusal: tools that would do it, and are not declared beside the tool
	said  string
	kind  wishKind
	args  map[string]any // of wantCall: values, or lists of those that are right; "*" is any
	asks  string         // of wantQuestion: the parameter
	acts  []act          // of an example: the calls with effects
	words [][]string     // of an example: what the answer has, in alternatives
}

type wishKind string

const (
	wantCall     wishKind = "call"
	wantRefusal  wishKind = "refusal"
	wantQuestion wishKind = "question"
	wantText     wishKind = "text"
	wantExample  wishKind = "example"
)

// act is a call with an effect that is right, with the arguments that matter.
type act struct {
	name string
	args map[string]any
}

// wishes reads a half.
func wishes(text string) ([]wish, error) {
	var out []wish
	s := bufio.NewScanner(strings.NewReader(text))
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		w, err := parseWish(strings.Split(line, "|"))
		if err != nil {
			return nil, fmt.Errorf("line %d: %q: %w", n, line, err)
		}
		out = append(out, w)
	}
	return out, s.Err()
}

func parseWish(f []string) (w wish, err error) {
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	mark, rest, marked := strings.Cut(f[0], " ")
	want := 3
	switch {
	case marked && mark == "-":
		w.kind, want = wantRefusal, 2
		names := strings.Fields(rest)
		w.tool, w.apart = names[0], names[1:]
	case marked && mark == "?":
		w.kind, w.tool = wantQuestion, rest
	case strings.HasPrefix(f[0], "@"):
		w.kind, w.tool, want = wantExample, f[0], 4
	default:
		w.kind, w.tool = wantCall, f[0]
	}
	if len(f) != want {
		return w, fmt.Errorf("%d fields, want %d", len(f), want)
	}
	w.said = f[1]
	switch {
	case w.kind == wantQuestion:
		w.asks = f[2]
	case w.kind == wantCall && f[2] == `"text"`:
		w.kind = wantText
	case w.kind == wantCall:
		err = json.Unmarshal([]byte(f[2]), &w.args)
	case w.kind == wantExample:
		for _, part := range strings.Split(f[3], ",") {
			if part = strings.TrimSpace(part); part != "" {
				w.words = append(w.words, strings.Split(part, "/"))
			}
		}
		if f[2] == "none" {
			break
		}
		for _, part := range strings.Split(f[2], ";") {
			a := act{}
			name, args, _ := strings.Cut(strings.TrimSpace(part), " ")
			if err := json.Unmarshal([]byte(args), &a.args); err != nil {
				return w, err
			}
			a.name = name
			w.acts = append(w.acts, a)
		}
	}
	return w, err
}

// declarations reads the everyday tools.
func declarations(text string) ([]llm.ToolSpec, error) {
	var out []llm.ToolSpec
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "|")
		if len(f) != 3 {
			return nil, fmt.Errorf("%q: %d fields, want 3", line, len(f))
		}
		schema := map[string]any{"type": "object", "additionalProperties": false}
		props, required := map[string]any{}, []string{}
		for _, p := range strings.Split(f[2], ";") {
			if p = strings.TrimSpace(p); p == "" {
				continue
			}
			name, rest, ok := strings.Cut(p, ":")
			if !ok {
				return nil, fmt.Errorf("%q: %q has no type", line, p)
			}
			kind, about, _ := strings.Cut(rest, " ")
			kind, must := strings.CutSuffix(kind, "!")
			prop := map[string]any{"type": kind}
			if strings.Contains(kind, "/") {
				prop = map[string]any{"type": "string", "enum": strings.Split(kind, "/")}
			}
			if about != "" {
				prop["description"] = about
			}
			if props[name] = prop; must {
				required = append(required, name)
			}
		}
		schema["properties"] = props
		if len(required) > 0 {
			schema["required"] = required
		}
		b, err := json.Marshal(schema)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSpace(f[0])
		out = append(out, llm.ToolSpec{Name: name, Description: strings.TrimSpace(f[1]), Parameters: b, Changes: !slices.Contains(readsOnly, name)})
	}
	return out, nil
}

// among returns the tool of a wish and n−1 others, in an order of the wish.
func among(all []llm.ToolSpec, w wish, n int, seed uint64) []llm.ToolSpec {
	r := rand.New(rand.NewPCG(seed, 40))
	var out []llm.ToolSpec
	for _, i := range r.Perm(len(all)) {
		if all[i].Name != w.tool && !slices.Contains(w.apart, all[i].Name) && len(out) < n-1 {
			out = append(out, all[i])
		}
	}
	at := slices.IndexFunc(all, func(t llm.ToolSpec) bool { return t.Name == w.tool })
	return slices.Insert(out, r.IntN(len(out)+1), all[at])
}

// fits says that an argument is one of the right ones: texts in any case and without the
// stop at their end.
func fits(got, want any) bool {
	if list, ok := want.([]any); ok {
		return slices.ContainsFunc(list, func(w any) bool { return fits(got, w) })
	}
	if want == "*" {
		return true
	}
	a, ok1 := got.(string)
	b, ok2 := want.(string)
	if ok1 && ok2 {
		if strings.Contains(b, "/") && b[0] != '/' && !strings.ContainsAny(b, " .:") {
			return slices.ContainsFunc(strings.Split(b, "/"), func(w string) bool { return strings.EqualFold(a, w) })
		}
		plain := func(s string) string { return strings.TrimRight(strings.TrimSpace(s), ".!?") }
		return strings.EqualFold(plain(a), plain(b))
	}
	return fmt.Sprint(got) == fmt.Sprint(want)
}

// rightArgs compares all arguments; one whose name ends in ? may be left out.
func rightArgs(raw json.RawMessage, want map[string]any) bool {
	var got map[string]any
	if json.Unmarshal(raw, &got) != nil {
		return false
	}
	left := len(got)
	for key, w := range want {
		name, optional := strings.CutSuffix(key, "?")
		v, has := got[name]
		if has {
			left--
		}
		if has && !fits(v, w) || !has && !optional {
			return false
		}
	}
	return left == 0
}

// documentsFolder is where the passages of the document example are, from the root of the
// repository, and from this folder in tests.
func documentsFolder() string {
	for _, dir := range []string{"examples/rag/documents", "../../../examples/rag/documents"} {
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
	}
	return filepath.Join("examples", "rag", "documents")
}
