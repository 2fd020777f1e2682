package tokenizer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// lacking is a tokenizer.json whose vocabulary has every byte but those, "ab" and "abc".
func lacking(t testing.TB, unknown any, bytes ...byte) []byte {
	t.Helper()
	vocab := map[string]int{}
	for b := range 256 {
		if !slices.Contains(bytes, byte(b)) {
			vocab[Spell([]byte{byte(b)})] = len(vocab)
		}
	}
	for _, s := range []string{"ab", "abc"} {
		vocab[s] = len(vocab)
	}
	out, err := json.Marshal(map[string]any{
		"model":         map[string]any{"type": "BPE", "vocab": vocab, "merges": []string{"a b", "ab c"}, "unk_token": unknown},
		"added_tokens":  []any{map[string]any{"id": len(vocab), "content": "<|end|>", "special": true}},
		"pre_tokenizer": map[string]any{"type": "ByteLevel", "add_prefix_space": false},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestMissingBytes: the ids are those of PyPI's tokenizers 0.22 for the same files.
func TestMissingBytes(t *testing.T) {
	missing := []byte{0x04, 0x06, 0x7f, 0xc0, 0xf1}
	for _, c := range []struct {
		unknown any
		text    string
		want    []int32
	}{
		{nil, "a\x04b", []int32{95, 96}},
		{nil, "\x04", nil},
		{nil, "ab\x04c", []int32{251, 97}},
		{nil, "\x04\x06", nil},
		{nil, "x\U00040000y", []int32{118, 125, 125, 125, 119}},
		{nil, "a b\x04c ab", []int32{95, 30, 96, 97, 30, 251}},
		{"ab", "a\x04b", []int32{95, 251, 96}},
		{"ab", "\x04", []int32{251}},
		{"ab", "\x04\x06", []int32{251, 251}},
		{"ab", "x\U00040000y", []int32{118, 251, 125, 125, 125, 119}},
		{"<|end|>", "a\x04b", []int32{95, 96}}, // no text spells a special token
	} {
		tok, err := ParseJSON(lacking(t, c.unknown, missing...))
		if err != nil {
			t.Fatal(err)
		}
		if got := tok.Encode(nil, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%q with %v: %v, want %v", c.text, c.unknown, got, c.want)
		}
	}
}

// TestMissingInLongWords: what is left out is left out of words of any length alike.
func TestMissingInLongWords(t *testing.T) {
	tok, err := ParseJSON(lacking(t, nil, 0xf1, 0xf5))
	if err != nil {
		t.Fatal(err)
	}
	for n := range 120 {
		word := strings.Repeat("\xf1\xf5", n)
		if ids := tok.encodeWord(nil, word); len(ids) != 0 {
			t.Fatalf("%d missing bytes: %v", 2*n, ids)
		}
		mixed := strings.Repeat("a\xf1bc\xf5", n)
		if got, want := tok.encodeWord(nil, mixed), tok.encodeWord(nil, strings.Repeat("abc", n)); !slices.Equal(got, want) {
			t.Fatalf("%d times: %v, want %v", n, got, want)
		}
	}
}

func TestBytesThatMustBeThere(t *testing.T) {
	for b := range 256 {
		_, err := ParseJSON(lacking(t, nil, byte(b)))
		var may bool
		switch {
		case b == '\t' || b == '\n' || b == '\r':
		case b < 0x20 || b == 0x7f: // control characters
			may = true
		case b == 0xc0 || b == 0xc1 || b >= 0xf5: // not in UTF-8
			may = true
		case b == 0xf1 || b == 0xf2 || b == 0xf4: // U+40000 to U+BFFFF and U+100000 on
			may = true
		}
		if b == 'a' || b == 'b' || b == 'c' {
			continue // the merges need them
		}
		if (err == nil) != may {
			t.Errorf("without 0x%02x: %v", b, err)
		}
		if want := fmt.Sprintf("0x%02x", b); err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}
