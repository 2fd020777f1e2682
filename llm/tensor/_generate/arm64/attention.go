package main

// rowFormats are those of keys and values that kernels read as they are.
var rowFormats = []string{"F32", "F16", "Q80"}

// rowBytes puts the bytes of a row of dim elements in to. R17 is overwritten.
func (a *asm) rowBytes(format string, dim, to R) {
	switch format {
	case "F32":
		a.op("LSL $2, %v, %v", dim, to)
	case "F16":
		a.op("LSL $1, %v, %v", dim, to)
	default: // 34 bytes for 32 elements
		a.op("LSR $5, %v, R17", dim)
		a.op("ADD R17<<4, R17, %v", to)
		a.op("LSL $1, %v", to)
	}
}

// bringNear asks for the lines of four rows of R21 bytes, R7 bytes beyond p. R17 and R22
// are overwritten.
func (a *asm) bringNear(p R) {
	a.op("ADD R7, %v, R22", p)
	a.op("LSL $2, R21, R17")
	a.label("lines")
	a.near(22)
	a.op("ADD $64, R22")
	a.op("SUBS $64, R17")
	a.op("BGT lines")
}

// fourRows puts the addresses of four rows, by bytes apart, in the registers from to on.
func (a *asm) fourRows(to, first, by R) {
	a.op("MOVD %v, %v", first, to)
	for i := range R(3) {
		a.op("ADD %v, %v, %v", by, to+i, to+i+1)
	}
}

// scores multiplies four queries with four keys at a time, eight columns in a step. The
// products of query g and key k gather in v(4g+k).
func (a *asm) scores(format string) {
	a.function("scores"+format+"NEON", "is kernels.scores for keys in "+format+".", false,
		arg{"q", "*float32", R(0)}, arg{"qstride", "int", R(1)}, arg{"k", "*byte", R(2)}, arg{"dim", "int", R(3)}, arg{"n", "int", R(4)},
		arg{"out", "*float32", R(5)}, arg{"stride", "int", R(6)}, arg{"ahead", "int", R(7)})
	a.op("LSL $2, R1")
	a.op("LSL $2, R6")
	a.rowBytes(format, 3, 21)
	a.label("keys")
	a.bringNear(2)
	a.fourRows(8, 2, 21)
	a.fourRows(12, 0, 1)
	for i := range V(16) {
		a.zero(i)
	}
	a.op("MOVD R3, R19")
	if format == "Q80" {
		a.label("blocks")
		for k := range 4 {
			a.loadLaneH(28, k, R(8+k))
			a.op("ADD $2, %v", R(8+k))
		}
		a.fcvtl(28, 28)
		a.op("MOVD $32, R20")
	}
	a.label("columns")
	for k := range V(4) {
		from := R(8 + k)
		switch low, high := 20+k, 24+k; format {
		case "F32":
			a.loadStep(low, from, 16)
			a.loadStep(high, from, 16)
		case "F16":
			a.loadStep(high, from, 16)
			a.fcvtl(low, high)
			a.fcvtl2(high, high)
		default:
			a.loadD(low, from, 0)
			a.op("ADD $8, %v", from)
			a.sxtlB(low, low)
			a.sxtl2H(high, low)
			a.sxtlH(low, low)
			for _, v := range []V{low, high} {
				a.scvtf(v, v)
				a.fmulLane(v, v, 28, int(k))
			}
		}
	}
	for _, keys := range []V{20, 24} {
		for g := range V(4) {
			a.loadStep(16+g, R(12+g), 16)
			for k := range V(4) {
				a.fmla(4*g+k, 16+g, keys+k)
			}
		}
	}
	if format == "Q80" {
		a.op("SUBS $8, R20")
		a.op("BNE columns")
		a.op("SUBS $32, R19")
		a.op("BNE blocks")
	} else {
		a.op("SUBS $8, R19")
		a.op("BNE columns")
	}
	a.fourRows(12, 5, 6)
	for g := range V(4) {
		a.faddp(4*g, 4*g, 4*g+1)
		a.faddp(4*g+2, 4*g+2, 4*g+3)
		a.faddp(4*g, 4*g, 4*g+2)
		a.store(4*g, 1, R(12+g), false)
	}
	a.op("ADD $16, R5")
	a.op("ADD R21<<2, R2")
	a.op("SUBS $4, R4")
	a.op("BNE keys")
	a.op("RET")
}

