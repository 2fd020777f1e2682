package main

// The kernels of floats take sixteen elements in a step; n is a multiple, and may be 0.

func (a *asm) dotF32() {
	args := []arg{{"x", "*float32", R(0)}, {"y", "*float32", R(1)}, {"n", "int", R(2)}}
	a.function("dotF32NEON", "is kernels.dotF32 for n a multiple of 16.", true, args...)
	for i := range V(4) {
		a.zero(16 + i)
	}
	a.op("CBZ R2, end")
	a.label("loop")
	a.load(0, 4, 0, true)
	a.load(4, 4, 1, true)
	for i := range V(4) {
		a.fmla(16+i, i, 4+i)
	}
	a.op("SUBS $16, R2")
	a.op("BNE loop")
	a.label("end")
	a.fadd(16, 16, 17)
	a.fadd(18, 18, 19)
	a.fadd(16, 16, 18)
	a.sum(16)
	a.give(16, args...)
}

func (a *asm) dotF32x4() {
	a.function("dotF32x4NEON", "is kernels.dotF32x4 for n a multiple of 16.", false,
		arg{"x", "*float32", R(0)}, arg{"y", "*float32", R(1)}, arg{"stride", "int", R(5)}, arg{"n", "int", R(6)}, arg{"out", "*[4]float32", R(7)})
	a.op("LSL $2, R5")
	for c := range R(3) {
		a.op("ADD R5, %v, %v", 1+c, 2+c)
	}
	for i := range V(8) {
		a.zero(16 + i)
	}
	a.op("CBZ R6, end")
	a.label("loop")
	a.load(0, 4, 0, true)
	for c := range 4 {
		a.load(4, 4, R(1+c), true)
		for i := range V(4) {
			a.fmla(16+2*V(c)+i%2, i, 4+i)
		}
	}
	a.op("SUBS $16, R6")
	a.op("BNE loop")
	a.label("end")
	for c := range V(4) {
		a.fadd(c, 16+2*c, 17+2*c)
	}
	a.faddp(0, 0, 1)
	a.faddp(2, 2, 3)
	a.faddp(0, 0, 2)
	a.store(0, 1, 7, false)
	a.op("RET")
}

func (a *asm) axpy() {
	a.function("axpyNEON", "is kernels.axpy for n a multiple of 16.", false,
		arg{"y", "*float32", R(0)}, arg{"x", "*float32", R(1)}, arg{"a", "float32", V(16)}, arg{"n", "int", R(2)})
	a.op("CBZ R2, end")
	a.label("loop")
	a.load(0, 4, 0, false)
	a.load(4, 4, 1, true)
	for i := range V(4) {
		a.fmlaLane(i, 4+i, 16, 0)
	}
	a.store(0, 4, 0, true)
	a.op("SUBS $16, R2")
	a.op("BNE loop")
	a.label("end")
	a.op("RET")
}

func (a *asm) widenF16() {
	a.function("widenF16NEON", "is kernels.widenF16 for n a multiple of 16.", false,
		arg{"dst", "*float32", R(0)}, arg{"src", "*byte", R(1)}, arg{"n", "int", R(2)})
	a.op("CBZ R2, end")
	a.label("loop")
	a.load(16, 2, 1, true)
	for i := range V(2) {
		a.fcvtl(2*i, 16+i)
		a.fcvtl2(2*i+1, 16+i)
	}
	a.store(0, 4, 0, true)
	a.op("SUBS $16, R2")
	a.op("BNE loop")
	a.label("end")
	a.op("RET")
}

// bytesToFloats converts the sixteen signed bytes of n to floats from d on. n may be d.
func (a *asm) bytesToFloats(d, n V) {
	a.sxtl2B(d+2, n)
	a.sxtlB(d, n)
	for i := V(0); i < 4; i += 2 {
		a.sxtl2H(d+i+1, d+i)
		a.sxtlH(d+i, d+i)
	}
	for i := range V(4) {
		a.scvtf(d+i, d+i)
	}
}

func (a *asm) widenQ80() {
	a.function("widenQ80NEON", "is kernels.widenQ80 for NEON.", false,
		arg{"dst", "*float32", R(0)}, arg{"src", "*byte", R(1)}, arg{"blocks", "int", R(2)})
	a.op("CBZ R2, end")
	a.label("loop")
	a.half(16, 1, 0)
	for _, at := range []int{2, 18} {
		a.loadQ(0, 1, at)
		a.bytesToFloats(0, 0)
		for i := range V(4) {
			a.fmulLane(i, i, 16, 0)
		}
		a.store(0, 4, 0, true)
	}
	a.op("ADD $34, R1")
	a.op("SUBS $1, R2")
	a.op("BNE loop")
	a.label("end")
	a.op("RET")
}

func (a *asm) largest() {
	args := []arg{{"s", "*float32", R(0)}, {"n", "int", R(1)}}
	a.function("largestNEON", "is kernels.largest for n a multiple of 16, at least 16.", true, args...)
	a.load(0, 4, 0, false)
	a.label("loop")
	a.load(4, 4, 0, true)
	for i := range V(4) {
		a.fmaxnm(i, i, 4+i)
	}
	a.op("SUBS $16, R1")
	a.op("BNE loop")
	a.fmaxnm(0, 0, 1)
	a.fmaxnm(2, 2, 3)
	a.fmaxnm(0, 0, 2)
	a.fmaxnmv(0, 0)
	a.give(0, args...)
}

