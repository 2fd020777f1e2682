package grammar

import (
	"math/bits"
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
	text  []uint8           // characters of a token that fits inside a string, 255 of one that does not
	exits []exit
	plain Bitset      // tokens inside a string
	whole []bool      // the path to a trie node is whole characters of a string
	first [256]Bitset // plain, by first byte
}

// exit is a trie node that a closing quote leads to.
type exit struct {
	at    int32
	chars uint8
}

const maxTokenBytes = 250

// NewVocab builds the trie. tokens[id] holds the bytes of token id; special tokens and
// empty ones match no text. Tokens longer than 250 bytes are never allowed.
func NewVocab(tokens [][]byte, special func(id int32) bool) *Vocab {
	v := &Vocab{tokens: make([][]byte, len(tokens)), same: map[int32][]int32{}, plain: NewBitset(len(tokens)), text: make([]uint8, len(tokens))}
	var ids []int32
	for i, t := range tokens {
		if len(t) > 0 && len(t) <= maxTokenBytes && (special == nil || !special(int32(i))) {
			v.tokens[i] = t
			ids = append(ids, int32(i))
		}
		v.text[i] = 255
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
	v.slice()
	return v
}

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
	b := newBuilder(1 << 20)
	body := b.chars()
	v.whole = make([]bool, len(v.bytes))
	var at [256]node
	var count [256]uint8
	for i := int32(0); i < int32(len(v.bytes)); {
		d := v.depth[i]
		from, chars := body, uint8(0)
		if d > 0 {
			from, chars = at[d-1], count[d-1]
		}
		if v.bytes[i] == '"' && from == body {
			v.exits = append(v.exits, exit{i, chars})
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
		v.whole[i] = to == body
		v.add(i, func(id int32) {
			v.text[id] = chars
			v.plain.Set(id)
			c := v.tokens[id][0]
			if v.first[c] == nil {
				v.first[c] = NewBitset(len(v.tokens))
			}
			v.first[c].Set(id)
		})
		i++
	}
}

func (v *Vocab) add(i int32, fn func(id int32)) {
	id := v.token[i]
	if id < 0 {
		return
	}
	fn(id)
	for _, other := range v.same[id] {
		fn(other)
	}
}
