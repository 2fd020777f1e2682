package tensor

import "unsafe"

// TileAttention is attention for the queries of a prompt on tiles of bf16, where the
// processor multiplies those, or at least pairs of bf16 (AVX512_BF16). Keys and values of a step are rounded once for all queries, and 32
// queries at a time are multiplied with all of them.
//
// Scores are computed turned, keys by queries: keys lie as they are, and the queries are
// transposed, once. A row of 16 registers' worth of scores then belongs to 16 queries, whose
// largest scores, sums and weights need nothing from a neighbouring lane; and two rows of
// weights, side by side, are what a tile of weights wants. Results are turned as well,
// columns by queries, and grow by the product of transposed values and weights.
//
// The zero value is ready for Reset. One TileAttention is one worker's.
type TileAttention struct {
	rows, dim int
	queries   []uint16     // [stripes][2][tileStrip], transposed
	acc       []float32    // [stripes][dim][32]
	top, sum  []float32    // [stripes][32]
	see       []int32      // [stripes][32]
	keys      []uint16     // [TileKeys/16][dim/32] tiles
	values    []uint16     // [dim/16][TileKeys/32] tiles, transposed
	scores    []float32    // [TileKeys][32]
	weights   []uint16     // [2][tileStrip]
	room      []uint16     // 32 rows of tiles
	floats    []float32    // a row
	turned    [512]float32 // 32 queries by 16 columns
}

const (
	// TileKeys is the most keys that one call of TileAttention.Add takes.
	TileKeys = tileChunk

	// TileQueries is the number of queries that are multiplied together: fewer cost the same.
	TileQueries = 32

	// noScore is the largest score of a query that has seen no key: its distance to a score is a
	// number, unlike that of the infinite.
	noScore = -1e30
)

// TileAttends reports whether a model of the width, with heads of dim elements, has its
// prompts' attention on tiles. As with products, small models gain little, and theirs answer
// alike whether a prompt is read whole or from the cache.
func TileAttends(width, dim int) bool {
	return fast.pairs != nil && width >= tileLeast && dim%tileWidth == 0 && dim <= tileChunk
}

// Reset starts anew for rows queries of dim elements, already scaled, stride elements apart.
func (a *TileAttention) Reset(q []float32, stride, rows, dim int) {
	a.rows, a.dim = rows, dim
	stripes := roundUp(rows, TileQueries) / TileQueries
	steps := dim / tileWidth
	a.queries = sized(a.queries, stripes*2*tileStrip)
	a.acc = sized(a.acc, stripes*dim*TileQueries)
	clear(a.acc)
	a.top, a.sum = sized(a.top, stripes*TileQueries), sized(a.sum, stripes*TileQueries)
	for i := range a.top {
		a.top[i] = noScore
	}
	clear(a.sum)
	a.see = sized(a.see, stripes*TileQueries)
	a.keys, a.values = sized(a.keys, TileKeys*dim), sized(a.values, TileKeys*dim)
	a.scores, a.weights = sized(a.scores, TileKeys*TileQueries), sized(a.weights, 2*tileStrip)
	a.room, a.floats = sized(a.room, 32*dim), sized(a.floats, dim)
	for i := 0; i < roundUp(rows, TileQueries); i += 16 {
		tiles := a.room[:16*dim]
		clear(tiles)
		for r := i; r < min(i+16, rows); r++ {
			fast.roundTile(&tiles[(r-i)*tileWidth], &q[r*stride], steps)
		}
		to := a.queries[i/16*tileStrip:]
		for k := range steps {
			fast.transpose(words(&to[k*tileSize]), words(&tiles[k*tileSize]), tileWidth/2, 1)
		}
	}
}

// words is p as the address of words of 32 bits.
func words(p *uint16) *float32 { return (*float32)(unsafe.Pointer(p)) }

