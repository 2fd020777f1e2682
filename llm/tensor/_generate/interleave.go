package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fill returns a register full of one word.
func fill(v uint32) reg.VecVirtual {
	g, z := GP32(), ZMM()
	MOVL(U32(v), g)
	VPBROADCASTD(g, z)
	return z
}

// words loads 16 bytes of each of 16 rows: word c of all rows is the c-th result.
func words(row func(i, disp int) Mem, disp int) [4]reg.VecVirtual {
	var r [4]reg.VecVirtual
	for j := range r {
		r[j] = ZMM()
		VMOVDQU32(row(j, disp), r[j].AsX())
		for l := 1; l < 4; l++ {
			VINSERTI32X4(U8(uint8(l)), row(4*l+j, disp), r[j], r[j])
		}
	}
	return transposed4(r, ZMM)
}

// transposed4 transposes 4 × 4 words in each 128 bits of four registers.
func transposed4(r [4]reg.VecVirtual, vector func() reg.VecVirtual) [4]reg.VecVirtual {
	two := func(op func(...Op), a, b reg.VecVirtual) reg.VecVirtual {
		out := vector()
		op(b, a, out)
		return out
	}
	ab, AB := two(VPUNPCKLDQ, r[0], r[1]), two(VPUNPCKHDQ, r[0], r[1])
	cd, CD := two(VPUNPCKLDQ, r[2], r[3]), two(VPUNPCKHDQ, r[2], r[3])
	return [4]reg.VecVirtual{two(VPUNPCKLQDQ, ab, cd), two(VPUNPCKHQDQ, ab, cd), two(VPUNPCKLQDQ, AB, CD), two(VPUNPCKHQDQ, AB, CD)}
}

// interleaveQ4K turns blocks of 16 rows into a strip without unpacking them first: the
// packed halves are transposed and split after, and the scales of all rows are decoded
// side by side.
func interleaveQ4K() {
	TEXT("interleaveQ4KAVX512", NOSPLIT, "func(u *uint8, s, m *float32, b *byte, stride, blocks int)")
	Doc("interleaveQ4KAVX512 is kernels.interleaveQ4K for AVX-512.")
	Pragma("noescape")
	u, s, m, b, stride, n := ptr("u"), ptr("s"), ptr("m"), ptr("b"), ptr("stride"), ptr("blocks")
	bases, stride3 := sixteen(b, stride)
	row := func(i, disp int) Mem { return fourth(bases[i/4], stride, stride3, i%4, disp) }
	low4, low6, top2, low8 := fill(0x0f0f0f0f), fill(0x3f3f3f3f), fill(0x30303030), fill(0xff)
	loop("interleave_q4k", n, 1, func() {
		w := words(row, 0)
		d, a0, a1, a2 := w[0], w[1], w[2], w[3]
		half := func(shift uint8) reg.VecVirtual {
			z := ZMM()
			if shift > 0 {
				VPSRLD(U8(shift), d, z)
				VPMOVDW(z, z.AsY())
			} else {
				VPMOVDW(d, z.AsY())
			}
			VCVTPH2PS(z.AsY(), z)
			return z
		}
		for h, to := range []reg.GPVirtual{s, m} {
			scale, low := half(uint8(16*h)), []reg.VecVirtual{a0, a1}[h]
			six, four, top := ZMM(), ZMM(), ZMM()
			VPANDD(low6, low, six)
			if h > 0 {
				VPSRLD(U8(4), a2, four)
				VPANDD(low4, four, four)
			} else {
				VPANDD(low4, a2, four)
			}
			VPSRLD(U8(2), low, top)
			VPANDD(top2, top, top)
			VPORD(top, four, four)
			for j := range 8 {
				z, from := ZMM(), []reg.VecVirtual{six, four}[j/4]
				if shift := uint8(8 * (j % 4)); shift > 0 {
					VPSRLD(U8(shift), from, z)
					if shift < 24 {
						VPANDD(low8, z, z)
					}
				} else {
					VPANDD(low8, from, z)
				}
				VCVTDQ2PS(z, z)
				VMULPS(scale, z, z)
				VMOVUPS(z, Mem{Base: to, Disp: 128 * j})
			}
		}
		for h := range 2 {
			var q [16]reg.VecVirtual
			for i := range q {
				q[i] = ZMM()
				VMOVDQU32(row(i, 16+64*h), q[i])
			}
			transposed(q, func(c int, packed reg.VecVirtual) {
				high := ZMM()
				VPSRLW(U8(4), packed, high)
				VPANDD(low4, packed, packed)
				VPANDD(low4, high, high)
				// 8 words are the 32 bytes of two sub-blocks.
				at := 64 * (32*h + c/8*16 + c%8)
				VMOVDQU32(packed, Mem{Base: u, Disp: at})
				VMOVDQU32(high, Mem{Base: u, Disp: at + 512})
			})
		}
		for _, base := range bases {
			ADDQ(U32(144), base)
		}
		ADDQ(U32(4096), u)
		ADDQ(U32(1024), s)
		ADDQ(U32(1024), m)
	})
	VZEROUPPER()
	RET()
}

