package corpus

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// What people ask the examples in their own words. The lists are split like the others:
// every fifth entry is held out.

// lines are the entries of a text, one a line.
func lines(text string) []string {
	var list []string
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l != "" {
			list = append(list, l)
		}
	}
	return list
}

// parts are the entries of a line, with | between them.
func parts(line string) []string {
	list := strings.Split(line, "|")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// able says what the declared tools do, the first three in the order in which they are
// shown.
func (st *story) able() string {
	var list []string
	tools := slices.Clone(st.Tools)
	slices.SortFunc(tools, func(a, b llm.ToolSpec) int { return strings.Compare(a.Name, b.Name) })
	for _, t := range tools {
		d := strings.TrimSuffix(t.Description, ".")
		if d != "" && len(list) < 3 {
			list = append(list, strings.ToLower(d[:1])+d[1:])
		}
	}
	return strings.Join(list, "; ")
}

// cannot refuses what no tool does and says what the tools do.
func (st *story) cannot(what string) {
	st.say("none", "I can't %s. What I can do: %s.", what, st.able())
}

// typed is a text as people type it: now and then without a capital or a stop.
func (st *story) typed(text string) string {
	switch n := st.IntN(10); {
	case n < 2:
		return strings.ToLower(text)
	case n < 4:
		return strings.ToLower(strings.TrimRight(text, ".?!"))
	case n < 5:
		return strings.TrimRight(text, ".?!")
	case n < 6:
		return strings.TrimRight(text, ".?!") + pick(st.Source, " please", ", please", " pls", "??", "!", " thanks", " ?", "...")
	}
	return text
}

// opened puts a greeting or a sentence that means nothing before a text.
func (st *story) opened(text string) string {
	if st.chance(0.45) {
		return st.typed(text)
	}
	if st.chance(0.4) {
		return st.aside(0.6) + st.greeted(st.typed(text))
	}
	o := draw(st.Source, openers)
	if !strings.HasSuffix(o, ".") && !strings.HasSuffix(o, "!") && !strings.HasSuffix(o, "?") && !strings.HasPrefix(text, "I ") && !strings.HasPrefix(text, "I'") {
		text = strings.ToLower(text[:1]) + text[1:]
	}
	return st.typed(o + " " + text)
}