// expConstants puts what exp needs in v19 to v31, see exp32.
func (a *asm) expConstants() {
	for i, bits := range []uint32{
		0x42fe0000, // v19: 127, the bias of exponents
		0x3fb8aa3b, // v20: 1/ln 2
		0x3f000000, // v21: a half, also the last but two of the polynomial
		0x3f318000, // v22: ln 2, its upper part
		0xb95e8083, // v23: and the rest
		0x39506967, // v24: the polynomial
		0x3ab743ce,
		0x3c088908,
		0x3d2aa9c1,
		0x3e2aaaaa,
		0x3f800000, // v29: 1
		0xc2ae0000, // v30: -87, below which the result is 0
		0x42b00000, // v31: 88, the largest that it is computed for
	} {
		a.constant(V(19+i), bits)
	}
}

// exp replaces v0 and v1 by their exponentials. v4 to v15 are overwritten.
func (a *asm) exp() {
	each := func(f func(i V)) {
		for i := range V(2) {
			f(i)
		}
	}
	each(func(i V) { a.fcmge(14+i, i, 30) })
	each(func(i V) { a.fmin(i, i, 31) })
	each(func(i V) { a.move(4+i, 21) })
	each(func(i V) { a.fmla(4+i, i, 20) })
	each(func(i V) { a.frintm(4+i, 4+i) })
	each(func(i V) { a.fmls(i, 4+i, 22) })
	each(func(i V) { a.fmls(i, 4+i, 23) })
	at, to := V(8), V(10)
	each(func(i V) { a.move(at+i, 24) })
	for _, c := range []V{25, 26, 27, 28, 21} {
		each(func(i V) { a.move(to+i, c) })
		each(func(i V) { a.fmla(to+i, at+i, i) })
		at, to = to, at
	}
	each(func(i V) { a.fmul(at+i, at+i, i) })
	each(func(i V) { a.fadd(to+i, i, 29) })
	each(func(i V) { a.fmla(to+i, at+i, i) })
	each(func(i V) { a.fadd(4+i, 4+i, 19) })
	each(func(i V) { a.fcvtns(4+i, 4+i) })
	each(func(i V) { a.shlS(4+i, 4+i, 23) })
	each(func(i V) { a.fmul(i, to+i, 4+i) })
	each(func(i V) { a.and(i, i, 14+i) })
}

func (a *asm) expSum() {
	args := []arg{{"s", "*float32", R(0)}, {"top", "float32", V(17)}, {"n", "int", R(1)}}
	a.function("expSumNEON", "is kernels.expSum for n a multiple of 16.", true, args...)
	a.expConstants()
	a.constant(30, 0xc2700000) // leastScore of ops.go, -60
	a.dupS(17, 17, 0)
	a.zero(18)
	a.op("CBZ R1, end")
	a.label("loop")
	a.load(0, 2, 0, false)
	a.fsub(0, 0, 17)
	a.fsub(1, 1, 17)
	a.exp()
	a.fadd(18, 18, 0)
	a.fadd(18, 18, 1)
	a.store(0, 2, 0, true)
	a.op("SUBS $8, R1")
	a.op("BNE loop")
	a.label("end")
	a.sum(18)
	a.give(18, args...)
}

func (a *asm) swiglu() {
	a.function("swigluNEON", "is kernels.swiglu for n a multiple of 16.", false,
		arg{"dst", "*float32", R(0)}, arg{"gate", "*float32", R(1)}, arg{"up", "*float32", R(2)}, arg{"n", "int", R(3)})
	a.expConstants()
	a.op("CBZ R3, end")
	a.label("loop")
	a.load(16, 2, 1, true)
	a.load(2, 2, 2, true)
	a.fneg(0, 16)
	a.fneg(1, 17)
	a.exp()
	for i := range V(2) {
		a.fadd(i, i, 29)
		a.fdiv(i, 16+i, i)
		a.fmul(i, i, 2+i)
	}
	a.store(0, 2, 0, true)
	a.op("SUBS $8, R3")
	a.op("BNE loop")
	a.label("end")
	a.op("RET")
}

// weighted keeps sixteen columns in registers over all rows.
func (a *asm) weighted() {
	a.function("weightedNEON", "is kernels.weighted for dim a multiple of 16 and n at least 1.", false,
		arg{"acc", "*float32", R(0)}, arg{"v", "*float32", R(1)}, arg{"w", "*float32", R(2)}, arg{"n", "int", R(3)}, arg{"dim", "int", R(4)})
	a.op("LSL $2, R4, R5")
	a.op("MOVD $4, R9")
	a.label("columns")
	a.load(0, 4, 0, false)
	a.op("MOVD R1, R6")
	a.op("MOVD R2, R7")
	a.op("MOVD R3, R8")
	a.label("rows")
	a.load(4, 4, 6, false)
	a.op("ADD R5, R6")
	a.loadLaneStep(16, 0, 7, 9)
	for i := range V(4) {
		a.fmlaLane(i, 4+i, 16, 0)
	}
	a.op("SUBS $1, R8")
	a.op("BNE rows")
	a.store(0, 4, 0, true)
	a.op("ADD $64, R1")
	a.op("SUBS $16, R4")
	a.op("BNE columns")
	a.op("RET")
}
