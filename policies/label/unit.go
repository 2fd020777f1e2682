package label

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// An argument that is named for a unit, minutes, kg, percent, takes what the user said in another
// unit or in words.

// wordsOf cuts the name of an argument: duration_minutes, maxKg.
func wordsOf(name string) []string {
	var b strings.Builder
	low := false
	for _, r := range name {
		switch {
		case unicode.IsUpper(r) && low:
			b.WriteByte(' ')
		case !unicode.IsLetter(r):
			r = ' '
		}
		low = unicode.IsLower(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.Fields(b.String())
}

// timeUnits are names of units of time, in minutes, or in months below zero.
var timeUnits = map[string]int{
	"minutes": 1, "minute": 1, "mins": 1, "min": 1, "hours": 60, "hour": 60, "hrs": 60, "days": 24 * 60, "day": 24 * 60, "nights": 24 * 60, "night": 24 * 60,
	"weeks": 7 * 24 * 60, "week": 7 * 24 * 60, "months": -1, "month": -1, "years": -12, "year": -12,
}

// everything are words for the whole of something.
var everything = regexp.MustCompile(`\b(?:all|everyone|everybody|full|fully|alle[nrm]?|ganz|voll|tous|toutes|tout le monde|tutti|tutte|todos|todas|toda)\b|सभी|सब|ทั้งหมด|ทุกคน`)

// inUnit finds a number as what the user said of a length, a measure or a share, in the unit for which
// the argument is named.
func (c *Context) inUnit(name, number string) (Origin, bool) {
	want, ok := millionths(number)
	if !ok || want <= 0 {
		return Origin{}, false
	}
	for _, part := range wordsOf(name) {
		base, factor := spoken.Unit(part)
		time := timeUnits[part]
		percent := part == "percent" || part == "percentage" || part == "pct"
		if base == "" && time == 0 && !percent {
			continue
		}
		for _, s := range c.sources {
			if s.Kind != FromUser || !s.speaks() {
				continue
			}
			t := s.own.spoken()
			if time != 0 && slices.ContainsFunc(t.Lengths(), func(l spoken.Length) bool {
				return (time > 0 && l.Months == 0 && int64(l.Minutes)*millionth == want*int64(time) || time < 0 && int64(l.Months)*millionth == want*int64(-time)) && s.plainlySaid(l.At)
			}) || base != "" && slices.ContainsFunc(t.Measures(), func(m spoken.Measure) bool {
				return m.Base == base && float64(m.Value)*millionth == float64(want)*float64(factor) && s.plainlySaid(m.At)
			}) || percent && (slices.ContainsFunc(t.Shares(), func(p spoken.Share) bool {
				return int64(p.Part)*100 == want && s.plainlySaid(p.At)
			}) || want == 100*millionth && everything.MatchString(s.own.plain)) {
				return derived(s.Label, s.ID), true
			}
		}
	}
	return Origin{}, false
}

// OtherUnit reports whether the user says a number in nothing but another unit than the one for which an argument is
// named: the 1500 of "1500 g" are no kilos.
func (c *Context) OtherUnit(name string, value any) bool {
	n, ok := newNeedle(value)
	if !ok || !n.isNumber {
		return false
	}
	want, ok := millionths(n.number)
	if !ok {
		return false
	}
	for _, part := range wordsOf(name) {
		base, factor := spoken.Unit(part)
		if base == "" {
			continue
		}
		said, other := 0, 0
		for _, s := range c.sources {
			if s.Kind != FromUser || !s.speaks() {
				continue
			}
			said += s.own.values.numbers[n.number]
			for _, m := range s.own.spoken().Measures() {
				if int64(m.Number) == want && m.Base == base && float64(m.Value)*millionth != float64(want)*float64(factor) {
					other++
				}
			}
		}
		return other > 0 && other >= said
	}
	return false
}
