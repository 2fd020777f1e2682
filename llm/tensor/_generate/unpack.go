package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The unpackers read blocks of one format into a panel. They need AVX2 and F16C.

const unpackSignature = "func(u *uint8, s, m *float32, b *byte, blocks int)"

// bytes32 returns a register full of one byte.
func bytes32(b uint8) reg.VecVirtual {
	g, y := GP32(), YMM()
	MOVL(U32(uint32(b)*0x01010101), g)
	VMOVD(g, y.AsX())
	VPBROADCASTD(y.AsX(), y)
	return y
}

// float broadcasts a constant float, given by its bits.
func float(bits uint32) reg.VecVirtual {
	g, y := GP32(), YMM()
	MOVL(U32(bits), g)
	VMOVD(g, y.AsX())
	VBROADCASTSS(y.AsX(), y)
	return y
}

// half broadcasts the float16 at mem.
func half(mem Mem) reg.VecVirtual {
	g, y := GP32(), YMM()
	MOVWLZX(mem, g)
	VMOVD(g, y.AsX())
	VCVTPH2PS(y.AsX(), y.AsX())
	VBROADCASTSS(y.AsX(), y)
	return y
}

// pairIndex returns the lanes 0,0,1,1,2,2,3,3 and 4,4,5,5,6,6,7,7.
func pairIndex() [2]reg.VecVirtual {
	table := GLOBL("pairLanes", RODATA|NOPTR)
	for i := range 16 {
		DATA(4*i, U32(uint32(i/2)))
	}
	pairLanes = table
	return loadPairs()
}

var pairLanes Mem

func loadPairs() [2]reg.VecVirtual {
	idx := [2]reg.VecVirtual{YMM(), YMM()}
	VMOVDQU(pairLanes.Offset(0), idx[0])
	VMOVDQU(pairLanes.Offset(32), idx[1])
	return idx
}

// scalesMins writes the 8 scales and minima of a Q4_K or Q5_K block, each for two
// groups of 16.
func scalesMins(s, m, b reg.GPVirtual, idx [2]reg.VecVirtual) {
	a0, a1, a2, t := GP32(), GP32(), GP32(), GP32()
	MOVL(Mem{Base: b, Disp: 4}, a0)
	MOVL(Mem{Base: b, Disp: 8}, a1)
	MOVL(Mem{Base: b, Disp: 12}, a2)
	pack := func(low reg.GPVirtual, shift int) reg.VecVirtual {
		// The first four have six bits in low; of the others, four bits are in a2 and
		// the top two in low's top bits.
		l, h, w := GP32(), GP32(), GP64()
		MOVL(low, l)
		ANDL(U32(0x3f3f3f3f), l)
		MOVL(a2, h)
		if shift > 0 {
			SHRL(U8(uint8(shift)), h)
		}
		ANDL(U32(0x0f0f0f0f), h)
		MOVL(low, t)
		SHRL(U8(2), t)
		ANDL(U32(0x30303030), t)
		ORL(t, h)
		MOVL(h, w.As32())
		SHLQ(U8(32), w)
		ORQ(l.As64(), w)
		y := YMM()
		VMOVQ(w, y.AsX())
		VPMOVZXBD(y.AsX(), y)
		VCVTDQ2PS(y, y)
		return y
	}
	for i, dst := range []reg.GPVirtual{s, m} {
		y := pack([]reg.GPVirtual{a0, a1}[i], 4*i)
		VMULPS(half(Mem{Base: b, Disp: 2 * i}), y, y)
		for k := range 2 {
			z := YMM()
			VPERMPS(y, idx[k], z)
			VMOVUPS(z, Mem{Base: dst, Disp: 32 * k})
		}
	}
}

