package mini

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/gguf"
	"github.com/chaski-dev/chaski/llm/mini/train/corpus"
	"github.com/chaski-dev/chaski/llm/tensor"
)

// TestDraft: with a copy of the model in four bits as its draft, the model makes the same
// calls in fewer passes, held by the grammar of its tools, greedy, sampled and with beams.
func TestDraft(t *testing.T) {
	f, err := gguf.Parse(Bytes())
	if err != nil {
		t.Fatal(err)
	}
	mix, err := gguf.ParseMix("Q4_0")
	if err != nil {
		t.Fatal(err)
	}
	pool, path := tensor.NewPool(2), filepath.Join(t.TempDir(), "draft.gguf")
	defer pool.Close()
	if err := gguf.Convert(t.Context(), f, path, mix, pool, nil); err != nil {
		t.Fatal(err)
	}
	open := func(o engine.Options) *engine.Engine {
		o.Tokens, o.Cache = 4096, "f32"
		e, err := engine.OpenBytes(Bytes(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
		return e
	}
	plain, copying, drafted := open(engine.Options{NoDrafts: true}), open(engine.Options{}), open(engine.Options{Draft: path})
	for name, how := range map[string]llm.Sampling{"greedy": {Beams: 1}, "sampled": {Temperature: 0.8, Seed: 7}, "beams": {}} {
		var passes, copied, right, same, total int
		s := corpus.NewSource(98, true)
		for range 3 {
			c := s.Single("support")
			for _, turn := range c.Turns {
				req := &llm.Request{Messages: c.Messages[:turn.At], Tools: c.Tools, MaxTokens: 120, Sampling: how}
				answer := func(e *engine.Engine) (llm.Message, llm.Stop) {
					m, stop, err := llm.Collect(e.Generate(t.Context(), req), nil)
					if err != nil {
						t.Fatal(err)
					}
					for i := range m.Calls {
						m.Calls[i].Confidence = 0 // rounded as sums of so many rows are
					}
					return m, stop
				}
				want, _ := answer(plain)
				_, a := answer(copying)
				got, b := answer(drafted)
				if total++; reflect.DeepEqual(got, want) {
					same++
				} else {
					t.Logf("%s: %+v, without a draft %+v", name, got, want)
				}
				passes, copied, right = passes+b.Usage.ForwardPasses, copied+a.Usage.ForwardPasses, right+b.Usage.AcceptedTokens
			}
		}
		t.Logf("%s: %d of %d turns the same, %d passes, %d by copying only, %d drafted tokens right", name, same, total, passes, copied, right)
		if same != total || passes >= copied {
			t.Errorf("%s: %d of %d turns the same, %d passes, %d by copying only", name, same, total, passes, copied)
		}
	}
}
