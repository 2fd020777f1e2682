package tensor

import (
	"math"
	"unsafe"
)

// Attention is the running result of softmax(q·K)·V for the query rows that read one
// KV head: the query heads of a group, for one or more tokens. Keys and values come in
// tiles, in any number; the sum is rescaled when a larger score appears (online
// softmax), so states over parts of a context can be merged.
type Attention struct {
	rows, dim int
	top       []float32 // the largest score of each row
	sum       []float32 // Σ exp(score − top)
	acc       []float32 // [rows][dim] Σ exp(score − top)·v
	tile      []float32 // keys or values of a tile as floats
	scores    []float32 // [rows][tile]
	queries   []float32
}

var negInf = float32(math.Inf(-1))

// Reset starts anew for rows queries of dim elements.
func (a *Attention) Reset(rows, dim int) {
	a.rows, a.dim = rows, dim
	a.top, a.sum, a.acc = sized(a.top, rows), sized(a.sum, rows), sized(a.acc, rows*dim)
	for i := range a.top {
		a.top[i] = negInf
	}
	clear(a.sum)
	clear(a.acc)
}

// Queries returns room for n elements of queries, kept with the state.
func (a *Attention) Queries(n int) []float32 {
	a.queries = sized(a.queries, n)
	return a.queries
}

// floats returns n rows as floats: a view if they are F32.
func (a *Attention) floats(data []byte, t Type, n int) []float32 {
	if t == F32 {
		return unsafe.Slice((*float32)(unsafe.Pointer(&data[0])), n*a.dim)
	}
	a.tile = sized(a.tile, n*a.dim)
	_ = data[t.RowBytes(n*a.dim)-1]
	switch t {
	case F16:
		fast.widenF16(&a.tile[0], &data[0], n*a.dim)
	case Q8_0:
		fast.widenQ80(&a.tile[0], &data[0], n*a.dim/32)
	default:
		Dequantize(t, a.tile, data)
	}
	return a.tile
}

// Tile adds n keys and values, rows of dim elements in the format t. q holds the
// queries, already scaled, stride elements apart; visible says how many of the n each
// query may see: those of its own and earlier positions.
func (a *Attention) Tile(q []float32, stride int, k, v []byte, t Type, n int, visible []int32) {
	keys := a.floats(k, t, n)
	a.scores = sized(a.scores, a.rows*n)
	for r := range a.rows {
		see := int(visible[r])
		if see <= 0 {
			continue
		}
		s := a.scores[r*n:][:see]
		query := &q[r*stride]
		i := 0
		for ; i+4 <= see; i += 4 {
			fast.dotF32x4(query, &keys[i*a.dim], a.dim, a.dim, (*[4]float32)(s[i:]))
		}
		for ; i < see; i++ {
			s[i] = fast.dotF32(query, &keys[i*a.dim], a.dim)
		}
		top := a.top[r]
		for _, x := range s {
			top = max(top, x)
		}
		if top > a.top[r] {
			a.rescale(r, top)
		}
		a.sum[r] += fast.expSum(&s[0], top, len(s))
	}
	values := a.floats(v, t, n)
	for r := range a.rows {
		if see := int(visible[r]); see > 0 {
			fast.weighted(&a.acc[r*a.dim], &values[0], &a.scores[r*n], see, a.dim)
		}
	}
}

// rescale makes top the reference of row r.
func (a *Attention) rescale(r int, top float32) {
	f := exp32(a.top[r] - top)
	a.top[r] = top
	a.sum[r] *= f
	acc := a.acc[r*a.dim:][:a.dim]
	for i := range acc {
		acc[i] *= f
	}
}

// Merge adds what b saw of the same queries.
func (a *Attention) Merge(b *Attention) {
	for r := range a.rows {
		if b.top[r] == negInf {
			continue
		}
		if b.top[r] > a.top[r] {
			a.rescale(r, b.top[r])
		}
		f := exp32(b.top[r] - a.top[r])
		a.sum[r] += f * b.sum[r]
		fast.axpy(&a.acc[r*a.dim], &b.acc[r*a.dim], f, a.dim)
	}
}

// Row writes the result of query r to dst.
func (a *Attention) Row(dst []float32, r int) {
	f := 1 / a.sum[r]
	for i, v := range a.acc[r*a.dim:][:a.dim] {
		dst[i] = v * f
	}
}
