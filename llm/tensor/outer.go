package tensor

// An outer product multiplies a strip of 32 rows of weights with four rows of
// activations at a time. The strip is unpacked chunk by chunk and interleaved, so that
// one register holds four columns of 16 rows, and the activations are broadcast: sums
// come out side by side and need no adding across. Unpacking pays from a few rows of
// activations on; a prompt's rows all use what was unpacked once.
const (
	outerRows  = 32  // rows of weights in a strip
	outerCols  = 4   // rows of activations in one call of the kernel
	outerChunk = 512 // columns that are unpacked at once; the generator knows it too
	outerRun   = 4   // strips in one item of work, if there are enough for all threads

	// Rows of activations from which on outer products are used: directMin for the formats
	// that are interleaved without being unpacked first, else outerMin.
	directMin = 3
	outerMin  = 6
)

// outerScratch is one worker's room for a strip.
type outerScratch struct {
	rows panel // [16][outerChunk], as unpacked
	u    []uint8
	s, m []float32
	sums []float32 // [activations][outerRows]
}

// init makes the room at its first use.
func (o *outerScratch) init() {
	if o.u != nil {
		return
	}
	o.rows = panel{make([]uint8, 16*outerChunk), make([]float32, outerChunk), make([]float32, outerChunk)}
	o.u = make([]uint8, outerRows*outerChunk)
	o.s = make([]float32, outerRows*outerChunk/groupSize)
	o.m = make([]float32, outerRows*outerChunk/groupSize)
}

// outerStrips computes up to n rows of the product.
func (p *Product) outerStrips(o *outerScratch, x *Acts, first, n int) {
	for at := first; at < min(first+n, p.width()); at += outerRows {
		p.outerStrip(o, x, at)
	}
}

// outerStrip computes up to outerRows rows of the product.
func (p *Product) outerStrip(o *outerScratch, x *Acts, first int) {
	width := p.width()
	rows := min(outerRows, width-first)
	cols := (x.rows() + outerCols - 1) / outerCols * outerCols
	o.init()
	o.sums = sized(o.sums, cols*outerRows)
	clear(o.sums)
	t := p.W.Type
	groups := x.stride / groupSize
	outer, sum, step := fast.outer(t), x.sum, groupSize
	if fast.outerWidth(t) == 32 {
		sum, step = x.pairSum, 2*groupSize
	}
	near := p.ahead(first+outerRows, cols/outerCols*x.stride/step)
	for k := 0; k < p.W.Cols; k += outerChunk {
		n := min(outerChunk, p.W.Cols-k)
		padded := min(outerChunk, x.stride-k)
		p.interleave(o, first, rows, k, n, padded)
		for c := 0; c < cols; c += outerCols {
			outer(&o.u[0], &o.s[0], &o.m[0], &x.q[c*x.stride+k], &x.d[c*groups+k/groupSize], &sum[c*groups+k/groupSize],
				x.stride, padded/step, &o.sums[c*outerRows], near.next, near.now())
			near.advance(padded / step)
		}
	}
	for c := range x.N {
		copy(p.Dst[c*width+first:][:rows], o.sums[c*outerRows:])
	}
	for k, c := range x.rest {
		Add(p.Dst[c*width+first:][:rows], o.sums[(x.N+k)*outerRows:][:rows])
	}
}

// scaleOf32 says that each 32 weights have one scale: those of formats with blocks or
// sub-blocks of 32.
func scaleOf32(t Type) bool {
	return t != Q6_K && t != Q2_K && t != Q3_K && t != IQ2_XS && t != IQ2_S
}

// outerWidth returns 32 if the outer product for the format takes a scale for each 32
// weights, else 16.
func (k *kernels) outerWidth(t Type) int {
	if scaleOf32(t) && (largestCode[t] <= k.outer32Max || k.outer32Wide != nil && largestCode[t] > k.outer16Max) {
		return 32
	}
	return 16
}

// outer returns the outer product for the format, or nil where there is none.
func (k *kernels) outer(t Type) outerKernel {
	switch code := largestCode[t]; {
	case k.outerWidth(t) == 32 && code <= k.outer32Max:
		return k.outer32
	case k.outerWidth(t) == 32:
		return k.outer32Wide
	case code <= k.outer16Max:
		return k.outer16
	}
	return nil
}

// ahead is what the kernel brings near while it multiplies a strip: see kernels.outer16.
type ahead struct {
	next *byte
	span int // bytes in each step; 0 before and after
	wait int // steps before the first
	left int // bytes
}

// ahead returns the strip at row first, to be read from end to end, as memory likes it, in
// the last of so many steps.
func (p *Product) ahead(first, steps int) ahead {
	rowBytes := p.W.Type.RowBytes(p.W.Cols)
	if p.Rows != nil || first >= p.W.Rows {
		return ahead{}
	}
	a := ahead{next: &p.W.Data[first*rowBytes], left: min(outerRows, p.W.Rows-first) * rowBytes}
	a.span = (a.left/steps + 64) &^ 63
	a.wait = steps - (a.left+a.span-1)/a.span
	return a
}

// now returns the bytes in each step of a call.
func (a *ahead) now() int {
	if a.wait > 0 {
		return 0
	}
	return a.span
}

// advance goes to what follows after a call of so many steps.
func (a *ahead) advance(steps int) {
	if a.wait > 0 {
		a.wait -= steps
		return
	}
	if a.left -= steps * a.span; a.left <= 0 {
		*a = ahead{}
	} else {
		a.next = add(a.next, steps*a.span)
	}
}

// direct returns the kernel that interleaves the matrix's format without unpacking it
// first, if there is one.
func (p *Product) direct() func(u *uint8, s, m *float32, b *byte, stride, blocks int) {
	switch p.W.Type {
	case Q4_K:
		return fast.interleaveQ4K
	case Q6_K:
		return fast.interleaveQ6K
	}
	return nil
}

// interleave unpacks n columns from k on of the strip's rows, and zeros up to padded.
// Rows beyond the matrix's end have scale 0.
func (p *Product) interleave(o *outerScratch, first, rows, k, n, padded int) {
	from, bytes, rowBytes := p.W.Type.RowBytes(k), p.W.Type.RowBytes(n), p.W.Type.RowBytes(p.W.Cols)
	groups := padded / groupSize
	for h := range outerRows / 16 {
		if direct := p.direct(); direct != nil && p.Rows == nil && 16*h+16 <= rows {
			at := h * outerChunk
			direct(&o.u[16*at], &o.s[at], &o.m[at], &p.W.Data[(first+16*h)*rowBytes+from], rowBytes, n/blockSize)
			continue
		}
		for i := range 16 {
			r := panel{o.rows.u[i*padded:][:padded], o.rows.s[i*groups:][:groups], o.rows.m[i*groups:][:groups]}
			if at := 16*h + i; at < rows {
				fast.unpack(p.W.Type, r, p.W.Data[p.row(first+at)*rowBytes+from:][:bytes], n)
			} else {
				clear(r.s)
				clear(r.m)
			}
		}
		scales := h * outerChunk
		fast.transposeBytes(&o.u[h*16*outerChunk], &o.rows.u[0], padded/4, padded/64)
		fast.transpose(&o.s[scales], &o.rows.s[0], groups, groups/16)
		fast.transpose(&o.m[scales], &o.rows.m[0], groups, groups/16)
	}
}
