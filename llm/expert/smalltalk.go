package expert

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/chaski-dev/chaski/llm"
)

// smallTalkText says what small talk is, in eight languages, and what is answered.
//
//go:embed smalltalk.txt
var smallTalkText string

// SmallTalk is a message that asks for nothing, such as a greeting.
type SmallTalk struct {
	Kind     string // one of talkKinds
	Language string // "en", "de", "fr", "it", "es", "pt", "hi" or "th"
}

// talkKinds are the kinds, the one first that is answered where a message is of several.
var talkKinds = []string{"able", "who", "abuse", "thanks", "bye", "how", "hello", "fine"}

// talkLanguages are the languages, the one first that is taken where a phrase is of several.
var talkLanguages = []string{"en", "de", "fr", "it", "es", "pt", "hi", "th"}

const (
	maxTalk  = 60 // words of a message of small talk, or letters in Thai
	maxTools = 5  // that are listed
)

// phrases are the lines of smallTalkText.
type phrases struct {
	of      map[string][]SmallTalk // by the words of a phrase; of kind "" for fillers
	longest int
	replies map[SmallTalk]string
}

var talk = sync.OnceValue(func() *phrases {
	p := &phrases{of: map[string][]SmallTalk{}, replies: map[SmallTalk]string{}}
	for line := range strings.Lines(smallTalkText) {
		kind, rest, ok := strings.Cut(strings.TrimSpace(line), "|")
		if !ok || strings.HasPrefix(kind, "#") {
			continue
		}
		language, text, _ := strings.Cut(rest, "|")
		if of, ok := strings.CutPrefix(kind, "reply "); ok {
			p.replies[SmallTalk{of, language}] = text
			continue
		}
		if kind == "filler" {
			kind = ""
		}
		for phrase := range strings.SplitSeq(text, ",") {
			words := talkWords(phrase)
			key := strings.Join(words, " ")
			p.of[key] = append(p.of[key], SmallTalk{kind, language})
			p.longest = max(p.longest, len(words))
		}
	}
	return p
})

// talkWords are the words of a text as phrases are compared: in small letters, without the
// accents of Latin letters, a letter that is repeated once. Thai, which has no spaces, is
// taken apart by letters.
func talkWords(text string) []string {
	text = norm.NFC.String(strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ToLower(strings.ReplaceAll(text, "’", "'")))))
	var out []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '\'' && r != '-'
	}) {
		var b strings.Builder
		var last rune
		for _, r := range w {
			switch {
			case unicode.Is(unicode.Thai, r):
				out = append(out, string(r))
			case r != last || !unicode.Is(unicode.Latin, r):
				b.WriteRune(r)
			}
			last = r
		}
		if b.Len() > 0 {
			out = append(out, b.String())
		}
	}
	return out
}

// SmallTalkOf says whether a message is small talk as a whole. After a question of the
// assistant's, what may answer it is none.
func SmallTalkOf(message, before string) (t SmallTalk, ok bool) {
	words := talkWords(message)
	if len(words) == 0 || len(words) > maxTalk {
		return t, false
	}
	p := talk()
	found, ok := p.read(words, map[int]bool{})
	if !ok {
		return t, false
	}
	languages := map[string]int{}
	for _, of := range found {
		for _, l := range talkLanguages {
			if slices.ContainsFunc(of, func(t SmallTalk) bool { return t.Language == l }) {
				languages[l]++
			}
		}
	}
	for _, kind := range talkKinds {
		for _, of := range found {
			for _, x := range of {
				if x.Kind == kind && (t.Kind == "" || kind == t.Kind && languages[x.Language] > languages[t.Language]) {
					t = x
				}
			}
		}
	}
	if asks := strings.ContainsAny(before, "?？") && !p.says(before); t.Kind == "" || asks && (t.Kind == "hello" || t.Kind == "fine") {
		return SmallTalk{}, false
	}
	return t, true
}

// read parts words into phrases, the longest first; failed are places from which that
// cannot be.
func (p *phrases) read(words []string, failed map[int]bool) ([][]SmallTalk, bool) {
	if len(words) == 0 {
		return nil, true
	}
	if failed[len(words)] {
		return nil, false
	}
	for n := min(p.longest, len(words)); n > 0; n-- {
		of, ok := p.of[strings.Join(words[:n], " ")]
		if !ok {
			continue
		}
		if rest, ok := p.read(words[n:], failed); ok {
			return append([][]SmallTalk{of}, rest...), true
		}
	}
	failed[len(words)] = true
	return nil, false
}

// says reports whether a text is an answer to small talk.
func (p *phrases) says(text string) bool {
	for _, reply := range p.replies {
		if head, _, _ := strings.Cut(reply, "%s"); head != "" && strings.HasPrefix(text, head) {
			return true
		}
	}
	return false
}

// Reply answers small talk; "" where there is nothing to say, since no tool is declared.
func (t SmallTalk) Reply(tools []llm.ToolSpec) string {
	reply := talk().replies[t]
	if !strings.Contains(reply, "%s") {
		return reply
	}
	if len(tools) == 0 {
		return ""
	}
	return strings.ReplaceAll(strings.ReplaceAll(reply, "%s", does(tools)), "….", "…")
}

// CanDo says in English what the tools do, as the end of a refusal.
func CanDo(tools []llm.ToolSpec) string { return SmallTalk{"able", "en"}.Reply(tools) }

// does lists what tools do, by their descriptions' first sentences.
func does(tools []llm.ToolSpec) string {
	var out []string
	for _, t := range tools {
		text, _, _ := strings.Cut(t.Description, ". ")
		text, _, _ = strings.Cut(text, "\n")
		text = strings.TrimRight(strings.TrimSpace(text), ".;:!。।")
		if text == "" {
			text = strings.ReplaceAll(t.Name, "_", " ")
		}
		text = lower(text)
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	if len(out) > maxTools {
		out = append(out[:maxTools], "…")
	}
	return strings.Join(out, "; ")
}

// lower begins a text with a small letter, unless it begins with a word of capitals.
func lower(text string) string {
	if r := []rune(text); len(r) > 1 && unicode.IsUpper(r[0]) && !unicode.IsUpper(r[1]) {
		return string(unicode.ToLower(r[0])) + string(r[1:])
	}
	return text
}
