package llama

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/kv"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// shape of the random models of these tests.
const (
	tLayers, tWidth, tHeads, tKV, tFFN, tVocab = 2, 64, 4, 2, 96, 50
	tDim                                       = tWidth / tHeads
)

// weights are the tensors of a model: by GGUF name, with shapes as GGUF counts.
type weights struct {
	names []string
	shape map[string][]int
	data  map[string][]float32
}

func randomWeights(seed uint64) *weights {
	w := &weights{shape: map[string][]int{}, data: map[string][]float32{}}
	rng := rand.New(rand.NewPCG(seed, 1))
	add := func(name string, shape ...int) {
		n := 1
		for _, d := range shape {
			n *= d
		}
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64() / math.Sqrt(float64(shape[0])))
			if len(shape) == 1 {
				x[i] = 1 + 0.1*float32(rng.NormFloat64())
			}
		}
		w.names, w.shape[name], w.data[name] = append(w.names, name), shape, x
	}
	add("token_embd.weight", tWidth, tVocab)
	for l := range tLayers {
		p := fmt.Sprintf("blk.%d.", l)
		add(p+"attn_norm.weight", tWidth)
		add(p+"attn_q.weight", tWidth, tHeads*tDim)
		add(p+"attn_k.weight", tWidth, tKV*tDim)
		add(p+"attn_v.weight", tWidth, tKV*tDim)
		add(p+"attn_output.weight", tHeads*tDim, tWidth)
		add(p+"ffn_norm.weight", tWidth)
		add(p+"ffn_gate.weight", tWidth, tFFN)
		add(p+"ffn_up.weight", tWidth, tFFN)
		add(p+"ffn_down.weight", tFFN, tWidth)
	}
	add("output_norm.weight", tWidth)
	return w
}

func metadata() []gguf.Pair {
	return []gguf.Pair{
		{Key: "general.architecture", Value: "llama"}, {Key: "llama.block_count", Value: uint32(tLayers)}, {Key: "llama.embedding_length", Value: uint32(tWidth)},
		{Key: "llama.attention.head_count", Value: uint32(tHeads)}, {Key: "llama.attention.head_count_kv", Value: uint32(tKV)},
		{Key: "llama.feed_forward_length", Value: uint32(tFFN)}, {Key: "llama.context_length", Value: uint32(4096)}, {Key: "llama.rope.freq_base", Value: float32(500000)},
	}
}

// headsOf32 is metadata with heads of 32, which pages of Q8_0 and tiles want.
func headsOf32() []gguf.Pair {
	pairs := metadata()
	for i := range pairs {
		switch pairs[i].Key {
		case "llama.attention.head_count":
			pairs[i].Value = uint32(tWidth / 32)
		case "llama.attention.head_count_kv":
			pairs[i].Value = uint32(tKV * tDim / 32)
		}
	}
	return pairs
}

