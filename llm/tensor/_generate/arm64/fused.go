package main

// scales reads the eight scales of six bits of a Q4_K or Q5_K block at p, and its eight
// minima, as floats: v16 and v18 are the scales, v17 and v19 the minima. R20 to R22 hold
// the masks of masks(); R4 to R12 are overwritten.
func (a *asm) scales(p R) {
	a.op("MOVWU 4(%v), R4", p)
	a.op("MOVWU 8(%v), R5", p)
	a.op("MOVWU 12(%v), R6", p)
	a.op("AND R20, R4, R7")
	a.op("AND R20, R5, R8")
	a.op("AND R21, R6, R9")
	a.op("LSR $6, R4, R10")
	a.op("AND R22, R10")
	a.op("ORR R10<<4, R9")
	a.op("LSR $4, R6, R11")
	a.op("AND R21, R11")
	a.op("LSR $6, R5, R12")
	a.op("AND R22, R12")
	a.op("ORR R12<<4, R11")
	a.op("ORR R9<<32, R7")
	a.op("ORR R11<<32, R8")
	a.op("FMOVD R7, F16")
	a.op("FMOVD R8, F17")
	for i := range V(2) {
		a.uxtlB(16+i, 16+i)
		a.uxtl2H(18+i, 16+i)
		a.uxtlH(16+i, 16+i)
		a.ucvtf(16+i, 16+i)
		a.ucvtf(18+i, 18+i)
	}
}

func (a *asm) masks() {
	a.op("MOVD $0x3f3f3f3f, R20")
	a.op("MOVD $0x0f0f0f0f, R21")
	a.op("MOVD $0x03030303, R22")
}

// half reads the half-precision number at p as the first float of v.
func (a *asm) half(v V, p R, at int) {
	a.loadH(v, p, at)
	a.halfToFloat(v, v)
}

// dotQ4K multiplies as it unpacks: the low halves of 64 bytes are 32s 0 and 2, the high
// ones 1 and 3, and the activations lie in this order.
func (a *asm) dotQ4K() {
	args := []arg{{"b", "*byte", R(0)}, {"a", "*int8", R(1)}, {"wide", "*float32", R(2)}, {"blocks", "int", R(3)}}
	a.function("dotQ4KNEON", "is kernels.dotQ4K for NEON.", true, args...)
	a.masks()
	a.bytes(31, 15)
	a.zero(30)
	a.label("loop")
	a.scales(0)
	a.half(8, 0, 0)
	a.half(9, 0, 2)
	a.op("ADD $16, R0")
	for h := range V(2) { // 128 columns each
		a.load(0, 4, 0, true)
		for i := range V(4) {
			a.and(4+i, i, 31)
			a.ushrB(i, i, 4)
			a.zero(24 + i)
		}
		for i, codes := range []V{4, 0} {
			a.load(20, 4, 1, true)
			for k := range V(4) {
				a.sdot(24+2*V(i)+k/2, codes+k, 20+k)
			}
		}
		a.addpS(24, 24, 26)
		a.addpS(25, 25, 27)
		a.addpS(24, 24, 25)
		a.scvtf(24, 24)
		a.loadQ(20, 2, 16*int(h))
		a.loadQ(21, 2, 32+16*int(h))
		a.fmul(16+2*h, 16+2*h, 20)
		if h == 0 {
			a.fmul(28, 16, 24)
			a.fmul(29, 17, 21)
		} else {
			a.fmla(28, 18, 24)
			a.fmla(29, 19, 21)
		}
	}
	a.fmlaLane(30, 28, 8, 0)
	a.fmlsLane(30, 29, 9, 0)
	a.op("ADD $64, R2")
	a.op("SUBS $1, R3")
	a.op("BNE loop")
	a.sum(30)
	a.give(30, args...)
}

// sixBits makes the codes of 64 columns of Q6_K in v16 to v19, of 32 and 32 that are 64
// apart in no order but the format's: part 0 is the first 64 of 128, part 1 the others. v0
// to v3 hold the low bits, v4 and v5 the high ones, v31 is 15 and v30 0x30.
func (a *asm) sixBits(part int) {
	for k := range V(4) {
		to, high := 16+k, 4+k%2
		if part == 0 {
			a.and(to, k, 31)
		} else {
			a.ushrB(to, k, 4)
		}
		switch shift := []int{4, 2, 0, -2}[2*part+int(k/2)]; {
		case shift > 0:
			a.shlB(6, high, shift)
		case shift == 0:
			a.move(6, high)
		default:
			a.ushrB(6, high, -shift)
		}
		a.and(6, 6, 30)
		a.or(to, to, 6)
	}
}

