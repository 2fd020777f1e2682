package grammar

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Options bound a compilation. The zero value is usable.
type Options struct {
	// MaxMemory bounds the bytes of a grammar, while compiling and later, about; 0 is
	// 128 MiB.
	MaxMemory int64

	// MaxWork bounds a compilation in units of work: derivatives, expressions and
	// comparisons of schemas. It is the same on every machine and under any load; 0 is
	// 20 million, some seconds.
	MaxWork int64

	// Whole refuses schemas of which some keyword would have to be checked after
	// decoding, see [Grammar.Checked].
	Whole bool

	// MaxSchemas bounds the combinations of schemas; 0 is 20,000.
	MaxSchemas int

	// Loose lets the space after a comma or a colon be left out.
	Loose bool
}

// item is one schema of a conjunction, less the keywords of skip.
type item struct {
	s    any
	path string
	skip string // keywords, each with a space after it
}

func (it item) get(k string) (any, bool) {
	o, ok := it.s.(*orderedObject)
	if !ok {
		return nil, false
	}
	v, ok := o.at[k]
	if !ok || v == nil && k != "const" || it.skips(k) {
		return nil, false // a keyword of null says nothing
	}
	return v, true
}

func (it item) skips(k string) bool {
	return it.skip != "" && strings.Contains(it.skip, " "+k+" ")
}

// without leaves a keyword out.
func (it item) without(k string) item {
	if o, ok := it.s.(*orderedObject); ok {
		if _, ok := o.at[k]; ok && !it.skips(k) {
			it.skip += " " + k + " "
		}
	}
	return it
}

func (it item) child(v any, parts ...string) item {
	p := it.path
	for _, k := range parts {
		p += "/" + pointer(k)
	}
	return item{s: v, path: p}
}

type compiler struct {
	*builder
	root      any
	names     map[string]item   // schemas by identifier, and by identifier and anchor
	documents map[string]string // identifiers by the paths of the schemas that have them
	memo      map[string]node
	open_     map[string]int // depth at which a combination is being compiled
	depth     int
	count     int
	limit     int
	old       bool // a draft in which $ref hides its siblings

	args   []string // of a call, if closed: all that it may have
	closed bool
}

