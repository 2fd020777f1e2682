package tensor

import "math"

// roundHalvesGeneric specifies kernels.roundHalves.
func roundHalvesGeneric(dst *uint16, src *byte, steps, rows int) {
	for r := range rows {
		for i := range steps * tileWidth {
			at := 2 * (r*steps*tileWidth + i)
			v := FromF16(uint16(*add(src, at)) | uint16(*add(src, at+1))<<8)
			b := toBF16(v)
			if v != v {
				b |= 0x40 // quiet
			}
			*add(dst, i/tileWidth*tileSize+r*tileWidth+i%tileWidth) = b
		}
	}
}

// turnTilesGeneric specifies kernels.turnTiles.
func turnTilesGeneric(dst, src *uint16, steps, from, to int) {
	for c := range steps * tileWidth {
		for r := range 32 {
			v := *add(src, r/16*from+c/tileWidth*tileSize+r%16*tileWidth+c%tileWidth)
			*add(dst, c/16*to+c%16*tileWidth+r) = v
		}
	}
}

// pow2Generic returns e to the x by powers of 2, with a relative error under 4e-6: the
// rounding to bf16 is a thousand times as large.
func pow2Generic(x float32) float32 {
	y := x * 1.44269504
	n := float32(math.RoundToEven(float64(y)))
	y -= n
	p := float32(0.009582853)
	for _, c := range []float32{0.055906426, 0.24024099, 0.6931242, 1} {
		p = fma32(p, y, c)
	}
	return float32(math.Ldexp(float64(p), int(n)))
}

// weightOf is pow2Generic, or 0 for what is lost beside 1.
func weightOf(x float32) float32 {
	switch {
	case x < leastScore:
		return 0
	case x != x || x > 88: // beside the largest score no other is larger, unless that is no number
		return x
	}
	return pow2Generic(x)
}

// weighTilesGeneric specifies kernels.weighTiles.
func weighTilesGeneric(weights *uint16, scores, top, sum *float32, see *int32, acc *float32, n, dim int) {
	for q := range TileQueries {
		score := func(k int) *float32 { return add(scores, k*TileQueries+q) }
		largest := *add(top, q)
		for k := range n {
			s := score(k)
			if see != nil && *add(see, q) <= int32(k) {
				*s = negInf
			}
			if *s > largest {
				largest = *s
			}
		}
		if old := *add(top, q); old != largest {
			f := weightOf(old - largest)
			*add(sum, q) *= f
			for c := range dim {
				*add(acc, c*TileQueries+q) *= f
			}
		}
		*add(top, q) = largest
		sums := [2]float32{*add(sum, q), 0}
		for k := range n {
			b := math.Float32bits(weightOf(*score(k)-largest)) + 0x8000
			sums[k%2] += math.Float32frombits(b &^ 0xffff)
			*add(weights, q/16*tileStrip+k/2*32+q%16*2+k%2) = uint16(b >> 16)
		}
		*add(sum, q) = sums[0] + sums[1]
	}
}
