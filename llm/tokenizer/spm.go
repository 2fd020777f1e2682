package tokenizer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/chaski-dev/chaski/llm/gguf"
)

// SentencePiece vocabularies (Llama 2, Mistral) write a blank as '▁', merge whatever two
// neighbours give the token with the best score, the leftmost first, and spell what is no
// token in bytes. No token goes on with a blank after another character, so a text is cut
// before its blanks, and the words are merged on their own.

const blank = "▁"

// fromSentencePiece makes the tokenizer of a GGUF file of that kind.
func fromSentencePiece(f *gguf.File) (*Tokenizer, error) {
	tokens, err := f.Strings("tokenizer.ggml.tokens")
	if err != nil {
		return nil, err
	}
	types, err := f.Int32s("tokenizer.ggml.token_type")
	if err != nil {
		return nil, err
	}
	scores, err := f.Float32s("tokenizer.ggml.scores")
	if err != nil {
		return nil, err
	}
	if len(types) != len(tokens) || len(scores) != len(tokens) {
		return nil, fmt.Errorf("tokenizer.ggml.tokens, token_type and scores have %d, %d and %d members, want as many of each", len(tokens), len(types), len(scores))
	}
	if i := slices.IndexFunc(scores, func(s float32) bool { return s-s != 0 }); i >= 0 {
		return nil, fmt.Errorf("tokenizer.ggml.scores: that of token %d, %q, is %g, want a finite number", i, tokens[i], scores[i])
	}
	v := Vocabulary{Tokens: make([][]byte, len(tokens)), Special: make([]bool, len(tokens)), User: make([]bool, len(tokens)), Byte: make([]bool, len(tokens)), Scores: scores}
	for i, s := range tokens {
		switch types[i] {
		case ggufNormal:
			s = strings.ReplaceAll(s, blank, " ")
			if at := strings.LastIndex(s, " "); at > 0 && strings.Trim(s[:at], " ") != "" {
				return nil, fmt.Errorf("token %d, %q, has a blank within", i, s)
			}
		case ggufByte:
			hex, ok := strings.CutPrefix(strings.TrimSuffix(s, ">"), "<0x")
			b, err := strconv.ParseUint(hex, 16, 8)
			if !ok || err != nil {
				return nil, fmt.Errorf("token %d, %q, should be a byte such as <0x0A>", i, s)
			}
			v.Byte[i], s = true, string([]byte{byte(b)})
		case ggufUser:
			v.User[i] = true
		case ggufUnknown, ggufControl, ggufUnused:
			v.Special[i] = true
		default:
			return nil, fmt.Errorf("tokenizer.ggml.token_type: token %d, %q, has the type %d, want 1 to 6", i, s, types[i])
		}
		v.Tokens[i] = []byte(s)
	}
	t, err := New(v)
	if err != nil {
		return nil, err
	}
	t.prefixSpace = true
	if v, ok := f.Value("tokenizer.ggml.add_space_prefix"); ok {
		prefix, is := v.(bool)
		if !is {
			return nil, &gguf.KeyError{Key: "tokenizer.ggml.add_space_prefix", Err: fmt.Errorf("is a %T, want a bool", v)}
		}
		t.prefixSpace = prefix
	}
	return t, nil
}

// rankScores gives each token the rank of its score, the best first; equal ones share it.
func rankScores(scores []float32) []int32 {
	sorted := slices.Clone(scores)
	slices.SortFunc(sorted, func(a, b float32) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	sorted = slices.Compact(sorted)
	place := make(map[float32]int32, len(sorted))
	for i, s := range sorted {
		place[s] = int32(i)
	}
	ranks := make([]int32, len(scores))
	for i, s := range scores {
		ranks[i] = place[s]
	}
	return ranks
}

// nextBlank returns the end of the word that starts at s[i:]: blanks, then what is none.
func nextBlank(s string, i int) int {
	for i < len(s) && s[i] == ' ' {
		i++
	}
	for i < len(s) && s[i] != ' ' {
		i++
	}
	return i
}

// piece is a part of a word that is being merged.
type piece struct {
	start, end int32 // in the word
	prev, next int32
}

// encodePieces appends the tokens of one word.
func (t *Tokenizer) encodePieces(dst []int32, word string) []int32 {
	pieces := make([]piece, 0, len(word))
	for i := range word { // characters; a byte that is no UTF-8 is one
		if n := int32(len(pieces)); n > 0 {
			pieces[n-1].end, pieces[n-1].next = int32(i), n
		}
		pieces = append(pieces, piece{start: int32(i), prev: int32(len(pieces)) - 1})
	}
	last := &pieces[len(pieces)-1]
	last.end, last.next = int32(len(word)), -1
	heap := make([]candidate, 0, len(pieces))
	consider := func(i int32) {
		if i < 0 || pieces[i].next < 0 {
			return
		}
		if id, ok := t.ids[word[pieces[i].start:pieces[pieces[i].next].end]]; ok {
			heap = push(heap, candidate{t.ranks[id], i, id})
		}
	}
	for i := range pieces {
		consider(int32(i))
	}
	for len(heap) > 0 {
		var c candidate
		heap, c = pop(heap)
		p := &pieces[c.at]
		if p.next < 0 || p.end == p.start || int(pieces[p.next].end-p.start) != len(t.tokens[c.merged]) {
			continue // one of the two was merged since
		}
		gone := &pieces[p.next]
		p.end, p.next = gone.end, gone.next
		gone.end, gone.next = gone.start, -1
		if p.next >= 0 {
			pieces[p.next].prev = c.at
		}
		consider(p.prev)
		consider(c.at)
	}
	for i := int32(0); i >= 0; i = pieces[i].next {
		text := word[pieces[i].start:pieces[i].end]
		if id, ok := t.ids[text]; ok {
			dst = append(dst, id)
			continue
		}
		for _, b := range []byte(text) {
			dst = append(dst, t.bytes[b])
		}
	}
	return dst
}
