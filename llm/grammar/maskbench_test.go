package grammar

import (
	"bufio"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm/tokenizer"
)

var (
	benchEach = flag.Int("maskbench.each", 9, "TestMaskBench takes each so manyth schema; 1 is all")
	benchName = flag.String("maskbench.name", "", "TestMaskBench takes the schemas with this in their names")
	benchTop  = flag.Int("maskbench.top", 0, "TestMaskBench prints so many of the slowest schemas")
)

const goldenDir = "../../../shared/golden"

// benchCase is a schema of MaskBench with its instances.
type benchCase struct {
	Name   string          `json:"name"`
	Schema json.RawMessage `json:"schema"`
	Tests  []struct {
		Valid bool            `json:"valid"`
		Data  json.RawMessage `json:"data"`
	} `json:"tests"`
}

// benchTimes are what one schema took.
type benchTimes struct {
	name    string
	compile time.Duration
	masks   []time.Duration
	wrong   []string
	refused string
}

// goldenVocab is the vocabulary of Llama 3.1.
func goldenVocab(tb testing.TB) (*tokenizer.Tokenizer, *Vocab) {
	tb.Helper()
	tok, err := tokenizer.LoadModel(filepath.Join(goldenDir, "tokenizer", "tokenizer.model"))
	if err != nil {
		tb.Skipf("the reference vocabulary isn't here: %v", err)
	}
	tokens := make([][]byte, tok.Size())
	for i := range tokens {
		tokens[i] = tok.Bytes(int32(i))
	}
	return tok, NewVocab(tokens, tok.IsSpecial)
}

// TestMaskBench decodes the instances of a sample of public schemas under their masks, with
// a check afterwards where a keyword is not enforced: none is judged wrong. It prints the
// processor time of compilations and masks.
func TestMaskBench(t *testing.T) {
	f, err := os.Open(filepath.Join(goldenDir, "maskbench-sample.jsonl"))
	if err != nil {
		t.Skipf("the sample isn't here: %v", err)
	}
	defer func() { _ = f.Close() }()
	tok, v := goldenVocab(t)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all []*benchTimes
	dst := NewBitset(v.Size())
	dec := json.NewDecoder(bufio.NewReader(f))
	for i := 0; dec.More(); i++ {
		var c benchCase
		if err := dec.Decode(&c); err != nil {
			t.Fatal(err)
		}
		if i%*benchEach == 0 && strings.Contains(c.Name, *benchName) {
			all = append(all, c.run(tok, v, dst))
		}
	}
	var compiles, masks []time.Duration
	passed := 0
	for _, one := range all {
		compiles, masks = append(compiles, one.compile), append(masks, one.masks...)
		for _, w := range one.wrong {
			t.Errorf("%s: %s", one.name, w)
		}
		if one.refused != "" {
			t.Logf("%s: %s", one.name, one.refused)
		} else if len(one.wrong) == 0 {
			passed++
		}
	}
	slowest(t, all, func(o *benchTimes) time.Duration { return o.compile }, "compile")
	slowest(t, all, func(o *benchTimes) time.Duration { return slices.Max(append(o.masks, 0)) }, "mask")
	t.Logf("%d of %d schemas pass", passed, len(all))
	t.Logf("compile: %s", percentiles(compiles))
	t.Logf("masks: %s", percentiles(masks))
	if 100*passed < 97*len(all) && *benchEach == 1 && *benchName == "" {
		t.Errorf("%d of %d schemas pass", passed, len(all))
	}
}

// run compiles the schema and feeds its instances.
func (c *benchCase) run(tok *tokenizer.Tokenizer, v *Vocab, dst Bitset) *benchTimes {
	out := &benchTimes{name: c.Name}
	start := threadTime()
	g, err := CompileSchema(c.Schema, Options{})
	out.compile = threadTime() - start
	if err != nil {
		out.refused = err.Error()
		return out
	}
	check := func(string) bool { return true }
	if len(g.Checked()) > 0 {
		s := validator(string(c.Schema))
		if s == nil {
			out.refused = "the validator does not take it"
			return out
		}
		check = func(text string) bool { return holds(s, text) }
	}
	for i, test := range c.Tests {
		text, err := Canonical(test.Data)
		if err != nil {
			out.wrong = append(out.wrong, err.Error())
			continue
		}
		got := out.take(g.NewMatcher(v), tok.Encode(nil, string(text)), dst) && check(string(text))
		if got != test.Valid {
			out.wrong = append(out.wrong, fmt.Sprintf("instance %d is valid: %v, accepted: %v", i, test.Valid, got))
		}
	}
	return out
}

// take says whether the masks let the tokens through.
func (o *benchTimes) take(m *Matcher, ids []int32, dst Bitset) bool {
	for _, id := range ids {
		start := threadTime()
		err := m.Mask(dst)
		o.masks = append(o.masks, threadTime()-start)
		if err != nil || !dst.Has(id) || m.Accept(id) != nil {
			return false
		}
	}
	return m.CanEnd()
}

func slowest(t *testing.T, all []*benchTimes, by func(*benchTimes) time.Duration, what string) {
	list := slices.Clone(all)
	slices.SortFunc(list, func(x, y *benchTimes) int { return cmp.Compare(by(y), by(x)) })
	for _, one := range list[:min(*benchTop, len(list))] {
		t.Logf("%s %v: %s", what, by(one), one.name)
	}
}

func percentiles(list []time.Duration) string {
	if len(list) == 0 {
		return "none"
	}
	slices.Sort(list)
	at := func(p float64) time.Duration { return list[int(p*float64(len(list)-1))].Round(100 * time.Nanosecond) }
	return fmt.Sprintf("%d, p50 %v, p90 %v, p99 %v, p99.9 %v, max %v", len(list), at(0.5), at(0.9), at(0.99), at(0.999), at(1))
}
