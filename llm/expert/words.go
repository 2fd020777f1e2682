package expert

import (
	"encoding/json"
	"hash/crc32"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/llm"
)

// The most words of a request (its last) and of a tool (its first), of a description and of
// a parameter's, and the most parameters and features that are looked at.
const (
	maxRequest     = 40
	maxTool        = 56
	maxDescription = 24
	maxAbout       = 6
	maxParameters  = 10
	maxFeatures    = 20
)

// Kinds of a tool's words.
const (
	ofName = iota
	ofDescription
	ofParameter
	kinds
)

// word is a word's features, as rows of the tables, and where it stands.
type word struct {
	features []int
	kind     int
}

// split returns the words of a text in small letters: numbers, runs of letters, and signs,
// with the parts of an identifier apart.
func split(text string) []string {
	out, _ := splitAt(text)
	return out
}

// thousands is a whole number with its thousands apart.
var thousands = regexp.MustCompile(`[1-9]\d{0,2}(?:[,.'’\x{a0}\x{202f}]\d{3})+`)

// splitAt returns the words and where each begins and ends, in bytes; a number with its
// thousands apart is one, of its digits.
func splitAt(text string) ([]string, [][2]int) {
	words, at := runs(text)
	digit := func(i int) bool { return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9' }
	for _, n := range thousands.FindAllStringIndex(text, -1) {
		if digit(n[0]-1) || digit(n[1]) {
			continue
		}
		from := slices.IndexFunc(at, func(a [2]int) bool { return a[0] == n[0] })
		to := slices.IndexFunc(at, func(a [2]int) bool { return a[1] == n[1] })
		if from < 0 || to < from {
			continue // it is a part of digits of another script
		}
		number := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, text[n[0]:n[1]])
		words = slices.Replace(words, from, to+1, number)
		at = slices.Replace(at, from, to+1, [2]int{n[0], n[1]})
	}
	return words, at
}

// runs returns digits, letters and signs as they stand.
func runs(text string) (out []string, at [][2]int) {
	var run []rune
	digits, start := false, 0
	put := func(word string, end int) { out, at = append(out, word), append(at, [2]int{start, end}) }
	flush := func(end int) {
		if len(run) > 0 {
			put(string(run), end)
			run = run[:0]
		}
	}
	before := rune(0)
	for i, r := range text {
		if before >= 'a' && before <= 'z' && r >= 'A' && r <= 'Z' {
			flush(i)
		}
		before = r
		switch {
		case unicode.IsDigit(r), unicode.IsLetter(r):
			if len(run) > 0 && digits != unicode.IsDigit(r) {
				flush(i)
			}
			if len(run) == 0 {
				start = i
			}
			digits = unicode.IsDigit(r)
			run = append(run, unicode.ToLower(r))
		default:
			flush(i)
			if r != '_' && !unicode.IsSpace(r) {
				start = i
				_, n := utf8.DecodeRuneInString(text[i:])
				put(string(unicode.ToLower(r)), i+n)
			}
		}
	}
	flush(len(text))
	return out, at
}

// hashes is how many features are told apart; a table may have fewer rows.
const hashes = 32768

// features returns a word's features. Of a number only its length counts.
func features(text, before string) []int {
	row := func(s string) int { return int(crc32.ChecksumIEEE([]byte(s)) % hashes) }
	if first, _ := utf8.DecodeRuneInString(text); unicode.IsDigit(first) {
		return []int{row("#"), row("#" + strconv.Itoa(min(utf8.RuneCountInString(text), 5)))}
	}
	out := []int{row("w:" + text), row("b:" + before + " " + text)}
	edged := []rune("<" + text + ">")
	for n := 3; n <= 5; n++ {
		for i := 0; i+n <= len(edged); i++ {
			out = append(out, row("g:"+string(edged[i:i+n])))
		}
	}
	return out[:min(len(out), maxFeatures)]
}

// wordsOf returns words with their features, each with the one before it.
func wordsOf(texts []string, kind int) []word {
	out, before := make([]word, 0, len(texts)), ""
	for _, text := range texts {
		out = append(out, word{features(text, before), kind})
		before = text
	}
	return out
}

type property struct {
	Description string `json:"description"`
}

// properties are those of a schema; none of one of another form.
func properties(schema json.RawMessage) map[string]property {
	var s struct {
		Properties map[string]property `json:"properties"`
	}
	_ = json.Unmarshal(schema, &s)
	return s.Properties
}

// ofTool returns the words of a declaration.
func ofTool(t llm.ToolSpec) []word {
	props := properties(t.Parameters)
	names := make([]string, 0, len(props))
	for name := range props {
		names = append(names, name)
	}
	slices.Sort(names)
	var parameters []string
	for _, name := range names[:min(len(names), maxParameters)] {
		about := split(props[name].Description)
		parameters = append(append(parameters, split(name)...), about[:min(len(about), maxAbout)]...)
	}
	about := split(t.Description)
	out := append(wordsOf(split(t.Name), ofName), wordsOf(about[:min(len(about), maxDescription)], ofDescription)...)
	out = append(out, wordsOf(parameters, ofParameter)...)
	return out[:min(len(out), maxTool)]
}
