package label

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
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
	lastOf     = regexp.MustCompile(`\b(?:end of (?:the|this) month|last day of (?:the|this) month|monatsende|ende des monats|fin du mois|fine (?:del )?mese|fin de mes|fim do mês)\b`)
	inDays     = regexp.MustCompile(`(?:\bin|\bdans|\btra|\bfra|\ben|\bdentro de|\bem|\bdaqui a|อีก) ?(\d{1,3}|two|three|four|five|six|ten|zwei|drei|vier|fünf|deux|trois|quatre|due|tre|quattro|dos|tres|cuatro|dois|três|quatro) ?(days?|tage?n?|jours?|giorni|días?|dias?|weeks?|wochen?|semaines?|settimane|semanas?|วัน|สัปดาห์)`)
	inDaysHi   = regexp.MustCompile(`(\d{1,3}|दो|तीन|चार) (दिन|हफ्ते|सप्ताह) (?:में|बाद)`)
	theNth     = regexp.MustCompile(`(?:\bthe|\bon) (\d{1,2})(?:st|nd|rd|th)\b|\bam (\d{1,2})\.(?: |$)|\b(?:el día|dia) (\d{1,2})\b`)
)

var countWords = map[string]int{
	"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "deux": 2, "trois": 3, "quatre": 4,
	"due": 2, "tre": 3, "quattro": 4, "dos": 2, "tres": 3, "cuatro": 4, "dois": 2, "três": 3, "quatro": 4, "दो": 2, "तीन": 3, "चार": 4,
}

// relative lists the days that the words name from a day on, with the place where each is named.
// A weekday that can be meant in two ways, as "next Friday" on a Wednesday, names none.
func (t *ownText) relative(today time.Time) map[string]bool {
	if t.days != nil {
		return t.days
	}
	t.days = map[string]bool{}
	if len(t.plain) > 10_000 {
		return t.days
	}
	text := t.plain
	add := func(at, days int) {
		if t.plainly || !negated(t.plain[:at]) {
			t.days[today.AddDate(0, 0, days).Format(time.DateOnly)] = true
		}
	}
	each := func(word string, f func(at, end int)) {
		for from := 0; ; {
			i := strings.Index(text[from:], word)
			if i < 0 {
				return
			}
			at, end := from+i, from+i+len(word)
			from = end
			if word[0] >= 0xe0 || boundary(text, at, true) && boundary(text, end, false) { // Thai and Hindi have no such ends
				f(at, end)
			}
		}
	}
	for _, w := range aheadWords {
		each(w.word, func(at, end int) {
			if (w.word == "morgen" || w.word == "mañana") && morning.MatchString(text[:at]) {
				return
			}
			text = text[:at] + strings.Repeat("|", end-at) + text[end:]
			add(at, w.days)
		})
	}
	for day, words := range weekdayWords {
		for word := range strings.SplitSeq(words, "|") {
			each(word, func(at, end int) {
				if goneBefore.MatchString(text[:at]) || goneAfter.MatchString(text[end:]) {
					return
				}
				coming := (day - int(today.Weekday()) + 7) % 7
				next := nextBefore.MatchString(text[:at]) || nextAfter.MatchString(text[end:])
				text = text[:at] + strings.Repeat("|", end-at) + text[end:]
				if !next && coming > 0 {
					add(at, coming)
				} else if next {
					if coming == 0 {
						coming = 7
					}
					monday := (8 - int(today.Weekday())) % 7 // of the week to come
					if monday == 0 {
						monday = 7
					}
					if inNext := monday + (day+6)%7; inNext == coming {
						add(at, coming)
					}
				}
			})
		}
	}
	for _, form := range []*regexp.Regexp{inDays, inDaysHi} {
		for _, m := range form.FindAllStringSubmatchIndex(text, 20) {
			count, unit := text[m[2]:m[3]], text[m[4]:m[5]]
			n, err := strconv.Atoi(count)
			if err != nil {
				n = countWords[count]
			}
			if strings.HasPrefix(unit, "w") || strings.HasPrefix(unit, "se") || unit == "สัปดาห์" || unit == "हफ्ते" || unit == "सप्ताह" {
				n *= 7
			}
			add(m[0], n)
		}
	}
	if m := lastOf.FindStringIndex(text); m != nil {
		last := time.Date(today.Year(), today.Month()+1, 0, 0, 0, 0, 0, time.UTC)
		add(m[0], int(last.Sub(today).Hours()/24))
	}
	for _, m := range theNth.FindAllStringSubmatchIndex(text, 10) {
		for g := 2; g < len(m); g += 2 {
			if m[g] < 0 {
				continue
			}
			n, _ := strconv.Atoi(text[m[g]:m[g+1]])
			day := time.Date(today.Year(), today.Month(), n, 0, 0, 0, 0, time.UTC)
			if n <= today.Day() {
				day = time.Date(today.Year(), today.Month()+1, n, 0, 0, 0, 0, time.UTC)
			}
			if day.Day() == n {
				add(m[0], int(day.Sub(today).Hours()/24))
			}
		}
	}
	return t.days
}

// saidAhead finds a day that the user's words name from the day on which they were said.
func (c *Context) saidAhead(n needle) (Origin, bool) {
	if n.day == "" {
		return Origin{}, false
	}
	for _, s := range c.sources {
		if s.Kind != FromUser || !s.speaks() || s.Today == "" {
			continue
		}
		today, err := time.Parse(time.DateOnly, s.Today)
		if err != nil || !s.own.relative(today)[n.day] {
			continue
		}
		if n.minute < 0 || s.own.values.times[n.minute] || n.minute == 0 && len(s.own.values.times) == 0 {
			return derived(s.Label, s.ID), true
		}
	}
	return Origin{}, false
}

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
