package tensor

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Quantize writes the weights src in format t to dst. len(src) must be a multiple of
// the format's block, which is one that can be written; dst must hold
// Type.RowBytes(len(src)) bytes.
func Quantize(t Type, dst []byte, src []float32) {
	n, size := t.BlockWeights(), t.BlockBytes()
	if !t.Writable() || len(src)%n != 0 || len(dst) < t.RowBytes(len(src)) {
		panic(fmt.Sprintf("tensor: %d weights of %v into %d bytes", len(src), t, len(dst)))
	}
	for ; len(src) > 0; src, dst = src[n:], dst[size:] {
		x, b := src[:n], dst[:size]
		switch t {
		case F32:
			binary.LittleEndian.PutUint32(b, math.Float32bits(x[0]))
		case F16:
			put16(b, ToF16(x[0]))
		case BF16:
			put16(b, ToBF16(x[0]))
		case Q8_0:
			quantizeQ8_0(b, x)
		case Q4_0:
			quantizeSigned(b, x, 4)
		case Q5_0:
			quantizeSigned(b, x, 5)
		case Q4_1:
			quantizeAffine(b, x, 4)
		case Q5_1:
			quantizeAffine(b, x, 5)
		case Q2_K:
			quantizeQ2_K(b, x)
		case Q3_K:
			quantizeQ3_K(b, x)
		case Q4_K:
			quantizeQ45_K(b, x, 4)
		case Q5_K:
			quantizeQ45_K(b, x, 5)
		case Q6_K:
			quantizeQ6_K(b, x)
		}
	}
}

func round(f float32) int { return int(math.RoundToEven(float64(f))) }

func clampInt(v, low, high int) int { return max(low, min(high, v)) }

func inverse(f float32) float32 {
	if f == 0 {
		return 0
	}
	return 1 / f
}

func quantizeQ8_0(b []byte, x []float32) {
	var amax float32
	for _, v := range x {
		amax = max(amax, float32(math.Abs(float64(v))))
	}
	d := ToF16(amax / 127)
	inv := inverse(amax / 127)
	put16(b, d)
	for i, v := range x {
		b[2+i] = byte(int8(clampInt(round(v*inv), -127, 127)))
	}
}

// putCodes writes 32 codes of 4 or 5 bits: the fifth bits first, then the halves.
func putCodes(b []byte, codes *[32]int, bits int) {
	if bits == 5 {
		clear(b[:4])
		for i, c := range codes {
			b[i/8] |= byte(c>>4&1) << (i % 8)
		}
		b = b[4:]
	}
	for i := range 16 {
		b[i] = byte(codes[i]&15 | codes[i+16]&15<<4)
	}
}

// quantizeSigned writes Q4_0 and Q5_0: the weight of the largest magnitude gets the
// lowest code, whose range is one wider.
func quantizeSigned(b []byte, x []float32, bits int) {
	half := 1 << (bits - 1)
	var peak float32
	for _, v := range x {
		if math.Abs(float64(v)) > math.Abs(float64(peak)) {
			peak = v
		}
	}
	d := peak / float32(-half)
	inv := inverse(d)
	put16(b, ToF16(d))
	var codes [32]int
	for i, v := range x {
		codes[i] = clampInt(round(v*inv)+half, 0, 2*half-1)
	}
	putCodes(b[2:], &codes, bits)
}

// quantizeAffine writes Q4_1 and Q5_1: from the smallest weight to the largest.
func quantizeAffine(b []byte, x []float32, bits int) {
	top := 1<<bits - 1
	low, high := x[0], x[0]
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	d := (high - low) / float32(top)
	inv := inverse(d)
	put16(b, ToF16(d))
	put16(b[2:], ToF16(low))
	var codes [32]int
	for i, v := range x {
		codes[i] = clampInt(round((v-low)*inv), 0, top)
	}
	putCodes(b[4:], &codes, bits)
}
