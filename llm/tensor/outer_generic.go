package tensor

import (
	"math"
	"unsafe"
)

// transposeGeneric specifies kernels.transpose: word c of row r goes to dst[16c+r].
func transposeGeneric(dst, src *uint32, stride, n int) {
	to, from := unsafe.Slice(dst, 256*n), unsafe.Slice(src, 15*stride+16*n)
	for r := range 16 {
		for c := range 16 * n {
			to[16*c+r] = from[r*stride+c]
		}
	}
}

// interleaveGeneric specifies kernels.interleaveQ4K and interleaveQ6K.
func interleaveGeneric(t Type, u *uint8, s, m *float32, b *byte, stride, blocks int) {
	us, ss, ms := unsafe.Slice(u, 16*256*blocks), unsafe.Slice(s, 256*blocks), unsafe.Slice(m, 256*blocks)
	var code [256]uint8
	var scale, offset [16]float32
	step := 1
	if t == Q4_K {
		step = 2
	}
	for r := range 16 {
		for i := range blocks {
			unpackers[t](code[:], scale[:], offset[:], unsafe.Slice(add(b, r*stride+t.BlockBytes()*i), t.BlockBytes()))
			for k, c := range code {
				us[i*4096+k/4*64+r*4+k%4] = c
			}
			for g := 0; g < 16; g += step {
				ss[i*256+16*g+r], ms[i*256+16*g+r] = scale[g], offset[g]
			}
		}
	}
}

// quantizeGeneric specifies kernels.quantize.
func quantizeGeneric(q *int8, d, sum, x *float32, blocks int) {
	quantizeActs(unsafe.Slice(q, 32*blocks), unsafe.Slice(d, 2*blocks), unsafe.Slice(sum, 2*blocks), unsafe.Slice(x, 32*blocks))
}

// outerGeneric specifies kernels.outer16 and outer32: sums[c][r] grows by s·d·Σ(u·a) −
// m·sum, over steps of width columns, each with the scale of its first group of 16.
func outerGeneric(width int, u *uint8, s, m *float32, a *int8, d, sum *float32, stride, steps int, sums *float32) {
	us, out := unsafe.Slice(u, outerRows*outerChunk), unsafe.Slice(sums, outerCols*outerRows)
	scales := outerChunk / groupSize * 16 // of one half of the strip
	ss, ms := unsafe.Slice(s, 2*scales), unsafe.Slice(m, 2*scales)
	for c := range outerCols {
		as := unsafe.Slice(add(a, c*stride), steps*width)
		n := steps * width / groupSize
		ds, asums := unsafe.Slice(add(d, c*stride/groupSize), n), unsafe.Slice(add(sum, c*stride/groupSize), n)
		for r := range outerRows {
			half, lane := r/16, r%16
			for i := range steps {
				var dot int32
				for k := i * width; k < (i+1)*width; k++ {
					dot += int32(us[half*16*outerChunk+k/4*64+lane*4+k%4]) * int32(as[k])
				}
				g := i * width / groupSize
				at := half*scales + 16*g + lane
				out[c*outerRows+r] += ss[at]*ds[g]*float32(dot) - ms[at]*asums[g]
			}
		}
	}
}

// dotQ4KGeneric specifies kernels.dotQ4K.
func dotQ4KGeneric(b *byte, a *int8, wide *float32, blocks int) float32 {
	bytes, as, w := unsafe.Slice(b, 144*blocks), unsafe.Slice(a, 256*blocks), unsafe.Slice(wide, 16*blocks)
	var u [256]uint8
	var s, m [16]float32
	var total float32
	for i := range blocks {
		unpackQ4_K(u[:], s[:], m[:], bytes[144*i:][:144])
		for at, j := range pairOrder {
			var dot int32
			for l := range 32 {
				dot += int32(u[32*j+l]) * int32(as[256*i+32*at+l])
			}
			total += s[2*j]*w[16*i+j]*float32(dot) - m[2*j]*w[16*i+8+j]
		}
	}
	return total
}

// dotFusedGeneric specifies kernels.dotQ6K, dotQ80 and dotQ40, for activations in their own
// order.
func dotFusedGeneric(t Type, b *byte, a *int8, d, sum *float32, blocks int) float32 {
	p := newPanel(256 * blocks)
	unpackGeneric(t, p, unsafe.Slice(b, t.RowBytes(256*blocks)), 256*blocks)
	return dotGeneric(&p.u[0], &p.s[0], &p.m[0], a, d, sum, blocks)
}

