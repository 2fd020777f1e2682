package policies

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/detect"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// Bundle is compiled policy: immutable, safe for concurrent use.
type Bundle struct {
	hash   string
	layers []*layer
	tools  map[string]*tool
	lists  map[string][]listOf // by the member
}

// layer is one compiled Source.
type layer struct {
	src   *Source
	rules []*rule
	deny  bool // effects that no rule of this layer allows are denied
}

// rule is one compiled Rule. programs are by tool for calls, under "" elsewhere.
type rule struct {
	Rule
	layer    *layer
	name     string // bundle/id
	verdict  Verdict
	programs map[string]*vm.Program
	set      map[string]map[string]*vm.Program
}

// tool is what decisions need of a spec.
type tool struct {
	spec        tools.Spec
	props       map[string]property
	decides     []string // arguments that are neither data nor content
	decideTypes []string // their types, sorted
	required    []string
	content     []string
	recipients  []string
	data        []string
	strangers   []stranger
	names       []stranger
	acts        ask.Acts
	words       []string                // of the declaration of its parameters
	wordings    map[string]*ask.Wording // by the argument whose members they are for
	everyday    map[string]*ask.Wording // words that need no declaration
	flagWords   map[string][]string     // those for the yes of flags
	flags       sync.Map                // *spoken.Flag by the argument's name, as calls first need them

	irreversible bool
}

// Compile checks the layers against the tools and returns the bundle. All faults
// are reported, joined.
func Compile(sources []*Source, specs []tools.Spec) (*Bundle, error) {
	b := &Bundle{tools: map[string]*tool{}}
	var errs []error
	var parts [][]byte
	for i := range specs {
		t, err := newTool(specs[i])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if b.tools[specs[i].Name] != nil {
			errs = append(errs, fmt.Errorf("policies: tool %q is declared twice", specs[i].Name))
		}
		b.tools[specs[i].Name] = t
	}
	for _, name := range sortedKeys(b.tools) {
		spec, _ := json.Marshal(b.tools[name].spec)
		parts = append(parts, spec)
	}
	if len(sources) == 0 {
		errs = append(errs, errors.New("policies: no bundle"))
	}
	for i, s := range sources {
		l, err := b.layer(s)
		errs = append(errs, err, mayDeclare(sources[:i], s))
		if slices.ContainsFunc(b.layers, func(o *layer) bool { return o.src.Name == s.Name }) {
			errs = append(errs, &Error{File: s.place(), Msg: fmt.Sprintf("another layer is named %q too", s.Name)})
		}
		b.layers = append(b.layers, l)
		text, _ := json.Marshal(s)
		parts = append(parts, text)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	b.hash = hashOf(parts...)
	b.defaults()
	b.listMembers()
	return b, nil
}

// defaults settles which layers deny what none of their rules allows. One that
// extends others and does not say leaves it to them, if one of them denies.
func (b *Bundle) defaults() {
	some := false
	for _, l := range b.layers {
		l.deny = !l.src.Shadow && (l.src.Default == "deny" || l.src.Default == "" && len(l.src.Extends) == 0)
		some = some || l.deny
	}
	for _, l := range b.layers {
		l.deny = l.deny || !some && !l.src.Shadow && l.src.Default == ""
	}
}

// mayDeclare refuses a layer that would loosen those above it. Declassifiers and
// tools that get hidden values back belong to the first layer that is not built in.
func mayDeclare(above []*Source, s *Source) error {
	what := ""
	switch {
	case len(s.Declassify) > 0:
		what = "declassify"
	case len(s.Reveal) > 0:
		what = "reveal"
	default:
		return nil
	}
	for _, o := range above {
		if !o.isBuiltin() {
			return &Error{File: s.place(), Msg: fmt.Sprintf("%s would loosen the layer %s above it: a lower layer may only tighten", what, o.Name)}
		}
	}
	return nil
}

// LoadBundle reads and compiles a bundle by built-in name or file.
func LoadBundle(name string, specs []tools.Spec) (*Bundle, error) {
	sources, err := Load(name)
	if err != nil {
		return nil, err
	}
	return Compile(sources, specs)
}

// Hash names the bundle: its layers and the tools that it was compiled for.
func (b *Bundle) Hash() string { return b.hash }

// Hooks lists the hooks at which texts must be shown to a Run: those with a rule,
// and results if some become handles. Calls are always decided on.
func (b *Bundle) Hooks() []Hook {
	var out []Hook
	for _, on := range []Hook{OnInput, OnResult, OnAnswer} {
		if slices.ContainsFunc(b.layers, func(l *layer) bool {
			return on == OnResult && len(l.src.Handles) > 0 || slices.ContainsFunc(l.rules, func(r *rule) bool { return r.On == on })
		}) {
			out = append(out, on)
		}
	}
	return out
}

// Names lists the layers.
func (b *Bundle) Names() []string {
	var out []string
	for _, l := range b.layers {
		out = append(out, l.src.Name)
	}
	return out
}

var contentNames = []string{"body", "content", "contents", "text", "message", "summary", "note", "notes", "comment", "description", "subject", "reply", "caption", "memo"}

var recipientNames = []string{"to", "cc", "bcc", "recipient", "recipients", "email", "emails", "participants", "attendees", "invitees", "user", "channel", "share_with", "address", "host", "url", "endpoint", "webhook"}

// contentOf lists the arguments of a tool that hold text: not what it works on, as the note of
// delete_note.
func contentOf(name string) []string {
	words := ask.NameWords(name)
	if slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"send", "post", "write", "create", "add", "reply", "answer", "append", "save", "publish", "draft", "leave", "make", "put", "say", "set", "update", "edit"}, w)
	}) {
		return contentNames
	}
	return slices.DeleteFunc(slices.Clone(contentNames), func(n string) bool { return slices.Contains(words, strings.TrimSuffix(n, "s")) })
}