// Add adds n keys and values, at most TileKeys, in the format t, size of them in each page.
// visible says how many of them each query may see.
func (a *TileAttention) Add(pages []KVPage, t Type, size, n int, visible []int32) {
	a.load(pages, t, size, n)
	steps := a.dim / tileWidth
	for i := 0; i < len(a.see); i += TileQueries {
		see := a.see[i : i+TileQueries]
		least, most := n, 0
		for r := range see {
			if see[r] = int32(n); i+r < a.rows { // what fills the stripe may see all
				see[r] = min(max(visible[i+r], 0), int32(n))
				most = max(most, int(see[r]))
			}
			least = min(least, int(see[r]))
		}
		if most == 0 {
			continue
		}
		most = roundUp(most, tileWidth)
		stripe := i / TileQueries
		scores, acc := a.scores[:most*TileQueries], a.acc[stripe*a.dim*TileQueries:]
		clear(scores)
		fast.pairs(&scores[0], &a.keys[0], &a.queries[stripe*2*tileStrip], steps, 2*steps*tileSize, most/tileRows)
		var some *int32
		if least < most {
			some = &see[0]
		}
		fast.weighTiles(&a.weights[0], &scores[0], &a.top[i], &a.sum[i], some, &acc[0], most, a.dim)
		fast.pairs(&acc[0], &a.values[0], &a.weights[0], most/tileWidth, 2*TileKeys/tileWidth*tileSize, steps)
	}
}

// load rounds keys and values to tiles.
func (a *TileAttention) load(pages []KVPage, t Type, size, n int) {
	steps := a.dim / tileWidth
	rowBytes := t.RowBytes(a.dim)
	for at := 0; at < n; at += 16 {
		a.loadRows(a.keys[at*a.dim:], pages, t, size, at, min(16, n-at), func(p *KVPage) []byte { return p.K[:size*rowBytes] })
	}
	gap := TileKeys / tileWidth * tileSize
	for at := 0; at < n; at += 32 {
		if n-at < 32 { // what nobody has written yet has no weight, but might be no number
			clear(a.room)
		}
		for half := range 2 {
			if m := min(16, n-at-16*half); m > 0 {
				a.loadRows(a.room[half*16*a.dim:], pages, t, size, at+16*half, m, func(p *KVPage) []byte { return p.V[:size*rowBytes] })
			}
		}
		fast.turnTiles(&a.values[at/tileWidth*tileSize], &a.room[0], steps, 16*a.dim, gap)
	}
}

// loadRows rounds n rows of the pages, at most 16, from the one at on, into tiles.
func (a *TileAttention) loadRows(dst []uint16, pages []KVPage, t Type, size, at, n int, rows func(*KVPage) []byte) {
	steps, rowBytes := a.dim/tileWidth, t.RowBytes(a.dim)
	for i := 0; i < n; {
		page, row := (at+i)/size, (at+i)%size
		m := min(n-i, size-row)
		data := rows(&pages[page])[row*rowBytes:][:m*rowBytes]
		if t == F16 {
			fast.roundHalves(&dst[i*tileWidth], &data[0], steps, m)
			i += m
			continue
		}
		for k := range m {
			from := data[k*rowBytes:][:rowBytes]
			switch t {
			case F32:
				copy(floatBytes(a.floats), from)
			case Q8_0:
				fast.widenQ80(&a.floats[0], &from[0], a.dim/32)
			default:
				Dequantize(t, a.floats, from)
			}
			fast.roundTile(&dst[(i+k)*tileWidth], &a.floats[0], steps)
		}
		i += m
	}
}

// Into puts the state into one that can be merged with others and read.
func (a *TileAttention) Into(to *Attention) {
	to.Reset(a.rows, a.dim)
	for i := 0; i < a.rows; i += TileQueries {
		n := min(TileQueries, a.rows-i)
		for r := i; r < i+n; r++ {
			if a.top[r] != noScore {
				to.top[r], to.sum[r] = a.top[r], a.sum[r]
			}
		}
		acc := a.acc[i*a.dim:]
		for c := 0; c < a.dim; c += 16 {
			fast.transpose(&a.turned[0], &acc[c*TileQueries], TileQueries, 2)
			for r := range n {
				copy(to.acc[(i+r)*a.dim+c:][:16], a.turned[16*r:])
			}
		}
	}
}
