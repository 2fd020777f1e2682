package policies

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/chaski-dev/chaski/tools/strictyaml"
)

// Limits on what is loaded: each of these would otherwise cost unbounded time.
const (
	MaxBundleBytes = 1 << 20
	MaxSourceBytes = 16 << 10 // one expression
	MaxBrackets    = 64       // depth in one expression
	MaxPredicates  = 2        // depth of all(), map() and the like
	MaxRules       = 2000
	MaxLayers      = 16
	MaxList        = 1000    // elements of one list that rules see
	MaxText        = 1 << 20 // bytes of one call's arguments or one text that rules see
	memoryBudget   = 100_000
)

// ErrBundle is matched by every error about a bundle's text.
var ErrBundle = errors.New("bad policy bundle")

// Error is a fault in a bundle, with the place and, for expressions, a caret.
type Error struct {
	File string
	Line int
	Rule string
	Msg  string
}

func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(":%d", e.Line)
	}
	if e.Rule != "" {
		s += ": rule " + e.Rule
	}
	return s + ": " + e.Msg
}

// Is reports that the error is an [ErrBundle].
func (e *Error) Is(target error) bool { return target == ErrBundle }

// Source is one layer of a bundle, as written.
type Source struct {
	Name        string       `yaml:"name"`
	Description string       `yaml:"description"`
	Extends     []string     `yaml:"extends"` // built-in names or files beside this one
	Default     string       `yaml:"default"` // deny or allow, for effects that no rule allows
	Shadow      bool         `yaml:"shadow"`  // all rules are only watched
	Budgets     Budgets      `yaml:"budgets"`
	Prices      Prices       `yaml:"prices"`
	Handles     []string     `yaml:"handles"` // tools whose untrusted results become handles
	Reveal      []string     `yaml:"reveal"`  // tools that get redacted values back
	Declassify  []Declassify `yaml:"declassify"`
	Rules       []Rule       `yaml:"rules"`

	file string
	text []byte
}

// Budgets bound a run; zero is no bound.
type Budgets struct {
	Steps   int           `yaml:"steps"`
	Tokens  int           `yaml:"tokens"`
	Calls   int           `yaml:"calls"`
	Wall    time.Duration `yaml:"wall"`
	Money   float64       `yaml:"money"`
	Repeats int           `yaml:"repeats"` // identical calls

	Approvals int `yaml:"approvals"` // how often a person is asked
}

// Prices turn usage into money.
type Prices struct {
	Prompt    float64            `yaml:"prompt"`    // for a million prompt tokens
	Generated float64            `yaml:"generated"` // for a million generated tokens
	Calls     map[string]float64 `yaml:"calls"`     // for a completed call of a tool
}

// Declassify names a tool whose results have exactly this label: the only thing
// that lowers one.
type Declassify struct {
	Tool            string `yaml:"tool"`
	Integrity       string `yaml:"integrity"`
	Confidentiality string `yaml:"confidentiality"`
	Readers         string `yaml:"readers"`
}

// Rule is one rule as written.
type Rule struct {
	ID     string            `yaml:"id"`
	On     Hook              `yaml:"on"`
	Tools  []string          `yaml:"tools"` // glob patterns; none is every tool
	When   string            `yaml:"when"`
	Then   string            `yaml:"then"`
	Reason string            `yaml:"reason"`
	Set    map[string]string `yaml:"set"`    // for rewrite: argument -> expression
	Redact []string          `yaml:"redact"` // kinds of detectors
	Shadow bool              `yaml:"shadow"`

	line, whenLine int
}

// File is the file that the layer was read from, or the name of a built-in one.
func (s *Source) File() string { return s.file }

// place names the layer in what is said of it: one that a journal pinned has no file.
func (s *Source) place() string { return cmp.Or(s.file, "policy "+s.Name) }

// Text is the layer as it was written.
func (s *Source) Text() string { return string(s.text) }

// Line is the line of the file on which the rule begins; 0 if it was not read from one.
func (r *Rule) Line() int { return r.line }

