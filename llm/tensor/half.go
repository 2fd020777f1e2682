package tensor

import (
	"math"
	"math/bits"
)

// halfTable holds the float32 of every float16.
var halfTable = func() (t [1 << 16]float32) {
	for i := range t {
		t[i] = halfToFloat(uint16(i))
	}
	return
}()

// FromF16 returns the value of an IEEE 754 half-precision number.
func FromF16(h uint16) float32 { return halfTable[h] }

func halfToFloat(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exp, frac := uint32(h>>10&31), uint32(h&1023)
	switch exp {
	case 0:
		if frac == 0 {
			return math.Float32frombits(sign)
		}
		shift := uint32(bits.LeadingZeros32(frac)) - 21 // subnormal: bring its top bit to bit 10
		return math.Float32frombits(sign | (113-shift)<<23 | frac<<shift&1023<<13)
	case 31:
		return math.Float32frombits(sign | 255<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}

// ToF16 rounds to half precision, to nearest, ties to even; too large becomes infinite.
func ToF16(f float32) uint16 {
	b := math.Float32bits(f)
	sign := uint16(b >> 16 & 0x8000)
	b &= 0x7fffffff
	switch {
	case b > 0x7f800000:
		return sign | 0x7e00 // not a number
	case b >= 0x477ff000:
		return sign | 0x7c00
	case b < 0x38800000: // subnormal: the unit is 2^-24
		v := math.Float32frombits(b) * (1 << 24)
		return sign | uint16(math.RoundToEven(float64(v)))
	}
	b += 0xfff + b>>13&1
	return sign | uint16((b-112<<23)>>13)
}

// FromBF16 returns the value of a bfloat16.
func FromBF16(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// ToBF16 rounds to bfloat16, to nearest, ties to even.
func ToBF16(f float32) uint16 {
	b := math.Float32bits(f)
	if b&0x7fffffff > 0x7f800000 {
		return uint16(b>>16) | 0x40
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}

func le16(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }

func put16(b []byte, v uint16) { b[0], b[1] = byte(v), byte(v>>8) }

func halfAt(b []byte) float32 { return halfTable[le16(b)] }
