package label

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// A moment may follow from another: by a length of time that the user names, or that a record has.

// minutes puts a moment on one line of time; without a day it is on day 0.
func minutes(day string, minute int) (int, bool) {
	if day == "" {
		return minute, true
	}
	t, err := time.Parse("2006-01-02", day)
	return int(t.Unix()/60) + max(minute, 0), err == nil
}

// later finds a moment as another argument plus a length of time: one that the user
// names, or that of the record which another argument names, as when a thing is moved.
func (c *Context) later(n needle, others []any) (Origin, bool) {
	at, ok := minutes(n.day, n.minute)
	if !ok {
		return Origin{}, false
	}
	for _, other := range others {
		m, ok := newNeedle(other)
		if !ok || !m.isMoment || (m.day == "") != (n.day == "") || (m.minute < 0) != (n.minute < 0) {
			continue
		}
		start := c.find(m, false)
		if start.Integrity > Tool {
			if start, ok = c.saidAhead(m); !ok {
				continue
			}
		} else if start.How == HowDefault {
			continue
		}
		from, ok := minutes(m.day, m.minute)
		if !ok {
			continue
		}
		for _, s := range c.sources {
			switch {
			case s.Kind == FromUser && s.speaks():
				for _, l := range s.own.spoken().Lengths() {
					if after(from, l, 1) == at {
						return derived(start.Label.Join(s.Label), append(start.Sources, s.ID)...), true
					}
				}
			case s.leaves != nil && !s.Keys && s.leaves.lasts(at-from, others):
				return derived(start.Label.Join(s.Label), append(start.Sources, s.ID)...), true
			}
		}
	}
	return Origin{}, false
}

// lasts reports whether a record that one of the values names has two moments that far
// apart.
func (x *leafIndex) lasts(length int, values []any) bool {
	if length <= 0 {
		return false
	}
	for _, v := range values {
		n, ok := newNeedle(v)
		if !ok || n.isMoment {
			continue
		}
		for _, i := range x.find(n) {
			var moments []int
			for _, j := range x.byRow[x.all[i].record] {
				if l := &x.all[j]; l.minute >= 0 {
					if at, ok := minutes(l.day, l.minute); ok {
						moments = append(moments, at)
					}
				}
			}
			for _, a := range moments {
				for _, b := range moments {
					if b-a == length {
						return true
					}
				}
			}
		}
	}
	return false
}

// after adds a length of time to a moment, or takes it off; -1 if that day is not in its month.
func after(from int, l spoken.Length, sign int) int {
	if l.Months == 0 {
		return from + sign*l.Minutes
	}
	t := time.Unix(int64(from)*60, 0).UTC()
	u := t.AddDate(0, sign*l.Months, 0)
	if u.Day() != t.Day() {
		return -1
	}
	return int(u.Unix() / 60)
}

var (
	// later are words by which what has a moment is put off, or goes on for longer.
	laterWords = regexp.MustCompile(`another|more|later|longer|further|push|postpon|extend|extension|delay|put off|back|shift|move|prolong|renew|weiter|länger|später|verschieb|verläng|spät|plus tard|de plus|repouss|report|prolong|décal|encore|altr[ie]|più tardi|rimand|spost|prolung|posticip|rinvi|ancora|más|aplaz|apláz|aplác|pospon|pospón|prorrog|prórrog|retras|retrás|extiend|extend|mais|adi[ae]|estend|outr[ao]s|और|आगे|बढ़ा|बाद|टाल|อีก|เลื่อน|ขยาย|ต่อ`)

	// sooner are words by which it is brought forward.
	sooner = regexp.MustCompile(`earlier|sooner|forward|bring .* up|früher|vorverleg|vorzieh|plus tôt|avanc|prima|anticip|antes|adelant|antecip|पहले|เร็วขึ้น|ก่อน`)

	dayAfter  = regexp.MustCompile(`\b(?:the day after|the following day|the next day|a day later|den tag (?:darauf|danach)|einen tag später|le lendemain|le jour d'après|il giorno (?:dopo|seguente)|el día siguiente|al día siguiente|o dia seguinte|no dia seguinte)\b|अगले दिन|วันรุ่งขึ้น`)
	dayBefore = regexp.MustCompile(`\b(?:the day before|the previous day|a day earlier|den tag davor|einen tag früher|la veille|il giorno prima|el día anterior|o dia anterior|no dia anterior)\b`)
)

