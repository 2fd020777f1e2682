package tensor

import "math"

// fitAffine finds the scale and the minimum (≤ 0, returned negated) with which the
// codes 0 to top spell x with the least squared error, weighted by w: it tries ranges
// around the extremes and solves for the best line through each set of codes.
func fitAffine(x, w []float32, top int) (scale, minimum float32) {
	low, high := float32(0), x[0]
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	if high <= low {
		return 0, -low
	}
	best := math.Inf(1)
	for step := -10; step <= 10; step++ {
		inv := (float32(top) + 0.1*float32(step)) / (high - low)
		var sw, sq, sqq, sx, sxq float64
		for i, v := range x {
			q := float64(clampInt(round(inv*(v-low)), 0, top))
			wi, xi := float64(w[i]), float64(v)
			sw += wi
			sq += wi * q
			sqq += wi * q * q
			sx += wi * xi
			sxq += wi * xi * q
		}
		det := sw*sqq - sq*sq
		if det <= 0 {
			continue
		}
		s, m := (sw*sxq-sx*sq)/det, (sqq*sx-sq*sxq)/det
		if m > 0 {
			s, m = sxq/sqq, 0
		}
		if s <= 0 {
			continue
		}
		var e float64
		for i, v := range x {
			q := float64(clampInt(round(inv*(v-low)), 0, top))
			d := s*q + m - float64(v)
			e += float64(w[i]) * d * d
		}
		if e < best {
			best, scale, minimum = e, float32(s), float32(-m)
		}
	}
	if math.IsInf(best, 1) {
		return (high - low) / float32(top), -low
	}
	return scale, minimum
}

// fitSymmetric finds the scale with which the codes −half to half−1 spell x best,
// weighted by the squares of x.
func fitSymmetric(x []float32, half int) float32 {
	var peak float32
	for _, v := range x {
		if math.Abs(float64(v)) > math.Abs(float64(peak)) {
			peak = v
		}
	}
	if peak == 0 {
		return 0
	}
	var scale float32
	best := -1.0
	for step := -9; step <= 9; step++ {
		inv := -(float32(half) + 0.1*float32(step)) / peak
		var sxq, sqq float64
		for _, v := range x {
			q := float64(clampInt(round(inv*v), -half, half-1))
			w := float64(v) * float64(v)
			sxq += w * float64(v) * q
			sqq += w * q * q
		}
		if sqq > 0 && sxq*sxq/sqq > best {
			best, scale = sxq*sxq/sqq, float32(sxq/sqq)
		}
	}
	return scale
}

// weightsOf weighs errors by magnitude: large weights matter more.
func weightsOf(x, w []float32) {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	mean := float32(math.Sqrt(sum / float64(len(x))))
	for i, v := range x {
		w[i] = mean + float32(math.Abs(float64(v)))
	}
}

// quantizeQ45_K writes Q4_K and Q5_K.
func quantizeQ45_K(b []byte, x []float32, bits int) {
	top := 1<<bits - 1
	var scales, mins [8]float32
	var w [32]float32
	var maxScale, maxMin float32
	for j := range 8 {
		sub := x[32*j:][:32]
		weightsOf(sub, w[:])
		scales[j], mins[j] = fitAffine(sub, w[:], top)
		maxScale, maxMin = max(maxScale, scales[j]), max(maxMin, mins[j])
	}
	clear(b)
	put16(b, ToF16(maxScale/63))
	put16(b[2:], ToF16(maxMin/63))
	invScale, invMin := inverse(maxScale/63), inverse(maxMin/63)
	packed := b[4:16]
	for j := range 8 {
		sc := byte(clampInt(round(scales[j]*invScale), 0, 63))
		mn := byte(clampInt(round(mins[j]*invMin), 0, 63))
		if j < 4 {
			packed[j] |= sc
			packed[j+4] |= mn
		} else {
			packed[j+4] = sc&15 | mn&15<<4
			packed[j-4] |= sc >> 4 << 6
			packed[j] |= mn >> 4 << 6
		}
	}
	var s, m [16]float32
	scalesMins(s[:], m[:], b)
	qs := b[16:]
	if bits == 5 {
		qs = b[48:]
	}
	for j := range 8 {
		inv := inverse(s[2*j])
		for l, v := range x[32*j:][:32] {
			q := clampInt(round((v+m[2*j])*inv), 0, top)
			qs[j/2*32+l] |= byte(q&15) << (j % 2 * 4)
			if bits == 5 {
				b[16+l] |= byte(q>>4) << j
			}
		}
	}
}

