package label

import (
	"regexp"
	"strings"
)

// What follows exactly from trusted values needs no trust in who worked it out: it is
// worked out again here.

// Derive returns the origin of a value that is computed from the user's values and
// those of trusted tools: a moment from another argument and a length of time, a day that
// is named from today on, a length or a measure in the unit of the argument, the nights between two days, a sum, a
// difference or a share of numbers, a currency's code, a template of the user's whose gaps
// hold trusted values. The name is that of the argument, the others are the other arguments
// of the call, acts the words for what it does.
func (c *Context) Derive(name string, value any, others []any, acts []string) (Origin, bool) {
	n, ok := newNeedle(value)
	if !ok {
		return Origin{}, false
	}
	if n.isMoment {
		if o, ok := c.saidAhead(n); ok {
			return o, true
		}
		if o, ok := c.ofRecord(n, others); ok {
			return o, true
		}
		if o, ok := c.later(n, others); ok {
			return o, true
		}
		return c.shifted(n, others)
	}
	if n.isNumber {
		if o, ok := c.inUnit(name, n.number); ok {
			return o, true
		}
		if o, ok := c.nights(name, n.number, others); ok {
			return o, true
		}
		return c.computed(n.number, acts)
	}
	if o, ok := c.ofMonth(n); ok {
		return o, true
	}
	for _, find := range []func(needle) (Origin, bool){c.currency, c.worded, c.translated} {
		if o, ok := find(n); ok {
			return o, true
		}
	}
	return c.filled(n.written, acts)
}

func derived(l Label, sources ...string) Origin {
	return Origin{Label: l, How: HowDerived, Sources: sources}
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
