package bpe

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func counts(texts ...string) map[string]int {
	c := map[string]int{}
	for _, t := range texts {
		Count(c, t)
	}
	return c
}

func TestCountKeepsTheText(t *testing.T) {
	const text = "It's 12345 o'clock,\n\n    \"name\": x  y\t\n end  "
	n := 0
	for w, k := range counts(text) {
		n += len(w) * k
	}
	if n != len(text) {
		t.Errorf("the words have %d bytes, the text %d", n, len(text))
	}
	if c := counts("a    b"); c["   "] != 1 || c[" b"] != 1 {
		t.Errorf("blanks before a word: %v", c)
	}
}

func TestTrain(t *testing.T) {
	text := strings.Repeat("the order of Mara is 1042 and the order number is 1042 \"Mara\" Mara\n", 40)
	v, err := Train(counts(text), 256+256+16)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Tokens) != 528 || v.Text != 272 || len(v.Merges) != 16 {
		t.Fatalf("%d tokens, %d of text, %d merges", len(v.Tokens), v.Text, len(v.Merges))
	}
	tok, err := v.Tokenizer()
	if err != nil {
		t.Fatal(err)
	}
	back, err := tok.Decode(tok.Encode(nil, text))
	if err != nil || back != text {
		t.Fatalf("%q, %v", back, err)
	}
	if n := len(tok.Encode(nil, "1042")); n != 4 {
		t.Errorf("1042 has %d tokens, want a token for each digit", n)
	}
	plain := tok.Encode(nil, "Mara")
	for _, s := range []string{" Mara", `"Mara`, "_Mara"} {
		if ids := tok.Encode(nil, s); !slices.Equal(ids[1:], plain) {
			t.Errorf("%q has the tokens %v, Mara alone %v", s, ids, plain)
		}
	}
	if id, ok := tok.Special("<|eot_id|>"); !ok || id != int32(v.Text+9) {
		t.Errorf("<|eot_id|> is %d, %v", id, ok)
	}
}

func TestTrainIsRepeatable(t *testing.T) {
	text := strings.Repeat("one two three four five six seven eight nine ten ", 3)
	a, errA := Train(counts(text), 512+12)
	b, errB := Train(counts(text), 512+12)
	if errA != nil || errB != nil || !slices.Equal(a.Merges, b.Merges) {
		t.Errorf("%v and %v, %v, %v", a.Merges, b.Merges, errA, errB)
	}
}

func TestTrainNeedsText(t *testing.T) {
	if _, err := Train(counts("a b"), 600); err == nil || !strings.Contains(err.Error(), "count more") {
		t.Errorf("error %v", err)
	}
}

func ExampleSpecial() {
	names := Special()
	fmt.Println(len(names), names[0], names[9], names[255])
	// Output: 256 <|begin_of_text|> <|eot_id|> <|reserved_special_token_247|>
}
