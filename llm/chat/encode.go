package chat

import "fmt"

// Vocabulary is what [Encode] needs of a tokenizer; *tokenizer.Tokenizer is one.
type Vocabulary interface {
	EncodeFirst(dst []int32, text string) []int32
	Special(name string) (id int32, ok bool)
}

// Encode returns the tokens of a prompt. Text is encoded as text, whatever it spells.
// A special token that the vocabulary lacks is an error.
func Encode(v Vocabulary, pieces []Piece) ([]int32, error) {
	var ids []int32
	for _, p := range pieces {
		if p.Special == "" {
			ids = v.EncodeFirst(ids, p.Text)
			continue
		}
		id, ok := v.Special(p.Special)
		if !ok {
			return nil, fmt.Errorf("chat: the vocabulary has no special token %s", p.Special)
		}
		ids = append(ids, id)
	}
	return ids, nil
}
