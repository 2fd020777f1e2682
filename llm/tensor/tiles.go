package tensor

// Processors with AMX multiply tiles of 16 rows: 16 × 16 sums grow by the products of 32
// pairs of bf16 in the time of 16 instructions of VNNI. In integers they could not use
// that: a scale for each 32 weights and 32 activations means that sums are stored, turned
// into floats and scaled after each 32 products, which takes three times as long as the
// products. So weights and activations of prompts become bf16, whose rounding is smaller
// than that of 8-bit activations, and sums stay in the tiles.
const (
	tileRows  = 32      // rows of activations in one step: two tiles
	tileWidth = 32      // columns of a tile of bf16
	tileSize  = 16 * 32 // bf16 in a tile
	tileMin   = 32      // rows of activations from which on unpacking to bf16 pays
	tileLeast = 2048    // columns from which on a matrix counts as large: small models gain little, and theirs answer alike whether a prompt is read whole or from the cache
	tileRun   = 64      // blocks of tileRows in one call: less than 100 µs
	tileChunk = 256     // columns of a strip in tiles, which stay in the first-level cache; the generator knows it too
	tileStrip = tileChunk / tileWidth * tileSize
)

// tileScratch is one worker's room for strips in tiles.
type tileScratch struct {
	w    []uint16  // [strips][2][tileChunk/32] tiles
	sums []float32 // [strips][activations][outerRows]
}

// tiled reports whether the product is made of tiles.
func (p *Product) tiled(x *Acts) bool {
	return x.Prompt && !x.Exact && x.N >= tileMin && x.Cols >= tileLeast && x.Cols%tileWidth == 0 && unpackers[p.W.Type] != nil && fast.tiles != nil
}

// tileStrips computes up to n rows of the product from first on. Each chunk of columns of
// the activations is used for all strips while it is in the second-level cache.
func (p *Product) tileStrips(s *scratch, x *Acts, first, n int) {
	width := p.width()
	n = min(n, width-first)
	strips := (n + outerRows - 1) / outerRows
	rows := roundUp(x.N, tileRows)
	o, t := &s.outer, &s.tiles
	o.init()
	t.w = sized(t.w, 2*tileStrip*strips)
	t.sums = sized(t.sums, rows*outerRows*strips)
	clear(t.sums)
	gap := x.Cols / tileWidth * tileSize // from 16 rows of activations to the next
	for k := 0; k < p.W.Cols; k += tileChunk {
		cols := min(tileChunk, p.W.Cols-k)
		for i := range strips {
			at := first + i*outerRows
			p.interleave(o, at, min(outerRows, width-at), k, cols, min(tileChunk, x.stride-k))
			for h := range 2 {
				widen, step := fast.widenTiles16, groupSize
				if scaleOf32(p.W.Type) {
					widen, step = fast.widenTiles32, 2*groupSize
				}
				at := h * outerChunk
				widen(&t.w[(2*i+h)*tileStrip], &o.u[16*at], &o.s[at], &o.m[at], cols/step)
			}
		}
		for b := 0; b < rows/tileRows; b += tileRun {
			for i := range strips {
				sums := &t.sums[(i*rows+b*tileRows)*outerRows]
				fast.tiles(sums, &x.tiles[2*b*gap+k/tileWidth*tileSize], &t.w[2*i*tileStrip], cols/tileWidth, 2*gap, min(tileRun, rows/tileRows-b))
			}
		}
	}
	for i := range strips {
		at := first + i*outerRows
		m := min(outerRows, width-at)
		for c := range x.N {
			copy(p.Dst[c*width+at:][:m], t.sums[(i*rows+c)*outerRows:])
		}
	}
}

// round makes the form of the activations in tiles. Rows of the last tile beyond the
// activations keep what they had: their sums are not used.
func (a *Acts) round(p *Pool) {
	if a.rounded {
		return
	}
	a.rounded = true
	steps := a.Cols / tileWidth
	a.tiles = sized(a.tiles, roundUp(a.N, tileRows)*a.Cols)
	p.Rows(a.N, func(i int) {
		fast.roundTile(&a.tiles[i/16*steps*tileSize+i%16*tileWidth], &a.Row(i)[0], steps)
	})
}

func roundUp(n, step int) int { return (n + step - 1) / step * step }
