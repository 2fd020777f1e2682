package label

import (
	"regexp"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// Phrase is a text in which values are looked for, whoever wrote it and whatever it says
// of them. It is immutable.
type Phrase struct{ own *ownText }

// NewPhrase indexes a text.
func NewPhrase(text string) *Phrase {
	own := newOwnText(text)
	own.plainly = true
	return &Phrase{own}
}

// Holds reports whether the text holds the whole value.
func (p *Phrase) Holds(value any) bool {
	n, ok := newNeedle(value)
	return ok && p.own.says(n, false) > 0
}

// Weekday reports whether the text names the day of the week of a day, "2006-01-02".
func (p *Phrase) Weekday(day string) bool {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return false
	}
	for word := range strings.SplitSeq(weekdayWords[at.Weekday()], "|") {
		for from := 0; ; {
			i := strings.Index(p.own.plain[from:], word)
			if i < 0 {
				break
			}
			from += i + len(word)
			if word[0] >= 0xe0 || boundary(p.own.plain, from-len(word), true) && boundary(p.own.plain, from, false) { // Thai and Hindi have no such ends
				return true
			}
		}
	}
	return false
}

// Nth reports whether the text says the day of a month: "on the 3rd".
func (p *Phrase) Nth(day int) bool { return p.own.spoken().Nth(day) }

// Option reports whether the text says one of the everyday choices, and whether it is known.
func (p *Phrase) Option(name string) (said, known bool) { return p.own.spoken().Option(name) }

// Says reports whether the text says that a flag of that name is to be so: by its words, or by a word
// for what it means, with nothing that negates it for true, and with "without" or "no" before it, or a
// word for the contrary, for false.
func (p *Phrase) Says(name string, flag bool) bool {
	words := wordsOf(name)
	said, other := false, false
	for _, w := range words {
		yes, _ := p.Option(w)
		no, _ := p.Option(spoken.Contrary(w))
		said, other = said || yes, other || no
	}
	denied := false
	if at := p.own.wordedAt(words, false); at >= 0 && len(words) > 0 {
		denied = negated(p.own.plain[:at]) || deniedBefore.MatchString(p.own.plain[:at])
		said, other = said || !denied, other || denied
	}
	if flag {
		return said && !other
	}
	return other && !said
}

// deniedBefore are words before a thing that leave it out.
var deniedBefore = regexp.MustCompile(`\b(?:no|without|not|ohne|kein|keine|keinen|sans|pas de|senza|niente|sin|sem) (?:the |a |an |le |la |il |el |o )?$`)

// OneMoment reports whether the text names one time of day at most, and one day at most.
func (p *Phrase) OneMoment() bool {
	v := p.own.values
	halves := map[int]bool{}
	for m := range v.times {
		halves[m%(12*60)] = true
	}
	return len(v.dates) < 2 && len(halves) < 2
}

// Read reports whether the context has a result.
func (c *Context) Read() bool {
	for _, s := range c.sources {
		if !s.speaks() && s.Kind == FromResult {
			return true
		}
	}
	return false
}
