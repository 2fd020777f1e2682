package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// chunk is the number of columns that package tensor unpacks at once for an outer
// product; it fixes how far apart the two strips of 16 rows are.
const chunk = 512

// transposeAVX512 turns 16 rows of 32-bit words into columns, 16 × 16 at a time.
func transposeAVX512() {
	TEXT("transposeAVX512", NOSPLIT, "func(dst, src *uint32, stride, n int)")
	Doc("transposeAVX512 is kernels.transpose for AVX-512.")
	Pragma("noescape")
	dst, src, stride, n := ptr("dst"), ptr("src"), ptr("stride"), ptr("n")
	SHLQ(U8(2), stride)
	bases, stride3 := sixteen(src, stride)
	loop("transpose", n, 1, func() {
		var r [16]reg.VecVirtual
		for i := range r {
			r[i] = ZMM()
			VMOVDQU32(fourth(bases[i/4], stride, stride3, i%4, 0), r[i])
		}
		transposed(r, func(c int, out reg.VecVirtual) { VMOVDQU32(out, Mem{Base: dst, Disp: 64 * c}) })
		for _, b := range bases {
			ADDQ(U32(64), b)
		}
		ADDQ(U32(1024), dst)
	})
	VZEROUPPER()
	RET()
}

// sixteen returns the addresses of rows 0, 4, 8 and 12, and three times the stride.
func sixteen(src, stride reg.GPVirtual) ([4]reg.GPVirtual, reg.GPVirtual) {
	stride3 := GP64()
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, stride3)
	bases := [4]reg.GPVirtual{src, GP64(), GP64(), GP64()}
	for i := 1; i < 4; i++ {
		LEAQ(Mem{Base: bases[i-1], Index: stride, Scale: 4}, bases[i])
	}
	return bases, stride3
}

// transposed passes the 16 columns of 16 rows to store.
func transposed(r [16]reg.VecVirtual, store func(c int, out reg.VecVirtual)) {
	two := func(op func(...Op), a, b reg.VecVirtual) reg.VecVirtual {
		out := ZMM()
		op(b, a, out)
		return out
	}
	var t, u [16]reg.VecVirtual
	for i := 0; i < 16; i += 2 {
		t[i], t[i+1] = two(VPUNPCKLDQ, r[i], r[i+1]), two(VPUNPCKHDQ, r[i], r[i+1])
	}
	for i := 0; i < 16; i += 4 {
		u[i], u[i+1] = two(VPUNPCKLQDQ, t[i], t[i+2]), two(VPUNPCKHQDQ, t[i], t[i+2])
		u[i+2], u[i+3] = two(VPUNPCKLQDQ, t[i+1], t[i+3]), two(VPUNPCKHQDQ, t[i+1], t[i+3])
	}
	// The 128-bit lane l of u[4j+c] is column 4l+c of rows 4j to 4j+3.
	lanes := func(imm uint8, a, b reg.VecVirtual) reg.VecVirtual {
		out := ZMM()
		VSHUFI32X4(U8(imm), b, a, out)
		return out
	}
	const even, odd = 0x88, 0xdd
	for c := range 4 {
		v0, v1 := lanes(even, u[c], u[4+c]), lanes(odd, u[c], u[4+c])
		v2, v3 := lanes(even, u[8+c], u[12+c]), lanes(odd, u[8+c], u[12+c])
		for l, out := range []reg.VecVirtual{lanes(even, v0, v2), lanes(even, v1, v3), lanes(odd, v0, v2), lanes(odd, v1, v3)} {
			store(4*l+c, out)
		}
	}
}

// fourth addresses row c of four, which are stride bytes apart.
func fourth(base, stride, stride3 reg.GPVirtual, c, disp int) Mem {
	switch c {
	case 0:
		return Mem{Base: base, Disp: disp}
	case 1:
		return Mem{Base: base, Index: stride, Scale: 1, Disp: disp}
	case 2:
		return Mem{Base: base, Index: stride, Scale: 2, Disp: disp}
	}
	return Mem{Base: base, Index: stride3, Scale: 1, Disp: disp}
}

// bringNear asks for the span bytes at next, one of an outer kernel's parameters, and moves
// next beyond them.
func bringNear(name string, next reg.GPVirtual) {
	left := GP64()
	Load(Param("span"), left)
	loop(name, left, 64, func() {
		PREFETCHT1(Mem{Base: next})
		ADDQ(U32(64), next)
	})
}

