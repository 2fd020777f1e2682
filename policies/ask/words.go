package ask

import (
	_ "embed"
	"strings"

	"golang.org/x/text/unicode/norm"
)

var (
	//go:embed lexicon/words.txt
	wordsText string
	//go:embed lexicon/afterthoughts.txt
	afterthoughtsText string
)

// wordSets are sets of single words with their languages, see lexicon/words.txt.
var wordSets = readWords()

func readWords() map[string]map[string]lang {
	out := map[string]map[string]lang{}
	for line := range strings.Lines(norm.NFC.String(wordsText + afterthoughtsText)) {
		head, list, _ := strings.Cut(strings.TrimSpace(line), ": ")
		name, code, _ := strings.Cut(head, " ")
		if langs[code] == 0 {
			continue
		}
		if out[name] == nil {
			out[name] = map[string]lang{}
		}
		for w := range strings.FieldsSeq(list) {
			out[name][w] |= langs[code]
			for i, r := range w { // where a row of words may go on, see [phraseAt]
				if r == '_' || r == '\'' && i+1 < len(w) {
					out[name][strings.TrimSuffix(w[:i+1], "_")] |= 0
				}
			}
		}
	}
	return out
}

// hasOf returns the first word of the clause, from one place on, that is in a set, or −1.
func (c *clause) hasOf(set map[string]lang, from int) int {
	for i := from; i < len(c.words); i++ {
		if t := &c.words[i]; !t.quoted && set[t.text]&c.lang != 0 {
			return i
		}
	}
	return -1
}
