package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// smallDot adds to acc, as floats, the products of 32 unsigned codes up to 63 with 32
// activations, times scale.
func smallDot(codes reg.VecVirtual, acts Mem, scale, acc reg.VecVirtual) {
	VPMADDUBSW(acts, codes, codes)
	VPMADDWD(sixteenOnes(), codes, codes)
	VCVTDQ2PS(codes, codes)
	VFMADD231PS(codes, scale, acc)
}

// dotQ4KAVX2 multiplies as it unpacks. The scales of a block wait in memory, from where
// they are broadcast.
func dotQ4KAVX2() {
	TEXT("dotQ4KAVX2", NOSPLIT, "func(b *byte, a *int8, wide *float32, blocks int) float32")
	Doc("dotQ4KAVX2 is kernels.dotQ4K for AVX2.")
	Pragma("noescape")
	b, a, wide, n := ptr("b"), ptr("a"), ptr("wide"), ptr("blocks")
	shifts := GLOBL("q4kShifts", RODATA|NOPTR)
	for i, shift := range []uint32{0, 4, 0, 0} {
		DATA(4*i, U32(shift))
	}
	low4, acc, scales := bytes32(15), zeros(3), AllocLocal(32)
	corr := acc[2]
	loop("q4k_dot2", n, 1, func() {
		// Eight scales, then eight minima.
		s, t, top, six := XMM(), XMM(), XMM(), XMM()
		VMOVQ(Mem{Base: b, Disp: 4}, s)
		VPBROADCASTD(Mem{Base: b, Disp: 12}, t)
		VPSRLVD(shifts, t, t)
		VPAND(low4.AsX(), t, t)
		VPSRLD(U8(2), s, top)
		VPAND(eightWords(0x30303030), top, top)
		VPOR(top, t, t)
		VPAND(eightWords(0x3f3f3f3f), s, six)
		VPUNPCKLDQ(t, six, six)
		for k := range 2 {
			f, d := YMM(), half(Mem{Base: b, Disp: 2 * k})
			VPMOVZXBD(six, f)
			VCVTDQ2PS(f, f)
			VMULPS(Mem{Base: wide, Disp: 32 * k}, d, d)
			if k == 0 {
				VMULPS(d, f, f)
				VMOVUPS(f, scales)
				VPSRLDQ(U8(8), six, six)
			} else {
				VFMADD231PS(d, f, corr)
			}
		}
		for c := range 4 {
			low, high := YMM(), YMM()
			VMOVDQU(Mem{Base: b, Disp: 16 + 32*c}, low)
			VPSRLW(U8(4), low, high)
			VPAND(low4, low, low)
			VPAND(low4, high, high)
			for h, codes := range []reg.VecVirtual{low, high} {
				scale := YMM()
				VBROADCASTSS(scales.Offset(4*(2*c+h)), scale)
				smallDot(codes, Mem{Base: a, Disp: 32 * (c/2*4 + c%2 + 2*h)}, scale, acc[h])
			}
		}
		stream(b, 144)
		ADDQ(U32(144), b)
		ADDQ(U32(256), a)
		ADDQ(U32(64), wide)
	})
	VADDPS(acc[1], acc[0], acc[0])
	VSUBPS(corr, acc[0], acc[0])
	total := sumY(acc[0])
	VZEROUPPER()
	Store(total, ReturnIndex(0))
	RET()
}

