package grammar

import (
	"fmt"
	"math/big"
	"strings"
)

// modState is what is known of the digits read: their remainder.
type modState struct {
	mod, rem int64 // in units of 10^-places
	places   int   // decimal places that the divisor has
	frac     int   // places read
	dot      bool
}

func (b *builder) mod(s modState) node {
	r := s.rem
	for i := s.frac; i < s.places; i++ {
		r = r * 10 % s.mod
	}
	return b.intern(expr{kind: kMod, data: s, nullable: r == 0}, fmt.Sprint(s))
}

func (b *builder) stepMod(s modState, c byte) node {
	switch {
	case c == '.' && !s.dot:
		s.dot = true
	case c < '0' || c > '9':
		return none
	case s.dot && s.frac == s.places:
		if c != '0' {
			return none
		}
		return b.mod(s)
	default:
		if s.dot {
			s.frac++
		}
		s.rem = (s.rem*10 + int64(c-'0')) % s.mod
	}
	return b.mod(s)
}

// boundState compares the digits read with a bound.
type boundState struct {
	whole, frac string // digits of the bound; "0" whole has one digit
	op          byte   // '<', 'l' (at most), '>', 'g' (at least)
	pos         int    // digits of this part read
	cmp         int    // of those digits
	dot         bool
}

func (b *builder) bound(s boundState) node {
	cmp := s.cmp
	if !s.dot {
		switch {
		case s.pos < len(s.whole):
			cmp = -1
		case s.pos > len(s.whole):
			cmp = 1
		}
	}
	if cmp == 0 && (!s.dot || s.pos < len(s.frac)) {
		from := 0
		if s.dot {
			from = s.pos
		}
		if strings.Trim(s.frac[from:], "0") != "" {
			cmp = -1
		}
	}
	ok := map[byte]bool{'<': cmp < 0, 'l': cmp <= 0, '>': cmp > 0, 'g': cmp >= 0}[s.op]
	return b.intern(expr{kind: kBound, data: s, nullable: ok}, fmt.Sprint(s))
}

func (b *builder) stepBound(s boundState, c byte) node {
	if c == '.' && !s.dot {
		switch {
		case s.pos < len(s.whole):
			s.cmp = -1
		case s.pos > len(s.whole):
			s.cmp = 1
		}
		s.dot, s.pos = true, 0
		return b.bound(s)
	}
	if c < '0' || c > '9' {
		return none
	}
	part := s.whole
	if s.dot {
		part = s.frac
	}
	d := byte('0')
	if s.pos < len(part) {
		d = part[s.pos]
	}
	if s.cmp == 0 && (s.dot || s.pos < len(part)) && c != d {
		s.cmp = 1
		if c < d {
			s.cmp = -1
		}
	}
	s.pos = min(s.pos+1, len(part)+1)
	return b.bound(s)
}

// numberRule is the conjunction of a schema's number keywords.
type numberRule struct {
	integer       bool
	low, high     *big.Rat
	lowEx, highEx bool
	multiples     []*big.Rat
}

func (r *numberRule) atLeast(v *big.Rat, ex bool) {
	if r.low == nil || v.Cmp(r.low) > 0 || (v.Cmp(r.low) == 0 && ex) {
		r.low, r.lowEx = v, ex
	}
}

func (r *numberRule) atMost(v *big.Rat, ex bool) {
	if r.high == nil || v.Cmp(r.high) < 0 || (v.Cmp(r.high) == 0 && ex) {
		r.high, r.highEx = v, ex
	}
}

func (b *builder) number(r numberRule) (node, error) {
	digit := b.span('0', '9', empty)
	whole := b.or(b.lit("0"), b.cat(b.span('1', '9', empty), b.repeat(digit, 0, far)))
	plain := whole
	if !r.integer {
		plain = b.cat(whole, b.or(empty, b.cat(b.lit("."), b.repeat(digit, 1, far))))
	}
	if r.low == nil && r.high == nil && len(r.multiples) == 0 {
		if !r.integer {
			sign := b.or(empty, b.lit("+"), b.lit("-"))
			exp := b.cat(b.or(b.lit("e"), b.lit("E")), sign, b.repeat(digit, 1, far))
			plain = b.cat(plain, b.or(empty, exp))
		}
		return b.cat(b.or(empty, b.lit("-")), plain), nil
	}
	parts := []node{plain}
	for _, m := range r.multiples {
		places := 0
		v := new(big.Rat).Set(m)
		for !v.IsInt() && places < 12 {
			v.Mul(v, big.NewRat(10, 1))
			places++
		}
		if !v.IsInt() || !v.Num().IsInt64() || v.Num().Int64() > 1e6 || v.Sign() <= 0 {
			return none, fmt.Errorf("%s is too fine or too large a divisor", m.RatString())
		}
		parts = append(parts, b.mod(modState{mod: v.Num().Int64(), places: places}))
	}
	pos, neg := parts, append([]node(nil), parts...)
	posOK, negOK := true, true
	add := func(list *[]node, ok *bool, v *big.Rat, op byte) {
		// The magnitude must be op v.
		if v.Sign() < 0 {
			if op == '<' || op == 'l' {
				*ok = false
			}
			return
		}
		s := v.FloatString(340)
		w, f, _ := strings.Cut(s, ".")
		*list = append(*list, b.bound(boundState{whole: w, frac: strings.TrimRight(f, "0"), op: op}))
	}
	pick := func(ex bool, strict, loose byte) byte {
		if ex {
			return strict
		}
		return loose
	}
	if r.low != nil {
		add(&pos, &posOK, r.low, pick(r.lowEx, '>', 'g'))
		add(&neg, &negOK, new(big.Rat).Neg(r.low), pick(r.lowEx, '<', 'l'))
	}
	if r.high != nil {
		add(&pos, &posOK, r.high, pick(r.highEx, '<', 'l'))
		add(&neg, &negOK, new(big.Rat).Neg(r.high), pick(r.highEx, '>', 'g'))
	}
	out := none
	if posOK {
		out = b.and(pos...)
	}
	if negOK {
		out = b.or(out, b.cat(b.lit("-"), b.and(neg...)))
	}
	return out, nil
}
