package label

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// nights finds a number of nights as those between the two days that the user says, of which another argument is the
// first: "from the 10th to the 12th of December".
func (c *Context) nights(name, number string, others []any) (Origin, bool) {
	want, ok := millionths(number)
	if !ok || !slices.ContainsFunc(wordsOf(name), func(w string) bool { return w == "nights" || w == "night" }) {
		return Origin{}, false
	}
	for _, s := range c.sources {
		if s.Kind != FromUser || !s.speaks() {
			continue
		}
		dates := s.own.spoken().Dates()
		for _, first := range dates {
			if first.Inner || first.Day == 0 || !slices.ContainsFunc(others, func(o any) bool { return isDay(o, first) }) {
				continue
			}
			between, last := int64(0), false
			for _, d := range dates {
				if d.At != first.At || d.Month != first.Month || d.Day <= first.Day {
					continue
				}
				between++
				last = last || !d.Inner
			}
			if last && between*millionth == want && s.plainlySaid(first.At) {
				return derived(s.Label, s.ID), true
			}
		}
	}
	return Origin{}, false
}

// isDay reports whether a value is a day that is said.
func isDay(value any, d spoken.Date) bool {
	text, ok := value.(string)
	return ok && len(text) >= len("2006-01-02") && strings.HasPrefix(text[4:], "-"+pad(d.Month)+"-"+pad(d.Day))
}
