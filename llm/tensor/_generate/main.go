// Command generate writes the assembly of package tensor. Run in this folder:
//
//	go run . -out ../kernels_amd64.s -stubs ../stubs_amd64.go -pkg tensor
//
// Each function is specified by the Go function of the same kernel in
// ../kernels_generic.go or ../panel.go. Names end in the instruction set they need.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64,!noasm")
	dotAVX512()
	dot4AVX512()
	dotAVX2()
	dotF32AVX512()
	dotF32x4AVX512()
	axpyAVX512()
	dotF32AVX2()
	axpyAVX2()
	widenF16AVX2()
	unpackQ4K()
	unpackQ5K()
	unpackQ6K()
	unpackQ80()
	unpackQ40()
	unpackIQ4XS()
	unpackIQ4NL()
	transposeAVX512()
	outerAVX512(16)
	outerAVX512(32)
	tilesAMX()
	pairsAVX512()
	widenTilesAVX512(16)
	widenTilesAVX512(32)
	roundTileAVX512()
	roundHalvesAVX512()
	turnTilesAVX512()
	weighTilesAVX512()
	peakAVX512()
	peakAVX2()
	readAVX2()
	expSumAVX512()
	largestAVX512()
	swigluAVX512()
	weightedAVX512()
	widenQ80AVX512()
	quantizeAVX512()
	dotQ4KAVX512()
	dotQ6KAVX512()
	dotQ80AVX512()
	dotQ40AVX512()
	interleaveQ4K()
	interleaveQ6K()
	for _, t := range rowFormats {
		scoresAVX512(t)
		weighted4AVX512(t)
	}
	scores8AVX512()
	weights8AVX512()
	weighted8AVX512()
	for _, t := range rowFormats8 {
		scoresAVX2(t)
		weighted4AVX2(t)
	}
	expSumAVX2()
	largestAVX2()
	swigluAVX2()
	transposeAVX2()
	interleaveQ4KAVX2()
	interleaveQ6KAVX2()
	outerAVX2(16, 63)
	outerAVX2(32, 15)
	outer32WideAVX2()
	dotQ4KAVX2()
	dotQ6KAVX2()
	quantizeAVX2()
	scores8AVX2()
	weights8AVX2()
	weighted8AVX2()
	widenQ80AVX2()
	Generate()
}

// ptr loads a parameter of 64 bits.
func ptr(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name), r)
	return r
}

// loop runs body while n, counted down by step, is not zero; n > 0 at the start is
// not assumed.
func loop(name string, n reg.GPVirtual, step int, body func()) {
	TESTQ(n, n)
	JZ(LabelRef(name + "_end"))
	Label(name)
	body()
	SUBQ(U32(uint32(step)), n)
	JNZ(LabelRef(name))
	Label(name + "_end")
}

// sumZ adds the lanes of z into the low lane of an XMM register.
func sumZ(z reg.VecVirtual) reg.VecVirtual {
	high := YMM()
	VEXTRACTF64X4(U8(1), z, high)
	VADDPS(high, z.AsY(), high)
	return sumY(high)
}

func sumY(y reg.VecVirtual) reg.VecVirtual {
	a, b := XMM(), XMM()
	VEXTRACTF128(U8(1), y, a)
	VADDPS(y.AsX(), a, a)
	VMOVHLPS(a, a, b)
	VADDPS(a, b, a)
	VMOVSHDUP(a, b)
	VADDSS(a, b, a)
	return a
}

// groupLanes holds, for each quarter of a block, the indices that give each group's
// scale to the four lanes of its 16 products.
var groupLanes Mem

