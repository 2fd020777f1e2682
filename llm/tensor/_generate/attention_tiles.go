package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Attention of prompts on tiles of bf16: ../attend_tiles.go says what the tiles hold.

// roundHalvesAVX512 rounds rows of half-precision numbers.
func roundHalvesAVX512() {
	TEXT("roundHalvesAVX512", NOSPLIT, "func(dst *uint16, src *byte, steps, rows int)")
	Doc("roundHalvesAVX512 is kernels.roundHalves for AVX-512.")
	Pragma("noescape")
	dst, src, steps, rows := ptr("dst"), ptr("src"), ptr("steps"), ptr("rows")
	round := fill(0x8000)
	loop("halves_rows", rows, 1, func() {
		to, n := GP64(), GP64()
		MOVQ(dst, to)
		MOVQ(steps, n)
		loop("halves_steps", n, 1, func() {
			for h := range 2 {
				z := ZMM()
				VCVTPH2PS(Mem{Base: src, Disp: 32 * h}, z)
				storeBF16(z, round, Mem{Base: to, Disp: 32 * h})
			}
			ADDQ(U32(64), src)
			ADDQ(U32(1024), to)
		})
		ADDQ(U32(64), dst)
	})
	VZEROUPPER()
	RET()
}

// turnTilesAVX512 pairs rows of words and transposes the pairs. Unpacking within lanes
// leaves columns 8l to 8l+3 of the lanes l in the low halves, the others in the high ones.
func turnTilesAVX512() {
	TEXT("turnTilesAVX512", NOSPLIT, "func(dst, src *uint16, steps, from, to int)")
	Doc("turnTilesAVX512 is kernels.turnTiles for AVX-512.")
	Pragma("noescape")
	dst, src, n, from, to := ptr("dst"), ptr("src"), ptr("steps"), ptr("from"), ptr("to")
	SHLQ(U8(1), to)
	second, next := GP64(), GP64()
	LEAQ(Mem{Base: src, Index: from, Scale: 2}, second)
	LEAQ(Mem{Base: dst, Index: to, Scale: 1}, next)
	loop("turn", n, 1, func() {
		for half, unpack := range []func(...Op){VPUNPCKLWD, VPUNPCKHWD} {
			var r [16]reg.VecVirtual
			for i := range r {
				base, at := src, 128*i
				if i >= 8 {
					base, at = second, 128*(i-8)
				}
				r[i] = ZMM()
				VMOVDQU32(Mem{Base: base, Disp: at}, r[i])
				unpack(Mem{Base: base, Disp: at + 64}, r[i], r[i])
			}
			transposed(r, func(c int, out reg.VecVirtual) {
				column := c/4*8 + 4*half + c%4
				base := dst
				if column >= 16 {
					base = next
				}
				VMOVDQU32(out, Mem{Base: base, Disp: 64 * (column % 16)})
			})
		}
		for _, p := range []reg.GPVirtual{src, second} {
			ADDQ(U32(1024), p)
		}
		LEAQ(Mem{Base: dst, Index: to, Scale: 2}, dst)
		LEAQ(Mem{Base: next, Index: to, Scale: 2}, next)
	})
	VZEROUPPER()
	RET()
}

// power holds the constants of pow2Generic in ../attend_tiles_generic.go.
type power struct {
	log2e, one reg.VecVirtual
	poly       []reg.VecVirtual
}

func newPower() power {
	p := power{log2e: constZ(1.44269504), one: constZ(1)}
	for _, c := range []float32{0.009582853, 0.055906426, 0.24024099, 0.6931242} {
		p.poly = append(p.poly, constZ(c))
	}
	return p
}

// of replaces x by e to the x in the lanes of keep, by 0 in the others.
func (p power) of(x reg.VecVirtual, keep Op) {
	n, y := ZMM(), ZMM()
	VMULPS(p.log2e, x, x)
	VRNDSCALEPS(U8(8), x, n) // to the nearest integer
	VSUBPS(n, x, x)
	VMOVAPS(p.poly[0], y)
	for _, c := range append(p.poly[1:], p.one) {
		VFMADD213PS(c, x, y)
	}
	VSCALEFPS_Z(n, y, keep, x)
}

