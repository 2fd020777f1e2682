//go:build !noasm

package tensor

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

var neonKernels = kernels{
	name: "neon", dot: dotNEON, dot4: dot4NEON, unpack: unpackNEON, dotF32: dotF32TailNEON, dotF32x4: dotF32x4TailNEON,
	axpy: axpyTailNEON, widenF16: widenF16TailNEON, widenQ80: widenQ80NEON,
	transpose: transposeFloatsNEON, transposeBytes: transposeCodesNEON, outer16: outer16NEON, outer32: outer32NEON, outer32Wide: outer32WideNEON, outer16Max: 127, outer32Max: 127,
	dotQ4K: dotQ4KNEON, dotQ6K: dotQ6KNEON, dotQ80: dotQ80NEON, dotQ40: dotQ40NEON,
	scores:    [3]func(q *float32, qstride int, k *byte, dim, n int, out *float32, stride, ahead int){scoresF32NEON, scoresF16NEON, scoresQ80NEON},
	weighted4: [3]func(acc *float32, v *byte, w *float32, stride, n, dim, ahead int){weighted4F32NEON, weighted4F16NEON, weighted4Q80NEON},
	scores8:   scores8NEON,
	largest:   largestTailNEON, expSum: expSumTailNEON, swiglu: swigluTailNEON, weighted: weightedTailNEON, quantize: quantizeNEON, read: readGeneric, peak: peakNEON, peakOps: 256,
}

// usableKernels returns the sets that this processor can run, the best first. Dot products
// of bytes are in every processor of Apple's for computers, and in servers' since 2019.
func usableKernels() []kernels {
	if cpu.ARM64.HasASIMD && cpu.ARM64.HasASIMDDP {
		return []kernels{neonKernels, genericKernels}
	}
	return []kernels{genericKernels}
}

// unpackNEON reads the common formats in assembly.
func unpackNEON(t Type, p panel, row []byte, cols int) {
	var unpack func(u *uint8, s, m *float32, b *byte, blocks int)
	switch t {
	case Q4_K:
		unpack = unpackQ4KNEON
	case Q5_K:
		unpack = unpackQ5KNEON
	case Q6_K:
		unpack = unpackQ6KNEON
	case Q8_0:
		unpack = unpackQ80NEON
	case Q4_0:
		unpack = unpackQ40NEON
	case IQ4_XS:
		unpack = unpackIQ4XSNEON
	case IQ4_NL:
		unpack = unpackIQ4NLNEON
	}
	unpackBlocks(t, p, row, cols, unpack)
}

func dotF32TailNEON(x, y *float32, n int) float32 { return dotF32Tail(x, y, n, dotF32NEON) }

func dotF32x4TailNEON(x, y *float32, stride, n int, out *[4]float32) {
	dotF32x4Tail(x, y, stride, n, out, dotF32x4NEON)
}

func axpyTailNEON(y, x *float32, a float32, n int)    { axpyTail(y, x, a, n, axpyNEON) }
func widenF16TailNEON(dst *float32, src *byte, n int) { widenF16Tail(dst, src, n, widenF16NEON) }
func largestTailNEON(s *float32, n int) float32       { return largestTail(s, n, largestNEON) }
func swigluTailNEON(dst, gate, up *float32, n int)    { swigluTail(dst, gate, up, n, swigluNEON) }

func expSumTailNEON(s *float32, top float32, n int) float32 { return expSumTail(s, top, n, expSumNEON) }

func weightedTailNEON(acc, v, w *float32, n, dim int) {
	weightedTail(acc, v, w, n, dim, weightedNEON)
}

func transposeFloatsNEON(dst, src *float32, stride, n int) {
	transposeNEON((*uint32)(unsafe.Pointer(dst)), (*uint32)(unsafe.Pointer(src)), stride, n)
}

func transposeCodesNEON(dst, src *uint8, stride, n int) {
	transposeNEON((*uint32)(unsafe.Pointer(dst)), (*uint32)(unsafe.Pointer(src)), stride, n)
}
