//go:build (amd64 || arm64) && !noasm

package tensor

// Assembly takes rows of floats in steps of sixteen; what remains is left to the generic
// kernels. Each function here makes a kernel of one that takes whole steps.

const wholeSteps = ^15

func dotF32Tail(x, y *float32, n int, whole func(x, y *float32, n int) float32) float32 {
	k := n & wholeSteps
	total := whole(x, y, k)
	if k < n {
		total += dotF32Generic(add(x, k), add(y, k), n-k)
	}
	return total
}

func dotF32x4Tail(x, y *float32, stride, n int, out *[4]float32, whole func(x, y *float32, stride, n int, out *[4]float32)) {
	k := n & wholeSteps
	whole(x, y, stride, k, out)
	if k < n {
		for c := range 4 {
			out[c] += dotF32Generic(add(x, k), add(y, c*stride+k), n-k)
		}
	}
}

func axpyTail(y, x *float32, a float32, n int, whole func(y, x *float32, a float32, n int)) {
	k := n & wholeSteps
	whole(y, x, a, k)
	if k < n {
		axpyGeneric(add(y, k), add(x, k), a, n-k)
	}
}

func widenF16Tail(dst *float32, src *byte, n int, whole func(dst *float32, src *byte, n int)) {
	k := n & wholeSteps
	whole(dst, src, k)
	if k < n {
		widenF16Generic(add(dst, k), add(src, 2*k), n-k)
	}
}

func largestTail(s *float32, n int, whole func(s *float32, n int) float32) float32 {
	k := n & wholeSteps
	if k == 0 {
		return largestGeneric(s, n)
	}
	top := whole(s, k)
	if k < n {
		top = max(top, largestGeneric(add(s, k), n-k))
	}
	return top
}

func expSumTail(s *float32, top float32, n int, whole func(s *float32, top float32, n int) float32) float32 {
	k := n & wholeSteps
	total := whole(s, top, k)
	if k < n {
		total += expSumGeneric(add(s, k), top, n-k)
	}
	return total
}

func swigluTail(dst, gate, up *float32, n int, whole func(dst, gate, up *float32, n int)) {
	k := n & wholeSteps
	whole(dst, gate, up, k)
	if k < n {
		swigluGeneric(add(dst, k), add(gate, k), add(up, k), n-k)
	}
}

func weightedTail(acc, v, w *float32, n, dim int, whole func(acc, v, w *float32, n, dim int)) {
	if dim&wholeSteps != dim || n == 0 {
		weightedGeneric(acc, v, w, n, dim)
		return
	}
	whole(acc, v, w, n, dim)
}

// unpackBlocks reads a row, which is whole blocks, with unpack, if there is one for the
// format.
func unpackBlocks(t Type, p panel, row []byte, cols int, unpack func(u *uint8, s, m *float32, b *byte, blocks int)) {
	if unpack == nil {
		unpackGeneric(t, p, row, cols)
		return
	}
	unpack(&p.u[0], &p.s[0], &p.m[0], &row[0], len(row)/t.BlockBytes())
	if cols < len(p.u) {
		clear(p.u[cols:])
		clear(p.s[cols/groupSize:])
		clear(p.m[cols/groupSize:])
	}
}