// shifted finds a moment as one of the record that another argument names, or as the day for which
// that record was asked, put off by a length of time that the user names.
func (c *Context) shifted(n needle, others []any) (Origin, bool) {
	at, ok := minutes(n.day, n.minute)
	if !ok || n.day == "" {
		return Origin{}, false
	}
	for _, s := range c.sources {
		if s.Kind != FromUser || !s.speaks() {
			continue
		}
		sign := 0
		if sooner.MatchString(s.own.plain) {
			sign = -1
		} else if laterWords.MatchString(s.own.plain) {
			sign = 1
		}
		var steps []spoken.Length
		if sign != 0 {
			steps = s.own.spoken().Lengths()
		}
		if dayAfter.MatchString(s.own.plain) {
			sign, steps = 1, append(steps, spoken.Length{Minutes: 24 * 60})
		} else if dayBefore.MatchString(s.own.plain) {
			sign, steps = -1, append(steps, spoken.Length{Minutes: 24 * 60})
		}
		for _, l := range steps {
			if !s.plainlySaid(l.At) {
				continue
			}
			for _, b := range c.bases(others) {
				from, ok := minutes(b.day, b.minute)
				if (b.minute < 0) == (n.minute < 0) && ok && after(from, l, sign) == at {
					return derived(b.label.Join(s.Label), b.id, s.ID), true
				}
			}
		}
	}
	return Origin{}, false
}

// plainlySaid reports whether nothing negates what stands at a place of the words.
func (s *source) plainlySaid(at int) bool { return !negated(s.own.plain[:min(at, len(s.own.plain))]) }

// base is a moment of a record.
type base struct {
	day    string
	minute int
	label  Label
	id     string
}

// bases are the moments of the records that the values name, and those for which the records were
// asked.
func (c *Context) bases(values []any) []base {
	var out []base
	for _, s := range c.sources {
		if s.leaves == nil || s.Keys || s.speaks() {
			continue
		}
		x, found := s.leaves, false
		for _, v := range values {
			n, ok := newNeedle(v)
			if !ok || n.isMoment {
				continue
			}
			for _, i := range x.find(n) {
				found = true
				for _, j := range x.byRow[x.all[i].record] {
					if l := &x.all[j]; l.day != "" || l.minute >= 0 {
						out = append(out, base{l.day, l.minute, s.Label, s.ID})
					}
				}
			}
		}
		for _, a := range s.Args {
			if day, minute, ok := moment(a); ok && found && c.find(mustNeedle(a), false).Integrity <= Tool {
				out = append(out, base{day, minute, s.Label, s.ID})
			}
		}
	}
	return out
}

func mustNeedle(s string) needle { n, _ := newNeedle(s); return n }

// ofRecord finds a day with a time as the user's day with the time of the record that another argument
// names, or the other way round: "the same time on Friday", "make it three o'clock".
func (c *Context) ofRecord(n needle, others []any) (Origin, bool) {
	if n.day == "" || n.minute < 0 {
		return Origin{}, false
	}
	day, time := n, n
	day.minute, time.day = -1, ""
	for _, b := range c.bases(others) {
		if b.minute == n.minute {
			if o, ok := c.saidAhead(day); ok {
				return o.Join(derived(b.label, b.id)), true
			}
		}
		if b.day == n.day {
			for _, s := range c.sources {
				if s.Kind == FromUser && s.speaks() && s.own.values.times[n.minute] {
					return derived(b.label.Join(s.Label), b.id, s.ID), true
				}
			}
		}
	}
	return Origin{}, false
}

// ofMonth finds a month, "2026-06", as one that the user names, with its year or in this one.
func (c *Context) ofMonth(n needle) (Origin, bool) {
	if !monthForm.MatchString(n.plain) {
		return Origin{}, false
	}
	year, month, _ := strings.Cut(n.plain, "-")
	for _, s := range c.sources {
		if s.Kind != FromUser || !s.speaks() {
			continue
		}
		if s.own.values.dates[n.plain] {
			return derived(s.Label, s.ID), true
		}
		if slices.ContainsFunc(s.own.spoken().Dates(), func(d spoken.Date) bool {
			return d.Day == 0 && !d.Last && d.Year == 0 && pad(d.Month) == month && strings.HasPrefix(s.Today, year+"-") && s.plainlySaid(d.At)
		}) {
			return derived(s.Label, s.ID), true
		}
	}
	return Origin{}, false
}

var monthForm = regexp.MustCompile(`^\d{4}-\d{2}$`)
