package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/gguf"
)

// What opening a damaged file and saying a few words with it may take.
const (
	mostBytes = 256 << 20
	mostTime  = time.Minute
)

// use opens a model as a program does and says something with it; the error is what a
// person is told.
func use(t *testing.T, what string, data []byte) (err error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("%s: panic: %v", what, p)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > mostBytes {
			t.Errorf("%s: %d MB were allocated: %v", what, n>>20, err)
		}
		if d := time.Since(began); d > mostTime || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: took %v: %v", what, d, err)
		}
		if err != nil && len(strings.TrimSpace(err.Error())) < 10 {
			t.Errorf("%s: the error says only %q", what, err)
		}
	}()
	e, err := OpenBytes(data, Options{Tokens: 512, Threads: 1})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), mostTime)
	defer cancel()
	req := &llm.Request{
		Messages:  []llm.Message{{Role: llm.RoleSystem, Content: "Use the tools."}, {Role: llm.RoleUser, Content: "Where is order 1042?"}},
		MaxTokens: 48,
	}
	if _, err := e.CountTokens(req); err == nil { // else it refuses tools, too
		req.Tools = []llm.ToolSpec{{Name: "lookup_order", Parameters: []byte(`{"type":"object","properties":{"n":{"type":"integer"}}}`)}}
		if _, err := e.CountTokens(req); err != nil {
			req.Tools = nil
		}
	}
	for _, err = range e.Generate(ctx, req) {
		if err != nil {
			break
		}
	}
	return errors.Join(err, e.Close())
}

// box is the file of the model in the box.
func box(t *testing.T) []byte {
	data, err := os.ReadFile("../mini/model.gguf")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// harmed are the files that are damaged: the model in the box, and where they are the
// reference models, one of which has SentencePiece's vocabulary.
func harmed(t *testing.T) map[string][]byte {
	out := map[string][]byte{"mini": box(t)}
	for _, name := range []string{"stories260K.gguf", "tiny-Q4_K_M.gguf"} {
		data, err := os.ReadFile(filepath.Join("../../../shared/golden/models", name))
		if err != nil {
			t.Logf("the reference data is not beside the repository: %v", err)
			continue
		}
		out[name] = data
	}
	if path := os.Getenv("CHASKI_REAL_MODEL"); path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out["real"] = data
	}
	return out
}

// TestDamaged: a file in which bytes were changed, or that was cut, gives an error that
// says something, or works; never a panic, a hang or a large allocation. CHASKI_DAMAGED is
// how many damages of each kind are tried, CHASKI_REAL_MODEL one more file.
func TestDamaged(t *testing.T) {
	rounds := 40
	if s := os.Getenv("CHASKI_DAMAGED"); s != "" {
		var err error
		if rounds, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	numbers := []uint64{0, 1, 2, 7, 0x7f, 0xff, 0x7fff, 0xffff, 1 << 20, 0x7fffffff, 0x80000000, 0xffffffff, 1 << 40, math.MaxInt64, 1 << 63, math.MaxUint64}
	for name, whole := range harmed(t) {
		if err := use(t, name, whole); err != nil {
			t.Logf("%s, whole: %v", name, err)
		}
		f, err := gguf.Parse(whole)
		if err != nil {
			t.Fatal(err)
		}
		header := len(whole)
		for i := range f.Tensors {
			header -= len(f.Tensors[i].Data)
		}
		data := slices.Clone(whole)
		rng := rand.New(rand.NewPCG(41, uint64(len(name))))
		place := func() int {
			switch rng.IntN(4) {
			case 0: // the type, the length and the beginning of a key's value
				key := f.Keys()[rng.IntN(len(f.Keys()))]
				return min(header-8, bytes.Index(whole, []byte(key))+len(key)+rng.IntN(24))
			case 1: // the table of tensors
				return max(0, header-8-rng.IntN(min(header-8, 6000)))
			case 2: // what the file begins with
				return rng.IntN(32)
			}
			return rng.IntN(header - 8)
		}
		for range rounds {
			at := place()
			what := fmt.Sprintf("%s, bit at %d", name, at)
			data[at] ^= 1 << rng.IntN(8)
			_ = use(t, what, data)
			data[at] = whole[at]

			at, n := place(), numbers[rng.IntN(len(numbers))]
			what = fmt.Sprintf("%s, %#x at %d", name, n, at)
			if rng.IntN(2) == 0 {
				binary.LittleEndian.PutUint64(data[at:], n)
			} else {
				binary.LittleEndian.PutUint32(data[at:], uint32(n))
			}
			_ = use(t, what, data)
			copy(data[at:], whole[at:at+8])

			cut := place()
			if rng.IntN(3) == 0 {
				cut = rng.IntN(len(whole))
			}
			if err := use(t, fmt.Sprintf("%s, cut at %d", name, cut), data[:cut]); err == nil {
				t.Errorf("%s, cut at %d of %d: works", name, cut, len(whole))
			}
		}
	}
}

// TestOddKeys: a file with one key of another type, or with a value that cannot be, or
// without it, is refused by a word about it, or works.
func TestOddKeys(t *testing.T) {
	f, err := gguf.Parse(box(t))
	if err != nil {
		t.Fatal(err)
	}
	values := []any{
		uint32(0), uint32(1), uint32(math.MaxUint32), int32(-1), int64(math.MinInt64), uint64(math.MaxUint64), uint32(1 << 29), float32(math.NaN()), float32(-1), math.Inf(1),
		true, "", "llama", "{% for", "{{ messages[99999999].content }}", "{% for i in range(100000000) %}x{% endfor %}", "\xff\xfe",
		[]string{}, []string{"a"}, []string{"", "a a", "\xff"}, []int32{}, []int32{-1, 1 << 30}, []float32{float32(math.NaN())}, []any{true}, nil,
	}
	keys := append(slices.Clone(f.Keys()),
		"general.type", "tokenizer.chat_template", "tokenizer.chat_template.tool_use", "tokenizer.chat_templates", "tokenizer.ggml.scores",
		"tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id", "tokenizer.ggml.add_bos_token", "tokenizer.ggml.add_space_prefix", "tokenizer.ggml.precompiled_charsmap",
		"llama.rope.scaling.type", "llama.rope.scaling.factor", "llama.rope.scaling.original_context_length", "llama.attention.key_length", "llama.expert_count",
		"split.count", "split.no", "split.tensors.count", "general.sampling.temp")
	var tensors []gguf.Source
	for i := range f.Tensors {
		x := &f.Tensors[i]
		tensors = append(tensors, gguf.Source{Name: x.Name, Type: x.Type, Shape: x.Shape, Data: func(w io.Writer) error {
			_, err := w.Write(x.Data)
			return err
		}})
	}
	buf := &bytes.Buffer{}
	every := 1
	if testing.Short() || os.Getenv("CHASKI_DAMAGED") == "" {
		every = 7
	}
	for k, key := range keys {
		for v, value := range values {
			if (k+v)%every != 0 {
				continue
			}
			var pairs []gguf.Pair
			for _, other := range f.Keys() {
				if old, _ := f.Value(other); other != key {
					pairs = append(pairs, gguf.Pair{Key: other, Value: old})
				}
			}
			if value != nil {
				pairs = append(pairs, gguf.Pair{Key: key, Value: value})
			}
			buf.Reset()
			if err := gguf.Write(buf, pairs, tensors); err != nil {
				t.Fatal(err)
			}
			what := fmt.Sprintf("%s = %T %.40q", key, value, fmt.Sprint(value))
			err := use(t, what, buf.Bytes())
			t.Logf("%s: %v", what, err)
		}
	}
}
