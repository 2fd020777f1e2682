package tokenizer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
)

// splits is testdata/splits.json; splits.py beside it says what it holds.
type splits struct {
	Vocab  map[string]int32
	Merges []string
	Texts  []string
	Hashes map[string][]string
	JSON   map[string]map[string]any
}

func readSplits(t testing.TB) *splits {
	t.Helper()
	b, err := os.ReadFile("testdata/splits.json")
	if err != nil {
		t.Fatal(err)
	}
	var s splits
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Hashes) != 5 || len(s.Texts) != 600 {
		t.Fatalf("%d ways, %d texts", len(s.Hashes), len(s.Texts))
	}
	return &s
}

var added = []string{"<think>", "</think>"}

// tokenizerJSON is the tokenizer.json of one way to cut text.
func (s *splits) tokenizerJSON(t testing.TB, name string, change func(f map[string]any)) []byte {
	t.Helper()
	f := map[string]any{
		"model": map[string]any{"type": "BPE", "vocab": s.Vocab, "merges": s.Merges, "ignore_merges": preTokenizers[name].wholeWords},
	}
	maps.Copy(f, s.JSON[name])
	var tokens []map[string]any
	for i, a := range added {
		tokens = append(tokens, map[string]any{"id": len(s.Vocab) + i, "content": a, "special": false})
	}
	f["added_tokens"] = tokens
	if change != nil {
		change(f)
	}
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func hashIDs(ids []int32) string {
	var text []string
	for _, id := range ids {
		text = append(text, fmt.Sprint(id))
	}
	sum := sha256.Sum256([]byte(strings.Join(text, ",")))
	return hex.EncodeToString(sum[:4])
}

// TestSplits compares ids of 600 texts with another implementation's, for each way to cut
// text into words, as tokenizer.json and as GGUF.
func TestSplits(t *testing.T) {
	s := readSplits(t)
	for name, hashes := range s.Hashes {
		tok, err := ParseJSON(s.tokenizerJSON(t, name, nil))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rule := preTokenizers[name]
		if tok.split != rule.split || tok.nfc != rule.nfc || tok.wholeWords != rule.wholeWords {
			t.Errorf("%s: a tokenizer.json gives %+v, a GGUF file %+v", name, tok.split, rule)
		}
		wrong := 0
		for i, text := range s.Texts {
			ids := tok.Encode(nil, text)
			if hashIDs(ids) != hashes[i] {
				if wrong++; wrong < 4 {
					t.Errorf("%s: %q: %v", name, text, words(tok, ids))
				}
			}
		}
		if wrong > 0 {
			t.Errorf("%s: %d of %d texts", name, wrong, len(s.Texts))
		}
	}
}

func words(tok *Tokenizer, ids []int32) []string {
	var out []string
	for _, id := range ids {
		out = append(out, string(tok.Bytes(id)))
	}
	return out
}

// TestSplitsSettled: what is settled of a text's beginning is a beginning of the whole text's
// tokens, wherever it is cut.
func TestSplitsSettled(t *testing.T) {
	s := readSplits(t)
	for name := range s.Hashes {
		tok, err := ParseJSON(s.tokenizerJSON(t, name, nil))
		if err != nil {
			t.Fatal(err)
		}
		settled := 0
		for _, text := range s.Texts[:200] {
			for at := range len(text) + 1 {
				ids, n := tok.EncodeSettled(nil, text[:at])
				settled += n
				if rest := tok.Encode(nil, text[n:]); !tok.nfc && fmt.Sprint(append(ids, rest...)) != fmt.Sprint(tok.Encode(nil, text)) {
					t.Fatalf("%s: %q cut at %d: %v and %v", name, text, at, words(tok, ids), words(tok, rest))
				}
			}
		}
		if settled == 0 {
			t.Errorf("%s: nothing is ever settled", name)
		}
	}
}

// TestUserTokens: tokens that a tune added are taken whole in any text, but for those
// that look like a turn's.
func TestUserTokens(t *testing.T) {
	s := readSplits(t)
	n := int32(len(s.Vocab))
	tok, err := ParseJSON(s.tokenizerJSON(t, "gpt-2", func(f map[string]any) {
		f["added_tokens"] = append(f["added_tokens"].([]map[string]any), map[string]any{"id": n + 2, "content": "<|im_end|>", "special": false})
	}))
	if err != nil {
		t.Fatal(err)
	}
	ids := tok.Encode(nil, "a<think>b<|im_end|>")
	if ids[1] != n || tok.IsSpecial(n) || string(tok.Bytes(n)) != "<think>" {
		t.Errorf("%v: <think> is %d", ids, n)
	}
	for _, id := range ids {
		if id == n+2 {
			t.Error("a text has forged the end of a turn")
		}
	}
	if id, ok := tok.Special("<|im_end|>"); !ok || id != n+2 || !tok.IsSpecial(id) {
		t.Error("<|im_end|> is no special token")
	}
	if got := tok.EncodeSpecial(nil, "x<|im_end|>"); got[len(got)-1] != n+2 {
		t.Errorf("%v", got)
	}
}

func TestUnknownSteps(t *testing.T) {
	s := readSplits(t)
	for want, change := range map[string]func(f map[string]any){
		`pre-tokenizer "Metaspace"`: func(f map[string]any) { f["pre_tokenizer"] = map[string]any{"type": "Metaspace"} },
		"with the steps": func(f map[string]any) {
			f["pre_tokenizer"] = map[string]any{"type": "Digits", "individual_digits": true}
		},
		"puts a blank before": func(f map[string]any) {
			f["pre_tokenizer"] = map[string]any{"type": "ByteLevel", "add_prefix_space": true}
		},
		`normalizer "Lowercase"`:          func(f map[string]any) { f["normalizer"] = map[string]any{"type": "Lowercase"} },
		`post-processor "BertProcessing"`: func(f map[string]any) { f["post_processor"] = map[string]any{"type": "BertProcessing"} },
		"takes white space": func(f map[string]any) {
			f["added_tokens"].([]map[string]any)[0]["lstrip"] = true
		},
	} {
		if _, err := ParseJSON(s.tokenizerJSON(t, "gpt-2", change)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
