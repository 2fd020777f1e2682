package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// scores8AVX2 multiplies four 8-bit queries with eight keys of Q8_0 at a time, transposed
// as in scores8AVX512. The signs of the keys go to the queries, so that two products of
// bytes fit 16 bits.
func scores8AVX2() {
	TEXT("scores8AVX2", NOSPLIT, "func(q, k *byte, dim, n int, out *float32, stride, ahead int)")
	Doc("scores8AVX2 is kernels.scores8 for AVX2.")
	Pragma("noescape")
	const block, blockBytes, scales = 34, 160, 128
	q, k, dim, n, out, os := ptr("q"), ptr("k"), ptr("dim"), ptr("n"), ptr("out"), ptr("stride")
	next := ptr("ahead")
	ADDQ(k, next)
	SHLQ(U8(2), os)
	row, row3 := blockRow(dim), GP64()
	LEAQ(Mem{Base: row, Index: row, Scale: 2}, row3)
	ones := YMM()
	VMOVDQU(sixteenOnes(), ones)
	loop("scores8_keys2", n, 8, func() {
		k4 := GP64()
		LEAQ(Mem{Base: k, Index: row, Scale: 4}, k4)
		at := func(i, disp int) Mem { return fourth([]reg.GPVirtual{k, k4}[i/4], row, row3, i%4, disp) }
		sum := zeros(4)
		x, left := GP64(), GP64()
		MOVQ(q, x)
		MOVQ(dim, left)
		loop("scores8_dim2", left, 32, func() {
			prefetch(next, 8*block)
			var dot [4]reg.VecVirtual
			for half := range 2 {
				for c, key := range eightRows(at, 2+16*half) {
					size := YMM()
					VPABSB(key, size)
					for g := range dot {
						t := YMM()
						VPBROADCASTD(Mem{Base: x, Disp: 32*g + 16*half + 4*c}, t)
						VPSIGNB(key, t, t)
						VPMADDUBSW(t, size, t)
						VPMADDWD(ones, t, t)
						if dot[g] == nil {
							dot[g] = t
						} else {
							VPADDD(t, dot[g], dot[g])
						}
					}
				}
			}
			scale := scalesOf8(at)
			for g := range dot {
				t := YMM()
				VCVTDQ2PS(dot[g], dot[g])
				VBROADCASTSS(Mem{Base: x, Disp: scales + 4*g}, t)
				VMULPS(t, dot[g], dot[g])
				VFMADD231PS(dot[g], scale, sum[g])
			}
			ADDQ(U32(blockBytes), x)
			ADDQ(U32(block), k)
			ADDQ(U32(block), k4)
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
		LEAQ(Mem{Base: k4, Index: row3, Scale: 1}, k)
		ADDQ(U32(32), out)
	})
	VZEROUPPER()
	RET()
}

// blockRow returns the bytes of a row of Q8_0.
func blockRow(dim reg.GPVirtual) reg.GPVirtual { return rowFormats8[2].rowBytes(dim) }

// scalesOf8 returns the scales of eight blocks of Q8_0.
func scalesOf8(at func(i, disp int) Mem) reg.VecVirtual {
	var half [2]reg.VecVirtual
	for i := range half {
		a, b, c, d := YMM(), YMM(), YMM(), YMM()
		for j, x := range []reg.VecVirtual{a, b, c, d} {
			loadLow("VMOVD", at(4*i+j, 0), x)
		}
		VPUNPCKLDQ(b, a, a)
		VPUNPCKLDQ(d, c, c)
		VPUNPCKLQDQ(c, a, a)
		half[i] = a
	}
	VINSERTI128(U8(1), half[1].AsX(), half[0], half[0])
	return halves8(half[0])
}

// weights8AVX2 does what weights8AVX512 does, for eight values at a time.
func weights8AVX2() {
	TEXT("weights8AVX2", NOSPLIT, "func(v *byte, w *float32, stride, n, dim int, room *float32, codes *int16, unit *float32)")
	Doc("weights8AVX2 is kernels.weights8 for AVX2. room has 128 floats for each 32 columns.")
	Pragma("noescape")
	const block = 34
	k, w, ws, left, dim, to := ptr("v"), ptr("w"), ptr("stride"), ptr("n"), ptr("dim"), ptr("room")
	SHLQ(U8(2), ws)
	row, row3, ws3 := blockRow(dim), GP64(), GP64()
	LEAQ(Mem{Base: row, Index: row, Scale: 2}, row3)
	LEAQ(Mem{Base: ws, Index: ws, Scale: 2}, ws3)
	numbers := GLOBL("numbers8", RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(uint32(i)))
	}
	top := zeros(4)
	Label("weights8_keys2")
	valid := YMM()
	VMOVD(left.As32(), valid.AsX())
	VPBROADCASTD(valid.AsX(), valid)
	VPCMPGTD(numbers, valid, valid)
	var weights [4]reg.VecVirtual
	for g := range weights {
		weights[g] = YMM()
		VMASKMOVPS(fourth(w, ws, ws3, g, 0), valid, weights[g])
	}
	k4, room, columns := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: k, Index: row, Scale: 4}, k4)
	at := func(i, disp int) Mem { return fourth([]reg.GPVirtual{k, k4}[i/4], row, row3, i%4, disp) }
	MOVQ(to, room)
	MOVQ(dim, columns)
	loop("weights8_scales2", columns, 32, func() {
		scale := scalesOf8(at)
		for g := range weights {
			t := YMM()
			VMULPS(weights[g], scale, t)
			VANDPS(valid, t, t)
			VMOVUPS(t, Mem{Base: room, Disp: 128 * g})
			VMAXPS(t, top[g], top[g])
		}
		ADDQ(U32(512), room)
		ADDQ(U32(block), k)
		ADDQ(U32(block), k4)
	})
	LEAQ(Mem{Base: k4, Index: row3, Scale: 1}, k) // one row was passed already
	ADDQ(U32(32), w)
	ADDQ(U32(32), to)
	SUBQ(U32(8), left)
	JG(LabelRef("weights8_keys2"))

	unit := ptr("unit")
	for g := range top {
		t, u := maxY(top[g]), XMM()
		VDIVSS(eight(32767), t, u)
		VMOVSS(u, Mem{Base: unit, Disp: 4 * g})
		VMOVSS(eight(32767), u)
		VDIVSS(t, u, t)
		VBROADCASTSS(t, top[g])
	}
	room = ptr("room")
	codes := ptr("codes")
	loop("weights8_codes2", dim, 32, func() {
		for g := range top {
			for h := range 2 {
				var t [2]reg.VecVirtual
				for i := range t {
					t[i] = YMM()
					VMULPS(Mem{Base: room, Disp: 128*g + 64*h + 32*i}, top[g], t[i])
					VCVTPS2DQ(t[i], t[i])
				}
				VPACKSSDW(t[1], t[0], t[0])
				VPERMQ(U8(0xd8), t[0], t[0])
				VMOVDQU(t[0], Mem{Base: codes, Disp: 64*g + 32*h})
			}
		}
		ADDQ(U32(512), room)
		ADDQ(U32(256), codes)
	})
	VZEROUPPER()
	RET()
}

