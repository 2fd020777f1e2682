package tokenizer

import "fmt"

// Split is a way to cut text into words before they are merged: a pre-tokenizer.
type Split int

// The splits of files of Llama's architecture. The patterns are those of their tokenizer.json.
const (
	SplitLlama3 Split = iota // Llama 3
	SplitGPT2                // GPT-2: words with the blank before them, runs of digits
	SplitSmolLM              // digits one by one, then as GPT-2
	SplitQwen2               // as Llama 3, digits one by one
	SplitTekken              // Mistral's Tekken: words also where their case changes
	splitBlanks              // SentencePiece: before blanks
)

// Patterns that tokenizer.json files spell out.
const (
	patternQwen2  = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	patternTekken = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

// splitRule is what comes with a split's name in a GGUF file.
type splitRule struct {
	split      Split
	wholeWords bool // a word that is a token is taken without merging
	nfc        bool // text is brought into Unicode's composed form first
}

// preTokenizers are the names that GGUF files give (tokenizer.ggml.pre).
var preTokenizers = map[string]splitRule{
	"llama-bpe": {SplitLlama3, true, false}, "llama3": {SplitLlama3, true, false}, "llama-v3": {SplitLlama3, true, false},
	"dbrx": {SplitLlama3, false, false}, "smaug-bpe": {SplitLlama3, false, false},
	"gpt-2": {SplitGPT2, false, false}, "gpt2": {SplitGPT2, false, false},
	"smollm": {SplitSmolLM, false, false}, "refact": {SplitSmolLM, false, false}, "command-r": {SplitSmolLM, false, false}, "starcoder": {SplitSmolLM, false, false},
	"qwen2": {SplitQwen2, false, true}, "tekken": {SplitTekken, true, false},
}

// nextWord returns the end of the word that starts at text[i:]; i < len(text).
func (s Split) nextWord(text string, i int) int {
	switch s {
	case SplitGPT2:
		return nextGPT2(text, i, false)
	case SplitSmolLM:
		return nextGPT2(text, i, true)
	case SplitQwen2:
		return nextLlama3(text, i, 1)
	case SplitTekken:
		return nextTekken(text, i)
	case splitBlanks:
		return nextBlank(text, i)
	}
	return nextLlama3(text, i, 3)
}

// patternSplit recognises the steps of a tokenizer.json.
func patternSplit(steps []jsonPre) (Split, error) {
	shape := ""
	for _, p := range steps {
		switch {
		case p.Type == "Split":
			shape += "split " + p.Pattern.Regex + "|"
		case p.Type == "Digits" && p.Individual:
			shape += "digits|"
		case p.Type == "ByteLevel" && p.PrefixSpace:
			return 0, fmt.Errorf("the pre-tokenizer ByteLevel puts a blank before each text, which is not done here")
		case p.Type == "ByteLevel" && (p.UseRegex == nil || *p.UseRegex):
			shape += "gpt2|"
		case p.Type == "ByteLevel":
			shape += "bytes|"
		default:
			return 0, fmt.Errorf("the pre-tokenizer %q is not known here", p.Type)
		}
	}
	for want, split := range map[string]Split{
		"split " + splitPattern + "|bytes|":  SplitLlama3,
		"split " + patternQwen2 + "|bytes|":  SplitQwen2,
		"split " + patternTekken + "|bytes|": SplitTekken,
		"gpt2|":                              SplitGPT2,
		"digits|gpt2|":                       SplitSmolLM,
	} {
		if shape == want {
			return split, nil
		}
	}
	return 0, fmt.Errorf("the pre-tokenizer with the steps %q is not known here", shape)
}
