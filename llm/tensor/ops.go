package tensor

import "math"

// exp32 returns e to the x with a relative error under 2e-7; 0 for x below −87.
func exp32(x float32) float32 {
	if x < -87 {
		return 0
	}
	if x > 88 {
		return float32(math.Inf(1))
	}
	// x = n·ln2 + r with |r| ≤ ln2/2; ln2 in two parts keeps r exact.
	n := float32(math.Floor(float64(x*1.44269504 + 0.5)))
	r := x - n*0.693359375 + n*2.12194440e-4
	p := float32(1.9875691500e-4)
	p = p*r + 1.3981999507e-3
	p = p*r + 8.3334519073e-3
	p = p*r + 4.1665795894e-2
	p = p*r + 1.6666665459e-1
	p = p*r + 5.0000001201e-1
	p = p*r*r + r + 1
	return p * math.Float32frombits(uint32(int32(n)+127)<<23)
}

// leastScore is the score, less the largest, below which a key weighs nothing. A weight
// under e^-60 is lost in the sum of floats, whose largest is 1. And a product with a weight
// that is no normal number, from e^-87 on, takes a hundred times as long.
const leastScore = -60

// expSum replaces each score by exp(score − top), or by 0 if that is less than
// exp(leastScore), and returns their sum.
func expSum(s []float32, top float32) float32 {
	var sum float32
	for i, x := range s {
		x -= top
		var e float32
		if !(x < leastScore) {
			e = exp32(x)
		}
		s[i] = e
		sum += e
	}
	return sum
}

// SwiGLU writes gate·sigmoid(gate)·up to dst; all have the same length.
func SwiGLU(dst, gate, up []float32) {
	if n := len(gate); n > 0 {
		fast.swiglu(&dst[:n][0], &gate[0], &up[:n][0], n)
	}
}

// Add adds the first len(y) elements of x to y.
func Add(y, x []float32) {
	for i, v := range x[:len(y)] {
		y[i] += v
	}
}

// Rotate turns the pairs (x[2i], x[2i+1]) by the angles of cos and sin.
func Rotate(x, cos, sin []float32) {
	for i, c := range cos {
		s := sin[i]
		a, b := x[2*i], x[2*i+1]
		x[2*i], x[2*i+1] = a*c-b*s, a*s+b*c
	}
}

// Argmax returns the index of the largest element, the first of equals.
func Argmax(x []float32) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}
