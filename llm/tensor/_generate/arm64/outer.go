package main

const outerChunk = 512 // columns of a strip, as package tensor has it

// outer multiplies a strip of 32 rows, 16 at a time, with four rows of activations. The
// sixteen sums of a step stay in v0 to v15; each four columns of 16 rows meet one word of
// each row of activations. Codes beyond 127 are read 128 too low, and the offsets lowered
// by 128 scales.
func (a *asm) outer(name string, width int, wide bool) {
	args := []arg{{"u", "*uint8", R(0)}, {"s", "*float32", R(1)}, {"m", "*float32", R(2)}, {"a", "*int8", R(3)}, {"d", "*float32", R(7)}, {"sum", "*float32", R(11)},
		{"stride", "int", R(16)}, {"steps", "int", R(15)}, {"dst", "*float32", R(19)}, {"next", "*byte", R(20)}, {"span", "int", R(21)}}
	doc := "is kernels.outer16 for NEON and codes up to 127."
	if wide {
		doc = "is kernels.outer32Wide for NEON."
	} else if width == 32 {
		doc = "is kernels.outer32 for NEON and codes up to 127."
	}
	a.function(name, doc, false, args...)
	groups := width / 16
	a.op("MOVD $%d, R22", 4*groups)
	a.op("MOVD $%d, R24", 64*groups)
	a.op("MOVD $0x43000000, R23") // 128
	for half := range 2 {
		if half == 1 {
			a.parameters(args)
			a.op("ADD $%d, R0", 16*outerChunk)
			a.op("ADD $%d, R1", 4*outerChunk)
			a.op("ADD $%d, R2", 4*outerChunk)
			a.op("ADD $64, R19")
		}
		a.op("LSR $2, R16, R25") // of scales, in bytes
		for c := range R(3) {
			a.op("ADD R16, %v, %v", 3+c, 4+c)
			a.op("ADD R25, %v, %v", 7+c, 8+c)
			a.op("ADD R25, %v, %v", 11+c, 12+c)
		}
		loop, lines, none := []string{"low", "high"}[half], "lines", "none"
		a.label(loop)
		for i := range V(16) {
			a.zero(i)
		}
		if wide {
			a.bytes(24, 0x80)
		}
		for range groups {
			for c := range 4 {
				a.loadStep(V(16+c), R(3+c), 16)
			}
			for k := range 4 {
				a.load(20, 4, 0, true)
				for r := range V(4) {
					if wide {
						a.eor(20+r, 20+r, 24)
					}
					for c := range V(4) {
						a.sdotLane(4*c+r, 20+r, 16+c, k)
					}
				}
			}
		}
		if half == 0 { // what comes next is brought near once
			a.op("MOVD R21, R26")
			a.op("CBZ R26, %s", none)
			a.label(lines)
			a.near(20)
			a.op("ADD $64, R20")
			a.op("SUBS $64, R26")
			a.op("BGT %s", lines)
			a.label(none)
		}
		a.load(24, 4, 1, false)
		a.load(28, 4, 2, false)
		a.op("ADD R24, R1")
		a.op("ADD R24, R2")
		if wide {
			a.fill(18, 23)
			for r := range V(4) {
				a.fmls(28+r, 24+r, 18)
			}
		}
		for c := range 4 {
			a.loadLaneStep(16, c, R(7+c), 22)
			a.loadLaneStep(17, c, R(11+c), 22)
		}
		for c := range 4 {
			for r := range 4 {
				sum, to, at := V(4*c+r), V(18+r), 4*(32*c+4*r)
				a.loadQ(to, 19, at)
				a.scvtf(sum, sum)
				a.fmul(sum, sum, V(24+r))
				a.fmlaLane(to, sum, 16, c)
				a.fmlsLane(to, V(28+r), 17, c)
				a.storeQ(to, 19, at)
			}
		}
		a.op("SUBS $1, R15")
		a.op("BNE %s", loop)
	}
	a.op("RET")
}

// transpose turns squares of four words.
func (a *asm) transpose() {
	a.function("transposeNEON", "is kernels.transpose for NEON.", false,
		arg{"dst", "*uint32", R(0)}, arg{"src", "*uint32", R(1)}, arg{"stride", "int", R(2)}, arg{"n", "int", R(3)})
	a.op("LSL $2, R2")
	a.op("LSL $2, R3")
	a.label("loop")
	a.op("MOVD R1, R4")
	for rows := range 4 {
		for i := range V(4) {
			a.loadQ(i, 4, 0)
			a.op("ADD R2, R4")
		}
		a.trn1S(4, 0, 1)
		a.trn2S(5, 0, 1)
		a.trn1S(6, 2, 3)
		a.trn2S(7, 2, 3)
		a.trn1D(16, 4, 6)
		a.trn1D(17, 5, 7)
		a.trn2D(18, 4, 6)
		a.trn2D(19, 5, 7)
		for c := range 4 {
			a.storeQ(V(16+c), 0, 64*c+16*rows)
		}
	}
	a.op("ADD $256, R0")
	a.op("ADD $16, R1")
	a.op("SUBS $1, R3")
	a.op("BNE loop")
	a.op("RET")
}
