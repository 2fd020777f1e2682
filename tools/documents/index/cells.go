package index

import (
	"math"
	"math/rand/v2"

	"github.com/chaski-dev/chaski/llm/tensor"
)

// exactUpTo is how many vectors are compared one and all, and about how many are where there
// are more: a search then takes as long however many there are.
const exactUpTo = 100_000

// cells divides vectors by the nearest of some centres (an inverted file, as Jégou, Douze and
// Schmid describe it in Product Quantization for Nearest Neighbor Search, 2011, without the
// products): a search compares those of the cells whose centres are nearest to the query.
//
// The vectors lie cell by cell, so that those of a cell are read in one go.
type cells struct {
	centres *tensor.Matrix // [cells][cols], Q8_0, of length 1
	starts  []int          // row at which a cell begins, and at last the number of rows: those from there on were added since
}

const (
	cellRounds = 6   // of k-means
	cellSample = 48  // vectors a cell that the centres are found from
	cellBatch  = 256 // vectors whose cells are found at once
)

// newCells divides the rows of w, and returns their order cell by cell, unless stop says so
// first: then it returns nil.
func newCells(w *tensor.Matrix, stop func() bool) (*cells, []int) {
	k := max(1, int(2*math.Sqrt(float64(w.Rows))))
	pool := tensor.NewPool(1)
	defer pool.Close()
	rng := rand.New(rand.NewPCG(uint64(w.Rows), 1))
	sample := rng.Perm(w.Rows)[:min(w.Rows, k*cellSample)]
	centres := make([]float32, k*w.Cols)
	for c := range k {
		w.Row(centres[c*w.Cols:][:w.Cols], sample[c])
	}
	c := &cells{}
	for range cellRounds {
		c.set(k, w.Cols, centres)
		sums, counts := make([]float32, len(centres)), make([]int, k)
		if !c.assign(pool, w, sample, stop, func(_, cell int, x []float32) {
			counts[cell]++
			for i, v := range x {
				sums[cell*w.Cols+i] += v
			}
		}) {
			return nil, nil
		}
		for cell, n := range counts {
			to := centres[cell*w.Cols:][:w.Cols]
			if n == 0 { // a centre that nothing is near begins elsewhere
				w.Row(to, sample[rng.IntN(len(sample))])
				continue
			}
			copy(to, unit(sums[cell*w.Cols:][:w.Cols], w.Cols))
		}
	}
	c.set(k, w.Cols, centres)
	all := make([]int, w.Rows)
	for i := range all {
		all[i] = i
	}
	of := make([][]int, k)
	if !c.assign(pool, w, all, stop, func(row, cell int, _ []float32) { of[cell] = append(of[cell], row) }) {
		return nil, nil
	}
	order := all[:0]
	for _, rows := range of {
		c.starts = append(c.starts, len(order))
		order = append(order, rows...)
	}
	c.starts = append(c.starts, len(order))
	return c, order
}

// n is how many vectors have a cell.
func (c *cells) n() int { return c.starts[len(c.starts)-1] }

// set makes the centres of k rows.
func (c *cells) set(k, cols int, rows []float32) {
	data := make([]byte, k*tensor.Q8_0.RowBytes(cols))
	tensor.Quantize(tensor.Q8_0, data, rows)
	m, err := tensor.NewMatrix(tensor.Q8_0, k, cols, data)
	if err != nil {
		panic(err) // the size is worked out above
	}
	c.centres = m
}

// assign calls do with each of the rows, the cell whose centre is nearest, and its vector. It
// reports whether it came to the end.
func (c *cells) assign(pool *tensor.Pool, w *tensor.Matrix, rows []int, stop func() bool, do func(row, cell int, x []float32)) bool {
	k := c.centres.Rows
	scores := make([]float32, cellBatch*k)
	var x tensor.Acts
	for len(rows) > 0 {
		if stop() {
			return false
		}
		batch := rows[:min(cellBatch, len(rows))]
		x.Reset(len(batch), w.Cols)
		for i, r := range batch {
			w.Row(x.Row(i), r)
		}
		pool.Multiply(&x, tensor.Product{W: c.centres, Dst: scores[:len(batch)*k]})
		for i, r := range batch {
			do(r, best(scores[i*k:][:k], 1)[0].row, x.Row(i))
		}
		rows = rows[len(batch):]
	}
	return true
}

// span is the rows from one to before another.
type span struct{ from, to int }

// near returns where the cells nearest to a query lie, nearest first, with at least so many
// rows, if there are.
func (c *cells) near(pool *tensor.Pool, query *tensor.Acts, least int) (out []span) {
	scores := make([]float32, c.centres.Rows)
	pool.Multiply(query, tensor.Product{W: c.centres, Dst: scores})
	for _, b := range best(scores, len(scores)) {
		if least <= 0 {
			break
		}
		s := span{c.starts[b.row], c.starts[b.row+1]}
		out, least = append(out, s), least-(s.to-s.from)
	}
	return out
}

// unit is a vector of length 1 in so many columns.
func unit(x []float32, cols int) []float32 {
	out := make([]float32, cols)
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	if sum > 0 {
		for i, v := range x {
			out[i] = float32(float64(v) / math.Sqrt(sum))
		}
	}
	return out
}
