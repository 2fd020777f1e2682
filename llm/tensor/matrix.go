package tensor

import (
	"fmt"
	"unsafe"
)

// Matrix is a weight matrix of Rows outputs and Cols inputs, row after row in one of
// the number formats, usually in a mapped file: nothing here writes to Data.
type Matrix struct {
	Type       Type
	Rows, Cols int
	Data       []byte
}

// NewMatrix checks that the data are as long as the shape says.
func NewMatrix(t Type, rows, cols int, data []byte) (*Matrix, error) {
	if !t.Known() {
		return nil, fmt.Errorf("tensor: unknown number format %v", t)
	}
	if rows <= 0 || cols <= 0 || cols%t.BlockWeights() != 0 {
		return nil, fmt.Errorf("tensor: a %d × %d matrix of %v, whose blocks have %d weights", rows, cols, t, t.BlockWeights())
	}
	if want := rows * t.RowBytes(cols); len(data) != want {
		return nil, fmt.Errorf("tensor: a %d × %d matrix of %v takes %d bytes, there are %d", rows, cols, t, want, len(data))
	}
	return &Matrix{t, rows, cols, data}, nil
}

// RowData returns the bytes of one row.
func (w *Matrix) RowData(r int) []byte {
	n := w.Type.RowBytes(w.Cols)
	return w.Data[r*n:][:n]
}

// Row dequantises one row to dst, which has Cols elements.
func (w *Matrix) Row(dst []float32, r int) { Dequantize(w.Type, dst[:w.Cols], w.RowData(r)) }

// Product is one matrix product: Dst[i][r] = Σ X[i]·W[r] for the rows i of the
// activations and r of the matrix. If Rows is set, only those rows of the matrix are
// multiplied, and Dst has a column for each of them.
type Product struct {
	W    *Matrix
	Dst  []float32
	Rows []int32
}

func (p *Product) width() int {
	if p.Rows != nil {
		return len(p.Rows)
	}
	return p.W.Rows
}

// row returns the row of the matrix that is row i of the product.
func (p *Product) row(i int) int {
	if p.Rows != nil {
		return int(p.Rows[i])
	}
	return i
}

// outer reports whether the product is made of outer products.
func (p *Product) outer(x *Acts) bool {
	least := outerMin
	if p.direct() != nil {
		least = directMin
	}
	return !x.Exact && x.rows() >= least && unpackers[p.W.Type] != nil && fast.outer(p.W.Type) != nil
}

// itemRows returns the rows that one item of work computes.
func (p *Product) itemRows(x *Acts, workers int) int {
	if p.outer(x) || p.tiled(x) {
		return outerRows * min(max(p.width()/outerRows/(8*workers), 1), outerRun)
	}
	return stripRows
}

// scratch is one worker's room for unpacked weights.
type scratch struct {
	outer  outerScratch
	tiles  tileScratch
	panels [stripRows]panel
	rows   [stripRows][]float32
	floats [stripRows][]float32 // one of rows, or a view of the matrix
	out    [4]float32
}

const (
	stripRows = 16 // rows that are unpacked together, one item of work
	fusedMax  = 3  // rows of activations from which on weights are unpacked once for all
	tileCols  = 32 // rows of activations that stay in the second-level cache
)

func (s *scratch) panel(i, cols int) panel {
	if n := padded(cols); len(s.panels[i].u) != n {
		if cap(s.panels[i].u) < n {
			s.panels[i] = newPanel(cols)
		}
		p := &s.panels[i]
		p.u, p.s, p.m = p.u[:n], p.s[:n/groupSize], p.m[:n/groupSize]
	}
	return s.panels[i]
}

func (s *scratch) row(i, cols int) []float32 {
	s.rows[i] = sized(s.rows[i], cols)
	return s.rows[i]
}

// Multiply computes the products of one set of activations with several matrices, in
// one parallel step.
func (p *Pool) Multiply(x *Acts, products ...Product) {
	items := 0
	var starts [8]int
	for i, pr := range products {
		if pr.W.Cols != x.Cols {
			panic(fmt.Sprintf("tensor: a matrix of %d columns times rows of %d", pr.W.Cols, x.Cols))
		}
		if len(pr.Dst) < x.N*pr.width() {
			panic(fmt.Sprintf("tensor: a product of %d × %d into %d elements", x.N, pr.width(), len(pr.Dst)))
		}
		switch {
		case pr.tiled(x):
			x.stride = padded(x.Cols)
			x.round(p)
		case !x.Exact && unpackers[pr.W.Type] != nil:
			x.quantize(p)
			if pr.W.Type == Q4_0 && fast.dotQ40 != nil {
				x.halve()
			}
		}
		starts[i] = items
		rows := pr.itemRows(x, p.threads)
		items += (pr.width() + rows - 1) / rows
	}
	p.Run(items, func(worker, item int) {
		i := len(products) - 1
		for item < starts[i] {
			i--
		}
		s := p.scratch[worker]
		pr := &products[i]
		n := pr.itemRows(x, p.threads)
		switch first := (item - starts[i]) * n; {
		case pr.tiled(x):
			pr.tileStrips(s, x, first, n)
		case pr.outer(x):
			pr.outerStrips(&s.outer, x, first, n)
		default:
			for at := first; at < min(first+n, pr.width()); at += stripRows {
				pr.strip(s, x, at)
			}
		}
	})
}

