package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// LoadJSON reads a Hugging Face tokenizer.json of the byte-level BPE kind with Llama
// 3's split pattern. Any other kind or pattern is refused by name.
func LoadJSON(path string) (*Tokenizer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	t, err := ParseJSON(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

type jsonFile struct {
	Model struct {
		Type         string           `json:"type"`
		Vocab        map[string]int32 `json:"vocab"`
		Merges       []jsonMerge      `json:"merges"`
		IgnoreMerges bool             `json:"ignore_merges"`
		ByteFallback bool             `json:"byte_fallback"`
	} `json:"model"`
	AddedTokens []struct {
		ID      int32  `json:"id"`
		Content string `json:"content"`
		Special bool   `json:"special"`
	} `json:"added_tokens"`
	PreTokenizer jsonPre `json:"pre_tokenizer"`
}

type jsonPre struct {
	Type          string    `json:"type"`
	Pretokenizers []jsonPre `json:"pretokenizers"`
	Pattern       struct {
		Regex string `json:"Regex"`
	} `json:"pattern"`
}

// jsonMerge is "left right" in older files, ["left", "right"] in newer ones.
type jsonMerge [2]string

func (m *jsonMerge) UnmarshalJSON(data []byte) error {
	var pair []string
	if len(data) > 0 && data[0] == '"' {
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		pair = strings.SplitN(s, " ", 2)
	} else if err := json.Unmarshal(data, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return fmt.Errorf("merge %s: want two tokens", data)
	}
	*m = jsonMerge(pair)
	return nil
}

// ParseJSON reads the contents of a tokenizer.json, see [LoadJSON].
func ParseJSON(data []byte) (*Tokenizer, error) {
	var f jsonFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	if f.Model.Type != "BPE" {
		return nil, fmt.Errorf("tokenizer.json: model type %q, want BPE", f.Model.Type)
	}
	if f.Model.ByteFallback {
		return nil, ErrSentencePiece
	}
	if pattern := f.PreTokenizer.split(); pattern != splitPattern {
		return nil, fmt.Errorf("tokenizer.json: split pattern %q, want Llama 3's", pattern)
	}
	size := len(f.Model.Vocab)
	for _, a := range f.AddedTokens {
		if _, ok := f.Model.Vocab[a.Content]; !ok {
			size++
		}
	}
	tokens := make([]string, size)
	special := make([]bool, size)
	place := func(s string, id int32, isSpecial bool) error {
		if id < 0 || int(id) >= size {
			return fmt.Errorf("tokenizer.json: token %q has id %d: ids must fill 0 to %d", s, id, size-1)
		}
		if tokens[id] != "" && tokens[id] != s {
			return fmt.Errorf("tokenizer.json: tokens %q and %q share the id %d", tokens[id], s, id)
		}
		tokens[id], special[id] = s, isSpecial
		return nil
	}
	for s, id := range f.Model.Vocab {
		if err := place(s, id, false); err != nil {
			return nil, err
		}
	}
	for _, a := range f.AddedTokens {
		if err := place(a.Content, a.ID, true); err != nil {
			return nil, err
		}
	}
	if len(f.Model.Merges) == 0 {
		return nil, errors.New("tokenizer.json: no merges")
	}
	t, err := fromSpelled(tokens, special, func(yield func(l, r string) bool) {
		for _, m := range f.Model.Merges {
			if !yield(m[0], m[1]) {
				return
			}
		}
	}, !f.Model.IgnoreMerges)
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	return t, nil
}

// split returns the pattern of the first Split step.
func (p jsonPre) split() string {
	if p.Type == "Split" {
		return p.Pattern.Regex
	}
	for _, q := range p.Pretokenizers {
		if s := q.split(); s != "" {
			return s
		}
	}
	return ""
}
