package label

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/chaski-dev/chaski/policies/spoken"
)

var (
	isoDate   = regexp.MustCompile(`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:\b|T)`)
	dayFirst  = regexp.MustCompile(`\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\b`)
	dayDotted = regexp.MustCompile(`(?i)\b(?:am|bis|zum|vom|ab|dem|den|der|(?-i:Mo|Di|Mi|Do|Fr|Sa|So)[.,]{0,2}) (\d{1,2})\. ?(\d{1,2})\.(?:[^\d]|$)`) // am 9.1.
	dayListed = regexp.MustCompile(`(?:^|, )(\d{1,2})\.(\d{1,2})\.(?:(\d{2})\b|,? (?:um )?\d{1,2}[:.]\d{2}\b)`)                                       // …, 9.1., 10:30
	dayMonth  = regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th)?\.? (?:of )?(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?,?(?: (\d{4}))?\b`)
	monthDay  = regexp.MustCompile(`(?i)\b(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.? (\d{1,2})(?:st|nd|rd|th)?\b,?(?: (\d{4})\b)?`)
	clockTime = regexp.MustCompile(`(?i)\b(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})? ?([ap](?:m\b|\.m\b))|(?:\b|T)(\d{1,2}):(\d{2})(?::\d{2})?`)
	months    = "janfebmaraprmayjunjulaugsepoctnovdec"
)

// values are the numbers, dates and times of a text.
type values struct {
	numbers map[string]int  // canonical decimals, and how often they occur
	digits  map[string]int  // numbers as written, zeros in front included
	dates   map[string]bool // 2006-01-02, or --01-02 if the year is not said
	times   map[int]bool    // minutes of the day
}

// ownValues reads what a person means: each number has one value. What is said in words is read
// in the language of the text.
func ownValues(s string) values {
	v := values{dates: map[string]bool{}, times: map[int]bool{}}
	low := plain(s)
	said := spoken.Parse(low)
	left := v.moments(s)
	daily := everyDay.MatchString(low)
	for _, d := range said.Dates() {
		if d.Inner && !daily || !v.spokenDate(d) {
			continue
		}
		if len(low) == len(s) && d.End <= len(left) { // the day of a date is no number of its own
			left = left[:d.At] + strings.Repeat("|", d.End-d.At) + left[d.End:]
		}
	}
	v.numbers, v.digits = ownNumbers(left)
	for _, n := range said.Numbers(said.Lang()) {
		v.numbers[n.Value.String()]++
	}
	for _, t := range said.Times() {
		for _, m := range t.Minutes {
			v.times[m] = true
		}
	}
	return v
}

// everyDay are words for each day of a row, those between its ends too.
var everyDay = regexp.MustCompile(`every day|each day|daily|jeden tag|täglich|chaque jour|tous les jours|ogni giorno|tutti i giorni|todos los días|cada día|todos os dias|cada dia|हर दिन|हर रोज़|रोज़|ทุกวัน`)

// spokenDate takes up a day that is said with its month, or the last day of one.
func (v values) spokenDate(d spoken.Date) bool {
	year := "-"
	if d.Year > 0 {
		year = strconv.Itoa(d.Year)
	}
	switch {
	case d.Last && d.Year > 0:
		d.Day = spoken.LastOf(d.Year, time.Month(d.Month)).Day()
	case d.Last && d.Month != 2: // February has one end in a year that is known
		d.Day = spoken.LastOf(2026, time.Month(d.Month)).Day()
	case d.Day == 0 && d.Year > 0 && !d.Last:
		v.dates[year+"-"+pad(d.Month)] = true
		return false
	}
	if d.Day == 0 || d.Day > 31 {
		return false
	}
	v.dates[year+"-"+pad(d.Month)+"-"+pad(d.Day)] = true
	return true
}

// anyValues reads everything that the text could be taken for.
func anyValues(s string) values {
	v := values{numbers: map[string]int{}, dates: map[string]bool{}, times: map[int]bool{}}
	for _, m := range numberForm.FindAllString(s, -1) {
		parts := strings.FieldsFunc(m, unicode.IsSpace)
		texts := append([]string{m}, parts...)
		for i := 1; i < len(parts); i++ {
			texts = append(texts, parts[i-1]+" "+parts[i])
		}
		for _, text := range texts {
			for _, n := range everyReading(text) {
				v.numbers[n]++
				v.numbers["-"+n]++
			}
		}
	}
	for _, n := range spoken.Parse(plain(s)).Numbers(spoken.Any) {
		v.numbers[n.Value.String()]++
	}
	v.moments(s)
	return v
}

// moments collects dates and times, and returns the text without them.
func (v values) moments(s string) string {
	left := s
	each := func(form *regexp.Regexp, f func(m []string) bool) {
		for _, at := range form.FindAllStringSubmatchIndex(s, -1) {
			m := make([]string, len(at)/2)
			for i := range m {
				if at[2*i] >= 0 {
					m[i] = s[at[2*i]:at[2*i+1]]
				}
			}
			if f(m) {
				left = left[:at[0]] + strings.Repeat("|", at[1]-at[0]) + left[at[1]:]
			}
		}
	}
	each(isoDate, func(m []string) bool { return v.date(m[1], m[2], m[3]) })
	each(dayFirst, func(m []string) bool {
		first, second := v.date(m[3], m[2], m[1]), v.date(m[3], m[1], m[2])
		return first || second
	})
	each(dayDotted, func(m []string) bool { return v.date("", m[2], m[1]) })
	each(dayListed, func(m []string) bool { // it may be an amount
		if m[3] != "" {
			m[3] = "20" + m[3]
		}
		v.date(m[3], m[2], m[1])
		return false
	})
	for _, b := range briefDays(s) {
		v.dates[b.day] = true
		left = left[:b.At] + strings.Repeat("|", b.End-b.At) + left[b.End:]
	}
	each(dayMonth, func(m []string) bool { return v.date(m[3], month(m[2]), m[1]) })
	each(monthDay, func(m []string) bool { return v.date(m[3], month(m[1]), m[2]) })
	each(clockTime, func(m []string) bool {
		hour, _ := strconv.Atoi(m[1] + m[4])
		minute, _ := strconv.Atoi(m[2] + m[5])
		switch strings.ReplaceAll(strings.ToLower(m[3]), ".", "") {
		case "pm":
			hour = hour%12 + 12
		case "am":
			hour %= 12
		}
		if hour > 24 || minute > 59 {
			return false
		}
		v.times[hour*60+minute] = true
		return true
	})
	return left
}

func month(s string) string { return strconv.Itoa(strings.Index(months, strings.ToLower(s[:3]))/3 + 1) }

func (v values) date(year, month, day string) bool {
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return false
	}
	if y, _ := strconv.Atoi(year); y > buddhist+1900 {
		year = strconv.Itoa(y - buddhist)
	}
	if year == "" {
		year = "-"
	}
	v.dates[year+"-"+pad(m)+"-"+pad(d)] = true
	return true
}

func pad(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

var momentForms = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "2006/01/02",
	"2 January 2006", "2 Jan 2006", "January 2, 2006", "January 2 2006", "Jan 2, 2006", "02.01.2006", "15:04", "15:04:05", "3:04 PM", "3:04pm", "3 PM", "3pm",
}

// moment reads an argument that is a date, a time or both; minute is -1 if it is
// only a date, day is "" if it is only a time.
func moment(s string) (day string, minute int, ok bool) {
	if !momentLike(s) {
		return "", 0, false
	}
	for _, form := range momentForms {
		t, err := time.Parse(form, s)
		if err != nil {
			continue
		}
		day, minute = t.Format("2006-01-02"), t.Hour()*60+t.Minute()
		if !strings.Contains(form, "15") && !strings.HasPrefix(form, "3") {
			minute = -1
		}
		if !strings.Contains(form, "2006") {
			day = ""
		}
		return day, minute, true
	}
	return "", 0, false
}

// momentLike reports whether a text may be one of momentForms: it begins with a month, or with a digit and has a sign
// that parts numbers. To parse takes much longer.
func momentLike(s string) bool {
	switch {
	case len(s) < 3 || len(s) > 40 || !strings.ContainsAny(s, "0123456789"):
		return false
	case s[0] >= '0' && s[0] <= '9':
		return strings.ContainsAny(s, "-/:. ") || s[len(s)-1]|0x20 == 'm'
	}
	i := strings.Index("jan feb mar apr may jun jul aug sep oct nov dec", strings.ToLower(s[:3]))
	return i >= 0 && i%4 == 0
}

// Moment reports whether a text is a date, a time or both.
func Moment(s string) bool {
	_, _, ok := moment(s)
	return ok
}

// has reports whether the text says the day and the minute.
func (v values) has(day string, minute int) bool {
	if day != "" && !v.dates[day] && !v.dates["--"+day[5:]] {
		return false
	}
	return minute < 0 || v.times[minute] || day != "" && minute == 0 && len(v.times) == 0
}
