package label

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// Span is a stretch of a text in its plain form, in bytes.
type Span struct{ At, End int }

// Apart reports whether the span shares nothing with another.
func (s Span) Apart(o Span) bool { return s.End <= o.At || o.End <= s.At }

// Mentions returns where the text says a value, whatever else the same words say: the 12 of "12 December" is one of the
// number 12, too. What is only meant, as a day by "tomorrow", is not said.
func (p *Phrase) Mentions(value any) (out []Span) {
	n, ok := newNeedle(value)
	if !ok || n.plain == "" {
		return nil
	}
	t := p.own
	switch {
	case n.isMoment:
		return t.moments(n)
	case n.isNumber:
		for _, at := range figureRun.FindAllStringIndex(t.plain, -1) {
			if s := t.plain[at[0]:at[1]]; s == n.plain || !n.isText && slices.Contains(everyReading(strings.TrimLeft(s, "0")), n.number) {
				out = append(out, Span{at[0], at[1]})
			}
		}
		for _, said := range t.spoken().Numbers(spoken.Any) {
			if said.Words && !n.isText && said.Value.String() == n.number {
				out = append(out, Span{said.At, said.End})
			}
		}
		return out
	}
	for from := 0; ; {
		i := strings.Index(t.plain[from:], n.plain)
		if i < 0 {
			return out
		}
		i += from
		from = i + len(n.plain)
		if boundary(t.plain, i, true) && (boundary(t.plain, from, false) || strings.HasPrefix(t.plain[from:], "'")) {
			out = append(out, Span{i, from})
		}
	}
}

// figureRun finds a number in digits.
var figureRun = regexp.MustCompile(`\d+(?:[.,']\d+)*`)

// moments are the places of a day, or of a time.
func (t *ownText) moments(n needle) (out []Span) {
	for _, form := range figureMoments {
		for _, at := range form.FindAllStringIndex(t.plain, -1) {
			v := values{dates: map[string]bool{}, times: map[int]bool{}}
			if v.moments(t.plain[at[0]:at[1]]); v.has(n.day, n.minute) {
				out = append(out, Span{at[0], at[1]})
			}
		}
	}
	for _, b := range briefDays(t.plain) {
		if (values{dates: map[string]bool{b.day: true}}).has(n.day, n.minute) {
			out = append(out, b.Span)
		}
	}
	add := func(s Span) {
		if !slices.ContainsFunc(out, func(o Span) bool { return !s.Apart(o) }) {
			out = append(out, s)
		}
	}
	if n.day == "" {
		for _, said := range t.spoken().Times() {
			if slices.Contains(said.Minutes, n.minute) {
				add(Span{said.At, said.End})
			}
		}
		return out
	}
	for _, d := range t.spoken().Dates() {
		if d.Inner || !sameDay(d, n.day) {
			continue
		}
		if blank := strings.IndexByte(t.plain[d.At:d.End], ' '); blank > 0 && !boundary(t.plain, d.At, true) {
			d.At += blank // "WA/7870/05 au 15 décembre"
		}
		add(Span{d.At, d.End})
	}
	return out
}

// figureMoments find days and times in figures.
var figureMoments = []*regexp.Regexp{isoDate, dayFirst, dayDotted, clockTime}

// sameDay reports whether a day as it is said may be one, "2006-01-02".
func sameDay(d spoken.Date, day string) bool {
	part := strings.Split(day, "-")
	if len(part) != 3 {
		return false
	}
	is := func(s string, n int) bool { k, err := strconv.Atoi(s); return err == nil && k == n }
	return is(part[1], d.Month) && is(part[2], d.Day) && (d.Year == 0 || is(part[0], d.Year))
}

// SeveralMoments reports whether the text says more than one day, or more than one time, as a value is one.
func (p *Phrase) SeveralMoments(value string) bool {
	if n, _ := newNeedle(value); n.day == "" {
		return len(p.own.values.times) > 1
	}
	return len(p.own.values.dates) > 1
}
