package tokenizer

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const goldenDir = "../../../shared/golden"

var llama3 = sync.OnceValues(func() (*Tokenizer, error) {
	return LoadModel(filepath.Join(goldenDir, "tokenizer", "tokenizer.model"))
})

// llama3Tokenizer is Llama 3's own vocabulary, which is not part of the repository.
func llama3Tokenizer(t testing.TB) *Tokenizer {
	t.Helper()
	tok, err := llama3()
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the reference data is not beside the repository: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

type vector struct {
	Text    string
	Special bool
	IDs     []int32
}

func vectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(goldenDir, "tokenizer", "vectors.json"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the reference data is not beside the repository: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var out []vector
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatal("no vectors")
	}
	return out
}

// TestVectors compares with the ids that tiktoken gives.
func TestVectors(t *testing.T) {
	tok := llama3Tokenizer(t)
	if tok.Size() != 128256 {
		t.Fatalf("size %d", tok.Size())
	}
	for i, v := range vectors(t) {
		var got []int32
		if v.Special {
			got = tok.EncodeSpecial(nil, v.Text)
		} else {
			got = tok.Encode(nil, v.Text)
		}
		if !slices.Equal(got, v.IDs) && len(got)+len(v.IDs) > 0 {
			t.Errorf("vector %d, %q:\ngot  %v\nwant %v", i, v.Text, got, v.IDs)
			continue
		}
		back, err := tok.Decode(got)
		if err != nil || back != v.Text {
			t.Errorf("vector %d: decoded to %q, %v", i, back, err)
		}
		d := tok.NewDecoder()
		var b strings.Builder
		for _, id := range got {
			if v.Special && tok.IsSpecial(id) {
				b.WriteString(d.Flush())
				b.Write(tok.Bytes(id))
				continue
			}
			piece := d.Push(id)
			if strings.ToValidUTF8(piece, "") != piece {
				t.Errorf("vector %d: the piece %q is no UTF-8", i, piece)
			}
			b.WriteString(piece)
		}
		b.WriteString(d.Flush())
		if b.String() != v.Text {
			t.Errorf("vector %d: streamed %q", i, b.String())
		}
	}
}

// english is prose in the mix of words, numbers and punctuation that people write.
func english() string {
	const s = "The runner left Cusco before dawn, carrying a knotted cord and a message of forty words; by noon he'd passed it on. " +
		"\"How long will it take?\" asked the clerk, who didn't trust roads. \"Two days,\" said the runner, \"or 2.5 if it rains.\"\n\n" +
		"In 1,482 relay stations, along nearly 40,000 kilometres of road, someone was always awake. They'd hear the conch shell, " +
		"run alongside for a hundred paces, learn the message by heart, and go. Nothing was written down: what couldn't be remembered couldn't be sent.\n"
	return strings.Repeat(s, 1<<20/len(s)+1)
}

func BenchmarkEncodeEnglish(b *testing.B) {
	tok := llama3Tokenizer(b)
	text := english()
	var dst []int32
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		dst = tok.Encode(dst[:0], text)
	}
}

func BenchmarkEncodeRun(b *testing.B) {
	tok := llama3Tokenizer(b)
	for _, c := range []string{"a", " ", "é"} {
		for _, n := range []int{1 << 17, 1 << 20} {
			text := strings.Repeat(c, n/len(c))
			b.Run(c+"/"+map[bool]string{true: "1MB", false: "128KB"}[n == 1<<20], func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					tok.Encode(nil, text)
				}
			})
		}
	}
}

// TestSettled: the tokens of every beginning of a text that are said to be settled are
// those of the whole.
func TestSettled(t *testing.T) {
	tok := llama3Tokenizer(t)
	for _, v := range vectors(t) {
		if v.Special || len(v.Text) > 400 {
			continue
		}
		whole := tok.Encode(nil, v.Text)
		for i := range len(v.Text) + 1 {
			ids, n := tok.EncodeSettled(nil, v.Text[:i])
			if len(ids) > len(whole) || !slices.Equal(ids, whole[:len(ids)]) || n > i {
				t.Fatalf("%q of %q: %v, want a prefix of %v", v.Text[:i], v.Text, ids, whole)
			}
			at := 0
			for _, id := range ids {
				at += len(tok.Bytes(id))
			}
			if at != n {
				t.Fatalf("%q: %d bytes in tokens, said to be %d", v.Text[:i], at, n)
			}
		}
	}
}
