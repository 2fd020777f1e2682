package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// plain is a format of blocks of 32 weights that begin with their scale. Eight blocks are
// multiplied as they are unpacked; what their codes are too large is taken off by the sums
// of the activations.
type plain struct {
	name   string
	size   int     // bytes of a block
	offset float32 // by which codes are too large

	// constants loads what stays in registers: lanes for each of the products, which say
	// whose group's scale each lane has, and what the other functions need.
	constants func() (lanes []reg.VecVirtual)

	// scales reads the scales of eight blocks, each twice. They are picked one by one: the
	// instruction that gathers takes longer than all the rest.
	scales func(b reg.GPVirtual) reg.VecVirtual

	// product multiplies the k-th part of the blocks.
	product func(b, a reg.GPVirtual, k int) reg.VecVirtual
}

func dotQ80AVX512() {
	var flip, twice reg.VecVirtual
	dotPlain(plain{"Q80", 34, 128, func() []reg.VecVirtual {
		table := GLOBL("q80Twice", RODATA|NOPTR)
		for i := range 16 {
			DATA(4*i, U32(uint32(i/2)))
		}
		flip, twice = fill(0x80808080), ZMM()
		VMOVDQU32(table, twice)
		return loadLanes()
	}, func(b reg.GPVirtual) reg.VecVirtual {
		words, scale := XMM(), ZMM()
		VMOVD(Mem{Base: b}, words)
		for i := 1; i < 8; i++ {
			VPINSRW(U8(uint8(i)), Mem{Base: b, Disp: 34 * i}, words, words)
		}
		VCVTPH2PS(words, scale.AsY())
		VPERMPS(scale, twice, scale)
		return scale
	}, func(b, a reg.GPVirtual, k int) reg.VecVirtual {
		q, dot := ZMM(), ZMM()
		VMOVDQU32(Mem{Base: b, Disp: 68*k + 2}, q.AsY())
		VINSERTI64X4(U8(1), Mem{Base: b, Disp: 68*k + 36}, q, q)
		VPXORD(flip, q, q)
		zero(dot)
		VPDPBUSD(Mem{Base: a, Disp: 64 * k}, q, dot)
		return dot
	}})
}

// dotQ40AVX512 puts the bytes of four blocks side by side: the low halves are the first
// sixteen weights of each, the high halves the others, and both have the block's scale.
func dotQ40AVX512() {
	var low, words reg.VecVirtual
	dotPlain(plain{"Q40", 18, 8, func() []reg.VecVirtual {
		table := GLOBL("q40Table", RODATA|NOPTR)
		for i := range 32 { // all scales are in the first 128 bytes
			DATA(2*i, U16(uint16(9*(i%16/2))))
		}
		for k := range 2 {
			for i := range 16 {
				DATA(64+64*k+4*i, U32(uint32(8*k+2*(i/4))))
			}
		}
		low, words = fill(0x0f0f0f0f), ZMM()
		VMOVDQU32(table, words)
		return loadLanes512(table.Offset(64), 2)
	}, func(b reg.GPVirtual) reg.VecVirtual {
		scale := ZMM()
		VMOVDQU32(Mem{Base: b}, scale)
		VPERMT2W(Mem{Base: b, Disp: 64}, words, scale)
		VCVTPH2PS(scale.AsY(), scale)
		return scale
	}, func(b, a reg.GPVirtual, k int) reg.VecVirtual {
		q, high, dot := ZMM(), ZMM(), ZMM()
		VMOVDQU(Mem{Base: b, Disp: 72*k + 2}, q.AsX())
		for i := 1; i < 4; i++ {
			VINSERTI32X4(U8(uint8(i)), Mem{Base: b, Disp: 72*k + 18*i + 2}, q, q)
		}
		VPSRLW(U8(4), q, high)
		VPANDD(low, q, q)
		VPANDD(low, high, high)
		zero(dot)
		VPDPBUSD(Mem{Base: a, Disp: 128 * k}, q, dot)
		VPDPBUSD(Mem{Base: a, Disp: 128*k + 64}, high, dot)
		return dot
	}})
}

func dotPlain(f plain) {
	name := "dot" + f.name + "AVX512"
	TEXT(name, NOSPLIT, "func(b *byte, a *int8, d, sum *float32, blocks int) float32")
	Doc(name + " is kernels.dot" + f.name + " for AVX-512 with VNNI.")
	Pragma("noescape")
	b, a, d, sum, n := ptr("b"), ptr("a"), ptr("d"), ptr("sum"), ptr("blocks")
	lanes := f.constants()
	acc := [2]reg.VecVirtual{ZMM(), ZMM()}
	corr := ZMM()
	zero(acc[0])
	zero(acc[1])
	zero(corr)
	loop("dot_"+f.name, n, 1, func() {
		scale := f.scales(b)
		VFMADD231PS(Mem{Base: sum}, scale, corr)
		VMULPS(Mem{Base: d}, scale, scale)
		for k, lane := range lanes {
			dot, sc := f.product(b, a, k), ZMM()
			VCVTDQ2PS(dot, dot)
			VPERMPS(scale, lane, sc)
			VFMADD231PS(dot, sc, acc[k%2])
		}
		stream(b, 8*f.size)
		ADDQ(U32(uint32(8*f.size)), b)
		ADDQ(U32(256), a)
		ADDQ(U32(64), d)
		ADDQ(U32(64), sum)
	})
	VADDPS(acc[0], acc[1], acc[0])
	total, less, by, g := sumZ(acc[0]), sumZ(corr), XMM(), GP32()
	MOVL(U32(math.Float32bits(f.offset)), g)
	VMOVD(g, by)
	VFNMADD231SS(by, less.AsX(), total.AsX())
	VZEROUPPER()
	Store(total, ReturnIndex(0))
	RET()
}
