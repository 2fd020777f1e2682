package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels of attention for AVX2. There are 16 registers, so sums of four queries
// with two keys, or of two registers of columns, are what fits.

// rowFormat8 is rowFormat for registers of eight floats.
type rowFormat8 struct {
	name           string
	weights, bytes int

	scale func(mem func(disp int) Mem) reg.VecVirtual
	read  func(mem func(disp int) Mem, part int, scale reg.VecVirtual) reg.VecVirtual
}

var rowFormats8 = []rowFormat8{
	{"F32", 16, 64, noScale, func(mem func(int) Mem, part int, _ reg.VecVirtual) reg.VecVirtual {
		y := YMM()
		VMOVUPS(mem(32*part), y)
		return y
	}},
	{"F16", 16, 32, noScale, func(mem func(int) Mem, part int, _ reg.VecVirtual) reg.VecVirtual {
		y := YMM()
		VCVTPH2PS(mem(16*part), y)
		return y
	}},
	{"Q80", 32, 34, func(mem func(int) Mem) reg.VecVirtual {
		y := YMM()
		VPBROADCASTW(mem(0), y.AsX())
		VCVTPH2PS(y.AsX(), y)
		return y
	}, func(mem func(int) Mem, part int, scale reg.VecVirtual) reg.VecVirtual {
		y := YMM()
		VPMOVSXBD(mem(2+8*part), y)
		VCVTDQ2PS(y, y)
		VMULPS(scale, y, y)
		return y
	}},
}

func (t rowFormat8) rowBytes(dim reg.GPVirtual) reg.GPVirtual {
	return rowFormat{weights: t.weights, bytes: t.bytes}.rowBytes(dim)
}

// zeros returns n cleared registers.
func zeros(n int) []reg.VecVirtual {
	y := make([]reg.VecVirtual, n)
	for i := range y {
		y[i] = YMM()
		VXORPS(y[i], y[i], y[i])
	}
	return y
}

// scoresAVX2 multiplies four queries with two keys at a time: eight sums in registers,
// which are added across together at the end.
func scoresAVX2(t rowFormat8) {
	name := "scores" + t.name + "AVX2"
	TEXT(name, NOSPLIT, "func(q *float32, qstride int, k *byte, dim, n int, out *float32, stride, ahead int)")
	Doc(name + " is kernels.scores for keys in " + t.name + ".")
	Pragma("noescape")
	q, qs, k, dim, n, out, os := ptr("q"), ptr("qstride"), ptr("k"), ptr("dim"), ptr("n"), ptr("out"), ptr("stride")
	qs3, row := GP64(), t.rowBytes(dim)
	next := ptr("ahead")
	ADDQ(k, next)
	SHLQ(U8(2), qs)
	SHLQ(U8(2), os)
	LEAQ(Mem{Base: qs, Index: qs, Scale: 2}, qs3)
	loop(name+"_keys", n, 2, func() {
		acc := zeros(8) // [query][key]
		x, left := GP64(), GP64()
		MOVQ(q, x)
		MOVQ(dim, left)
		loop(name+"_dim", left, t.weights, func() {
			var key, scale [2]reg.VecVirtual
			blocks := [2]func(int) Mem{
				func(disp int) Mem { return Mem{Base: k, Disp: disp} },
				func(disp int) Mem { return Mem{Base: k, Index: row, Scale: 1, Disp: disp} },
			}
			for i := range scale {
				scale[i] = t.scale(blocks[i])
			}
			prefetch(next, 2*t.bytes)
			for part := range t.weights / 8 {
				for i := range key {
					key[i] = t.read(blocks[i], part, scale[i])
				}
				for g := range 4 {
					v := YMM()
					VMOVUPS(fourth(x, qs, qs3, g, 32*part), v)
					for i := range key {
						VFMADD231PS(v, key[i], acc[2*g+i])
					}
				}
			}
			ADDQ(U32(uint32(4*t.weights)), x)
			ADDQ(U32(uint32(t.bytes)), k)
		})
		storePairs(acc, out, os)
		ADDQ(row, k) // one row was passed already
		ADDQ(U32(8), out)
	})
	VZEROUPPER()
	RET()
}

