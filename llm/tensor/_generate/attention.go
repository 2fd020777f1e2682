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
	high, t := YMM(), XMM()
	VEXTRACTF64X4(U8(1), top, high)
	VMAXPS(high, top.AsY(), high)
	VEXTRACTF128(U8(1), high, t)
	VMAXPS(high.AsX(), t, t)
	other := XMM()
	VMOVHLPS(t, t, other)
	VMAXPS(other, t, t)
	VMOVSHDUP(t, other)
	VMAXSS(other, t, t)
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

// scores8AVX512 multiplies four 8-bit queries with 16 keys of Q8_0 at a time. The keys are
// transposed, so that a register holds four columns of each of the 16 and no sum has to be
// added across. Codes become unsigned by adding 128, which the sums start without.
func scores8AVX512() {
	TEXT("scores8AVX512", NOSPLIT, "func(q, k *byte, dim, n int, out *float32, stride, ahead int)")
	Doc("scores8AVX512 is kernels.scores8 for AVX-512 with VNNI.")
	Pragma("noescape")
	const block, blockBytes, scales, biases = 34, 160, 128, 144
	q, k, dim, n, out, os := ptr("q"), ptr("k"), ptr("dim"), ptr("n"), ptr("out"), ptr("stride")
	next := ptr("ahead")
	ADDQ(k, next)
	SHLQ(U8(2), os)
	row := GP64()
	MOVQ(dim, row)
	SHRQ(U8(5), row)
	IMUL3Q(U8(block), row, row)
	high := fill(0x80808080)
	loop("scores8_keys", n, 16, func() {
		bases, row3 := sixteen(k, row)
		at := func(i, disp int) Mem { return fourth(bases[i/4], row, row3, i%4, disp) }
		var sum [4]reg.VecVirtual
		for g := range sum {
			sum[g] = ZMM()
			zero(sum[g])
		}
		x, left := GP64(), GP64()
		MOVQ(q, x)
		MOVQ(dim, left)
		loop("scores8_dim", left, 32, func() {
			scale := scalesOf16(func(i int) Mem { return at(i, 0) })
			prefetch(next, 16*block)
			var dot [4]reg.VecVirtual
			for g := range dot {
				dot[g] = ZMM()
				VPBROADCASTD(Mem{Base: x, Disp: biases + 4*g}, dot[g])
			}
			two := func(op func(...Op), a, b reg.VecVirtual) reg.VecVirtual {
				out := ZMM()
				op(b, a, out)
				return out
			}
			// Of each eight rows, the upper four lie beside the lower; word c of four rows goes
			// to a quarter of a register, word c+4 to the one beside it.
			var columns [2][4]reg.VecVirtual
			for h := range columns {
				var r [4]reg.VecVirtual
				for i := range r {
					r[i] = ZMM()
					VMOVDQU8(at(8*h+i, 2), r[i].AsY())
					VINSERTI64X4(U8(1), at(8*h+i+4, 2), r[i], r[i])
					VPXORD(high, r[i], r[i])
				}
				ab, AB := two(VPUNPCKLDQ, r[0], r[1]), two(VPUNPCKHDQ, r[0], r[1])
				cd, CD := two(VPUNPCKLDQ, r[2], r[3]), two(VPUNPCKHDQ, r[2], r[3])
				columns[h] = [4]reg.VecVirtual{two(VPUNPCKLQDQ, ab, cd), two(VPUNPCKHQDQ, ab, cd), two(VPUNPCKLQDQ, AB, CD), two(VPUNPCKHQDQ, AB, CD)}
			}
			for c := range 8 {
				codes, pick := ZMM(), uint8(0x88)
				if c >= 4 {
					pick = 0xdd
				}
				VSHUFI32X4(U8(pick), columns[1][c%4], columns[0][c%4], codes)
				for g := range dot {
					VPDPBUSD_BCST(Mem{Base: x, Disp: 32*g + 4*c}, codes, dot[g])
				}
			}
			for g := range dot {
				VCVTDQ2PS(dot[g], dot[g])
				VMULPS_BCST(Mem{Base: x, Disp: scales + 4*g}, dot[g], dot[g])
				VFMADD231PS(dot[g], scale, sum[g])
			}
			ADDQ(U32(blockBytes), x)
			for _, b := range bases {
				ADDQ(U32(block), b)
			}
		})
		to := GP64()
		MOVQ(out, to)
		for g := range sum {
			VMOVUPS(sum[g], Mem{Base: to})
			if g < 3 {
				ADDQ(os, to)
			}
		}
		// One row was passed already.
		LEAQ(Mem{Base: row3, Index: row3, Scale: 4}, row3)
		ADDQ(row3, k)
		ADDQ(U32(64), out)
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

// weights8AVX512 turns the weights of up to 32 values of Q8_0, times the values' scales,
// into integers of 16 bits, of which the largest is 32767.
func weights8AVX512() {
	TEXT("weights8AVX512", NOSPLIT, "func(v *byte, w *float32, stride, n, dim int, room *float32, codes *int16, unit *float32)")
	Doc("weights8AVX512 is kernels.weights8 for AVX-512. room has 128 floats for each 32 columns.")
	Pragma("noescape")
	const block = 34
	k, w, ws, left, dim, to := ptr("v"), ptr("w"), ptr("stride"), ptr("n"), ptr("dim"), ptr("room")
	SHLQ(U8(2), ws)
	row := GP64()
	MOVQ(dim, row)
	SHRQ(U8(5), row)
	IMUL3Q(U8(block), row, row)
	var top [4]reg.VecVirtual
	for g := range top {
		top[g] = ZMM()
		zero(top[g])
	}
	Label("weights8_keys")
	bits, valid, mask := GP64(), GP64(), K()
	MOVQ(U32(16), bits)
	CMPQ(left, bits)
	CMOVQLT(left, bits)
	MOVQ(U32(0xffff), valid)
	BZHIQ(bits, valid, valid)
	KMOVW(valid.As32(), mask)
	ws3 := GP64()
	LEAQ(Mem{Base: ws, Index: ws, Scale: 2}, ws3)
	var weights [4]reg.VecVirtual
	for g := range weights {
		weights[g] = ZMM()
		VMOVUPS_Z(fourth(w, ws, ws3, g, 0), mask, weights[g])
	}
	bases, row3 := sixteen(k, row)
	room, columns := GP64(), GP64()
	MOVQ(to, room)
	MOVQ(dim, columns)
	loop("weights8_scales", columns, 32, func() {
		scale := scalesOf16(func(i int) Mem { return fourth(bases[i/4], row, row3, i%4, 0) })
		for g := range weights {
			t := ZMM()
			VMULPS_Z(weights[g], scale, mask, t)
			VMOVUPS(t, Mem{Base: room, Disp: 128 * g})
			VMAXPS(t, top[g], top[g])
		}
		ADDQ(U32(512), room)
		for _, b := range bases {
			ADDQ(U32(block), b)
		}
	})
	MOVQ(bases[3], k) // one row beyond the twelfth
	ADDQ(row3, k)
	ADDQ(U32(64), w)
	ADDQ(U32(64), to)
	SUBQ(U32(16), left)
	JG(LabelRef("weights8_keys"))

	limit, unit := constZ(32767), ptr("unit")
	for g := range top {
		t := ZMM()
		VSHUFF32X4(U8(0x4e), top[g], top[g], t)
		VMAXPS(t, top[g], top[g])
		VSHUFF32X4(U8(0xb1), top[g], top[g], t)
		VMAXPS(t, top[g], top[g])
		VPERMILPS(U8(0x4e), top[g], t)
		VMAXPS(t, top[g], top[g])
		VPERMILPS(U8(0xb1), top[g], t)
		VMAXPS(t, top[g], top[g])
		VDIVPS(limit, top[g], t)
		VMOVSS(t.AsX(), Mem{Base: unit, Disp: 4 * g})
		VDIVPS(top[g], limit, top[g])
	}
	room = ptr("room")
	codes := ptr("codes")
	loop("weights8_codes", dim, 32, func() {
		for g := range top {
			for h := range 2 {
				t := ZMM()
				VMULPS(Mem{Base: room, Disp: 128*g + 64*h}, top[g], t)
				VCVTPS2DQ(t, t)
				VPMOVSDW(t, Mem{Base: codes, Disp: 64*g + 32*h})
			}
		}
		ADDQ(U32(512), room)
		ADDQ(U32(256), codes)
	})
	VZEROUPPER()
	RET()
}

// weighted8AVX512 takes two values and 64 columns at a time. What VPUNPCKLWD and
// VPUNPCKHWD part is put in order again at the end.
func weighted8AVX512() {
	TEXT("weighted8AVX512", NOSPLIT, "func(acc *float32, v *byte, codes *int16, unit *float32, n, dim, ahead int)")
	Doc("weighted8AVX512 is kernels.weighted8 for AVX-512 with VNNI.")
	Pragma("noescape")
	const block = 34
	acc, v, codes, n, dim := ptr("acc"), ptr("v"), ptr("codes"), ptr("n"), ptr("dim")
	next := ptr("ahead")
	ADDQ(v, next)
	row := GP64()
	MOVQ(dim, row)
	SHRQ(U8(5), row)
	IMUL3Q(U8(block), row, row)
	as, as3 := GP64(), GP64()
	MOVQ(dim, as)
	SHLQ(U8(2), as)
	LEAQ(Mem{Base: as, Index: as, Scale: 2}, as3)
	order := GLOBL("weightedOrder", RODATA|NOPTR)
	at := 0
	for h := range 2 {
		for quarter := range 4 {
			for i := range 4 {
				DATA(at, U32(uint32(quarter%2*16+(2*h+quarter/2)*4+i)))
				at += 4
			}
		}
	}
	units := ptr("unit")
	var unit [4]reg.VecVirtual
	for g := range unit {
		unit[g] = ZMM()
		VBROADCASTSS(Mem{Base: units, Disp: 4 * g}, unit[g])
	}
	ADDQ(U32(1), n)
	SHRQ(U8(1), n)
	loop("weighted8_columns", dim, 64, func() {
		var sum [4][4]reg.VecVirtual
		for g := range sum {
			for i := range sum[g] {
				sum[g][i] = ZMM()
				zero(sum[g][i])
			}
		}
		key, weight, left := GP64(), GP64(), GP64()
		MOVQ(v, key)
		MOVQ(codes, weight)
		MOVQ(n, left)
		loop("weighted8_pairs", left, 1, func() {
			for b := range 2 {
				one, other, low, high := ZMM(), ZMM(), ZMM(), ZMM()
				VPMOVSXBW(Mem{Base: key, Disp: block*b + 2}, one)
				VPMOVSXBW(Mem{Base: key, Index: row, Scale: 1, Disp: block*b + 2}, other)
				VPUNPCKLWD(other, one, low)
				VPUNPCKHWD(other, one, high)
				for g := range sum {
					m := Mem{Base: weight, Disp: 256*b + 64*g}
					VPDPWSSD_BCST(m, low, sum[g][2*b])
					VPDPWSSD_BCST(m, high, sum[g][2*b+1])
				}
			}
			prefetch(next, 4*block)
			LEAQ(Mem{Base: key, Index: row, Scale: 2}, key)
			ADDQ(U32(4), weight)
		})
		for g := range sum {
			for i := range sum[g] {
				x := ZMM()
				VMOVDQU32(order.Offset(64*(i%2)), x)
				VPERMI2D(sum[g][i/2*2+1], sum[g][i/2*2], x)
				VCVTDQ2PS(x, x)
				VFMADD213PS(fourth(acc, as, as3, g, 64*i), unit[g], x)
				VMOVUPS(x, fourth(acc, as, as3, g, 64*i))
			}
		}
		ADDQ(U32(256), acc)
		ADDQ(U32(512), codes)
		ADDQ(U32(2*block), v)
	})
	VZEROUPPER()
	RET()
}

// scalesOf16 returns the scales of 16 blocks of Q8_0.
func scalesOf16(at func(i int) Mem) reg.VecVirtual {
	scale := ZMM()
	for i := range 4 {
		a, b, c, d := XMM(), XMM(), XMM(), XMM()
		for j, x := range []reg.VecVirtual{a, b, c, d} {
			VMOVD(at(4*i+j), x)
		}
		VPUNPCKLDQ(b, a, a)
		VPUNPCKLDQ(d, c, c)
		VPUNPCKLQDQ(c, a, a)
		if i == 0 {
			VMOVDQA32(a, scale.AsX())
		} else {
			VINSERTI32X4(U8(uint8(i)), a, scale, scale)
		}
	}
	VPMOVDW(scale, scale.AsY())
	VCVTPH2PS(scale.AsY(), scale)
	return scale
}