// gguf returns the model as a file in memory, after change.
func (w *weights) gguf(t testing.TB, pairs []gguf.Pair, skip string) []byte {
	t.Helper()
	var sources []gguf.Source
	for _, name := range w.names {
		if name == skip {
			continue
		}
		var b bytes.Buffer
		if err := binary.Write(&b, binary.LittleEndian, w.data[name]); err != nil {
			t.Fatal(err)
		}
		sources = append(sources, gguf.Source{Name: name, Type: tensor.F32, Shape: w.shape[name], Data: func(to io.Writer) error {
			_, err := to.Write(b.Bytes())
			return err
		}})
	}
	var out bytes.Buffer
	if err := gguf.Write(&out, pairs, sources); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func load(t testing.TB, data []byte) (*Model, error) {
	t.Helper()
	f, err := gguf.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return Load(f)
}

func randomBench(t testing.TB, seed uint64) bench {
	t.Helper()
	m, err := load(t, randomWeights(seed).gguf(t, metadata(), ""))
	if err != nil {
		t.Fatal(err)
	}
	if !m.TiedHead() {
		t.Fatal("without output.weight the head is the embedding")
	}
	return newBench(t, m, 2, tensor.F32, 4096)
}

func ids(seed uint64, n int) []int32 {
	rng := rand.New(rand.NewPCG(seed, 2))
	out := make([]int32, n)
	for i := range out {
		out[i] = rng.Int32N(tVocab)
	}
	return out
}

// TestPackedSequences: sequences in one pass give what each gives alone, whatever the
// others are; prompts, chunks and single tokens mixed.
func TestPackedSequences(t *testing.T) {
	b := randomBench(t, 1)
	prompts := [][]int32{ids(1, 70), ids(2, 33), ids(3, 1), ids(4, 128)}
	var alone [][]float32
	for _, p := range prompts {
		table := b.cache.NewTable()
		alone = append(alone, b.prefill(t, table, p, len(p)))
		table.Free()
	}
	for _, chunk := range []int{1, 7, 32, 100} {
		tables := make([]*kv.Table, len(prompts))
		last := make([][]float32, len(prompts))
		for i := range tables {
			tables[i] = b.cache.NewTable()
		}
		for left := true; left; {
			left = false
			var spans []Span
			var who []int
			for i, p := range prompts {
				at := tables[i].Len()
				n := min(chunk+i, len(p)-at)
				if n > 0 {
					spans, who, left = append(spans, Span{Table: tables[i], Tokens: p[at : at+n], Logits: 1}), append(who, i), true
				}
			}
			if !left {
				break
			}
			out, err := b.Forward(spans)
			if err != nil {
				t.Fatal(err)
			}
			for k, i := range who {
				last[i] = slices.Clone(out[k])
			}
		}
		for i := range prompts {
			if rel := relative(last[i], alone[i]); rel > 1e-5 {
				t.Errorf("chunks of %d, sequence %d: off by %.1e", chunk, i, rel)
			}
			tables[i].Free()
		}
	}
	if b.cache.Free() != b.cache.Pages() {
		t.Errorf("%d of %d pages are free at the end", b.cache.Free(), b.cache.Pages())
	}
}

// TestForks: sequences that share pages and go different ways equal fresh ones.
func TestForks(t *testing.T) {
	b := randomBench(t, 1)
	prompt := ids(5, 45)
	root := b.cache.NewTable()
	b.prefill(t, root, prompt, 16)
	for cut := range len(prompt) {
		fork := root.Fork(cut + 1)
		tail := ids(uint64(cut), 9)
		got := b.prefill(t, fork, tail, 4)
		fresh := b.cache.NewTable()
		want := b.prefill(t, fresh, append(slices.Clone(prompt[:cut+1]), tail...), 64)
		if rel := relative(got, want); rel > 1e-5 {
			t.Fatalf("forked at %d: off by %.1e", cut+1, rel)
		}
		fork.Free()
		fresh.Free()
	}
}

// TestSomeLogits: asking for fewer logits, or for some rows of the head, gives the
// same numbers.
func TestSomeLogits(t *testing.T) {
	b := randomBench(t, 1)
	p, q := ids(6, 20), ids(7, 5)
	run := func(spans ...Span) [][]float32 {
		t.Helper()
		for i := range spans {
			spans[i].Table = b.cache.NewTable()
		}
		out, err := b.Forward(spans)
		if err != nil {
			t.Fatal(err)
		}
		var c [][]float32
		for _, o := range out {
			c = append(c, slices.Clone(o))
		}
		for _, s := range spans {
			s.Table.Free()
		}
		return c
	}
	all := run(Span{Tokens: p, Logits: len(p)}, Span{Tokens: q, Logits: len(q)})
	some := run(Span{Tokens: p}, Span{Tokens: q, Logits: 2, Rows: []int32{49, 0, 7}}, Span{Tokens: p, Logits: 1}, Span{Tokens: q, Logits: 1})
	if len(some) != 4 {
		t.Fatalf("%d rows", len(some))
	}
	for i, at := range []int{len(all) - 2, len(all) - 1} {
		if rel := relative(some[i], []float32{all[at][49], all[at][0], all[at][7]}); rel > 1e-6 {
			t.Errorf("row %d: off by %.1e", i, rel)
		}
	}
	if rel := relative(some[2], all[len(p)-1]); rel > 1e-6 {
		t.Errorf("the first prompt's last: off by %.1e", rel)
	}
	if rel := relative(some[3], all[len(all)-1]); rel > 1e-6 {
		t.Errorf("the second prompt's last: off by %.1e", rel)
	}
}

// TestRefusals: a bad pass is refused whole, and changes nothing.
func TestRefusals(t *testing.T) {
	b := randomBench(t, 1)
	full := b.cache.NewTable()
	if err := full.Extend(4000); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spans []Span
		want  error
	}{
		"id too large":     {[]Span{{Tokens: []int32{1, tVocab}}}, ErrToken},
		"id negative":      {[]Span{{Tokens: []int32{-1}}}, ErrToken},
		"row out of range": {[]Span{{Tokens: []int32{1}, Logits: 1, Rows: []int32{tVocab}}}, ErrToken},
		"beyond context":   {[]Span{{Tokens: ids(1, 97), Table: full}}, ErrContext},
		"second span":      {[]Span{{Tokens: []int32{1}}, {Tokens: []int32{99}}}, ErrToken},
		"no pages":         {[]Span{{Tokens: ids(1, 600)}}, kv.ErrFull},
		"no tokens":        {[]Span{{}}, nil},
		"too many logits":  {[]Span{{Tokens: []int32{1}, Logits: 2}}, nil},
		"negative logits":  {[]Span{{Tokens: []int32{1}, Logits: -1}}, nil},
	} {
		for i := range c.spans {
			if c.spans[i].Table == nil {
				c.spans[i].Table = b.cache.NewTable()
			}
		}
		free := b.cache.Free()
		_, err := b.Forward(c.spans)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if b.cache.Free() != free || c.spans[0].Table != full && c.spans[0].Table.Len() != 0 {
			t.Errorf("%s: something changed", name)
		}
	}
}

