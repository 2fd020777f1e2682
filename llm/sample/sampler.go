package sample

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/chaski-dev/chaski/llm"
)

// Sampler draws the tokens of one sequence. It is not safe for concurrent use.
type Sampler struct {
	o     llm.Sampling
	rng   *rand.Rand
	seen  map[int32]struct{} // tokens that the penalties count
	cands []candidate
}

type candidate struct {
	id    int32
	logit float32
	p     float64
}

// New checks the settings and returns a sampler.
func New(o llm.Sampling) (*Sampler, error) {
	finite := func(f float32) bool { return !math.IsNaN(float64(f)) && !math.IsInf(float64(f), 0) }
	switch {
	case !finite(o.Temperature) || o.Temperature < 0:
		return nil, fmt.Errorf("sample: a temperature of %g, want 0 or more", o.Temperature)
	case o.TopK < 0:
		return nil, fmt.Errorf("sample: a top-k of %d, want 0 (off) or more", o.TopK)
	case !(o.TopP >= 0 && o.TopP <= 1):
		return nil, fmt.Errorf("sample: a top-p of %g, want 0 to 1", o.TopP)
	case !(o.MinP >= 0 && o.MinP <= 1):
		return nil, fmt.Errorf("sample: a min-p of %g, want 0 to 1", o.MinP)
	case !finite(o.RepetitionPenalty) || o.RepetitionPenalty < 0:
		return nil, fmt.Errorf("sample: a repetition penalty of %g, want 0 (off) or more", o.RepetitionPenalty)
	case !finite(o.PresencePenalty):
		return nil, fmt.Errorf("sample: a presence penalty of %g", o.PresencePenalty)
	case o.LogProbs < 0:
		return nil, fmt.Errorf("sample: %d log-probabilities, want 0 or more", o.LogProbs)
	case o.MaxString < -1:
		return nil, fmt.Errorf("sample: strings of %d bytes, want −1 (no bound), 0 (the default) or more", o.MaxString)
	case o.Beams < 0 || o.Beams > llm.MaxBeams:
		return nil, fmt.Errorf("sample: %d beams, want 0 (the model's own) to %d", o.Beams, llm.MaxBeams)
	case o.Beams > 1 && !o.Determined():
		return nil, fmt.Errorf("sample: %d beams need greedy decoding, without penalties and log-probabilities", o.Beams)
	}
	return &Sampler{o: o, rng: rand.New(rand.NewPCG(o.Seed, 0x63686173)), seen: map[int32]struct{}{}}, nil
}

// Greedy says that the choice is the largest logit, penalties aside.
func (s *Sampler) Greedy() bool { return s.o.Temperature == 0 }

// Saw counts tokens for the penalties: those of the prompt, and each one chosen.
func (s *Sampler) Saw(ids ...int32) {
	if !s.penalises() {
		return
	}
	for _, id := range ids {
		s.seen[id] = struct{}{}
	}
}

func (s *Sampler) penalises() bool {
	return s.o.PresencePenalty != 0 || s.o.RepetitionPenalty != 0 && s.o.RepetitionPenalty != 1
}

// penalised returns the logit of a token after the penalties: a repeated token's logit
// is divided by the repetition penalty if positive, multiplied if negative, and lowered
// by the presence penalty.
func (s *Sampler) penalised(id int32, logit float32) float32 {
	if _, ok := s.seen[id]; !ok {
		return logit
	}
	if r := s.o.RepetitionPenalty; r != 0 && r != 1 {
		if logit > 0 {
			logit /= r
		} else {
			logit *= r
		}
	}
	return logit - s.o.PresencePenalty
}

