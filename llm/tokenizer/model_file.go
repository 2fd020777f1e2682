package tokenizer

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strconv"
)

// ErrSentencePiece says that a vocabulary is of the SentencePiece kind, as Llama 2
// had, which this package does not read.
var ErrSentencePiece = errors.New("a SentencePiece vocabulary (Llama 2 kind), which is read from GGUF files only")

// maxTokens bounds the vocabularies that are read.
const maxTokens = 1 << 21

// LoadModel reads a tokenizer.model in tiktoken's form: a line for each token, its
// bytes in base64, a space and its rank. Llama 3's 256 special tokens follow the
// ranks. Errors name the file and the line.
func LoadModel(path string) (*Tokenizer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	t, err := ParseModel(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// ParseModel reads the contents of a tokenizer.model, see [LoadModel].
func ParseModel(data []byte) (*Tokenizer, error) {
	if bytes.HasPrefix(data, []byte{0x0a}) { // a protobuf's first field
		return nil, ErrSentencePiece
	}
	var tokens [][]byte
	for n := 1; len(data) > 0; n++ {
		var line []byte
		line, data, _ = bytes.Cut(data, []byte{'\n'})
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if len(line) == 0 {
			continue
		}
		word, rank, ok := bytes.Cut(line, []byte{' '})
		if !ok {
			return nil, fmt.Errorf("line %d: want base64, a space and a rank", n)
		}
		r, err := strconv.Atoi(string(rank))
		if err != nil || r != len(tokens) || r >= maxTokens {
			return nil, fmt.Errorf("line %d: rank %q, want %d: ranks count up from 0", n, rank, len(tokens))
		}
		tok := make([]byte, base64.StdEncoding.DecodedLen(len(word)))
		m, err := base64.StdEncoding.Decode(tok, word)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		tokens = append(tokens, tok[:m:m])
	}
	text := len(tokens)
	for _, name := range SpecialNames() {
		tokens = append(tokens, []byte(name))
	}
	special := make([]bool, len(tokens))
	for i := text; i < len(tokens); i++ {
		special[i] = true
	}
	return New(Vocabulary{Tokens: tokens, Special: special})
}

// SpecialNames returns the names of Llama 3.1's 256 special tokens, in the order of
// their ids, which follow the text tokens.
func SpecialNames() []string {
	names := make([]string, 0, 256)
	reserved := 0
	for i := range 256 {
		switch i {
		case 0:
			names = append(names, "<|begin_of_text|>")
		case 1:
			names = append(names, "<|end_of_text|>")
		case 4:
			names = append(names, "<|finetune_right_pad_id|>")
		case 6:
			names = append(names, "<|start_header_id|>")
		case 7:
			names = append(names, "<|end_header_id|>")
		case 8:
			names = append(names, "<|eom_id|>")
		case 9:
			names = append(names, "<|eot_id|>")
		case 10:
			names = append(names, "<|python_tag|>")
		default:
			names = append(names, fmt.Sprintf("<|reserved_special_token_%d|>", reserved))
			reserved++
		}
	}
	return names
}