// TestBadModels: each fault is one line that names the tensor or key.
func TestBadModels(t *testing.T) {
	w := randomWeights(1)
	set := func(key string, v any) []gguf.Pair {
		pairs := slices.DeleteFunc(metadata(), func(p gguf.Pair) bool { return p.Key == key })
		if v != nil {
			pairs = append(pairs, gguf.Pair{Key: key, Value: v})
		}
		return pairs
	}
	reshaped := func(name string, shape ...int) *weights {
		c := randomWeights(1)
		n := 1
		for _, d := range shape {
			n *= d
		}
		c.shape[name], c.data[name] = shape, make([]float32, n)
		return c
	}
	biased := randomWeights(1)
	biased.names = append(biased.names, "blk.0.attn_q.bias")
	biased.shape["blk.0.attn_q.bias"], biased.data["blk.0.attn_q.bias"] = []int{64}, make([]float32, 64)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"bias":           {biased.gguf(t, metadata(), ""), "tensor blk.0.attn_q.bias has no place"},
		"too few layers": {w.gguf(t, set("llama.block_count", uint32(1)), ""), "has no place in a Llama model of 1 layers"},
		"soft cap":       {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.attn_logit_softcapping", Value: float32(50)}), ""), "llama.attn_logit_softcapping: 50"},
		"another scale":  {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.attention.scale", Value: float32(0.5)}), ""), "llama.attention.scale"},
		"logit scale":    {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.logit_scale", Value: float32(8)}), ""), "llama.logit_scale: 8"},
		"experts":        {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.expert_count", Value: uint32(8)}), ""), "a mixture of experts"},
		"both ways":      {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.attention.causal", Value: false}), ""), "reads both ways"},
		"values":         {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.attention.value_length", Value: uint32(8)}), ""), "llama.attention.value_length: 8"},
		"old and new":    {w.gguf(t, append(set("llama.rope.scaling.type", "linear"), gguf.Pair{Key: "llama.rope.scaling.factor", Value: float32(2)}, gguf.Pair{Key: "llama.rope.scale_linear", Value: float32(4)}), ""), "llama.rope.scale_linear: 4"},
		"no scale":       {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.attention.scale", Value: float32(math.NaN())}), ""), "llama.attention.scale: NaN"},
		"no old scale":   {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.rope.scale_linear", Value: float32(math.NaN())}), ""), "llama.rope.scale_linear: NaN"},
		"no factor":      {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.rope.scaling.factor", Value: float32(-1)}), ""), "llama.rope.scaling.factor: -1"},
		"scaling's type": {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.rope.scaling.type", Value: uint32(2)}), ""), "llama.rope.scaling.type: is a uint32"},
		"windows":        {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.attention.sliding_window", Value: []uint32{128, 0}}), ""), "llama.attention.sliding_window: is a []uint32"},
		"experts' type":  {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.expert_count", Value: "8"}), ""), "llama.expert_count: is a string"},
		"ways' type":     {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.attention.causal", Value: uint32(0)}), ""), "llama.attention.causal: 0, want true"},
		"an adapter":     {w.gguf(t, append(metadata(), gguf.Pair{Key: "general.type", Value: "adapter"}), ""), `general.type: "adapter"`},
		"unknown key":    {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.attention.new_idea", Value: "on"}), ""), "llama.attention.new_idea: on"},
		"architecture":   {w.gguf(t, set("general.architecture", "gpt2"), ""), `the architecture "gpt2", want llama`},
		"missing key":    {w.gguf(t, set("llama.block_count", nil), ""), "metadata key llama.block_count: missing"},
		"key type":       {w.gguf(t, set("llama.block_count", "two"), ""), "metadata key llama.block_count: is a string"},
		"heads":          {w.gguf(t, set("llama.attention.head_count_kv", uint32(3)), ""), "4 heads can't share 3 KV heads"},
		"no layers":      {w.gguf(t, set("llama.block_count", uint32(0)), ""), "0 layers"},
		"missing tensor": {w.gguf(t, metadata(), "blk.1.ffn_up.weight"), "tensor blk.1.ffn_up.weight is missing, want the shape [64 96]"},
		"missing embed":  {w.gguf(t, metadata(), "token_embd.weight"), "tensor token_embd.weight is missing"},
		"wrong shape":    {reshaped("blk.0.attn_k.weight", 64, 64).gguf(t, metadata(), ""), "tensor blk.0.attn_k.weight has the shape [64 64], want [64 32]"},
		"transposed":     {reshaped("blk.0.ffn_up.weight", 96, 64).gguf(t, metadata(), ""), "tensor blk.0.ffn_up.weight has the shape [96 64], want [64 96]"},
		"vocabulary":     {w.gguf(t, append(metadata(), gguf.Pair{Key: "tokenizer.ggml.tokens", Value: make([]string, 49)}), ""), "tensor token_embd.weight: 50 rows, the tokenizer has 49 tokens"},
		"vocab size":     {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.vocab_size", Value: uint32(51)}), ""), "50 rows, the vocabulary has 51 tokens"},
		"scaling":        {w.gguf(t, append(metadata(), gguf.Pair{Key: "llama.rope.scaling.type", Value: "yarn"}), ""), `type "yarn"`},
	} {
		_, err := load(t, c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestPositions: the angles of far positions are as exact as those of near ones. The
// reference reduces the angle with 200 bits.
func TestPositions(t *testing.T) {
	c := Config{HeadDim: 128, RopeBase: 500000, RopeScaling: &RopeScaling{8, 1, 4, 8192}}
	r := newRope(&c, nil)
	cos, sin := make([]float32, 64), make([]float32, 64)
	for _, pos := range []int{1, 4095, 8192, 65537, 131071} {
		r.angles(cos, sin, pos)
		for i, f := range r.freqs {
			wantSin, wantCos := exactSincos(pos, f)
			if math.Abs(float64(cos[i])-wantCos) > 6.1e-8 || math.Abs(float64(sin[i])-wantSin) > 6.1e-8 {
				t.Fatalf("position %d, pair %d: cos %g, sin %g; want %g, %g", pos, i, cos[i], sin[i], wantCos, wantSin)
			}
		}
	}
	if f := r.freqs[0]; f != 1 {
		t.Errorf("the fastest frequency is %g", f)
	}
	if got, want := r.freqs[63], math.Pow(500000, -126.0/128)/8; math.Abs(got/want-1) > 1e-14 {
		t.Errorf("the slowest frequency is %g, want %g", got, want)
	}
}

// TestScalingMatchesFactors: config.json's rule gives the factors that converters write.
func TestScalingMatchesFactors(t *testing.T) {
	s := RopeScaling{8, 1, 4, 8192}
	for i := range 64 {
		f := math.Pow(500000, -2*float64(i)/128)
		wave := 2 * math.Pi / f
		want := 1.0
		if wave > 8192 {
			want = 8
		} else if wave > 2048 {
			smooth := (8192/wave - 1) / 3
			want = 1 / ((1-smooth)/8 + smooth)
		}
		if got := f / s.apply(f); math.Abs(got-want) > 1e-12*want {
			t.Errorf("pair %d: factor %g, want %g", i, got, want)
		}
	}
}

// TestProjectReusesMemory: logits are computed without copies of the hidden rows, for
// one sequence and, once there is room, for several. On one thread all scratch memory is
// made in the first pass, so every byte counted here is project's own.
func TestProjectReusesMemory(t *testing.T) {
	m, err := load(t, randomWeights(1).gguf(t, metadata(), ""))
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, m, 1, tensor.F32, 4096)
	one := []Span{{Table: b.cache.NewTable(), Tokens: ids(1, 64), Logits: 64}}
	two := []Span{{Table: b.cache.NewTable(), Tokens: ids(2, 32), Logits: 32}, {Table: b.cache.NewTable(), Tokens: ids(3, 32), Logits: 32}}
	for _, spans := range [][]Span{one, two} {
		if _, err := b.Forward(spans); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 50 {
			b.project(spans)
		}
		runtime.ReadMemStats(&after)
		got, rows := (after.TotalAlloc-before.TotalAlloc)/50, uint64(4*64*tWidth)
		t.Logf("%d sequences: %d bytes", len(spans), got)
		if got > rows/16 {
			t.Errorf("%d sequences: %d bytes for the logits of 64 tokens, whose rows take %d", len(spans), got, rows)
		}
	}
}

// TestHidden: the head's product with the hidden states is the logits, whatever spans they
// come in.
func TestHidden(t *testing.T) {
	b := randomBench(t, 1)
	w := randomWeights(1).data["token_embd.weight"] // the head too
	width := len(w) / tVocab
	prompts := [][]int32{ids(1, 20), ids(2, 9)}
	var states [2][][]float32
	var spans []Span
	for i, p := range prompts {
		table := b.cache.NewTable()
		defer table.Free()
		spans = append(spans, Span{Table: table, Tokens: p, Logits: len(p), Hidden: func(_ int, s []float32) { states[i] = append(states[i], slices.Clone(s)) }})
	}
	logits, err := b.Forward(spans)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range prompts {
		if len(states[i]) != len(p) {
			t.Fatalf("%d states of %d tokens", len(states[i]), len(p))
		}
		for j, state := range states[i] {
			want := make([]float32, tVocab)
			for id := range want {
				for k := range width {
					want[id] += w[id*width+k] * state[k]
				}
			}
			if rel := relative(logits[0], want); rel > 1e-2 { // activations of the head are rounded
				t.Errorf("token %d of sequence %d: off by %.1e", j, i, rel)
			}
			logits = logits[1:]
		}
	}
}