func unpackQ4K() {
	TEXT("unpackQ4KAVX2", NOSPLIT, unpackSignature)
	Doc("unpackQ4KAVX2 is unpackQ4_K for a number of blocks.")
	Pragma("noescape")
	u, s, m, b, n := ptr("u"), ptr("s"), ptr("m"), ptr("b"), ptr("blocks")
	mask, idx := bytes32(15), pairIndex()
	loop("q4k", n, 1, func() {
		scalesMins(s, m, b, idx)
		for c := range 4 {
			low, high := YMM(), YMM()
			VMOVDQU(Mem{Base: b, Disp: 16 + 32*c}, low)
			VPSRLW(U8(4), low, high)
			VPAND(mask, low, low)
			VPAND(mask, high, high)
			VMOVDQU(low, Mem{Base: u, Disp: 64 * c})
			VMOVDQU(high, Mem{Base: u, Disp: 64*c + 32})
		}
		ahead(b, 144)
		next(u, s, m, b, 144)
	})
	VZEROUPPER()
	RET()
}

// ahead asks for the bytes that will be read some blocks later: in an outer product
// those of the row's next chunk, which come after those of 31 other rows.
func ahead(b reg.GPVirtual, size int) {
	const distance = 640
	for at := 0; at < size; at += 64 {
		PREFETCHT0(Mem{Base: b, Disp: distance + at})
	}
}

// next moves on by a block of 256 weights.
func next(u, s, m, b reg.GPVirtual, size uint32) {
	ADDQ(U32(256), u)
	ADDQ(U32(64), s)
	ADDQ(U32(64), m)
	ADDQ(U32(size), b)
}

// shifted returns v with its 16-bit words shifted left (or right, if negative).
func shifted(v reg.VecVirtual, by int) reg.VecVirtual {
	if by == 0 {
		return v
	}
	out := YMM()
	if by > 0 {
		VPSLLW(U8(uint8(by)), v, out)
	} else {
		VPSRLW(U8(uint8(-by)), v, out)
	}
	return out
}

func unpackQ5K() {
	TEXT("unpackQ5KAVX2", NOSPLIT, unpackSignature)
	Doc("unpackQ5KAVX2 is unpackQ5_K for a number of blocks.")
	Pragma("noescape")
	u, s, m, b, n := ptr("u"), ptr("s"), ptr("m"), ptr("b"), ptr("blocks")
	mask, bit, idx := bytes32(15), bytes32(16), loadPairs()
	loop("q5k", n, 1, func() {
		scalesMins(s, m, b, idx)
		qh := YMM()
		VMOVDQU(Mem{Base: b, Disp: 16}, qh)
		for c := range 4 {
			q := YMM()
			VMOVDQU(Mem{Base: b, Disp: 48 + 32*c}, q)
			for h := range 2 { // the fifth bit of sub-block 2c+h is bit 2c+h of qh
				v, f := YMM(), YMM()
				VPAND(bit, shifted(qh, 4-2*c-h), f)
				VPAND(mask, shifted(q, -4*h), v)
				VPOR(f, v, v)
				VMOVDQU(v, Mem{Base: u, Disp: 64*c + 32*h})
			}
		}
		ahead(b, 176)
		next(u, s, m, b, 176)
	})
	VZEROUPPER()
	RET()
}

