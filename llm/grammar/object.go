package grammar

import (
	"fmt"
	"math/bits"
)

// property is the list of schemas that the value of a named property must satisfy.
func (c *compiler) property(flat []item, name string) []item {
	list, _ := c.valueOf(flat, name, func(p string) (bool, error) {
		n, err := c.pattern(p)
		if err != nil {
			return true, err
		}
		return c.matches(n, inside(name)), nil
	})
	return list
}

// inside is how s is written between the quotes of a string.
func inside(s string) string {
	q := quote(s)
	return q[1 : len(q)-1]
}

// unnamed stands for a name that is not declared: no text of JSON holds this byte.
const unnamed = "\xff"

// valueOf lists the schemas of a value whose key matches the patterns that hit says.
func (c *compiler) valueOf(flat []item, name string, hit func(p string) (bool, error)) ([]item, error) {
	var out []item
	for _, it := range flat {
		found := false
		if v, ok := it.get("properties"); ok {
			props, ok := v.(*orderedObject)
			if !ok {
				return nil, &Error{"properties", it.path, "not an object", ErrSchema}
			}
			if s, ok := props.at[name]; ok && name != unnamed {
				found = true
				out = append(out, it.child(s, "properties", name))
			}
		}
		if v, ok := it.get("patternProperties"); ok {
			props, ok := v.(*orderedObject)
			if !ok {
				return nil, &Error{"patternProperties", it.path, "not an object", ErrSchema}
			}
			for _, p := range props.keys {
				yes, err := hit(p)
				if err != nil {
					if err := c.lacks(&Error{"patternProperties", it.path, err.Error(), ErrUnsupported}); err != nil {
						return nil, err
					}
					found = true // nobody knows: any value
				}
				if yes && err == nil {
					found = true
					out = append(out, it.child(props.at[p], "patternProperties", p))
				}
			}
		}
		if v, ok := it.get("additionalProperties"); ok && !found {
			out = append(out, it.child(v, "additionalProperties"))
		}
	}
	return out, nil
}

// objectRule gathers what a list's object keywords say of names.
type objectRule struct {
	*rule
	names    []string
	at       map[string]int
	patterns []string
	keys     node // the inside of the keys that propertyNames allows
	proofs   []proofRule
}

// proofRule is a [someMember] with its keys as an expression.
type proofRule struct {
	someMember
	path string
	keys node
}

// name is the number of a declared member.
func (r *objectRule) name(s string) int {
	i, ok := r.at[s]
	if !ok {
		i = len(r.names)
		r.at[s] = i
		r.names = append(r.names, s)
		r.members = append(r.members, member{})
	}
	return i
}

// maxNames bounds the declared members, maxClasses the classes of the others.
const (
	maxNames   = 4000
	maxClasses = 64
)

func (c *compiler) objectOf(flat []item) (node, error) {
	r := &objectRule{rule: &rule{open: '{', close: '}', max: far}, at: map[string]int{}, keys: c.chars()}
	for _, it := range flat {
		if err := c.members(r, it); err != nil {
			return none, err
		}
	}
	if len(r.names) > maxNames {
		return none, &Error{"properties", pathOf(flat), "too many properties", ErrTooLarge}
	}
	kwargs := c.python && c.depth == 1
	if kwargs {
		r.rule.open, r.rule.close = '(', ')'
	}
	tagged := c.form.Tagged && c.arguments && c.depth == 1
	if tagged {
		r.rule.open, r.rule.close, r.rule.tagged = 0, '\n', true
	}
	if c.closed && c.depth == 1 {
		for _, name := range c.args {
			r.name(name)
		}
	} else if !kwargs && !tagged {
		if err := c.others(r, flat); err != nil {
			return none, err
		}
	}
	for i, name := range r.names {
		if kwargs && !identifier(name) {
			return none, &Error{"properties", pathOf(flat), fmt.Sprintf("Python can't carry an argument called %q", name), ErrUnsupported}
		}
		head, ok := c.form.Parameter(name)
		if tagged && !ok {
			return none, &Error{"properties", pathOf(flat), fmt.Sprintf("a tag can't carry an argument called %q", name), ErrUnsupported}
		}
		if !c.matches(r.keys, inside(name)) {
			continue
		}
		list, err := c.valueOf(flat, name, func(p string) (bool, error) {
			n, err := c.pattern(p)
			return err == nil && c.matches(n, inside(name)), err
		})
		if err != nil {
			return none, err
		}
		n, err := c.all(list)
		if err != nil {
			return none, err
		}
		write := func(n node) node {
			if kwargs {
				return c.cat2(c.lit(name+"="), n)
			}
			if tagged {
				return c.parameter(name, head, n)
			}
			return c.cat2(c.lit(quote(name)), c.after(n))
		}
		r.members[i].text = write(n)
		err = c.prove(r, list, func(p proofRule) bool { return c.matches(p.keys, inside(name)) }, func(n node, bits int) {
			r.members[i].shows = append(r.members[i].shows, proof{write(n), bits})
		})
		if err != nil {
			return none, err
		}
	}
	return c.finish(r.rule, pathOf(flat), "minProperties")
}

