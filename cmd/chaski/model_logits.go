package main

import (
	"context"
	"errors"
	"math"

	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/sample"
	"github.com/chaski-dev/chaski/llm/tensor"
)

type modelLogitsCmd struct {
	Model string `short:"m" required:"" help:"GGUF file, model directory, mini, or a name to pull." type:"model"`
	All   bool   `help:"Also the argmax of every position and the mean negative log likelihood."`
	Chunk int    `help:"Tokens in one pass." default:"512"`
	computeFlags
}

type logitsOut struct {
	Last   []float32 `json:"last_logits"`
	Argmax []int     `json:"argmax,omitempty"`
	NLL    *float64  `json:"nll,omitempty"`
}

// Run reads arrays of ids and prints the logits that follow each.
func (c *modelLogitsCmd) Run(ctx context.Context) (err error) {
	l, err := c.open(c.Model, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	return eachLine(ctx, func(ids []int32) (any, error) { return c.logits(ctx, l, ids) })
}

func (c *modelLogitsCmd) logits(ctx context.Context, l *loaded, ids []int32) (logitsOut, error) {
	var out logitsOut
	if len(ids) == 0 {
		return out, errors.New("no ids")
	}
	table := l.cache.NewTable()
	defer table.Free()
	if err := l.Check(table, ids); err != nil {
		return out, err
	}
	chunk := c.Chunk
	if chunk <= 0 {
		chunk = engine.DefaultChunk
	}
	step, end := progress("logits")
	defer end()
	var nll float64
	for at := 0; at < len(ids); at += chunk {
		step(int64(at), int64(len(ids)))
		if err := ctx.Err(); err != nil {
			return out, err
		}
		n := min(chunk, len(ids)-at)
		want := 0
		if c.All {
			want = n
		} else if at+n == len(ids) {
			want = 1
		}
		rows, err := l.Forward([]llama.Span{{Table: table, Tokens: ids[at : at+n], Logits: want}})
		if err != nil {
			return out, err
		}
		for i, row := range rows {
			if c.All {
				out.Argmax = append(out.Argmax, tensor.Argmax(row))
				if next := at + i + 1; next < len(ids) {
					lp, _ := sample.LogProbs(row, ids[next], 0)
					nll -= float64(lp)
				}
			}
			out.Last = row
		}
	}
	if c.All {
		nll /= math.Max(1, float64(len(ids)-1))
		out.NLL = &nll
	}
	return out, nil
}