func unpackQ6K() {
	TEXT("unpackQ6KAVX2", NOSPLIT, unpackSignature)
	Doc("unpackQ6KAVX2 is unpackQ6_K for a number of blocks.")
	Pragma("noescape")
	u, s, m, b, n := ptr("u"), ptr("s"), ptr("m"), ptr("b"), ptr("blocks")
	mask, top, f32 := bytes32(15), bytes32(0x30), float(0x42000000) // 32.0
	loop("q6k", n, 1, func() {
		d := half(Mem{Base: b, Disp: 208})
		for k := range 2 {
			y, z := YMM(), YMM()
			VPMOVSXBD(Mem{Base: b, Disp: 192 + 8*k}, y)
			VCVTDQ2PS(y, y)
			VMULPS(d, y, y)
			VMULPS(f32, y, z)
			VMOVUPS(y, Mem{Base: s, Disp: 32 * k})
			VMOVUPS(z, Mem{Base: m, Disp: 32 * k})
		}
		for h := range 2 {
			qh := YMM()
			VMOVDQU(Mem{Base: b, Disp: 128 + 32*h}, qh)
			for p := range 4 {
				ql, f := YMM(), YMM()
				VMOVDQU(Mem{Base: b, Disp: 64*h + p%2*32}, ql)
				v := shifted(ql, -(p / 2 * 4))
				VPAND(mask, v, v)
				VPAND(top, shifted(qh, 4-2*p), f)
				VPOR(f, v, v)
				VMOVDQU(v, Mem{Base: u, Disp: 128*h + 32*p})
			}
		}
		ahead(b, 210)
		next(u, s, m, b, 210)
	})
	VZEROUPPER()
	RET()
}

// twice stores the low two lanes of y, which are equal.
func twice(y reg.VecVirtual, mem Mem) { VMOVLPS(y.AsX(), mem) }

func unpackQ80() {
	TEXT("unpackQ80AVX2", NOSPLIT, unpackSignature)
	Doc("unpackQ80AVX2 is unpackQ8_0 for a number of blocks of 32.")
	Pragma("noescape")
	u, s, m, b, n := ptr("u"), ptr("s"), ptr("m"), ptr("b"), ptr("blocks")
	flip, f128 := bytes32(0x80), float(0x43000000) // 128.0
	loop("q80", n, 1, func() {
		d, z, v := half(Mem{Base: b}), YMM(), YMM()
		VMULPS(f128, d, z)
		twice(d, Mem{Base: s})
		twice(z, Mem{Base: m})
		VPXOR(Mem{Base: b, Disp: 2}, flip, v)
		VMOVDQU(v, Mem{Base: u})
		ADDQ(U32(32), u)
		ADDQ(U32(8), s)
		ADDQ(U32(8), m)
		ahead(b, 34)
		ADDQ(U32(34), b)
	})
	VZEROUPPER()
	RET()
}

func unpackQ40() {
	TEXT("unpackQ40AVX2", NOSPLIT, unpackSignature)
	Doc("unpackQ40AVX2 is unpackQ4_0 for a number of blocks of 32.")
	Pragma("noescape")
	u, s, m, b, n := ptr("u"), ptr("s"), ptr("m"), ptr("b"), ptr("blocks")
	mask, f8 := bytes32(15), float(0x41000000) // 8.0
	loop("q40", n, 1, func() {
		d, z := half(Mem{Base: b}), YMM()
		VMULPS(f8, d, z)
		twice(d, Mem{Base: s})
		twice(z, Mem{Base: m})
		low, high := XMM(), XMM()
		VMOVDQU(Mem{Base: b, Disp: 2}, low)
		VPSRLW(U8(4), low, high)
		VPAND(mask.AsX(), low, low)
		VPAND(mask.AsX(), high, high)
		VMOVDQU(low, Mem{Base: u})
		VMOVDQU(high, Mem{Base: u, Disp: 16})
		ADDQ(U32(32), u)
		ADDQ(U32(8), s)
		ADDQ(U32(8), m)
		ahead(b, 18)
		ADDQ(U32(18), b)
	})
	VZEROUPPER()
	RET()
}

// valuesIQ4 are the sixteen values of the IQ4 formats, offset by 128, in both lanes.
func valuesIQ4() reg.VecVirtual {
	y := YMM()
	VBROADCASTI128(iq4Values, y)
	return y
}

var iq4Values, iq4Shifts Mem

func tablesIQ4() {
	iq4Values = GLOBL("iq4Values", RODATA|NOPTR)
	for i, v := range []uint8{1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241} {
		DATA(i, U8(v))
	}
	iq4Shifts = GLOBL("iq4Shifts", RODATA|NOPTR)
	for i := range 16 { // 0, 4, … and 0, 2, …
		DATA(4*i, U32(uint32(i%8*(4-i/8*2))))
	}
}

