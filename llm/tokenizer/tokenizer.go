package tokenizer

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tokenizer encodes and decodes text with one vocabulary.
type Tokenizer struct {
	tokens     [][]byte         // bytes of each token; of a special token, its name
	special    []bool           // by id
	ids        map[string]int32 // text tokens by their bytes
	names      map[string]int32 // special tokens by name
	prefix     *prefixTree      // of the names
	bytes      [256]int32       // the token of each single byte
	pairs      *pairs
	wholeWords bool // take a word that is a token whole, without merging
}

// Vocabulary is what a [Tokenizer] is made of.
type Vocabulary struct {
	// Tokens are the bytes of each token by id; of a special token, its name.
	Tokens [][]byte

	// Special marks the special tokens, by id. Tokens beyond its end are text.
	Special []bool

	// Merges lists the pairs that merge, the first with the lowest rank, as ids of the
	// left, the right and the merged token. If it is nil, every two tokens merge whose
	// joined bytes are a token, ranked by that token's id (tiktoken's rule).
	Merges [][3]int32

	// SplitWholeWords turns off that a word that is a token is taken whole.
	SplitWholeWords bool
}

// New makes a tokenizer. It fails if a single byte has no token or a token occurs twice.
func New(v Vocabulary) (*Tokenizer, error) {
	t := &Tokenizer{
		tokens: v.Tokens, special: make([]bool, len(v.Tokens)),
		ids: make(map[string]int32, len(v.Tokens)), names: map[string]int32{}, prefix: &prefixTree{},
		wholeWords: !v.SplitWholeWords,
	}
	copy(t.special, v.Special)
	for i := range t.bytes {
		t.bytes[i] = -1
	}
	for i, tok := range v.Tokens {
		id := int32(i)
		if t.special[i] {
			if len(tok) == 0 {
				return nil, fmt.Errorf("tokenizer: special token %d has no name", i)
			}
			if prev, ok := t.names[string(tok)]; ok {
				return nil, fmt.Errorf("tokenizer: special token %q has two ids, %d and %d", tok, prev, id)
			}
			t.names[string(tok)] = id
			t.prefix.add(string(tok), id)
			continue
		}
		if len(tok) == 0 {
			return nil, fmt.Errorf("tokenizer: token %d is empty", i)
		}
		if prev, ok := t.ids[string(tok)]; ok {
			return nil, fmt.Errorf("tokenizer: token %q has two ids, %d and %d", tok, prev, id)
		}
		t.ids[string(tok)] = id
		if len(tok) == 1 {
			t.bytes[tok[0]] = id
		}
	}
	for b, id := range t.bytes {
		if id < 0 {
			return nil, fmt.Errorf("tokenizer: the vocabulary of %d tokens has none for the byte 0x%02x", len(v.Tokens), b)
		}
	}
	if v.Merges == nil {
		t.pairs = t.allPairs()
		return t, nil
	}
	byToken := true // ranked by the id of the merged token, as converters write them
	for i := 1; i < len(v.Merges); i++ {
		if v.Merges[i][2] < v.Merges[i-1][2] {
			byToken = false
			break
		}
	}
	t.pairs = newPairs(len(v.Merges))
	for i, m := range v.Merges {
		rank := int32(i)
		if byToken {
			rank = m[2]
		}
		t.pairs.add(m[0], m[1], rank, m[2])
	}
	return t, nil
}

// allPairs finds every way to join two tokens into a third.
func (t *Tokenizer) allPairs() *pairs {
	p := newPairs(2 * len(t.ids))
	for i, tok := range t.tokens {
		if t.special[i] || len(tok) < 2 {
			continue
		}
		for cut := 1; cut < len(tok); cut++ {
			left, ok := t.ids[string(tok[:cut])]
			if !ok {
				continue
			}
			if right, ok := t.ids[string(tok[cut:])]; ok {
				p.add(left, right, int32(i), int32(i))
			}
		}
	}
	return p
}

// Size returns the number of tokens, special ones included.
func (t *Tokenizer) Size() int { return len(t.tokens) }

// Bytes returns the bytes that a token stands for; of a special token, its name.
// The caller must not change them. It returns nil for an id out of range.
func (t *Tokenizer) Bytes(id int32) []byte {
	if id < 0 || int(id) >= len(t.tokens) {
		return nil
	}
	return t.tokens[id]
}

// IsSpecial reports whether id is a special token.
func (t *Tokenizer) IsSpecial(id int32) bool {
	return id >= 0 && int(id) < len(t.special) && t.special[id]
}

// Special returns the id of the special token of that name, such as "<|eot_id|>".
func (t *Tokenizer) Special(name string) (int32, bool) {
	id, ok := t.names[name]
	return id, ok
}

// Encode appends the tokens of text to dst. It never yields a special token.
func (t *Tokenizer) Encode(dst []int32, text string) []int32 {
	for i := 0; i < len(text); {
		end := nextWord(text, i)
		dst = t.encodeWord(dst, text[i:end])
		i = end
	}
	return dst
}

// EncodeSettled appends the tokens of the part of text whose tokens are the same
// whatever follows it, which is all but its last word, and returns the length of that
// part in bytes.
func (t *Tokenizer) EncodeSettled(dst []int32, text string) ([]int32, int) {
	for k := 1; k < utf8.UTFMax && k <= len(text); k++ {
		if tail := text[len(text)-k:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRuneInString(tail) {
				text = text[:len(text)-k] // the start of a character
			}
			break
		}
	}
	space := len(strings.TrimRightFunc(text, unicode.IsSpace)) // a run of it may yet be cut otherwise
	i := 0
	for i < len(text) {
		end := nextWord(text, i)
		if end == len(text) || i >= space {
			break
		}
		dst = t.encodeWord(dst, text[i:end])
		i = end
	}
	return dst, i
}

// EncodeSpecial appends the tokens of text to dst, reading the names of special
// tokens as those tokens. It is for prompts from a trusted source only.
func (t *Tokenizer) EncodeSpecial(dst []int32, text string) []int32 {
	start := 0
	for i := 0; i < len(text); i++ {
		id, n := t.prefix.longest(text[i:])
		if n == 0 {
			continue
		}
		dst = t.Encode(dst, text[start:i])
		dst = append(dst, id)
		i += n - 1
		start = i + 1
	}
	return t.Encode(dst, text[start:])
}

// Decode returns the text of the tokens, special tokens spelt out. Ids out of range
// are an error.
func (t *Tokenizer) Decode(ids []int32) (string, error) {
	var b strings.Builder
	for i, id := range ids {
		tok := t.Bytes(id)
		if tok == nil {
			return "", fmt.Errorf("tokenizer: id %d at %d is out of range: the vocabulary has %d tokens", id, i, len(t.tokens))
		}
		b.Write(tok)
	}
	return b.String(), nil
}

// prefixTree finds the longest name at the start of a text.
type prefixTree struct {
	next map[byte]*prefixTree
	id   int32
	end  bool
}

func (p *prefixTree) add(name string, id int32) {
	for i := range len(name) {
		if p.next == nil {
			p.next = map[byte]*prefixTree{}
		}
		child := p.next[name[i]]
		if child == nil {
			child = &prefixTree{}
			p.next[name[i]] = child
		}
		p = child
	}
	p.id, p.end = id, true
}

func (p *prefixTree) longest(s string) (id int32, n int) {
	for i := 0; ; i++ {
		if p.end {
			id, n = p.id, i
		}
		if i == len(s) {
			return id, n
		}
		if p = p.next[s[i]]; p == nil {
			return id, n
		}
	}
}
