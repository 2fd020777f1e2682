package main

// unpackArgs are those of all unpackers.
var unpackArgs = []arg{{"u", "*uint8", R(0)}, {"s", "*float32", R(1)}, {"m", "*float32", R(2)}, {"b", "*byte", R(3)}, {"blocks", "int", R(13)}}

func (a *asm) unpacker(name, format string) {
	a.function(name, "unpacks blocks of "+format+" as unpackGeneric does.", false, unpackArgs...)
}

func (a *asm) nextBlock(bytes int) {
	if bytes > 0 {
		a.op("ADD $%d, R3", bytes)
	}
	a.op("SUBS $1, R13")
	a.op("BNE loop")
	a.op("RET")
}

// unpackK reads Q4_K, or Q5_K, whose fifth bits come before the halves.
func (a *asm) unpackK(name, format string, fifth bool) {
	a.unpacker(name, format)
	a.masks()
	a.bytes(31, 15)
	a.bytes(30, 16)
	a.label("loop")
	a.scales(3)
	a.half(20, 3, 0)
	a.half(21, 3, 2)
	a.op("ADD $16, R3")
	for i := range V(2) { // scales, then minima; two groups share each
		low, high := 16+i, 18+i
		a.fmulLane(low, low, 20+i, 0)
		a.fmulLane(high, high, 20+i, 0)
		a.zip1S(22, low, low)
		a.zip2S(23, low, low)
		a.zip1S(24, high, high)
		a.zip2S(25, high, high)
		a.store(22, 4, R(1+i), true)
	}
	if fifth {
		a.load(28, 2, 3, true)
	}
	for pair := range 2 {
		a.load(0, 4, 3, true)
		for k := range V(2) { // 64 columns from 32 bytes
			c := 2*pair + int(k)
			for i := range V(2) {
				a.and(4+i, 2*k+i, 31)
				a.ushrB(6+i, 2*k+i, 4)
				if fifth {
					a.fifth(4+i, 28+i, 2*c)
					a.fifth(6+i, 28+i, 2*c+1)
				}
			}
			a.store(4, 4, 0, true)
		}
	}
	a.nextBlock(0)
}

// fifth adds bit k of n's bytes to d as the fifth. v27 is overwritten, v30 is 16.
func (a *asm) fifth(d, n V, k int) {
	switch {
	case k < 4:
		a.shlB(27, n, 4-k)
	case k == 4:
		a.move(27, n)
	default:
		a.ushrB(27, n, k-4)
	}
	a.and(27, 27, 30)
	a.or(d, d, 27)
}

func (a *asm) unpackQ6K() {
	a.unpacker("unpackQ6KNEON", "Q6_K")
	a.bytes(31, 15)
	a.bytes(30, 0x30)
	a.constant(29, 0x42000000) // 32
	a.label("loop")
	a.sixScales(3)
	for i := range V(4) {
		a.fmulLane(8+i, 8+i, 12, 0)
	}
	a.store(8, 4, 1, true)
	for i := range V(4) {
		a.fmul(8+i, 8+i, 29)
	}
	a.store(8, 4, 2, true)
	a.op("ADD $128, R3, R5")
	for range 2 {
		a.load(0, 4, 3, true)
		a.load(4, 2, 5, true)
		for part := range 2 {
			a.sixBits(part)
			a.store(16, 4, 0, true)
		}
	}
	a.nextBlock(82)
}

// scale32 writes the first float of v as the scale of 32 weights, and v30 times it as
// their offset. v and v29 are overwritten.
func (a *asm) scale32(v V) {
	a.dupS(v, v, 0)
	a.storeD(v, 1, 0)
	a.fmul(29, v, 30)
	a.storeD(29, 2, 0)
	a.op("ADD $8, R1")
	a.op("ADD $8, R2")
}

func (a *asm) unpackQ80() {
	a.unpacker("unpackQ80NEON", "Q8_0")
	a.signed()
	a.label("loop")
	a.half(16, 3, 0)
	a.scale32(16)
	a.loadQ(0, 3, 2)
	a.loadQ(1, 3, 18)
	a.eor(0, 0, 31)
	a.eor(1, 1, 31)
	a.store(0, 2, 0, true)
	a.nextBlock(34)
}