// storePairs adds each of eight registers across and stores the sums in pairs, to four
// rows.
func storePairs(acc []reg.VecVirtual, out, stride reg.GPVirtual) {
	// Two registers become one that holds half the partial sums of both.
	fold := func(a, b reg.VecVirtual, low, high func(...Op)) reg.VecVirtual {
		x, y := YMM(), YMM()
		low(b, a, x)
		high(b, a, y)
		VADDPS(x, y, x)
		return x
	}
	var query [4]reg.VecVirtual
	for g := range query {
		query[g] = fold(acc[2*g], acc[2*g+1], VUNPCKLPS, VUNPCKHPS)
	}
	lanes := func(imm uint8) func(...Op) {
		return func(ops ...Op) { VPERM2F128(U8(imm), ops[0], ops[1], ops[2]) }
	}
	sums := fold(fold(query[0], query[1], VUNPCKLPD, VUNPCKHPD), fold(query[2], query[3], VUNPCKLPD, VUNPCKHPD), lanes(0x20), lanes(0x31))
	high, to := XMM(), GP64()
	VEXTRACTF128(U8(1), sums, high)
	LEAQ(Mem{Base: out, Index: stride, Scale: 2}, to)
	VMOVLPS(sums.AsX(), Mem{Base: out})
	VMOVHPS(sums.AsX(), Mem{Base: out, Index: stride, Scale: 1})
	VMOVLPS(high, Mem{Base: to})
	VMOVHPS(high, Mem{Base: to, Index: stride, Scale: 1})
}

// weighted4AVX2 keeps 16 columns of four sums in registers.
func weighted4AVX2(t rowFormat8) {
	name := "weighted4" + t.name + "AVX2"
	TEXT(name, NOSPLIT, "func(acc *float32, v *byte, w *float32, stride, n, dim, ahead int)")
	Doc(name + " is kernels.weighted4 for values in " + t.name + ".")
	Pragma("noescape")
	acc, v, w, ws, n, dim := ptr("acc"), ptr("v"), ptr("w"), ptr("stride"), ptr("n"), ptr("dim")
	ws3, row, as, as3 := GP64(), t.rowBytes(dim), GP64(), GP64()
	next := ptr("ahead")
	ADDQ(v, next)
	SHLQ(U8(2), ws)
	LEAQ(Mem{Base: ws, Index: ws, Scale: 2}, ws3)
	MOVQ(dim, as)
	SHLQ(U8(2), as)
	LEAQ(Mem{Base: as, Index: as, Scale: 2}, as3)
	loop(name, dim, t.weights, func() {
		for first := 0; first < t.weights; first += 16 {
			var sum [4][2]reg.VecVirtual
			for g := range sum {
				for i := range sum[g] {
					sum[g][i] = YMM()
					VMOVUPS(fourth(acc, as, as3, g, 4*first+32*i), sum[g][i])
				}
			}
			at, weight, left := GP64(), GP64(), GP64()
			MOVQ(v, at)
			MOVQ(w, weight)
			MOVQ(n, left)
			loop(fmt.Sprintf("%s_rows%d", name, first), left, 1, func() {
				block := func(disp int) Mem { return Mem{Base: at, Disp: disp} }
				scale := t.scale(block)
				var x [2]reg.VecVirtual
				for i := range x {
					x[i] = t.read(block, first/8+i, scale)
				}
				for g := range sum {
					f := YMM()
					VBROADCASTSS(fourth(weight, ws, ws3, g, 0), f)
					for i := range x {
						VFMADD231PS(x[i], f, sum[g][i])
					}
				}
				prefetch(next, 16*t.bytes/t.weights)
				ADDQ(row, at)
				ADDQ(U32(4), weight)
			})
			for g := range sum {
				for i := range sum[g] {
					VMOVUPS(sum[g][i], fourth(acc, as, as3, g, 4*first+32*i))
				}
			}
		}
		ADDQ(U32(uint32(4*t.weights)), acc)
		ADDQ(U32(uint32(t.bytes)), v)
	})
	VZEROUPPER()
	RET()
}

// eightWords returns a place in memory with eight copies of a word, for the constants
// that have no register.
func eightWords(v uint32) Mem {
	table, ok := eights[v]
	if !ok {
		table = GLOBL(fmt.Sprintf("eight%08x", v), RODATA|NOPTR)
		for i := range 8 {
			DATA(4*i, U32(v))
		}
		eights[v] = table
	}
	return table
}

var eights = map[uint32]Mem{}

func eight(v float32) Mem { return eightWords(math.Float32bits(v)) }

// sixteenOnes returns 16 ones of 16 bits.
func sixteenOnes() Mem { return eightWords(0x00010001) }