// weighted8AVX2 takes two values and 16 columns at a time.
func weighted8AVX2() {
	TEXT("weighted8AVX2", NOSPLIT, "func(acc *float32, v *byte, codes *int16, unit *float32, n, dim, ahead int)")
	Doc("weighted8AVX2 is kernels.weighted8 for AVX2.")
	Pragma("noescape")
	const block = 34
	acc, v, codes, n, dim := ptr("acc"), ptr("v"), ptr("codes"), ptr("n"), ptr("dim")
	next, units := ptr("ahead"), ptr("unit")
	ADDQ(v, next)
	row, as, as3 := blockRow(dim), GP64(), GP64()
	MOVQ(dim, as)
	SHLQ(U8(2), as)
	LEAQ(Mem{Base: as, Index: as, Scale: 2}, as3)
	ADDQ(U32(1), n)
	SHRQ(U8(1), n)
	loop("weighted8_columns2", dim, 32, func() {
		for half := range 2 {
			var sum [4][]reg.VecVirtual
			for g := range sum {
				sum[g] = zeros(2)
			}
			key, weight, left := GP64(), GP64(), GP64()
			MOVQ(v, key)
			MOVQ(codes, weight)
			MOVQ(n, left)
			loop(fmt.Sprintf("weighted8_pairs%d", half), left, 1, func() {
				one, other, low, high := YMM(), YMM(), YMM(), YMM()
				VPMOVSXBW(Mem{Base: key, Disp: 16*half + 2}, one)
				VPMOVSXBW(Mem{Base: key, Index: row, Scale: 1, Disp: 16*half + 2}, other)
				VPUNPCKLWD(other, one, low)
				VPUNPCKHWD(other, one, high)
				for g := range sum {
					w := YMM()
					VPBROADCASTD(Mem{Base: weight, Disp: 64 * g}, w)
					for i, values := range []reg.VecVirtual{low, high} {
						t := YMM()
						VPMADDWD(values, w, t)
						VPADDD(t, sum[g][i], sum[g][i])
					}
				}
				prefetch(next, block)
				LEAQ(Mem{Base: key, Index: row, Scale: 2}, key)
				ADDQ(U32(4), weight)
			})
			for g := range sum {
				u := YMM()
				VBROADCASTSS(Mem{Base: units, Disp: 4 * g}, u)
				for i, lanes := range []uint8{0x20, 0x31} { // what unpacking parted
					x, m := YMM(), fourth(acc, as, as3, g, 64*half+32*i)
					VPERM2I128(U8(lanes), sum[g][1], sum[g][0], x)
					VCVTDQ2PS(x, x)
					VFMADD213PS(m, u, x)
					VMOVUPS(x, m)
				}
			}
		}
		ADDQ(U32(128), acc)
		ADDQ(U32(256), codes)
		ADDQ(U32(block), v)
	})
	VZEROUPPER()
	RET()
}

// widenQ80AVX2 is widenQ80AVX512 for AVX2.
func widenQ80AVX2() {
	TEXT("widenQ80AVX2", NOSPLIT, "func(dst *float32, src *byte, blocks int)")
	Doc("widenQ80AVX2 is kernels.widenQ80 for AVX2.")
	Pragma("noescape")
	dst, src, n := ptr("dst"), ptr("src"), ptr("blocks")
	t := rowFormats8[2]
	loop("widen80_2", n, 1, func() {
		block := func(disp int) Mem { return Mem{Base: src, Disp: disp} }
		scale := t.scale(block)
		for part := range 4 {
			VMOVUPS(t.read(block, part, scale), Mem{Base: dst, Disp: 32 * part})
		}
		ADDQ(U32(34), src)
		ADDQ(U32(128), dst)
	})
	VZEROUPPER()
	RET()
}