// nibblesIQ4 writes the 32 codes of 16 bytes.
func nibblesIQ4(b Mem, u Mem, mask, values reg.VecVirtual) {
	low, high := YMM(), YMM()
	VBROADCASTI128(b, low)
	VPSRLW(U8(4), low, high)
	VPBLENDD(U8(0xf0), high, low, low)
	VPAND(mask, low, low)
	VPSHUFB(low, values, low)
	VMOVDQU(low, u)
}

func unpackIQ4XS() {
	tablesIQ4()
	TEXT("unpackIQ4XSAVX2", NOSPLIT, unpackSignature)
	Doc("unpackIQ4XSAVX2 is unpackIQ4_XS for a number of blocks.")
	Pragma("noescape")
	u, s, m, b, n := ptr("u"), ptr("s"), ptr("m"), ptr("b"), ptr("blocks")
	mask, values, idx, f128 := bytes32(15), valuesIQ4(), loadPairs(), float(0x43000000) // 128.0
	by4, by2 := YMM(), YMM()
	VMOVDQU(iq4Shifts, by4)
	VMOVDQU(iq4Shifts.Offset(32), by2)
	words := func(v uint32) reg.VecVirtual {
		g, y := GP32(), YMM()
		MOVL(U32(v), g)
		VMOVD(g, y.AsX())
		VPBROADCASTD(y.AsX(), y)
		return y
	}
	low4, low2, bias := words(15), words(3), words(32)
	loop("iq4xs", n, 1, func() {
		d := half(Mem{Base: b})
		l, h, g := YMM(), YMM(), GP32()
		VPBROADCASTD(Mem{Base: b, Disp: 4}, l)
		VPSRLVD(by4, l, l)
		VPAND(low4, l, l)
		MOVWLZX(Mem{Base: b, Disp: 2}, g)
		VMOVD(g, h.AsX())
		VPBROADCASTD(h.AsX(), h)
		VPSRLVD(by2, h, h)
		VPAND(low2, h, h)
		VPSLLD(U8(4), h, h)
		VPOR(h, l, l)
		VPSUBD(bias, l, l)
		VCVTDQ2PS(l, l)
		VMULPS(d, l, l)
		for k := range 2 {
			y, z := YMM(), YMM()
			VPERMPS(l, idx[k], y)
			VMULPS(f128, y, z)
			VMOVUPS(y, Mem{Base: s, Disp: 32 * k})
			VMOVUPS(z, Mem{Base: m, Disp: 32 * k})
		}
		for g := range 8 {
			nibblesIQ4(Mem{Base: b, Disp: 8 + 16*g}, Mem{Base: u, Disp: 32 * g}, mask, values)
		}
		ahead(b, 136)
		next(u, s, m, b, 136)
	})
	VZEROUPPER()
	RET()
}

func unpackIQ4NL() {
	TEXT("unpackIQ4NLAVX2", NOSPLIT, unpackSignature)
	Doc("unpackIQ4NLAVX2 is unpackIQ4_NL for a number of blocks of 32.")
	Pragma("noescape")
	u, s, m, b, n := ptr("u"), ptr("s"), ptr("m"), ptr("b"), ptr("blocks")
	mask, values, f128 := bytes32(15), valuesIQ4(), float(0x43000000) // 128.0
	loop("iq4nl", n, 1, func() {
		d, z := half(Mem{Base: b}), YMM()
		VMULPS(f128, d, z)
		twice(d, Mem{Base: s})
		twice(z, Mem{Base: m})
		nibblesIQ4(Mem{Base: b, Disp: 2}, Mem{Base: u}, mask, values)
		ADDQ(U32(32), u)
		ADDQ(U32(8), s)
		ADDQ(U32(8), m)
		ahead(b, 18)
		ADDQ(U32(18), b)
	})
	VZEROUPPER()
	RET()
}
