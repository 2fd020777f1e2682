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
	scores    []float32 // [rows][tokens of a call]
	see       []int32   // tokens of a page that each query sees
	queries   []float32
	blocks    []queryBlock // [rows/4][dim/32] of 8-bit queries, for keys in Q8_0; empty until they are needed
	room      []float32    // of weights8
	codes     []int16
	unit      [4]float32 // of weights8
}

// queryBlock is 32 columns of four queries as 8-bit numbers. Assembly knows its layout.
type queryBlock struct {
	q    [4][32]int8
	d    [4]float32 // scales
	bias [4]int32   // −128·Σq: keys are read as unsigned codes, 128 too high
}

var negInf = float32(math.Inf(-1))

// Reset starts anew for rows queries of dim elements.
func (a *Attention) Reset(rows, dim int) {
	a.rows, a.dim = rows, dim
	a.blocks = a.blocks[:0]
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

// widenMin is the number of queries from which on half-precision keys and values are widened
// once for all, not by the kernel for each four: for 32 queries a tenth faster with AVX-512.
const widenMin = 16

// direct returns the index of a format that kernels read as it is, or −1.
func (a *Attention) direct(t Type) int {
	switch t {
	case F32:
		return 0
	case F16:
		if a.rows >= widenMin {
			return -1
		}
		return 1
	case Q8_0:
		return 2
	}
	return -1
}

// KVPage holds keys and values of consecutive tokens, a row of dim elements for each.
type KVPage struct {
	K, V []byte

	// Ahead is the distance in bytes to the keys and values that are brought near while
	// these are read. Attention reads memory in places far apart, which no processor
	// foresees.
	Ahead int
}

// Tile is Tiles for one page of n tokens.
func (a *Attention) Tile(q []float32, stride int, k, v []byte, t Type, n int, visible []int32) {
	a.Tiles(q, stride, []KVPage{{K: k, V: v}}, t, n, n, visible)
}

// Tiles adds n keys and values in the format t, size of them in each page. q holds the
// queries, already scaled, stride elements apart, the same ones in each call; visible says
// how many of the n each query may see: those of its own and earlier positions.
func (a *Attention) Tiles(q []float32, stride int, pages []KVPage, t Type, size, n int, visible []int32) {
	width := (n + 15) &^ 15 // of a row of scores: kernels may write some too many
	a.scores, a.see = sized(a.scores, a.rows*width), sized(a.see, a.rows)
	if t == Q8_0 && fast.scores8 != nil && a.dim%32 == 0 && len(a.blocks) == 0 {
		a.quantize(q, stride)
	}
	for i := range pages {
		p := &pages[i]
		m := a.part(i*size, size, n, visible)
		_, _ = p.K[t.RowBytes(m*a.dim)-1], p.V[t.RowBytes(m*a.dim)-1]
		a.score(q, stride, p, t, m, a.scores[i*size:], width)
	}
	for r := range a.rows {
		see := int(visible[r])
		if see <= 0 {
			continue
		}
		s := a.scores[r*width:][:see]
		if top := fast.largest(&s[0], see); top > a.top[r] {
			a.rescale(r, top)
		}
		a.sum[r] += fast.expSum(&s[0], a.top[r], see)
	}
	for i := range pages {
		m := a.part(i*size, size, n, visible)
		a.addValues(&pages[i], t, m, a.scores[i*size:], width)
	}
}

// part returns how many tokens the page has whose first is at, and sets a.see to how
// many of them each query sees.
func (a *Attention) part(at, size, n int, visible []int32) int {
	m := min(size, n-at)
	for r := range a.see {
		a.see[r] = min(max(visible[r]-int32(at), 0), int32(m))
	}
	return m
}

// quantize makes the 8-bit form of whole fours of queries.
func (a *Attention) quantize(q []float32, stride int) {
	n := a.dim / 32
	a.blocks = sized(a.blocks, a.rows/4*n)
	var d, sum [2]float32
	for r := range a.rows / 4 * 4 {
		none := fast.dotF32(&q[r*stride], &q[r*stride], a.dim)
		none -= none // what is no number has no code: see Acts.quantize
		for b := range n {
			to := &a.blocks[r/4*n+b]
			codes := &to.q[r%4]
			fast.quantize(&codes[0], &d[0], &sum[0], &q[r*stride+32*b], 1)
			total := int32(0)
			for _, c := range codes {
				total += int32(c)
			}
			to.d[r%4], to.bias[r%4] = d[0]+none, -128*total
		}
	}
}

// score multiplies the queries with the n keys of a page that they see; the rows of
// scores are width apart.
func (a *Attention) score(q []float32, stride int, p *KVPage, t Type, n int, scores []float32, width int) {
	r := 0
	var keys []float32 // as floats, once they are needed
	if fast.scores[0] != nil && a.dim%16 == 0 && a.rows >= 4 && n >= 4 {
		f, data := a.direct(t), p.K
		if f < 0 {
			keys = a.floats(p.K, t, n)
			f, data = 0, floatBytes(keys)
		}
		for ; r+4 <= a.rows; r += 4 {
			see := int(max(a.see[r], a.see[r+1], a.see[r+2], a.see[r+3]))
			if see <= 0 {
				continue
			}
			fours := min((see+3)&^3, n&^3) // some scores too many do no harm
			if len(a.blocks) > 0 {
				fours = min((see+15)&^15, len(p.K)/t.RowBytes(a.dim)&^15)
				if fours > 0 {
					fast.scores8(&a.blocks[r/4*(a.dim/32)], &p.K[0], a.dim, fours, &scores[r*width], width, p.Ahead)
				}
			} else if fours > 0 {
				fast.scores[f](&q[r*stride], stride, &data[0], a.dim, fours, &scores[r*width], width, p.Ahead)
			}
			for i := r; i < r+4 && fours < see; i++ {
				if keys == nil {
					keys = a.floats(p.K, t, n)
				}
				a.scoreRow(&q[i*stride], keys, scores[i*width:][:n], fours, see)
			}
		}
	}
	for ; r < a.rows; r++ {
		if see := int(a.see[r]); see > 0 {
			if keys == nil {
				keys = a.floats(p.K, t, n)
			}
			a.scoreRow(&q[r*stride], keys, scores[r*width:][:n], 0, see)
		}
	}
}

// scoreRow multiplies one query with the keys from i to see.
func (a *Attention) scoreRow(q *float32, keys, s []float32, i, see int) {
	for ; i+4 <= see; i += 4 {
		fast.dotF32x4(q, &keys[i*a.dim], a.dim, a.dim, (*[4]float32)(s[i:]))
	}
	for ; i < see; i++ {
		s[i] = fast.dotF32(q, &keys[i*a.dim], a.dim)
	}
}

// addValues adds the n values of a page that each query sees, weighted by its
// exponentials, whose rows are width apart.
func (a *Attention) addValues(p *KVPage, t Type, n int, weights []float32, width int) {
	r := 0
	var values []float32
	if fast.weighted4[0] != nil && a.dim%64 == 0 && a.rows >= 4 {
		f, data := a.direct(t), p.V
		if f < 0 {
			values = a.floats(p.V, t, n)
			f, data = 0, floatBytes(values)
		}
		for ; r+4 <= a.rows; r += 4 {
			see := max(a.see[r], a.see[r+1], a.see[r+2], a.see[r+3])
			if see <= 0 {
				continue
			}
			for i := r; i < r+4; i++ { // what one query of the four does not see weighs nothing
				clear(weights[i*width:][a.see[i]:see])
			}
			if t == Q8_0 && fast.weighted8 != nil && (int(see)+15)&^15 <= len(p.V)/t.RowBytes(a.dim) {
				a.addValues8(p, r, int(see), weights[r*width:], width)
				continue
			}
			fast.weighted4[f](&a.acc[r*a.dim], &data[0], &weights[r*width], width, int(see), a.dim, p.Ahead)
		}
	}
	for ; r < a.rows; r++ {
		if see := int(a.see[r]); see > 0 {
			if values == nil {
				values = a.floats(p.V, t, n)
			}
			fast.weighted(&a.acc[r*a.dim], &values[0], &weights[r*width], see, a.dim)
		}
	}
}

// addValues8 is addValues for four rows of weights and n values in Q8_0.
func (a *Attention) addValues8(p *KVPage, r, n int, weights []float32, width int) {
	a.room, a.codes = sized(a.room, 4*a.dim), sized(a.codes, 4*a.dim)
	rowBytes := Q8_0.RowBytes(a.dim)
	for i := 0; i < n; i += 32 {
		v, part := &p.V[i*rowBytes], min(32, n-i)
		fast.weights8(v, &weights[i], width, part, a.dim, &a.room[0], &a.codes[0], &a.unit[0])
		fast.weighted8(&a.acc[r*a.dim], v, &a.codes[0], &a.unit[0], part, a.dim, p.Ahead)
	}
}

// floatBytes returns the memory of x.
func floatBytes(x []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 4*len(x))
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
