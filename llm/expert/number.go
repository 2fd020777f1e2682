package expert

import (
	"encoding/json"
	"regexp"
	"strings"
)

// numerals are the ways in which people write numbers that JSON does not: what parts
// thousands in them is left out, and a comma that is left begins a fraction.
var numerals = []struct {
	form  *regexp.Regexp
	parts string
}{
	{regexp.MustCompile(`^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$`), ","},
	{regexp.MustCompile(`^[1-9]\d{0,2}(['’\x{a0}\x{202f}]\d{3})+([.,]\d+)?$`), "'’\u00a0\u202f"},
	{regexp.MustCompile(`^[1-9]\d{0,2}(\.\d{3})+(,\d+)?$`), "."},
	{regexp.MustCompile(`^(0|[1-9]\d*),\d{2}$`), ""},
}

// decimal is a number with a fraction, within a text; its signs part its words.
var decimal = regexp.MustCompile(`\d+(?:\.\d+|,\d{2}\b)`)

// grouped is a whole number whose thousands are parted by what parts no fraction.
var grouped = regexp.MustCompile(`[1-9]\d{0,2}(?:[,'’\x{a0}\x{202f}]\d{3})+`)

// Plain writes the whole numbers of a text without what parts their thousands.
func Plain(text string) string {
	var b strings.Builder
	done := 0
	for _, n := range grouped.FindAllStringIndex(text, -1) {
		if before := text[:n[0]]; before != "" && strings.ContainsRune("0123456789.,", rune(before[len(before)-1])) || n[1] < len(text) && text[n[1]] >= '0' && text[n[1]] <= '9' {
			continue
		}
		b.WriteString(text[done:n[0]])
		for _, r := range text[n[0]:n[1]] {
			if r >= '0' && r <= '9' {
				b.WriteRune(r)
			}
		}
		done = n[1]
	}
	return b.String() + text[done:]
}

// fraction is a number of JSON that is no whole one, and would be one with its thousands apart.
var fraction = regexp.MustCompile(`^\d{1,3}\.\d{3}$`)

// Number returns what a person wrote as a JSON number: "1,043" and "1'043" are 1043, "49,90"
// is 49.90. A single point before three digits parts thousands of a whole number only. False
// where the text is no number.
func Number(text string, whole bool) (string, bool) {
	for _, n := range numerals {
		if !n.form.MatchString(text) || fraction.MatchString(text) && !whole {
			continue
		}
		return strings.Map(func(r rune) rune {
			switch {
			case strings.ContainsRune(n.parts, r):
				return -1
			case r == ',':
				return '.'
			}
			return r
		}, text), true
	}
	var number json.Number
	return text, json.Unmarshal([]byte(text), &number) == nil && number != "" && !strings.HasPrefix(text, `"`)
}

// within says whether a part of a text begins or ends inside one of its numbers.
func within(numbers [][]int, from, to int) bool {
	for _, n := range numbers {
		if n[0] < from && from < n[1] || n[0] < to && to < n[1] {
			return true
		}
	}
	return false
}
