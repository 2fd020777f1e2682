package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// dotQ4KAVX512 multiplies as it unpacks. Two sub-blocks share a register: the low
// halves of 64 bytes are sub-blocks 0 and 2, the high halves 1 and 3.
func dotQ4KAVX512() {
	TEXT("dotQ4KAVX512", NOSPLIT, "func(b *byte, a *int8, wide *float32, blocks int) float32")
	Doc("dotQ4KAVX512 is kernels.dotQ4K for AVX-512 with VNNI.")
	Pragma("noescape")
	b, a, wide, n := ptr("b"), ptr("a"), ptr("wide"), ptr("blocks")

	lanes := GLOBL("q4kLanes", RODATA|NOPTR)
	at := 0
	dword := func(v uint32) {
		DATA(at, U32(v))
		at += 4
	}
	for _, pair := range [][2]uint32{{0, 2}, {1, 3}, {4, 6}, {5, 7}, {0, 1}} { // of scales; last d and dmin
		for i := range 16 {
			dword(pair[i/8])
		}
	}
	for _, shift := range []uint32{0, 4, 0, 0} {
		dword(shift)
	}
	idx := loadLanes512(lanes, 5)
	shifts := XMM()
	VMOVDQU(lanes.Offset(64*5), shifts)
	low4, low6, top2 := ZMM(), XMM(), XMM()
	g := GP32()
	MOVL(U32(0x0f0f0f0f), g)
	VPBROADCASTD(g, low4)
	MOVL(U32(0x3f3f3f3f), g)
	VPBROADCASTD(g, low6)
	MOVL(U32(0x30303030), g)
	VPBROADCASTD(g, top2)
	acc, corr := ZMM(), ZMM()
	zero(acc)
	zero(corr)
	other := ZMM()
	zero(other)
	loop("q4k_dot", n, 1, func() {
		// Eight scales, then eight minima, as floats; times d and dmin, and times the
		// activations' scales and sums.
		s, t, top, six := XMM(), XMM(), XMM(), XMM()
		VMOVQ(Mem{Base: b, Disp: 4}, s)
		VPBROADCASTD(Mem{Base: b, Disp: 12}, t)
		VPSRLVD(shifts, t, t)
		VPAND(low4.AsX(), t, t)
		VPSRLD(U8(2), s, top)
		VPAND(top2, top, top)
		VPOR(top, t, t)
		VPAND(low6, s, six)
		VPUNPCKLDQ(t, six, six)
		f, d := ZMM(), ZMM()
		VPMOVZXBD(six, f)
		VCVTDQ2PS(f, f)
		VMOVD(Mem{Base: b}, d.AsX())
		VCVTPH2PS(d.AsX(), d.AsX())
		VPERMPS(d, idx[4], d)
		VMULPS(Mem{Base: wide}, d, d)
		VMULPS(d, f, f)
		VADDPS(f, corr, corr)
		for h := range 2 {
			q, high := ZMM(), ZMM()
			VMOVDQU8(Mem{Base: b, Disp: 16 + 64*h}, q)
			VPSRLW(U8(4), q, high)
			VPANDD(low4, q, q)
			VPANDD(low4, high, high)
			x, y := ZMM(), ZMM()
			VMOVDQU8(Mem{Base: a, Disp: 128 * h}, x.AsY())
			VINSERTI64X4(U8(1), Mem{Base: a, Disp: 128*h + 64}, x, x)
			VMOVDQU8(Mem{Base: a, Disp: 128*h + 32}, y.AsY())
			VINSERTI64X4(U8(1), Mem{Base: a, Disp: 128*h + 96}, y, y)
			dot, dot2, sc, sc2 := ZMM(), ZMM(), ZMM(), ZMM()
			zero(dot)
			zero(dot2)
			VPDPBUSD(x, q, dot)
			VPDPBUSD(y, high, dot2)
			VCVTDQ2PS(dot, dot)
			VCVTDQ2PS(dot2, dot2)
			VPERMPS(f, idx[2*h], sc)
			VPERMPS(f, idx[2*h+1], sc2)
			VFMADD231PS(dot, sc, acc)
			VFMADD231PS(dot2, sc2, other)
		}
		for at := 0; at < 144; at += 64 {
			PREFETCHT0(Mem{Base: b, Disp: 1536 + at})
		}
		ADDQ(U32(144), b)
		ADDQ(U32(256), a)
		ADDQ(U32(64), wide)
	})
	VADDPS(other, acc, acc)
	minus := YMM()
	VEXTRACTF64X4(U8(1), corr, minus)
	total, offset := sumZ(acc), sumY(minus)
	VSUBSS(offset, total, total)
	VZEROUPPER()
	Store(total, ReturnIndex(0))
	RET()
}
