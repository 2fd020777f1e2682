package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm/gguf"
)

// pieces is testdata/spm.json; spm.py beside it says what it holds.
type pieces struct {
	Tokens        []string
	Types         []int32
	Scores        []float32
	Texts, Hashes []string
}

func readPieces(t testing.TB) *pieces {
	t.Helper()
	b, err := os.ReadFile("testdata/spm.json")
	if err != nil {
		t.Fatal(err)
	}
	var p pieces
	if err := json.Unmarshal(b, &p); err != nil || len(p.Texts) != 600 {
		t.Fatal(len(p.Texts), err)
	}
	return &p
}

func (p *pieces) open(t testing.TB, more ...gguf.Pair) (*Tokenizer, error) {
	t.Helper()
	var b bytes.Buffer
	pairs := append([]gguf.Pair{{Key: "tokenizer.ggml.model", Value: "llama"}, {Key: "tokenizer.ggml.tokens", Value: p.Tokens},
		{Key: "tokenizer.ggml.token_type", Value: p.Types}, {Key: "tokenizer.ggml.scores", Value: p.Scores},
		{Key: "tokenizer.ggml.bos_token_id", Value: uint32(1)}, {Key: "tokenizer.ggml.eos_token_id", Value: uint32(2)}}, more...)
	if err := gguf.Write(&b, pairs, nil); err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return FromGGUF(f)
}

// TestSentencePiece compares ids of 600 texts with another implementation's.
func TestSentencePiece(t *testing.T) {
	p := readPieces(t)
	tok, err := p.open(t)
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0
	for i, text := range p.Texts {
		ids := tok.EncodeFirst(nil, text)
		if hashIDs(ids) != p.Hashes[i] {
			if wrong++; wrong < 6 {
				t.Errorf("%q: %q", text, words(tok, ids))
			}
		}
		for at := range len(text) + 1 {
			ids, n := tok.EncodeSettled(nil, text[:at])
			if rest := tok.Encode(nil, text[n:]); fmt.Sprint(append(ids, rest...)) != fmt.Sprint(tok.Encode(nil, text)) {
				t.Fatalf("%q cut at %d: %q and %q", text, at, words(tok, ids), words(tok, rest))
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d texts", wrong, len(p.Texts))
	}
	if len(tok.Ends()) != 1 || tok.Ends()[0] != 2 {
		t.Errorf("ends: %v", tok.Ends())
	}
	if begin, ok := tok.Begin(); !ok || begin != 1 {
		t.Errorf("begins with %d", begin)
	}
	plain, err := p.open(t, gguf.Pair{Key: "tokenizer.ggml.add_space_prefix", Value: false}, gguf.Pair{Key: "tokenizer.ggml.add_bos_token", Value: false})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := plain.EncodeFirst(nil, "the"), tok.Encode(nil, "the"); fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("without a blank before texts: %v, want %v", a, b)
	}
	if _, ok := plain.Begin(); ok {
		t.Error("the file says that texts begin with no token")
	}
}

func TestBadSentencePiece(t *testing.T) {
	for want, spoil := range map[string]func(p *pieces){
		"900, 900 and 899 members": func(p *pieces) { p.Scores = p.Scores[:899] },
		"should be a byte":         func(p *pieces) { p.Tokens[3] = "<0xZZ>" },
		"has the type 9":           func(p *pieces) { p.Types[400] = 9 },
		"has a blank within":       func(p *pieces) { p.Tokens[400] = "a▁b" },
		"none for the byte":        func(p *pieces) { p.Types[3] = ggufUnused },
		"has two ids, 400 and 401": func(p *pieces) { p.Tokens[401] = p.Tokens[400] },
	} {
		p := readPieces(t)
		spoil(p)
		if _, err := p.open(t); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
