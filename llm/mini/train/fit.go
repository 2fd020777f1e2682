package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/expert"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/mini/train/corpus"
)

// fit measures the sets that are for choosing (see firsts) and writes into the model file how often calls are
// right by the score that they have, so that the engine's confidence is calibrated, and the
// least confidence at which a call is made: the best for these requests, or o.sure.
func fit(o options) (err error) {
	m, err := openEval(o.model)
	if err != nil {
		return err
	}
	calibrated := m.Info().Calibrated
	var calls, words []judged // the same turns, with any call and with none
	if !calibrated {
		if calls, err = m.firsts(o, llm.ToolChoice{MinCallProb: o.call, MinConfidence: 1e-9}); err == nil {
			words, err = m.firsts(o, llm.ToolChoice{MinCallProb: o.call, MinConfidence: 1})
		}
	}
	if err := errors.Join(err, m.Close()); err != nil {
		return err
	}
	if calibrated {
		return fmt.Errorf("%s: its confidence is fitted already; export the model anew", o.model)
	}
	curve := logistic(ofCalls(calls))
	for i, c := range calls {
		if c.confidence > 0 {
			calls[i].confidence = curve.of(c)
		}
	}
	best, table := threshold(calls, words)
	fmt.Print(table)
	if o.sure > 0 {
		best = o.sure
	}
	var keys []gguf.Pair
	if o.call > 0 {
		keys = append(keys, gguf.Pair{Key: "chaski.router.call", Value: float32(o.call)})
	}
	keys = append(keys, []gguf.Pair{{Key: "chaski.confidence.offset", Value: float32(curve.offset)}, {Key: "chaski.confidence.slope", Value: float32(curve.slope)}, {Key: "chaski.confidence.fit", Value: float32(curve.fit)}, {Key: "chaski.confidence.rest", Value: float32(curve.rest)}, {Key: "chaski.confidence.signs", Value: curve.told()}, {Key: "chaski.confidence.least", Value: float32(best)}, {Key: "chaski.confidence.search", Value: float32(min(best, searches))}}...)
	if err := rewrite(o.model, keys); err != nil {
		return err
	}
	fmt.Printf("%d calls: offset %.3f, slope %.3f, fit %.3f, rest %.3f, signs %.2f; calls from %.2f on\n", len(ofCalls(calls)), curve.offset, curve.slope, curve.fit, curve.rest, curve.signs, best)
	reliability(ofCalls(calls))
	return nil
}

// searches is the least confidence at which a search is made: one that was not needed
// costs nothing, one that was not made costs the answer.
const searches = 0.4

// fitSeed is of conversations that no table is about, fitEach how many of each skill are
// looked at.
const (
	fitSeed = 101
	fitEach = 20
)

// firsts judges what answers a wish: those of the development half and of the fields' set,
// and the first turns of the generator's held-out conversations.
func (m *evalModel) firsts(o options, how llm.ToolChoice) (all []judged, err error) {
	for _, o.people = range []string{"dev", "fields"} {
		_, part, err := m.people(o, how)
		if err != nil {
			return nil, err
		}
		for _, j := range part {
			j.set, j.row = o.people, o.people+": "+j.row
			all = append(all, j)
		}
	}
	for _, skill := range skills {
		s := corpus.NewSource(fitSeed, true)
		for range fitEach {
			c := s.Single(skill)
			at := slices.IndexFunc(c.Turns, func(t corpus.Turn) bool { return c.Messages[t.At-1].Role == llm.RoleUser })
			if at < 0 {
				continue
			}
			want := c.Turns[at].At
			got, err := m.turn(&c, want, llm.Sampling{Beams: o.beams}, how)
			if err != nil {
				return nil, err
			}
			j := m.judged("generator: "+skill, same(got, c.Messages[want]), c.Messages[want-1].Content, got, c.Tools)
			j.set = "generator"
			all = append(all, j)
		}
	}
	return all, nil
}

// ofCalls returns the turns that call.
func ofCalls(firsts []judged) []judged {
	return slices.DeleteFunc(slices.Clone(firsts), func(j judged) bool { return j.confidence == 0 })
}

