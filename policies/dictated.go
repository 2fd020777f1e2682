package policies

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
)

// A text that is sent is the model's own wording, and the user's where they give it. So what they
// dictate must be in it, and no number may be that nobody has said: "let the team know that the code
// has changed" does not say which it is now.

// reworded lists the arguments of a call whose text is not what the user dictated, or tells a number
// that neither the user nor a result has.
func (r *Run) reworded(t *tool, args map[string]any, a ask.Ask) []string {
	var texts []string
	for _, name := range sortedKeys(args) {
		leaves(args[name], func(v any) {
			if s, ok := v.(string); ok {
				texts = append(texts, plain(s))
			}
		})
	}
	other := slices.ContainsFunc(a.Dictated, func(text string) bool {
		text = plain(text)
		return !slices.ContainsFunc(texts, func(s string) bool {
			return strings.Contains(s, text) || 2*len(s) > len(text) && strings.Contains(text, s)
		})
	})
	var out []string
	for _, name := range sortedKeys(args) {
		if s, ok := args[name].(string); ok && slices.Contains(t.content, strings.ToLower(name)) && (other || r.tellsNumber(s)) {
			out = append(out, name)
		}
	}
	return out
}

// plain are the letters and digits of a text, in lower case.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// figure finds numbers of three digits and more that are no part of a date, a time or an amount of
// money, which may be worked out.
var figure = regexp.MustCompile(`(?:^|[\s(:#"'“„«])([0-9]{3,12})(?:[\s).,;:!?"'”“»]|$)`)

// tellsNumber reports whether a text has a number that no text of the run has.
func (r *Run) tellsNumber(text string) bool {
	return slices.ContainsFunc(figure.FindAllStringSubmatch(text, -1), func(m []string) bool {
		return !r.context.Has(m[1])
	}) || slices.ContainsFunc(clockFigure.FindAllStringSubmatch(text, -1), func(m []string) bool {
		return r.context.Find(m[1], false).How == label.HowMade
	})
}

// clockFigure finds times of day in figures: "começa às 14:00" is not what "começa mais tarde" says.
var clockFigure = regexp.MustCompile(`(?:^|[^\d:.,])([0-2]?\d:[0-5]\d)(?:[^\d:]|$)`)