func quantizeQ2_K(b []byte, x []float32) {
	var scales, mins [16]float32
	var w [16]float32
	var maxScale, maxMin float32
	for g := range 16 {
		sub := x[16*g:][:16]
		weightsOf(sub, w[:])
		scales[g], mins[g] = fitAffine(sub, w[:], 3)
		maxScale, maxMin = max(maxScale, scales[g]), max(maxMin, mins[g])
	}
	clear(b)
	put16(b[80:], ToF16(maxScale/15))
	put16(b[82:], ToF16(maxMin/15))
	invScale, invMin := inverse(maxScale/15), inverse(maxMin/15)
	for g := range 16 {
		b[g] = byte(clampInt(round(scales[g]*invScale), 0, 15) | clampInt(round(mins[g]*invMin), 0, 15)<<4)
	}
	d, dmin := halfAt(b[80:]), halfAt(b[82:])
	for i, v := range x {
		s, m := d*float32(b[i/16]&15), dmin*float32(b[i/16]>>4)
		q := clampInt(round((v+m)*inverse(s)), 0, 3)
		b[16+i/128*32+i%32] |= byte(q) << (i % 128 / 32 * 2)
	}
}

func quantizeQ3_K(b []byte, x []float32) {
	var scales [16]float32
	var peak float32
	for g := range 16 {
		scales[g] = fitSymmetric(x[16*g:][:16], 4)
		if math.Abs(float64(scales[g])) > math.Abs(float64(peak)) {
			peak = scales[g]
		}
	}
	clear(b)
	d := ToF16(peak / -32)
	put16(b[108:], d)
	inv := inverse(peak / -32)
	var s [16]float32
	for g := range 16 {
		c := byte(clampInt(round(scales[g]*inv), -32, 31) + 32)
		b[96+g%8] |= c & 15 << (g / 8 * 4)
		b[104+g%4] |= c >> 4 << (g / 4 * 2)
		s[g] = FromF16(d) * float32(int(c)-32)
	}
	for i, v := range x {
		q := clampInt(round(v*inverse(s[i/16])), -4, 3) + 4
		plane := i % 128 / 32
		b[32+i/128*32+i%32] |= byte(q&3) << (plane * 2)
		b[i%32] |= byte(q>>2) << (i/128*4 + plane)
	}
}

func quantizeQ6_K(b []byte, x []float32) {
	var scales [16]float32
	var peak float32
	for g := range 16 {
		scales[g] = fitSymmetric(x[16*g:][:16], 32)
		if math.Abs(float64(scales[g])) > math.Abs(float64(peak)) {
			peak = scales[g]
		}
	}
	clear(b)
	d := ToF16(peak / -128)
	put16(b[208:], d)
	inv := inverse(peak / -128)
	var s [16]float32
	for g := range 16 {
		c := int8(clampInt(round(scales[g]*inv), -128, 127))
		b[192+g] = byte(c)
		s[g] = FromF16(d) * float32(c)
	}
	for i, v := range x {
		q := byte(clampInt(round(v*inverse(s[i/16])), -32, 31) + 32)
		h, l, plane := i/128, i%32, i%128/32
		b[64*h+l+plane%2*32] |= q & 15 << (plane / 2 * 4)
		b[128+32*h+l] |= q >> 4 << (plane * 2)
	}
}
