package tokenizer

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Tokenizer encodes and decodes text with one vocabulary.
type Tokenizer struct {
	tokens     [][]byte         // bytes of each token; of a special token, its name
	special    []bool           // by id
	ids        map[string]int32 // text tokens by their bytes
	names      map[string]int32 // special tokens by name
	prefix     *prefixTree      // of the names
	bytes      [256]int32       // the token of each single byte; -1 for those that are left out
	pairs      *pairs
	wholeWords bool // take a word that is a token whole, without merging
	split      Split
	nfc        bool
	user       *prefixTree // names of user-defined tokens; nil if there are none
	begin      int32       // put before a text, as the file says; or -1
	ends       []int32     // as the file says

	ranks       []int32 // of each token's score, for SentencePiece; else nil
	prefixSpace bool    // a blank is put before a text that begins a prompt or follows a special token
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

	// User marks tokens that a tune added, by id: they are text, and taken whole wherever
	// their names stand in a text. A name such as <|im_start|> is taken for a special
	// token's all the same: no text may forge a turn.
	User []bool

	// Scores, one for each token, make the vocabulary one of SentencePiece: there are no
	// merges and no splits. Byte marks the tokens that stand for a byte of what is no token.
	Scores []float32
	Byte   []bool

	Split Split
	NFC   bool // texts are brought into Unicode's composed form first

	// Unknown are the bytes of the token that stands for a byte that has none. If it is
	// empty, or a special token's name, which no text may spell, such bytes are left out.
	Unknown string
}