func dotAVX512() {
	TEXT("dotAVX512", NOSPLIT, "func(u *uint8, s, m *float32, a *int8, d, sum *float32, blocks int) float32")
	Doc("dotAVX512 is kernels.dot for AVX-512 with VNNI.")
	Pragma("noescape")
	u, s, m, a, d, sum, n := ptr("u"), ptr("s"), ptr("m"), ptr("a"), ptr("d"), ptr("sum"), ptr("blocks")
	groupLanes = GLOBL("groupLanes", RODATA|NOPTR)
	for i := range 64 {
		DATA(4*i, U32(uint32(i/4)))
	}
	idx := loadLanes()
	acc := [2]reg.VecVirtual{ZMM(), ZMM()}
	corr := ZMM()
	zero(acc[0])
	zero(acc[1])
	zero(corr)
	loop("dot", n, 1, func() {
		scale, t := ZMM(), ZMM()
		VMOVUPS(Mem{Base: s}, scale)
		VMULPS(Mem{Base: d}, scale, scale)
		VMOVUPS(Mem{Base: m}, t)
		VFMADD231PS(Mem{Base: sum}, t, corr)
		for k := range 4 {
			codes, dot, sc := ZMM(), ZMM(), ZMM()
			VMOVDQU8(Mem{Base: u, Disp: 64 * k}, codes)
			zero(dot)
			VPDPBUSD(Mem{Base: a, Disp: 64 * k}, codes, dot)
			VCVTDQ2PS(dot, dot)
			VPERMPS(scale, idx[k], sc)
			VFMADD231PS(dot, sc, acc[k%2])
		}
		for _, p := range []reg.GPVirtual{s, m, d, sum} {
			ADDQ(U32(64), p)
		}
		ADDQ(U32(256), u)
		ADDQ(U32(256), a)
	})
	VADDPS(acc[0], acc[1], acc[0])
	VSUBPS(corr, acc[0], acc[0])
	total := sumZ(acc[0])
	VZEROUPPER()
	Store(total, ReturnIndex(0))
	RET()
}

func loadLanes() []reg.VecVirtual { return loadLanes512(groupLanes, 4) }

// loadLanes512 loads n registers from a table.
func loadLanes512(table Mem, n int) []reg.VecVirtual {
	idx := make([]reg.VecVirtual, n)
	for k := range idx {
		idx[k] = ZMM()
		VMOVDQU32(table.Offset(64*k), idx[k])
	}
	return idx
}

func dot4AVX512() {
	TEXT("dot4AVX512", NOSPLIT, "func(u *uint8, s, m *float32, a *int8, d, sum *float32, stride, blocks int, out *[4]float32)")
	Doc("dot4AVX512 is kernels.dot4 for AVX-512 with VNNI.")
	Pragma("noescape")
	u, s, m, a, d, sum, n := ptr("u"), ptr("s"), ptr("m"), ptr("a"), ptr("d"), ptr("sum"), ptr("blocks")
	stride := ptr("stride") // bytes of codes; scales and sums are stride/4 bytes apart
	stride3, step, step3 := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, stride3)
	MOVQ(stride, step)
	SHRQ(U8(2), step)
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, step3)
	at := func(base, one, three reg.GPVirtual, c, disp int) Mem {
		switch c {
		case 0:
			return Mem{Base: base, Disp: disp}
		case 1:
			return Mem{Base: base, Index: one, Scale: 1, Disp: disp}
		case 2:
			return Mem{Base: base, Index: one, Scale: 2, Disp: disp}
		}
		return Mem{Base: base, Index: three, Scale: 1, Disp: disp}
	}
	idx := loadLanes()
	var acc, corr [4]reg.VecVirtual
	for c := range 4 {
		acc[c], corr[c] = ZMM(), ZMM()
		zero(acc[c])
		zero(corr[c])
	}
	loop("dot4", n, 1, func() {
		scales, mins := ZMM(), ZMM()
		VMOVUPS(Mem{Base: s}, scales)
		VMOVUPS(Mem{Base: m}, mins)
		var codes [4]reg.VecVirtual
		for k := range codes {
			codes[k] = ZMM()
			VMOVDQU8(Mem{Base: u, Disp: 64 * k}, codes[k])
		}
		for c := range 4 {
			scale := ZMM()
			VMULPS(at(d, step, step3, c, 0), scales, scale)
			VFMADD231PS(at(sum, step, step3, c, 0), mins, corr[c])
			for k := range 4 {
				dot, sc := ZMM(), ZMM()
				zero(dot)
				VPDPBUSD(at(a, stride, stride3, c, 64*k), codes[k], dot)
				VCVTDQ2PS(dot, dot)
				VPERMPS(scale, idx[k], sc)
				VFMADD231PS(dot, sc, acc[c])
			}
		}
		for _, p := range []reg.GPVirtual{s, m, d, sum} {
			ADDQ(U32(64), p)
		}
		ADDQ(U32(256), u)
		ADDQ(U32(256), a)
	})
	out := ptr("out")
	for c := range 4 {
		VSUBPS(corr[c], acc[c], acc[c])
		VMOVSS(sumZ(acc[c]), Mem{Base: out, Disp: 4 * c})
	}
	VZEROUPPER()
	RET()
}