// Choose draws a token. ids, if not nil, names the token of each logit; else logit i
// is that of token i. Logits that are −∞ or not a number are never chosen; it returns
// −1 if there are no others.
func (s *Sampler) Choose(logits []float32, ids []int32) int32 {
	id := func(i int) int32 {
		if ids != nil {
			return ids[i]
		}
		return int32(i)
	}
	penalties := len(s.seen) > 0
	if s.o.Temperature == 0 {
		best, top := int32(-1), float32(math.Inf(-1))
		for i, v := range logits {
			if penalties {
				v = s.penalised(id(i), v)
			}
			if v > top {
				best, top = id(i), v
			}
		}
		return best
	}
	s.cands = s.cands[:0]
	top := math.Inf(-1)
	for i, v := range logits {
		if penalties {
			v = s.penalised(id(i), v)
		}
		if !(v > float32(math.Inf(-1))) {
			continue
		}
		s.cands = append(s.cands, candidate{id: id(i), logit: v})
		top = max(top, float64(v))
	}
	if len(s.cands) == 0 {
		return -1
	}
	// The least of exponential times, each of a token of its own (Efraimidis and Spirakis, 2006,
	// with one draw): a token's time is the same whatever the others weigh, so that logits which
	// differ in their last digits, as those of another batch do, hardly ever change what is drawn.
	draw := s.rng.Uint64()
	best, soonest := int32(-1), math.Inf(1)
	for _, x := range s.cut(top) {
		if t := exponential(draw, x.id) / x.p; t < soonest {
			best, soonest = x.id, t
		}
	}
	return best // the likeliest has a time, whatever is cut off
}

// exponential is a number of the exponential distribution, by a draw and a token.
func exponential(draw uint64, id int32) float64 {
	x := draw + uint64(uint32(id)+1)*0x9e3779b97f4a7c15 // SplitMix64 (Steele, Lea and Flood, 2014)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	x ^= x >> 31
	return -math.Log((float64(x>>11) + 0.5) / (1 << 53))
}

// cut applies the temperature and the limits. The result is sorted, the likeliest
// first, where a limit asks for it; else it is in the order of the ids.
func (s *Sampler) cut(top float64) []candidate {
	c := s.cands
	temperature := float64(s.o.Temperature)
	for i := range c {
		c[i].p = math.Exp((float64(c[i].logit) - top) / temperature)
	}
	if p := float64(s.o.MinP); p > 0 { // relative to the best token, whose p is 1
		c = slices.DeleteFunc(c, func(x candidate) bool { return x.p < p })
	}
	k, p := s.o.TopK, float64(s.o.TopP)
	if (k <= 0 || k >= len(c)) && (p <= 0 || p >= 1) {
		return c
	}
	slices.SortFunc(c, func(a, b candidate) int {
		if d := cmp.Compare(b.p, a.p); d != 0 {
			return d
		}
		return cmp.Compare(a.id, b.id)
	})
	if k > 0 && k < len(c) {
		c = c[:k]
	}
	if p > 0 && p < 1 {
		var sum, part float64
		for _, x := range c {
			sum += x.p
		}
		for i, x := range c {
			if part += x.p; part >= p*sum {
				return c[:i+1]
			}
		}
	}
	return c
}

// LogProbs returns the natural logarithm of the model's probability of a token, before
// any setting of the sampler, and the n likeliest tokens.
func LogProbs(logits []float32, id int32, n int) (logProb float32, top []llm.TokenLogProb) {
	norm := LogSumExp(logits)
	order := make([]int, 0, n+1)
	for i, v := range logits { // keep the n largest, sorted
		if len(order) == n && (n == 0 || v <= logits[order[n-1]]) {
			continue
		}
		at, _ := slices.BinarySearchFunc(order, v, func(o int, v float32) int {
			if logits[o] >= v {
				return -1
			}
			return 1
		})
		order = slices.Insert(order, at, i)
		order = order[:min(n, len(order))]
	}
	for _, i := range order {
		top = append(top, llm.TokenLogProb{ID: i, LogProb: float32(float64(logits[i]) - norm)})
	}
	return float32(float64(logits[id]) - norm), top
}

// LogSumExp is what a logit must be lowered by to be the logarithm of a probability.
func LogSumExp(logits []float32) float64 {
	most := float64(slices.Max(logits))
	var sum float64
	for _, v := range logits {
		sum += math.Exp(float64(v) - most)
	}
	return most + math.Log(sum)
}
