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
	return b.intern(expr{kind: kMod, data: s, nullable: r == 0}, nil, nil, fmt.Sprint(s))
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

// numberRule is the conjunction of a schema's number keywords.
type numberRule struct {
	integer       bool
	low, high     *big.Rat
	lowEx, highEx bool
	multiples     []*big.Rat
	not           []*big.Rat // what it is no multiple of
	banned        []*big.Rat // what it is not
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

// maxDigits bounds the digits before and after the point: so a number ends, and fits in 64
// bits of floating point.
const maxDigits = 100

func (b *builder) digits(least, most int32) node {
	return b.repeat(b.span('0', '9', empty), least, most)
}

func (b *builder) number(r numberRule) (node, error) {
	if r.low == nil && r.high == nil && len(r.multiples)+len(r.not)+len(r.banned) == 0 {
		if !r.integer && b.anyNumber != none {
			return b.anyNumber, nil
		}
		n := b.or(b.lit("0"), b.cat2(b.span('1', '9', empty), b.digits(0, maxDigits-1)))
		if !r.integer {
			sign := b.or(empty, b.lit("+"), b.lit("-"))
			exp := b.cat(b.or(b.lit("e"), b.lit("E")), sign, b.digits(1, 2))
			n = b.cat(n, b.or(empty, b.cat2(b.lit("."), b.digits(1, maxDigits))), b.or(empty, exp))
			n = b.or(n, b.scaled(span{low: new(big.Rat)}))
		}
		if n = b.cat2(b.or(empty, b.lit("-")), n); !r.integer {
			b.anyNumber = n
		}
		return n, nil
	}
	zero := new(big.Rat)
	pos, neg := span{low: zero, high: r.high, highOpen: r.highEx}, span{low: zero, integer: r.integer}
	pos.integer = r.integer
	if r.low != nil && r.low.Sign() >= 0 {
		pos.low, pos.lowOpen = r.low, r.lowEx
	}
	if r.low != nil {
		neg.high, neg.highOpen = new(big.Rat).Neg(r.low), r.lowEx
	}
	if r.high != nil && r.high.Sign() <= 0 {
		neg.low, neg.lowOpen = new(big.Rat).Neg(r.high), r.highEx
	}
	up, down := []node{b.magnitude(pos)}, []node{b.magnitude(neg)}
	if len(r.multiples)+len(r.not)+len(r.banned) == 0 { // those are told by the digits alone
		up[0], down[0] = b.or(up[0], b.scaled(pos)), b.or(down[0], b.scaled(neg))
	}
	for _, m := range r.multiples {
		n, err := b.multiple(m)
		if err != nil {
			return none, err
		}
		up, down = append(up, n), append(down, n)
	}
	for _, m := range r.not {
		n, err := b.multiple(m)
		if err != nil {
			return none, err
		}
		up, down = append(up, b.not(n)), append(down, b.not(n))
	}
	for _, v := range r.banned {
		n := b.not(b.magnitude(span{low: new(big.Rat).Abs(v), high: new(big.Rat).Abs(v)}))
		if v.Sign() >= 0 {
			up = append(up, n)
		}
		if v.Sign() <= 0 {
			down = append(down, n)
		}
	}
	return b.or(b.and(up...), b.cat2(b.lit("-"), b.and(down...))), nil
}

// multiple is the decimals that are a multiple of m.
func (b *builder) multiple(m *big.Rat) (node, error) {
	places := 0
	v := new(big.Rat).Set(m)
	for !v.IsInt() && places < 12 {
		v.Mul(v, big.NewRat(10, 1))
		places++
	}
	if !v.IsInt() || !v.Num().IsInt64() || v.Num().Int64() > 1e6 || v.Sign() <= 0 {
		return none, fmt.Errorf("%s is too fine or too large a divisor", m.RatString())
	}
	return b.mod(modState{mod: v.Num().Int64(), places: places}), nil
}

// span is an interval of magnitudes; high may be nil.
type span struct {
	low, high         *big.Rat
	lowOpen, highOpen bool // the bound itself is outside
	integer           bool
}

// magnitude writes the decimals of an interval, digit by digit, in the only way that
// JSON allows but for zeros at the end of a fraction.
func (b *builder) magnitude(s span) node {
	if s.high != nil && (s.high.Sign() < 0 || s.low.Cmp(s.high) > 0) {
		return none
	}
	w := &rangeWriter{b: b, integer: s.integer, lowOpen: s.lowOpen, highOpen: s.highOpen}
	w.low, w.lowFrac = decimal(s.low)
	if s.high != nil {
		w.high, w.highFrac = decimal(s.high)
	}
	var list []node
	for n := len(w.low); n <= maxDigits && (s.high == nil || n <= len(w.high)); n++ {
		tightLow, tightHigh := n == len(w.low), s.high != nil && n == len(w.high)
		if !tightLow && !tightHigh && s.high == nil {
			// Any longer number is larger.
			list = append(list, b.cat(b.span('1', '9', empty), b.digits(int32(n-1), maxDigits-1), w.end(false, false)))
			break
		}
		list = append(list, w.whole(n, 0, tightLow, tightHigh))
	}
	return b.or(list...)
}

// decimal is the digits before and after the point.
func decimal(v *big.Rat) (whole, frac string) {
	if v.IsInt() {
		return v.Num().String(), ""
	}
	whole, frac, _ = strings.Cut(v.FloatString(340), ".")
	return whole, strings.TrimRight(frac, "0")
}

// rangeWriter makes the texts of the decimals between two bounds. While a number's
// digits are those of a bound so far it is tight to it.
type rangeWriter struct {
	b                            *builder
	integer                      bool
	low, lowFrac, high, highFrac string
	lowOpen, highOpen            bool
}

// whole is the rest, from digit i, of a number of n digits before the point.
func (w *rangeWriter) whole(n, i int, tightLow, tightHigh bool) node {
	if i == n {
		return w.end(tightLow, tightHigh)
	}
	lo, hi := byte('0'), byte('9')
	if i == 0 && n > 1 {
		lo = '1'
	}
	if tightLow {
		lo = max(lo, w.low[i])
	}
	if tightHigh {
		hi = w.high[i]
	}
	return w.choose(lo, hi, func(d byte) node {
		l, h := tightLow && d == w.low[i], tightHigh && d == w.high[i]
		if !l && !h {
			return w.b.cat2(w.b.digits(int32(n-i-1), int32(n-i-1)), w.end(false, false))
		}
		return w.whole(n, i+1, l, h)
	})
}

// choose is one of the digits, each with what follows it.
func (w *rangeWriter) choose(lo, hi byte, next func(d byte) node) node {
	var edges []edge
	for d := lo; d <= hi; d++ {
		to := next(d)
		if n := len(edges); n > 0 && edges[n-1].to == to {
			edges[n-1].hi = d
		} else if to != none {
			edges = append(edges, edge{d, d, to})
		}
	}
	return w.b.table(edges, false)
}

// end is what may follow the digits before the point.
func (w *rangeWriter) end(tightLow, tightHigh bool) node {
	out := none
	if w.fits(0, tightLow, tightHigh) {
		out = empty
	}
	if w.integer {
		return out
	}
	return w.b.or(out, w.b.cat2(w.b.lit("."), w.frac(0, tightLow, tightHigh)))
}

// fits says that a number may end after k digits of its fraction.
func (w *rangeWriter) fits(k int, tightLow, tightHigh bool) bool {
	if tightLow && (len(w.lowFrac) > k || w.lowOpen) {
		return false
	}
	return !tightHigh || len(w.highFrac) > k || !w.highOpen
}

// frac is the rest of a fraction after k digits.
func (w *rangeWriter) frac(k int, tightLow, tightHigh bool) node {
	b := w.b
	tightLow = tightLow && (k < len(w.lowFrac) || w.lowOpen) // it is at least the bound already
	more := int32(maxDigits - min(k, maxDigits))
	zeros := b.repeat(b.lit("0"), 0, more)
	switch {
	case !tightLow && !tightHigh:
		if k == 0 {
			return b.digits(1, more)
		}
		return b.digits(0, more)
	case tightHigh && k >= len(w.highFrac): // only zeros are left
		if w.highOpen || tightLow {
			return none
		}
		if k == 0 {
			return b.cat2(b.lit("0"), zeros)
		}
		return zeros
	case k >= len(w.lowFrac) && !tightHigh: // a digit must come that is not 0
		return b.cat(zeros, b.span('1', '9', empty), b.digits(0, more))
	}
	lo, hi := byte('0'), byte('9')
	if tightLow && k < len(w.lowFrac) {
		lo = w.lowFrac[k]
	}
	if tightHigh {
		hi = w.highFrac[k]
	}
	at := lo
	out := w.choose(lo, hi, func(d byte) node { return w.frac(k+1, tightLow && d == at, tightHigh && d == hi) })
	if k > 0 && w.fits(k, tightLow, tightHigh) {
		out = b.or(out, empty)
	}
	return out
}
