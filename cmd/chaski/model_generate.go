package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/sample"
	"github.com/chaski-dev/chaski/llm/tokenizer"
	"github.com/chaski-dev/chaski/tools/schema"
)

type modelGenerateCmd struct {
	Model   string `short:"m" required:"" help:"GGUF file, model directory, mini, or a name to pull." type:"model"`
	Prompt  string `short:"p" help:"Text to continue." xor:"prompt" required:""`
	IDs     string `name:"ids" help:"Token ids to continue, a JSON array." xor:"prompt" required:""`
	Special bool   `help:"Read special tokens in the prompt, and put none before it."`
	N       int    `short:"n" help:"Tokens to generate at most." default:"128"`
	JSON    bool   `help:"Print one JSON object at the end instead of the text as it comes."`
	Chunk   int    `help:"Prompt tokens in one pass." default:"512"`

	Temp     float32  `help:"Temperature; 0 is greedy." default:"0"`
	TopK     int      `help:"Only the k likeliest tokens; 0 is off." default:"0"`
	TopP     float32  `help:"Only the likeliest tokens that make up this share; 0 is off." default:"0"`
	MinP     float32  `help:"Only tokens at least this likely, relative to the likeliest; 0 is off." default:"0"`
	Repeat   float32  `help:"Repetition penalty; 0 and 1 are off." default:"0"`
	Presence float32  `help:"Presence penalty; 0 is off." default:"0"`
	Seed     uint64   `help:"The same seed gives the same tokens." default:"0"`
	LogProbs int      `name:"logprobs" help:"With --json: the log-probability of each token and of so many others."`
	Stop     []string `help:"Stop before this text; may be given more than once." sep:"none"`
	computeFlags
}

type generateOut struct {
	Prompt   int               `json:"prompt_tokens"`
	IDs      []int32           `json:"ids"`
	Text     string            `json:"text"`
	Stop     llm.StopReason    `json:"stop"`
	LogProbs []tokenLogProb    `json:"logprobs,omitempty"`
	Timings  generationTimings `json:"timings"`
}

type generationTimings struct {
	LoadS         float64 `json:"load_s"`
	PrefillS      float64 `json:"prefill_s"`
	DecodeS       float64 `json:"decode_s"`
	PrefillTokS   float64 `json:"prefill_tok_s"`
	DecodeTokS    float64 `json:"decode_tok_s"`
	ThreadsOfPool int     `json:"threads"`
}

type tokenLogProb struct {
	ID      int            `json:"id"`
	LogProb float32        `json:"logprob"`
	Top     []tokenLogProb `json:"top,omitempty"`
}

