package tensor

import (
	"math"
	"unsafe"
)

// dotGeneric specifies kernels.dot: for each group of 16, s·d·Σ(u·a) − m·Σ(d·a).
func dotGeneric(u *uint8, s, m *float32, a *int8, d, sum *float32, blocks int) float32 {
	n := blocks * blockSize
	us, as := unsafe.Slice(u, n), unsafe.Slice(a, n)
	ss, ms := unsafe.Slice(s, n/groupSize), unsafe.Slice(m, n/groupSize)
	ds, sums := unsafe.Slice(d, n/groupSize), unsafe.Slice(sum, n/groupSize)
	var total float32
	for g := range ss {
		uu, aa := us[g*groupSize:][:groupSize], as[g*groupSize:][:groupSize]
		var dot int32
		for i := range uu {
			dot += int32(uu[i]) * int32(aa[i])
		}
		total += ss[g]*ds[g]*float32(dot) - ms[g]*sums[g]
	}
	return total
}

func dot4Generic(u *uint8, s, m *float32, a *int8, d, sum *float32, stride, blocks int, out *[4]float32) {
	for c := range 4 {
		out[c] = dotGeneric(u, s, m, add(a, c*stride), add(d, c*stride/groupSize), add(sum, c*stride/groupSize), blocks)
	}
}

func dotF32Generic(x, y *float32, n int) float32 {
	xs, ys := unsafe.Slice(x, n), unsafe.Slice(y, n)
	var t [4]float32
	i := 0
	for ; i+4 <= n; i += 4 {
		t[0] += xs[i] * ys[i]
		t[1] += xs[i+1] * ys[i+1]
		t[2] += xs[i+2] * ys[i+2]
		t[3] += xs[i+3] * ys[i+3]
	}
	for ; i < n; i++ {
		t[0] += xs[i] * ys[i]
	}
	return t[0] + t[1] + (t[2] + t[3])
}

func dotF32x4Generic(x, y *float32, stride, n int, out *[4]float32) {
	for c := range 4 {
		out[c] = dotF32Generic(x, add(y, c*stride), n)
	}
}

func axpyGeneric(y, x *float32, a float32, n int) {
	ys, xs := unsafe.Slice(y, n), unsafe.Slice(x, n)
	for i := range ys {
		ys[i] += a * xs[i]
	}
}

// quantizeActsGeneric specifies kernels.quantize: in each 32 the largest magnitude
// becomes ±127; d and d·Σq are written for each 16.
func quantizeActsGeneric(q *int8, d, sum, x *float32, n int) {
	for b := range n / 32 {
		xs, qs := unsafe.Slice(add(x, 32*b), 32), unsafe.Slice(add(q, 32*b), 32)
		ds, sums := unsafe.Slice(add(d, 2*b), 2), unsafe.Slice(add(sum, 2*b), 2)
		var amax float32
		for _, v := range xs {
			amax = max(amax, float32(math.Abs(float64(v))))
		}
		var inv float32
		if amax > 0 {
			inv = 127 / amax
		}
		scale := amax / 127
		for h := range 2 {
			total := int32(0)
			for i := 16 * h; i < 16*h+16; i++ {
				v := int32(math.RoundToEven(float64(xs[i] * inv)))
				qs[i] = int8(v)
				total += v
			}
			ds[h], sums[h] = scale, scale*float32(total)
		}
	}
}

func widenF16Generic(dst *float32, src *byte, n int) {
	d, s := unsafe.Slice(dst, n), unsafe.Slice(src, 2*n)
	for i := range d {
		d[i] = halfAt(s[2*i:])
	}
}

// add returns the address n elements on.
func add[T any](p *T, n int) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(p), n*int(unsafe.Sizeof(*p))))
}
