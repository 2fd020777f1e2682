package tensor

import (
	_ "embed"
	"encoding/binary"
	"math"
	"math/bits"
)

// The IQ formats keep the amounts of several weights as one index into a codebook, and
// their signs apart. The codebooks are part of the formats, as ggml defines them:
// grids.bin holds each entry as 16 bits, little-endian. Those of the IQ2 formats are eight
// amounts of two bits, those of the IQ3 formats four of three bits, lowest first.
//
//go:embed grids.bin
var grids []byte

// Entries of the codebooks, in the order of grids.bin.
var (
	gridIQ2XXS = codebook(0, 256)
	gridIQ2XS  = codebook(256, 512)
	gridIQ2S   = codebook(768, 1024)
	gridIQ3XXS = codebook(1792, 256)
	gridIQ3S   = codebook(2048, 512)
)

func codebook(first, n int) []uint16 {
	out := make([]uint16, n)
	for i := range out {
		out[i] = binary.LittleEndian.Uint16(grids[2*(first+i):])
	}
	return out
}

// amountsIQ2 and the like are what a code of a codebook stands for. IQ3_S's are odd
// numbers.
var (
	amountsIQ2    = [4]uint8{8, 25, 43}
	amountsIQ3XXS = [8]uint8{4, 12, 20, 28, 36, 44, 52, 62}
	amountsIQ3S   = [8]uint8{1, 3, 5, 7, 9, 11, 13, 15}
)

// eight writes eight amounts of an IQ2 codebook with their signs, offset by 64.
func eight(u []uint8, entry uint16, signs uint8) {
	for i := range u[:8] {
		u[i] = signed(64, amountsIQ2[entry>>(2*i)&3], signs>>i)
	}
}

// four does the same for an IQ3 codebook.
func four(u []uint8, entry uint16, amounts *[8]uint8, signs, offset uint8) {
	for i := range u[:4] {
		u[i] = signed(offset, amounts[entry>>(3*i)&7], signs>>i)
	}
}

// signed returns offset plus or minus the amount, by the lowest bit of sign.
func signed(offset, amount, sign uint8) uint8 {
	if sign&1 != 0 {
		return offset - amount
	}
	return offset + amount
}

// evenSigns makes eight signs of seven: their number is even.
func evenSigns(seven uint32) uint8 {
	s := uint8(seven & 127)
	return s | uint8(bits.OnesCount8(s)&1)<<7
}

func unpackIQ2_XXS(u []uint8, s, m []float32, b []byte) {
	d := halfAt(b)
	for g := range 8 { // 32 weights: four indices, four times seven signs and a scale
		q := b[2+8*g:][:8]
		tail := binary.LittleEndian.Uint32(q[4:])
		for k := range 4 {
			eight(u[32*g+8*k:], gridIQ2XXS[q[k]], evenSigns(tail>>(7*k)))
		}
		scale := d * (0.5 + float32(tail>>28)) * 0.25
		both(s[2*g:], scale)
		both(m[2*g:], 64*scale)
	}
}

// scales4 writes 16 scales of four bits, for codes that are offset by 64.
func scales4(s, m []float32, d float32, b []byte) {
	for g := range 16 {
		s[g] = d * (0.5 + float32(b[g/2]>>(4*(g%2))&15)) * 0.25
		m[g] = 64 * s[g]
	}
}

func unpackIQ2_XS(u []uint8, s, m []float32, b []byte) {
	for k := range 32 { // eight weights: nine bits of index, seven signs
		q := le16(b[2+2*k:])
		eight(u[8*k:], gridIQ2XS[q&511], evenSigns(uint32(q>>9)))
	}
	scales4(s, m, halfAt(b), b[66:])
}

func unpackIQ2_S(u []uint8, s, m []float32, b []byte) {
	qs, signs, qh := b[2:34], b[34:66], b[66:74]
	for k := range 32 {
		index := uint16(qs[k]) | uint16(qh[k/4]>>(2*(k%4))&3)<<8
		eight(u[8*k:], gridIQ2S[index], signs[k])
	}
	scales4(s, m, halfAt(b), b[74:])
}

func unpackIQ3_XXS(u []uint8, s, m []float32, b []byte) {
	d := halfAt(b)
	for g := range 8 {
		tail := binary.LittleEndian.Uint32(b[66+4*g:])
		for k := range 8 {
			signs := evenSigns(tail>>(7*(k/2))) >> (4 * (k % 2))
			four(u[32*g+4*k:], gridIQ3XXS[b[2+8*g+k]], &amountsIQ3XXS, signs, 64)
		}
		scale := d * (0.5 + float32(tail>>28)) * 0.5
		both(s[2*g:], scale)
		both(m[2*g:], 64*scale)
	}
}

func unpackIQ3_S(u []uint8, s, m []float32, b []byte) {
	d := halfAt(b)
	qs, qh, signs, scales := b[2:66], b[66:74], b[74:106], b[106:110]
	for k := range 64 {
		index := uint16(qs[k]) | uint16(qh[k/8]>>(k%8)&1)<<8
		four(u[4*k:], gridIQ3S[index], &amountsIQ3S, signs[k/2]>>(4*(k%2)), 16)
	}
	for g := range 8 {
		scale := d * float32(1+2*(scales[g/2]>>(4*(g%2))&15))
		both(s[2*g:], scale)
		both(m[2*g:], 16*scale)
	}
}

// codesIQ4 are the sixteen values of the IQ4 formats, offset by 128.
var codesIQ4 = [16]uint8{1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241}

// lookup puts what they stand for in place of 32 nibbles.
func lookup(u []uint8, values *[16]uint8) {
	for i := range u[:32] {
		u[i] = values[u[i]]
	}
}

func unpackIQ4_NL(u []uint8, s, m []float32, b []byte) {
	d := halfAt(b)
	nibbles(u, b[2:])
	lookup(u, &codesIQ4)
	both(s, d)
	both(m, 128*d)
}

func unpackIQ4_XS(u []uint8, s, m []float32, b []byte) {
	d, high := halfAt(b), le16(b[2:])
	for g := range 8 {
		nibbles(u[32*g:], b[8+16*g:])
		lookup(u[32*g:], &codesIQ4)
		scale := d * float32(int(b[4+g/2]>>(4*(g%2))&15|uint8(high>>(2*g)&3)<<4)-32)
		both(s[2*g:], scale)
		both(m[2*g:], 128*scale)
	}
}

// codesMXFP4 are the values of four-bit floats (a sign, two bits of exponent, one of
// mantissa) twice, offset by 16.
var codesMXFP4 = [16]uint8{16, 17, 18, 19, 20, 22, 24, 28, 16, 15, 14, 13, 12, 10, 8, 4}

func unpackMXFP4(u []uint8, s, m []float32, b []byte) {
	nibbles(u, b[1:])
	lookup(u, &codesMXFP4)
	scale := exponentMXFP4(b[0])
	both(s, scale)
	both(m, 16*scale)
}

// exponentMXFP4 is half of 2 to the power of the exponent less 127.
func exponentMXFP4(e uint8) float32 {
	if e < 2 {
		return math.Float32frombits(0x00200000 << e)
	}
	return math.Float32frombits(uint32(e-1) << 23)
}
