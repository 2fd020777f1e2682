package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

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
				columns[h] = transposed4(r, ZMM)
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
