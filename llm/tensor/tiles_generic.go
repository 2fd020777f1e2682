package tensor

import (
	"math"
	"unsafe"
)

// toBF16 rounds to the nearest number of 16 bits, halves away from zero. A NaN is cut off:
// rounded it could become 0.
func toBF16(x float32) uint16 {
	b := math.Float32bits(x)
	if x == x {
		b += 0x8000
	}
	return uint16(b >> 16)
}

func fromBF16(b uint16) float32 { return math.Float32frombits(uint32(b) << 16) }

// roundTileGeneric specifies kernels.roundTile.
func roundTileGeneric(dst *uint16, src *float32, steps int) {
	from := unsafe.Slice(src, tileWidth*steps)
	for i, v := range from {
		*add(dst, i/tileWidth*tileSize+i%tileWidth) = toBF16(v)
	}
}

// widenTilesGeneric specifies kernels.widenTiles16 and widenTiles32.
func widenTilesGeneric(width int, dst *uint16, u *uint8, s, m *float32, groups int) {
	for k := range groups * width {
		for r := range 16 {
			g := k/width*width/groupSize*16 + r
			scale, offset := *add(s, g), *add(m, g)
			if scale != scale || offset != offset {
				scale, offset = nan, nan
			}
			v := fma32(float32(*add(u, k/4*64+r*4+k%4)), scale, -offset)
			*add(dst, k/2*32+r*2+k%2) = toBF16(v)
		}
	}
}

var nan = math.Float32frombits(0x7fc00000)

func fma32(a, b, c float32) float32 { return float32(math.FMA(float64(a), float64(b), float64(c))) }

// tilesGeneric specifies kernels.tiles, and is it where there are no tiles.
func tilesGeneric(sums *float32, a, w *uint16, steps, gap, blocks int) {
	for b := range blocks {
		for i := range 4 {
			tile := add(sums, b*tileRows*outerRows+i/2*16*outerRows+i%2*16)
			for t := range steps {
				at, wt := add(a, (2*b+i/2)*gap/2+t*tileSize), add(w, i%2*tileStrip+t*tileSize)
				tileProductGeneric(tile, outerRows, at, wt)
			}
		}
	}
}

// tileProductGeneric is TDPBF16PS: sums[m][n] grows by Σ a[m][2k]·w[k][n][0] +
// a[m][2k+1]·w[k][n][1]. Even and odd columns are added up apart, each rounded once for a
// product, and numbers below the normal ones are 0 (Intel's manual of instructions).
func tileProductGeneric(sums *float32, stride int, a, w *uint16) {
	for m := range 16 {
		for n := range 16 {
			var part [2]float32
			for k := range 16 {
				for j := range part {
					part[j] = normal(fma32(normal(fromBF16(*add(a, m*tileWidth+2*k+j))), normal(fromBF16(*add(w, k*32+2*n+j))), part[j]))
				}
			}
			sum := add(sums, m*stride+n)
			*sum = normal(normal(*sum) + normal(part[0]+part[1]))
		}
	}
}

// pairsGeneric specifies kernels.pairs where it is VDPBF16PS: odd columns are added first,
// each product rounded once, and numbers below the normal ones are 0 (Intel's manual of
// instructions).
func pairsGeneric(sums *float32, a, w *uint16, steps, gap, blocks int) {
	for r := range blocks * tileRows {
		for n := range outerRows {
			sum := add(sums, r*outerRows+n)
			for i := range steps * tileWidth {
				k := i ^ 1
				x := fromBF16(*add(a, r/16*gap/2+k/tileWidth*tileSize+r%16*tileWidth+k%tileWidth))
				y := fromBF16(*add(w, n/16*tileStrip+k/tileWidth*tileSize+k%tileWidth/2*32+n%16*2+k%2))
				*sum = normal(fma32(normal(x), normal(y), normal(*sum)))
			}
		}
	}
}

// normal is x, or 0 if it is smaller than the normal numbers.
func normal(x float32) float32 {
	if math.Abs(float64(x)) < 0x1p-126 {
		return 0
	}
	return x
}
