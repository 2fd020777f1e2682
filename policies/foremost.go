package policies

import (
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
	words "github.com/chaski-dev/chaski/policies/spoken"
)

// Rows of a list that are picked by what is most or least of them, by their place, or by a bound.

// theRest finds words for all but those that were named.
var theRest = regexp.MustCompile(`(?i)\b(?:the (?:others|other ones|rest)|(?:die|alle) (?:anderen|übrigen)|den rest|les autres|le reste|(?:gli|le) altr[ie]|il resto|l[oa]s (?:otr[oa]s|demás)|el resto|[oa]s outr[oa]s|o resto)\b|बाकी|ที่เหลือ|อันอื่น`)

// anyOne finds one of several, of which nothing says which.
var anyOne = regexp.MustCompile(`(?i)\b(?:one|any|either) of\b|\b(?:eine[nrs]?|irgendeine[nrs]?) (?:der|meiner|unserer|von)\b|\b(?:l['’])?une? de(?:s| mes| nos| ces)\b|\bun[ao]? d(?:ei|elle|egli|e mis|e nuestr[ao]s|e l[ao]s)\b|\buma? d(?:[ao]s|e minhas|e meus)\b|में से (?:कोई )?एक|อันใดอันหนึ่ง|หนึ่งใน`)

// anyOf reports whether a text speaks of one of several, and of none but one: "every one of them" are all.
func anyOf(text string) bool { return anyOne.MatchString(eachOne.ReplaceAllString(text, " ")) }

var eachOne = regexp.MustCompile(`(?i)\b(?:every|each)[ -]?one of\b`)

// ordinals are places of a list, in the eight languages.
var ordinals = []*regexp.Regexp{
	regexp.MustCompile(`(?i)\bthe second (?:one|of|on the list)\b|\b(?:den|die|das|der) zweite[nrs]?\b(?: (?:in|auf|von|der|davon)\b|[.,!]|$)|\b(?:le|la) deuxième\b|\b(?:il|la) second[oa]\b|\b(?:el|la) segund[oa]\b|\b[oa] segund[oa]\b|दूसर[ीाे] वाल|อันที่สอง`),
	regexp.MustCompile(`(?i)\bthe third (?:one|of|on the list)\b|\b(?:den|die|das|der) dritte[nrs]?\b(?: (?:in|auf|von|der|davon)\b|[.,!]|$)|\b(?:le|la) troisième\b|\b(?:il|la) terz[oa]\b|\b(?:el|la) tercer[oa]?\b|\b[oa] terceir[oa]\b|तीसर[ीाे] वाल|อันที่สาม`),
}

// placeOf returns the place of a list that a text names, from 0.
func placeOf(text string) (place int, ok bool) {
	for i, o := range ordinals {
		if o.MatchString(text) {
			return i + 1, true
		}
	}
	return 0, false
}

// foremost reports whether a text picks what is most or least of the rows among which words do not decide, and whether
// that is a row of the value.
func foremost(text string, mine, rivals []label.Row) (top, found bool) {
	if len(rivals) == 0 {
		return false, false
	}
	up, down, late, early := label.Superlatives(text)
	for _, c := range extremes {
		if c.said.MatchString(text) {
			late, early = late || c.members == nil && c.most, early || c.members == nil && !c.most
			up, down = up || c.members != nil && c.most, down || c.members != nil && !c.most
		}
	}
	late, early = late || onlyLast.MatchString(text), early || onlyFirst.MatchString(text) || lasting.MatchString(text)
	if !up && !down && !late && !early {
		if !ask.Superlative(text) {
			return false, false
		}
		up, down, late, early = true, true, true, true
	}
	spoken := func(row label.Row, m label.Member) bool { return !row.Holds(m) && ask.Measures(text, m.Name) }
	some := slices.ContainsFunc(mine, func(row label.Row) bool {
		return slices.ContainsFunc(row.Members, func(m label.Member) bool { return m.Amount && spoken(row, m) })
	})
	for _, row := range mine {
		for _, m := range row.Members {
			up, down := up, down
			switch {
			case m.Moment != "" && !m.Amount:
				up, down = late, early
				if some {
					continue
				}
			case !m.Amount || row.Holds(m) || some && !spoken(row, m):
				continue
			case m.Name == "year":
				up, down = up || late, down || early
			}
			if !up && !down {
				continue
			}
			found = true
			first, last := true, true
			for _, o := range rivals {
				p, ok := o.Member(m.Name)
				if !ok || p.Amount != m.Amount {
					continue
				}
				less, more := p.Moment < m.Moment, p.Moment > m.Moment
				if m.Amount {
					less, more = p.Number < m.Number, p.Number > m.Number
				}
				first, last = first && !less, last && !more
			}
			if up && last || down && first {
				return true, true
			}
		}
	}
	return false, found
}

// outOfBounds reports whether a text bounds how long something has lasted, and no row of the value is within: "the flags that
// nobody has used for more than a year".
func outOfBounds(text string, mine []label.Row) bool {
	low := strings.ToLower(text)
	for _, l := range words.Parse(low).Lengths() {
		if l.End > len(low) {
			continue
		}
		kind := ask.Compared(low[:l.At] + "1" + low[l.End:]).Kind
		if kind != ask.Above && kind != ask.Below {
			continue
		}
		bound := float64(l.Minutes)/(24*60) + float64(l.Months)*unitDays["month"]
		counted, within := false, false
		for _, row := range mine {
			for _, m := range row.Members {
				if days, ok := inDays(m); ok {
					counted, within = true, within || kind == ask.Above && days > bound || kind == ask.Below && days < bound
				}
			}
		}
		if counted && !within {
			return true
		}
	}
	return false
}

// inDays returns a member that counts days, or a longer unit, as days.
func inDays(m label.Member) (float64, bool) {
	for _, w := range ask.NameWords(m.Name) {
		if unit, ok := unitDays[strings.TrimSuffix(w, "s")]; ok && m.Amount {
			return m.Number * unit, true
		}
	}
	return 0, false
}

var unitDays = map[string]float64{"day": 1, "night": 1, "week": 7, "month": 30.4, "year": 365}
