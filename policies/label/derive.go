package label

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What follows exactly from trusted values needs no trust in who worked it out: it is
// worked out again here.

// Derive returns the origin of a value that is computed from the user's values and
// those of trusted tools: a moment from another argument and a length of time, a sum, a
// day that is named from today on, a difference or a share of numbers, a currency's code, a template of the user's whose
// gaps hold trusted values. The others are the other arguments of the call, acts the
// words for what it does.
func (c *Context) Derive(value any, others []any, acts []string) (Origin, bool) {
	n, ok := newNeedle(value)
	if !ok {
		return Origin{}, false
	}
	if n.isMoment {
		if o, ok := c.saidAhead(n); ok {
			return o, true
		}
		return c.later(n, others)
	}
	if n.isNumber {
		return c.computed(n.number, acts)
	}
	if o, ok := c.currency(n); ok {
		return o, true
	}
	return c.filled(n.written, acts)
}

func derived(l Label, sources ...string) Origin {
	return Origin{Label: l, How: HowDerived, Sources: sources}
}

// lengthForm is a length of time in words.
var lengthForm = regexp.MustCompile(`(?:^|[^\pL\pN.,])(\d+(?:[.,]\d+)?|half an?|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|eine?n?|une?|una?|um|uma)[ -]?` +
	`(hours?|hrs?|h|minutes?|mins?|days?|nights?|weeks?|stunden?|std|minuten|heures?|horas?|or[ae]|minutos?|minuti|tage?n?|jours?|d[ií]as?|giorn[oi]|n[aä]chte?|nuits?|noches?|noites?|nott[ei]|wochen?|semaines?|semanas?|settiman[ae])` +
	`( and a half)?(?:[ ,]+(?:and |und |et |y |e )?(\d{1,2}) ?(?:minutes?|mins?|minuten|minutos?|minuti)\b)?(?:\b|$)`)

// lengths returns the lengths of time that the words name, in minutes.
func (t *ownText) lengths() []int {
	var out []int
	for _, m := range lengthForm.FindAllStringSubmatch(t.plain, -1) {
		count, err := strconv.ParseFloat(strings.Replace(m[1], ",", ".", 1), 64)
		if err != nil {
			count = 1
			if k, ok := smallNumbers[m[1]]; ok {
				count = float64(k)
			} else if strings.HasPrefix(m[1], "half") {
				count = 0.5
			}
		}
		if m[3] != "" {
			count += 0.5
		}
		unit := 60.0
		switch word := m[2]; {
		case strings.HasPrefix(word, "min"):
			unit = 1
		case strings.HasPrefix(word, "week"), strings.HasPrefix(word, "woche"), strings.HasPrefix(word, "sem"), strings.HasPrefix(word, "sett"):
			unit = 7 * 24 * 60
		case strings.HasPrefix(word, "d"), strings.HasPrefix(word, "n"), strings.HasPrefix(word, "ta"), strings.HasPrefix(word, "jour"), strings.HasPrefix(word, "gior"):
			unit = 24 * 60
		}
		extra, _ := strconv.Atoi(m[4])
		if all := count*unit + float64(extra); all > 0 && all == math.Trunc(all) && all < 1e6 {
			out = append(out, int(all))
		}
	}
	return out
}

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
		if start.Integrity > Tool || start.How == HowDefault {
			continue
		}
		from, ok := minutes(m.day, m.minute)
		if !ok {
			continue
		}
		for _, s := range c.sources {
			switch {
			case s.Kind == FromUser && s.speaks():
				for _, length := range s.own.lengths() {
					if from+length == at {
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

// symbols are the ways to write a currency, and its code.
var symbols = map[string]string{
	"eur": "€ euro euros", "usd": "$ dollar dollars us$", "gbp": "£ pound pounds quid", "jpy": "¥ yen", "inr": "₹ rupee rupees", "chf": "francs franken fr.",
	"cny": "yuan renminbi", "brl": "r$ reais real", "krw": "₩ won", "pln": "zł zloty", "thb": "฿ baht",
}

// currency finds the code of a currency that the user wrote as a sign or a word.
func (c *Context) currency(n needle) (Origin, bool) {
	for _, s := range c.sources {
		if s.Kind != FromUser || !s.speaks() {
			continue
		}
		for sign := range strings.FieldsSeq(symbols[n.plain]) {
			for from := 0; ; {
				i := strings.Index(s.own.plain[from:], sign)
				if i < 0 {
					break
				}
				i += from
				from = i + len(sign)
				if !wordRune([]rune(sign)[0]) || boundary(s.own.plain, i, true) && boundary(s.own.plain, from, false) {
					return derived(s.Label, s.ID), true
				}
			}
		}
	}
	return Origin{}, false
}

var (
	templates = []*regexp.Regexp{
		regexp.MustCompile(`(?:^|[^\pL\pN])'([^']+(?:'[\pL][^']*)*)'(?:[^\pL\pN]|$)`), regexp.MustCompile(`"([^"]+)"`), regexp.MustCompile(`“([^”]+)”`),
		regexp.MustCompile(`«([^»]+)»`), regexp.MustCompile("`([^`]+)`"), regexp.MustCompile(`: (.+)$`),
	}
	gap = regexp.MustCompile(`\{[^{}\n]{1,40}\}|<[^<>\n]{1,40}>|\[[^\[\]\n]{1,40}\]`)
)

// filled finds a text as a template of the user's whose gaps hold trusted values. The
// same gap holds the same value.
func (c *Context) filled(text string, acts []string) (Origin, bool) {
	if len(text) < 3 || len(text) > 10_000 {
		return Origin{}, false
	}
	for _, s := range c.sources {
		if s.Kind != FromUser || !s.speaks() || !gap.MatchString(s.own.text) {
			continue
		}
		for _, form := range templates {
			for _, m := range form.FindAllStringSubmatch(s.own.text, 50) {
				if o, ok := c.fill(strings.TrimSpace(m[1]), text, acts); ok {
					return o.Join(derived(s.Label, s.ID)), true
				}
			}
		}
	}
	return Origin{}, false
}

func (c *Context) fill(template, text string, acts []string) (Origin, bool) {
	gaps := gap.FindAllStringIndex(template, -1)
	if len(gaps) == 0 || len(gaps) > 20 {
		return Origin{}, false
	}
	var form strings.Builder
	form.WriteString("^")
	from := 0
	for _, g := range gaps {
		form.WriteString(regexp.QuoteMeta(template[from:g[0]]))
		form.WriteString("(.{1,300}?)")
		from = g[1]
	}
	form.WriteString(regexp.QuoteMeta(template[from:]))
	form.WriteString("$")
	re, err := regexp.Compile(form.String())
	if err != nil {
		return Origin{}, false
	}
	m := re.FindStringSubmatch(text)
	if m == nil {
		return Origin{}, false
	}
	out := derived(Label{})
	same := map[string]string{}
	for i, g := range gaps {
		name := template[g[0]:g[1]]
		if was, ok := same[name]; ok && was != m[i+1] {
			return Origin{}, false
		}
		same[name] = m[i+1]
		o := c.Find(m[i+1], false)
		if o.Integrity > Tool {
			return Origin{}, false
		}
		o.Chosen = o.How == HowTool && c.Several(m[i+1], acts, nil)
		out = out.Join(o)
	}
	out.How = HowDerived
	return out, true
}
