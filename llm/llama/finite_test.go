package llama

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// TestNoNumberSpreads: a weight that is no number, wherever it lies, spoils the logits; no
// rounding on the way to them takes it for a number.
func TestNoNumberSpreads(t *testing.T) {
	w := randomWeights(1)
	plain := filepath.Join(t.TempDir(), "plain.gguf")
	if err := os.WriteFile(plain, w.gguf(t, headsOf32(), ""), 0o644); err != nil {
		t.Fatal(err)
	}
	const onTiles = 41 // tokens, where the processor has tiles
	nan := map[tensor.Type][]byte{tensor.F32: {0, 0, 0xc0, 0x7f}, tensor.F16: {0, 0x7e}, tensor.BF16: {0xc0, 0x7f}, tensor.Q8_0: {0, 0x7e}}
	for typ := range nan {
		path := filepath.Join(t.TempDir(), "m.gguf")
		f, err := gguf.Open(plain)
		if err != nil {
			t.Fatal(err)
		}
		mix, err := gguf.ParseMix(typ.String())
		if err != nil {
			t.Fatal(err)
		}
		pool := tensor.NewPool(1)
		err = gguf.Convert(context.Background(), f, path, mix, pool, nil)
		pool.Close()
		if err != nil || f.Close() != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range w.names {
			if name == "token_embd.weight" { // a row is one token's
				continue
			}
			spoiled := bytes.Clone(data)
			if f, err = gguf.Parse(spoiled); err != nil {
				t.Fatal(err)
			}
			bad, _ := f.Tensor(name)
			copy(bad.Data[bad.Type.RowBytes(bad.Shape[0])*(bad.Elements()/bad.Shape[0]/2):], nan[bad.Type])
			for _, cache := range []tensor.Type{tensor.F32, tensor.F16, tensor.Q8_0} {
				for _, n := range []int{1, 5, 40, onTiles} {
					t.Run(fmt.Sprint(typ, " ", name, " ", cache, " ", n), func(t *testing.T) {
						m, err := Load(f)
						if err != nil {
							t.Fatal(err)
						}
						b := newBench(t, m, 1, cache, 100)
						if n == onTiles {
							b.wide = 4096
						}
						table := b.cache.NewTable()
						defer table.Free()
						if row := b.prefill(t, table, ids(7, n), n); row[0] == row[0] {
							t.Errorf("a logit of %g", row[0])
						}
						if err := m.NotFinite(); err == nil || !strings.Contains(err.Error(), "tensor "+name) {
							t.Error(err)
						}
					})
				}
			}
		}
	}
}
