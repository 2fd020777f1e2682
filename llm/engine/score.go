package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/chaski-dev/chaski/llm"
)

var _ llm.Scorer = (*Engine)(nil)

// Score implements [llm.Scorer]: the prompt is read, what of it is in the cache excepted,
// and nothing is written. An answer counts with and without a blank before it.
func (e *Engine) Score(ctx context.Context, req *llm.Request, answers []string) ([]float64, error) {
	if err := check(req); err != nil {
		return nil, err
	}
	ids, _, err := e.prompt(req)
	if err != nil {
		return nil, err
	}
	if len(ids)+1 > e.context {
		return nil, &llm.ContextFullError{Need: len(ids) + 1, Have: e.context}
	}
	firsts, err := e.firsts(answers)
	if err != nil {
		return nil, err
	}
	adapter, err := e.adapter(req.Adapter)
	if err != nil {
		return nil, err
	}
	job := Job{Prompt: ids, Max: 1, Sampling: llm.Sampling{LogProbs: 1}, Priority: req.Priority, Tenant: req.Tenant, Session: req.Session, adapter: adapter, watch: slices.Concat(firsts...)}
	var out []float64
	for tok, err := range e.Run(ctx, job, nil) {
		if err != nil {
			return nil, err
		}
		at := 0
		for _, f := range firsts {
			sum := 0.0
			for range f {
				sum += math.Exp(tok.watched[at])
				at++
			}
			out = append(out, math.Log(sum))
		}
	}
	if len(out) != len(answers) {
		return nil, errors.New("engine: the prompt gave no probabilities")
	}
	return out, nil
}

// firsts are the tokens by which answers begin, those that several share left out.
func (e *Engine) firsts(answers []string) ([][]int32, error) {
	out := make([][]int32, len(answers))
	times := map[int32]int{}
	for i, a := range answers {
		for _, text := range []string{a, " " + a} {
			for _, first := range []bool{true, false} {
				ids := e.tok.EncodePlain(nil, text, first)
				if len(ids) > 0 && !slices.Contains(out[i], ids[0]) {
					out[i] = append(out[i], ids[0])
					times[ids[0]]++
				}
			}
		}
	}
	for i, a := range answers {
		if out[i] = slices.DeleteFunc(out[i], func(id int32) bool { return times[id] > 1 }); len(out[i]) == 0 {
			return nil, fmt.Errorf("engine: the answer %q begins with no token of its own", a)
		}
	}
	return out, nil
}