// members adds what one schema says of its members.
func (c *compiler) members(r *objectRule, it item) error {
	lo, err := it.count("minProperties", 0)
	if err != nil {
		return err
	}
	hi, err := it.count("maxProperties", far)
	if err != nil {
		return err
	}
	r.min, r.max = max(r.min, lo), min(r.max, hi)
	if v, ok := it.get("properties"); ok {
		if props, ok := v.(*orderedObject); ok {
			for _, k := range props.keys {
				r.name(k)
			}
		}
	}
	if v, ok := it.get("patternProperties"); ok {
		if props, ok := v.(*orderedObject); ok {
			r.patterns = append(r.patterns, props.keys...)
		}
	}
	if v, ok := it.get("propertyNames"); ok {
		n, err := c.keyNames(it.child(v, "propertyNames"))
		if err != nil {
			return err
		}
		r.keys = c.and(r.keys, n)
	}
	if v, ok := it.get("required"); ok {
		names, err := texts(v, "required", it.path)
		if err != nil {
			return err
		}
		for _, s := range names {
			r.members[r.name(s)].required = true
		}
	}
	if v, ok := it.get(keyMember); ok && len(r.proofs) == 4 {
		if err := c.lacks(&Error{"not", it.path, "too many negations of members", ErrUnsupported}); err != nil {
			return err
		}
	} else if ok {
		p := proofRule{someMember: v.(someMember), path: it.path}
		if p.keys, err = c.keyNames(item{s: p.key, path: it.path + "/!key"}); err != nil {
			return err
		}
		var not []node
		for _, name := range p.names {
			not = append(not, c.lit(inside(name)))
		}
		for _, pattern := range p.patterns {
			n, err := c.pattern(pattern)
			if err == nil {
				not = append(not, n)
			} else if err := c.lacks(&Error{"patternProperties", it.path, err.Error(), ErrUnsupported}); err != nil {
				return err
			}
		}
		if len(not) > 0 {
			p.keys = c.and(p.keys, c.not(c.or(not...)))
		}
		r.proofs = append(r.proofs, p)
		r.rule.proofs |= 1 << (len(r.proofs) - 1)
	}
	if v, ok := it.get("dependentRequired"); ok {
		deps, ok := v.(*orderedObject)
		if !ok {
			return &Error{"dependentRequired", it.path, "not an object", ErrSchema}
		}
		for _, k := range deps.keys {
			names, err := texts(deps.at[k], "dependentRequired", it.path)
			if err != nil {
				return err
			}
			for _, s := range names {
				i, j := r.name(k), r.name(s)
				r.members[i].needs = append(r.members[i].needs, j)
			}
		}
	}
	return nil
}

// texts reads a keyword's array of texts.
func texts(v any, keyword, path string) ([]string, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, &Error{keyword, path, "not an array", ErrSchema}
	}
	out := make([]string, len(list))
	for i, x := range list {
		if out[i], ok = x.(string); !ok {
			return nil, &Error{keyword, path, "holds something other than texts", ErrSchema}
		}
	}
	return out, nil
}

// keyNames is the inside of the keys that a schema allows: its strings, without quotes.
func (c *compiler) keyNames(it item) (node, error) {
	n, err := c.all([]item{it, {s: object("type", "string"), path: "\x00string"}})
	if err != nil {
		return none, err
	}
	if n = c.step(n, '"'); n == none {
		return none, nil
	}
	return c.unquote(n), nil
}

// unquote takes the closing quote off the texts of n, which hold it nowhere else but
// after a backslash.
func (b *builder) unquote(n node) node {
	e := b.expr(n)
	switch e.kind {
	case kCat:
		return b.cat2(e.kids[0], b.unquote(e.kids[1]))
	case kOr:
		list := make([]node, len(e.kids))
		for i, k := range e.kids {
			list[i] = b.unquote(k)
		}
		return b.or(list...)
	case kSwitch:
		// Byte by byte: an edge that ends the text is the closing quote.
		var out []node
		for _, x := range e.edges {
			switch {
			case x.to == empty && x.lo == '"' && x.hi == '"':
				out = append(out, empty)
			default:
				out = append(out, b.span(x.lo, x.hi, b.unquote(x.to)))
			}
		}
		return b.or(out...)
	case kRef:
		return b.unquote(b.refs[e.min])
	}
	return n
}

// finish takes out what can never be completed and writes the brackets.
func (c *compiler) finish(r *rule, path, keyword string) (node, error) {
	for changed := true; changed; {
		changed = false
		for i := range r.members {
			m := &r.members[i]
			for _, d := range m.needs {
				if m.text != none && r.members[d].text == none {
					m.text, changed = none, true
				}
			}
		}
	}
	usable := 0
	for _, m := range r.members {
		if m.required && m.text == none {
			return none, nil
		}
		if m.text != none {
			usable++
		}
	}
	if r.min > r.max {
		return none, nil
	}
	if more := r.min - usable; more > 0 {
		if more > 10000 {
			return none, &Error{keyword, path, "needs too many members", ErrTooLarge}
		}
		var keys []node
		for _, o := range r.others {
			keys = append(keys, o.key)
		}
		r.otherLen = c.shortestTexts(c.or(keys...), more+bits.OnesCount(uint(r.proofs)))
		if len(r.otherLen) < more {
			if len(r.others) == 0 {
				return none, nil
			}
			if err := c.lacks(&Error{keyword, path, "needs more members than the keys can be told apart", ErrUnsupported}); err != nil {
				return none, err
			}
			r.min = usable + len(r.otherLen)
		}
	}
	c.ruleCount++
	r.id = c.ruleCount
	if len(r.members) > maxPicked {
		r.all = c.tagged(r)
	}
	s := memberState{rule: r, used: string(make([]byte, len(r.members)))}
	if need, _ := s.missing(-1); len(need)+s.unshown() > r.max && s.unshown() <= 1 || !s.provable() {
		return none, nil
	}
	if s.unshown() > 1 && (r.max < far || len(r.others) == 0) {
		if err := c.lacks(&Error{"not", path, "several negations of members at once are not supported here", ErrUnsupported}); err != nil {
			return none, err
		}
		r.unproved()
	}
	if r.tagged {
		return c.memberNode(s), nil
	}
	return c.cat2(c.span(r.open, r.open, empty), c.memberNode(s)), nil
}

// identifier says that s can be the name of an argument in Python.
func identifier(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