// expAVX2 replaces x by e to the x, as exp32 in ../ops.go does. Beyond ±88 it stays at the
// end of the range.
func expAVX2(x reg.VecVirtual) {
	n, p := YMM(), YMM()
	VMAXPS(eight(-88), x, x)
	VMINPS(eight(88), x, x)
	VMULPS(eight(1.44269504), x, n)
	VROUNDPS(U8(8), n, n) // to the nearest integer
	VFNMADD231PS(eight(0.693359375), n, x)
	VFMADD231PS(eight(2.12194440e-4), n, x)
	VMOVUPS(eight(1.9875691500e-4), p)
	for _, c := range []float32{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		VFMADD213PS(eight(c), x, p)
	}
	VMULPS(x, p, p)
	VFMADD213PS(x, x, p) // p·x² + x
	VADDPS(eight(1), p, p)
	VADDPS(eight(127), n, n) // 2 to the n, by its exponent
	VCVTPS2DQ(n, n)
	VPSLLD(U8(23), n, n)
	VMULPS(n, p, x)
}

func expSumAVX2() {
	TEXT("expSumAVX2", NOSPLIT, "func(s *float32, top float32, n int) float32")
	Doc("expSumAVX2 is kernels.expSum for n a multiple of 16.")
	Pragma("noescape")
	s, n := ptr("s"), ptr("n")
	top, sum := YMM(), zeros(2)
	VBROADCASTSS(NewParamAddr("top", 8), top)
	loop("expsum2", n, 16, func() {
		for i := range sum {
			x, weighs := YMM(), YMM()
			VMOVUPS(Mem{Base: s, Disp: 32 * i}, x)
			VSUBPS(top, x, x)
			VCMPPS(U8(5), eight(leastScore), x, weighs) // not less than
			expAVX2(x)
			VANDPS(weighs, x, x)
			VMOVUPS(x, Mem{Base: s, Disp: 32 * i})
			VADDPS(x, sum[i], sum[i])
		}
		ADDQ(U32(64), s)
	})
	VADDPS(sum[0], sum[1], sum[0])
	total := sumY(sum[0])
	VZEROUPPER()
	Store(total, ReturnIndex(0))
	RET()
}

func largestAVX2() {
	TEXT("largestAVX2", NOSPLIT, "func(s *float32, n int) float32")
	Doc("largestAVX2 is kernels.largest for n a multiple of 16, at least 16.")
	Pragma("noescape")
	s, n := ptr("s"), ptr("n")
	top := [2]reg.VecVirtual{YMM(), YMM()}
	for i := range top {
		VMOVUPS(Mem{Base: s, Disp: 32 * i}, top[i])
	}
	loop("largest2", n, 16, func() {
		for i := range top {
			VMAXPS(Mem{Base: s, Disp: 32 * i}, top[i], top[i])
		}
		ADDQ(U32(64), s)
	})
	VMAXPS(top[1], top[0], top[0])
	t := maxY(top[0])
	VZEROUPPER()
	Store(t, ReturnIndex(0))
	RET()
}

// maxY returns the largest lane of y, in the low lane.
func maxY(y reg.VecVirtual) reg.VecVirtual {
	t, other := XMM(), XMM()
	VEXTRACTF128(U8(1), y, t)
	VMAXPS(y.AsX(), t, t)
	VMOVHLPS(t, t, other)
	VMAXPS(other, t, t)
	VMOVSHDUP(t, other)
	VMAXSS(other, t, t)
	return t
}

func swigluAVX2() {
	TEXT("swigluAVX2", NOSPLIT, "func(dst, gate, up *float32, n int)")
	Doc("swigluAVX2 is kernels.swiglu for n a multiple of 16.")
	Pragma("noescape")
	dst, gate, up, n := ptr("dst"), ptr("gate"), ptr("up"), ptr("n")
	loop("swiglu2", n, 16, func() {
		for i := range 2 {
			g, x := YMM(), YMM()
			VMOVUPS(Mem{Base: gate, Disp: 32 * i}, g)
			VXORPS(x, x, x)
			VSUBPS(g, x, x)
			expAVX2(x)
			VADDPS(eight(1), x, x)
			VDIVPS(x, g, x)
			VMULPS(Mem{Base: up, Disp: 32 * i}, x, x)
			VMOVUPS(x, Mem{Base: dst, Disp: 32 * i})
		}
		for _, p := range []reg.GPVirtual{dst, gate, up} {
			ADDQ(U32(64), p)
		}
	})
	VZEROUPPER()
	RET()
}
