package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// constZ fills a register with a float.
func constZ(v float32) reg.VecVirtual {
	g, z := GP32(), ZMM()
	MOVL(U32(math.Float32bits(v)), g)
	VPBROADCASTD(g, z)
	return z
}

// exponential holds the constants of exp32 in ../ops.go.
type exponential struct {
	log2e, high, low, one, bottom, top reg.VecVirtual
	poly                               []reg.VecVirtual
}

func newExponential() exponential {
	e := exponential{
		log2e: constZ(1.44269504), high: constZ(0.693359375), low: constZ(2.12194440e-4), one: constZ(1),
		bottom: constZ(-88), top: constZ(88),
	}
	for _, c := range []float32{1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		e.poly = append(e.poly, constZ(c))
	}
	return e
}

// of replaces x by e to the x. Beyond ±88 it stays at the end of the range.
func (e exponential) of(x reg.VecVirtual) {
	n, p := ZMM(), ZMM()
	VMAXPS(x, e.bottom, x)
	VMINPS(x, e.top, x)
	VMULPS(e.log2e, x, n)
	VRNDSCALEPS(U8(8), n, n) // to the nearest integer
	VFNMADD231PS(e.high, n, x)
	VFMADD231PS(e.low, n, x)
	VMOVAPS(e.poly[0], p)
	for _, c := range e.poly[1:] {
		VFMADD213PS(c, x, p)
	}
	VMULPS(x, p, p)
	VFMADD213PS(x, x, p) // p·x² + x
	VADDPS(e.one, p, p)
	VSCALEFPS(n, p, x)
}

func expSumAVX512() {
	TEXT("expSumAVX512", NOSPLIT, "func(s *float32, top float32, n int) float32")
	Doc("expSumAVX512 is kernels.expSum for n a multiple of 16.")
	Pragma("noescape")
	s, n := ptr("s"), ptr("n")
	e := newExponential()
	top, sum := ZMM(), ZMM()
	VBROADCASTSS(NewParamAddr("top", 8), top)
	zero(sum)
	loop("expsum", n, 16, func() {
		x := ZMM()
		VMOVUPS(Mem{Base: s}, x)
		VSUBPS(top, x, x)
		e.of(x)
		VMOVUPS(x, Mem{Base: s})
		VADDPS(x, sum, sum)
		ADDQ(U32(64), s)
	})
	total := sumZ(sum)
	VZEROUPPER()
	Store(total, ReturnIndex(0))
	RET()
}

func swigluAVX512() {
	TEXT("swigluAVX512", NOSPLIT, "func(dst, gate, up *float32, n int)")
	Doc("swigluAVX512 is kernels.swiglu for n a multiple of 16.")
	Pragma("noescape")
	dst, gate, up, n := ptr("dst"), ptr("gate"), ptr("up"), ptr("n")
	e := newExponential()
	loop("swiglu", n, 16, func() {
		g, x := ZMM(), ZMM()
		VMOVUPS(Mem{Base: gate}, g)
		zero(x)
		VSUBPS(g, x, x)
		e.of(x)
		VADDPS(e.one, x, x)
		VDIVPS(x, g, x)
		VMULPS(Mem{Base: up}, x, x)
		VMOVUPS(x, Mem{Base: dst})
		for _, p := range []reg.GPVirtual{dst, gate, up} {
			ADDQ(U32(64), p)
		}
	})
	VZEROUPPER()
	RET()
}

// weightedAVX512 keeps the sum of up to 128 columns in registers while it goes through
// the rows.
func weightedAVX512() {
	TEXT("weightedAVX512", NOSPLIT, "func(acc, v, w *float32, n, dim int)")
	Doc("weightedAVX512 is kernels.weighted for dim a multiple of 16.")
	Pragma("noescape")
	acc, v, w, rows, dim := ptr("acc"), ptr("v"), ptr("w"), ptr("n"), ptr("dim")
	stride := GP64()
	MOVQ(dim, stride)
	SHLQ(U8(2), stride)
	for _, width := range []int{128, 64, 16} {
		name := fmt.Sprintf("weighted%d", width)
		Label(name)
		CMPQ(dim, U32(uint32(width)))
		JLT(LabelRef(name + "_done"))
		sum := make([]reg.VecVirtual, width/16)
		for i := range sum {
			sum[i] = ZMM()
			VMOVUPS(Mem{Base: acc, Disp: 64 * i}, sum[i])
		}
		row, weight, left := GP64(), GP64(), GP64()
		MOVQ(v, row)
		MOVQ(w, weight)
		MOVQ(rows, left)
		loop(name+"_rows", left, 1, func() {
			x := ZMM()
			VBROADCASTSS(Mem{Base: weight}, x)
			for i := range sum {
				VFMADD231PS(Mem{Base: row, Disp: 64 * i}, x, sum[i])
			}
			ADDQ(U32(4), weight)
			ADDQ(stride, row)
		})
		for i := range sum {
			VMOVUPS(sum[i], Mem{Base: acc, Disp: 64 * i})
		}
		ADDQ(U32(uint32(4*width)), acc)
		ADDQ(U32(uint32(4*width)), v)
		SUBQ(U32(uint32(width)), dim)
		JMP(LabelRef(name))
		Label(name + "_done")
	}
	VZEROUPPER()
	RET()
}

func widenQ80AVX512() {
	TEXT("widenQ80AVX512", NOSPLIT, "func(dst *float32, src *byte, blocks int)")
	Doc("widenQ80AVX512 is kernels.widenQ80 for AVX-512.")
	Pragma("noescape")
	dst, src, n := ptr("dst"), ptr("src"), ptr("blocks")
	loop("widen80", n, 1, func() {
		g, d := GP32(), ZMM()
		MOVWLZX(Mem{Base: src}, g)
		VMOVD(g, d.AsX())
		VCVTPH2PS(d.AsX(), d.AsX())
		VBROADCASTSS(d.AsX(), d)
		for h := range 2 {
			v := ZMM()
			VPMOVSXBD(Mem{Base: src, Disp: 2 + 16*h}, v)
			VCVTDQ2PS(v, v)
			VMULPS(d, v, v)
			VMOVUPS(v, Mem{Base: dst, Disp: 64 * h})
		}
		ADDQ(U32(34), src)
		ADDQ(U32(128), dst)
	})
	VZEROUPPER()
	RET()
}
