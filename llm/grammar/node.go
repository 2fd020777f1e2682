package grammar

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"github.com/chaski-dev/chaski/llm/chat"
)

// node is the number of an expression in its builder.
type node = int32

type kind uint8

const (
	kNone   kind = iota // nothing
	kEmpty              // the empty text
	kSwitch             // a step by the next byte, or the end where final
	kCat
	kOr
	kAnd
	kNot
	kRepeat
	kRef     // an expression that is defined later
	kMod     // decimal digits by their remainder
	kBound   // decimal digits compared with a bound
	kMembers // members of an object or array, the used ones left out
	kExcept  // all but some texts
	kAvoid   // texts that do not start with a prefix
	kPick    // a member of many, see pick.go
	kTag     // the member that a text was of
	kRaw     // text without the escapes of JSON, see raw.go
	kLater   // what follows a second captured text within one token, see rule.go
)

const (
	none  node = 0
	empty node = 1
)

const far = math.MaxInt32 / 4 // no end, or no bound

type edge struct {
	lo, hi byte
	to     node
}

type expr struct {
	kind     kind
	nullable bool
	checked  bool // not empty, for kAnd
	dead     bool // empty, for kAnd
	final    bool
	edges    []edge
	kids     []node
	min, max int32
	data     any
	opened   node // what a kMembers stands for, 0 until needed
	part     *partition
	next     []node   // derivatives and one, by class of part; 0 until needed
	short    int32    // bytes of the shortest text and one, 0 until needed
	loops    *byteSet // what leads back, nil until needed
	firsts   *byteMask
	captures bool  // a kMembers waits for the text before it, see rule.go
	used     bool  // another expression holds this kRef
	seen     int32 // the last search that came by, and from where
	from     node

	quoted uint8 // whether this is the inside of a string: 0 unknown, 1 no, 2 yes
	after  node  // what follows that string's closing quote
}

// builder keeps expressions, each once.
type builder struct {
	pages    []*page
	count    node            // of expressions
	slots    []slot          // the expressions by their hashes
	extras   map[node]string // what tells apart those of the same fields
	edgeRoom []edge
	kidRoom  []node

	refs  []node
	parts *partitions

	patterns map[string]patternNode // while compiling
	classes  map[string]node

	inners     map[innerKey]*inner
	innerBytes int

	used, limit int64 // bytes of memory, about
	work        int64 // what a compilation may yet do, see Options.MaxWork; 0 is no bound

	quickLen map[node]int32 // lengths while quick
	searches int32          // for texts of intersections

	charNode  node          // any character of a string
	anyNumber node          // without bounds
	ruleCount int           // of objects and sets
	quick     bool          // shortest takes an intersection as one byte
	loose     bool          // a space after a comma or colon may be left out
	python    bool          // values are Python's: True, False, None
	form      chat.CallForm // of the calls that are compiled
	arguments bool          // of a call: what is compiled

	whole   bool   // all must be enforced: nothing checks what is decoded
	named   string // the tool that is compiled, as the start of a path
	checked []Checked
}

var (
	errTooLarge = errors.New("the grammar needs more memory than the limit")
	errTooMuch  = errors.New("the grammar takes more work to compile than the limit")
)

// exprBytes is about the memory that an expression takes beside its lists.
const exprBytes = 300

func newBuilder(limit int64) *builder {
	b := &builder{extras: map[node]string{}, parts: newPartitions(), limit: limit, slots: make([]slot, 256)}
	b.add(expr{kind: kNone})
	b.add(expr{kind: kEmpty, nullable: true})
	return b
}

// spend counts memory, and the work of filling it.
func (b *builder) spend(bytes int) {
	if b.used += int64(bytes); b.used > b.limit {
		panic(errTooLarge)
	}
	b.toil(8)
}

// toil counts work.
func (b *builder) toil(units int) {
	if b.work == 0 {
		return
	}
	if b.work -= int64(units); b.work <= 0 {
		b.work = 1 // and so at every further try
		panic(errTooMuch)
	}
}

// use notes that an expression holds n.
func (b *builder) use(n node) {
	if e := b.expr(n); e.kind == kRef {
		e.used = true
	}
}

func (b *builder) null(n node) bool {
	e := b.expr(n)
	if e.kind == kRef {
		return false // a value is never empty
	}
	return e.nullable
}

func (b *builder) table(edges []edge, final bool) node {
	if len(edges) == 0 {
		if final {
			return empty
		}
		return none
	}
	slices.SortFunc(edges, func(x, y edge) int { return cmp.Compare(x.lo, y.lo) })
	return b.intern(expr{kind: kSwitch, final: final, nullable: final}, edges, nil, "")
}

func (b *builder) span(lo, hi byte, to node) node {
	if to == none {
		return none
	}
	return b.table([]edge{{lo, hi, to}}, false)
}

func (b *builder) lit(s string) node { return b.litThen(s, empty) }

func (b *builder) litThen(s string, to node) node {
	for i := len(s) - 1; i >= 0; i-- {
		to = b.span(s[i], s[i], to)
	}
	return to
}

