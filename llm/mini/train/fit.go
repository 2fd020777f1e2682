package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/chaski-dev/chaski/llm/gguf"
)

// fit measures the development half and writes into the model file how often calls are
// right by the score that they have, so that the engine's confidence is calibrated.
func fit(o options) (err error) {
	m, err := openEval(o.model)
	if err != nil {
		return err
	}
	calibrated := m.Info().Calibrated
	o.people = "dev"
	var calls []judged
	if !calibrated {
		_, calls, err = m.people(o, o.call)
	}
	if err := errors.Join(err, m.Close()); err != nil {
		return err
	}
	if calibrated {
		return fmt.Errorf("%s: its confidence is fitted already; export the model anew", o.model)
	}
	offset, slope := logistic(calls)
	if err := rewrite(o.model, []gguf.Pair{{Key: "chaski.confidence.offset", Value: float32(offset)}, {Key: "chaski.confidence.slope", Value: float32(slope)}}); err != nil {
		return err
	}
	fmt.Printf("%d calls: offset %.3f, slope %.3f\n", len(calls), offset, slope)
	for i, c := range calls {
		calls[i].confidence = 1 / (1 + math.Exp(-offset-slope*math.Log(c.confidence)))
	}
	reliability(calls)
	return nil
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
