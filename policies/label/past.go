package label

import (
	"regexp"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// A day that lies behind is named from where one stands, too: "it broke yesterday", "the receipt of last Friday", "two days
// ago". Where a text names a day to come as well, it tells the old from the new, and the words here name none.

// behindWords are words for days, by how far behind they are. The longest are tried first. Hindi has one word for
// yesterday and tomorrow.
var behindWords = []struct {
	words *regexp.Regexp
	days  int
}{
	{regexp.MustCompile(`\b(?:the )?day before yesterday\b|\bvorgestern\b|\bavant-hier\b|\b(?:l'altro ieri|altro ieri|ieri l'altro|avantieri)\b|\b(?:anteayer|antes de ayer|antier)\b|\b(?:anteontem|antes de ontem)\b|เมื่อวานซืน`), 2},
	{regexp.MustCompile(`\b(?:yesterday|last night)\b|\bgestern\b|\bhier\b|\bieri\b|\b(?:ayer|anoche)\b|\bontem\b|เมื่อวานนี้|เมื่อวาน|เมื่อคืน`), 1},
}

// ago stands behind a length of time that leads to a day behind, agoBefore before it.
var (
	ago       = regexp.MustCompile(`^ (?:ago|fa|atrás)\b|^ पहले|^ ?(?:ที่แล้ว|ก่อน(?:หน้านี้|[ ,.]|$))`)
	agoBefore = regexp.MustCompile(`(?:\bvor|\bil y a|\bhace|\bhá) $`)
)

// behind finds the days that lie behind.
func (c *calendarText) behind() {
	for _, w := range behindWords {
		for _, m := range w.words.FindAllStringIndex(c.left, 20) {
			if c.plain[m[0]:m[1]] == "hier" && c.spoken().Lang()&spoken.DE != 0 || speakers.MatchString(stretch(c.plain, m[0], m[1])) {
				continue // here; "I sent the photos yesterday" says when that was
			}
			c.blank(m[0], m[1])
			c.ahead(m[0], -w.days)
		}
	}
	for day, words := range weekdayWords {
		for word := range strings.SplitSeq(words, "|") {
			c.each(word, func(at, end int) {
				before, behind := c.left[:at], c.left[end:]
				gone := (int(c.today.Weekday()) - day + 7) % 7
				sinceMonday := (int(c.today.Weekday()) + 6) % 7
				if gone > sinceMonday && (lastBefore.MatchString(before) || lastAfter.MatchString(behind)) { // this week's Monday is no "last Monday" for everybody
					c.ahead(at, -gone)
				}
			})
		}
	}
	for _, l := range c.spoken().Lengths() {
		if l.Months == 0 && l.Minutes%(24*60) == 0 && (ago.MatchString(c.plain[l.End:]) || agoBefore.MatchString(c.plain[:l.At])) {
			c.ahead(l.At, -l.Minutes/(24*60))
		}
	}
}

// stretch is what stands around a place between signs.
func stretch(text string, at, end int) string {
	const signs = ",.;:!?"
	return text[strings.LastIndexAny(text[:at], signs)+1 : end+len(text[end:])-len(strings.TrimLeftFunc(text[end:], func(r rune) bool { return !strings.ContainsRune(signs, r) }))]
}

// speakers are those of whom a part tells that they did something themselves.
var speakers = regexp.MustCompile(`\b(?:i|we|i've|we've|ich|wir|je|j'ai|nous|ho|abbiamo|he|hemos|eu|nós)\b|(?:^| )(?:मैंने|हमने)|ผม|ฉัน|เราได้`)

// The weekday of the week before.
var (
	lastBefore = regexp.MustCompile(`(?:\blast|\bletzte[nrms]?|\bvorige[nrms]?|\bvergangene[nrms]?|पिछले) $`)
	lastAfter  = regexp.MustCompile(`^(?: dernier\b| scors[oa]\b| passad[oa]\b| pasad[oa]\b|ที่แล้ว)`)
)
