package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// weights is what the trainer writes beside weights.bin: shapes and order.
type weights struct {
	Layers   int     `json:"layers"`
	Width    int     `json:"width"`
	Heads    int     `json:"heads"`
	KVHeads  int     `json:"kv_heads"`
	FFN      int     `json:"ffn"`
	Context  int     `json:"context"`
	RopeBase float64 `json:"rope_base"`
	Epsilon  float64 `json:"epsilon"`
	Tensors  []struct {
		Name  string `json:"name"`
		Shape []int  `json:"shape"` // GGUF's order: columns first
	} `json:"tensors"`
}

// export writes the trainer's weights and the vocabulary as a GGUF file.
func export(o options) error {
	mix, err := gguf.ParseMix(o.mix)
	if err != nil {
		return err
	}
	v, _, err := readVocab(o.dir)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Join(o.dir, "weights.json"))
	if err != nil {
		return err
	}
	var w weights
	if err := json.Unmarshal(b, &w); err != nil {
		return fmt.Errorf("weights.json: %w", err)
	}
	f, err := os.Open(filepath.Join(o.dir, "weights.bin"))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	types := make([]int32, len(v.Tokens))
	for i := range types {
		types[i] = 1
		if i >= v.Text {
			types[i] = 3
		}
	}
	first := uint32(v.Text)
	pairs := []gguf.Pair{
		{Key: "general.architecture", Value: "llama"}, {Key: "general.name", Value: "chaski-mini"}, {Key: "general.license", Value: "apache-2.0"},
		{Key: "general.file_type", Value: mix.FileType},
		{Key: "llama.block_count", Value: uint32(w.Layers)}, {Key: "llama.context_length", Value: uint32(w.Context)},
		{Key: "llama.embedding_length", Value: uint32(w.Width)}, {Key: "llama.feed_forward_length", Value: uint32(w.FFN)},
		{Key: "llama.attention.head_count", Value: uint32(w.Heads)}, {Key: "llama.attention.head_count_kv", Value: uint32(w.KVHeads)},
		{Key: "llama.attention.layer_norm_rms_epsilon", Value: float32(w.Epsilon)}, {Key: "llama.rope.freq_base", Value: float32(w.RopeBase)},
		{Key: "llama.rope.dimension_count", Value: uint32(w.Width / w.Heads)}, {Key: "llama.vocab_size", Value: uint32(len(v.Tokens))},
		{Key: "tokenizer.ggml.model", Value: "gpt2"}, {Key: "tokenizer.ggml.pre", Value: "llama-bpe"},
		{Key: "tokenizer.ggml.tokens", Value: v.Tokens}, {Key: "tokenizer.ggml.token_type", Value: types}, {Key: "tokenizer.ggml.merges", Value: v.Merges},
		{Key: "tokenizer.ggml.bos_token_id", Value: first}, {Key: "tokenizer.ggml.eos_token_id", Value: first + 9},
		{Key: "tokenizer.ggml.padding_token_id", Value: first + 4},
		{Key: "chaski.result.member", Value: "result"}, // the worlds' tools answer with objects and lists
	}
	if o.beams > 0 {
		pairs = append(pairs, gguf.Pair{Key: "general.sampling.beams", Value: uint32(o.beams)})
	}
	var tensors []gguf.Source
	for _, t := range w.Tensors {
		n := 1
		for _, d := range t.Shape {
			n *= d
		}
		to := mix.TypeOf(t.Name, t.Shape, w.Layers)
		tensors = append(tensors, gguf.Source{Name: t.Name, Type: to, Shape: t.Shape, Data: func(out io.Writer) error {
			raw := make([]byte, 4*n)
			if _, err := io.ReadFull(f, raw); err != nil {
				return err
			}
			x := make([]float32, n)
			for i := range x {
				x[i] = math.Float32frombits(uint32(raw[4*i]) | uint32(raw[4*i+1])<<8 | uint32(raw[4*i+2])<<16 | uint32(raw[4*i+3])<<24)
			}
			dst := make([]byte, to.RowBytes(n))
			tensor.Quantize(to, dst, x)
			_, err := out.Write(dst)
			return err
		}})
	}
	if len(tensors) == 0 {
		return errors.New("weights.json names no tensors")
	}
	return gguf.Create(o.model, pairs, tensors)
}
