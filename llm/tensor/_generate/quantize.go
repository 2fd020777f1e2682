package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// quantizeAVX512 makes 8-bit activations, 32 at a time.
func quantizeAVX512() {
	TEXT("quantizeAVX512", NOSPLIT, "func(q *int8, d, sum, x *float32, blocks int)")
	Doc("quantizeAVX512 is kernels.quantize for AVX-512.")
	Pragma("noescape")
	q, d, sum, x, n := ptr("q"), ptr("d"), ptr("sum"), ptr("x"), ptr("blocks")
	most, least, abs, g := constZ(127), constZ(1e-30), ZMM(), GP32()
	MOVL(U32(0x7fffffff), g)
	VPBROADCASTD(g, abs)
	loop("quantize", n, 1, func() {
		var v [2]reg.VecVirtual
		a, b := ZMM(), ZMM()
		for h := range v {
			v[h] = ZMM()
			VMOVUPS(Mem{Base: x, Disp: 64 * h}, v[h])
		}
		VPANDD(abs, v[0], a)
		VPANDD(abs, v[1], b)
		VMAXPS(b, a, a)
		for _, imm := range []uint8{0x4e, 0xb1} { // across the 128-bit lanes, then within
			VSHUFF32X4(U8(imm), a, a, b)
			VMAXPS(b, a, a)
		}
		for _, imm := range []uint8{0x4e, 0xb1} {
			VPSHUFD(U8(imm), a, b)
			VMAXPS(b, a, a)
		}
		inv, scale, some := ZMM(), ZMM(), K()
		VCMPPS(U8(30), least, a, some) // a > least
		VDIVPS_Z(a, most, some, inv)
		VDIVPS_Z(most, a, some, scale)
		var total [2]reg.VecVirtual
		for h := range v {
			VMULPS(inv, v[h], v[h])
			VCVTPS2DQ(v[h], v[h])
			VPMOVDB(v[h], Mem{Base: q, Disp: 16 * h})
			y := YMM()
			VEXTRACTI64X4(U8(1), v[h], y)
			VPADDD(v[h].AsY(), y, y)
			total[h] = y
		}
		low, high := YMM(), YMM()
		VPUNPCKLDQ(total[1], total[0], low)
		VPUNPCKHDQ(total[1], total[0], high)
		VPADDD(low, high, low)
		t := XMM()
		VEXTRACTI32X4(U8(1), low, t)
		VPADDD(low.AsX(), t, t)
		VPSHUFD(U8(0x4e), t, high.AsX())
		VPADDD(high.AsX(), t, t)
		VCVTDQ2PS(t, t)
		VMULPS(scale.AsX(), t, t)
		VMOVLPS(t, Mem{Base: sum})
		VMOVLPS(scale.AsX(), Mem{Base: d})
		ADDQ(U32(128), x)
		ADDQ(U32(32), q)
		ADDQ(U32(8), d)
		ADDQ(U32(8), sum)
	})
	VZEROUPPER()
	RET()
}
