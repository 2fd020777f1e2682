package tokenizer

import "math/bits"

// pairs maps two neighbouring tokens to the rank and the token of their merge: a
// hash table with open addressing, half full at most.
type pairs struct {
	slots []pairSlot
	shift uint
	used  int
}

type pairSlot struct {
	left, right int32 // left < 0: empty
	rank, token int32
}

func newPairs(n int) *pairs {
	p := &pairs{}
	p.grow(max(16, 2*n))
	return p
}

func (p *pairs) grow(n int) {
	old := p.slots
	log := bits.Len(uint(n - 1))
	p.slots, p.shift, p.used = make([]pairSlot, 1<<log), uint(64-log), 0
	for i := range p.slots {
		p.slots[i].left = -1
	}
	for _, s := range old {
		if s.left >= 0 {
			p.add(s.left, s.right, s.rank, s.token)
		}
	}
}

func (p *pairs) hash(left, right int32) int {
	return int((uint64(uint32(left))<<32 | uint64(uint32(right))) * 0x9e3779b97f4a7c15 >> p.shift)
}

// add keeps the first rank of a pair.
func (p *pairs) add(left, right, rank, token int32) {
	if 2*(p.used+1) > len(p.slots) {
		p.grow(2 * len(p.slots))
	}
	for i := p.hash(left, right); ; i = (i + 1) & (len(p.slots) - 1) {
		s := &p.slots[i]
		if s.left < 0 {
			*s = pairSlot{left, right, rank, token}
			p.used++
			return
		}
		if s.left == left && s.right == right {
			return
		}
	}
}

// get returns the rank and the token of a merge, or noRank.
func (p *pairs) get(left, right int32) (rank, token int32) {
	for i := p.hash(left, right); ; i = (i + 1) & (len(p.slots) - 1) {
		s := &p.slots[i]
		if s.left == left && s.right == right {
			return s.rank, s.token
		}
		if s.left < 0 {
			return noRank, -1
		}
	}
}
