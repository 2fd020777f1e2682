package tokenizer

import (
	"fmt"
	"strings"
)

// fromSpelled makes a tokenizer of tokens and merges in GPT-2's alphabet. Each merge
// is two tokens; special and user-defined tokens are written as they are. v holds the rest.
func fromSpelled(tokens []string, v Vocabulary, merges func(yield func(left, right string) bool)) (*Tokenizer, error) {
	if len(tokens) > maxTokens {
		return nil, fmt.Errorf("a vocabulary of %d tokens: at most %d are read", len(tokens), maxTokens)
	}
	v.Tokens, v.Merges = make([][]byte, len(tokens)), [][3]int32{}
	ids := make(map[string]int32, len(tokens))
	for i, s := range tokens {
		if v.Special[i] || v.User[i] {
			v.Tokens[i] = []byte(s)
			continue
		}
		b, err := unspell(s)
		if err != nil {
			return nil, err
		}
		v.Tokens[i] = b
		ids[s] = int32(i)
	}
	var err error
	var joined strings.Builder
	n := 0
	merges(func(left, right string) bool {
		joined.Reset()
		joined.WriteString(left)
		joined.WriteString(right)
		l, okL := ids[left]
		r, okR := ids[right]
		m, okM := ids[joined.String()]
		if !okL || !okR || !okM {
			err = fmt.Errorf("merge %d, %q and %q: both and their join must be tokens", n, left, right)
			return false
		}
		v.Merges = append(v.Merges, [3]int32{l, r, m})
		n++
		return true
	})
	if err != nil {
		return nil, err
	}
	return New(v)
}
