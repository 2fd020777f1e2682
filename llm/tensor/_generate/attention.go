package main

import (
	"fmt"
	"math"
	"math/bits"

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

// leastScore is that of ../ops.go.
const leastScore = -60

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
	top, sum, least := ZMM(), ZMM(), constZ(leastScore)
	VBROADCASTSS(NewParamAddr("top", 8), top)
	zero(sum)
	loop("expsum", n, 16, func() {
		x, weighs := ZMM(), K()
		VMOVUPS(Mem{Base: s}, x)
		VSUBPS(top, x, x)
		VCMPPS(U8(5), least, x, weighs) // not less than
		e.of(x)
		VMOVAPS_Z(x, weighs, x)
		VMOVUPS(x, Mem{Base: s})
		VADDPS(x, sum, sum)
		ADDQ(U32(64), s)
	})
	total := sumZ(sum)
	VZEROUPPER()
	Store(total, ReturnIndex(0))
	RET()
}

func largestAVX512() {
	TEXT("largestAVX512", NOSPLIT, "func(s *float32, n int) float32")
	Doc("largestAVX512 is kernels.largest for n a multiple of 16, at least 16.")
	Pragma("noescape")
	s, n := ptr("s"), ptr("n")
	top := ZMM()
	VMOVUPS(Mem{Base: s}, top)
	loop("largest", n, 16, func() {
		VMAXPS(Mem{Base: s}, top, top)
		ADDQ(U32(64), s)
	})
	high := YMM()
	VEXTRACTF64X4(U8(1), top, high)
	VMAXPS(high, top.AsY(), high)
	t := maxY(high)
	VZEROUPPER()
	Store(t, ReturnIndex(0))
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

// A row of keys or values is read as floats, a block at a time.
type rowFormat struct {
	name    string
	weights int // of a block
	bytes   int

	// scale loads what all elements of the block at mem share.
	scale func(mem func(disp int) Mem) reg.VecVirtual

	// read loads 16 elements of the block.
	read func(mem func(disp int) Mem, part int, scale reg.VecVirtual) reg.VecVirtual
}

func noScale(func(int) Mem) reg.VecVirtual { return nil }

var rowFormats = []rowFormat{
	{"F32", 16, 64, noScale, func(mem func(int) Mem, _ int, _ reg.VecVirtual) reg.VecVirtual {
		z := ZMM()
		VMOVUPS(mem(0), z)
		return z
	}},
	{"F16", 16, 32, noScale, func(mem func(int) Mem, _ int, _ reg.VecVirtual) reg.VecVirtual {
		z := ZMM()
		VCVTPH2PS(mem(0), z)
		return z
	}},
	{"Q80", 32, 34, func(mem func(int) Mem) reg.VecVirtual {
		z := ZMM()
		VPBROADCASTW(mem(0), z.AsY())
		VCVTPH2PS(z.AsY(), z)
		return z
	}, func(mem func(int) Mem, part int, scale reg.VecVirtual) reg.VecVirtual {
		z := ZMM()
		VPMOVSXBD(mem(2+16*part), z)
		VCVTDQ2PS(z, z)
		VMULPS(scale, z, z)
		return z
	}},
}

// rowBytes returns the bytes of a row of dim elements.
func (t rowFormat) rowBytes(dim reg.GPVirtual) reg.GPVirtual {
	row := GP64()
	MOVQ(dim, row)
	SHRQ(U8(uint8(bits.TrailingZeros(uint(t.weights)))), row)
	IMUL3Q(U8(uint8(t.bytes)), row, row)
	return row
}

// prefetch asks for the next n bytes at p, into the second-level cache, and moves p
// beyond them. The first level has room for fewer outstanding lines, which made it a
// third slower.
func prefetch(p reg.GPVirtual, n int) {
	for line := 0; line < n; line += 64 {
		PREFETCHT1(Mem{Base: p, Disp: line})
	}
	ADDQ(U32(uint32(n)), p)
}

// scoresAVX512 multiplies four queries with four keys at a time: 16 sums in registers,
// which are added across together at the end.
func scoresAVX512(t rowFormat) {
	name := "scores" + t.name + "AVX512"
	TEXT(name, NOSPLIT, "func(q *float32, qstride int, k *byte, dim, n int, out *float32, stride, ahead int)")
	Doc(name + " is kernels.scores for keys in " + t.name + ".")
	Pragma("noescape")
	q, qs, k, dim, n, out, os := ptr("q"), ptr("qstride"), ptr("k"), ptr("dim"), ptr("n"), ptr("out"), ptr("stride")
	qs3, row, row3 := GP64(), t.rowBytes(dim), GP64()
	next := ptr("ahead")
	ADDQ(k, next)
	SHLQ(U8(2), qs)
	SHLQ(U8(2), os)
	LEAQ(Mem{Base: qs, Index: qs, Scale: 2}, qs3)
	LEAQ(Mem{Base: row, Index: row, Scale: 2}, row3)
	loop(name+"_keys", n, 4, func() {
		var acc [16]reg.VecVirtual
		for i := range acc {
			acc[i] = ZMM()
			zero(acc[i])
		}
		x, left := GP64(), GP64()
		MOVQ(q, x)
		MOVQ(dim, left)
		loop(name+"_dim", left, t.weights, func() {
			var key, scale [4]reg.VecVirtual
			block := func(i int) func(int) Mem {
				return func(disp int) Mem { return fourth(k, row, row3, i, disp) }
			}
			for i := range scale {
				scale[i] = t.scale(block(i))
			}
			prefetch(next, 4*t.bytes)
			for part := range t.weights / 16 {
				for i := range key {
					key[i] = t.read(block(i), part, scale[i])
				}
				for g := range 4 {
					v := ZMM()
					VMOVUPS(fourth(x, qs, qs3, g, 64*part), v)
					for i := range key {
						VFMADD231PS(v, key[i], acc[4*g+i])
					}
				}
			}
			ADDQ(U32(uint32(4*t.weights)), x)
			ADDQ(U32(uint32(t.bytes)), k)
		})
		// Each pair of registers becomes one that holds half the partial sums of both.
		fold := func(a, b reg.VecVirtual, low, high func(a, b, out reg.VecVirtual)) reg.VecVirtual {
			x, y := ZMM(), ZMM()
			low(a, b, x)
			high(a, b, y)
			VADDPS(x, y, x)
			return x
		}
		dwordL := func(a, b, out reg.VecVirtual) { VUNPCKLPS(b, a, out) }
		dwordH := func(a, b, out reg.VecVirtual) { VUNPCKHPS(b, a, out) }
		qwordL := func(a, b, out reg.VecVirtual) { VUNPCKLPD(b, a, out) }
		qwordH := func(a, b, out reg.VecVirtual) { VUNPCKHPD(b, a, out) }
		even := func(a, b, out reg.VecVirtual) { VSHUFF32X4(U8(0x88), b, a, out) }
		odd := func(a, b, out reg.VecVirtual) { VSHUFF32X4(U8(0xdd), b, a, out) }
		var query [4]reg.VecVirtual
		for g := range query {
			v := acc[4*g:]
			query[g] = fold(fold(v[0], v[1], dwordL, dwordH), fold(v[2], v[3], dwordL, dwordH), qwordL, qwordH)
		}
		sums := fold(fold(query[0], query[1], even, odd), fold(query[2], query[3], even, odd), even, odd)
		to := GP64()
		MOVQ(out, to)
		VMOVUPS(sums.AsX(), Mem{Base: to})
		for g := 1; g < 4; g++ {
			ADDQ(os, to)
			VEXTRACTF32X4(U8(uint8(g)), sums, Mem{Base: to})
		}
		ADDQ(row3, k) // one row was passed already
		ADDQ(U32(16), out)
	})
	VZEROUPPER()
	RET()
}

// weighted4AVX512 keeps 64 columns of four sums in registers.
func weighted4AVX512(t rowFormat) {
	name := "weighted4" + t.name + "AVX512"
	TEXT(name, NOSPLIT, "func(acc *float32, v *byte, w *float32, stride, n, dim, ahead int)")
	Doc(name + " is kernels.weighted4 for values in " + t.name + ".")
	Pragma("noescape")
	acc, v, w, ws, n, dim := ptr("acc"), ptr("v"), ptr("w"), ptr("stride"), ptr("n"), ptr("dim")
	ws3, row, as, as3 := GP64(), t.rowBytes(dim), GP64(), GP64()
	SHLQ(U8(2), ws)
	LEAQ(Mem{Base: ws, Index: ws, Scale: 2}, ws3)
	MOVQ(dim, as)
	SHLQ(U8(2), as)
	LEAQ(Mem{Base: as, Index: as, Scale: 2}, as3)
	loop(name, dim, 64, func() {
		var sum [4][4]reg.VecVirtual
		for g := range sum {
			for i := range sum[g] {
				sum[g][i] = ZMM()
				VMOVUPS(fourth(acc, as, as3, g, 64*i), sum[g][i])
			}
		}
		at, next, weight, left := GP64(), GP64(), GP64(), GP64()
		MOVQ(v, at)
		Load(Param("ahead"), next)
		ADDQ(v, next)
		MOVQ(w, weight)
		MOVQ(n, left)
		loop(name+"_rows", left, 1, func() {
			var x [4]reg.VecVirtual
			var scale reg.VecVirtual
			for i := range x {
				part := i % (t.weights / 16)
				block := func(disp int) Mem { return Mem{Base: at, Disp: 16*i/t.weights*t.bytes + disp} }
				if part == 0 {
					scale = t.scale(block)
				}
				x[i] = t.read(block, part, scale)
			}
			for g := range sum {
				f := ZMM()
				VBROADCASTSS(fourth(weight, ws, ws3, g, 0), f)
				for i := range x {
					VFMADD231PS(x[i], f, sum[g][i])
				}
			}
			for line := 0; line < 64/t.weights*t.bytes; line += 64 {
				PREFETCHT1(Mem{Base: next, Disp: line})
			}
			ADDQ(row, next)
			ADDQ(row, at)
			ADDQ(U32(4), weight)
		})
		for g := range sum {
			for i := range sum[g] {
				VMOVUPS(sum[g][i], fourth(acc, as, as3, g, 64*i))
			}
		}
		ADDQ(U32(256), acc)
		ADDQ(U32(uint32(64/t.weights*t.bytes)), v)
	})
	VZEROUPPER()
	RET()
}
