package tensor

import "unsafe"

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

// readGeneric specifies kernels.read.
func readGeneric(b *byte, n int) uint64 {
	var t [4]uint64
	w := unsafe.Slice((*uint64)(unsafe.Pointer(b)), n/8)
	for k := 0; k+8 <= len(w); k += 8 {
		v := w[k : k+8 : k+8]
		t[0] += v[0] + v[4]
		t[1] += v[1] + v[5]
		t[2] += v[2] + v[6]
		t[3] += v[3] + v[7]
	}
	return t[0] + t[1] + t[2] + t[3]
}
