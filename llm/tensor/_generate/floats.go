package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func dotF32AVX512() {
	TEXT("dotF32AVX512", NOSPLIT, "func(x, y *float32, n int) float32")
	Doc("dotF32AVX512 is kernels.dotF32 for n a multiple of 16.")
	Pragma("noescape")
	x, y, n := ptr("x"), ptr("y"), ptr("n")
	var acc [4]reg.VecVirtual
	for i := range acc {
		acc[i] = ZMM()
		zero(acc[i])
	}
	wide := GP64()
	MOVQ(n, wide)
	ANDQ(I32(-64), wide)
	SUBQ(wide, n)
	loop("f64", wide, 64, func() {
		for i := range acc {
			v := ZMM()
			VMOVUPS(Mem{Base: x, Disp: 64 * i}, v)
			VFMADD231PS(Mem{Base: y, Disp: 64 * i}, v, acc[i])
		}
		ADDQ(U32(256), x)
		ADDQ(U32(256), y)
	})
	loop("f16", n, 16, func() {
		v := ZMM()
		VMOVUPS(Mem{Base: x}, v)
		VFMADD231PS(Mem{Base: y}, v, acc[0])
		ADDQ(U32(64), x)
		ADDQ(U32(64), y)
	})
	VADDPS(acc[0], acc[1], acc[0])
	VADDPS(acc[2], acc[3], acc[2])
	VADDPS(acc[0], acc[2], acc[0])
	total := sumZ(acc[0])
	VZEROUPPER()
	Store(total, ReturnIndex(0))
	RET()
}

func dotF32x4AVX512() {
	TEXT("dotF32x4AVX512", NOSPLIT, "func(x, y *float32, stride, n int, out *[4]float32)")
	Doc("dotF32x4AVX512 is kernels.dotF32x4 for n a multiple of 16.")
	Pragma("noescape")
	x, y, stride, n := ptr("x"), ptr("y"), ptr("stride"), ptr("n")
	SHLQ(U8(2), stride)
	rows := [4]reg.GPVirtual{y, GP64(), GP64(), GP64()}
	for c := 1; c < 4; c++ {
		LEAQ(Mem{Base: rows[c-1], Index: stride, Scale: 1}, rows[c])
	}
	var acc [4]reg.VecVirtual
	for i := range acc {
		acc[i] = ZMM()
		zero(acc[i])
	}
	loop("f4", n, 16, func() {
		v := ZMM()
		VMOVUPS(Mem{Base: x}, v)
		ADDQ(U32(64), x)
		for c := range 4 {
			VFMADD231PS(Mem{Base: rows[c]}, v, acc[c])
			ADDQ(U32(64), rows[c])
		}
	})
	out := ptr("out")
	for c := range 4 {
		VMOVSS(sumZ(acc[c]), Mem{Base: out, Disp: 4 * c})
	}
	VZEROUPPER()
	RET()
}

func axpyAVX512() {
	TEXT("axpyAVX512", NOSPLIT, "func(y, x *float32, a float32, n int)")
	Doc("axpyAVX512 is kernels.axpy for n a multiple of 16.")
	Pragma("noescape")
	y, x, n := ptr("y"), ptr("x"), ptr("n")
	a := ZMM()
	VBROADCASTSS(NewParamAddr("a", 16), a)
	loop("axpy", n, 16, func() {
		v := ZMM()
		VMOVUPS(Mem{Base: y}, v)
		VFMADD231PS(Mem{Base: x}, a, v)
		VMOVUPS(v, Mem{Base: y})
		ADDQ(U32(64), x)
		ADDQ(U32(64), y)
	})
	VZEROUPPER()
	RET()
}

func dotF32AVX2() {
	TEXT("dotF32AVX2", NOSPLIT, "func(x, y *float32, n int) float32")
	Doc("dotF32AVX2 is kernels.dotF32 for n a multiple of 16.")
	Pragma("noescape")
	x, y, n := ptr("x"), ptr("y"), ptr("n")
	acc := [2]reg.VecVirtual{YMM(), YMM()}
	VXORPS(acc[0], acc[0], acc[0])
	VXORPS(acc[1], acc[1], acc[1])
	loop("f2", n, 16, func() {
		for i := range acc {
			v := YMM()
			VMOVUPS(Mem{Base: x, Disp: 32 * i}, v)
			VFMADD231PS(Mem{Base: y, Disp: 32 * i}, v, acc[i])
		}
		ADDQ(U32(64), x)
		ADDQ(U32(64), y)
	})
	VADDPS(acc[0], acc[1], acc[0])
	total := sumY(acc[0])
	VZEROUPPER()
	Store(total, ReturnIndex(0))
	RET()
}

func axpyAVX2() {
	TEXT("axpyAVX2", NOSPLIT, "func(y, x *float32, a float32, n int)")
	Doc("axpyAVX2 is kernels.axpy for n a multiple of 16.")
	Pragma("noescape")
	y, x, n := ptr("y"), ptr("x"), ptr("n")
	a := YMM()
	VBROADCASTSS(NewParamAddr("a", 16), a)
	loop("axpy2", n, 16, func() {
		for i := range 2 {
			v := YMM()
			VMOVUPS(Mem{Base: y, Disp: 32 * i}, v)
			VFMADD231PS(Mem{Base: x, Disp: 32 * i}, a, v)
			VMOVUPS(v, Mem{Base: y, Disp: 32 * i})
		}
		ADDQ(U32(64), x)
		ADDQ(U32(64), y)
	})
	VZEROUPPER()
	RET()
}

func widenF16AVX2() {
	TEXT("widenF16AVX2", NOSPLIT, "func(dst *float32, src *byte, n int)")
	Doc("widenF16AVX2 is kernels.widenF16 for n a multiple of 16.")
	Pragma("noescape")
	dst, src, n := ptr("dst"), ptr("src"), ptr("n")
	loop("widen", n, 16, func() {
		for i := range 2 {
			v := YMM()
			VCVTPH2PS(Mem{Base: src, Disp: 16 * i}, v)
			VMOVUPS(v, Mem{Base: dst, Disp: 32 * i})
		}
		ADDQ(U32(32), src)
		ADDQ(U32(64), dst)
	})
	VZEROUPPER()
	RET()
}