func newTool(spec tools.Spec) (*tool, error) {
	if spec.Name == "" {
		return nil, errors.New("policies: a tool has no name")
	}
	params, err := parameters(&spec)
	if err != nil {
		return nil, err
	}
	if err := label.Check(spec.Labels); err != nil {
		return nil, fmt.Errorf("policies: tool %s: %w", spec.Name, err)
	}
	if err := checkLabels(&spec); err != nil {
		return nil, err
	}
	t := &tool{spec: spec, props: params.Props, required: params.Required, content: contentOf(spec.Name), recipients: recipientNames, acts: actsOf(&spec)}
	t.words = strings.FieldsFunc(string(spec.Parameters), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' })
	t.names = strangersOf(spec.Labels[label.KeyNames])
	t.strangers = strangersOf(spec.Labels[label.KeyStrangers])
	t.data, t.irreversible = label.List(spec.Labels[label.KeyData]), irreversible(&spec)
	if s, ok := spec.Labels[label.KeyContent]; ok {
		t.content = label.List(s)
	}
	if s, ok := spec.Labels[label.KeyRecipients]; ok {
		t.recipients = label.List(s)
	}
	if t.wordings, t.flagWords, err = wordings(&spec, t.props); err != nil {
		return nil, err
	}
	t.everyday = everyday(t.props)
	for _, list := range []map[string]*ask.Wording{t.wordings, t.everyday} {
		for name, w := range list {
			list[name] = w.Of(&t.acts)
		}
	}
	t.decides, t.decideTypes = t.deciding()
	return t, nil
}

func (b *Bundle) layer(s *Source) (*layer, error) {
	l := &layer{src: s}
	var errs []error
	seen := map[string]bool{}
	for _, d := range s.Declassify {
		if err := label.Check(map[string]string{"integrity": orDefault(d.Integrity, "tool"), "confidentiality": orDefault(d.Confidentiality, "public")}); err != nil {
			errs = append(errs, &Error{File: s.place(), Msg: "declassify " + d.Tool + ": " + err.Error()})
		}
	}
	for i := range s.Rules {
		r := &s.Rules[i]
		fail := func(line int, format string, args ...any) {
			errs = append(errs, &Error{File: s.place(), Line: line, Rule: r.ID, Msg: fmt.Sprintf(format, args...)})
		}
		if r.ID == "" {
			fail(r.line, "no id")
			continue
		}
		if seen[r.ID] {
			fail(r.line, "the id is used twice")
		}
		seen[r.ID] = true
		if !slices.Contains([]Hook{OnInput, OnCall, OnResult, OnAnswer}, r.On) {
			fail(r.line, "on is %q: want input, call, result or answer", r.On)
			continue
		}
		v, err := ParseVerdict(r.Then)
		if err != nil {
			fail(r.line, "then is %q: want allow, rewrite, redact, require_approval, deny or halt", r.Then)
			continue
		}
		if v == RequireApproval && r.On != OnCall {
			fail(r.line, "only a call can require approval")
		}
		if v == Rewrite && len(r.Set) == 0 && len(r.Redact) == 0 {
			fail(r.line, "a rewrite needs set or redact")
		}
		if len(r.Set) > 0 && r.On != OnCall {
			fail(r.line, "set rewrites arguments: only on call")
		}
		for _, k := range r.Redact {
			if k == foreignLink && r.On == OnAnswer {
				continue
			}
			if !slices.Contains(detect.Kinds(), k) {
				fail(r.line, "unknown kind %q: want %s", k, strings.Join(detect.Kinds(), ", "))
			}
		}
		for _, p := range r.Tools {
			if _, err := path.Match(p, ""); err != nil {
				fail(r.line, "bad tool pattern %q", p)
			}
		}
		if len(r.Tools) > 0 && r.On != OnCall && r.On != OnResult {
			fail(r.line, "tools has no meaning on %s", r.On)
		}
		out := &rule{Rule: *r, layer: l, name: s.Name + "/" + r.ID, verdict: v, programs: map[string]*vm.Program{}, set: map[string]map[string]*vm.Program{}}
		if out.When == "" {
			out.When = "true"
		}
		if err := b.programs(out); err != nil {
			line := r.whenLine
			var fe *file.Error
			if errors.As(err, &fe) && fe.Line > 1 {
				line += fe.Line - 1
			}
			fail(max(line, r.line), "%v", err)
		}
		l.rules = append(l.rules, out)
	}
	return l, errors.Join(errs...)
}

func orDefault(s, d string) string {
	if s == "" {
		return d
	}
	return s
}

// programs compiles a rule once for each tool that it applies to.
func (b *Bundle) programs(r *rule) error {
	if r.On != OnCall {
		p, err := compile(r.When, environment(r.On, nil), true)
		r.programs[""] = p
		return err
	}
	if err := guardSource(r.When); err != nil {
		return err
	}
	shared := !mentions(r.When, "args", "labels")
	var same *vm.Program
	for _, name := range sortedKeys(b.tools) {
		if !r.applies(name) {
			continue
		}
		env := environment(OnCall, b.tools[name].props)
		if p := same; p != nil {
			r.programs[name] = p
		} else {
			p, err := compile(r.When, env, true)
			if err != nil {
				return fmt.Errorf("for tool %s: %w", name, err)
			}
			r.programs[name] = p
			if shared {
				same = p
			}
		}
		r.set[name] = map[string]*vm.Program{}
		for _, arg := range sortedKeys(r.Set) {
			if _, ok := b.tools[name].props[arg]; !ok {
				return fmt.Errorf("for tool %s: set names an unknown argument %q", name, arg)
			}
			q, err := compile(r.Set[arg], env, false)
			if err != nil {
				return fmt.Errorf("for tool %s: set %s: %w", name, arg, err)
			}
			r.set[name][arg] = q
		}
	}
	if len(r.programs) == 0 { // no such tool: still check what can be checked
		return checkSyntax(r.When)
	}
	return nil
}

func (r *rule) applies(tool string) bool { return len(r.Tools) == 0 || matches(r.Tools, tool) }

func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, _ := path.Match(p, name)
		return ok
	})
}

