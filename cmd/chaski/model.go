package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/llama"
	"github.com/chaski-dev/chaski/llm/mini"
	"github.com/chaski-dev/chaski/llm/tensor"
	"github.com/chaski-dev/chaski/llm/tokenizer"
	"github.com/chaski-dev/chaski/tools/schema"
)

// modelCmd groups the decoder's parts.
type modelCmd struct {
	Info     modelInfoCmd     `cmd:"" help:"Describe a model file."`
	Generate modelGenerateCmd `cmd:"" help:"Continue a text (--prompt) or token ids (--ids)."`
	Tokenize modelTokenizeCmd `cmd:"" help:"Token ids of texts, JSON lines: {\"text\": …, \"special\": bool} -> {\"ids\": […]}."`
	Logits   modelLogitsCmd   `cmd:"" help:"Logits of token ids, JSON lines: an array -> {\"last_logits\": […], \"argmax\": […], \"nll\": …}."`
	Prompt   modelPromptCmd   `cmd:"" help:"Render conversations, JSON lines: {\"messages\": …, \"options\": …} -> {\"prompt\": …}."`
	Parse    modelParseCmd    `cmd:"" help:"Read what a model wrote, JSON lines: {\"text\": …, \"tools\": […]} -> {\"content\": …, \"calls\": […], \"error\": …}."`
	Mask     modelMaskCmd     `cmd:"" help:"Schemas with instances -> what the grammar accepts, and how long masks take."`
	Quantize modelQuantizeCmd `cmd:"" help:"Convert a model to another number format."`
	Merge    modelMergeCmd    `cmd:"" help:"Write a model with a LoRA adapter's changes in it."`
	Ls       modelLsCmd       `cmd:"" help:"List the models that were pulled."`
	Rm       modelRmCmd       `cmd:"" help:"Remove models that were pulled."`
	Cache    modelCacheCmd    `cmd:"" help:"Page files of KV caches on disk."`
}

// computeFlags say how a model is run.
type computeFlags struct {
	Threads int    `short:"t" help:"Threads; 0 is one for each processor, as far as a quota of control groups goes." default:"0"`
	Cache   string `help:"Number format of the KV cache: f32, f16 or q8_0." enum:"f32,f16,q8_0,F32,F16,Q8_0" default:"f16"`
	Exact   bool   `help:"Float arithmetic throughout, many times slower: the reference."`
	Store   string `name:"quantize" help:"For a directory: store its matrices in this format while loading."`
}

// loaded is a model that is ready to run.
type loaded struct {
	*llama.Runner
	model *llama.Model
	cache *kv.Pool
	pool  *tensor.Pool
}

func (f *computeFlags) open(path string, tokens int) (*loaded, error) {
	var o llama.Options
	if f.Store != "" {
		mix, err := gguf.ParseMix(f.Store)
		if err != nil {
			return nil, err
		}
		o.Quantize = &mix
	}
	step, end := progress("loading")
	o.Progress = step
	m, err := openModel(path, o)
	end()
	if err != nil {
		return nil, err
	}
	if tokens <= 0 {
		tokens = m.Context
	}
	format, err := tensor.ParseType(f.Cache)
	if err != nil {
		return nil, errors.Join(err, m.Close())
	}
	cache, err := kv.NewPool(m.KVShape(), format, 0, tokens/kv.DefaultPageTokens+1)
	if err != nil {
		return nil, errors.Join(err, m.Close())
	}
	l := &loaded{model: m, cache: cache, pool: tensor.NewPool(f.Threads)}
	if l.Runner, err = llama.NewRunner(m, l.pool, cache); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	l.Exact = f.Exact
	return l, nil
}

// Close stops the threads and gives the memory back.
func (l *loaded) Close() error {
	l.pool.Close()
	return errors.Join(l.cache.Close(), l.model.Close())
}

// openTokenizer reads the vocabulary of a GGUF file, a tokenizer.model, a
// tokenizer.json, or the directory of one.
func openTokenizer(path string) (*tokenizer.Tokenizer, error) {
	if isShipped(path) {
		g, err := gguf.Parse(mini.Bytes())
		if err != nil {
			return nil, err
		}
		return tokenizer.FromGGUF(g)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "tokenizer.json")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 4)
	_, err = io.ReadFull(f, head)
	_ = f.Close()
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, err)
	case string(head) == "GGUF":
		g, err := gguf.Open(path)
		if err != nil {
			return nil, err
		}
		t, err := tokenizer.FromGGUF(g)
		return t, errors.Join(err, g.Close())
	case filepath.Ext(path) == ".json":
		return tokenizer.LoadJSON(path)
	}
	return tokenizer.LoadModel(path)
}

// eachLine calls fn for each JSON value of the standard input, and writes what it
// returns as a line. An error in one value is written as {"error": …} with the line that the
// value begins on, and the rest goes on; at the end it is a failure that some were wrong, but
// not an answer that is an error (refusal). It ends with ctx, even while it waits for input.
func eachLine[In any](ctx context.Context, fn func(in In) (any, error)) error {
	type value struct {
		jsonValue
		err error
	}
	values := make(chan value)
	go func() {
		defer close(values)
		for v, err := range jsonValues(os.Stdin) {
			select {
			case values <- value{v, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	enc := json.NewEncoder(stdout)
	enc.SetEscapeHTML(false)
	wrong := 0
	for {
		var v value
		select {
		case got, more := <-values:
			if !more {
				return someWrong(wrong)
			}
			v = got
		case <-ctx.Done():
			return ctx.Err()
		}
		var out any
		err := v.err
		if err == nil {
			out, err = answerTo(v.raw, fn)
		}
		if ended := ctx.Err(); ended != nil {
			return ended
		}
		if err != nil {
			out = failure{fmt.Sprintf("line %d of standard input: %v", v.line, err)}
			if !errors.As(err, new(refusal)) {
				wrong++
			}
		}
		if err := enc.Encode(out); err != nil {
			return err
		}
	}
}

// refusal is an error that is what was asked for: its value was right.
type refusal struct{ error }

// someWrong is how a command ends that has told of values that were wrong, and done the others.
func someWrong(n int) error {
	switch n {
	case 0:
		return nil
	case 1:
		return &exitError{code: 1, err: errors.New("1 value was wrong")}
	}
	return &exitError{code: 1, err: fmt.Errorf("%d values were wrong", n)}
}

// answerTo is what fn makes of one value.
func answerTo[In any](raw json.RawMessage, fn func(in In) (any, error)) (any, error) {
	var in *In // null is no value
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, errors.New(schema.Misread(err))
	}
	if in == nil {
		return nil, errors.New("null is no value")
	}
	out, err := fn(*in)
	if err == nil {
		_, err = json.Marshal(out) // such as a number that JSON does not have
	}
	return out, err
}

type failure struct {
	Error string `json:"error"`
}

// errNoText is an input without what it is about. An empty text is one.
var errNoText = errors.New("text is missing")