// weighted4 keeps sixteen columns of four sums in v0 to v15 over all rows.
func (a *asm) weighted4(format string) {
	a.function("weighted4"+format+"NEON", "is kernels.weighted4 for values in "+format+".", false,
		arg{"acc", "*float32", R(0)}, arg{"v", "*byte", R(1)}, arg{"w", "*float32", R(2)}, arg{"stride", "int", R(3)}, arg{"n", "int", R(4)},
		arg{"dim", "int", R(5)}, arg{"ahead", "int", R(6)})
	a.op("LSL $2, R3")
	a.rowBytes(format, 5, 7)
	a.op("LSL $2, R5, R8")
	a.op("MOVD $4, R9")
	a.label("columns") // 32 of them
	for part := range 2 {
		a.fourRows(12, 0, 8)
		for g := range V(4) {
			a.load(4*g, 4, R(12+g), false)
		}
		a.op("MOVD R1, R10")
		a.fourRows(12, 2, 3)
		a.op("MOVD R4, R11")
		rows := []string{"left", "right"}[part]
		a.label(rows)
		switch format {
		case "F32":
			for i := range 4 {
				a.loadQ(V(16+i), 10, 64*part+16*i)
			}
		case "F16":
			for i := range V(2) {
				a.loadQ(16+2*i, 10, 32*part+16*int(i))
				a.fcvtl2(17+2*i, 16+2*i)
				a.fcvtl(16+2*i, 16+2*i)
			}
		default:
			a.half(20, 10, 0)
			a.loadQ(16, 10, 2+16*part)
			a.bytesToFloats(16, 16)
			for i := range V(4) {
				a.fmulLane(16+i, 16+i, 20, 0)
			}
		}
		if part == 0 {
			a.op("ADD R6, R10, R17")
			a.near(17)
		}
		a.op("ADD R7, R10")
		for g := range V(4) {
			a.loadLaneStep(24, int(g), R(12+g), 9)
		}
		for g := range V(4) {
			for i := range V(4) {
				a.fmlaLane(4*g+i, 16+i, 24, int(g))
			}
		}
		a.op("SUBS $1, R11")
		a.op("BNE %s", rows)
		a.fourRows(12, 0, 8)
		for g := range V(4) {
			a.store(4*g, 4, R(12+g), false)
		}
		a.op("ADD $64, R0")
	}
	a.op("ADD $%d, R1", map[string]int{"F32": 128, "F16": 64, "Q80": 34}[format])
	a.op("SUBS $32, R5")
	a.op("BNE columns")
	a.op("RET")
}

// scores8 multiplies four 8-bit queries with four keys at a time. sdot takes signed bytes,
// as both are: the queries' bias is for other processors.
func (a *asm) scores8() {
	a.function("scores8NEON", "is kernels.scores8 for NEON.", false,
		arg{"q", "*queryBlock", R(0)}, arg{"k", "*byte", R(2)}, arg{"dim", "int", R(3)}, arg{"n", "int", R(4)},
		arg{"out", "*float32", R(5)}, arg{"stride", "int", R(6)}, arg{"ahead", "int", R(7)})
	a.op("LSL $2, R6")
	a.rowBytes("Q80", 3, 21)
	a.label("keys")
	a.bringNear(2)
	a.fourRows(8, 2, 21)
	a.op("MOVD R0, R12")
	for g := range V(4) {
		a.zero(24 + g)
	}
	a.op("MOVD R3, R19")
	a.label("blocks")
	a.load(16, 4, 12, true)
	a.load(20, 4, 12, true)
	for i := range V(16) {
		a.zero(i)
	}
	for k := range V(4) {
		from := R(8 + k)
		a.loadLaneH(28, int(k), from)
		a.loadQ(29, from, 2)
		a.loadQ(30, from, 18)
		a.op("ADD $34, %v", from)
		for g := range V(4) {
			a.sdot(4*g+k, 16+2*g, 29)
			a.sdot(4*g+k, 17+2*g, 30)
		}
	}
	a.fcvtl(28, 28)
	a.loadQ(29, 12, 0)
	a.op("ADD $32, R12")
	for g := range V(4) {
		a.addpS(4*g, 4*g, 4*g+1)
		a.addpS(4*g+2, 4*g+2, 4*g+3)
		a.addpS(4*g, 4*g, 4*g+2)
		a.scvtf(4*g, 4*g)
		a.fmul(4*g, 4*g, 28)
		a.fmlaLane(24+g, 4*g, 29, int(g))
	}
	a.op("SUBS $32, R19")
	a.op("BNE blocks")
	a.fourRows(12, 5, 6)
	for g := range V(4) {
		a.store(24+g, 1, R(12+g), false)
	}
	a.op("ADD $16, R5")
	a.op("ADD R21<<2, R2")
	a.op("SUBS $4, R4")
	a.op("BNE keys")
	a.op("RET")
}
