package sample

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
)

func must(t testing.TB, o llm.Sampling) *Sampler {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ExampleSampler() {
	s, _ := New(llm.Sampling{}) // greedy
	fmt.Println(s.Choose([]float32{0.1, 2.5, 2.5, -1}, nil))
	// Output: 1
}

// shares draws many times and returns how often each token came.
func shares(s *Sampler, logits []float32, n int) []float64 {
	out := make([]float64, len(logits))
	for range n {
		out[s.Choose(logits, nil)] += 1 / float64(n)
	}
	return out
}

func TestDistribution(t *testing.T) {
	logits := []float32{1, 2, 0, 3, -1}
	softmax := func(temperature float64, keep ...int) []float64 {
		out := make([]float64, len(logits))
		var sum float64
		for i, v := range logits {
			if len(keep) == 0 || slices.Contains(keep, i) {
				out[i] = math.Exp(float64(v) / temperature)
				sum += out[i]
			}
		}
		for i := range out {
			out[i] /= sum
		}
		return out
	}
	for name, c := range map[string]struct {
		o    llm.Sampling
		want []float64
	}{
		"temperature 1":     {llm.Sampling{Temperature: 1}, softmax(1)},
		"temperature 2":     {llm.Sampling{Temperature: 2}, softmax(2)},
		"top-k 2":           {llm.Sampling{Temperature: 1, TopK: 2}, softmax(1, 3, 1)},
		"top-p 0.6":         {llm.Sampling{Temperature: 1, TopP: 0.6}, softmax(1, 3)},
		"top-p 0.8":         {llm.Sampling{Temperature: 1, TopP: 0.8}, softmax(1, 3, 1)},
		"min-p 0.1":         {llm.Sampling{Temperature: 1, MinP: 0.1}, softmax(1, 3, 1, 0)},
		"top-k 3, top-p .8": {llm.Sampling{Temperature: 1, TopK: 3, TopP: 0.8}, softmax(1, 3, 1)},
	} {
		got := shares(must(t, c.o), logits, 40000)
		for i := range got {
			if math.Abs(got[i]-c.want[i]) > 0.012 {
				t.Errorf("%s: token %d came with %.3f, want %.3f", name, i, got[i], c.want[i])
			}
		}
	}
}

func TestSeed(t *testing.T) {
	logits := make([]float32, 100)
	draw := func(seed uint64) (out []int32) {
		s := must(t, llm.Sampling{Temperature: 1, Seed: seed})
		for range 50 {
			out = append(out, s.Choose(logits, nil))
		}
		return out
	}
	if !slices.Equal(draw(7), draw(7)) || slices.Equal(draw(7), draw(8)) {
		t.Fatal("the same seed must give the same tokens, another seed others")
	}
}

// TestNearLogits: a seed draws the same from logits that differ in their last digits, as those
// of a sequence that is decoded beside others do.
func TestNearLogits(t *testing.T) {
	noise := rand.New(rand.NewPCG(5, 6))
	const size, draws = 6144, 500
	same := 0
	for seed := range uint64(draws) {
		one, other := make([]float32, size), make([]float32, size)
		for i := range one {
			one[i] = float32(noise.NormFloat64())
			other[i] = one[i] + float32(0.002*noise.NormFloat64())
		}
		var drawn []int32
		for _, logits := range [][]float32{one, other} {
			s, err := New(llm.Sampling{Temperature: 2, Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			drawn = append(drawn, s.Choose(logits, nil))
		}
		if drawn[0] == drawn[1] {
			same++
		}
	}
	if same < draws*98/100 {
		t.Errorf("%d of %d draws are the same", same, draws)
	}
}

func TestPenalties(t *testing.T) {
	logits := []float32{2, 1.9, -1, -1.05}
	s := must(t, llm.Sampling{RepetitionPenalty: 1.2})
	s.Saw(0)
	if got := s.Choose(logits, nil); got != 1 {
		t.Errorf("after token 0: %d", got)
	}
	s.Saw(1, 1)
	if got := s.Choose(logits[2:], []int32{2, 3}); got != 2 {
		t.Errorf("among 2 and 3: %d", got)
	}
	s.Saw(2) // a negative logit is multiplied
	if got := s.Choose(logits[2:], []int32{2, 3}); got != 3 {
		t.Errorf("after token 2: %d", got)
	}
	p := must(t, llm.Sampling{PresencePenalty: 0.2})
	p.Saw(0)
	if got := p.Choose(logits, nil); got != 1 {
		t.Errorf("presence: %d", got)
	}
}

func TestOnlyAllowed(t *testing.T) {
	none := []float32{float32(math.Inf(-1)), float32(math.NaN())}
	for _, temperature := range []float32{0, 1} {
		s := must(t, llm.Sampling{Temperature: temperature})
		if got := s.Choose(none, nil); got != -1 {
			t.Errorf("temperature %g: %d of nothing", temperature, got)
		}
		if got := s.Choose([]float32{5}, []int32{42}); got != 42 {
			t.Errorf("temperature %g: %d", temperature, got)
		}
	}
}

func TestBadSettings(t *testing.T) {
	nan := float32(math.NaN())
	for _, o := range []llm.Sampling{
		{Temperature: -1}, {Temperature: nan}, {TopK: -1}, {TopP: 1.5}, {TopP: nan}, {MinP: -0.1}, {RepetitionPenalty: -2}, {PresencePenalty: nan}, {LogProbs: -1},
		{Beams: -1}, {Beams: llm.MaxBeams + 1}, {Beams: 2, Temperature: 1}, {Beams: 2, RepetitionPenalty: 1.1}, {Beams: 2, PresencePenalty: 1}, {Beams: 2, LogProbs: 1},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}

func TestLogProbs(t *testing.T) {
	logits := []float32{0, 1, 3, 2, 3}
	lp, top := LogProbs(logits, 1, 3)
	var sum float64
	for _, v := range logits {
		sum += math.Exp(float64(v))
	}
	if want := 1 - math.Log(sum); math.Abs(float64(lp)-want) > 1e-6 {
		t.Errorf("%g, want %g", lp, want)
	}
	var ids []int
	for _, x := range top {
		ids = append(ids, x.ID)
	}
	if !slices.Equal(ids, []int{2, 4, 3}) {
		t.Errorf("top %v", ids)
	}
	if _, none := LogProbs(logits, 0, 0); len(none) != 0 {
		t.Errorf("%v", none)
	}
}

// FuzzStops compares with a search in the whole text.
func FuzzStops(f *testing.F) {
	f.Add("hello world", "wor", "lo w", uint64(1))
	f.Add("ababac", "abac", "", uint64(2))
	f.Fuzz(func(t *testing.T, text, a, b string, seed uint64) {
		want, stopped := text, false
		for _, x := range []string{a, b} {
			if i := strings.Index(text, x); x != "" && i >= 0 && i < len(want) {
				want, stopped = text[:i], true
			}
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		s := NewStops([]string{a, b})
		var got strings.Builder
		rest, done := text, false
		for rest != "" && !done {
			n := 1 + rng.IntN(min(4, len(rest)))
			var out string
			out, done = s.Push(rest[:n])
			got.WriteString(out)
			rest = rest[n:]
		}
		if !done {
			got.WriteString(s.Flush())
		}
		// A shorter stop string may be complete before a longer one that began earlier.
		if done != stopped || !strings.HasPrefix(text, got.String()) || !stopped && got.String() != want || stopped && len(got.String()) < len(want) {
			t.Fatalf("%q with %q and %q: %q, %v; want %q, %v", text, a, b, got.String(), done, want, stopped)
		}
	})
}

// TestStopsFound: the stop string that came first is named.
func TestStopsFound(t *testing.T) {
	s := NewStops([]string{"END", "HALT", ""})
	if s.Found() != "" {
		t.Error(s.Found())
	}
	s.Push("go on. HA")
	if out, stopped := s.Push("LT END"); !stopped || out != "" || s.Found() != "HALT" {
		t.Error(out, stopped, s.Found())
	}
}
