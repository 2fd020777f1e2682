//go:build !noasm

package tensor

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// avx2Kernels and avx512Kernels take whole steps in assembly and leave what remains of
// a row of floats to the generic kernels.
var (
	avx2Kernels = kernels{
		name: "avx2", dot: dotAVX2, dot4: dot4AVX2, unpack: unpackAVX2, dotF32: dotF32TailAVX2, dotF32x4: dotF32x4AVX2,
		axpy: axpyTailAVX2, widenF16: widenF16TailAVX2, widenQ80: widenQ80AVX2,
		transpose: transposeFloatsAVX2, transposeBytes: transposeCodesAVX2, outer16: outer16AVX2, outer32: outer32AVX2, outer32Wide: outer32WideAVX2, outer16Max: 63, outer32Max: 15,
		dotQ4K: dotQ4KAVX2, dotQ6K: dotQ6KAVX2,
		interleaveQ4K: interleaveQ4KAVX2, interleaveQ6K: interleaveQ6KAVX2,
		scores:    [3]func(q *float32, qstride int, k *byte, dim, n int, out *float32, stride, ahead int){scoresF32AVX2, scoresF16AVX2, scoresQ80AVX2},
		weighted4: [3]func(acc *float32, v *byte, w *float32, stride, n, dim, ahead int){weighted4F32AVX2, weighted4F16AVX2, weighted4Q80AVX2},
		scores8:   scores8BlocksAVX2, weights8: weights8AVX2, weighted8: weighted8AVX2,
		largest: largestTailAVX2, expSum: expSumTailAVX2, swiglu: swigluTailAVX2, weighted: weightedAVX2, quantize: quantizeAVX2, read: readAVX2, peak: peakAVX2, peakOps: 256,
	}
	avx512Kernels = kernels{
		name: "avx512", dot: dotAVX512, dot4: dot4AVX512, unpack: unpackAVX2, dotF32: dotF32TailAVX512, dotF32x4: dotF32x4TailAVX512,
		axpy: axpyTailAVX512, widenF16: widenF16TailAVX2, widenQ80: widenQ80AVX512,
		transpose: transposeFloatsAVX512, transposeBytes: transposeCodesAVX512, outer16: outer16AVX512, outer32: outer32AVX512, outer16Max: 255, outer32Max: 255,
		dotQ4K:        dotQ4KAVX512,
		dotQ6K:        dotQ6KAVX512,
		dotQ80:        dotQ80AVX512,
		dotQ40:        dotQ40AVX512,
		interleaveQ4K: interleaveQ4KAVX512, interleaveQ6K: interleaveQ6KAVX512,
		scores:    [3]func(q *float32, qstride int, k *byte, dim, n int, out *float32, stride, ahead int){scoresF32AVX512, scoresF16AVX512, scoresQ80AVX512},
		weighted4: [3]func(acc *float32, v *byte, w *float32, stride, n, dim, ahead int){weighted4F32AVX512, weighted4F16AVX512, weighted4Q80AVX512},
		scores8:   scores8BlocksAVX512, weights8: weights8AVX512, weighted8: weighted8AVX512,
		largest: largestTailAVX512, expSum: expSumTailAVX512, swiglu: swigluTailAVX512, weighted: weightedTailAVX512, quantize: quantizeAVX512, read: readAVX2, peak: peakAVX512, peakOps: 1024,
	}
)

// bf16Kernels are those of AVX-512 but for attention of prompts.
func bf16Kernels() kernels {
	k := avx512Kernels
	k.name, k.pairs, k.roundTile = "avx512bf16", pairsAVX512, roundTileAVX512
	k.roundHalves, k.turnTiles, k.weighTiles = roundHalvesAVX512, turnTilesAVX512, weighTilesAVX512
	return k
}

// amxKernels are those of AVX-512 but for products and attention of prompts.
func amxKernels() kernels {
	k := bf16Kernels()
	k.name, k.tiles, k.pairs = "amx", tilesAMX, tilesAMX
	k.widenTiles16, k.widenTiles32 = widenTiles16AVX512, widenTiles32AVX512
	return k
}

// usableKernels returns the sets that this processor can run, the best first.
func usableKernels() []kernels {
	x := &cpu.X86
	var sets []kernels
	// F16C came before AVX2 in every processor that has both.
	if x.HasAVX2 && x.HasFMA {
		if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasAVX512VNNI {
			if tilesAllowed() {
				sets = append(sets, amxKernels())
			}
			if x.HasAVX512BF16 {
				sets = append(sets, bf16Kernels())
			}
			sets = append(sets, avx512Kernels)
		}
		sets = append(sets, avx2Kernels)
	}
	return append(sets, genericKernels)
}

