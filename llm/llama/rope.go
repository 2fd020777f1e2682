package llama

import "math"

// rope holds the frequency of each pair of a head's dimensions, in radians a token.
type rope struct{ freqs []float64 }

// newRope computes the frequencies. factors, if given, divide them (rope_freqs.weight).
func newRope(c *Config, factors []float32) rope {
	freqs := make([]float64, c.HeadDim/2)
	for i := range freqs {
		f := math.Pow(c.RopeBase, -2*float64(i)/float64(c.HeadDim))
		switch {
		case factors != nil:
			f /= float64(factors[i])
		case c.RopeScaling != nil:
			f = c.RopeScaling.apply(f)
		}
		if c.Linear > 0 {
			f /= c.Linear
		}
		freqs[i] = f
	}
	return rope{freqs}
}

// angles writes the cosines and sines of a position. The angle is formed and reduced
// in float64: at position 131,071 its error is under 1e-11, far below float32's
// rounding of the cosine.
func (r rope) angles(cos, sin []float32, pos int) {
	for i, f := range r.freqs {
		s, c := math.Sincos(float64(pos) * f)
		cos[i], sin[i] = float32(c), float32(s)
	}
}
