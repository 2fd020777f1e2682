package tensor

import (
	"math"
	"testing"
)

// TestLeastScore looks at the weights on both sides of leastScore, with rows that kernels
// take in whole steps and those that end in a tail.
func TestLeastScore(t *testing.T) {
	below := math.Nextafter32(leastScore, -1000)
	above := math.Nextafter32(leastScore, 0)
	row := []float32{0, leastScore, below, above, -87, -87.4, -88, -104, -1e30, negInf, -1, -59, -61}
	for n := 1; n <= 67; n++ {
		for _, top := range []float32{0, 64} {
			for _, k := range usableKernels() {
				s := make([]float32, n)
				for i := range s {
					s[i] = row[i%len(row)] + top
				}
				want := make([]float32, n)
				copy(want, s)
				k.expSum(&s[0], top, n)
				for i, x := range want {
					x -= top
					if (x < leastScore) != (s[i] == 0) {
						t.Fatalf("%s: of %d, score %d is %g under the largest and weighs %g", k.name, n, i, x, s[i])
					}
				}
			}
		}
	}
}

// BenchmarkWeights multiplies values with the weights of scores that are far apart, as
// sharp attention gives them: such products must not take longer than others.
func BenchmarkWeights(b *testing.B) {
	const n, dim = 512, 64
	w, acc, v := make([]float32, 4*n), make([]float32, 4*dim), make([]byte, 2*n*dim)
	for i := range v {
		v[i] = byte(0x30 + i%7)
	}
	for _, c := range []struct {
		name string
		x    float32
	}{{"near", -1}, {"far", -87.5}, {"farther", -200}} {
		for _, k := range usableKernels() {
			if k.weighted4[1] == nil {
				continue
			}
			for i := range w {
				w[i] = c.x
			}
			k.expSum(&w[0], 0, len(w))
			b.Run(k.name+"/"+c.name, func(b *testing.B) {
				for b.Loop() {
					for i := range acc {
						acc[i] = 1
					}
					k.weighted4[1](&acc[0], &v[0], &w[0], n, n, dim, 64)
				}
			})
		}
	}
}