// CompileSchema makes the grammar of the instances of a schema (draft 2020-12 or 7).
// An error is an [*Error].
func CompileSchema(schema []byte, o Options) (g *Grammar, err error) {
	b := o.builder()
	err = guard(func() error {
		n, err := compileInto(b, schema, o)
		if err == nil {
			g = newGrammar(b, n)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return g, nil
}

// builder starts a compilation within the limits.
func (o Options) builder() *builder {
	if o.MaxMemory <= 0 {
		o.MaxMemory = 128 << 20
	}
	if o.MaxWork <= 0 {
		o.MaxWork = 20e6
	}
	b := newBuilder(o.MaxMemory)
	b.patterns, b.classes = map[string]patternNode{}, map[string]node{}
	b.work, b.whole = o.MaxWork, o.Whole
	b.loose = o.Loose
	return b
}

func compileInto(b *builder, schema []byte, o Options, also ...item) (node, error) {
	if len(schema) > 4<<20 {
		return none, &Error{"schema", "", "longer than 4 MiB", ErrTooLarge}
	}
	root, err := parse(schema)
	if err != nil {
		return none, &Error{"schema", "", err.Error(), ErrSchema}
	}
	c := &compiler{builder: b, root: root, names: map[string]item{}, documents: map[string]string{}, memo: map[string]node{}, open_: map[string]int{}, limit: o.MaxSchemas}
	if c.limit <= 0 {
		c.limit = 20000
	}
	if r, ok := root.(*orderedObject); ok {
		d, _ := r.at["$schema"].(string)
		c.old = strings.Contains(d, "draft-0")
	}
	c.index(root, "", "")
	if c.arguments {
		c.args, c.closed = c.declared()
	}
	first := len(b.refs)
	n, err := c.all(append([]item{{s: root}}, also...))
	if err != nil {
		return none, err
	}
	if !b.productive(b.refs[first:]) {
		return none, &Error{"$ref", "", "a recursion has no end", ErrSchema}
	}
	if n == none || !b.productive([]node{n}) {
		return none, &Error{"schema", "", "no instance is possible: its keywords contradict each other", ErrSchema}
	}
	return n, nil
}

// all is the grammar of the instances that satisfy every schema of the list.
func (c *compiler) all(list []item) (node, error) {
	flat, err := c.flat(list)
	if err != nil {
		return none, err
	}
	for _, it := range flat {
		if it.s == false {
			return none, nil
		}
	}
	keys := make([]string, len(flat))
	for i, it := range flat {
		keys[i] = it.path + "\x00" + it.skip
	}
	sort.Strings(keys)
	key := strings.Join(keys, "\x01")
	if c.arguments && c.depth == 0 {
		key = "\x01" + key // members elsewhere are others
	}
	c.toil(10 + len(key)/16)
	if n, ok := c.memo[key]; ok {
		if at, open := c.open_[key]; open && at == c.depth {
			return none, &Error{"$ref", pathOf(flat), "it refers to itself", ErrSchema}
		}
		return n, nil
	}
	if c.depth > maxDepth {
		return none, &Error{"schema", "", fmt.Sprintf("its schemas are nested deeper than %d", maxDepth), ErrTooLarge}
	}
	if c.count++; c.count > c.limit {
		return none, &Error{"schema", "", "too many combinations of schemas", ErrTooLarge}
	}
	c.spend(2*len(key) + 100*len(flat))
	ref := int32(len(c.refs))
	c.refs = append(c.refs, none)
	c.memo[key] = c.intern(expr{kind: kRef, min: ref}, nil, nil, "")
	c.open_[key] = c.depth
	n, err := c.choice(flat)
	delete(c.open_, key)
	if err != nil {
		return none, err
	}
	c.refs[ref] = n
	if n == none {
		c.refs[ref] = empty // checked: nothing may have used it
		if c.expr(c.memo[key]).used {
			return none, &Error{"$ref", pathOf(flat), "a recursion has no end", ErrSchema}
		}
	}
	c.memo[key] = n
	return n, nil
}

// flat takes $ref and allOf apart.
func (c *compiler) flat(list []item) ([]item, error) {
	var out []item
	done := map[string]bool{} // false while its own references are followed
	var add func(it item, depth int) error
	add = func(it item, depth int) error {
		id := it.path + "\x00" + it.skip
		if all, seen := done[id]; all {
			return nil
		} else if seen {
			return &Error{"$ref", it.path, "it refers to itself", ErrSchema}
		}
		done[id] = false
		defer func() { done[id] = true }()
		o, ok := it.s.(*orderedObject)
		if !ok {
			if _, ok := it.s.(bool); !ok {
				return &Error{"schema", it.path, "neither an object nor a boolean", ErrSchema}
			}
			if it.s == false {
				out = append(out, it)
			}
			return nil
		}
		if depth > maxDepth {
			return &Error{"$ref", it.path, "nested too deep", ErrTooLarge}
		}
		if err := c.known(o, it); err != nil {
			return err
		}
		if err := c.unevaluated(it, &out); err != nil {
			return err
		}
		if v, ok := it.get("$ref"); ok {
			ref, ok := v.(string)
			if !ok {
				return &Error{"$ref", it.path, "not a string", ErrSchema}
			}
			to, err := c.resolve(ref, it.path)
			if errors.Is(err, ErrUnsupported) {
				to, err = item{s: true, path: it.path + "/$ref"}, c.lacks(err)
			}
			if err != nil {
				return err
			}
			if to.path == it.path {
				return &Error{"$ref", it.path, "it refers to itself", ErrSchema}
			}
			if err := add(to, depth+1); err != nil {
				return err
			}
			if c.old {
				return nil
			}
		}
		if v, ok := it.get("allOf"); ok {
			subs, ok := v.([]any)
			if !ok {
				return &Error{"allOf", it.path, "not an array", ErrSchema}
			}
			for i, s := range subs {
				if err := add(it.child(s, "allOf", fmt.Sprint(i)), depth+1); err != nil {
					return err
				}
			}
		}
		for _, k := range []string{"$ref", "allOf", "unevaluatedProperties", "unevaluatedItems"} {
			it = it.without(k)
		}
		out = append(out, it)
		return nil
	}
	for _, it := range list {
		if err := add(it, 0); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// refused are the keywords that assert something that is not enforced here.
var refused = []string{"$dynamicRef", "$recursiveRef", "extends", "disallow", "divisibleBy"}

func (c *compiler) known(o *orderedObject, it item) error {
	for _, k := range refused {
		if v, ok := it.get(k); ok && v != true {
			if err := c.lacks(&Error{k, it.path, "not supported", ErrUnsupported}); err != nil {
				return err
			}
		}
	}
	return nil
}

// choice takes the first keyword that offers alternatives apart, or goes on to types.
func (c *compiler) choice(flat []item) (node, error) {
	for i, it := range flat {
		rest := func(k string) []item {
			return append(append(append([]item(nil), flat[:i]...), it.without(k)), flat[i+1:]...)
		}
		var key string
		var alts [][]item
		for _, k := range []string{"anyOf", "oneOf", "not", "if", "dependencies", "dependentSchemas"} {
			v, ok := it.get(k)
			if !ok {
				continue
			}
			var err error
			if alts, err = c.alternatives(it, k, v, rest(k)); err != nil {
				return none, err
			}
			if alts != nil {
				key = k
				break
			}
		}
		if key == "" {
			continue
		}
		var out []node
		for _, a := range alts {
			n, err := c.all(append(rest(key), a...))
			if err != nil {
				return none, err
			}
			out = append(out, n)
		}
		return c.or(out...), nil
	}
	return c.types(flat)
}

// alternatives are the lists of schemas of which one list must hold.
func (c *compiler) alternatives(it item, k string, v any, base []item) ([][]item, error) {
	switch k {
	case "anyOf", "oneOf":
		subs, ok := v.([]any)
		if !ok || len(subs) == 0 {
			return nil, &Error{k, it.path, "not an array with elements", ErrSchema}
		}
		if k == "oneOf" {
			return c.oneOf(it, subs, base)
		}
		var alts [][]item
		for i, s := range subs {
			alts = append(alts, []item{it.child(s, k, fmt.Sprint(i))})
		}
		return alts, nil
	case "not":
		neg, err := c.negate(it.child(v, "not"), 0)
		if err != nil {
			return [][]item{{}}, c.lacks(err)
		}
		return [][]item{{{s: neg, path: it.path + "/not/!"}}}, nil
	case "if":
		neg, err := c.negate(it.child(v, "if"), 0)
		if err != nil {
			if err := c.lacks(err); err != nil {
				return nil, err
			}
			neg = true // "else" may hold beside it
		}
		yes, no := []item{it.child(v, "if")}, []item{{s: neg, path: it.path + "/if/!"}}
		if s, ok := it.get("then"); ok {
			yes = append(yes, it.child(s, "then"))
		}
		if s, ok := it.get("else"); ok {
			no = append(no, it.child(s, "else"))
		}
		return [][]item{yes, no}, nil
	}
	// Each schema that depends on a key: the key is absent, or the schema holds.
	deps, ok := v.(*orderedObject)
	if !ok {
		return nil, &Error{k, it.path, "not an object", ErrSchema}
	}
	alts := [][]item{{}}
	found := false
	for _, name := range deps.keys {
		s := deps.at[name]
		p := fmt.Sprintf("%s/%s/%s", it.path, k, pointer(name))
		with := []item{{s: object("required", []any{name}), path: p + "/?"}}
		if list, ok := s.([]any); ok {
			with = append(with, item{s: object("required", list), path: p + "/+"})
		} else {
			with = append(with, item{s: s, path: p})
		}
		found = true
		absent := []item{{s: object("properties", object(name, false)), path: p + "/!"}}
		var next [][]item
		for _, a := range alts {
			next = append(next, append(append([]item(nil), a...), with...), append(append([]item(nil), a...), absent...))
		}
		if alts = next; len(alts) > 64 {
			return nil, &Error{k, it.path, "too many dependent schemas", ErrTooLarge}
		}
	}
	if !found {
		return nil, nil
	}
	return alts, nil
}

func (it item) count(k string, def int) (int, error) {
	v, ok := it.get(k)
	if !ok {
		return def, nil
	}
	n, ok := v.(json.Number)
	if !ok {
		return 0, &Error{k, it.path, "not a number", ErrSchema}
	}
	r, err := rational(n)
	if err != nil || !r.IsInt() || r.Sign() < 0 {
		return 0, &Error{k, it.path, "not a whole number", ErrSchema}
	}
	if !r.Num().IsInt64() || r.Num().Int64() > far {
		return far, nil
	}
	return int(r.Num().Int64()), nil
}

// pathOf names a conjunction by its first schema.
func pathOf(flat []item) string {
	if len(flat) == 0 {
		return ""
	}
	return flat[0].path
}
