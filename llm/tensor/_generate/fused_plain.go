package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dotQ80AVX512 and dotQ40AVX512 multiply eight blocks of 32 as they unpack them. The scales
// of the blocks are gathered; what the codes are too large is taken off by the sums of the
// activations.
func dotQ80AVX512() {
	flip := func() reg.VecVirtual { return fill(0x80808080) }
	dotPlain("dotQ80AVX512", "Q80", 34, 0x43000000, flip, func(b reg.GPVirtual, k int, flip reg.VecVirtual) reg.VecVirtual {
		q := ZMM()
		VMOVDQU32(Mem{Base: b, Disp: 68*k + 2}, q.AsY())
		VINSERTI64X4(U8(1), Mem{Base: b, Disp: 68*k + 36}, q, q)
		VPXORD(flip, q, q)
		return q
	})
}

func dotQ40AVX512() {
	shifts := GLOBL("q40Shifts", RODATA|NOPTR)
	for i := range 16 {
		DATA(4*i, U32(uint32(i/4%2*4)*0x10001))
	}
	var count reg.VecVirtual
	low := func() reg.VecVirtual {
		count = ZMM()
		VMOVDQU32(shifts, count)
		return fill(0x0f0f0f0f)
	}
	dotPlain("dotQ40AVX512", "Q40", 18, 0x41000000, low, func(b reg.GPVirtual, k int, low reg.VecVirtual) reg.VecVirtual {
		q, second := ZMM(), YMM()
		VBROADCASTI32X4(Mem{Base: b, Disp: 36*k + 2}, q.AsY())
		VBROADCASTI32X4(Mem{Base: b, Disp: 36*k + 20}, second)
		VINSERTI64X4(U8(1), second, q, q)
		VPSRLVW(count, q, q)
		VPANDD(low, q, q)
		return q
	})
}

// dotPlain multiplies blocks of size bytes that begin with their scale. codes unpacks the
// k-th pair of blocks; offset is the float by which they are too large.
func dotPlain(name, format string, size int, offset uint32, constant func() reg.VecVirtual, codes func(b reg.GPVirtual, k int, constant reg.VecVirtual) reg.VecVirtual) {
	TEXT(name, NOSPLIT, "func(b *byte, a *int8, d, sum *float32, blocks int) float32")
	Doc(name + " is kernels.dot" + format + " for AVX-512 with VNNI.")
	Pragma("noescape")
	b, a, d, sum, n := ptr("b"), ptr("a"), ptr("d"), ptr("sum"), ptr("blocks")
	table := GLOBL("starts"+format, RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(uint32(size*i)))
	}
	for i := range 16 {
		DATA(32+4*i, U32(uint32(i/2)))
	}
	starts, twice := YMM(), ZMM()
	VMOVDQU(table, starts)
	VMOVDQU32(table.Offset(32), twice)
	idx, c := loadLanes(), constant()
	acc := [2]reg.VecVirtual{ZMM(), ZMM()}
	corr := ZMM()
	zero(acc[0])
	zero(acc[1])
	zero(corr)
	loop("dot_"+format, n, 1, func() {
		mask, words, scale := YMM(), YMM(), ZMM()
		VPCMPEQD(mask, mask, mask)
		VPXOR(words, words, words)
		VPGATHERDD(mask, Mem{Base: b, Index: starts, Scale: 1}, words)
		VPMOVDW(words, words.AsX())
		VCVTPH2PS(words.AsX(), scale.AsY())
		VPERMPS(scale, twice, scale)
		VFMADD231PS(Mem{Base: sum}, scale, corr)
		VMULPS(Mem{Base: d}, scale, scale)
		for k := range 4 {
			dot, sc := ZMM(), ZMM()
			zero(dot)
			VPDPBUSD(Mem{Base: a, Disp: 64 * k}, codes(b, k, c), dot)
			VCVTDQ2PS(dot, dot)
			VPERMPS(scale, idx[k], sc)
			VFMADD231PS(dot, sc, acc[k%2])
		}
		stream(b, 8*size)
		ADDQ(U32(uint32(8*size)), b)
		ADDQ(U32(256), a)
		ADDQ(U32(64), d)
		ADDQ(U32(64), sum)
	})
	VADDPS(acc[0], acc[1], acc[0])
	total, less, by, g := sumZ(acc[0]), sumZ(corr), XMM(), GP32()
	MOVL(U32(offset), g)
	VMOVD(g, by)
	VFNMADD231SS(by, less.AsX(), total.AsX())
	VZEROUPPER()
	Store(total, ReturnIndex(0))
	RET()
}
