package tensor

import (
	"math"
	"slices"
)

// Acts are activations: N rows of Cols floats. Their 8-bit form, which products with
// quantised weights read, is made once and shared by every product of the same rows.
type Acts struct {
	N, Cols int
	X       []float32 // [N][Cols]

	// Exact makes products in float arithmetic of the dequantised weights, summed in
	// float64: the reference, many times slower.
	Exact bool

	// Prompt says that the rows are of a prompt: large products may then round weights and
	// activations to bf16 where the processor multiplies tiles of them. A row that is decoded
	// in the same pass is rounded so, too.
	Prompt bool

	// Fine keeps what 8 bits leave over of a row, if its largest number is many times its
	// root mean square, in a second row of 8 bits: see crest.
	Fine bool

	quantized bool
	stride    int       // columns rounded up to whole steps
	rest      []int     // rows of X whose rests follow the N rows of the 8-bit form
	left      []float32 // the rests
	q         []int8
	d, sum    []float32 // scale, and scale times sum, of each group of 16
	squares   []float32 // the sum of each row's squares
	pairSum   []float32 // at even groups, sum of this one and the next
	paired    []int8    // of fewer than fusedMax rows: q in the order that pairOrder says
	halved    []int8    // of such rows: for each four 32s the first halves, then the second ones
	halves    bool      // halved is made
	rounded   bool
	tiles     []uint16  // rounded to bf16: [rows/16][Cols/32] tiles of [16][32]
	wide      []float32 // for each 256 columns, d of the eight 32s, then pairSum of them
}

// crest is the largest number of a row, in root mean squares, from which on its rest is kept.
// A few large columns set the scale of their 32, and leave the others there few steps. Numbers
// of a normal distribution have crests of 3 to 4.
const crest = 10

// pairOrder is the order of the eight 32s of each 256 columns in which Q4_K's bytes hold
// them: the low halves of 64 bytes are 0 and 2, the high halves 1 and 3.
var pairOrder = [8]int{0, 2, 1, 3, 4, 6, 5, 7}

// Reset makes room for n rows of cols floats and forgets the 8-bit form. The contents
// of X are left as they are: the caller fills them.
func (a *Acts) Reset(n, cols int) {
	a.N, a.Cols, a.quantized, a.rounded, a.halves = n, cols, false, false, false
	a.X = sized(a.X, n*cols)
}

// Row returns the i-th row.
func (a *Acts) Row(i int) []float32 { return a.X[i*a.Cols:][:a.Cols] }

// sized returns s with length n, grown if it must be.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// quantize makes the 8-bit form. Beyond the end of a row all is zero.
func (a *Acts) quantize(p *Pool) {
	if a.quantized {
		return
	}
	a.quantized = true
	a.stride = padded(a.Cols)
	a.rest = a.rest[:0]
	groups := a.stride / groupSize
	rows := a.N
	if a.Fine {
		rows *= 2
	}
	if a.N < fusedMax {
		a.paired = sized(a.paired, rows*a.stride)
	}
	// Outer products read whole fours of rows; what the last ones hold is not used.
	rows = (rows + outerCols - 1) / outerCols * outerCols
	a.q, a.d, a.sum = sized(a.q, rows*a.stride), sized(a.d, rows*groups), sized(a.sum, rows*groups)
	a.pairSum, a.wide = sized(a.pairSum, rows*groups), sized(a.wide, rows*groups)
	a.squares = sized(a.squares, rows)
	write := func(i int, x []float32) {
		a.squares[i] = fast.dotF32(&x[0], &x[0], a.Cols)
		q, d, sum := a.q[i*a.stride:][:a.stride], a.d[i*groups:][:groups], a.sum[i*groups:][:groups]
		fast.quantize(&q[0], &d[0], &sum[0], &x[0], a.Cols/32)
		clear(q[a.Cols:])
		clear(d[a.Cols/groupSize:])
		clear(sum[a.Cols/groupSize:])
		if s := a.squares[i]; s-s != 0 { // what is no number has no code in 8 bits: what comes of it is none, too
			for g := range d {
				d[g], sum[g] = s-s, s-s
			}
		}
		for g := 0; g < groups; g += 2 {
			pair := sum[g] + sum[g+1]
			a.pairSum[i*groups+g] = pair
			wide := a.wide[i*groups+g&^15:]
			wide[g%16/2], wide[8+g%16/2] = d[g], pair
		}
		if a.N < fusedMax {
			to := a.paired[i*a.stride:][:a.stride]
			for b := 0; b < a.stride; b += 32 {
				copy(to[b:][:32], q[b&^255+32*pairOrder[b/32%8]:])
			}
		}
	}
	p.Rows(a.N, func(i int) { write(i, a.Row(i)) })
	for i := range a.N {
		if a.Fine && a.crested(i) {
			a.rest = append(a.rest, i)
		}
	}
	a.left = sized(a.left, len(a.rest)*a.Cols)
	p.Rows(len(a.rest), func(k int) {
		i, left := a.rest[k], a.left[k*a.Cols:][:a.Cols]
		q, d := a.q[i*a.stride:], a.d[i*groups:]
		for j, v := range a.Row(i) {
			left[j] = v - float32(d[j/groupSize]*float32(q[j]))
		}
		write(a.N+k, left)
	})
}

