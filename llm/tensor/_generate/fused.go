package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dotQ4KAVX512 multiplies as it unpacks. Two sub-blocks share a register: the low
// halves of 64 bytes are sub-blocks 0 and 2, the high halves 1 and 3, and the activations
// are in that order.
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
			dot, dot2, sc, sc2 := ZMM(), ZMM(), ZMM(), ZMM()
			zero(dot)
			zero(dot2)
			VPDPBUSD(Mem{Base: a, Disp: 128 * h}, q, dot)
			VPDPBUSD(Mem{Base: a, Disp: 128*h + 64}, high, dot2)
			VCVTDQ2PS(dot, dot)
			VCVTDQ2PS(dot2, dot2)
			VPERMPS(f, idx[2*h], sc)
			VPERMPS(f, idx[2*h+1], sc2)
			VFMADD231PS(dot, sc, acc)
			VFMADD231PS(dot2, sc2, other)
		}
		stream(b, 144)
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

// dotQ6KAVX512 multiplies as it unpacks. The low halves of 64 bytes are the elements 0 to
// 63 of half a block, the high halves the next 64; their upper two bits lie in 32 bytes,
// which a shift of its own for each half of the register moves to bits 4 and 5.
func dotQ6KAVX512() {
	TEXT("dotQ6KAVX512", NOSPLIT, "func(b *byte, a *int8, d, sum *float32, blocks int) float32")
	Doc("dotQ6KAVX512 is kernels.dotQ6K for AVX-512 with VNNI.")
	Pragma("noescape")
	b, a, d, sum, n := ptr("b"), ptr("a"), ptr("d"), ptr("sum"), ptr("blocks")

	shifts := GLOBL("q6kShifts", RODATA|NOPTR)
	for i, shift := range []uint32{4, 2, 0, 2} { // left for the low halves of bytes, right for the high
		for k := range 8 {
			DATA(32*i+4*k, U32(shift|shift<<16))
		}
	}
	count := loadLanes512(shifts, 2)
	idx := loadLanes()
	low, top := ZMM(), ZMM()
	g := GP32()
	MOVL(U32(0x0f0f0f0f), g)
	VPBROADCASTD(g, low)
	MOVL(U32(0x30303030), g)
	VPBROADCASTD(g, top)
	acc := [2]reg.VecVirtual{ZMM(), ZMM()}
	corr := ZMM()
	zero(acc[0])
	zero(acc[1])
	zero(corr)
	loop("q6k_dot", n, 1, func() {
		scale, f := ZMM(), ZMM()
		VPMOVSXBD(Mem{Base: b, Disp: 192}, scale)
		VCVTDQ2PS(scale, scale)
		VPBROADCASTW(Mem{Base: b, Disp: 208}, f.AsY())
		VCVTPH2PS(f.AsY(), f)
		VMULPS(f, scale, scale)
		VFMADD231PS(Mem{Base: sum}, scale, corr)
		VMULPS(Mem{Base: d}, scale, scale)
		for h := range 2 {
			q, high, bits, bits2 := ZMM(), ZMM(), ZMM(), ZMM()
			VMOVDQU8(Mem{Base: b, Disp: 64 * h}, q)
			VBROADCASTI64X4(Mem{Base: b, Disp: 128 + 32*h}, bits)
			VPSRLW(U8(4), q, high)
			VPANDD(low, q, q)
			VPANDD(low, high, high)
			VPSRLVW(count[1], bits, bits2)
			VPSLLVW(count[0], bits, bits)
			VPTERNLOGD(U8(0xf8), top, bits, q) // q | bits & top
			VPTERNLOGD(U8(0xf8), top, bits2, high)
			for k, codes := range []reg.VecVirtual{q, high} {
				dot, sc := ZMM(), ZMM()
				zero(dot)
				VPDPBUSD(Mem{Base: a, Disp: 128*h + 64*k}, codes, dot)
				VCVTDQ2PS(dot, dot)
				VPERMPS(scale, idx[2*h+k], sc)
				VFMADD231PS(dot, sc, acc[k])
			}
		}
		stream(b, 210)
		ADDQ(U32(210), b)
		ADDQ(U32(256), a)
		ADDQ(U32(64), d)
		ADDQ(U32(64), sum)
	})
	VADDPS(acc[0], acc[1], acc[0])
	total, offset := sumZ(acc[0]), sumZ(corr)
	thirtyTwo := XMM()
	MOVL(U32(0x42000000), g)
	VMOVD(g, thirtyTwo)
	VFNMADD231SS(thirtyTwo, offset.AsX(), total.AsX())
	VZEROUPPER()
	Store(total, ReturnIndex(0))
	RET()
}

// stream asks for what a matrix, read from memory row after row, holds further on: into the
// second-level cache what comes in the time that memory takes to answer, four or five times
// over, for that one keeps more requests open than the first; and from there into the first
// what comes next. Both distances are measured (see BENCHMARKS.md).
func stream(b reg.GPVirtual, size int) {
	const distance, soon = 5120, 2048
	for at := 0; at < size; at += 64 {
		PREFETCHT1(Mem{Base: b, Disp: distance + at})
		PREFETCHT0(Mem{Base: b, Disp: soon + at})
	}
}
