package tensor

// A panel is a row of quantised weights as unsigned codes u and, for each group of 16
// weights, a scale s and an offset m: weight i is s[i/16]·u[i] − m[i/16]. Its length is
// a multiple of 256; beyond the row's end s and m are zero.
type panel struct {
	u    []uint8
	s, m []float32
}

const (
	groupSize = 16  // weights that share a scale in a panel
	blockSize = 256 // weights that a kernel takes in one step
)

// padded rounds a number of columns up to whole steps of the kernels.
func padded(cols int) int { return (cols + blockSize - 1) / blockSize * blockSize }

func newPanel(cols int) panel {
	n := padded(cols)
	return panel{make([]uint8, n), make([]float32, n/groupSize), make([]float32, n/groupSize)}
}

// unpackGeneric reads a row of cols weights of a quantised format into p.
func unpackGeneric(t Type, p panel, row []byte, cols int) {
	unpack := unpackers[t]
	weights, size := t.BlockWeights(), t.BlockBytes()
	groups := weights / groupSize
	n := cols / weights
	for i := range n {
		unpack(p.u[i*weights:][:weights], p.s[i*groups:][:groups], p.m[i*groups:][:groups], row[i*size:][:size])
	}
	clear(p.u[n*weights:])
	clear(p.s[n*groups:])
	clear(p.m[n*groups:])
}

// unpackers read one block of each quantised format.
var unpackers = [numTypes]func(u []uint8, s, m []float32, b []byte){
	Q8_0: unpackQ8_0, Q4_0: unpackQ4_0, Q4_1: unpackQ4_1, Q5_0: unpackQ5_0, Q5_1: unpackQ5_1,
	Q2_K: unpackQ2_K, Q3_K: unpackQ3_K, Q4_K: unpackQ4_K, Q5_K: unpackQ5_K, Q6_K: unpackQ6_K,
	IQ2_XXS: unpackIQ2_XXS, IQ2_XS: unpackIQ2_XS, IQ2_S: unpackIQ2_S, IQ3_XXS: unpackIQ3_XXS, IQ3_S: unpackIQ3_S,
	IQ4_NL: unpackIQ4_NL, IQ4_XS: unpackIQ4_XS, MXFP4: unpackMXFP4,
}

// largestCode is the largest of u in each quantised format.
var largestCode = [numTypes]uint8{
	Q8_0: 255, Q4_0: 15, Q4_1: 15, Q5_0: 31, Q5_1: 31, Q2_K: 3, Q3_K: 7, Q4_K: 15, Q5_K: 31, Q6_K: 63,
	IQ2_XXS: 64 + 43, IQ2_XS: 64 + 43, IQ2_S: 64 + 43, IQ3_XXS: 64 + 62, IQ3_S: 31, IQ4_NL: 241, IQ4_XS: 241, MXFP4: 28,
}

// zeroCode is the code that stands for nought in formats without an offset of their own.
var zeroCode = [numTypes]uint8{
	Q8_0: 128, Q4_0: 8, Q5_0: 16, Q3_K: 4, Q6_K: 32,
	IQ2_XXS: 64, IQ2_XS: 64, IQ2_S: 64, IQ3_XXS: 64, IQ3_S: 16, IQ4_NL: 128, IQ4_XS: 128,
}

func both(dst []float32, v float32) { dst[0], dst[1] = v, v }

func unpackQ8_0(u []uint8, s, m []float32, b []byte) {
	d := halfAt(b)
	for i, q := range b[2:34] {
		u[i] = q ^ 0x80 // q + 128
	}
	both(s, d)
	both(m, 128*d)
}

// nibbles reads 16 bytes: the low halves are elements 0 to 15, the high 16 to 31.
func nibbles(u []uint8, b []byte) {
	for i, q := range b[:16] {
		u[i] = q & 15
		u[i+16] = q >> 4
	}
}

func unpackQ4_0(u []uint8, s, m []float32, b []byte) {
	d := halfAt(b)
	nibbles(u, b[2:])
	both(s, d)
	both(m, 8*d)
}

