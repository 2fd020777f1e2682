package tensor

import "os"

// kernels is the set of inner loops in use. Lengths are in steps: blocks of 256
// weights for panels, single elements for floats.
type kernels struct {
	name string

	// dot multiplies a panel with one row of 8-bit activations.
	dot func(u *uint8, s, m *float32, a *int8, d, sum *float32, blocks int) float32

	// dot4 multiplies a panel with four rows of activations, stride bytes apart, whose
	// scales and sums are stride/16 floats apart.
	dot4 func(u *uint8, s, m *float32, a *int8, d, sum *float32, stride, blocks int, out *[4]float32)

	// unpack reads a row of cols weights into a panel.
	unpack func(t Type, p panel, row []byte, cols int)

	// dotQ4K multiplies blocks of Q4_K with one row of activations, which it takes in the
	// forms of Acts.paired and Acts.wide. It is nil where unpacking first is no slower.
	dotQ4K func(b *byte, a *int8, wide *float32, blocks int) float32

	// dotQ6K, dotQ80 and dotQ40 multiply 256 weights for each of blocks with one row of
	// activations, which dotQ40 takes in the form of Acts.halved. They are nil where
	// unpacking first is no slower.
	dotQ6K, dotQ80, dotQ40 func(b *byte, a *int8, d, sum *float32, blocks int) float32

	// quantize makes 8-bit activations of blocks of 32 floats, see quantizeActs.
	quantize func(q *int8, d, sum, x *float32, blocks int)

	// dotF32 returns Σ x·y over n elements.
	dotF32 func(x, y *float32, n int) float32

	// dotF32x4 returns Σ x·y for four rows y, stride elements apart.
	dotF32x4 func(x, y *float32, stride, n int, out *[4]float32)

	// axpy adds a·x to y over n elements.
	axpy func(y, x *float32, a float32, n int)

	// widenF16 converts n half-precision numbers.
	widenF16 func(dst *float32, src *byte, n int)

	// widenQ80 converts blocks of Q8_0.
	widenQ80 func(dst *float32, src *byte, blocks int)

	// transpose writes 16 rows of 16·n words, stride words apart, as columns of 16.
	transpose      func(dst, src *float32, stride, n int)
	transposeBytes func(dst, src *uint8, stride, n int)

	// interleaveQ4K and interleaveQ6K make half a strip of blocks in 16 rows, stride bytes
	// apart. For Q4_K scales and offsets are written for even groups only.
	interleaveQ4K, interleaveQ6K func(u *uint8, s, m *float32, b *byte, stride, blocks int)

	// outer16 and outer32 multiply an interleaved strip with four rows of activations,
	// stride bytes apart, see outer.go. They are nil where dot4 is no slower. In each step
	// they bring near span bytes, a multiple of 64, of those from next on.
	outer16, outer32 outerKernel

	// outer32Wide is outer32 for all codes, slower, where outer32 takes small ones only.
	outer32Wide outerKernel

	// outer16Max and outer32Max are the largest codes that outer16 and outer32 take.
	outer16Max, outer32Max uint8

	// tiles multiplies a strip in tiles of bf16, steps of 32 columns, with blocks of 32 rows
	// of activations, gap bytes from 16 rows to the next; sums grow. It is nil where there are
	// no tiles. widenTiles16 and widenTiles32 make half a strip of tiles of an interleaved one,
	// with a scale for each 16 or 32 columns; roundTile puts a row into tiles of 16.
	tiles                      func(sums *float32, a, w *uint16, steps, gap, blocks int)
	widenTiles16, widenTiles32 func(dst *uint16, u *uint8, s, m *float32, groups int)
	roundTile                  func(dst *uint16, src *float32, steps int)

	// pairs is tiles for attention of prompts, or instructions that multiply and add pairs of
	// bf16; nil where there are neither.
	pairs func(sums *float32, a, w *uint16, steps, gap, blocks int)

	// roundHalves is roundTile for up to 16 rows of half-precision numbers, which lie one
	// after the other. turnTiles transposes 32 rows in tiles, the last 16 of them from elements
	// on: 16 columns are a tile, the next 16 to elements further on.
	roundHalves func(dst *uint16, src *byte, steps, rows int)
	turnTiles   func(dst, src *uint16, steps, from, to int)

	// weighTiles turns the scores of n keys, a multiple of 32, by 32 queries into two strips of
	// tiles of weights e^(score − top), rounded to bf16. It makes top the largest score and adds
	// the rounded weights to sum; what dim rows of acc and sum held by a smaller top is scaled.
	// Each query sees the first see keys, all if see is nil.
	weighTiles func(weights *uint16, scores, top, sum *float32, see *int32, acc *float32, n, dim int)

	// largest returns the largest of n scores, at least one.
	largest func(s *float32, n int) float32

	// expSum replaces n scores by exp(score − top) and returns their sum.
	expSum func(s *float32, top float32, n int) float32

	// swiglu writes gate·sigmoid(gate)·up over n elements.
	swiglu func(dst, gate, up *float32, n int)

	// weighted adds Σ w[i]·v[i] to acc, for n rows v of dim elements.
	weighted func(acc, v, w *float32, n, dim int)

	// scores multiplies four queries, qstride elements apart, with n keys, a multiple of
	// four; the products of each query go to a row of out, stride elements apart. dim is
	// a multiple of 16. The index is for keys in F32, F16 or Q8_0; nil where dotF32x4 is no
	// slower. The keys ahead bytes further on are brought near meanwhile.
	scores [3]func(q *float32, qstride int, k *byte, dim, n int, out *float32, stride, ahead int)

	// scores8 is scores for keys in Q8_0 and 8-bit queries, n a multiple of 16 and dim one of
	// 32; nil where scores is no slower. q has a block for each 32 columns.
	scores8 func(q *queryBlock, k *byte, dim, n int, out *float32, stride, ahead int)

	// weighted4 is weighted for four rows of weights, stride elements apart, and as many
	// of acc; dim is a multiple of 64. The values ahead bytes further on are brought near.
	weighted4 [3]func(acc *float32, v *byte, w *float32, stride, n, dim, ahead int)

	// weights8 and weighted8 are weighted4 for at most 32 values in Q8_0, with weights, times
	// the values' scales, of 16 bits: codes has 4 × 32 of them for each 32 columns, in units
	// of which there is one for each row. Values up to the next multiple of 16 are read, but
	// have no weight. Nil where weighted4 is no slower.
	weights8  func(v *byte, w *float32, stride, n, dim int, room *float32, codes *int16, unit *float32)
	weighted8 func(acc *float32, v *byte, codes *int16, unit *float32, n, dim, ahead int)

	// read returns the sum of n bytes as words, a multiple of 256 bytes, read as fast as can be.
	read func(b *byte, n int) uint64

	// peak does peakOps multiply-adds n times.
	peak    func(n int)
	peakOps int
}

