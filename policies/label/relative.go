package label

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// A day that is said from where one stands, "tomorrow", "next Monday", "in two weeks", is exact
// once it is known which day it was said on.

// aheadWords are words for days, by how far ahead they are. The longest are tried first.
var aheadWords = func() []ahead {
	var out []ahead
	for days, words := range map[int]string{
		2: "day after tomorrow|übermorgen|uebermorgen|après-demain|apres-demain|dopodomani|pasado mañana|depois de amanhã|परसों|มะรืนนี้|มะรืน",
		1: "tomorrow|morgen|demain|domani|mañana|amanhã|कल|พรุ่งนี้",
		0: "today|tonight|heute|aujourd'hui|ce soir|oggi|stasera|hoy|esta noche|hoje|esta noite|hoje à noite|आज|วันนี้|คืนนี้",
		7: "a week from today|in a week|in einer woche|dans une semaine|tra una settimana|fra una settimana|en una semana|dentro de una semana|daqui a uma semana|एक हफ्ते में|อีกหนึ่งสัปดาห์",
	} {
		for w := range strings.SplitSeq(words, "|") {
			out = append(out, ahead{w, days})
		}
	}
	slices.SortFunc(out, func(a, b ahead) int {
		if d := len(b.word) - len(a.word); d != 0 {
			return d
		}
		return strings.Compare(a.word, b.word)
	})
	return out
}()

type ahead struct {
	word string
	days int
}

// morning are words before "morgen", "mañana" that make a time of day of it.
var morning = regexp.MustCompile(`(?:\bla|\besta|\bheute|\bam|\bguten|\bjeden|\bgestern) $`)

// weekdayWords are the days of the week from Sunday on.
var weekdayWords = []string{
	"sunday|sonntag|dimanche|domenica|domingo|रविवार|วันอาทิตย์",
	"monday|montag|lundi|lunedì|lunes|segunda-feira|segunda|सोमवार|วันจันทร์",
	"tuesday|dienstag|mardi|martedì|martes|terça-feira|terça|मंगलवार|วันอังคาร",
	"wednesday|mittwoch|mercredi|mercoledì|miércoles|quarta-feira|quarta|बुधवार|วันพุธ",
	"thursday|donnerstag|jeudi|giovedì|jueves|quinta-feira|quinta|गुरुवार|बृहस्पतिवार|วันพฤหัสบดี|วันพฤหัส",
	"friday|freitag|vendredi|venerdì|viernes|sexta-feira|sexta|शुक्रवार|วันศุกร์",
	"saturday|samstag|sonnabend|samedi|sabato|sábado|शनिवार|วันเสาร์",
}