func dot4AVX2(u *uint8, s, m *float32, a *int8, d, sum *float32, stride, blocks int, out *[4]float32) {
	for c := range 4 {
		out[c] = dotAVX2(u, s, m, add(a, c*stride), add(d, c*stride/groupSize), add(sum, c*stride/groupSize), blocks)
	}
}

// unpackAVX2 reads the common formats in assembly.
func unpackAVX2(t Type, p panel, row []byte, cols int) {
	var unpack func(u *uint8, s, m *float32, b *byte, blocks int)
	switch t {
	case Q4_K:
		unpack = unpackQ4KAVX2
	case Q5_K:
		unpack = unpackQ5KAVX2
	case Q6_K:
		unpack = unpackQ6KAVX2
	case Q8_0:
		unpack = unpackQ80AVX2
	case Q4_0:
		unpack = unpackQ40AVX2
	case IQ4_XS:
		unpack = unpackIQ4XSAVX2
	case IQ4_NL:
		unpack = unpackIQ4NLAVX2
	}
	unpackBlocks(t, p, row, cols, unpack)
}

func dotF32TailAVX2(x, y *float32, n int) float32   { return dotF32Tail(x, y, n, dotF32AVX2) }
func dotF32TailAVX512(x, y *float32, n int) float32 { return dotF32Tail(x, y, n, dotF32AVX512) }

func dotF32x4AVX2(x, y *float32, stride, n int, out *[4]float32) {
	for c := range 4 {
		out[c] = dotF32TailAVX2(x, add(y, c*stride), n)
	}
}

func dotF32x4TailAVX512(x, y *float32, stride, n int, out *[4]float32) {
	dotF32x4Tail(x, y, stride, n, out, dotF32x4AVX512)
}

func axpyTailAVX2(y, x *float32, a float32, n int)   { axpyTail(y, x, a, n, axpyAVX2) }
func axpyTailAVX512(y, x *float32, a float32, n int) { axpyTail(y, x, a, n, axpyAVX512) }

func widenF16TailAVX2(dst *float32, src *byte, n int) { widenF16Tail(dst, src, n, widenF16AVX2) }

func transposeFloatsAVX2(dst, src *float32, stride, n int) {
	transposeAVX2((*uint32)(unsafe.Pointer(dst)), (*uint32)(unsafe.Pointer(src)), stride, n)
}

func transposeCodesAVX2(dst, src *uint8, stride, n int) {
	transposeAVX2((*uint32)(unsafe.Pointer(dst)), (*uint32)(unsafe.Pointer(src)), stride, n)
}

func transposeFloatsAVX512(dst, src *float32, stride, n int) {
	transposeAVX512((*uint32)(unsafe.Pointer(dst)), (*uint32)(unsafe.Pointer(src)), stride, n)
}

func transposeCodesAVX512(dst, src *uint8, stride, n int) {
	transposeAVX512((*uint32)(unsafe.Pointer(dst)), (*uint32)(unsafe.Pointer(src)), stride, n)
}

func scores8BlocksAVX2(q *queryBlock, k *byte, dim, n int, out *float32, stride, ahead int) {
	scores8AVX2((*byte)(unsafe.Pointer(q)), k, dim, n, out, stride, ahead)
}

func scores8BlocksAVX512(q *queryBlock, k *byte, dim, n int, out *float32, stride, ahead int) {
	scores8AVX512((*byte)(unsafe.Pointer(q)), k, dim, n, out, stride, ahead)
}

func largestTailAVX2(s *float32, n int) float32   { return largestTail(s, n, largestAVX2) }
func largestTailAVX512(s *float32, n int) float32 { return largestTail(s, n, largestAVX512) }

func expSumTailAVX2(s *float32, top float32, n int) float32 { return expSumTail(s, top, n, expSumAVX2) }

func expSumTailAVX512(s *float32, top float32, n int) float32 {
	return expSumTail(s, top, n, expSumAVX512)
}

func swigluTailAVX2(dst, gate, up *float32, n int)   { swigluTail(dst, gate, up, n, swigluAVX2) }
func swigluTailAVX512(dst, gate, up *float32, n int) { swigluTail(dst, gate, up, n, swigluAVX512) }

func weightedTailAVX512(acc, v, w *float32, n, dim int) {
	weightedTail(acc, v, w, n, dim, weightedAVX512)
}

func weightedAVX2(acc, v, w *float32, n, dim int) {
	for i := range n {
		axpyTailAVX2(acc, add(v, i*dim), *add(w, i), dim)
	}
}
