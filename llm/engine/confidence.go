package engine

import (
	"math"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/expert"
	"github.com/chaski-dev/chaski/llm/gguf"
)

// Keys under which a model file says what its makers measured on requests that it was not
// trained on: the least probability of opening a call at which beams call, the logistic
// curve from the logarithm of a call's probability, and from how well its tool fits, to how
// often such calls are right, and the least confidence, on that curve, at which a call is
// better than words, and one at which a search is: a needless one costs little.
const (
	callKey   = "chaski.call.least"
	offsetKey = "chaski.confidence.offset"
	slopeKey  = "chaski.confidence.slope"
	leastKey  = "chaski.confidence.least"
	fitKey    = "chaski.confidence.fit"
	restKey   = "chaski.confidence.rest"
	searchKey = "chaski.confidence.search"
	signsKey  = "chaski.confidence.signs" // a number for each of expert.Signs
)

// defaultCall is the least probability of opening a call for a file that says nothing.
const defaultCall = 0.5

// harmless is what is left of the least confidence of a call that would cost nothing if it was
// not asked for, see expert.Harmless. It was chosen on the development half of what people
// say (llm/mini/train/README.md).
const harmless = 0.77

// grounded is what is left of the least confidence of a search where answers must cite what
// was read: there are none without it.
const grounded = 0.5

// leastConfidence is above 0, which says nothing.
const leastConfidence = 1e-6

// confidence turns the score of a call into the confidence that is told.
type confidence struct {
	offset, slope float64
	fit, rest     float64
	signs         expert.Signs
	least         float64 // at which a call is made; 0 makes all
	search        float64 // at which a search is, if that is less
	fitted        bool
}

func fitted(f *gguf.File) confidence {
	offset, err1 := f.Float(offsetKey)
	slope, err2 := f.Float(slopeKey)
	least, err := f.Float(leastKey)
	if err != nil || !(least > 0 && least <= 1) {
		least = 0
	}
	search, err := f.Float(searchKey)
	if err != nil || !(search > 0 && search < least) {
		search = least
	}
	fit, _ := f.Float(fitKey) // 0 of a file without a router
	rest, _ := f.Float(restKey)
	var signs expert.Signs
	if list, err := f.Float32s(signsKey); err == nil && len(list) == len(signs) { // a file that knows none or others says nothing of these
		for i, v := range list {
			signs[i] = float64(v)
		}
	}
	return confidence{offset, slope, fit, rest, signs, least, search, err1 == nil && err2 == nil}
}

// confidence is that of a call, from the logarithm of the probability of the tokens that
// were chosen.
func (e *Engine) confidence(score float64, f *fits, call llm.ToolCall) (sure float64, of stake) {
	fit, rest, signs := f.of(call)
	switch {
	case signs[expert.Searches] > 0:
		of = searches
	case f.harmless(call):
		of = reads
	}
	return e.sure.of(score, fit, rest, signs), of
}

// stake is what a call may cost that was not asked for.
type stake int

const (
	changes stake = iota
	reads
	searches
)

// leasts are the least confidences at which calls are made, by stake.
type leasts [3]float64

// of takes how well the router says that the tool fits, and the signs, too.
func (c confidence) of(score, fit, rest float64, signs expert.Signs) float64 {
	p := math.Exp(score)
	if c.fitted {
		z := c.offset + c.slope*score + c.fit*fit + c.rest*(rest-expert.Neutral)
		for i, v := range signs {
			z += c.signs[i] * v
		}
		p = 1 / (1 + math.Exp(-z))
	}
	return math.Round(min(max(p, leastConfidence), 1)*1e6) / 1e6
}