var (
	nextBefore = regexp.MustCompile(`(?:\bnext|\bnächsten|\bnächster|\bnächste|\bpróximo|\bpróxima|\bprossimo|\bprossima|अगले) $`)
	nextAfter  = regexp.MustCompile(`^(?: prochain\b| prossim[oa]\b| próxim[oa]\b| que viene\b| que vem\b|หน้า)`)
	goneBefore = regexp.MustCompile(`(?:\blast|\bletzten|\bletzter|\bvorigen|\bevery|\beach|\bjeden|\bchaque|\bogni|\bcada|\btodos os|\btodas as|\btodos los|पिछले|हर|ทุก) ?$`)
	goneAfter  = regexp.MustCompile(`^(?: dernier\b| scors[oa]\b| passad[oa]\b| pasad[oa]\b| after next\b|ที่แล้ว)`)
	weekAfter  = regexp.MustCompile(`^(?: week\b| en huit\b| in acht tagen\b| in einer woche\b)`)
	weekFrom   = regexp.MustCompile(`\ba week (?:on|from) $`)
	nextWeek   = regexp.MustCompile(`^,?(?: of| in der| der| de la| de| della| da| na)? ?(?:next week\b|nächster woche\b|nächste woche\b|kommender woche\b|kommende woche\b|(?:la )?semaine prochaine\b|(?:la )?settimana prossima\b|(?:la )?prossima settimana\b|(?:la )?semana que viene\b|(?:la )?próxima semana\b|semana que vem\b|(?:अगले|अगली) (?:हफ़्ते|हफ्ते|सप्ताह)|สัปดาห์หน้า|อาทิตย์หน้า)`)
	weekBefore = regexp.MustCompile(`(?:next week,?(?: on)?|nächste woche,?(?: am)?|kommende woche,?(?: am)?|la semaine prochaine,?|(?:la )?settimana prossima,?|(?:la )?prossima settimana,?|la semana que viene,?(?: el)?|la próxima semana,?(?: el)?|na próxima semana,?(?: na)?|(?:अगले|अगली) (?:हफ़्ते|हफ्ते|सप्ताह)(?: के)?|สัปดาห์หน้า|อาทิตย์หน้า) ?$`)
	upTo       = regexp.MustCompile(`^ (?:to|till|until|through|bis(?: zum)?|à|au|jusqu'à|a|al|até|até a) (?:le |el |il |a |o )?(\pL+(?:-feira)?)`)
	fromNow    = regexp.MustCompile(`^ (?:from (?:now|today)|ab heute|à partir d'aujourd'hui|da oggi|a partir de hoy|a partir de hoje|में|बाद)`)

	lastOf     = regexp.MustCompile(`\b(?:end of (?:the|this) month|last day of (?:the|this) month|monatsende|ende des monats|fin du mois|fine (?:del )?mese|fin de mes|final de mes|fim do mês|final do mês)\b|महीने के (?:अंत|आख़िर|आखिर)|สิ้นเดือน`)
	lastOfNext = regexp.MustCompile(`\b(?:end of next month|ende (?:des )?nächsten monats|fin du mois prochain|fine del mese prossimo|fine del prossimo mese|fin del mes que viene|fim do mês que vem|fim do próximo mês)\b|สิ้นเดือนหน้า`)
	lastOfYear = regexp.MustCompile(`\b(?:end of (?:the|this) year|jahresende|ende des jahres|fin de l'année|fine (?:dell')?anno|fin de año|final de año|fim do ano)\b|साल के (?:अंत|आख़िर|आखिर)|สิ้นปี`)
	theNth     = regexp.MustCompile(`(?:\bthe|\bon|\band|\bto|\buntil|\btill) (\d{1,2})(?:st|nd|rd|th)\b|\b(?:am|zum|vom|ab dem|dem|der|den) (\d{1,2})\.(?: |$|,)|\b(?:el|día|dia|le|du|au|il|al|dal) (\d{1,2})(?:[ ,.]|$)|(\d{1,2}) तारीख|วัน(?:จันทร์|อังคาร|พุธ|พฤหัส|พฤหัสบดี|ศุกร์|เสาร์|อาทิตย์)?ที่ ?(\d{1,2})`)
	nextMonth  = regexp.MustCompile(`^(?:,? of)? ?(?:next month|nächsten monats|du mois prochain|del mese prossimo|del prossimo mese|del mes que viene|del próximo mes|do próximo mês|do mês que vem|เดือนหน้า)`)
	wordBehind = regexp.MustCompile(`^[ ,]*(?:of |de |di |del )?([\pL\pM]+)`)
)

// aheadBefore are words before a length of time that make the day of it to which it leads.
var aheadBefore = map[string]string{"in": "", "dans": "", "tra": "", "fra": "", "en": "", "em": "", "อีก": "", "de": "dentro de", "a": "daqui a"}

// weekday are the names of the days of the week.
var weekday = func() map[string]bool {
	out := map[string]bool{}
	for _, row := range weekdayWords {
		for w := range strings.SplitSeq(row, "|") {
			out[w] = true
		}
	}
	return out
}()

// calendarText is a text in which days are sought from a day on: what was found is blanked out.
type calendarText struct {
	*ownText
	today time.Time
	left  string
}

// relative lists the days that the words name from a day on. A weekday that can be meant in two ways,
// as "next Friday" on a Wednesday, names none.
func (t *ownText) relative(today time.Time) map[string]bool {
	if t.days != nil {
		return t.days
	}
	t.days = map[string]bool{}
	if len(t.plain) > 10_000 {
		return t.days
	}
	c := &calendarText{t, today, t.plain}
	c.wordsAhead()
	c.weekdays()
	c.lengthsAhead()
	c.ends()
	c.nths()
	if len(t.days) == 0 && len(t.values.dates) == 0 {
		c.behind()
	}
	return t.days
}

// day takes up a day that is named at a place.
func (c *calendarText) day(at int, day time.Time) {
	if c.plainly || !negated(c.plain[:at]) {
		c.days[day.Format(time.DateOnly)] = true
	}
}

func (c *calendarText) ahead(at, days int) { c.day(at, c.today.AddDate(0, 0, days)) }

// each calls f for each place of a word.
func (c *calendarText) each(word string, f func(at, end int)) {
	for from := 0; ; {
		i := strings.Index(c.left[from:], word)
		if i < 0 {
			return
		}
		at, end := from+i, from+i+len(word)
		from = end
		if word[0] >= 0xe0 || boundary(c.left, at, true) && boundary(c.left, end, false) { // Thai and Hindi have no such ends
			f(at, end)
		}
	}
}

func (c *calendarText) blank(at, end int) {
	c.left = c.left[:at] + strings.Repeat("|", end-at) + c.left[end:]
}

// wordsAhead finds tomorrow and its like.
func (c *calendarText) wordsAhead() {
	for _, w := range aheadWords {
		c.each(w.word, func(at, end int) {
			if (w.word == "morgen" || w.word == "mañana") && morning.MatchString(c.left[:at]) {
				return
			}
			c.blank(at, end)
			c.ahead(at, w.days)
		})
	}
}

