package label

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// briefDay is a day that is said in figures without its century, or without its year: "on 15/12", "il 15/12/26".
type briefDay struct {
	Span
	day string // 2006-01-02, or --01-02
}

// briefForm finds two figures of a day, and those of a year behind them.
var briefForm = regexp.MustCompile(`\b(\d{1,2})(/|-|\. ?)(\d{1,2})\b(?:[/.-](\d{2})\b)?\.?`)

// buddhist is how many years the Buddhist calendar is ahead.
const buddhist = 543

// Words before a day in figures: dayWord stand before nothing else that has this form, toDay stand before shares as
// well ("to 3/4"), and behindDay follow a day in Hindi. In English either figure may be the month's.
var (
	english   = `on|the|sunday|monday|tuesday|wednesday|thursday|friday|saturday|sun|mon|tue|wed|thu|fri|sat`
	englishTo = `to|by|until|till|from|for|before|after|since`
	dayWord   = regexp.MustCompile(`(?i)(?:(?:^|[^\pL\pN])(?:(` + english + `)|am|zum|vom|den|dem|le|du|au|il|al|dal|el|del|día|dia|no|ao|` + latinWeekdays() + `)[ ,]+|(?:วันที่|ที่) ?|(?:^|[ (])(?:all|dall|dell|l)['’])$`)
	toDay     = regexp.MustCompile(`(?i)(?:(?:^|[^\pL\pN])(?:(` + englishTo + `)|bis|ab|auf|pour|avant|après|dès|per|entro|para|até|hasta|desde|em) +|(?:เป็น|ไป|ถึง|จาก) ?)$`)
	hyphened  = regexp.MustCompile(`(?i)(?:^|[^\pL\pN])(?:el|al|del|día|dia|lunes|martes|miércoles|jueves|viernes|sábado|domingo|segunda|terça|quarta|quinta|sexta)[ ,]+$`) // el 15-12
	behindDay = regexp.MustCompile(`^ (?:को|तक|से|पर|कर|की|के लिए)(?:[ ,.।]|$)`)
)

// latinWeekdays are the days of the week in Latin letters.
func latinWeekdays() string {
	var out []string
	for _, row := range weekdayWords {
		for w := range strings.SplitSeq(row, "|") {
			if r, _ := utf8.DecodeRuneInString(w); unicode.Is(unicode.Latin, r) {
				out = append(out, w)
			}
		}
	}
	return strings.Join(out, "|")
}

// briefDays returns the days in figures of a text, each with a word before it that tells that it is one. The day
// stands first; in English it is none where the month might as well.
func briefDays(s string) (out []briefDay) {
	whole := aloneForm.MatchString(strings.TrimSpace(s)) // an answer: "15/12"
	list := briefForm.FindAllStringSubmatchIndex(s, 50)
	dayFirst := slices.ContainsFunc(list, func(m []int) bool { n, _ := strconv.Atoi(s[m[2]:m[3]]); return n > 12 && s[m[4]:m[5]] == "/" }) // "from 5/12 to 20/12"
	for _, m := range list {
		part := func(g int) int { n, _ := strconv.Atoi(s[max(0, m[2*g]):max(0, m[2*g+1])]); return n }
		sign, dotted := s[m[4]:m[5]], s[m[1]-1] == '.'
		before, behind := s[:m[0]], s[m[1]:]
		if next, _ := utf8.DecodeRuneInString(behind); strings.HasSuffix(before, "/") || strings.HasSuffix(before, "-") || strings.HasSuffix(before, ".") || unicode.IsDigit(next) || next != utf8.RuneError && strings.ContainsRune("%€$£/-", next) {
			continue
		}
		sure, to := dayWord.FindStringSubmatch(before), toDay.FindStringSubmatch(before)
		hindi := behindDay.MatchString(behind)
		day, month, year := part(1), part(3), ""
		if y := part(4); m[8] >= 0 && y > 0 {
			if year = strconv.Itoa(2000 + y); y > 60 {
				year = strconv.Itoa(2500 + y - buddhist)
			}
		}
		twoDigits := m[7]-m[6] == 2
		switch {
		case whole && (sign == "/" && (day > 12 || day == month) || dotted):
		case sure == nil && to == nil && !hindi && (year == "" || sign != "/"):
			continue
		case sign == "-" && (!hyphened.MatchString(before) || !twoDigits || monthBehind(behind)):
			continue
		case sign != "/" && sign != "-" && year == "" && !dotted && (sure == nil || sure[1] != "" || !twoDigits || sign != "." || money(behind)):
			continue
		case sure == nil && year == "" && day < month && month <= 10: // a share
			continue
		}
		if in := append(sure, to...); len(in) > 1 && (in[1] != "" || in[len(in)-1] != "") && sign == "/" {
			if day <= 12 && month <= 12 && day != month && !dayFirst {
				continue
			}
			if month > 12 {
				day, month = month, day
			}
		}
		v := values{dates: map[string]bool{}}
		if v.date(year, strconv.Itoa(month), strconv.Itoa(day)) {
			for d := range v.dates {
				out = append(out, briefDay{Span{m[0], m[1]}, d})
			}
		}
	}
	return out
}

// aloneForm is a text that is nothing but the figures of a day or of a time.
var aloneForm = regexp.MustCompile(`^(\d{1,2})([./-])(\d{1,2})(?:[./-](\d{2}))?\.?$`)

// Spelt returns how a text, or what stands behind its last comma, is written in full that is nothing but the figures of a day
// or of a time, "5/12" as "am 5.12.", "20.30" as "20:30"; nil for any other.
func Spelt(text string) []string {
	m := aloneForm.FindStringSubmatch(strings.TrimSpace(text[strings.LastIndexByte(text, ',')+1:]))
	switch {
	case m == nil:
		return nil
	case m[4] != "":
		return []string{m[1] + "/" + m[3] + "/20" + m[4]}
	case m[2] == "." && len(m[3]) == 2:
		return []string{"am " + m[1] + "." + m[3] + ".", m[1] + ":" + m[3]}
	}
	return []string{"am " + m[1] + "." + m[3] + "."}
}

// monthBehind reports whether a month follows, so that the figures are two days: "el 10-12 de enero".
func monthBehind(s string) bool {
	of := wordBehind.FindStringSubmatch(s)
	return of != nil && spoken.Month(of[1]) > 0
}

// money reports whether a text begins with a unit of money.
func money(s string) bool {
	return paid.MatchString(s) || currency.MatchString(strings.TrimLeft(s, " "))
}