// dotQ6K multiplies as it unpacks. Offsets are 32 scales, so that their part needs the
// scales only.
func (a *asm) dotQ6K() {
	args := []arg{{"b", "*byte", R(0)}, {"a", "*int8", R(1)}, {"d", "*float32", R(2)}, {"sum", "*float32", R(3)}, {"blocks", "int", R(4)}}
	a.function("dotQ6KNEON", "is kernels.dotQ6K for NEON.", true, args...)
	a.bytes(31, 15)
	a.bytes(30, 0x30)
	a.constant(15, 0x42000000) // 32
	a.zero(29)
	a.label("loop")
	a.op("ADD $128, R0, R5")
	a.sixScales(0)
	a.load(20, 4, 3, true)
	a.load(24, 4, 2, true)
	a.fmul(13, 8, 20)
	for i := range V(3) {
		a.fmla(13, 9+i, 21+i)
	}
	for i := range V(4) {
		a.fmul(8+i, 8+i, 24+i)
	}
	a.zero(28)
	for h := range V(2) {
		a.load(0, 4, 0, true)
		a.load(4, 2, 5, true)
		for part := range 2 {
			a.sixBits(part)
			a.load(20, 4, 1, true)
			for k := range V(4) {
				a.zero(24 + k)
				a.sdot(24+k, 16+k, 20+k)
			}
			a.addpS(24, 24, 25)
			a.addpS(26, 26, 27)
			a.addpS(24, 24, 26)
			a.scvtf(24, 24)
			a.fmla(28, 8+2*h+V(part), 24)
		}
	}
	a.fmls(28, 13, 15)
	a.fmlaLane(29, 28, 12, 0)
	a.op("ADD $82, R0")
	a.op("SUBS $1, R4")
	a.op("BNE loop")
	a.sum(29)
	a.give(29, args...)
}

// sixScales reads a Q6_K block's scales at p as floats in v8 to v11, and what all are
// multiplied with as the first float of v12. v16 to v18 are overwritten.
func (a *asm) sixScales(p R) {
	a.loadQ(16, p, 192)
	a.half(12, p, 208)
	a.sxtlB(17, 16)
	a.sxtl2B(18, 16)
	a.sxtlH(8, 17)
	a.sxtl2H(9, 17)
	a.sxtlH(10, 18)
	a.sxtl2H(11, 18)
	for i := range V(4) {
		a.scvtf(8+i, 8+i)
	}
}

// dot32 multiplies blocks of 32 weights as it unpacks them, four blocks at a time: Q8_0,
// whose codes are signed, or Q4_0, whose offset is 8 scales and whose activations lie as in
// Acts.halved.
func (a *asm) dot32(name, kernel string, nibbles bool) {
	args := []arg{{"b", "*byte", R(0)}, {"a", "*int8", R(1)}, {"d", "*float32", R(2)}, {"sum", "*float32", R(3)}, {"blocks", "int", R(4)}}
	a.function(name, "is kernels."+kernel+" for NEON.", true, args...)
	a.bytes(31, 15)
	a.constant(27, 0x41000000) // 8
	a.zero(30)
	a.op("LSL $1, R4")
	a.label("loop")
	if nibbles {
		a.load(2, 4, 1, true)
		a.load(6, 4, 1, true)
	}
	for i := range V(4) {
		first, second := V(2), V(3)
		a.loadLaneH(28, int(i), 0)
		a.loadQ(0, 0, 2)
		if nibbles {
			first, second = 2+i, 6+i
			a.ushrB(1, 0, 4)
			a.and(0, 0, 31)
			a.op("ADD $18, R0")
		} else {
			a.loadQ(1, 0, 18)
			a.op("ADD $34, R0")
			a.load(first, 2, 1, true)
		}
		a.zero(16 + i)
		a.sdot(16+i, 0, first)
		a.sdot(16+i, 1, second)
	}
	a.fcvtl(28, 28)
	a.addpS(16, 16, 17)
	a.addpS(18, 18, 19)
	a.addpS(16, 16, 18)
	a.scvtf(16, 16)
	a.load(20, 2, 2, true)
	a.uzp1S(20, 20, 21) // both groups of 16 have the same
	a.fmul(20, 20, 28)
	a.fmla(30, 20, 16)
	if nibbles {
		a.load(22, 2, 3, true)
		a.faddp(22, 22, 23)
		a.fmul(28, 28, 27)
		a.fmls(30, 28, 22)
	}
	a.op("SUBS $1, R4")
	a.op("BNE loop")
	a.sum(30)
	a.give(30, args...)
}
