package grammar

import (
	"maps"
	"math/bits"
	"slices"
	"sort"
)

// Bitset is a set of token ids, 64 to a word.
type Bitset []uint64

// NewBitset holds ids below n.
func NewBitset(n int) Bitset { return make(Bitset, (n+63)/64) }

// Set adds id.
func (s Bitset) Set(id int32) { s[id>>6] |= 1 << (id & 63) }

// Clear takes id out.
func (s Bitset) Clear(id int32) { s[id>>6] &^= 1 << (id & 63) }

// Has says whether id is in the set.
func (s Bitset) Has(id int32) bool {
	return id >= 0 && int(id>>6) < len(s) && s[id>>6]>>(id&63)&1 == 1
}

// Count is the number of ids in the set.
func (s Bitset) Count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// IDs appends the ids in the set, in order.
func (s Bitset) IDs(dst []int32) []int32 {
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			dst = append(dst, int32(i*64+bits.TrailingZeros64(w)))
		}
	}
	return dst
}

// Vocab is a vocabulary as a trie of its tokens' bytes. It never changes.
type Vocab struct {
	tokens [][]byte

	// The trie, depth first: a node's byte, depth, the place after its last
	// descendant, and its token (-1 is none).
	bytes []byte
	depth []uint8
	skip  []int32
	token []int32
	same  map[int32][]int32 // further tokens with the bytes of one
	order []int32           // all tokens as they stand in the trie
	start []int32           // of each trie node, and of the end: how many stand before it
	sub   []byteSet         // the bytes of a node's descendants

	// How tokens go on inside a string, see slice.
	text      []uint8 // characters of a token that fits, notInside of one that does not
	partial   Bitset  // of those, the ones that end within a character
	plain     Bitset  // all of those
	exitAt    []int32 // trie nodes of a closing quote
	exitChars []uint8 // and the characters before it
	closing   Bitset  // tokens that end with one
	tails     []tail  // what follows a closing quote, as a trie; the first is nothing
}

// tail is a node of the trie of what follows a closing quote within a token.
type tail struct {
	c      byte
	depth  uint8
	skip   int32
	tokens []closer
}

// closer is a token that closes a string after so many characters.
type closer struct {
	id    int32
	chars uint8
}

const (
	maxTokenBytes = 250
	notInside     = 255
)

// NewVocab builds the trie. tokens[id] holds the bytes of token id; special tokens and
// empty ones match no text. Tokens longer than 250 bytes are never allowed.
func NewVocab(tokens [][]byte, special func(id int32) bool) *Vocab {
	v := &Vocab{
		tokens: make([][]byte, len(tokens)), same: map[int32][]int32{}, text: make([]uint8, len(tokens)),
		partial: NewBitset(len(tokens)), plain: NewBitset(len(tokens)), closing: NewBitset(len(tokens)),
	}
	var ids []int32
	for i, t := range tokens {
		if len(t) > 0 && len(t) <= maxTokenBytes && (special == nil || !special(int32(i))) {
			v.tokens[i] = t
			ids = append(ids, int32(i))
		}
		v.text[i] = notInside
	}
	sort.SliceStable(ids, func(i, j int) bool { return string(tokens[ids[i]]) < string(tokens[ids[j]]) })
	var path []int32
	prev := []byte(nil)
	for _, id := range ids {
		t := tokens[id]
		n := 0
		for n < len(prev) && n < len(t) && prev[n] == t[n] {
			n++
		}
		if n == len(t) && n == len(prev) {
			first := v.token[path[len(path)-1]]
			v.same[first] = append(v.same[first], id)
			continue
		}
		for len(path) > n {
			v.skip[path[len(path)-1]] = int32(len(v.bytes))
			path = path[:len(path)-1]
		}
		for i := n; i < len(t); i++ {
			path = append(path, int32(len(v.bytes)))
			v.bytes = append(v.bytes, t[i])
			v.depth = append(v.depth, uint8(i))
			v.skip = append(v.skip, 0)
			v.token = append(v.token, -1)
		}
		v.token[len(v.token)-1] = id
		prev = t
	}
	for _, p := range path {
		v.skip[p] = int32(len(v.bytes))
	}
	for i := range v.bytes {
		v.start = append(v.start, int32(len(v.order)))
		v.each(int32(i), func(id int32) { v.order = append(v.order, id) })
	}
	v.start = append(v.start, int32(len(v.order)))
	v.below()
	v.slice()
	return v
}

// under are the tokens from trie node i down.
func (v *Vocab) under(i int32) []int32 { return v.order[v.start[i]:v.start[v.skip[i]]] }

// Size is the number of ids.
func (v *Vocab) Size() int { return len(v.tokens) }

// Bytes are the bytes of a token; nil if it matches no text.
func (v *Vocab) Bytes(id int32) []byte {
	if id < 0 || int(id) >= len(v.tokens) {
		return nil
	}
	return v.tokens[id]
}

// slice finds, once, how every token goes on inside a string.
func (v *Vocab) slice() {
	b := newBuilder(1 << 28)
	body := b.chars()
	var at [256]node
	var count [256]uint8
	byTail := map[string][]closer{}
	for i := int32(0); i < int32(len(v.bytes)); {
		d := v.depth[i]
		from, chars := body, uint8(0)
		if d > 0 {
			from, chars = at[d-1], count[d-1]
		}
		if v.bytes[i] == '"' && from == body {
			v.exitAt, v.exitChars = append(v.exitAt, i), append(v.exitChars, chars)
			for _, id := range v.under(i) {
				after := string(v.tokens[id][d+1:])
				byTail[after] = append(byTail[after], closer{id, chars})
				if after == "" {
					v.closing.Set(id)
				}
			}
		}
		to := b.step(from, v.bytes[i])
		if to == none {
			i = v.skip[i]
			continue
		}
		if from == body {
			chars++
		}
		at[d], count[d] = to, chars
		v.each(i, func(id int32) {
			v.text[id] = chars
			v.plain.Set(id)
			if to != body {
				v.partial.Set(id)
			}
		})
		i++
	}
	v.tailTrie(byTail)
}

func (v *Vocab) tailTrie(byTail map[string][]closer) {
	list := slices.Sorted(maps.Keys(byTail))
	v.tails = []tail{{tokens: byTail[""]}}
	var path []int
	prev := ""
	for _, t := range list {
		n := 0
		for n < len(prev) && n < len(t) && prev[n] == t[n] {
			n++
		}
		for ; len(path) > n; path = path[:len(path)-1] {
			v.tails[path[len(path)-1]].skip = int32(len(v.tails))
		}
		for i := n; i < len(t); i++ {
			path = append(path, len(v.tails))
			v.tails = append(v.tails, tail{c: t[i], depth: uint8(i)})
		}
		if t != "" {
			v.tails[len(v.tails)-1].tokens = byTail[t]
		}
		prev = t
	}
	for _, p := range path {
		v.tails[p].skip = int32(len(v.tails))
	}
}

// each calls fn for the tokens of trie node i.
func (v *Vocab) each(i int32, fn func(id int32)) {
	id := v.token[i]
	if id < 0 {
		return
	}
	fn(id)
	if len(v.same) > 0 {
		for _, other := range v.same[id] {
			fn(other)
		}
	}
}
