package llama

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// Model is a model's weights. It is immutable and may be shared by several runners.
// The large ones are views of the mapped file, outside the garbage collector's heap.
type Model struct {
	Config
	File *gguf.File // where the weights lie; nil if they were read from a directory

	embed  *tensor.Matrix
	layers []layer
	norm   []float32 // of the output
	head   *tensor.Matrix
	rope   rope
	close  func() error
}

// layer is one transformer block.
type layer struct {
	attnNorm       []float32
	q, k, v, o     *tensor.Matrix
	ffnNorm        []float32
	gate, up, down *tensor.Matrix
}

// source finds the weights of a model by their GGUF names.
type source interface {
	// matrix returns a matrix of rows outputs and cols inputs.
	matrix(name string, rows, cols int) (*tensor.Matrix, error)
	// vector returns n plain numbers.
	vector(name string, n int) ([]float32, error)
	has(name string) bool
	// unused names a tensor that nothing asked for, such as a bias; "" if there is none.
	unused() string
	// embedding returns the number of rows of the token embedding.
	embedding() (rows int, err error)
}

// Load makes a model of an open file. The file must stay open while it is used.
func Load(f *gguf.File) (*Model, error) {
	c, err := configFrom(f)
	if err == nil {
		var m *Model
		if m, err = build(c, ggufSource{f, map[string]bool{}}); err == nil {
			if err = m.checkVocabulary(f); err == nil {
				m.File, m.close = f, f.Close
				return m, nil
			}
		}
	}
	return nil, &gguf.Error{Path: f.Path, Err: err}
}

// Close gives back the memory of the weights.
func (m *Model) Close() error { return m.close() }

// KVShape returns what the model keeps for each token.
func (m *Model) KVShape() kv.Shape {
	return kv.Shape{Layers: m.Layers, KVHeads: m.KVHeads, HeadDim: m.HeadDim}
}

// DecodeBytes returns how many bytes of weights a pass reads.
func (m *Model) DecodeBytes() int {
	n := len(m.head.Data)
	for i := range m.layers {
		l := &m.layers[i]
		for _, w := range []*tensor.Matrix{l.q, l.k, l.v, l.o, l.gate, l.up, l.down} {
			n += len(w.Data)
		}
	}
	return n
}

// TiedHead says that the output head is the token embedding.
func (m *Model) TiedHead() bool { return m.head == m.embed }

// build gathers the weights and checks every shape.
func build(c Config, s source) (*Model, error) {
	rows, err := s.embedding()
	if err != nil {
		return nil, err
	}
	if c.Vocab != 0 && c.Vocab != rows {
		return nil, fmt.Errorf("tensor token_embd.weight: %d rows, the vocabulary has %d tokens", rows, c.Vocab)
	}
	c.Vocab = rows
	m := &Model{Config: c, close: func() error { return nil }}
	var first error
	matrix := func(name string, rows, cols int) *tensor.Matrix {
		w, err := s.matrix(name, rows, cols)
		if first == nil {
			first = err
		}
		return w
	}
	vector := func(name string, n int) []float32 {
		v, err := s.vector(name, n)
		if first == nil {
			first = err
		}
		return v
	}
	m.embed = matrix("token_embd.weight", c.Vocab, c.Width)
	for l := 0; l < c.Layers && first == nil; l++ {
		p := fmt.Sprintf("blk.%d.", l)
		q, kv := c.Heads*c.HeadDim, c.KVHeads*c.HeadDim
		m.layers = append(m.layers, layer{
			attnNorm: vector(p+"attn_norm.weight", c.Width),
			q:        matrix(p+"attn_q.weight", q, c.Width),
			k:        matrix(p+"attn_k.weight", kv, c.Width),
			v:        matrix(p+"attn_v.weight", kv, c.Width),
			o:        matrix(p+"attn_output.weight", c.Width, q),
			ffnNorm:  vector(p+"ffn_norm.weight", c.Width),
			gate:     matrix(p+"ffn_gate.weight", c.FFN, c.Width),
			up:       matrix(p+"ffn_up.weight", c.FFN, c.Width),
			down:     matrix(p+"ffn_down.weight", c.Width, c.FFN),
		})
	}
	m.norm = vector("output_norm.weight", c.Width)
	m.head = m.embed
	if s.has("output.weight") {
		m.head = matrix("output.weight", c.Vocab, c.Width)
	}
	var factors []float32
	if s.has("rope_freqs.weight") {
		factors = vector("rope_freqs.weight", c.HeadDim/2)
		if slices.ContainsFunc(factors, func(f float32) bool { return !(f > 0 && f < 1e6) }) {
			first = fmt.Errorf("tensor rope_freqs.weight: a factor is not between 0 and a million")
		}
	}
	if first != nil {
		return nil, first
	}
	if name := s.unused(); name != "" {
		return nil, fmt.Errorf("tensor %s has no place in a Llama model of %d layers", name, c.Layers)
	}
	m.rope = newRope(&m.Config, factors)
	return m, nil
}

// checkVocabulary compares the tokenizer's size with the embedding's.
func (m *Model) checkVocabulary(f *gguf.File) error {
	tokens, err := f.Strings("tokenizer.ggml.tokens")
	if err != nil {
		return nil // a model without a tokenizer runs on ids
	}
	if len(tokens) != m.Vocab {
		return fmt.Errorf("tensor token_embd.weight: %d rows, the tokenizer has %d tokens", m.Vocab, len(tokens))
	}
	return nil
}

// ggufSource finds weights in a GGUF file.
type ggufSource struct {
	f    *gguf.File
	used map[string]bool
}

func (s ggufSource) unused() string {
	for i := range s.f.Tensors {
		// The experts beside the decoder are another package's.
		if name := s.f.Tensors[i].Name; !s.used[name] && !strings.HasPrefix(name, "router.") && !strings.HasPrefix(name, "spans.") {
			return name
		}
	}
	return ""
}

func (s ggufSource) has(name string) bool {
	_, ok := s.f.Tensor(name)
	return ok
}

func (s ggufSource) find(name string, shape ...int) (*gguf.Tensor, error) {
	t, ok := s.f.Tensor(name)
	if !ok {
		return nil, fmt.Errorf("tensor %s is missing, want the shape %v", name, shape)
	}
	if !slices.Equal(t.Shape, shape) {
		return nil, fmt.Errorf("tensor %s has the shape %v, want %v", name, t.Shape, shape)
	}
	s.used[name] = true
	return t, nil
}

func (s ggufSource) matrix(name string, rows, cols int) (*tensor.Matrix, error) {
	t, err := s.find(name, cols, rows)
	if err != nil {
		return nil, err
	}
	w, err := tensor.NewMatrix(t.Type, rows, cols, t.Data)
	if err != nil {
		return nil, fmt.Errorf("tensor %s: %w", name, err)
	}
	return w, nil
}

func (s ggufSource) vector(name string, n int) ([]float32, error) {
	t, err := s.find(name, n)
	if err != nil {
		return nil, err
	}
	v := make([]float32, n)
	tensor.Dequantize(t.Type, v, t.Data)
	return v, nil
}

func (s ggufSource) embedding() (int, error) {
	t, ok := s.f.Tensor("token_embd.weight")
	if !ok {
		return 0, fmt.Errorf("tensor token_embd.weight is missing")
	}
	if len(t.Shape) != 2 {
		return 0, fmt.Errorf("tensor token_embd.weight has the shape %v, want two dimensions", t.Shape)
	}
	return t.Shape[1], nil
}