// UnmarshalYAML refuses unknown keys and keeps the line.
func (r *Rule) UnmarshalYAML(n *yaml.Node) error {
	known := []string{"id", "on", "tools", "when", "then", "reason", "set", "redact", "shadow"}
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: a rule is a mapping", n.Line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if !slices.Contains(known, key.Value) {
			return fmt.Errorf("line %d: field %s not found in rule", key.Line, key.Value)
		}
		if key.Value == "when" {
			r.whenLine = n.Content[i+1].Line
			if n.Content[i+1].Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
				r.whenLine++
			}
		}
	}
	type plainRule Rule
	line, when := n.Line, r.whenLine
	if err := n.Decode((*plainRule)(r)); err != nil {
		return err
	}
	r.line, r.whenLine = line, when
	return nil
}

// kinds are the parts of files of rules and of cases.
var kinds = strictyaml.Kinds{"policies.Source": "a bundle", "policies.plainRule": "a rule", "policies.Rule": "a rule", "policies.Budgets": "budgets", "policies.Prices": "prices",
	"policies.Declassify": "declassify", "policies.caseFile": "a file of cases", "policies.caseSpec": "a case"}

// ParseSource reads one layer from YAML; file names it in errors.
func ParseSource(file string, data []byte) (*Source, error) {
	fail := func(format string, args ...any) (*Source, error) {
		return nil, &Error{File: file, Msg: fmt.Sprintf(format, args...)}
	}
	if len(data) > MaxBundleBytes {
		return fail("%d bytes, more than %d", len(data), MaxBundleBytes)
	}
	if d := bracketDepth(string(data), true); d > 4*MaxBrackets {
		return fail("brackets nested %d deep", d)
	}
	if bytes.Count(data, []byte("*")) > 0 && bytes.Contains(data, []byte("&")) && hasAlias(data) {
		return fail("YAML aliases are not allowed")
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return fail("it is empty, want at least a name")
	}
	s := &Source{file: file, text: data}
	if err := strictyaml.Decode(data, s, kinds); err != nil {
		return fail("%s", err)
	}
	if s.Name == "" {
		return fail("no name")
	}
	if len(s.Rules) > MaxRules {
		return fail("%d rules, more than %d", len(s.Rules), MaxRules)
	}
	switch s.Default {
	case "", "deny", "allow":
	default:
		return fail("default is %q: want deny or allow", s.Default)
	}
	if b := s.Budgets; b.Steps < 0 || b.Tokens < 0 || b.Calls < 0 || b.Wall < 0 || b.Money < 0 || b.Repeats < 0 || b.Approvals < 0 {
		return fail("a budget is negative")
	}
	for _, p := range slices.Concat(s.Handles, s.Reveal) {
		if _, err := path.Match(p, ""); err != nil {
			return fail("bad tool pattern %q", p)
		}
	}
	return s, nil
}

func hasAlias(data []byte) bool {
	var root yaml.Node
	if yaml.Unmarshal(data, &root) != nil {
		return false // the decoder reports it
	}
	var walk func(*yaml.Node) bool
	walk = func(n *yaml.Node) bool {
		return n.Kind == yaml.AliasNode || slices.ContainsFunc(n.Content, walk)
	}
	return walk(&root)
}

