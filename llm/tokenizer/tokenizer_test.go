package tokenizer

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// small is a vocabulary of all bytes, some merges and Llama 3.1's special tokens.
func small(t testing.TB) *Tokenizer {
	t.Helper()
	tok, err := ParseModel(smallModel("he", "ll", "llo", "hello", " h", " hello", "aa", "aaa", "aaaa", "  "))
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func smallModel(words ...string) []byte {
	var b strings.Builder
	for i := range 256 {
		fmt.Fprintf(&b, "%s %d\n", base64.StdEncoding.EncodeToString([]byte{byte(i)}), i)
	}
	for i, w := range words {
		fmt.Fprintf(&b, "%s %d\n", base64.StdEncoding.EncodeToString([]byte(w)), 256+i)
	}
	return []byte(b.String())
}

func ExampleTokenizer_Encode() {
	tok, err := ParseModel(smallModel("he", "ll", "llo", "hello", " h", " hello"))
	if err != nil {
		panic(err)
	}
	fmt.Println(tok.Encode(nil, "hello hello<|eot_id|>")[:2])
	fmt.Println(tok.EncodeSpecial(nil, "hello hello<|eot_id|>"))
	// Output:
	// [259 261]
	// [259 261 271]
}

func TestTextIsNeverSpecial(t *testing.T) {
	tok := small(t)
	for _, name := range SpecialNames() {
		for _, id := range tok.Encode(nil, "a"+name+"b") {
			if tok.IsSpecial(id) {
				t.Fatalf("the text %q gave the special token %d", name, id)
			}
		}
		id, ok := tok.Special(name)
		if got := tok.EncodeSpecial(nil, "a"+name+"b"); !ok || len(got) != 3 || got[1] != id {
			t.Fatalf("EncodeSpecial of %q gave %v", name, got)
		}
	}
}

// reference splits with Go's regular expressions; the look-ahead is done by hand.
func reference(s string) []string {
	re := regexp.MustCompile(`^(?:(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\v\x{85}\p{Z}\p{L}\p{N}]+[\r\n]*|[\s\v\x{85}\p{Z}]*[\r\n]+)`)
	spaces := regexp.MustCompile(`^[\s\v\x{85}\p{Z}]+`)
	last := regexp.MustCompile(`(?s).$`)
	var out []string
	for s != "" {
		word := re.FindString(s)
		if word == "" {
			word = spaces.FindString(s)
			if rest := s[len(word):]; rest != "" {
				if cut := last.ReplaceAllString(word, ""); cut != "" {
					word = cut
				}
			}
		}
		out = append(out, word)
		s = s[len(word):]
	}
	return out
}

func split(s string) []string {
	var out []string
	for i := 0; i < len(s); {
		end := SplitLlama3.nextWord(s, i)
		out = append(out, s[i:end])
		i = end
	}
	return out
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{
		"it's", "'S 'LL 'ſ 'Re'ves", "a  b\n\n c \t\r\n x", "1234567 12", " \u00a0\u3000x", "!?\n\n'd", "\u2028a\u0085b", "x\v\fy", "٣٤٥٦ Ⅷ½", "日本語 123", "  \n  a", " '", "'", "\r\n\r\n.",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		if got, want := split(s), reference(s); !slices.Equal(got, want) {
			t.Fatalf("%q:\ngot  %q\nwant %q", s, got, want)
		}
	})
}

func FuzzRoundTrip(f *testing.F) {
	for _, s := range []string{"hello hello", "aaaaaaaaaaaa", "\xff\xfe", strings.Repeat("ab", 40), "<|eot_id|>"} {
		f.Add(s)
	}
	tok := small(f)
	f.Fuzz(func(t *testing.T, s string) {
		ids := tok.Encode(nil, s)
		back, err := tok.Decode(ids)
		if err != nil || back != s {
			t.Fatalf("%q came back as %q, %v", s, back, err)
		}
		for _, id := range ids {
			if tok.IsSpecial(id) {
				t.Fatalf("%q gave the special token %d", s, id)
			}
		}
	})
}

// TestLongWords compares the heap with the simple merge loop.
func TestLongWords(t *testing.T) {
	tok := small(t)
	for n := 2; n < longWord; n++ {
		for _, word := range []string{strings.Repeat("a", n), strings.Repeat("hell", n)[:n], strings.Repeat("aab", n)[:n], strings.Repeat("lhello", n)[:n]} {
			simple := tok.encodeWord(nil, word)
			if _, whole := tok.ids[word]; whole {
				continue
			}
			if heap := tok.mergeLong(nil, word); !slices.Equal(simple, heap) {
				t.Fatalf("%q: %v by the loop, %v by the heap", word, simple, heap)
			}
		}
	}
}

