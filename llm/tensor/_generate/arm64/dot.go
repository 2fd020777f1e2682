package main

// dotArgs are those of kernels.dot.
var dotArgs = []arg{{"u", "*uint8", R(0)}, {"s", "*float32", R(1)}, {"m", "*float32", R(2)}, {"a", "*int8", R(3)},
	{"d", "*float32", R(4)}, {"sum", "*float32", R(5)}, {"blocks", "int", R(6)}}

// signed prepares codes for sdot, which takes signed bytes: they are read 128 too low, and
// offsets are lowered by 128 scales. v31 and v30 are overwritten.
func (a *asm) signed() {
	a.bytes(31, 0x80)
	a.constant(30, 0x43000000) // 128
}

// groups multiplies four groups of codes in v0 to v3 with those of activations from v4 on,
// and leaves the four sums as floats in v16. v16 to v19 are overwritten.
func (a *asm) groups() {
	for i := range V(4) {
		a.zero(16 + i)
		a.sdot(16+i, i, 4+i)
	}
	a.addpS(16, 16, 17)
	a.addpS(18, 18, 19)
	a.addpS(16, 16, 18)
	a.scvtf(16, 16)
}

func (a *asm) dot() {
	a.function("dotNEON", "is kernels.dot for NEON.", true, dotArgs...)
	a.signed()
	a.zero(28)
	a.zero(29)
	a.op("LSL $2, R6") // four groups at a time
	a.label("loop")
	a.load(0, 4, 0, true)
	a.load(4, 4, 3, true)
	for i := range V(4) {
		a.eor(i, i, 31)
	}
	a.loadStep(20, 1, 16)
	a.loadStep(21, 2, 16)
	a.loadStep(22, 4, 16)
	a.loadStep(23, 5, 16)
	a.groups()
	a.fmul(22, 22, 20)
	a.fmls(21, 20, 30)
	a.fmla(28, 22, 16)
	a.fmls(29, 21, 23)
	a.op("SUBS $1, R6")
	a.op("BNE loop")
	a.fadd(28, 28, 29)
	a.sum(28)
	a.give(28, dotArgs...)
}

// dot4 reads a panel once for four rows of activations.
func (a *asm) dot4() {
	a.function("dot4NEON", "is kernels.dot4 for NEON.", false, arg{"u", "*uint8", R(0)}, arg{"s", "*float32", R(1)}, arg{"m", "*float32", R(2)},
		arg{"a", "*int8", R(3)}, arg{"d", "*float32", R(7)}, arg{"sum", "*float32", R(11)}, arg{"stride", "int", R(16)}, arg{"blocks", "int", R(15)}, arg{"out", "*[4]float32", R(19)})
	a.signed()
	for c := range V(4) {
		a.zero(26 + c)
	}
	a.op("LSR $2, R16, R20") // of scales, in bytes
	for c := range R(3) {
		a.op("ADD R16, %v, %v", 3+c, 4+c)
		a.op("ADD R20, %v, %v", 7+c, 8+c)
		a.op("ADD R20, %v, %v", 11+c, 12+c)
	}
	a.op("LSL $2, R15")
	a.label("loop")
	a.load(0, 4, 0, true)
	for i := range V(4) {
		a.eor(i, i, 31)
	}
	a.loadStep(20, 1, 16)
	a.loadStep(21, 2, 16)
	a.fmls(21, 20, 30)
	for c := range 4 {
		a.load(4, 4, R(3+c), true)
		a.loadStep(22, R(7+c), 16)
		a.loadStep(23, R(11+c), 16)
		a.groups()
		a.fmul(22, 22, 20)
		a.fmla(V(26+c), 22, 16)
		a.fmls(V(26+c), 21, 23)
	}
	a.op("SUBS $1, R15")
	a.op("BNE loop")
	a.faddp(26, 26, 27)
	a.faddp(28, 28, 29)
	a.faddp(26, 26, 28)
	a.store(26, 1, 19, false)
	a.op("RET")
}

// peak does sixteen dot products of sixteen bytes n times.
func (a *asm) peak() {
	a.function("peakNEON", "is kernels.peak for NEON.", false, arg{"n", "int", R(0)})
	a.label("loop")
	for i := range V(16) {
		a.sdot(i, 16+i%4, 20+i%4)
	}
	a.op("SUBS $1, R0")
	a.op("BNE loop")
	a.op("RET")
}
