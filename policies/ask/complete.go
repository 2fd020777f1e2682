package ask

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// What puts a time or a day right may leave out what the order said of it: "at five in the afternoon. Sorry, I meant
// at six", "le 9 janvier. Pardon, je voulais dire le 10".

// complete adds to a correction the part of the day, or the month, of the one time or the one day of its order,
// clause to or, as Hindi has it, the one before.
func (s *Said) complete(c *clause, to int) {
	o := &s.clauses[to]
	if to > 0 && s.clauses[to-1].bare() && s.clauses[to-1].sentence == o.sentence && len(spoken.Parse(strings.ToLower(o.text)).Times()) == 0 {
		o = &s.clauses[to-1]
	}
	if len(c.words) == 0 || len(strings.ToLower(c.text)) != len(c.text) || len(strings.ToLower(o.text)) != len(o.text) || c.words[0].at > c.words[len(c.words)-1].at {
		return
	}
	if c.lang == hi {
		s.completeHindi(c, o)
		return
	}
	end := len(c.words)
	for end > 0 && c.words[end-1].sign {
		end--
	}
	if end == 0 {
		return
	}
	more := partOfDay(o, c)
	if more == "" {
		more = c.monthOf(o, end)
	}
	if more == "" {
		return
	}
	last := &c.words[end-1]
	at := last.end - c.words[0].at
	if at < 0 || at > len(c.text) {
		return
	}
	list := tokens(more)
	mark(list, c.lang)
	for i := range list {
		list[i].at, list[i].end, list[i].n = last.end+1+list[i].at, last.end+1+list[i].end, last.n+1+i
	}
	c.text = c.text[:at] + " " + more
	c.words = append(slices.Clip(c.words[:end]), list...)
	c.content = len(c.words)
}

// partOfDay returns the words for the part of the day behind the one time of an order, for a correction that ends
// with one time of an hour not far from it.
func partOfDay(o, c *clause) string {
	const near = 3 * 60
	order, right := spoken.Parse(strings.ToLower(o.text)).Times(), spoken.Parse(strings.ToLower(c.text)).Times()
	order = slices.DeleteFunc(order, func(t spoken.Time) bool { return t.At > 0 && o.text[t.At-1] == '-' }) // L-8
	if len(order) != 1 || len(right) != 1 || len(order[0].Minutes) != 1 || len(right[0].Minutes) != 2 || strings.Trim(c.text[min(len(c.text), right[0].End):], " .!।") != "" {
		return ""
	}
	at, am, pm := order[0].Minutes[0], right[0].Minutes[0], right[0].Minutes[1]
	some := ""
	for _, row := range spoken.Dayparts(o.text, order[0].End) {
		some = row
	}
	nearest := pm
	if at < 12*60 {
		nearest = am
	}
	if some == "" || max(nearest, at)-min(nearest, at) > near {
		return ""
	}
	got := spoken.Parse(strings.ToLower(strings.TrimRight(c.text, " .!।") + " " + some)).Times()
	if len(got) != 1 || len(got[0].Minutes) != 1 || got[0].Minutes[0] != nearest {
		return ""
	}
	return some
}

// completeHindi puts the part of the day before the time, where Hindi has it.
func (s *Said) completeHindi(c, o *clause) {
	order, right := spoken.Parse(o.text).Times(), spoken.Parse(c.text).Times()
	if len(order) != 1 || len(right) != 1 || len(order[0].Minutes) != 1 || len(right[0].Minutes) != 2 || slices.ContainsFunc(c.words, func(t token) bool { return t.quoted }) {
		return
	}
	i := slices.IndexFunc(o.words, func(t token) bool { return dayparts[t.text] || t.text == "रात" })
	if i < 0 {
		return
	}
	text := c.text[:right[0].At] + o.words[i].text + " " + c.text[right[0].At:]
	list := tokens(text)
	mark(list, c.lang)
	for k := range list {
		s.knows(&list[k])
		list[k].at, list[k].end, list[k].n = list[k].at+c.words[0].at, list[k].end+c.words[0].at, c.words[0].n+k
	}
	c.text, c.words, c.content = text, list, len(list)
}

// dayArticles stand before the day of a month that says no month.
var dayArticles = set("the le el il l' o den der am dem al au del am no dia día giorno jour tag")

// monthOf returns what stands behind the one day of an order, for a correction that ends with the day of a month.
func (c *clause) monthOf(o *clause, end int) string {
	order, right := spoken.Parse(strings.ToLower(o.text)), spoken.Parse(strings.ToLower(c.text))
	dates := order.Dates()
	if len(dates) != 1 || dates[0].Day == 0 || dates[0].Last || len(right.Dates()) > 0 || len(right.Times()) > 0 && len(order.Times()) > 0 || end < 2 {
		return ""
	}
	day := &c.words[end-1]
	if !dayArticles[c.words[end-2].text] && c.words[end-2].within&amend == 0 || slices.ContainsFunc(c.words[:end-1], func(t token) bool { return digit(t.text) || t.code() }) {
		return ""
	}
	rest := strings.TrimRight(day.text, ".ºdhnrst")
	if !digit(rest) || len(rest) > 2 {
		return ""
	}
	said := o.text[dates[0].At:dates[0].End]
	_, month := splitDay(said)
	if month == "" {
		return ""
	}
	got := spoken.Parse(strings.ToLower(strings.TrimRight(c.text, " .!।") + " " + month)).Dates()
	if len(got) != 1 || got[0].Month != dates[0].Month || got[0].Year != dates[0].Year || got[0].Day == 0 {
		return ""
	}
	return month
}

// splitDay cuts a day in digits off what stands behind it: "9 janvier".
func splitDay(said string) (day, month string) {
	i := 0
	for i < len(said) && said[i] >= '0' && said[i] <= '9' {
		i++
	}
	if i == 0 || i > 2 {
		return "", ""
	}
	for _, end := range []string{"st", "nd", "rd", "th", "º", "er", "."} {
		if rest, ok := strings.CutPrefix(said[i:], end); ok {
			return said[:i], strings.TrimSpace(rest)
		}
	}
	return said[:i], strings.TrimSpace(said[i:])
}

// dayparts are words that stand in what is said of a part of the day.
var dayparts = set("am pm a.m p.m morning afternoon evening morgens früh vormittags nachmittags mittags abends matin après-midi soir mañana tarde mattina mattino pomeriggio sera manhã सुबह सवेरे शाम दोपहर")
