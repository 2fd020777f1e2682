package grammar

import "math/big"

// Numbers with an exponent are written with one digit before the point that is not 0, as programs
// write them, so that the exponent says how large they are. Without bounds, any digits and an
// exponent of two digits are taken, too.

// The exponents of a float64 of one digit before the point: of the largest, and of the smallest
// that is not read as 0 whatever its digits.
const maxExponent, minExponent = 308, -323

var (
	one, ten = big.NewRat(1, 1), big.NewRat(10, 1)

	// The digits of the largest float64, as programs write it.
	largest, _ = new(big.Rat).SetString("1.7976931348623157")
)

// scaled writes the numbers of an interval of magnitudes that have an exponent.
func (b *builder) scaled(s span) node {
	if s.integer || s.high != nil && (s.high.Sign() <= 0 || s.low.Cmp(s.high) > 0) {
		return none
	}
	low, bottom := one, minExponent
	if s.low.Sign() > 0 {
		low, bottom = mantissa(s.low)
	} else {
		s.lowOpen = false
	}
	high, top := largest, maxExponent
	if s.high != nil {
		high, top = mantissa(s.high)
	}
	switch {
	case top > maxExponent: // no float64 holds it
		high, top, s.highOpen = largest, maxExponent, false
	case s.high == nil:
		s.highOpen = false
	}
	if bottom < minExponent {
		low, bottom, s.lowOpen = one, minExponent, false
	}
	if top < bottom {
		return none
	}
	if top == bottom {
		return b.cat2(b.magnitude(span{low: low, high: high, lowOpen: s.lowOpen, highOpen: s.highOpen}), b.exponent(top, top))
	}
	parts := []node{b.cat2(b.magnitude(span{low: one, high: high, highOpen: s.highOpen}), b.exponent(top, top))}
	if low.Cmp(one) > 0 || s.lowOpen {
		parts = append(parts, b.cat2(b.magnitude(span{low: low, high: ten, lowOpen: s.lowOpen, highOpen: true}), b.exponent(bottom, bottom)))
		bottom++
	}
	any := b.cat2(b.span('1', '9', empty), b.or(empty, b.cat2(b.lit("."), b.digits(1, maxDigits))))
	return b.or(append(parts, b.cat2(any, b.exponent(bottom, top-1)))...)
}

// mantissa gives v as m·10^exp with 1 ≤ m < 10. What is smaller than any exponent has the
// exponent below the least.
func mantissa(v *big.Rat) (m *big.Rat, exp int) {
	m = new(big.Rat).Set(v)
	for ; m.Cmp(ten) >= 0; exp++ {
		m.Quo(m, ten)
	}
	for ; m.Cmp(one) < 0 && exp >= minExponent; exp-- {
		m.Mul(m, ten)
	}
	return m, exp
}

// exponent writes e and a number from low to high, also with zeros before it.
func (b *builder) exponent(low, high int) node {
	if low > high {
		return none
	}
	digits := func(low, high int) node {
		if low > high {
			return none
		}
		n := b.magnitude(span{low: big.NewRat(int64(low), 1), high: big.NewRat(int64(high), 1), integer: true})
		return b.cat2(b.repeat(b.lit("0"), 0, 2), n)
	}
	return b.cat(b.or(b.lit("e"), b.lit("E")), b.or(
		b.cat2(b.or(empty, b.lit("+")), digits(max(low, 0), high)),
		b.cat2(b.lit("-"), digits(max(-high, 0), -low))))
}
