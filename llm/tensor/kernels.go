package tensor

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

	// dotF32 returns Σ x·y over n elements.
	dotF32 func(x, y *float32, n int) float32

	// dotF32x4 returns Σ x·y for four rows y, stride elements apart.
	dotF32x4 func(x, y *float32, stride, n int, out *[4]float32)

	// axpy adds a·x to y over n elements.
	axpy func(y, x *float32, a float32, n int)

	// widenF16 converts n half-precision numbers.
	widenF16 func(dst *float32, src *byte, n int)
}

// genericKernels specify what the others do.
var genericKernels = kernels{
	name: "generic", dot: dotGeneric, dot4: dot4Generic, unpack: unpackGeneric, dotF32: dotF32Generic, dotF32x4: dotF32x4Generic,
	axpy: axpyGeneric, widenF16: widenF16Generic,
}

// fast is the set chosen for this processor, see bestKernels.
var fast = bestKernels()

// KernelName names the instruction set of the kernels in use: generic, avx2 or avx512.
func KernelName() string { return fast.name }