// weekdays finds the days of this week, of the next, and those a week on.
func (c *calendarText) weekdays() {
	monday := (8 - int(c.today.Weekday())) % 7 // of the week to come
	if monday == 0 {
		monday = 7
	}
	for day, words := range weekdayWords {
		for word := range strings.SplitSeq(words, "|") {
			c.each(word, func(at, end int) {
				before, behind := c.left[:at], c.left[end:]
				if goneBefore.MatchString(before) || goneAfter.MatchString(behind) {
					return
				}
				coming, inNext := (day-int(c.today.Weekday())+7)%7, monday+(day+6)%7
				next := nextBefore.MatchString(before) || nextAfter.MatchString(behind)
				switch m := upTo.FindStringSubmatchIndex(c.plain[end:]); {
				case nextWeek.MatchString(behind), weekBefore.MatchString(before), m != nil && weekday[c.plain[end:][m[2]:m[3]]] && nextWeek.MatchString(behind[m[1]:]):
					c.ahead(at, inNext)
				case weekAfter.MatchString(behind) || weekFrom.MatchString(before):
					if coming > 0 {
						c.ahead(at, coming+7)
					} else {
						c.ahead(at, 7)
					}
				case !next && coming > 0:
					c.ahead(at, coming)
				case next && (inNext == coming || coming == 0 && inNext == 7):
					c.ahead(at, inNext)
				}
				c.blank(at, end)
			})
		}
	}
}

// lengthsAhead finds "in two weeks", "three months from now".
func (c *calendarText) lengthsAhead() {
	for _, l := range c.spoken().Lengths() {
		row, ok := aheadBefore[l.Before]
		if front := strings.TrimRight(c.plain[:l.At], " "); !(ok && strings.HasSuffix(front, row)) && !fromNow.MatchString(c.plain[l.End:]) {
			continue
		}
		switch {
		case l.Months > 0:
			if day := c.today.AddDate(0, l.Months, 0); day.Day() == c.today.Day() {
				c.day(l.At, day)
			}
		case l.Minutes%(24*60) == 0:
			c.ahead(l.At, l.Minutes/(24*60))
		}
	}
}

// ends finds the last day of this month, of the next, of the year and of a February.
func (c *calendarText) ends() {
	year, month, _ := c.today.Date()
	for _, e := range []struct {
		form *regexp.Regexp
		day  time.Time
	}{{lastOfNext, spoken.LastOf(year, month+1)}, {lastOf, spoken.LastOf(year, month)}, {lastOfYear, spoken.LastOf(year, 12)}} {
		if m := e.form.FindStringIndex(c.left); m != nil {
			c.blank(m[0], m[1])
			c.day(m[0], e.day)
		}
	}
	for _, d := range c.spoken().Dates() {
		if !d.Last || d.Year > 0 || d.Month != 2 {
			continue
		}
		if month > 2 {
			year++
		}
		c.day(d.At, spoken.LastOf(year, 2))
	}
}

// nths finds the next 12th of a month, or that of the next month.
func (c *calendarText) nths() {
	var row []time.Time
	for _, m := range theNth.FindAllStringSubmatchIndex(c.left, 20) {
		for g := 2; g < len(m); g += 2 {
			if m[g] < 0 {
				continue
			}
			n, _ := strconv.Atoi(c.left[m[g]:m[g+1]])
			behind := c.left[m[g+1]:]
			behind = strings.TrimLeft(behind, ".stndrh")
			if of := wordBehind.FindStringSubmatch(behind); of != nil && spoken.Month(of[1]) > 0 {
				continue
			}
			if day := c.sameMonth(m[0], n); !day.IsZero() {
				c.day(m[0], day)
				row = append(row, day)
				continue
			}
			month := c.today.Month()
			if nextMonth.MatchString(behind) || n <= c.today.Day() {
				month++
			}
			if day := time.Date(c.today.Year(), month, n, 0, 0, 0, 0, time.UTC); day.Day() == n {
				c.day(m[0], day)
				row = append(row, day)
			}
		}
	}
	if len(row) == 2 && everyDay.MatchString(c.plain) {
		for day := row[0]; day.Before(row[1]); day = day.AddDate(0, 0, 1) {
			c.day(0, day)
		}
	}
}

// halfYear is how far ahead a month that is named without a year is surely meant.
const halfYear = 183 * 24 * time.Hour

