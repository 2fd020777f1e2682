package detect

import (
	"regexp"
	"strings"
)

// ids is the table of national ids: a form, and a check of the digits if there is one.
var ids = []struct {
	country string
	form    *regexp.Regexp
	valid   func(string) bool
}{
	{"us", regexp.MustCompile(`\b[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}\b`), func(s string) bool { // social security number
		return s[:3] != "000" && s[:3] != "666" && s[0] != '9' && s[4:6] != "00" && s[7:] != "0000"
	}},
	{"es", regexp.MustCompile(`\b[0-9XYZ][0-9]{7}-?[A-Z]\b`), func(s string) bool { // DNI, NIE
		s = strings.ReplaceAll(s, "-", "")
		n := 0
		for i, c := range s[:8] {
			if i == 0 && c >= 'X' {
				c = c - 'X' + '0'
			}
			n = n*10 + int(c-'0')
		}
		return "TRWAGMYFPDXBNJZSQVHLCKE"[n%23] == s[8]
	}},
	{"gb", regexp.MustCompile(`\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b`), nil}, // NINO
	{"fr", regexp.MustCompile(`\b[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}\b`), func(s string) bool { // NIR
		d := digitsOf(s)
		n := 0
		for _, c := range d[:13] {
			n = (n*10 + int(c-'0')) % 97
		}
		return 97-n == int(d[13]-'0')*10+int(d[14]-'0')
	}},
	{"br", regexp.MustCompile(`\b[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}\b`), func(s string) bool { // CPF
		d := digitsOf(s)
		check := func(n int) int {
			sum := 0
			for i := range n {
				sum += int(d[i]-'0') * (n + 1 - i)
			}
			return sum * 10 % 11 % 10
		}
		return check(9) == int(d[9]-'0') && check(10) == int(d[10]-'0')
	}},
	{"pl", regexp.MustCompile(`\b[0-9]{2}[0-3][0-9][0-3][0-9]{6}\b`), func(s string) bool { // PESEL
		if month, day := number(s[2:4])%20, number(s[4:6]); month < 1 || month > 12 || day < 1 || day > 31 {
			return false
		}
		return (10-weighted(s[:10], 1, 3, 7, 9)%10)%10 == int(s[10]-'0')
	}},
	{"cn", regexp.MustCompile(`\b[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]\b`), func(s string) bool { // GB 11643
		if month, day := number(s[10:12]), number(s[12:14]); month < 1 || month > 12 || day < 1 || day > 31 {
			return false
		}
		return "10X98765432"[weighted(s[:17], 7, 9, 10, 5, 8, 4, 2, 1, 6, 3)%11] == strings.ToUpper(s)[17]
	}},
	{"it", regexp.MustCompile(`\b[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]\b`), func(s string) bool { // codice fiscale
		odd := []int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
		sum := 0
		for i := range 15 {
			n := int(s[i] - '0')
			if s[i] >= 'A' {
				n = int(s[i] - 'A')
			}
			if i%2 == 0 {
				n = odd[n]
			}
			sum += n
		}
		return int(s[15]-'A') == sum%26
	}},
	{"in", regexp.MustCompile(`\b[2-9][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}\b`), func(s string) bool { return verhoeff(digitsOf(s)) }}, // Aadhaar
}

func number(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// weighted sums the digits, each times a weight; the weights repeat.
func weighted(s string, weights ...int) int {
	sum := 0
	for i := range len(s) {
		sum += int(s[i]-'0') * weights[i%len(weights)]
	}
	return sum
}

// verhoeff checks digits by the scheme of that name, over the dihedral group of order 10.
func verhoeff(s string) bool {
	permute := []int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
	c := 0
	for i := range len(s) {
		n := int(s[len(s)-1-i] - '0')
		for range i % 8 {
			n = permute[n]
		}
		c = dihedral(c, n)
	}
	return c == 0
}

func dihedral(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return (a+b-5)%5 + 5
	case b < 5:
		return (a-5-b+5)%5 + 5
	}
	return (a - b + 5) % 5
}