type outerKernel = func(u *uint8, s, m *float32, a *int8, d, sum *float32, stride, steps int, sums *float32, next *byte, span int)

// fused returns the kernel that multiplies a row of the format as it unpacks it, if there
// is one for so many columns.
func (k *kernels) fused(t Type, cols int) func(b *byte, a *int8, d, sum *float32, blocks int) float32 {
	switch {
	case cols%blockSize != 0:
		return nil
	case t == Q6_K:
		return k.dotQ6K
	case t == Q8_0:
		return k.dotQ80
	case t == Q4_0:
		return k.dotQ40
	}
	return nil
}

// genericKernels specify what the others do.
var genericKernels = kernels{
	name: "generic", dot: dotGeneric, dot4: dot4Generic, unpack: unpackGeneric, dotF32: dotF32Generic, dotF32x4: dotF32x4Generic,
	axpy: axpyGeneric, widenF16: widenF16Generic, widenQ80: widenQ80Generic,
	largest: largestGeneric, expSum: expSumGeneric, swiglu: swigluGeneric, weighted: weightedGeneric, peak: peakGeneric, read: readGeneric, peakOps: 64,
	quantize: quantizeGeneric,
}

// fast is the set chosen for this processor, see bestKernels.
var fast = bestKernels()

// bestKernels chooses by what the processor has. CHASKI_KERNELS=generic, avx2, avx512, avx512bf16, amx
// or neon asks for less; what the processor cannot run is not chosen.
func bestKernels() kernels {
	usable := usableKernels()
	want := os.Getenv("CHASKI_KERNELS")
	for _, k := range usable {
		if k.name == want {
			return k
		}
	}
	return usable[0]
}

// KernelName names the instruction set of the kernels in use: generic, avx2, avx512, avx512bf16,
// amx or neon.
func KernelName() string { return fast.name }
