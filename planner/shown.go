package planner

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools"
)

// FindName is the name of the tool that searches the tools that are not shown.
const FindName = "find_tools"

// findTool declares the search. The planner answers it: it changes nothing and reads only
// what the run was started with.
func findTool() llm.ToolSpec {
	return llm.ToolSpec{Name: FindName, Description: "Find more tools by what they do",
		Parameters: json.RawMessage(`{"type":"object","properties":{"query":{"type":"string","description":"What the tool should do"}},"required":["query"],"additionalProperties":false}`)}
}

// picks reports whether the run shows only some of its tools at a time.
func (s *State) picks() bool {
	return s.Start.Shown > 0 && len(s.Start.Tools) > s.Start.Shown && s.Plan.Phase == ""
}

// shown returns the tools for the next turn: those that fit what the user said last, those
// that were called, and those that a search found.
func (s *State) shown() []tools.Spec {
	if !s.picks() {
		return s.Start.Tools
	}
	keep, said := map[string]bool{}, ""
	for _, m := range s.Messages {
		if m.Role == llm.RoleUser {
			said = m.Content
		}
		for _, c := range m.Calls {
			if keep[c.Name] = true; c.Name == FindName {
				for _, name := range s.find(c.Arguments) {
					keep[name] = true
				}
			}
		}
	}
	for _, name := range fitting(s.Start.Tools, said, s.Start.Shown) {
		keep[name] = true
	}
	return slices.DeleteFunc(slices.Clone(s.Start.Tools), func(t tools.Spec) bool { return !keep[t.Name] })
}

// find returns the names of the tools that a search finds.
func (s *State) find(args json.RawMessage) []string {
	var in struct{ Query string }
	if json.Unmarshal(args, &in) != nil {
		return nil
	}
	return fitting(s.Start.Tools, in.Query, s.Start.Shown)
}

// found is the result of a search: names and descriptions; the next turn declares them.
func (s *State) found(c *CallState) *tools.Result {
	out := []map[string]string{}
	for _, name := range s.find(c.Arguments) {
		spec, _ := s.spec(name)
		out = append(out, map[string]string{"name": name, "description": spec.Description})
	}
	value, _ := json.Marshal(out) // texts always encode
	return &tools.Result{CallID: c.ID, Attempt: c.Attempt, Status: tools.StatusOK, Value: value}
}

// The constants of BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework,
// 2009), as most use them.
const (
	saturation = 1.2
	lengths    = 0.75
)

// fitting returns the names of at most n tools, those first whose names, descriptions and
// parameters fit the text best by BM25; the order of the tools decides among equals.
func fitting(list []tools.Spec, text string, n int) []string {
	type document struct {
		name  string
		count map[string]int
		words int
		score float64
	}
	docs, total, in := make([]document, len(list)), 0, map[string]int{}
	for i, t := range list {
		d := document{name: t.Name, count: map[string]int{}}
		for _, w := range append(terms(t.Name), terms(t.Description+" "+describe(t.Parameters))...) {
			if d.count[w]++; d.count[w] == 1 {
				in[w]++
			}
			d.words++
		}
		docs[i], total = d, total+d.words
	}
	mean := max(float64(total)/float64(max(len(docs), 1)), 1)
	query := slices.DeleteFunc(terms(text), func(w string) bool { return small[w] })
	slices.Sort(query)
	for _, w := range slices.Compact(query) {
		rare := math.Log(1 + (float64(len(docs)-in[w])+0.5)/(float64(in[w])+0.5))
		for i := range docs {
			f := float64(docs[i].count[w])
			docs[i].score += rare * f * (saturation + 1) / (f + saturation*(1-lengths+lengths*float64(docs[i].words)/mean))
		}
	}
	slices.SortStableFunc(docs, func(a, b document) int { return cmp.Compare(b.score, a.score) })
	out := make([]string, 0, n)
	for _, d := range docs[:min(n, len(docs))] {
		out = append(out, d.name)
	}
	return out
}

// small are words that say nothing about what a tool does; few descriptions have them, so
// that they would seem rare.
var small = func() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields("a an and any are as at be but by can could do doe for from get give has have how i if in into is it its let like me my need no not of on or our please should so some tell than that the their them then there thi to up us want wa was we what when where which who will with would you your") {
		out[w] = true
	}
	return out
}()

// describe is the names and descriptions of a schema's parameters.
func describe(schema json.RawMessage) string {
	var p struct {
		Properties map[string]struct {
			Description string `json:"description"`
			Enum        []any  `json:"enum"`
		} `json:"properties"`
	}
	_ = json.Unmarshal(schema, &p) // a schema of another form has none
	var b strings.Builder
	for _, name := range sortedNames(p.Properties) {
		b.WriteString(name + " " + p.Properties[name].Description + " ")
		for _, v := range p.Properties[name].Enum {
			if s, ok := v.(string); ok {
				b.WriteString(s + " ")
			}
		}
	}
	return b.String()
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// terms are the words of a text in small letters: those of an identifier apart, and without
// the s of a plural.
func terms(text string) []string {
	var b strings.Builder
	lower := false
	for _, r := range text {
		if unicode.IsUpper(r) && lower { // camelCase
			b.WriteByte(' ')
		}
		lower = unicode.IsLower(r)
		b.WriteRune(unicode.ToLower(r))
	}
	var out []string
	for _, w := range strings.FieldsFunc(b.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") {
			w = w[:len(w)-1]
		}
		out = append(out, w)
	}
	return out
}
