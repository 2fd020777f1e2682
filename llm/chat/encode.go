package chat

import "fmt"

// Vocabulary is what [Encode] needs of a tokenizer; *tokenizer.Tokenizer is one.
type Vocabulary interface {
	EncodePlain(dst []int32, text string, first bool) []int32
	Special(name string) (id int32, ok bool)
	IsSpecial(id int32) bool
}

// Encode returns the tokens of a prompt. Text is encoded as text, whatever it spells, be it
// the name of a special token or of one that a tune added. A special token that the
// vocabulary lacks is an error.
func Encode(v Vocabulary, pieces []Piece) ([]int32, error) {
	var ids []int32
	first := true
	for _, p := range pieces {
		if p.Special == "" {
			ids = v.EncodePlain(ids, p.Text, first)
			first = false
			continue
		}
		id, ok := v.Special(p.Special)
		if !ok {
			return nil, fmt.Errorf("chat: the vocabulary has no special token %s", p.Special)
		}
		ids = append(ids, id)
		first = v.IsSpecial(id)
	}
	return ids, nil
}