// dotQ6KAVX2 multiplies as it unpacks. Each half of a register has a scale of its own.
func dotQ6KAVX2() {
	TEXT("dotQ6KAVX2", NOSPLIT, "func(b *byte, a *int8, d, sum *float32, blocks int) float32")
	Doc("dotQ6KAVX2 is kernels.dotQ6K for AVX2.")
	Pragma("noescape")
	b, a, d, sum, n := ptr("b"), ptr("a"), ptr("d"), ptr("sum"), ptr("blocks")
	halves := GLOBL("halfLanes", RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(uint32(i/4)))
	}
	low4, top2, lanes := bytes32(15), bytes32(0x30), YMM()
	VMOVDQU(halves, lanes)
	acc, scales := zeros(3), AllocLocal(64)
	corr := acc[2]
	loop("q6k_dot2", n, 1, func() {
		f := half(Mem{Base: b, Disp: 208})
		for k := range 2 {
			s := YMM()
			VPMOVSXBD(Mem{Base: b, Disp: 192 + 8*k}, s)
			VCVTDQ2PS(s, s)
			VMULPS(f, s, s)
			VFMADD231PS(Mem{Base: sum, Disp: 32 * k}, s, corr)
			VMULPS(Mem{Base: d, Disp: 32 * k}, s, s)
			VMOVUPS(s, scales.Offset(32*k))
		}
		for h := range 2 {
			tops := YMM()
			VMOVDQU(Mem{Base: b, Disp: 128 + 32*h}, tops)
			for p := range 2 {
				low, high := YMM(), YMM()
				VMOVDQU(Mem{Base: b, Disp: 64*h + 32*p}, low)
				VPSRLW(U8(4), low, high)
				for k, codes := range []reg.VecVirtual{low, high} {
					top, scale := YMM(), YMM()
					VPAND(low4, codes, codes)
					VPAND(top2, shifted(tops, 4-2*p-4*k), top)
					VPOR(top, codes, codes)
					at := 4*h + 2*k + p // of 32 weights
					VBROADCASTSD(scales.Offset(8*at), scale)
					VPERMILPS(lanes, scale, scale)
					smallDot(codes, Mem{Base: a, Disp: 32 * at}, scale, acc[k])
				}
			}
		}
		stream(b, 210)
		ADDQ(U32(210), b)
		ADDQ(U32(256), a)
		ADDQ(U32(64), d)
		ADDQ(U32(64), sum)
	})
	VADDPS(acc[1], acc[0], acc[0])
	VFNMADD231PS(eight(32), corr, acc[0])
	total := sumY(acc[0])
	VZEROUPPER()
	Store(total, ReturnIndex(0))
	RET()
}

// quantizeAVX2 makes 8-bit activations, 32 at a time.
func quantizeAVX2() {
	TEXT("quantizeAVX2", NOSPLIT, "func(q *int8, d, sum, x *float32, blocks int)")
	Doc("quantizeAVX2 is kernels.quantize for AVX2.")
	Pragma("noescape")
	q, d, sum, x, n := ptr("q"), ptr("d"), ptr("sum"), ptr("x"), ptr("blocks")
	order := GLOBL("packOrder", RODATA|NOPTR)
	for i, v := range []uint32{0, 4, 1, 5, 2, 6, 3, 7} {
		DATA(4*i, U32(v))
	}
	index := YMM()
	VMOVDQU(order, index)
	loop("quantize2", n, 1, func() {
		var v [4]reg.VecVirtual
		a := YMM()
		for i := range v {
			v[i] = YMM()
			VMOVUPS(Mem{Base: x, Disp: 32 * i}, v[i])
			if i == 0 {
				VANDPS(eightWords(0x7fffffff), v[i], a)
			} else {
				abs := YMM()
				VANDPS(eightWords(0x7fffffff), v[i], abs)
				VMAXPS(abs, a, a)
			}
		}
		top := maxY(a)
		inv, scale, some := XMM(), XMM(), XMM()
		VCMPSS(U8(30), eight(1e-30), top, some) // top > 1e-30
		VMOVSS(eight(127), scale)
		VDIVSS(top, scale, inv)
		VDIVSS(scale, top, scale)
		VANDPS(some, inv, inv)
		VANDPS(some, scale, scale)
		all := YMM()
		VBROADCASTSS(inv, all)
		VBROADCASTSS(scale, scale)
		for i := range v {
			VMULPS(all, v[i], v[i])
			VCVTPS2DQ(v[i], v[i])
		}
		// Sums of each 16.
		first, second := YMM(), YMM()
		VPADDD(v[1], v[0], first)
		VPADDD(v[3], v[2], second)
		VPHADDD(second, first, first)
		low := XMM()
		VEXTRACTI128(U8(1), first, low)
		VPADDD(first.AsX(), low, low)
		VPHADDD(low, low, low)
		VCVTDQ2PS(low, low)
		VMULPS(scale, low, low)
		VMOVLPS(low, Mem{Base: sum})
		VMOVLPS(scale, Mem{Base: d})
		VPACKSSDW(v[1], v[0], v[0])
		VPACKSSDW(v[3], v[2], v[2])
		VPACKSSWB(v[2], v[0], v[0])
		VPERMD(v[0], index, v[0])
		VMOVDQU(v[0], Mem{Base: q})
		ADDQ(U32(128), x)
		ADDQ(U32(32), q)
		ADDQ(U32(8), d)
		ADDQ(U32(8), sum)
	})
	VZEROUPPER()
	RET()
}
