package tokenizer

import "math"

const noRank = math.MaxInt32

// part is a token of a word that is being merged, with the merge of it and its
// right neighbour.
type part struct {
	token      int32
	rank       int32 // of the merge with the next part; noRank if none
	merged     int32 // the token of that merge
	prev, next int32 // neighbours; -1 at the ends. Used by mergeLong only
}

// longWord is the number of bytes from which a heap finds the next merge.
const longWord = 48

// encodeWord appends the tokens of one word.
func (t *Tokenizer) encodeWord(dst []int32, word string) []int32 {
	if t.ranks != nil {
		return t.encodePieces(dst, word)
	}
	if t.wholeWords {
		if id, ok := t.ids[word]; ok {
			return append(dst, id)
		}
	}
	if len(word) == 1 {
		if id := t.bytes[word[0]]; id >= 0 {
			dst = append(dst, id)
		}
		return dst
	}
	if len(word) >= longWord {
		return t.mergeLong(dst, word)
	}
	var buf [longWord]part
	parts := buf[:0]
	for i := range len(word) {
		if id := t.bytes[word[i]]; id >= 0 { // what has no token is left out, and its neighbours may merge
			parts = append(parts, part{token: id})
		}
	}
	if len(parts) == 0 {
		return dst
	}
	for i := range parts {
		t.rankAt(parts, i)
	}
	for {
		best, rank := -1, int32(noRank)
		for i := range parts[:len(parts)-1] {
			if parts[i].rank < rank {
				best, rank = i, parts[i].rank
			}
		}
		if best < 0 {
			break
		}
		parts[best].token = parts[best].merged
		parts = append(parts[:best+1], parts[best+2:]...)
		t.rankAt(parts, best)
		if best > 0 {
			t.rankAt(parts, best-1)
		}
		if len(parts) == 1 {
			break
		}
	}
	for _, p := range parts {
		dst = append(dst, p.token)
	}
	return dst
}

func (t *Tokenizer) rankAt(parts []part, i int) {
	if i+1 >= len(parts) {
		parts[i].rank = noRank
		return
	}
	parts[i].rank, parts[i].merged = t.pairs.get(parts[i].token, parts[i+1].token)
}

// candidate is a merge in mergeLong's heap: by rank, then from left to right.
type candidate struct{ rank, at, merged int32 }

func (a candidate) less(b candidate) bool {
	return a.rank < b.rank || a.rank == b.rank && a.at < b.at
}

// mergeLong merges a long word in O(n log n): the parts are a linked list, the
// merges a heap whose stale entries are passed over.
func (t *Tokenizer) mergeLong(dst []int32, word string) []int32 {
	parts := make([]part, 0, len(word))
	for i := range len(word) {
		if id := t.bytes[word[i]]; id >= 0 {
			n := int32(len(parts))
			parts = append(parts, part{token: id, prev: n - 1, next: n + 1})
		}
	}
	n := int32(len(parts))
	if n == 0 {
		return dst
	}
	parts[n-1].next = -1
	heap := make([]candidate, 0, n)
	rank := func(i int32) {
		p := &parts[i]
		p.rank = noRank
		if p.next < 0 {
			return
		}
		if p.rank, p.merged = t.pairs.get(p.token, parts[p.next].token); p.rank != noRank {
			heap = push(heap, candidate{p.rank, i, p.merged})
		}
	}
	for i := range n {
		rank(i)
	}
	for len(heap) > 0 {
		var c candidate
		heap, c = pop(heap)
		p := &parts[c.at]
		if p.rank != c.rank || p.merged != c.merged || p.token < 0 {
			continue // stale: this part was merged since
		}
		gone := p.next
		p.token, p.next = p.merged, parts[gone].next
		parts[gone].token, parts[gone].rank = -1, noRank
		if p.next >= 0 {
			parts[p.next].prev = c.at
		}
		rank(c.at)
		if p.prev >= 0 {
			rank(p.prev)
		}
	}
	for i := int32(0); i >= 0; i = parts[i].next {
		dst = append(dst, parts[i].token)
	}
	return dst
}

func push(h []candidate, c candidate) []candidate {
	h = append(h, c)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !h[i].less(h[up]) {
			break
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
	return h
}

func pop(h []candidate) ([]candidate, candidate) {
	top := h[0]
	last := len(h) - 1
	h[0] = h[last]
	h = h[:last]
	i := 0
	for {
		child := 2*i + 1
		if child >= last {
			break
		}
		if child+1 < last && h[child+1].less(h[child]) {
			child++
		}
		if !h[child].less(h[i]) {
			break
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
	return h, top
}