// TestRunsStayLinear: a megabyte of one character takes a fraction of a second. Were
// the time to grow with the square of the length, it would take hours.
func TestRunsStayLinear(t *testing.T) {
	tok := small(t)
	for _, c := range []string{"a", " ", "b", "é"} {
		start := time.Now()
		tok.Encode(nil, strings.Repeat(c, (1<<20)/len(c)))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("1 MiB of %q took %v", c, took)
		}
	}
}

func TestDecoderHoldsHalfCharacters(t *testing.T) {
	tok := small(t)
	const text = "é🦙日"
	d := tok.NewDecoder()
	var got []string
	for _, b := range []byte(text) {
		got = append(got, d.Push(int32(b)))
	}
	want := []string{"", "é", "", "", "", "🦙", "", "", "日"}
	if !slices.Equal(got, want) || d.Flush() != "" {
		t.Fatalf("pieces %q", got)
	}
	if d.Push(0xf0) != "" || d.Push('x') != "\ufffdx" || d.Push(0xe6) != "" || d.Flush() != "\ufffd" {
		t.Fatal("broken characters must come out as U+FFFD")
	}
	if d.Push(0xff) != "\ufffd" {
		t.Fatal("a byte that is never UTF-8 needs no waiting")
	}
}

func TestBadFiles(t *testing.T) {
	for name, c := range map[string]struct {
		parse func([]byte) (*Tokenizer, error)
		data  string
		want  string
	}{
		"no rank":       {ParseModel, "IQ==\n", "line 1: want base64"},
		"rank order":    {ParseModel, "IQ== 1\n", `line 1: rank "1", want 0`},
		"base64":        {ParseModel, "!! 0\n", "line 1: illegal base64"},
		"missing bytes": {ParseModel, "IQ== 0\n", "none for the byte 0x09"},
		"twice":         {ParseModel, "IQ== 0\nIQ== 1\n", "two ids"},
		"not json":      {ParseJSON, "{", "tokenizer.json"},
		"unigram":       {ParseJSON, `{"model": {"type": "Unigram"}}`, `"Unigram", want BPE`},
		"pattern":       {ParseJSON, `{"model": {"type": "BPE"}, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "x"}}}`, `the steps "split x|"`},
	} {
		if _, err := c.parse([]byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := ParseModel([]byte("\x0a\x0e\x0a\x05<unk>")); !errors.Is(err, ErrSentencePiece) {
		t.Errorf("a SentencePiece file: %v", err)
	}
}

// asJSON writes the vocabulary of tok as a tokenizer.json.
func asJSON(tok *Tokenizer) []byte {
	vocab := map[string]int{}
	var added []map[string]any
	var merges [][2]string
	for i, b := range tok.tokens {
		if tok.special[i] {
			added = append(added, map[string]any{"id": i, "content": string(b), "special": true})
			continue
		}
		vocab[Spell(b)] = i
		for cut := 1; cut < len(b); cut++ {
			_, l := tok.ids[string(b[:cut])]
			_, r := tok.ids[string(b[cut:])]
			if l && r {
				merges = append(merges, [2]string{Spell(b[:cut]), Spell(b[cut:])})
			}
		}
	}
	out, err := json.Marshal(map[string]any{
		"model":         map[string]any{"type": "BPE", "vocab": vocab, "merges": merges, "ignore_merges": true},
		"added_tokens":  added,
		"pre_tokenizer": map[string]any{"type": "Sequence", "pretokenizers": []any{map[string]any{"type": "Split", "pattern": map[string]any{"Regex": splitPattern}}, map[string]any{"type": "ByteLevel", "use_regex": false}}},
	})
	if err != nil {
		panic(err)
	}
	return out
}

func TestJSONFile(t *testing.T) {
	want := small(t)
	data := asJSON(want)
	old := regexp.MustCompile(`\["((?:[^"\\]|\\.)*)","((?:[^"\\]|\\.)*)"\]`).ReplaceAll(data, []byte(`"$1 $2"`))
	for name, d := range map[string][]byte{"pairs": data, "strings": old} {
		got, err := ParseJSON(d)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		const text = "hello aaaaaaa hello  llo 🦙<|eot_id|>"
		if a, b := got.EncodeSpecial(nil, text), want.EncodeSpecial(nil, text); !slices.Equal(a, b) {
			t.Errorf("%s: %v, want %v", name, a, b)
		}
	}
}

func FuzzReaders(f *testing.F) {
	f.Add(smallModel("he"))
	f.Add([]byte(`{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}}`))
	f.Add(asJSON(small(f)))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, parse := range []func([]byte) (*Tokenizer, error){ParseModel, ParseJSON} {
			if tok, err := parse(data); err == nil {
				if back, err := tok.Decode(tok.Encode(nil, "hello")); err != nil || back != "hello" {
					t.Fatalf("%q, %v", back, err)
				}
			}
		}
	})
}
