package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

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
	fill := func(v uint32) reg.VecVirtual {
		g, z := GP32(), ZMM()
		MOVL(U32(v), g)
		VPBROADCASTD(g, z)
		return z
	}
	low4, low6, top2, low8 := fill(0x0f0f0f0f), fill(0x3f3f3f3f), fill(0x30303030), fill(0xff)
	loop("interleave_q4k", n, 1, func() {
		// The first 16 bytes of each row: word c of all rows goes to w[c].
		var r [4]reg.VecVirtual
		for j := range r {
			r[j] = ZMM()
			VMOVDQU32(row(j, 0), r[j].AsX())
			for l := 1; l < 4; l++ {
				VINSERTI32X4(U8(uint8(l)), row(4*l+j, 0), r[j], r[j])
			}
		}
		two := func(op func(...Op), a, b reg.VecVirtual) reg.VecVirtual {
			out := ZMM()
			op(b, a, out)
			return out
		}
		ab, AB := two(VPUNPCKLDQ, r[0], r[1]), two(VPUNPCKHDQ, r[0], r[1])
		cd, CD := two(VPUNPCKLDQ, r[2], r[3]), two(VPUNPCKHDQ, r[2], r[3])
		d, a0 := two(VPUNPCKLQDQ, ab, cd), two(VPUNPCKHQDQ, ab, cd)
		a1, a2 := two(VPUNPCKLQDQ, AB, CD), two(VPUNPCKHQDQ, AB, CD)

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
				PREFETCHT0(row(i, 576+64*h))
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