// Run generates until a stop token, a stop string or n tokens.
func (c *modelGenerateCmd) Run(ctx context.Context) (err error) {
	start := time.Now()
	tok, tokErr := openTokenizer(c.Model)
	ids, err := c.prompt(tok, tokErr)
	if err != nil {
		return err
	}
	if c.N < 0 {
		return fmt.Errorf("-n %d: want 0 or more", c.N)
	}
	l, err := c.open(c.Model, len(ids)+c.N)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if tok != nil && tok.Size() > l.model.Vocab {
		return fmt.Errorf("%s: the tokenizer has %d tokens, the embedding %d rows", c.Model, tok.Size(), l.model.Vocab)
	}
	if len(ids)+c.N > l.model.Context {
		return fmt.Errorf("%d prompt tokens and %d to generate: the context of %s has %d", len(ids), c.N, c.Model, l.model.Context)
	}
	loadTime := time.Since(start)

	step, end := progress("prompt")
	defer func() { end() }()
	step(0, int64(len(ids)))
	req := engine.Completion{
		Prompt: ids, Max: c.N, Stop: stopTokens(tok), Chunk: c.Chunk,
		Sampling: llm.Sampling{
			Temperature: c.Temp, TopK: c.TopK, TopP: c.TopP, MinP: c.MinP, RepetitionPenalty: c.Repeat,
			PresencePenalty: c.Presence, Seed: c.Seed, LogProbs: c.LogProbs,
		},
		Progress: func(done, all int) { step(int64(done), int64(all)) },
	}
	out := generateOut{Prompt: len(ids), IDs: []int32{}, Stop: llm.StopEndOfTurn}
	var timing engine.Timing
	stops := sample.NewStops(c.Stop)
	put := func(s string) {
		out.Text += s
		if !c.JSON {
			fmt.Fprint(stdout, s)
		}
	}
	var dec *tokenizer.Decoder
	if tok != nil {
		dec = tok.NewDecoder()
	}
	table := l.cache.NewTable()
	stopped := false
	for t, err := range engine.Complete(ctx, l.Runner, table, req, &timing) {
		if err != nil {
			return err
		}
		if len(out.IDs) == 0 {
			end()
			if c.JSON { // else the text shows how far it is
				step, end = progress("tokens")
			}
		}
		step(int64(len(out.IDs)+1), int64(c.N))
		out.IDs = append(out.IDs, t.ID)
		if c.LogProbs > 0 {
			lp := tokenLogProb{ID: int(t.ID), LogProb: t.LogProb}
			for _, o := range t.Top {
				lp.Top = append(lp.Top, tokenLogProb{ID: o.ID, LogProb: o.LogProb})
			}
			out.LogProbs = append(out.LogProbs, lp)
		}
		if dec == nil {
			if !c.JSON {
				fmt.Fprint(stdout, t.ID, " ")
			}
			continue
		}
		var text string
		if text, stopped = stops.Push(dec.Push(t.ID)); text != "" {
			put(text)
		}
		if stopped {
			break
		}
	}
	if dec != nil && !stopped {
		text, late := stops.Push(dec.Flush())
		put(text)
		if stopped = late; !stopped {
			put(stops.Flush())
		}
	}
	end()
	switch {
	case stopped:
		out.Stop = llm.StopString
	case len(out.IDs) == c.N:
		out.Stop = llm.StopMaxTokens
	}
	if !c.JSON {
		fmt.Fprintln(stdout)
		return nil
	}
	out.Timings = generationTimings{
		LoadS: loadTime.Seconds(), PrefillS: timing.Prefill.Seconds(), DecodeS: timing.Decode.Seconds(), ThreadsOfPool: l.pool.Threads(),
		PrefillTokS: rate(len(ids), timing.Prefill), DecodeTokS: rate(len(out.IDs)-1, timing.Decode),
	}
	enc := json.NewEncoder(stdout)
	enc.SetEscapeHTML(false)
	runtime.KeepAlive(l)
	return enc.Encode(out)
}

func rate(n int, d time.Duration) float64 {
	if n <= 0 || d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}

// prompt returns the ids to continue.
func (c *modelGenerateCmd) prompt(tok *tokenizer.Tokenizer, tokErr error) ([]int32, error) {
	if c.IDs != "" {
		var ids []int32
		if err := json.Unmarshal([]byte(c.IDs), &ids); err != nil {
			return nil, fmt.Errorf("--ids: want a JSON array of token ids: %s", schema.Misread(err))
		}
		return ids, nil
	}
	if tokErr != nil {
		return nil, fmt.Errorf("%w (token ids can be given with --ids)", tokErr)
	}
	if c.Special {
		return tok.EncodeSpecial(nil, c.Prompt), nil
	}
	var ids []int32
	if bos, ok := tok.Begin(); ok {
		ids = append(ids, bos)
	} else if bos, ok := tok.Special(chat.BeginOfText); ok {
		ids = append(ids, bos)
	}
	return tok.EncodeFirst(ids, c.Prompt), nil
}

// stopTokens are the tokens that end a turn.
func stopTokens(tok *tokenizer.Tokenizer) []int32 {
	if tok == nil {
		return nil
	}
	return engine.EndsOf(tok)
}