// outerAVX512 multiplies 32 rows of weights with 4 of activations; each scale is that
// of width weights. In each step it brings near a part of what is unpacked next: memory
// works while the weights are multiplied.
func outerAVX512(width int) {
	name := fmt.Sprintf("outer%dAVX512", width)
	TEXT(name, NOSPLIT, "func(u *uint8, s, m *float32, a *int8, d, sum *float32, stride, steps int, dst *float32, next *byte, span int)")
	Doc(fmt.Sprintf("%s is kernels.outer%d for AVX-512 with VNNI.", name, width))
	Pragma("noescape")
	u, s, m, a, d, sum, n := ptr("u"), ptr("s"), ptr("m"), ptr("a"), ptr("d"), ptr("sum"), ptr("steps")
	stride, dst := ptr("stride"), ptr("dst")
	next := ptr("next")
	stride3, step, step3 := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, stride3)
	MOVQ(stride, step)
	SHRQ(U8(2), step)
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, step3)
	var acc [2][4]reg.VecVirtual
	for h := range 2 {
		for c := range 4 {
			acc[h][c] = ZMM()
			VMOVUPS(Mem{Base: dst, Disp: 128*c + 64*h}, acc[h][c])
		}
	}
	loop(fmt.Sprintf("outer%d", width), n, 1, func() {
		bringNear(fmt.Sprintf("outer%d_near", width), next)
		var dot [2][4]reg.VecVirtual
		for h := range 2 {
			for c := range 4 {
				dot[h][c] = ZMM()
				zero(dot[h][c])
			}
		}
		for k := range width / 4 {
			w0, w1 := ZMM(), ZMM()
			VMOVDQU8(Mem{Base: u, Disp: 64 * k}, w0)
			VMOVDQU8(Mem{Base: u, Disp: 64*k + 16*chunk}, w1)
			for c := range 4 {
				b := ZMM()
				VPBROADCASTD(fourth(a, stride, stride3, c, 4*k), b)
				VPDPBUSD(b, w0, dot[0][c])
				VPDPBUSD(b, w1, dot[1][c])
			}
		}
		for h := range 2 {
			scale, offset := ZMM(), ZMM()
			VMOVUPS(Mem{Base: s, Disp: 4 * chunk * h}, scale)
			VMOVUPS(Mem{Base: m, Disp: 4 * chunk * h}, offset)
			for c := range 4 {
				t := ZMM()
				VCVTDQ2PS(dot[h][c], dot[h][c])
				VMULPS_BCST(fourth(d, step, step3, c, 0), scale, t)
				VFMADD231PS(dot[h][c], t, acc[h][c])
				VFNMADD231PS_BCST(fourth(sum, step, step3, c, 0), offset, acc[h][c])
			}
		}
		ADDQ(U32(uint32(16*width)), u)
		for _, p := range []reg.GPVirtual{s, m} {
			ADDQ(U32(uint32(4*width)), p)
		}
		ADDQ(U32(uint32(width)), a)
		for _, p := range []reg.GPVirtual{d, sum} {
			ADDQ(U32(uint32(width/4)), p)
		}
	})
	dst = ptr("dst")
	for h := range 2 {
		for c := range 4 {
			VMOVUPS(acc[h][c], Mem{Base: dst, Disp: 128*c + 64*h})
		}
	}
	VZEROUPPER()
	RET()
}

// peakAVX512 issues as many multiply-adds of bytes as the processor can take.
func peakAVX512() {
	TEXT("peakAVX512", NOSPLIT, "func(n int)")
	Doc("peakAVX512 multiplies and adds 16 × 64 bytes n times, in registers.")
	n := ptr("n")
	var acc [16]reg.VecVirtual
	for i := range acc {
		acc[i] = ZMM()
		zero(acc[i])
	}
	x := ZMM()
	zero(x)
	loop("peak", n, 1, func() {
		for i := range acc {
			VPDPBUSD(x, x, acc[i])
		}
	})
	VZEROUPPER()
	RET()
}

// peakAVX2 is the same with the instructions of outerAVX2.
func peakAVX2() {
	TEXT("peakAVX2", NOSPLIT, "func(n int)")
	Doc("peakAVX2 multiplies and adds 8 × 32 bytes n times, in registers.")
	n := ptr("n")
	x := YMM()
	VPXOR(x, x, x)
	var acc [8]reg.VecVirtual
	for i := range acc {
		acc[i] = YMM()
		VPXOR(acc[i], acc[i], acc[i])
	}
	loop("peak2", n, 1, func() {
		for i := range acc {
			t := YMM()
			VPMADDUBSW(x, x, t)
			VPADDW(t, acc[i], acc[i])
		}
	})
	VZEROUPPER()
	RET()
}

// readAVX2 adds up memory while it asks for what comes later.
func readAVX2() {
	TEXT("readAVX2", NOSPLIT, "func(b *byte, n int) uint64")
	Doc("readAVX2 is kernels.read for AVX2.")
	Pragma("noescape")
	b, n := ptr("b"), ptr("n")
	var acc [4]reg.VecVirtual
	for i := range acc {
		acc[i] = YMM()
		VPXOR(acc[i], acc[i], acc[i])
	}
	loop("read", n, 256, func() {
		const distance = 3072
		for i := range 4 {
			PREFETCHT1(Mem{Base: b, Disp: distance + 64*i})
		}
		for i := range 8 {
			VPADDQ(Mem{Base: b, Disp: 32 * i}, acc[i%4], acc[i%4])
		}
		ADDQ(U32(256), b)
	})
	VPADDQ(acc[0], acc[1], acc[0])
	VPADDQ(acc[2], acc[3], acc[2])
	VPADDQ(acc[0], acc[2], acc[0])
	high, sum := XMM(), GP64()
	VEXTRACTI128(U8(1), acc[0], high)
	VPADDQ(acc[0].AsX(), high, high)
	VMOVQ(high, sum)
	t := GP64()
	VPEXTRQ(U8(1), high, t)
	ADDQ(t, sum)
	VZEROUPPER()
	Store(sum, ReturnIndex(0))
	RET()
}
