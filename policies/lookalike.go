package policies

import (
	"fmt"
	"strings"
	"unicode"
)

// A word may be written wholly in letters of another script that look like Latin ones, and
// so may a whole domain. Nothing in it is odd by itself, so it is shown with what it looks
// like. The letters are those that common fonts draw alike.

// lookalikes maps letters of other scripts to the Latin ones that they look like.
var lookalikes = func() map[rune]rune {
	out := map[rune]rune{}
	for _, pair := range [][2]string{
		{"асԁеһіјӏорԛѕԝхуѵгпьҽкАВЕКМНОРСТУХЅІЈҮԌ", "acdehijlopqswxyvrnbekABEKMHOPCTYXSIJYG"},
		{"αγικνορτυχηωϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ", "ayikvoptuxnwcjABEZHIKMNOPTYXC"},
		{"հոօսցզյաՏՕԼ", "hnougqjwSOL"},
		{"ᎪᎬᎻᎫᏦᏞᎷᏢᏚᎢᏙᎳᏃᏟᎠ", "AEHJKLMPSTVWZCD"},
	} {
		latin := []rune(pair[1])
		for i, r := range []rune(pair[0]) {
			out[r] = latin[i]
		}
	}
	return out
}()

// scripts are those of lookalikes.
var scripts = []string{"Cyrillic", "Greek", "Armenian", "Cherokee"}

// disguise tells of the words in s that are wholly written in letters which look like
// Latin ones: what they look like and their script, or "". A text that has other letters
// of that script is a text in that script; in an address each part stands for itself.
func disguise(s string) string {
	address := strings.ContainsAny(s, "@./")
	looks, script := map[rune]rune{}, ""
	for _, name := range scripts {
		own, foreign := false, false
		for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(" @./:", r) }) {
			letters, alike := 0, 0
			for _, r := range part {
				if unicode.Is(unicode.Scripts[name], r) {
					letters++
					if lookalikes[r] != 0 {
						alike++
					}
				}
			}
			own = own || letters > alike
			if letters > 0 && letters == alike {
				foreign = true
				for _, r := range part {
					if unicode.Is(unicode.Scripts[name], r) {
						looks[r] = lookalikes[r]
					}
				}
			}
		}
		if foreign && (address || !own) {
			script = name
			break
		}
		clear(looks)
	}
	if script == "" {
		return ""
	}
	latin := strings.Map(func(r rune) rune {
		if l := looks[r]; l != 0 {
			return l
		}
		return r
	}, s)
	return fmt.Sprintf("looks like %q, but has letters of the %s script", visible(latin), script)
}