// scoresGeneric specifies kernels.scores for keys as floats.
func scoresGeneric(q *float32, qstride int, k *float32, dim, n int, out *float32, stride int) {
	for r := range 4 {
		for i := range n {
			*add(out, r*stride+i) = dotF32Generic(add(q, r*qstride), add(k, i*dim), dim)
		}
	}
}

// scores8Generic specifies kernels.scores8.
func scores8Generic(q *queryBlock, k *byte, dim, n int, out *float32, stride int) {
	blocks := unsafe.Slice(q, dim/32)
	for i := range n {
		for g := range 4 {
			var total float32
			for b := range blocks {
				key := unsafe.Slice(add(k, (i*len(blocks)+b)*34), 34)
				dot := blocks[b].bias[g]
				for c, v := range blocks[b].q[g] {
					dot += int32(key[2+c]^0x80) * int32(v)
				}
				total += float32(dot) * blocks[b].d[g] * halfAt(key)
			}
			*add(out, g*stride+i) = total
		}
	}
}

// weights8Generic specifies kernels.weights8.
func weights8Generic(v *byte, w *float32, stride, n, dim int, codes *int16, unit *float32) {
	blocks := dim / 32
	product := func(g, b, i int) float32 {
		return *add(w, g*stride+i) * halfAt(unsafe.Slice(add(v, (i*blocks+b)*34), 34))
	}
	for g := range 4 {
		var top float32
		for i := range n * blocks {
			top = max(top, product(g, i%blocks, i/blocks))
		}
		*add(unit, g) = top / 32767
		for i := range n * blocks {
			if top > 0 {
				*add(codes, (i%blocks*4+g)*32+i/blocks) = int16(math.RoundToEven(float64(product(g, i%blocks, i/blocks) * (32767 / top))))
			}
		}
	}
}

// weighted8Generic specifies kernels.weighted8.
func weighted8Generic(acc *float32, v *byte, codes *int16, unit *float32, n, dim int) {
	for g := range 4 {
		for c := range dim {
			total := int32(0)
			for i := range n {
				code := *add(codes, (c/32*4+g)*32+i)
				total += int32(code) * int32(int8(*add(v, i*dim/32*34+c/32*34+2+c%32)))
			}
			*add(acc, g*dim+c) += float32(total) * *add(unit, g)
		}
	}
}

// weighted4Generic specifies kernels.weighted4 for values as floats.
func weighted4Generic(acc, v, w *float32, stride, n, dim int) {
	for r := range 4 {
		weightedGeneric(add(acc, r*dim), v, add(w, r*stride), n, dim)
	}
}

// weightedGeneric specifies kernels.weighted.
func weightedGeneric(acc, v, w *float32, n, dim int) {
	for i, x := range unsafe.Slice(w, n) {
		axpyGeneric(acc, add(v, i*dim), x, dim)
	}
}

func largestGeneric(s *float32, n int) float32 {
	top := *s
	for _, x := range unsafe.Slice(s, n) {
		if x > top { // much faster than max, which minds NaN and the sign of zero
			top = x
		}
	}
	return top
}

func expSumGeneric(s *float32, top float32, n int) float32 {
	return expSum(unsafe.Slice(s, n), top)
}

func swigluGeneric(dst, gate, up *float32, n int) {
	d, g, u := unsafe.Slice(dst, n), unsafe.Slice(gate, n), unsafe.Slice(up, n)
	for i, x := range g {
		d[i] = x / (1 + exp32(-x)) * u[i]
	}
}

func widenQ80Generic(dst *float32, src *byte, blocks int) {
	Dequantize(Q8_0, unsafe.Slice(dst, 32*blocks), unsafe.Slice(src, 34*blocks))
}

// peakGeneric multiplies and adds 64 bytes n times.
func peakGeneric(n int) {
	var t [4]int32
	x, y := int32(n&127), int32(n&63)
	for range n {
		for range 16 {
			t[0] += x * y
			t[1] += x * t[0]
			t[2] += y * x
			t[3] += y * t[2]
		}
	}
	peakSink.Store(t[0] + t[1] + t[2] + t[3])
}