// budgets returns the strictest bound of each kind over all layers.
func (b *Bundle) budgets() (out Budgets, prices Prices) {
	var all []*Source
	least := func(a, b int) int {
		if a == 0 || b != 0 && b < a {
			return b
		}
		return a
	}
	for _, l := range b.layers {
		if l.src.Shadow {
			continue
		}
		s := l.src.Budgets
		out.Steps, out.Tokens, out.Calls = least(out.Steps, s.Steps), least(out.Tokens, s.Tokens), least(out.Calls, s.Calls)
		out.Repeats, out.Approvals = least(out.Repeats, s.Repeats), least(out.Approvals, s.Approvals)
		out.Wall = time.Duration(least(int(out.Wall), int(s.Wall)))
		if out.Money == 0 || s.Money != 0 && s.Money < out.Money {
			out.Money = s.Money
		}
		all = append(all, l.src)
	}
	return out, PricesOf(all)
}

// PricesOf returns the highest price of each kind over layers.
func PricesOf(layers []*Source) (prices Prices) {
	for _, l := range layers {
		p := l.Prices
		if l.Shadow {
			continue
		}
		prices.Prompt, prices.Generated = max(prices.Prompt, p.Prompt), max(prices.Generated, p.Generated)
		for name, price := range p.Calls {
			if prices.Calls == nil {
				prices.Calls = map[string]float64{}
			}
			prices.Calls[name] = max(prices.Calls[name], price)
		}
	}
	return prices
}

// Tokens is the price of the tokens that a turn read and wrote.
func (p Prices) Tokens(prompt, generated int) float64 {
	return (float64(prompt)*p.Prompt + float64(generated)*p.Generated) / 1e6
}