// weighTilesAVX512 goes through the scores of 16 queries twice: for the largest, and for the
// weights by it.
func weighTilesAVX512() {
	TEXT("weighTilesAVX512", NOSPLIT, "func(weights *uint16, scores, top, sum *float32, see *int32, acc *float32, n, dim int)")
	Doc("weighTilesAVX512 is kernels.weighTiles for AVX-512.")
	Pragma("noescape")
	w, s, top, sum, see, acc, dim := ptr("weights"), ptr("scores"), ptr("top"), ptr("sum"), ptr("see"), ptr("acc"), ptr("dim")
	const row = 128 // bytes
	p := newPower()
	round, high, least := fill(0x8000), fill(0xffff0000), constZ(leastScore)
	for h := range 2 {
		name := fmt.Sprintf("weigh%d", h)
		left, at := GP64(), GP64()
		TESTQ(see, see)
		JZ(LabelRef(name + "_seen"))
		seen, key, one, none := ZMM(), ZMM(), fill(1), fill(0xff800000)
		VMOVDQU32(Mem{Base: see, Disp: 64 * h}, seen)
		zero(key)
		MOVQ(s, at)
		Load(Param("n"), left)
		loop(name+"_hide", left, 1, func() {
			hidden := K()
			VPCMPD(U8(2), key, seen, hidden) // seen ≤ key
			VMOVUPS(none, hidden, Mem{Base: at, Disp: 64 * h})
			VPADDD(one, key, key)
			ADDQ(U32(row), at)
		})
		Label(name + "_seen")

		old := ZMM()
		VMOVUPS(Mem{Base: top, Disp: 64 * h}, old)
		var m [4]reg.VecVirtual
		for i := range m {
			m[i] = ZMM()
			VMOVAPS(old, m[i])
		}
		MOVQ(s, at)
		Load(Param("n"), left)
		loop(name+"_top", left, 4, func() {
			for i := range m {
				x := ZMM()
				VMOVUPS(Mem{Base: at, Disp: row*i + 64*h}, x)
				VMAXPS(m[i], x, m[i]) // m if x is no number
			}
			ADDQ(U32(4*row), at)
		})
		VMAXPS(m[1], m[0], m[0])
		VMAXPS(m[3], m[2], m[2])
		largest := ZMM()
		VMAXPS(m[2], m[0], largest)
		VMOVUPS(largest, Mem{Base: top, Disp: 64 * h})

		// What was added up so far is by the old largest score.
		same := K()
		total := ZMM()
		VMOVUPS(Mem{Base: sum, Disp: 64 * h}, total)
		VCMPPS(U8(0), old, largest, same)
		KORTESTW(same, same)
		JCS(LabelRef(name + "_scaled"))
		VSUBPS(largest, old, old)
		counts := K()
		VCMPPS(U8(5), least, old, counts)
		p.of(old, counts)
		VMOVAPS(p.one, same, old) // both may be infinite
		VMULPS(old, total, total)
		MOVQ(acc, at)
		MOVQ(dim, left)
		loop(name+"_scale", left, 4, func() {
			for i := range 4 {
				x, m := ZMM(), Mem{Base: at, Disp: row*i + 64*h}
				VMULPS(m, old, x)
				VMOVUPS(x, m)
			}
			ADDQ(U32(4*row), at)
		})
		Label(name + "_scaled")

		sums := [2]reg.VecVirtual{total, ZMM()}
		zero(sums[1])
		MOVQ(s, at)
		Load(Param("n"), left)
		loop(name+"_weights", left, 2, func() {
			var e [2]reg.VecVirtual
			for i := range e {
				weighs := K()
				e[i] = ZMM()
				VMOVUPS(Mem{Base: at, Disp: row*i + 64*h}, e[i])
				VSUBPS(largest, e[i], e[i])
				VCMPPS(U8(5), least, e[i], weighs) // not less than
				p.of(e[i], weighs)
				VPADDD(round, e[i], e[i])
				VPANDD(high, e[i], e[i])
				VADDPS(e[i], sums[i], sums[i])
			}
			VPSRLD(U8(16), e[0], e[0])
			VPORD(e[1], e[0], e[0])
			VMOVDQU32(e[0], Mem{Base: w})
			ADDQ(U32(64), w)
			ADDQ(U32(2*row), at)
		})
		VADDPS(sums[1], sums[0], sums[0])
		VMOVUPS(sums[0], Mem{Base: sum, Disp: 64 * h})
		Load(Param("weights"), w)
		ADDQ(U32(2*16*tileChunk), w)
	}
	VZEROUPPER()
	RET()
}
