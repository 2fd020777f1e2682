package llama

import (
	"math"
	"math/big"
)

// exactSincos computes sine and cosine of pos·freq with 200 bits: the angle is reduced
// by a long π/2, so that nothing is lost at any position.
func exactSincos(pos int, freq float64) (sin, cos float64) {
	const bits = 200
	halfPi, _, err := big.ParseFloat("1.57079632679489661923132169163975144209858469968755291048747229615390820314310449931401741267105853399107404326", 10, bits, big.ToNearestEven)
	if err != nil {
		panic(err)
	}
	angle := new(big.Float).SetPrec(bits).Mul(new(big.Float).SetPrec(bits).SetInt64(int64(pos)), new(big.Float).SetPrec(bits).SetFloat64(freq))
	turns, _ := new(big.Float).SetPrec(bits).Quo(angle, halfPi).Int64()
	angle.Sub(angle, new(big.Float).SetPrec(bits).Mul(new(big.Float).SetPrec(bits).SetInt64(turns), halfPi))
	rest, _ := angle.Float64()
	s, c := math.Sincos(rest)
	switch turns % 4 {
	case 0:
		return s, c
	case 1:
		return c, -s
	case 2:
		return -s, -c
	}
	return -c, s
}