// isBuiltin reports whether the layer is, rule for rule, one of those in the binary.
func (s *Source) isBuiltin() bool {
	if !slices.Contains(Builtins(), s.Name) {
		return false
	}
	data, err := builtin.ReadFile("builtin/" + s.Name + ".yaml")
	if err != nil {
		return false
	}
	in, err := ParseSource(s.Name, data)
	if err != nil {
		return false
	}
	a, errA := json.Marshal(in)
	b, errB := json.Marshal(s)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

//go:embed builtin/*.yaml
var builtin embed.FS

// Builtins lists the names of the bundles in the binary.
func Builtins() []string { return []string{"budget", "pii", "rule-of-two", "strict"} }

// Load reads bundles by built-in name or file, each with the layers that it extends,
// the extended first. A layer that is met again is not read again.
func Load(names ...string) ([]*Source, error) {
	l := loader{read: read, done: map[string]bool{}}
	return l.all(names)
}

// LoadFS is Load with the files of fsys; paths have slashes and stay inside.
func LoadFS(fsys fs.FS, names ...string) ([]*Source, error) {
	l := loader{done: map[string]bool{}, read: func(name, dir string) (string, []byte, error) {
		if slices.Contains(Builtins(), name) {
			return read(name, "")
		}
		name = path.Join(dir, name)
		f, err := fsys.Open(name)
		if err != nil {
			return name, nil, fmt.Errorf("policies: %w", err)
		}
		defer f.Close()
		data, err := io.ReadAll(io.LimitReader(f, MaxBundleBytes+1))
		return name, data, err
	}}
	return l.all(names)
}

// Reload is Load for layers that were loaded before. A file that is now the beginning
// of what it was, or that breaks off in a line where it did not, looks half-written
// and is refused: a policy that lost its end may well compile, and allow more.
func Reload(name string, old []*Source) ([]*Source, error) {
	out, err := Load(name)
	if err != nil {
		return nil, err
	}
	for _, s := range out {
		for _, was := range old {
			if was.file != s.file || len(was.text) == 0 {
				continue
			}
			ended := bytes.HasSuffix(was.text, []byte("\n")) && !bytes.HasSuffix(s.text, []byte("\n"))
			if ended || len(s.text) < len(was.text) && bytes.HasPrefix(was.text, s.text) {
				return nil, &Error{File: s.file, Msg: "the file looks half-written: it breaks off where the loaded one goes on (to cut its end on purpose, change its description too)"}
			}
		}
	}
	return out, nil
}

type loader struct {
	read func(name, dir string) (key string, data []byte, err error)
	out  []*Source
	done map[string]bool
}

func (l *loader) all(names []string) ([]*Source, error) {
	for _, name := range names {
		if err := l.load(name, "", nil); err != nil {
			return nil, err
		}
	}
	return l.out, nil
}

func (l *loader) load(name, dir string, open []string) error {
	key, data, err := l.read(name, dir)
	if err != nil {
		return err
	}
	if slices.Contains(open, key) {
		return &Error{File: key, Msg: "extends itself: " + strings.Join(append(open, key), " -> ")}
	}
	if l.done[key] {
		return nil
	}
	s, err := ParseSource(key, data)
	if err != nil {
		return err
	}
	for _, base := range s.Extends {
		if err := l.load(base, filepath.Dir(key), append(open, key)); err != nil {
			return err
		}
	}
	l.done[key] = true
	if len(l.out) == MaxLayers {
		return &Error{File: key, Msg: fmt.Sprintf("more than %d layers", MaxLayers)}
	}
	l.out = append(l.out, s)
	return nil
}

func read(name, dir string) (key string, data []byte, err error) {
	if slices.Contains(Builtins(), name) {
		data, err = builtin.ReadFile("builtin/" + name + ".yaml")
		return name, data, err
	}
	if dir != "" && !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	name = filepath.Clean(name)
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return name, nil, &Error{File: name, Msg: "not a file"}
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) && filepath.Ext(name) == "" {
		return name, nil, fmt.Errorf("policies: %w; built in are %s", err, strings.Join(Builtins(), ", "))
	}
	if err != nil {
		return name, nil, fmt.Errorf("policies: %w", err)
	}
	defer f.Close()
	before, err := f.Stat()
	if err != nil {
		return name, nil, fmt.Errorf("policies: %w", err)
	}
	data, err = io.ReadAll(io.LimitReader(f, MaxBundleBytes+1))
	if err != nil {
		return name, nil, fmt.Errorf("policies: %w", err)
	}
	after, err := f.Stat()
	if err == nil && (after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime())) {
		err = &Error{File: name, Msg: "the file is being written"}
	}
	return name, data, err
}

func hashOf(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// bracketDepth returns the greatest depth of ( [ { in s. Quoted text counts too:
// the bound is generous enough for that.
func bracketDepth(s string, yamlText bool) int {
	depth, deepest := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '(', '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ')', ']', '}':
			depth = max(depth-1, 0)
		case '\n':
			if yamlText && depth > MaxBrackets*4 {
				return deepest
			}
		}
	}
	return deepest
}