// New makes a tokenizer. It fails if a byte of ordinary text has no token, see mayLack, or
// if a token occurs twice.
func New(v Vocabulary) (*Tokenizer, error) {
	t := &Tokenizer{
		tokens: v.Tokens, special: make([]bool, len(v.Tokens)),
		ids: make(map[string]int32, len(v.Tokens)), names: map[string]int32{}, prefix: &prefixTree{},
		begin: -1, wholeWords: !v.SplitWholeWords, split: v.Split, nfc: v.NFC,
	}
	copy(t.special, v.Special)
	user := make([]bool, len(v.Tokens))
	for i, u := range v.User {
		name := string(v.Tokens[i])
		marker := strings.HasPrefix(name, "<|") && strings.HasSuffix(name, "|>")
		user[i], t.special[i] = u && !marker && name != "", t.special[i] || u && marker
	}
	for i := range t.bytes {
		t.bytes[i] = -1
	}
	for i, tok := range v.Tokens {
		id := int32(i)
		if t.special[i] || user[i] {
			if len(tok) == 0 {
				return nil, fmt.Errorf("tokenizer: special token %d has no name", i)
			}
			if prev, ok := t.names[string(tok)]; ok {
				return nil, fmt.Errorf("tokenizer: special token %q has two ids, %d and %d", tok, prev, id)
			}
			t.names[string(tok)] = id
			t.prefix.add(string(tok), id)
			if user[i] {
				if t.user == nil {
					t.user = &prefixTree{}
				}
				t.user.add(string(tok), id)
			}
			continue
		}
		if len(tok) == 0 {
			return nil, fmt.Errorf("tokenizer: token %d is empty", i)
		}
		if v.Scores != nil && v.Byte[i] {
			t.bytes[tok[0]] = id
			continue
		}
		if prev, ok := t.ids[string(tok)]; ok {
			return nil, fmt.Errorf("tokenizer: token %q has two ids, %d and %d", tok, prev, id)
		}
		t.ids[string(tok)] = id
		if len(tok) == 1 && v.Scores == nil {
			t.bytes[tok[0]] = id
		}
	}
	for b, id := range t.bytes {
		if id >= 0 {
			continue
		}
		if unknown, ok := t.ids[v.Unknown]; ok {
			t.bytes[b] = unknown
		}
		if v.Scores != nil || !mayLack(byte(b)) {
			return nil, fmt.Errorf("tokenizer: the vocabulary of %d tokens has none for the byte 0x%02x", len(v.Tokens), b)
		}
	}
	if v.Scores != nil {
		t.ranks, t.split = rankScores(v.Scores), splitBlanks
		return t, nil
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

// mayLack says that a vocabulary can do without a token for a byte: control characters but
// for white space, bytes that no UTF-8 has, and those that begin characters of planes in
// which none is assigned or all are private.
func mayLack(b byte) bool {
	switch b {
	case '\t', '\n', '\r':
		return false
	case 0x7f, 0xc0, 0xc1, 0xf1, 0xf2:
		return true
	}
	return b < ' ' || b >= 0xf4
}

// allPairs finds every way to join two tokens into a third.
func (t *Tokenizer) allPairs() *pairs {
	p := newPairs(2 * len(t.ids))
	for i, tok := range t.tokens {
		if _, ok := t.ids[string(tok)]; !ok || len(tok) < 2 {
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

// Kind says in a few words what kind of vocabulary it is.
func (t *Tokenizer) Kind() string {
	if t.ranks != nil {
		return "SentencePiece"
	}
	return "byte-level BPE"
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

// Begin returns the token that a text begins with.
func (t *Tokenizer) Begin() (int32, bool) { return t.begin, t.begin >= 0 }

// Ends returns the tokens that end a turn or a text by what the model's files say, of
// which there may be none.
func (t *Tokenizer) Ends() []int32 { return t.ends }

// endsWith notes a token that ends a turn; ids out of range are none.
func (t *Tokenizer) endsWith(id int) {
	if id >= 0 && id < len(t.tokens) && !slices.Contains(t.ends, int32(id)) {
		t.ends = append(t.ends, int32(id))
	}
}

// Special returns the id of the special token of that name, such as "<|eot_id|>".
func (t *Tokenizer) Special(name string) (int32, bool) {
	id, ok := t.names[name]
	return id, ok
}

// Added returns the names of all special tokens and of those that a tune added, in no
// order.
func (t *Tokenizer) Added() []string { return slices.Collect(maps.Keys(t.names)) }

// WithText is the tokenizer with some of its special tokens taken for text that a tune
// added: wherever their names stand in a text for Encode, they are taken whole.
func (t *Tokenizer) WithText(names ...string) *Tokenizer {
	if len(names) == 0 {
		return t
	}
	c := *t
	c.special = slices.Clone(t.special)
	c.user = &prefixTree{}
	for name, id := range t.names {
		if slices.Contains(names, name) {
			c.special[id] = false
		}
		if !c.special[id] {
			c.user.add(name, id)
		}
	}
	return &c
}

// EncodeFirst is Encode for a text that begins a prompt or follows a special token, where
// SentencePiece puts a blank.
func (t *Tokenizer) EncodeFirst(dst []int32, text string) []int32 {
	if t.prefixSpace && text != "" {
		text = " " + text
	}
	return t.Encode(dst, text)
}

// Encode appends the tokens of text to dst. It never yields a special token.
func (t *Tokenizer) Encode(dst []int32, text string) []int32 {
	text = t.normal(text)
	if t.user == nil {
		return t.encodeText(dst, text)
	}
	dst, start := t.encodeUser(dst, text)
	return t.encodeText(dst, text[start:])
}

// EncodePlain appends the tokens of text to dst as if nobody had added a token to the
// vocabulary: it is for words of people and tools, which may spell anything. first says that
// the text begins a prompt or follows a special token, as for EncodeFirst.
func (t *Tokenizer) EncodePlain(dst []int32, text string, first bool) []int32 {
	if first && t.prefixSpace && text != "" {
		text = " " + text
	}
	return t.encodeText(dst, t.normal(text))
}

// normal brings a text into the form that the vocabulary is for.
func (t *Tokenizer) normal(text string) string {
	switch {
	case t.nfc:
		return norm.NFC.String(text)
	case t.ranks != nil:
		return strings.ReplaceAll(text, blank, " ")
	}
	return text
}

// encodeText is Encode of a text without user-defined tokens.
func (t *Tokenizer) encodeText(dst []int32, text string) []int32 {
	for i := 0; i < len(text); {
		end := t.split.nextWord(text, i)
		dst = t.encodeWord(dst, text[i:end])
		i = end
	}
	return dst
}

// encodeUser appends the tokens up to the end of the last user-defined token and returns
// where that is.
func (t *Tokenizer) encodeUser(dst []int32, text string) ([]int32, int) {
	start := 0
	for i := 0; i < len(text); i++ {
		if id, n := t.user.longest(text[i:]); n > 0 {
			dst = append(t.encodeText(dst, text[start:i]), id)
			start = i + n
			i = start - 1
		}
	}
	return dst, start
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
	if t.nfc && !norm.NFC.IsNormalString(text) || t.ranks != nil && strings.Contains(text, blank) {
		return dst, 0 // its tokens are those of another text
	}
	i := 0
	if t.user != nil {
		dst, i = t.encodeUser(dst, text)
		text = text[:len(text)-t.user.begun(text[i:])]
	}
	space := len(strings.TrimRightFunc(text, unicode.IsSpace)) // a run of it may yet be cut otherwise
	for i < len(text) {
		end := t.split.nextWord(text, i)
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
		dst = t.EncodeFirst(dst, text[start:i])
		dst = append(dst, id)
		i += n - 1
		start = i + 1
	}
	return t.EncodeFirst(dst, text[start:])
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

// begun returns the length of the longest end of a text that a name may begin with.
func (p *prefixTree) begun(text string) int {
	for i := range len(text) {
		q := p
		for _, c := range []byte(text[i:]) {
			if q = q.next[c]; q == nil {
				break
			}
		}
		if q != nil {
			return len(text) - i
		}
	}
	return 0
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
