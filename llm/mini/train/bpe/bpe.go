// Package bpe learns a byte-level BPE vocabulary in Llama 3's form: single bytes, then
// merged tokens in the order of their merges, then the 256 special tokens.
//
// Three rules keep copying uniform, so that a word has the same tokens wherever it
// stands, known or not, in a question, a declaration or a call: all numbers of up to three
// digits are tokens, as in Llama 3, letters merge with letters only, and a capital letter
// begins a token.
package bpe

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm/tokenizer"
)

// Vocabulary is a learned vocabulary, spelt in GPT-2's alphabet.
type Vocabulary struct {
	Tokens []string `json:"tokens"` // text tokens, then special tokens
	Merges []string `json:"merges"` // two tokens, a space between
	Text   int      `json:"text"`   // the number of text tokens
}

// Special returns the names of Llama 3.1's special tokens in order.
func Special() []string {
	names := []string{
		"<|begin_of_text|>", "<|end_of_text|>", "", "", "<|finetune_right_pad_id|>", "", "<|start_header_id|>", "<|end_header_id|>",
		"<|eom_id|>", "<|eot_id|>", "<|python_tag|>",
	}
	for len(names) < 256 {
		names = append(names, "")
	}
	n := 0
	for i, name := range names {
		if name == "" {
			names[i] = fmt.Sprintf("<|reserved_special_token_%d|>", n)
			n++
		}
	}
	return names
}

// pattern is Llama 3's split pattern without its look-ahead, which split adds.
var pattern = regexp.MustCompile(`^(?:(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+)`)

// Count adds the words of a text to counts.
func Count(counts map[string]int, text string) {
	for text != "" {
		n := len(pattern.FindString(text))
		if w := text[:n]; n > 1 && n < len(text) && strings.TrimSpace(w) == "" && !strings.ContainsAny(w, "\r\n") {
			n-- // the last blank belongs to the word after it
		}
		counts[text[:n]]++
		text = text[n:]
	}
}

type pair struct{ left, right int }

type word struct {
	parts []int
	count int
}

// Train learns a vocabulary of size tokens, special ones included, from word counts.
func Train(counts map[string]int, size int) (Vocabulary, error) {
	special := Special()
	tokens := make([][]byte, 256)
	for b := range tokens {
		tokens[b] = []byte{byte(b)}
	}
	var v Vocabulary
	known := map[string]bool{}
	add := func(p pair) int {
		joined := append(slices.Clone(tokens[p.left]), tokens[p.right]...)
		known[string(joined)] = true
		v.Merges = append(v.Merges, tokenizer.Spell(tokens[p.left])+" "+tokenizer.Spell(tokens[p.right]))
		tokens = append(tokens, joined)
		return len(tokens) - 1
	}
	if len(tokens)+len(special)+1100 <= size {
		two := func(n int) int { return 256 + n }
		for n := range 100 {
			add(pair{'0' + n/10, '0' + n%10})
		}
		for n := range 1000 { // from the left or from the right, as the merges before fall
			add(pair{two(n / 10), '0' + n%10})
			v.Merges = append(v.Merges, fmt.Sprintf("%d %02d", n/100, n%100))
		}
	}
	var words []word
	for w, n := range counts {
		if isDigit(w[0]) {
			continue // has its token
		}
		parts := make([]int, len(w))
		for i := range len(w) {
			parts[i] = int(w[i])
		}
		words = append(words, word{parts, n})
	}
	pairs := map[pair]int{}
	where := map[pair]map[int]bool{}
	count := func(w, sign int) {
		for i := 1; i < len(words[w].parts); i++ {
			p := pair{words[w].parts[i-1], words[w].parts[i]}
			pairs[p] += sign * words[w].count
			if sign > 0 {
				if where[p] == nil {
					where[p] = map[int]bool{}
				}
				where[p][w] = true
			}
		}
	}
	for w := range words {
		count(w, 1)
	}
	for len(tokens)+len(special) < size {
		best, most := pair{}, 0
		for p, n := range pairs {
			if n < most || n <= 0 {
				continue
			}
			joined := string(tokens[p.left]) + string(tokens[p.right])
			if !mergeable(joined) || known[joined] {
				continue
			}
			if n > most || cmp.Or(cmp.Compare(p.left, best.left), cmp.Compare(p.right, best.right)) < 0 {
				best, most = p, n
			}
		}
		if most < 2 {
			return v, fmt.Errorf("bpe: the text gives only %d tokens, want %d: count more of it", len(tokens)+len(special), size)
		}
		id := add(best)
		for w := range where[best] {
			count(w, -1)
			words[w].parts = merge(words[w].parts, best, id)
			count(w, 1)
		}
		delete(pairs, best)
		delete(where, best)
	}
	for _, t := range tokens {
		v.Tokens = append(v.Tokens, tokenizer.Spell(t))
	}
	v.Text = len(tokens)
	v.Tokens = append(v.Tokens, special...)
	return v, nil
}

// mergeable says that a token may exist: see the package's rules.
func mergeable(s string) bool {
	letters := letter(s[0])
	for i := range len(s) {
		c := s[i]
		if isDigit(c) || letter(c) != letters || i > 0 && c >= 'A' && c <= 'Z' {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func merge(parts []int, p pair, id int) []int {
	out := parts[:0]
	for i := 0; i < len(parts); i++ {
		if i+1 < len(parts) && parts[i] == p.left && parts[i+1] == p.right {
			out = append(out, id)
			i++
			continue
		}
		out = append(out, parts[i])
	}
	return out
}

// Tokenizer returns the vocabulary as a tokenizer.
func (v *Vocabulary) Tokenizer() (*tokenizer.Tokenizer, error) {
	ids := map[string]int32{}
	vocab := tokenizer.Vocabulary{Special: make([]bool, len(v.Tokens)), Merges: [][3]int32{}}
	back := map[string]byte{}
	for b := range 256 {
		back[tokenizer.Spell([]byte{byte(b)})] = byte(b)
	}
	for i, t := range v.Tokens {
		if i >= v.Text {
			vocab.Special[i] = true
			vocab.Tokens = append(vocab.Tokens, []byte(t))
			continue
		}
		ids[t] = int32(i)
		var b []byte
		for _, r := range t {
			b = append(b, back[string(r)])
		}
		vocab.Tokens = append(vocab.Tokens, b)
	}
	for _, m := range v.Merges {
		l, r, _ := strings.Cut(m, " ")
		vocab.Merges = append(vocab.Merges, [3]int32{ids[l], ids[r], ids[l+r]})
	}
	return tokenizer.New(vocab)
}
