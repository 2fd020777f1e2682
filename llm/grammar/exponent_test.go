package grammar

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// TestExponents: a number that is written with an exponent is taken if its value is within the
// bounds, and not if it is not, wherever they lie.
func TestExponents(t *testing.T) {
	for _, c := range []struct {
		schema, text string
		want         bool
	}{
		{`{"type": "number", "minimum": 0}`, `1e-06`, true},
		{`{"type": "number", "minimum": 0}`, `-1e-06`, false},
		{`{"type": "number"}`, `1e+300`, true},
		{`{"type": "number"}`, `-2.5E-308`, true},
		{`{"type": "number"}`, `1.7976931348623157e+308`, true},
		{`{"type": "number"}`, `1.8e308`, false}, // no float64 holds it
		{`{"type": "number"}`, `1e309`, false},
		{`{"type": "number"}`, `1e-324`, false},
		{`{"type": "number"}`, `12e300`, false},
		{`{"type": "number", "maximum": 1e-3}`, `9.9e-04`, true},
		{`{"type": "number", "maximum": 1e-3}`, `1.0e-03`, true},
		{`{"type": "number", "maximum": 1e-3}`, `1.01e-03`, false},
		{`{"type": "number", "exclusiveMinimum": 1e21, "maximum": 2e21}`, `1e21`, false},
		{`{"type": "number", "exclusiveMinimum": 1e21, "maximum": 2e21}`, `1.5e+21`, true},
		{`{"type": "number", "exclusiveMinimum": 1e21, "maximum": 2e21}`, `2e21`, true},
		{`{"type": "number", "exclusiveMinimum": 1e21, "maximum": 2e21}`, `2.1e21`, false},
		{`{"type": "number", "maximum": -5}`, `-1e1`, true},
		{`{"type": "number", "maximum": -5}`, `-4.9e0`, false},
		{`{"type": "number", "minimum": 0, "multipleOf": 0.5}`, `1e1`, false}, // told by digits alone
		{`{"type": "number", "minimum": 0, "not": {"const": 10}}`, `1e1`, false},
		{`{"type": "integer"}`, `1e3`, false},
	} {
		g, err := CompileSchema([]byte(c.schema), Options{Whole: true})
		if err != nil {
			t.Errorf("%s: %v", c.schema, err)
		} else if got := accepts(t, g, c.text); got != c.want {
			t.Errorf("%s accepts %s: %v", c.schema, c.text, got)
		}
	}
	random := rand.New(rand.NewPCG(16, 4))
	number := func() float64 {
		x := math.Round(random.Float64()*1000) / 100 * math.Pow10(random.IntN(17)-8)
		return x * float64(1-2*random.IntN(2))
	}
	taken, rounds := 0, 300
	if testing.Short() {
		rounds = 60
	}
	for range rounds {
		low, high := number(), number()
		if low > high {
			low, high = high, low
		}
		lowKey, highKey := []string{"minimum", "exclusiveMinimum"}[random.IntN(2)], []string{"maximum", "exclusiveMaximum"}[random.IntN(2)]
		schema := fmt.Sprintf(`{"type": "number", %q: %s, %q: %s}`, lowKey, strconv.FormatFloat(low, 'g', -1, 64), highKey, strconv.FormatFloat(high, 'g', -1, 64))
		g, err := CompileSchema([]byte(schema), Options{Whole: true})
		if err != nil {
			continue // no number is between
		}
		for i := range 20 {
			x := []float64{low, high, number(), low * 1.01, high * 0.99}[i%5]
			if x == 0 {
				continue
			}
			text := strconv.FormatFloat(x, 'e', -1, 64)
			exact, lo, hi := rat(text), rat(strconv.FormatFloat(low, 'g', -1, 64)), rat(strconv.FormatFloat(high, 'g', -1, 64))
			want := (exact.Cmp(lo) > 0 || exact.Cmp(lo) == 0 && lowKey == "minimum") && (exact.Cmp(hi) < 0 || exact.Cmp(hi) == 0 && highKey == "maximum")
			if got := accepts(t, g, text); got != want {
				t.Errorf("%s accepts %s: %v", schema, text, got)
			} else if want {
				taken++
			}
			if spelt := strings.ToUpper(strings.Replace(text, "e+0", "e", 1)); accepts(t, g, spelt) != want {
				t.Errorf("%s accepts %s: %v", schema, spelt, !want)
			}
		}
	}
	if taken < rounds {
		t.Errorf("only %d numbers within bounds", taken)
	}
}

func rat(text string) *big.Rat {
	r, _ := new(big.Rat).SetString(text)
	return r
}
