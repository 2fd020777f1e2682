package label

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// code is what commands and programs hold and prose does not: brackets and pipes,
// flags, assignments, calls, shell variables.
var code = regexp.MustCompile("[`{}<>|\\\\^~]|(?:^|\\s)--?[A-Za-z]|\\$[A-Za-z(]|\\w\\(|\\w=|==|&&|;\\s*$|^#!|(?m:^\\s*(?:import|sudo|rm|curl|wget|chmod|bash|sh|eval|exec) )")

// Prose reports whether text is the model's own wording: no run of six words of an
// untrusted result, not mostly its words in its order, and no address, account or
// link that is not the user's or a trusted tool's.
func (c *Context) Prose(text string) bool {
	if code.MatchString(text) {
		return false
	}
	list := words(text)
	if len(list) < 3 {
		return false
	}
	run, longest, hits := 0, 0, 0
	for i := 0; i+3 <= len(list); i++ {
		if _, ok := c.grams[c.gram(list[i:i+3])]; ok {
			run++
			hits++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	if longest >= 4 || 2*hits >= len(list)-2 {
		return false
	}
	for _, atom := range atoms(text) {
		if c.Find(atom, false).Label.Integrity == Untrusted {
			return false
		}
	}
	return true
}

// atoms are the parts of a text that somebody could act on: whatever holds an
// address sign, a path or a host, anything with four or more digits, and numbers
// written in groups.
func atoms(text string) []string {
	text = norm.NFKC.String(text)
	var out []string
	for f := range strings.FieldsSeq(text) {
		f = strings.Trim(f, `.,;:!?"'()[]*`)
		if _, _, ok := moment(f); ok { // nobody is reached by a date
			continue
		}
		digits := 0
		for _, r := range f {
			if unicode.IsDigit(r) {
				digits++
			}
		}
		if strings.ContainsAny(f, `@/\`) || digits >= 4 || dotted(f) || !isASCII(f) && strings.Contains(squash(f), "http") {
			out = append(out, f)
		}
	}
	for _, m := range groupedForm.FindAllString(text, -1) {
		digits := 0
		for _, r := range m {
			if unicode.IsDigit(r) {
				digits++
			}
		}
		if _, _, ok := moment(m); digits >= 7 && !ok {
			out = append(out, m)
		}
	}
	return out
}

// groupedForm is a row of short groups of digits: a telephone or an account.
var groupedForm = regexp.MustCompile(`\+?\(?[0-9]{1,6}\)?(?:[ ./-]\(?[0-9]{1,6}\)?)+`)

// dotted reports whether a word could be the name of a host: two parts with a dot, or
// what a reader takes for one, of which the last begins with two letters.
func dotted(f string) bool {
	f = strings.NewReplacer("\u3002", ".", "\u2024", ".", "\uff61", ".", "\u00b7", ".").Replace(f)
	if at := strings.IndexByte(f, ':'); at > 0 { // a port
		f = f[:at]
	}
	dot := strings.LastIndexByte(f, '.')
	if dot <= 0 || dot == len(f)-1 {
		return strings.Count(f, ".") == 3 && strings.Trim(f, "0123456789.") == ""
	}
	letters := 0
	for _, r := range f[dot+1:] {
		if !unicode.IsLetter(r) && r != '-' && (letters == 0 || !unicode.IsDigit(r)) {
			return strings.Count(f, ".") == 3 && strings.Trim(f, "0123456789.") == ""
		}
		letters++
	}
	return letters >= 2 && strings.Trim(f, "0123456789.") != ""
}