// strip computes up to stripRows rows of the product.
func (p *Product) strip(s *scratch, x *Acts, first int) {
	width := p.width()
	n := min(stripRows, width-first)
	row := func(i int) int { return p.row(first + i) }
	rowBytes := p.W.Type.RowBytes(p.W.Cols)
	quantized := unpackers[p.W.Type] != nil
	switch {
	case x.Exact:
		for i := range n {
			w := s.row(0, p.W.Cols)
			p.W.Row(w, row(i))
			for c := range x.N {
				p.Dst[c*width+first+i] = dotExact(w, x.Row(c))
			}
		}
	case p.W.Type == Q4_K && fast.dotQ4K != nil && x.rows() < fusedMax:
		groups := x.stride / groupSize
		for i := range n {
			w := &p.W.Data[row(i)*rowBytes]
			for c := range x.rows() {
				p.put(x, c, first+i, fast.dotQ4K(w, &x.paired[c*x.stride], &x.wide[c*groups], x.stride/blockSize))
			}
		}
	case x.rows() < fusedMax && fast.fused(p.W.Type, p.W.Cols) != nil:
		groups, dot, q := x.stride/groupSize, fast.fused(p.W.Type, p.W.Cols), x.q
		if p.W.Type == Q4_0 {
			q = x.halved
		}
		for i := range n {
			w := &p.W.Data[row(i)*rowBytes]
			for c := range x.rows() {
				p.put(x, c, first+i, dot(w, &q[c*x.stride], &x.d[c*groups], &x.sum[c*groups], x.stride/blockSize))
			}
		}
	case quantized && x.rows() <= tileCols:
		for i := range n {
			w := s.panel(0, p.W.Cols)
			fast.unpack(p.W.Type, w, p.W.RowData(row(i)), p.W.Cols)
			p.panelRow(s, w, x, first+i, 0, x.rows())
		}
	case quantized:
		for i := range n {
			fast.unpack(p.W.Type, s.panel(i, p.W.Cols), p.W.RowData(row(i)), p.W.Cols)
		}
		for c := 0; c < x.rows(); c += tileCols {
			for i := range n {
				p.panelRow(s, s.panels[i], x, first+i, c, min(c+tileCols, x.rows()))
			}
		}
	default:
		for i := range n {
			s.floats[i] = p.W.floats(s, i, row(i))
		}
		for c := 0; c < x.N; c += tileCols {
			for i := range n {
				p.floatRow(s, s.floats[i], x, first+i, c, min(c+tileCols, x.N))
			}
		}
	}
}

// panelRow multiplies one row of weights with the activations from c to end.
func (p *Product) panelRow(s *scratch, w panel, x *Acts, r, c, end int) {
	groups, blocks := x.stride/groupSize, x.stride/blockSize
	for ; c+4 <= end; c += 4 {
		fast.dot4(&w.u[0], &w.s[0], &w.m[0], &x.q[c*x.stride], &x.d[c*groups], &x.sum[c*groups], x.stride, blocks, &s.out)
		for k, v := range s.out {
			p.put(x, c+k, r, v)
		}
	}
	for ; c < end; c++ {
		p.put(x, c, r, fast.dot(&w.u[0], &w.s[0], &w.m[0], &x.q[c*x.stride], &x.d[c*groups], &x.sum[c*groups], blocks))
	}
}

// put writes the product of row c of the activations' 8-bit form: that of a rest is added to
// its row's, which was written before.
func (p *Product) put(x *Acts, c, r int, v float32) {
	if c < x.N {
		p.Dst[c*p.width()+r] = v
	} else {
		p.Dst[x.rest[c-x.N]*p.width()+r] += v
	}
}

// floatRow is panelRow for plain numbers.
func (p *Product) floatRow(s *scratch, w []float32, x *Acts, r, c, end int) {
	width := p.width()
	for ; c+4 <= end; c += 4 {
		fast.dotF32x4(&w[0], &x.X[c*x.Cols], x.Cols, x.Cols, &s.out)
		for k, v := range s.out {
			p.Dst[(c+k)*width+r] = v
		}
	}
	for ; c < end; c++ {
		p.Dst[c*width+r] = fast.dotF32(&w[0], &x.X[c*x.Cols], x.Cols)
	}
}

// floats returns row r of plain numbers: a view of the matrix if it has floats, else
// converted to row i of s.
func (w *Matrix) floats(s *scratch, i, r int) []float32 {
	data := w.RowData(r)
	if w.Type == F32 && uintptr(unsafe.Pointer(&data[0]))%4 == 0 {
		return unsafe.Slice((*float32)(unsafe.Pointer(&data[0])), w.Cols)
	}
	dst := s.row(i, w.Cols)
	if w.Type == F16 {
		fast.widenF16(&dst[0], &data[0], w.Cols)
	} else {
		w.Row(dst, r)
	}
	return dst
}

func dotExact(w, x []float32) float32 {
	var t float64
	for i, v := range w {
		t += float64(v) * float64(x[i])
	}
	return float32(t)
}