// sameMonth returns the day n of the month that the words before a place name last, with a day to come; zero if
// they name none: "to January 4. Sorry, I mean the 5th".
func (c *calendarText) sameMonth(at, n int) (day time.Time) {
	for _, d := range c.spoken().Dates() {
		if d.At >= at || d.Day == 0 || d.Month == 0 {
			continue
		}
		year := d.Year
		if year == 0 {
			if year = c.today.Year(); time.Date(year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC).Before(c.today) {
				year++
			}
		}
		if one := time.Date(year, time.Month(d.Month), n, 0, 0, 0, 0, time.UTC); one.Day() == n && !one.Before(c.today) && one.Sub(c.today) < halfYear {
			day = one
		}
	}
	return day
}

// saidAhead finds a day that the user's words name, from the day on which they were said, with its
// time: the time may be said in another message.
func (c *Context) saidAhead(n needle) (Origin, bool) {
	if n.day == "" {
		return Origin{}, false
	}
	out, day, clock, times, days := derived(Label{}), false, n.minute < 0, false, false
	now := false // the moment is on the day on which the user spoke
	for _, s := range c.sources {
		if s.Kind != FromUser || !s.speaks() {
			continue
		}
		today, err := time.Parse(time.DateOnly, s.Today)
		said := s.own.values.has(n.day, -1) && s.thisYear(n) || err == nil && s.own.relative(today)[n.day]
		at := n.minute >= 0 && s.own.values.times[n.minute]
		times = times || len(s.own.values.times) > 0
		days = days || len(s.own.values.dates) > 0 || err == nil && len(s.own.relative(today)) > 0 || namesDay.MatchString(s.own.plain)
		now = now || s.Today == n.day && err == nil
		if said || at {
			out = out.Join(derived(s.Label, s.ID))
		}
		day, clock = day || said, clock || at
	}
	if !day && !days && now && n.minute >= 0 && clock { // a time with no day is today's
		return out, true
	}
	return out, day && (clock || n.minute == 0 && !times)
}

// thisYear reports whether a day that is said without its year is the next such day from the day on which it
// was said on, or the last one if that is less than half a year ago, or in a year that is said with another
// day; with no such day known it may be any.
func (s *source) thisYear(n needle) bool {
	today, err := time.Parse(time.DateOnly, s.Today)
	day, bad := time.Parse(time.DateOnly, n.day)
	if err != nil || bad != nil || s.own.values.dates[n.day] || !s.own.values.dates["--"+n.day[5:]] {
		return true
	}
	for d := range s.own.values.dates { // from January 11th to January 15th 2027
		if strings.HasPrefix(d, n.day[:5]) {
			return true
		}
	}
	return day.After(today.AddDate(0, -6, 0)) && day.Before(today.AddDate(1, 0, 0))
}

// OtherYear reports whether a value is a day that the user has said without its year, and in none of their
// messages the one that was meant.
func (c *Context) OtherYear(value any) bool {
	n, ok := newNeedle(value)
	if !ok || n.day == "" {
		return false
	}
	said := false
	for _, s := range c.sources {
		if s.Kind != FromUser || !s.speaks() || s.own == nil || !s.own.values.has(n.day, -1) {
			continue
		}
		if s.thisYear(n) {
			return false
		}
		said = true
	}
	return said
}

// namesDay are words for days that may have no one reading.
var namesDay = regexp.MustCompile(`\b(?:day|days|week|weekend|month|next|every|each|sunday|monday|tuesday|wednesday|thursday|friday|saturday|tag|woche|wochenende|monat|sonntag|montag|dienstag|mittwoch|donnerstag|freitag|samstag|jeden|nächste[nrsm]?|jour|semaine|week-end|mois|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|chaque|giorno|settimana|mese|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|ogni|día|semana|fin de semana|mes|lunes|martes|miércoles|jueves|viernes|sábado|domingo|cada|dia|mês|segunda|terça|quarta|quinta|sexta)\b|दिन|हफ्ते|हफ़्ते|महीने|वार|วัน|สัปดาห์|เดือน`)

// SetToday says which day it is, for all that the user has said.
func (c *Context) SetToday(day string) {
	for _, s := range c.sources {
		if s.Kind == FromUser && s.own != nil && s.Today != day {
			s.Today, s.own.days = day, nil
		}
	}
}

// todayForm are words that say that a date is today's.
var todayForm = regexp.MustCompile(`(?i)today|current date|date is|heute|aujourd'hui|oggi|hoy|hoje|आज|วันนี้`)

// Today returns the day that a text says it is today, as 2006-01-02, or "": it must name one day,
// with its year, and say that it is today's.
func Today(text string) string {
	if !todayForm.MatchString(text) {
		return ""
	}
	return OneDay(text)
}

// OneDay returns the only day that a text names, as 2006-01-02, or "".
func OneDay(text string) string {
	dates := ownValues(text).dates
	if len(dates) != 1 {
		return ""
	}
	for d := range dates {
		if _, err := time.Parse(time.DateOnly, d); err == nil {
			return d
		}
	}
	return ""
}
