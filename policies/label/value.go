package label

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	numberForm = regexp.MustCompile(`[0-9]+(?:[.,' \x{00a0}][0-9]+)*`)
	isoDate    = regexp.MustCompile(`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})`)
	dayFirst   = regexp.MustCompile(`\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\b`)
	dayMonth   = regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th)?\.? (?:of )?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?(?: (\d{4}))?`)
	monthDay   = regexp.MustCompile(`(?i)\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?\b,?(?: (\d{4})\b)?`)
	clockTime  = regexp.MustCompile(`(?i)\b(\d{1,2})(?::(\d{2}))?(?::\d{2})? ?(am|pm)\b|\b(\d{1,2}):(\d{2})`)
	months     = "janfebmaraprmayjunjulaugsepoctnovdec"
)

var numberWords = map[string]float64{
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "thousand": 1000,
}

// values are the numbers, dates and times of a text.
type values struct {
	numbers map[float64]bool
	dates   map[string]bool // 2006-01-02, or --01-02 if the year is not said
	times   map[int]bool    // minutes of the day
}

// valuesOf finds every reading of every number in s: "1.000" is both 1 and 1000.
func valuesOf(s string) values {
	v := values{numbers: map[float64]bool{}, dates: map[string]bool{}, times: map[int]bool{}}
	for _, m := range numberForm.FindAllString(s, -1) {
		for _, n := range readings(m) {
			v.numbers[n] = true
		}
	}
	for w := range strings.FieldsSeq(strings.ToLower(s)) {
		if n, ok := numberWords[strings.Trim(w, ".,;:!?")]; ok {
			v.numbers[n] = true
		}
	}
	for _, m := range isoDate.FindAllStringSubmatch(s, -1) {
		v.date(m[1], m[2], m[3])
	}
	for _, m := range dayFirst.FindAllStringSubmatch(s, -1) {
		v.date(m[3], m[2], m[1])
		v.date(m[3], m[1], m[2])
	}
	for _, m := range dayMonth.FindAllStringSubmatch(s, -1) {
		v.date(m[3], month(m[2]), m[1])
	}
	for _, m := range monthDay.FindAllStringSubmatch(s, -1) {
		v.date(m[3], month(m[1]), m[2])
	}
	for _, m := range clockTime.FindAllStringSubmatch(s, -1) {
		h, mm := m[1]+m[4], m[2]+m[5]
		hour, _ := strconv.Atoi(h)
		minute, _ := strconv.Atoi(mm)
		switch strings.ToLower(m[3]) {
		case "pm":
			hour = hour%12 + 12
		case "am":
			hour %= 12
		}
		v.times[hour*60+minute] = true
	}
	return v
}

func month(s string) string { return strconv.Itoa(strings.Index(months, strings.ToLower(s))/3 + 1) }

func (v values) date(year, month, day string) {
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return
	}
	if year == "" {
		year = "-"
	}
	v.dates[year+"-"+pad(m)+"-"+pad(d)] = true
}

func pad(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// readings returns the values that a written number may have.
func readings(s string) []float64 {
	var out []float64
	add := func(s string) {
		if n, err := strconv.ParseFloat(s, 64); err == nil {
			out = append(out, n)
		}
	}
	strip := strings.NewReplacer(",", "", "'", "", " ", "", "\u00a0", "", ".", "")
	if i := strings.LastIndexAny(s, ".,"); i >= 0 {
		add(strip.Replace(s[:i]) + "." + strip.Replace(s[i+1:]))
		if len(s)-i-1 == 3 {
			add(strip.Replace(s))
		}
	} else {
		add(strip.Replace(s))
	}
	if parts := numberForm.FindString(s); strings.ContainsAny(parts, ".,' \u00a0") {
		for _, p := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(".,' \u00a0", r) }) {
			add(p)
		}
	}
	return out
}

var momentForms = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "15:04", "15:04:05"}

// moment reads an argument that is a date, a time or both; minute is -1 if it is
// only a date, day is "" if it is only a time.
func moment(s string) (day string, minute int, ok bool) {
	for _, form := range momentForms {
		t, err := time.Parse(form, s)
		if err != nil {
			continue
		}
		day, minute = t.Format("2006-01-02"), t.Hour()*60+t.Minute()
		if !strings.Contains(form, "15") {
			minute = -1
		}
		if !strings.Contains(form, "2006") {
			day = ""
		}
		return day, minute, true
	}
	return "", 0, false
}

// has reports whether the text says the day and the minute.
func (v values) has(day string, minute int) bool {
	if day != "" && !v.dates[day] && !v.dates["--"+day[5:]] {
		return false
	}
	return minute < 0 || v.times[minute] || day != "" && minute == 0 && len(v.times) == 0
}