func unpackQ4_1(u []uint8, s, m []float32, b []byte) {
	nibbles(u, b[4:])
	both(s, halfAt(b))
	both(m, -halfAt(b[2:]))
}

// fifth adds the fifth bits of 32 elements, kept in four bytes.
func fifth(u []uint8, b []byte) {
	for i := range 32 {
		u[i] |= b[i/8] >> (i % 8) & 1 << 4
	}
}

func unpackQ5_0(u []uint8, s, m []float32, b []byte) {
	d := halfAt(b)
	nibbles(u, b[6:])
	fifth(u, b[2:])
	both(s, d)
	both(m, 16*d)
}

func unpackQ5_1(u []uint8, s, m []float32, b []byte) {
	nibbles(u, b[8:])
	fifth(u, b[4:])
	both(s, halfAt(b))
	both(m, -halfAt(b[2:]))
}

func unpackQ2_K(u []uint8, s, m []float32, b []byte) {
	scales, qs := b[:16], b[16:80]
	d, dmin := halfAt(b[80:]), halfAt(b[82:])
	for g, sc := range scales {
		s[g] = d * float32(sc&15)
		m[g] = dmin * float32(sc>>4)
	}
	for i := range 256 { // each 128: four planes of two bits over 32 bytes
		u[i] = qs[i/128*32+i%32] >> (i % 128 / 32 * 2) & 3
	}
}

func unpackQ3_K(u []uint8, s, m []float32, b []byte) {
	hmask, qs, sc := b[:32], b[32:96], b[96:108]
	d := halfAt(b[108:])
	for g := range 16 {
		low := sc[g%8] >> (g / 8 * 4) & 15
		high := sc[8+g%4] >> (g / 4 * 2) & 3
		s[g] = d * float32(int(low|high<<4)-32)
		m[g] = 4 * s[g]
	}
	for i := range 256 {
		plane := i % 128 / 32
		u[i] = qs[i/128*32+i%32]>>(plane*2)&3 | hmask[i%32]>>(i/128*4+plane)&1<<2
	}
}

// scaleMin returns the j-th 6-bit scale and minimum of a Q4_K or Q5_K block.
func scaleMin(sc []byte, j int) (scale, minimum uint8) {
	if j < 4 {
		return sc[j] & 63, sc[j+4] & 63
	}
	return sc[j+4]&15 | sc[j-4]>>6<<4, sc[j+4]>>4 | sc[j]>>6<<4
}

func scalesMins(s, m []float32, b []byte) {
	d, dmin := halfAt(b), halfAt(b[2:])
	for j := range 8 {
		sc, mn := scaleMin(b[4:16], j)
		both(s[2*j:], d*float32(sc))
		both(m[2*j:], dmin*float32(mn))
	}
}

func unpackQ4_K(u []uint8, s, m []float32, b []byte) {
	scalesMins(s, m, b)
	for c := range 4 { // each 64 elements use 32 bytes, low halves first
		for l, q := range b[16+32*c:][:32] {
			u[64*c+l] = q & 15
			u[64*c+32+l] = q >> 4
		}
	}
}

func unpackQ5_K(u []uint8, s, m []float32, b []byte) {
	scalesMins(s, m, b)
	qh := b[16:48]
	for c := range 4 {
		for l, q := range b[48+32*c:][:32] {
			u[64*c+l] = q&15 | qh[l]>>(2*c)&1<<4
			u[64*c+32+l] = q>>4 | qh[l]>>(2*c+1)&1<<4
		}
	}
}

func unpackQ6_K(u []uint8, s, m []float32, b []byte) {
	d := halfAt(b[208:])
	for g, sc := range b[192:208] {
		s[g] = d * float32(int8(sc))
		m[g] = 32 * s[g]
	}
	for h := range 2 {
		ql, qh, v := b[64*h:][:64], b[128+32*h:][:32], u[128*h:][:128]
		for l := range 32 {
			v[l] = ql[l]&15 | qh[l]&3<<4
			v[l+32] = ql[l+32]&15 | qh[l]>>2&3<<4
			v[l+64] = ql[l]>>4 | qh[l]>>4&3<<4
			v[l+96] = ql[l+32]>>4 | qh[l]>>6<<4
		}
	}
}