func (b *builder) cat(list ...node) node {
	r := empty
	for i := len(list) - 1; i >= 0; i-- {
		r = b.cat2(list[i], r)
	}
	return r
}

func (b *builder) cat2(x, y node) node {
	if x == none || y == none {
		return none
	}
	if x == empty {
		return y
	}
	if y == empty {
		return x
	}
	if e := b.expr(x); e.kind == kCat {
		return b.cat2(e.kids[0], b.cat2(e.kids[1], y))
	}
	return b.intern(expr{kind: kCat, nullable: b.null(x) && b.null(y), captures: b.expr(x).captures || b.expr(y).captures}, nil, []node{x, y}, "")
}

// flatten appends the list to out, the lists of its expressions of kind k in their place,
// in order and each once.
func (b *builder) flatten(out []node, k kind, list []node) []node {
	b.toil(1 + len(list))
	for _, n := range list {
		if e := b.expr(n); e.kind == k {
			out = append(out, e.kids...)
		} else {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (b *builder) or(list ...node) node {
	var few, kept [8]node
	out := b.flatten(few[:0], kOr, list)
	if len(out) > 0 && out[0] == none {
		out = out[1:]
	}
	if len(out) == 1 {
		return out[0]
	}
	// Tables are merged into one, so that a choice among many words costs one step.
	var tables []node
	rest := kept[:0]
	null := false
	for _, n := range out {
		switch {
		case b.expr(n).kind == kSwitch:
			tables = append(tables, n)
		case n == empty:
			null = true
		default:
			rest = append(rest, n)
		}
	}
	if len(tables) > 1 || (len(tables) == 1 && null) {
		rest = append(rest, b.mergeTables(tables, null))
	} else {
		rest = append(rest, tables...)
		if null {
			rest = append(rest, empty)
		}
	}
	slices.Sort(rest)
	switch len(rest) {
	case 0:
		return none
	case 1:
		return rest[0]
	}
	nullable, captures := false, false
	for _, n := range rest {
		nullable = nullable || b.null(n)
		captures = captures || b.expr(n).captures
		if e := b.expr(n); e.kind == kNot && e.kids[0] == none {
			return n
		}
	}
	return b.intern(expr{kind: kOr, nullable: nullable, captures: captures}, nil, rest, "")
}

func (b *builder) mergeTables(tables []node, final bool) node {
	var at [256][]node // by the first byte of a range that no edge divides
	var first [257]bool
	b.toil(16)
	for _, t := range tables {
		for _, x := range b.expr(t).edges {
			first[x.lo], first[int(x.hi)+1] = true, true
		}
	}
	for _, t := range tables {
		e := b.expr(t)
		b.toil(len(e.edges))
		final = final || e.final
		for _, x := range e.edges {
			for c := int(x.lo); c <= int(x.hi); c++ {
				if first[c] {
					at[c] = append(at[c], x.to)
				}
			}
		}
	}
	var edges []edge
	for c := range at {
		if len(at[c]) == 0 {
			continue
		}
		to := at[c][0]
		if len(at[c]) > 1 {
			to = b.or(at[c]...)
		}
		last := c
		for last < 255 && !first[last+1] {
			last++
		}
		if n := len(edges); n > 0 && edges[n-1].to == to && int(edges[n-1].hi) == c-1 {
			edges[n-1].hi = byte(last)
		} else if to != none {
			edges = append(edges, edge{byte(c), byte(last), to})
		}
	}
	return b.table(edges, final)
}

// and is the intersection of texts without references; an empty one is none.
func (b *builder) and(list ...node) node { return b.living(b.meet(list)) }

// meet is the intersection, which may be empty.
func (b *builder) meet(list []node) node {
	var few [8]node
	out := b.flatten(few[:0], kAnd, list)
	if len(out) > 0 && out[0] == none {
		return none
	}
	j, nullable := 0, true
	for _, n := range out {
		if e := b.expr(n); e.kind == kNot && e.kids[0] == none {
			continue
		}
		out[j] = n
		j++
		nullable = nullable && b.null(n)
	}
	switch out = out[:j]; len(out) {
	case 0:
		return b.not(none)
	case 1:
		return out[0]
	}
	return b.intern(expr{kind: kAnd, nullable: nullable}, nil, out, "")
}

func (b *builder) not(n node) node {
	if e := b.expr(n); e.kind == kNot {
		return e.kids[0]
	}
	return b.intern(expr{kind: kNot, nullable: !b.null(n)}, nil, []node{n}, "")
}

func (b *builder) repeat(n node, min, max int32) node {
	switch {
	case max <= 0 || (n == none && min <= 0) || n == empty:
		return empty
	case min > max || n == none:
		return none
	case min < 0:
		min = 0
	}
	if min == 1 && max == 1 {
		return n
	}
	return b.intern(expr{kind: kRepeat, min: min, max: max, nullable: min == 0 || b.null(n)}, nil, []node{n}, "")
}
