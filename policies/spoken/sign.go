package spoken

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// signWords are the words for a sign that ends a name: O negative, AB plus. Words that compare, as
// "mais" and "menos" do, are none.
var signWords = func() map[string]string {
	out := map[string]string{}
	for sign, words := range map[string]string{
		"-": "negative neg minus negativ négatif négative negatif negativo negativa moins ऋणात्मक निगेटिव नेगेटिव माइनस ลบ เนกาทีฟ",
		"+": "positive pos plus positiv positif positivo positiva धनात्मक पॉजिटिव पॉज़िटिव पोज़िटिव प्लस บวก พลัส โพซิทีฟ",
		"#": "sharp hash raute dièse diesis sostenido sustenido शार्प ชาร์ป",
		"*": "star asterisk stern sternchen étoile stella estrella estrela तारा ดาว",
	} {
		for w := range strings.FieldsSeq(words) {
			out[w] = sign
		}
	}
	return out
}()

// Signed cuts a short name that ends with a sign into what stands before it and the sign: O-, C++, B+.
func Signed(name string) (base, sign string, ok bool) {
	name = strings.ReplaceAll(strings.TrimSpace(name), "−", "-")
	base = strings.TrimRight(name, "+-*#")
	sign = name[len(base):]
	r, _ := utf8.DecodeLastRuneInString(base)
	return base, sign, sign != "" && len(base) > 0 && len(base) <= 20 && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// SignBehind returns the sign that goes on with a name which ends at a place of a text, as a sign or in
// a word: "- " of "O- for", "-" of "O negative".
func SignBehind(text string, end int) string {
	rest := text[end:]
	n := 0
	for n < len(rest) && strings.IndexByte("+-*#", rest[n]) >= 0 {
		n++
	}
	if strings.HasPrefix(rest, "−") {
		return "-"
	}
	if n > 0 {
		if r, _ := utf8.DecodeRuneInString(rest[n:]); n < len(rest) && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return "" // U-12
		}
		return rest[:n]
	}
	out := ""
	for {
		word := strings.TrimLeft(rest, " -")
		i := strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
		if i < 0 {
			i = len(word)
		}
		sign := signWords[strings.ToLower(word[:i])]
		if sign == "" {
			for w, s := range signWords { // Thai is written without blanks
				if w[0] == 0xe0 && strings.HasPrefix(word, w) {
					sign, i = s, len(w)
				}
			}
		}
		if sign == "" || len(out) == 2 {
			return out
		}
		out, rest = out+sign, word[i:]
	}
}

// SaysSigned reports whether a text says a name that ends with a sign, by the sign or by the word for it.
// A name of one letter must be written as it is.
func SaysSigned(base, sign, text string) bool {
	low, name := text, base
	if utf8.RuneCountInString(base) > 1 {
		low, name = strings.ToLower(text), strings.ToLower(base)
	}
	for from := 0; ; {
		i := strings.Index(low[from:], name)
		if i < 0 {
			return false
		}
		i += from
		from = i + len(name)
		r, _ := utf8.DecodeLastRuneInString(low[:i])
		if i > 0 && (unicode.IsLetter(r) && !unicode.Is(unicode.Thai, r) || unicode.IsDigit(r)) {
			continue
		}
		if SignBehind(low, from) == sign {
			return true
		}
	}
}
