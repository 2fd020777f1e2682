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
	"github.com/chaski-dev/chaski/llm/gguf"
)

// fit measures the development half and writes into the model file how often calls are
// right by the score that they have, so that the engine's confidence is calibrated, and the
// least confidence at which a call is made: the best for these requests, or o.sure.
func fit(o options) (err error) {
	m, err := openEval(o.model)
	if err != nil {
		return err
	}
	calibrated := m.Info().Calibrated
	o.people = "dev"
	var calls, words []judged // the same turns, with any call and with none
	if !calibrated {
		if _, calls, err = m.people(o, llm.ToolChoice{MinCallProb: o.call, MinConfidence: 1e-9}); err == nil {
			_, words, err = m.people(o, llm.ToolChoice{MinCallProb: o.call, MinConfidence: 1})
		}
	}
	if err := errors.Join(err, m.Close()); err != nil {
		return err
	}
	if calibrated {
		return fmt.Errorf("%s: its confidence is fitted already; export the model anew", o.model)
	}
	offset, slope := logistic(ofCalls(calls))
	for i, c := range calls {
		if c.confidence > 0 {
			calls[i].confidence = 1 / (1 + math.Exp(-offset-slope*math.Log(c.confidence)))
		}
	}
	best, table := threshold(calls, words)
	fmt.Print(table)
	if o.sure > 0 {
		best = o.sure
	}
	keys := []gguf.Pair{{Key: "chaski.confidence.offset", Value: float32(offset)}, {Key: "chaski.confidence.slope", Value: float32(slope)}, {Key: "chaski.confidence.least", Value: float32(best)}}
	if err := rewrite(o.model, keys); err != nil {
		return err
	}
	fmt.Printf("%d calls: offset %.3f, slope %.3f; calls from %.2f on\n", len(ofCalls(calls)), offset, slope, best)
	reliability(ofCalls(calls))
	return nil
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

// logistic fits the curve from the logarithm of a call's probability to how often it is
// right, by Newton's method, with a little weight on a flat curve so that few calls decide
// little.
func logistic(calls []judged) (offset, slope float64) {
	const ridge = 0.1
	for range 50 {
		ga, gb, aa, ab, bb := -ridge*offset, -ridge*slope, ridge, 0.0, ridge
		for _, c := range calls {
			x, y := math.Log(c.confidence), 0.0
			if c.right {
				y = 1
			}
			p := 1 / (1 + math.Exp(-offset-slope*x))
			w := p * (1 - p)
			ga, gb = ga+y-p, gb+(y-p)*x
			aa, ab, bb = aa+w, ab+w*x, bb+w*x*x
		}
		det := aa*bb - ab*ab
		offset, slope = offset+(bb*ga-ab*gb)/det, slope+(aa*gb-ab*ga)/det
	}
	return offset, slope
}

// rewrite adds keys to a model file.
func rewrite(path string, more []gguf.Pair) error {
	f, err := gguf.Open(path)
	if err != nil {
		return err
	}
	var pairs []gguf.Pair
	for _, key := range f.Keys() {
		if v, ok := f.Value(key); ok {
			pairs = append(pairs, gguf.Pair{Key: key, Value: v})
		}
	}
	var tensors []gguf.Source
	for _, t := range f.Tensors {
		tensors = append(tensors, gguf.Source{Name: t.Name, Type: t.Type, Shape: t.Shape, Data: func(w io.Writer) error {
			_, err := w.Write(t.Data)
			return err
		}})
	}
	err = gguf.Create(path+".part", append(pairs, more...), tensors)
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path+".part"))
	}
	return os.Rename(path+".part", path)
}