// halve makes the order in which Q4_0's bytes hold the 8-bit form, for few rows.
func (a *Acts) halve() {
	if a.halves || a.rows() >= fusedMax {
		return
	}
	a.halves = true
	a.halved = sized(a.halved, a.rows()*a.stride)
	for at := 0; at < len(a.halved); at += 16 {
		b, i := at&^127, at%128/16
		copy(a.halved[b+i%2*64+i/2*16:][:16], a.q[at:])
	}
}

// rows returns the rows of the 8-bit form: those of X, then the rests.
func (a *Acts) rows() int { return a.N + len(a.rest) }

// crested says that the rest of a row is worth keeping. The scales tell the largest number.
func (a *Acts) crested(i int) bool {
	groups := a.stride / groupSize
	top := 127 * slices.Max(a.d[i*groups:][:groups])
	return top*top*float32(a.Cols) > crest*crest*a.squares[i]
}

// quantizeActs writes x, a multiple of 32 long, as 8-bit activations: in each 32 the
// largest magnitude becomes ±127; the scale d and d·Σq are written for each 16.
func quantizeActs(q []int8, d, sum, x []float32) {
	// Adding 1.5·2²³ leaves a float's integer part, rounded to even, in its low bits.
	const magic, magicBits = 12582912.0, 0x4b400000
	for b := range len(x) / 32 {
		xs, qs := x[32*b:][:32], q[32*b:][:32]
		var amax float32
		for _, v := range xs {
			amax = max(amax, math.Float32frombits(math.Float32bits(v)&^(1<<31)))
		}
		var inv, scale float32
		if amax > 1e-30 { // below, 127/amax would overflow
			inv, scale = 127/amax, amax/127
		}
		for h := range 2 {
			total := int32(0)
			for i, v := range xs[16*h:][:16] {
				c := int32(math.Float32bits(float32(v*inv)+magic)) - magicBits
				qs[16*h+i] = int8(c)
				total += c
			}
			d[2*b+h], sum[2*b+h] = scale, scale*float32(total)
		}
	}
}

// RMSNorm writes rows of x, each divided by its root mean square and multiplied by
// weight, to a. eps is added to the mean square. If more is not nil, it is added to x first.
func (a *Acts) RMSNorm(p *Pool, x, more, weight []float32, eps float32) {
	n := len(weight)
	a.Reset(len(x)/n, n)
	p.Rows(a.N, func(i int) {
		row := x[i*n:][:n]
		if more != nil {
			Add(row, more[i*n:][:n])
		}
		RMSNorm(a.Row(i), row, weight, eps)
	})
}

// RMSNorm writes x, scaled to a root mean square of 1 and by weight, to dst. All have one
// length.
func RMSNorm(dst, x, weight []float32, eps float32) {
	var ss float64
	for _, v := range x {
		ss += float64(v) * float64(v)
	}
	scale := float32(1 / math.Sqrt(ss/float64(len(x))+float64(eps)))
	for j, v := range x {
		dst[j] = v * scale * weight[j]
	}
}
