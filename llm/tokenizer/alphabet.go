package tokenizer

import (
	"fmt"
	"unicode/utf8"
)

// GPT-2's alphabet spells every byte as a printable character: a byte that is a
// printable Latin-1 character is itself, the others are U+0100 and on, in order.
var alphabet, alphabetByte = func() (to [256]rune, from map[rune]byte) {
	from = make(map[rune]byte, 256)
	next := rune(256)
	for b := range rune(256) {
		r := b
		if !(b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae) {
			r = next
			next++
		}
		to[b], from[r] = r, byte(b)
	}
	return
}()

// Spell writes bytes in GPT-2's alphabet, as GGUF files and tokenizer.json do.
func Spell(b []byte) string {
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		out = utf8.AppendRune(out, alphabet[c])
	}
	return string(out)
}

// unspell reads bytes out of GPT-2's alphabet.
func unspell(s string) ([]byte, error) {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		b, ok := alphabetByte[r]
		if !ok {
			return nil, fmt.Errorf("token %q: %q is not in the byte alphabet", s, r)
		}
		out = append(out, b)
	}
	return out, nil
}