// valuesIQ4 puts what the nibbles of the IQ4 formats stand for in v28; R17 is overwritten.
func (a *asm) valuesIQ4() {
	a.op("MOVD $0x766a5d4f3f2d1801, R17")
	a.op("VMOV R17, V28.D[0]")
	a.op("MOVD $0xf1d9c5b5a6998d81, R17")
	a.op("VMOV R17, V28.D[1]")
}

// nibbles32 writes the 32 codes of sixteen bytes at p and an offset.
func (a *asm) nibbles32(p R, at int, values bool) {
	a.loadQ(0, p, at)
	a.ushrB(1, 0, 4)
	a.and(0, 0, 31)
	if values {
		a.tbl(0, 28, 0)
		a.tbl(1, 28, 1)
	}
	a.store(0, 2, 0, true)
}

// unpackNibbles reads Q4_0, or IQ4_NL, whose codes are looked up.
func (a *asm) unpackNibbles(name, format string, values bool) {
	a.unpacker(name, format)
	a.bytes(31, 15)
	if values {
		a.valuesIQ4()
		a.constant(30, 0x43000000) // 128
	} else {
		a.constant(30, 0x41000000) // 8
	}
	a.label("loop")
	a.half(16, 3, 0)
	a.scale32(16)
	a.nibbles32(3, 2, values)
	a.nextBlock(18)
}

func (a *asm) unpackIQ4XS() {
	a.unpacker("unpackIQ4XSNEON", "IQ4_XS")
	a.bytes(31, 15)
	a.valuesIQ4()
	a.constant(30, 0x43000000) // 128
	a.label("loop")
	a.half(20, 3, 0)
	a.op("MOVHU 2(R3), R4") // high bits of the scales
	a.op("MOVWU 4(R3), R5") // low ones
	for g := range 8 {
		a.op("UBFX $%d, R5, $4, R6", 4*g)
		a.op("UBFX $%d, R4, $2, R7", 2*g)
		a.op("ORR R7<<4, R6")
		a.op("SUB $32, R6")
		a.op("SCVTFWS R6, F16")
		a.op("FMULS F20, F16")
		a.scale32(16)
		a.nibbles32(3, 8+16*g, true)
	}
	a.nextBlock(136)
}

// quantize makes 8-bit activations of 32 floats at a time.
func (a *asm) quantize() {
	a.function("quantizeNEON", "is kernels.quantize for NEON.", false,
		arg{"q", "*int8", R(0)}, arg{"d", "*float32", R(1)}, arg{"sum", "*float32", R(2)}, arg{"x", "*float32", R(3)}, arg{"blocks", "int", R(4)})
	a.constant(31, 0x42fe0000) // 127
	a.constant(30, 0x0da24260) // 1e-30
	a.label("loop")
	a.load(0, 4, 3, true)
	a.load(4, 4, 3, true)
	for i := range V(8) {
		a.fabs(16+i, i)
	}
	for n := V(4); n > 0; n /= 2 {
		for i := range n {
			a.fmax(16+i, 16+i, 16+i+n)
		}
	}
	a.fmaxv(16, 16)
	a.zero(17)
	a.zero(18)
	a.op("FCMPS F30, F16")
	a.op("BLE small")
	a.op("FDIVS F16, F31, F17")
	a.op("FDIVS F31, F16, F18")
	a.label("small")
	for i := range V(8) {
		a.fmulLane(i, i, 17, 0)
		a.fcvtns(i, i)
	}
	for h := range V(2) {
		a.addS(19+h, 4*h, 4*h+1)
		a.addS(21, 4*h+2, 4*h+3)
		a.addS(19+h, 19+h, 21)
		a.addvS(19+h, 19+h)
	}
	a.zip1S(19, 19, 20)
	a.scvtf(19, 19)
	a.fmulLane(19, 19, 18, 0)
	a.storeD(19, 2, 0)
	a.dupS(18, 18, 0)
	a.storeD(18, 1, 0)
	for h := range V(2) {
		a.uzp1H(4*h, 4*h, 4*h+1)
		a.uzp1H(4*h+2, 4*h+2, 4*h+3)
		a.uzp1B(h, 4*h, 4*h+2)
	}
	a.store(0, 2, 0, true)
	a.op("ADD $8, R1")
	a.op("ADD $8, R2")
	a.op("SUBS $1, R4")
	a.op("BNE loop")
	a.op("RET")
}
