package grammar

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/chaski-dev/chaski/llm"
)

var schemas = flag.Int("schemas", 400, "random schemas to compare with a validator")

// author writes random schemas and values.
type author struct {
	rng  *rand.Rand
	defs bool // within definitions: they are referred to
}

func (a *author) pick(list ...string) string { return list[a.rng.IntN(len(list))] }

func (a *author) quoted(list ...string) string { return quote(a.pick(list...)) }

var (
	someNames    = []string{"a", "b", "ab", "x1", "ñ", "", `q"`}
	somePatterns = []string{"^a", "b$", "^[a-c]+$", "x|1", "^..$", `^\\d*$`, "ñ", "", `^(ab){1,2}$`, `\\S`}
	someTexts    = []string{"", "a", "b", "ab", "abc", "x1", "ñ", "12", "2024-02-29", "2023-02-29", "a@b.c", "1.2.3.4", "::1", "http://a/b", `q"\`, "\n", "🦙"}
	someNumbers  = []string{"0", "1", "2", "-1", "3.5", "0.25", "10", "7", "-2.5", "100", "1.0"}

	// Formats of which validators take exactly what their specifications allow.
	someFormats = []string{"date", "duration", "ipv4", "uuid", "json-pointer", "relative-json-pointer"}
)

// schema writes a schema of some depth.
func (a *author) schema(depth int) string {
	if depth <= 0 || a.rng.IntN(12) == 0 {
		return a.pick("true", `{"type": "integer"}`, `{"type": "string"}`, `{"type": ["boolean", "null"]}`, `{"const": `+a.value(1)+`}`, `{"type": "number"}`)
	}
	if a.defs && a.rng.IntN(10) == 0 {
		return `{"$ref": "#/$defs/` + a.pick("p", "q") + `"}`
	}
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	sub := func() string { return a.schema(depth - 1) }
	list := func(n int) string {
		var l []string
		for range 1 + a.rng.IntN(n) {
			l = append(l, sub())
		}
		return "[" + strings.Join(l, ", ") + "]"
	}
	kind := a.pick("number", "integer", "string", "array", "object", "object", "any", "combine")
	if kind != "any" && kind != "combine" {
		add(`"type": %q`, kind)
	}
	small := func() int { return a.rng.IntN(4) }
	number := func() string { return someNumbers[a.rng.IntN(len(someNumbers))] }
	some := func(n int) bool { return a.rng.IntN(n) == 0 }
	if kind == "number" || kind == "integer" || kind == "any" {
		for _, k := range []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"} {
			if some(3) {
				add(`%q: %s`, k, number())
			}
		}
		if some(3) {
			add(`"multipleOf": %s`, a.pick("1", "2", "0.5", "3", "0.01", "2.5"))
		}
	}
	if kind == "string" || kind == "any" {
		if some(3) {
			add(`"minLength": %d`, small())
		}
		if some(3) {
			add(`"maxLength": %d`, 1+small())
		}
		if some(2) {
			add(`"pattern": "%s"`, somePatterns[a.rng.IntN(len(somePatterns))])
		}
		if some(3) {
			add(`"format": %q`, someFormats[a.rng.IntN(len(someFormats))])
		}
	}
	if kind == "array" || kind == "any" {
		if some(2) {
			add(`"items": %s`, sub())
		}
		if some(3) {
			add(`"prefixItems": %s`, list(2))
		}
		if some(3) {
			add(`"contains": %s`, sub())
			if some(2) {
				add(`"minContains": %d`, small())
			}
			if some(3) {
				add(`"maxContains": %d`, small())
			}
		}
		if some(3) {
			add(`"minItems": %d`, small())
		}
		if some(3) {
			add(`"maxItems": %d`, small())
		}
		if some(6) {
			add(`"uniqueItems": true`)
		}
	}
	if kind == "object" || kind == "any" {
		props := func(names []string, value func() string) string {
			var l []string
			seen := map[string]bool{}
			for range 1 + a.rng.IntN(3) {
				n := names[a.rng.IntN(len(names))]
				if !seen[n] {
					seen[n] = true
					l = append(l, strings.ReplaceAll(quote(n), `\\\\`, `\\`)+": "+value())
				}
			}
			return "{" + strings.Join(l, ", ") + "}"
		}
		names := func() string { return fmt.Sprintf("[%s, %s]", a.quoted(someNames...), a.quoted("z", "y")) }
		if some(2) {
			add(`"properties": %s`, props(someNames, sub))
		}
		if some(3) {
			add(`"required": [%s]`, a.quoted(someNames...))
		}
		if some(4) {
			add(`"patternProperties": {"%s": %s}`, somePatterns[a.rng.IntN(len(somePatterns))], sub())
		}
		if some(3) {
			add(`"additionalProperties": %s`, a.pick("false", "true", sub()))
		}
		if some(6) {
			add(`"propertyNames": %s`, a.pick(`{"maxLength": 2}`, `{"pattern": "^[ab]"}`, `{"enum": ["a", "x1", "zz"]}`))
		}
		if some(5) {
			add(`"minProperties": %d`, small())
		}
		if some(5) {
			add(`"maxProperties": %d`, small())
		}
		if some(5) {
			add(`"dependentRequired": {%s: %s}`, a.quoted(someNames...), names())
		}
		if some(6) {
			add(`"dependentSchemas": {%s: %s}`, a.quoted(someNames...), sub())
		}
	}
	if some(8) || kind == "combine" {
		switch a.rng.IntN(6) {
		case 0:
			add(`"anyOf": %s`, list(3))
		case 1:
			add(`"oneOf": %s`, list(3))
		case 2:
			add(`"allOf": %s`, list(2))
		case 3:
			add(`"not": %s`, sub())
		case 4:
			add(`"if": %s, "then": %s, "else": %s`, sub(), sub(), sub())
		case 5:
			add(`"enum": [%s, %s, %s]`, a.value(2), a.value(1), a.value(0))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// value writes a value in the form of the grammar.
func (a *author) value(depth int) string {
	switch k := a.rng.IntN(7); {
	case k == 0:
		return a.pick("null", "true", "false")
	case k <= 2 || depth == 0 && k > 4:
		return strings.TrimSuffix(someNumbers[a.rng.IntN(len(someNumbers))], ".0")
	case k <= 4:
		return quote(someTexts[a.rng.IntN(len(someTexts))])
	case k == 5:
		var l []string
		for range a.rng.IntN(4) {
			l = append(l, a.value(depth-1))
		}
		return "[" + strings.Join(l, ", ") + "]"
	}
	var l []string
	seen := map[string]bool{}
	for range a.rng.IntN(4) {
		n := someNames[a.rng.IntN(len(someNames))]
		if !seen[n] {
			seen[n] = true
			l = append(l, quote(n)+": "+a.value(depth-1))
		}
	}
	return "{" + strings.Join(l, ", ") + "}"
}

// validator compiles a schema by other means; nil if it can't.
func validator(schema string) *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(schema))
	if err != nil {
		return nil
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if c.AddResource("mem:///s.json", doc) != nil {
		return nil
	}
	s, err := c.Compile("mem:///s.json")
	if err != nil {
		return nil
	}
	return s
}

func holds(s *jsonschema.Schema, text string) bool {
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	return err == nil && s.Validate(v) == nil
}

// compare checks a grammar against a validator: what is decoded under its masks is
// valid, and what is valid is accepted, in the form that grammars write.
func compare(t *testing.T, schema string, a *author, v *Vocab) (compiled bool) {
	check := validator(schema)
	if check == nil {
		return false
	}
	g, err := CompileSchema([]byte(schema), Options{MaxWork: 1e6, Whole: true, MaxMemory: 16 << 20})
	if err != nil {
		return false
	}
	mask := NewBitset(v.Size())
	for range 4 {
		m := g.NewMatcher(v)
		text, err := decode(m, v, mask, a.rng, 20+a.rng.IntN(60))
		if errors.Is(err, ErrTooLarge) {
			return true
		}
		if err != nil {
			t.Errorf("%s: after %s: %v", schema, text, err)
			return true
		}
		if !holds(check, text) {
			t.Errorf("%s\ndecoded %s, which is not valid", schema, text)
			return true
		}
		if dec := json.NewDecoder(strings.NewReader(text)); dup(dec) {
			t.Errorf("%s\ndecoded %s, which has a key twice", schema, text)
			return true
		}
	}
	for range 20 {
		text := a.value(3)
		m := g.NewMatcher(v)
		accepted := m.AcceptBytes([]byte(text)) == nil && m.CanEnd()
		if want := holds(check, text); accepted != want {
			t.Errorf("%s\naccepts %s: %v, want %v", schema, text, accepted, want)
			return true
		}
	}
	return true
}

// decode draws tokens under the masks until an end is drawn, or the limit leaves nothing
// but to end.
func decode(m *Matcher, v *Vocab, mask Bitset, rng *rand.Rand, limit int) (string, error) {
	least, err := m.MinTokensToEnd()
	if err != nil {
		return "", err
	}
	if least > 4000 {
		return "", fmt.Errorf("at least %d bytes", least)
	}
	limit = max(limit, least)
	var text []byte
	for left := limit; ; left-- {
		if m.CanEnd() && (left == 0 || rng.IntN(4) == 0) {
			return string(text), nil
		}
		if left == 0 {
			return string(text), fmt.Errorf("open at its limit of %d", limit)
		}
		if err := m.MaskWithin(mask, left); err != nil {
			return string(text), err
		}
		ids := mask.IDs(nil)
		if len(ids) == 0 {
			if m.CanEnd() {
				return string(text), nil
			}
			return string(text), fmt.Errorf("nothing may follow, %d left", left)
		}
		id := ids[rng.IntN(len(ids))]
		if rng.IntN(2) == 0 { // letters and quotes more often than bytes of UTF-8
			for range 4 {
				if c := v.Bytes(id)[0]; c >= 0x20 && c < 0x80 {
					break
				}
				id = ids[rng.IntN(len(ids))]
			}
		}
		if err := m.Accept(id); err != nil {
			return string(text), err
		}
		text = append(text, v.Bytes(id)...)
	}
}

// dup says that an object of the value has a key twice.
func dup(dec *json.Decoder) bool {
	tok, err := dec.Token()
	if err != nil {
		return false
	}
	seen := map[string]bool{}
	if tok != json.Delim('{') && tok != json.Delim('[') {
		return false
	}
	for dec.More() {
		if tok == json.Delim('{') {
			key, err := dec.Token()
			if err != nil || seen[key.(string)] {
				return true
			}
			seen[key.(string)] = true
		}
		if dup(dec) {
			return true
		}
	}
	_, _ = dec.Token()
	return false
}

// TestAgainstValidator: random schemas, against a validator that shares no code.
func TestAgainstValidator(t *testing.T) {
	v := byteVocab()
	n := *schemas
	if testing.Short() {
		n = min(n, 100)
	}
	compiled := 0
	for seed := range n {
		a := &author{rng: rand.New(rand.NewPCG(uint64(seed), 3))}
		if compare(t, a.document(), a, v) {
			compiled++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d of %d schemas were compiled", compiled, n)
	if compiled < n/3 {
		t.Errorf("only %d of %d schemas were compiled", compiled, n)
	}
}

// TestFormats: texts decoded in each format are valid to a validator that knows it.
func TestFormats(t *testing.T) {
	v := byteVocab()
	mask := NewBitset(v.Size())
	rng := rand.New(rand.NewPCG(1, 6))
	for name := range formats {
		schema := fmt.Sprintf(`{"type": "string", "format": %q}`, name)
		g, err := CompileSchema([]byte(schema), Options{})
		if err != nil {
			t.Fatal(err)
		}
		check := validator(schema)
		for range 40 {
			text, err := decode(g.NewMatcher(v), v, mask, rng, 4+rng.IntN(60))
			if err != nil || !holds(check, text) {
				t.Errorf("%s: %s, %v", name, text, err)
			}
		}
	}
	for name := range unenforced {
		_, err := CompileSchema(fmt.Appendf(nil, `{"format": %q}`, name), Options{Whole: true})
		var e *Error
		if !errors.As(err, &e) || e.Keyword != "format" || !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// document is a schema, at times with definitions.
func (a *author) document() string {
	if a.rng.IntN(3) > 0 {
		return a.schema(2)
	}
	a.defs = true
	p, q, root := a.schema(1), a.schema(1), a.schema(2)
	if !strings.HasPrefix(root, "{") || root == "{}" {
		root = `{"title": "t"}`
	}
	return root[:len(root)-1] + `, "$defs": {"p": ` + p + `, "q": ` + q + `}}`
}

// FuzzAgainstValidator compares on schemas that the fuzzer makes, by seed or as text.
func FuzzAgainstValidator(f *testing.F) {
	f.Add(uint64(1), "")
	f.Add(uint64(2), `{"type": "object", "properties": {"a": {"$ref": "#"}}}`)
	f.Add(uint64(3), `{"oneOf": [{"type": "integer"}, {"multipleOf": 0.5}]}`)
	v := byteVocab()
	f.Fuzz(func(t *testing.T, seed uint64, schema string) {
		a := &author{rng: rand.New(rand.NewPCG(seed, 4))}
		if schema == "" {
			schema = a.document()
		}
		if strings.Contains(schema, "$") && !strings.Contains(schema, "$defs") && !strings.Contains(schema, "$ref") || bytes.Contains([]byte(schema), []byte("format")) {
			return // other drafts, and formats that validators take otherwise
		}
		compare(t, schema, a, v)
	})
}

// TestArgumentsAgainstValidator: of random schemas, a call takes the valid arguments that
// are declared, and no others that are not valid.
func TestArgumentsAgainstValidator(t *testing.T) {
	n := *schemas
	if testing.Short() {
		n = min(n, 100)
	}
	limits := Options{MaxWork: 1e6, Whole: true, MaxMemory: 16 << 20}
	taken, made := 0, 0 // valid calls with declared arguments, with others too
	for seed := range n {
		a := &author{rng: rand.New(rand.NewPCG(uint64(seed), 4))}
		schema := a.document()
		check := validator(schema)
		if _, err := CompileSchema([]byte(schema), limits); err != nil || check == nil {
			continue
		}
		root, err := parse([]byte(schema))
		if err != nil {
			t.Fatal(err)
		}
		c := &compiler{root: root, names: map[string]item{}}
		c.index(root, "", "")
		names, closed := c.declared()
		g, err := CompileTurn(Turn{Tools: []llm.ToolSpec{{Name: "f", Parameters: []byte(schema)}}, Options: limits})
		if errors.Is(err, ErrTooLarge) {
			continue
		}
		for range 40 {
			args := a.value(3)
			if args[0] != '{' || !holds(check, args) && g == nil {
				continue
			}
			var members map[string]any
			if err := json.Unmarshal([]byte(args), &members); err != nil {
				t.Fatal(err)
			}
			ours := true
			for k := range members {
				ours = ours && (!closed || slices.Contains(names, k))
			}
			accepted := g != nil && accepts(t, g, `{"name": "f", "parameters": `+args+`}`)
			switch valid := holds(check, args); {
			case accepted && !(valid && ours):
				t.Errorf("seed %d: %s takes %s", seed, schema, args)
			case valid && ours && !accepted:
				t.Errorf("seed %d: %s does not take %s: %v", seed, schema, args, err)
			case accepted:
				taken++
			case valid:
				made++
			}
		}
	}
	t.Logf("%d valid calls are taken, %d with arguments that are not declared are not", taken, made)
	if taken < n/4 || made < n/40 {
		t.Errorf("%d and %d of them: the test says little", taken, made)
	}
}