// threshold returns the least confidence at which the share of right turns, the mean of the
// sets' shares, is the best, and a table of what others would give. calls and words are the
// same turns with any call and with none.
func threshold(calls, words []judged) (best float64, table string) {
	rows := []string{}
	for _, j := range calls {
		if !slices.Contains(rows, j.row) {
			rows = append(rows, j.row)
		}
	}
	shares := func(least float64) (mean float64, each []string) {
		for _, row := range rows {
			n, ok := 0, 0
			for i, j := range calls {
				if j.row != row {
					continue
				}
				if j.confidence > 0 && j.confidence < least {
					j = words[i]
				}
				if n++; j.right {
					ok++
				}
			}
			mean += float64(ok) / float64(n) / float64(len(rows))
			each = append(each, fmt.Sprint(ok))
		}
		return mean, each
	}
	top := -1.0
	table = "| calls from | " + strings.Join(rows, " | ") + " | mean |\n|" + strings.Repeat("---|", len(rows)+2) + "\n"
	for i := range 100 {
		least := float64(i) / 100
		mean, each := shares(least)
		if mean > top {
			best, top = least, mean
		}
		if i%5 == 0 {
			table += fmt.Sprintf("| %.2f | %s | %.1f%% |\n", least, strings.Join(each, " | "), 100*mean)
		}
	}
	return best, table
}

// curve is the logistic curve of the engine's confidence.
type curve struct {
	offset, slope, fit, rest float64
	signs                    expert.Signs
}

func (c curve) of(j judged) float64 {
	z := c.offset + c.slope*math.Log(j.confidence) + c.fit*j.fit + c.rest*(j.rest-expert.Neutral)
	for i, v := range j.signs {
		z += c.signs[i] * v
	}
	return 1 / (1 + math.Exp(-z))
}

// told is what the signs weigh, as a file says it.
func (c curve) told() (out []float32) {
	for _, v := range c.signs {
		out = append(out, float32(v))
	}
	return out
}

// logistic fits the curve from the logarithm of a call's probability, and from how well its
// tool fits, to how often it is right, by the gradient, with a little weight on a flat curve
// so that few calls decide little, and more on the signs, which few calls show. Each set counts as much as any other.
func logistic(calls []judged) (c curve) {
	const ridge, rounds = 0.1, 20000
	step, of := 1/(1+float64(len(calls))), map[string]float64{}
	for _, j := range calls {
		of[j.set]++
	}
	for range rounds {
		g := curve{-ridge * c.offset, -ridge * c.slope, -ridge * c.fit, -ridge * c.rest, expert.Signs{}}
		for i, v := range c.signs {
			g.signs[i] = -v
		}
		for _, j := range calls {
			miss := -c.of(j)
			if j.right {
				miss++
			}
			miss *= float64(len(calls)) / of[j.set] / float64(len(of))
			g.offset, g.slope, g.fit, g.rest = g.offset+miss, g.slope+miss*math.Log(j.confidence), g.fit+miss*j.fit, g.rest+miss*(j.rest-expert.Neutral)
			for i, v := range j.signs {
				g.signs[i] += miss * v
			}
		}
		c.offset, c.slope, c.fit, c.rest = c.offset+step*g.offset, c.slope+step*g.slope/10, c.fit+step*g.fit/10, c.rest+step*g.rest
		for i, v := range g.signs {
			c.signs[i] += step * v
		}
	}
	return c
}

// rewrite adds keys and tensors to a model file, in place of those of the same names.
func rewrite(path string, more []gguf.Pair, add ...gguf.Source) error {
	f, err := gguf.Open(path)
	if err != nil {
		return err
	}
	var pairs []gguf.Pair
	for _, key := range f.Keys() {
		if v, ok := f.Value(key); ok && !slices.ContainsFunc(more, func(p gguf.Pair) bool { return p.Key == key }) {
			pairs = append(pairs, gguf.Pair{Key: key, Value: v})
		}
	}
	var tensors []gguf.Source
	for _, t := range f.Tensors {
		if slices.ContainsFunc(add, func(s gguf.Source) bool { return s.Name == t.Name }) {
			continue
		}
		tensors = append(tensors, gguf.Source{Name: t.Name, Type: t.Type, Shape: t.Shape, Data: func(w io.Writer) error {
			_, err := w.Write(t.Data)
			return err
		}})
	}
	err = gguf.Create(path+".part", append(pairs, more...), append(tensors, add...))
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path+".part"))
	}
	return os.Rename(path+".part", path)
}