func dotAVX2() {
	TEXT("dotAVX2", NOSPLIT, "func(u *uint8, s, m *float32, a *int8, d, sum *float32, blocks int) float32")
	Doc("dotAVX2 is kernels.dot for AVX2. Codes and activations are widened to 16 bits: a",
		"product of bytes would saturate for codes above 127.")
	Pragma("noescape")
	u, s, m, a, d, sum, n := ptr("u"), ptr("s"), ptr("m"), ptr("a"), ptr("d"), ptr("sum"), ptr("blocks")
	acc, corr := [2]reg.VecVirtual{YMM(), YMM()}, YMM()
	VXORPS(acc[0], acc[0], acc[0])
	VXORPS(acc[1], acc[1], acc[1])
	VXORPS(corr, corr, corr)
	loop("dot2", n, 1, func() {
		for h := range 2 {
			t := YMM()
			VMOVUPS(Mem{Base: m, Disp: 32 * h}, t)
			VFMADD231PS(Mem{Base: sum, Disp: 32 * h}, t, corr)
		}
		for g := range 16 {
			x, y, sc, dd := YMM(), YMM(), YMM(), YMM()
			VPMOVZXBW(Mem{Base: u, Disp: 16 * g}, x)
			VPMOVSXBW(Mem{Base: a, Disp: 16 * g}, y)
			VPMADDWD(y, x, x)
			VCVTDQ2PS(x, x)
			VBROADCASTSS(Mem{Base: s, Disp: 4 * g}, sc)
			VBROADCASTSS(Mem{Base: d, Disp: 4 * g}, dd)
			VMULPS(dd, sc, sc)
			VFMADD231PS(x, sc, acc[g%2])
		}
		for _, p := range []reg.GPVirtual{s, m, d, sum} {
			ADDQ(U32(64), p)
		}
		ADDQ(U32(256), u)
		ADDQ(U32(256), a)
	})
	VADDPS(acc[0], acc[1], acc[0])
	VSUBPS(corr, acc[0], acc[0])
	total := sumY(acc[0])
	VZEROUPPER()
	Store(total, ReturnIndex(0))
	RET()
}

// VPDPBUSD adds to each of dst's 32-bit lanes the products of four unsigned bytes of
// codes with four signed bytes of acts. The instruction is not among those that avo
// knows by name.
func VPDPBUSD(acts Op, codes, dst reg.VecVirtual) {
	Instruction(&ir.Instruction{
		Opcode:   "VPDPBUSD",
		Operands: []Op{acts, codes, dst},
		Inputs:   []Op{acts, codes, dst},
		Outputs:  []Op{dst},
		ISA:      []string{"AVX512_VNNI"},
	})
}

// VPDPBUSD_BCST is VPDPBUSD with the same four bytes of acts for each lane.
func VPDPBUSD_BCST(acts Mem, codes, dst reg.VecVirtual) {
	Instruction(&ir.Instruction{
		Opcode:   "VPDPBUSD",
		Suffixes: []string{"BCST"},
		Operands: []Op{acts, codes, dst},
		Inputs:   []Op{acts, codes, dst},
		Outputs:  []Op{dst},
		ISA:      []string{"AVX512_VNNI"},
	})
}

// VPDPWSSD_BCST is the same for two numbers of 16 bits.
func VPDPWSSD_BCST(two Mem, values, dst reg.VecVirtual) {
	Instruction(&ir.Instruction{
		Opcode:   "VPDPWSSD",
		Suffixes: []string{"BCST"},
		Operands: []Op{two, values, dst},
		Inputs:   []Op{two, values, dst},
		Outputs:  []Op{dst},
		ISA:      []string{"AVX512_VNNI"},
	})
}

// zero clears z. Written so, avo does not take the old contents as needed.
func zero(z reg.VecVirtual) {
	Instruction(&ir.Instruction{Opcode: "VPXORD", Operands: []Op{z, z, z}, Outputs: []Op{z}, ISA: []string{"AVX512F"}})
}
