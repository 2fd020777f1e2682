package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// LoadJSON reads a Hugging Face tokenizer.json of the byte-level BPE kind with one of the
// patterns of [Split]. What it names and is not done here is refused by name.
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

// LoadDir reads the tokenizer.json of a model's directory, and which tokens end a turn from
// generation_config.json or config.json beside it.
func LoadDir(dir string) (*Tokenizer, error) {
	t, err := LoadJSON(filepath.Join(dir, "tokenizer.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"generation_config.json", "config.json"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("tokenizer: %w", err)
		}
		var config struct {
			End json.RawMessage `json:"eos_token_id"`
		}
		var one int
		var many []int
		if err := json.Unmarshal(b, &config); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, name), err)
		}
		if len(config.End) == 0 {
			continue
		}
		if json.Unmarshal(config.End, &one) == nil && string(config.End) != "null" {
			many = []int{one}
		} else if err := json.Unmarshal(config.End, &many); err != nil {
			return nil, fmt.Errorf("%s: eos_token_id: %w", filepath.Join(dir, name), err)
		}
		for _, id := range many {
			if id < 0 || id >= len(t.tokens) {
				return nil, fmt.Errorf("%s: eos_token_id: token %d, the vocabulary has %d", filepath.Join(dir, name), id, len(t.tokens))
			}
			t.endsWith(id)
		}
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
		Unknown      *string          `json:"unk_token"`
	} `json:"model"`
	AddedTokens []struct {
		ID      int32  `json:"id"`
		Content string `json:"content"`
		Special bool   `json:"special"`
		LStrip  bool   `json:"lstrip"`
		RStrip  bool   `json:"rstrip"`
		Word    bool   `json:"single_word"`
	} `json:"added_tokens"`
	Normalizer    *jsonPre `json:"normalizer"`
	PreTokenizer  jsonPre  `json:"pre_tokenizer"`
	PostProcessor *jsonPre `json:"post_processor"`
}

// jsonPre is a step before or after merging, or a sequence of them.
type jsonPre struct {
	Type          string    `json:"type"`
	Pretokenizers []jsonPre `json:"pretokenizers"`
	Normalizers   []jsonPre `json:"normalizers"`
	Processors    []jsonPre `json:"processors"`
	Individual    bool      `json:"individual_digits"`
	PrefixSpace   bool      `json:"add_prefix_space"`
	UseRegex      *bool     `json:"use_regex"` // true by default
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
	v, err := f.steps()
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	size := len(f.Model.Vocab)
	for _, a := range f.AddedTokens {
		if _, ok := f.Model.Vocab[a.Content]; !ok {
			size++
		}
	}
	tokens := make([]string, size)
	v.Special, v.User, v.SplitWholeWords = make([]bool, size), make([]bool, size), !f.Model.IgnoreMerges
	place := func(s string, id int32, special, user bool) error {
		if id < 0 || int(id) >= size {
			return fmt.Errorf("tokenizer.json: token %q has id %d: ids must fill 0 to %d", s, id, size-1)
		}
		if tokens[id] != "" && tokens[id] != s {
			return fmt.Errorf("tokenizer.json: tokens %q and %q share the id %d", tokens[id], s, id)
		}
		tokens[id], v.Special[id], v.User[id] = s, special, user
		return nil
	}
	for s, id := range f.Model.Vocab {
		if err := place(s, id, false, false); err != nil {
			return nil, err
		}
	}
	for _, a := range f.AddedTokens {
		if a.LStrip || a.RStrip || a.Word {
			return nil, fmt.Errorf("tokenizer.json: the added token %q takes white space or word ends with it (lstrip, rstrip, single_word), which is not done here", a.Content)
		}
		if err := place(a.Content, a.ID, a.Special, !a.Special); err != nil {
			return nil, err
		}
	}
	if u := f.Model.Unknown; u != nil {
		if b, err := unspell(*u); err == nil { // a special token's name may not be in the alphabet
			v.Unknown = string(b)
		}
	}
	if len(f.Model.Merges) == 0 {
		return nil, errors.New("tokenizer.json: no merges")
	}
	t, err := fromSpelled(tokens, v, func(yield func(l, r string) bool) {
		for _, m := range f.Model.Merges {
			if !yield(m[0], m[1]) {
				return
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	return t, nil
}

// steps reads what is done to a text beside merging.
func (f *jsonFile) steps() (v Vocabulary, err error) {
	if v.Split, err = patternSplit(f.PreTokenizer.flat()); err != nil {
		return v, err
	}
	if f.Normalizer != nil {
		for _, n := range f.Normalizer.flat() {
			if n.Type != "NFC" {
				return v, fmt.Errorf("the normalizer %q is not known here", n.Type)
			}
			v.NFC = true
		}
	}
	if f.PostProcessor != nil {
		for _, p := range f.PostProcessor.flat() {
			if p.Type != "ByteLevel" && p.Type != "TemplateProcessing" { // offsets; special tokens, which prompts spell out
				return v, fmt.Errorf("the post-processor %q is not known here", p.Type)
			}
		}
	}
	return v, nil
}

// flat returns the steps of a sequence, or the only one.
func (p jsonPre) flat() []jsonPre {
	switch {
	case p.Type == "Sequence":
		var out []jsonPre
		for _, q := range slices.Concat(p.Pretokenizers, p.Normalizers, p.Processors) {
			out = append(out, q.flat()...)
		}
		return out
	case p.Type == "":
		return nil
	}
	return []jsonPre{p}
}