// interleaveQ6K does the same for Q6_K. The transposed top bits wait in the last quarter
// of the block's codes, which is written last: transposed passes column c before c+8,
// and those two use the same top bits, which the high half of c+8 overwrites.
func interleaveQ6K() {
	TEXT("interleaveQ6KAVX512", NOSPLIT, "func(u *uint8, s, m *float32, b *byte, stride, blocks int)")
	Doc("interleaveQ6KAVX512 is kernels.interleaveQ6K for AVX-512.")
	Pragma("noescape")
	u, s, m, b, stride, n := ptr("u"), ptr("s"), ptr("m"), ptr("b"), ptr("stride"), ptr("blocks")
	bases, stride3 := sixteen(b, stride)
	row := func(i, disp int) Mem { return fourth(bases[i/4], stride, stride3, i%4, disp) }
	tops := func(c int) Mem { return Mem{Base: u, Disp: 3072 + 64*c} }
	low4, top2, times32 := fill(0x0f0f0f0f), fill(0x30303030), constZ(32)
	rows := func(disp int) (q [16]reg.VecVirtual) {
		for i := range q {
			q[i] = ZMM()
			VMOVDQU32(row(i, disp), q[i])
		}
		return q
	}
	loop("interleave_q6k", n, 1, func() {
		d := words(row, 194)[3] // the scale is in the upper half of the word at 206
		VPSRLD(U8(16), d, d)
		VPMOVDW(d, d.AsY())
		VCVTPH2PS(d.AsY(), d)
		for c, word := range words(row, 192) {
			for j := range 4 {
				z, z32 := ZMM(), ZMM()
				VPSLLD(U8(uint8(24-8*j)), word, z)
				VPSRAD(U8(24), z, z)
				VCVTDQ2PS(z, z)
				VMULPS(d, z, z)
				VMULPS(times32, z, z32)
				VMOVUPS(z, Mem{Base: s, Disp: 64 * (4*c + j)})
				VMOVUPS(z32, Mem{Base: m, Disp: 64 * (4*c + j)})
			}
		}
		transposed(rows(128), func(c int, out reg.VecVirtual) { VMOVDQU32(out, tops(c)) })
		for h := range 2 {
			transposed(rows(64*h), func(c int, packed reg.VecVirtual) {
				high, top, t := ZMM(), ZMM(), ZMM()
				VPSRLW(U8(4), packed, high)
				VPANDD(low4, packed, packed)
				VPANDD(low4, high, high)
				VMOVDQU32(tops(8*h+c%8), top)
				if c < 8 {
					VPSLLW(U8(4), top, t)
				} else {
					VPSLLW(U8(2), top, t)
					VPSRLW(U8(2), top, top)
				}
				VPANDD(top2, t, t)
				VPANDD(top2, top, top)
				VPORD(t, packed, packed)
				VPORD(top, high, high)
				at := 64 * (32*h + c) // the high halves are 64 weights later
				VMOVDQU32(packed, Mem{Base: u, Disp: at})
				VMOVDQU32(high, Mem{Base: u, Disp: at + 1024})
			})
		}
		for _, base := range bases {
			ADDQ(U32(210), base)
		}
		ADDQ(U32(4096), u)
		ADDQ(U32(1024), s)
		ADDQ(U32(1024), m)
	})
	VZEROUPPER()
	RET()
}
