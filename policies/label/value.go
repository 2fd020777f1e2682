package label

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

var (
	isoDate    = regexp.MustCompile(`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:\b|T)`)
	dayFirst   = regexp.MustCompile(`\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\b`)
	dayMonth   = regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th)?\.? (?:of )?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?(?: (\d{4}))?\b`)
	monthDay   = regexp.MustCompile(`(?i)\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?\b,?(?: (\d{4})\b)?`)
	hourWords  = regexp.MustCompile(`(?i)\b(\d{1,2})(?:[:.](\d{2}))? ?(?:uhr|heures?|h)(?: ?(\d{2}))?(?:[^\pL\pN]|$)|(?:\ba las?|\balle|(?:^|[^\pL])às) (\d{1,2})(?::(\d{2}))?(?:[^\pL\pN:.,]|[.,](?:\D|$)|$)|(\d{1,2}) ?(?:बजे|นาฬิกา)`)
	noonWords  = regexp.MustCompile(`(?i)\b(?:noon|mittags?|midi|mezzogiorno|mediod[ií]a|meio-dia)\b`)
	nightWords = regexp.MustCompile(`(?i)\b(?:midnight|mitternacht|minuit|mezzanotte|medianoche|meia-noite)\b`)
	clockTime  = regexp.MustCompile(`(?i)\b(\d{1,2})(?::(\d{2}))?(?::\d{2})? ?(am|pm)\b|(?:\b|T)(\d{1,2}):(\d{2})(?::\d{2})?`)
	months     = "janfebmaraprmayjunjulaugsepoctnovdec"
)

// values are the numbers, dates and times of a text.
type values struct {
	numbers map[string]int  // canonical decimals, and how often they occur
	digits  map[string]int  // numbers as written, zeros in front included
	dates   map[string]bool // 2006-01-02, or --01-02 if the year is not said
	times   map[int]bool    // minutes of the day
}

// ownValues reads what a person means: each number has one value.
func ownValues(s string) values {
	v := values{dates: map[string]bool{}, times: map[int]bool{}}
	v.numbers, v.digits = ownNumbers(v.moments(s))
	for _, m := range hourWords.FindAllStringSubmatch(s, 50) {
		hour, _ := strconv.Atoi(m[1] + m[4] + m[6])
		minute, _ := strconv.Atoi(m[2] + m[5])
		if m[2] == "" && m[3] != "" {
			minute, _ = strconv.Atoi(m[3])
		}
		if hour < 24 && minute < 60 {
			v.times[hour*60+minute] = true
		}
	}
	if noonWords.MatchString(s) {
		v.times[12*60] = true
	}
	if nightWords.MatchString(s) {
		v.times[0] = true
	}
	return v
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
	for _, n := range spelled(s) {
		v.numbers[n]++
	}
	for w := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if n, ok := smallNumbers[w]; ok {
			v.numbers[strconv.Itoa(n)]++
		} else if n, ok := greatNumbers[w]; ok {
			v.numbers[strconv.Itoa(n)]++
		}
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
	each(dayMonth, func(m []string) bool { return v.date(m[3], month(m[2]), m[1]) })
	each(monthDay, func(m []string) bool { return v.date(m[3], month(m[1]), m[2]) })
	each(clockTime, func(m []string) bool {
		hour, _ := strconv.Atoi(m[1] + m[4])
		minute, _ := strconv.Atoi(m[2] + m[5])
		switch strings.ToLower(m[3]) {
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

func month(s string) string { return strconv.Itoa(strings.Index(months, strings.ToLower(s))/3 + 1) }

func (v values) date(year, month, day string) bool {
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return false
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
	if len(s) < 3 || len(s) > 40 || s[0] < '0' || s[0] > '9' && (s[0]|0x20 < 'a' || s[0]|0x20 > 's') {
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
