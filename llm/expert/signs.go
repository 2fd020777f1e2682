package expert

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// Signs are what a request and a call show, without any learning, of whether the call is
// what was asked for: each 0 for no, 1 for yes, or a share between. A model file says how
// much each tells (chaski.confidence.signs).
type Signs [8]float64

// The signs.
const (
	Twice    = iota // two arguments were taken from the same words: one of them was not said
	Made            // words of a value that the request does not have
	Unnamed         // a member of a list that the request does not name
	Rival           // and it names another one
	Asked           // a question, to a tool that changes something
	Negated         // what the tool does stands behind "don't"
	Left            // a number beside a value is in no argument, though one was left out
	Searches        // a search, whose words are not those of what is looked for
)

var (
	// question is how questions begin, in the languages of Llama 3.1 that have words apart.
	question = regexp.MustCompile(`^(?:(?:hi|hello|hey|please|so|and|ok|okay|well|also)\b[ ,!.]*)*(?:what|when|where|who|whose|which|why|how|is|are|was|were|does|did|do|has|any|whats|hows|wheres` +
		`|was|wann|wo|wer|wie|welche[rs]?|warum|quel(?:le)?s?|quand|où|qui|comment|combien|pourquoi|quale|quanto|quando|dove|chi|come|perché|cuál|cuánto|cuándo|dónde|quién|cómo|qué|qual|onde|quem|como)\b`)
	// forbids is what stands before the verb of what is not to be done.
	forbids = regexp.MustCompile(`\b(?:don['’]?t|do not|never|not to|no need to|please not)\s+(\w+)`)
	numeral = regexp.MustCompile(`\d+(?:\.\d+)?`)
	// parts are what several orders stand in.
	parts = regexp.MustCompile(`(?i)[.;!?\n](?:\s|$)|\b(?:and|then|und|dann|et|puis|e|poi|y|luego|depois)\b|और|แล้ว|และ`)
)

// reading are first words of names of tools that change nothing, whatever they declare.
var reading = strings.Fields("calculate check compute convert count describe fetch find get is list look lookup query read search show track translate view")

// SignsOf reads the signs of a call for a request.
func SignsOf(asked string, t llm.ToolSpec, args json.RawMessage) (s Signs) {
	var given map[string]any
	d := json.NewDecoder(bytes.NewReader(args))
	d.UseNumber()
	_ = d.Decode(&given) // a call that is no JSON shows none of its values
	var schema struct {
		Properties map[string]struct {
			Enum []any `json:"enum"`
		} `json:"properties"`
	}
	_ = json.Unmarshal(t.Parameters, &schema)

	r := newRequest(asked)
	var places [][][2]int // of each value
	var all strings.Builder
	for _, name := range sorted(given) {
		for _, v := range texts(given[name]) {
			all.WriteString(v + " ")
			if enum := schema.Properties[name].Enum; len(enum) > 0 {
				if !r.names(v) {
					s[Unnamed] = 1
					for _, other := range enum {
						if o, ok := other.(string); ok && r.names(o) {
							s[Rival] = 1
						}
					}
				}
				continue
			}
			s[Made] = min(1, s[Made]+r.lacks(v))
			if at := r.places(v); len(at) > 0 {
				places = append(places, at)
			}
		}
	}
	for i, a := range places {
		for _, b := range places[:i] {
			if !apart(a, b) {
				s[Twice] = 1
			}
		}
	}
	tool := split(t.Name + " " + t.Description)
	if t.Changes && question.MatchString(r.low) && !slices.Contains(reading, split(t.Name + " x")[0]) {
		s[Asked] = 1
	}
	if m := forbids.FindStringSubmatch(r.low); m != nil && slices.ContainsFunc(tool, func(w string) bool { return stem(w) == stem(m[1]) }) {
		s[Negated] = 1
	}
	if !t.Changes && slices.Contains(tool, "search") {
		s[Searches] = 1
	}
	if len(given) < len(schema.Properties) && r.leaves(all.String()) {
		s[Left] = 1
	}
	return s
}

// Parts are the parts of a request that may be orders of their own.
func Parts(asked string) (out []string) {
	for _, part := range parts.Split(asked, -1) {
		if strings.TrimSpace(part) != "" {
			out = append(out, part)
		}
	}
	return out
}

// Best returns how well a call's tool fits what was asked for, and how well without the
// words that are its values, by the part of the request that it fits best: what else was
// asked for says nothing against it.
func (r *Router) Best(asked string, t llm.ToolSpec, args json.RawMessage) (fit, rest float64) {
	fit, rest = r.Scores(asked, []llm.ToolSpec{t})[0], r.Rest(asked, t, args)
	if each := Parts(asked); len(each) > 1 {
		for _, part := range each {
			if of, left := r.rest(part, t, args); left {
				fit, rest = max(fit, r.Scores(part, []llm.ToolSpec{t})[0]), max(rest, of)
			}
		}
	}
	return fit, rest
}

// requested is a request in small letters, without what parts its thousands, and its words.
type requested struct {
	low, plain string
	words      []string
}

func newRequest(asked string) requested {
	low := strings.ToLower(asked)
	return requested{low, strings.ReplaceAll(low, ",", ""), split(asked)}
}

// names says whether a word of a member is one of the request's, or begins like it.
func (r requested) names(member string) bool {
	for _, w := range split(member) {
		if len(w) > 1 && strings.Contains(r.low, stem(w)) {
			return true
		}
	}
	return false
}

// lacks is the share of a value's words that the request does not have.
func (r requested) lacks(value string) float64 {
	words, missing := split(value), 0
	for _, w := range words {
		if !strings.Contains(r.plain, w) && !slices.Contains(r.words, w) {
			missing++
		}
	}
	return float64(missing) / float64(max(len(words), 1))
}

// leaves says whether a part of the request that has a number of values, or all of it if
// none has, has one that is not among them.
func (r requested) leaves(values string) bool {
	within := func(part string) (known, more bool) {
		for _, n := range numeral.FindAllString(part, -1) {
			if strings.Contains(n, ".") {
				n = strings.TrimRight(strings.TrimRight(n, "0"), ".")
			}
			if strings.Contains(values, n) {
				known = true
			} else {
				more = true
			}
		}
		return known, more
	}
	left := false
	for _, part := range Parts(r.plain) {
		known, more := within(part)
		if known && more {
			return true
		}
		left = left || more
	}
	known, _ := within(r.plain)
	return left && !known
}

// places are where a value stands in the request, by words.
func (r requested) places(value string) (at [][2]int) {
	words := split(value)
	if len(words) == 0 {
		return nil
	}
	for i := 0; i+len(words) <= len(r.words); i++ {
		if slices.Equal(r.words[i:i+len(words)], words) {
			at = append(at, [2]int{i, i + len(words)})
		}
	}
	return at
}

// apart says whether two values can stand in different places.
func apart(a, b [][2]int) bool {
	for _, x := range a {
		for _, y := range b {
			if x[1] <= y[0] || y[1] <= x[0] {
				return true
			}
		}
	}
	return false
}

// stem is the first four letters: enough to tell most words, and the same in most forms.
func stem(w string) string {
	if r := []rune(w); len(r) > 4 {
		return string(r[:4])
	}
	return w
}

// texts are the strings and numbers of an argument, or of its list.
func texts(v any) (out []string) {
	switch v := v.(type) {
	case string:
		if v != "" {
			out = append(out, v)
		}
	case json.Number:
		out = append(out, v.String())
	case []any:
		for _, x := range v {
			out = append(out, texts(x)...)
		}
	}
	return out
}

func sorted(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
