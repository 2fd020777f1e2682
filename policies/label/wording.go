package label

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// A name or an everyday word may stand in the user's words in another form than in a call: with its
// ending, with small words between, with its title, or in another language.

// small are words that may stand between those of a name.
var smallWords = func() map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq("a an the of for in on at to from der die das den dem des ein eine von vom im am le la les l un une des du de d il lo gli i di del della dello dei el los las una do da dos das no na o os as") {
		out[w] = true
	}
	return out
}()

// titles go before a name, or behind it, and say nothing of who it is; those of one row are the same.
var titles = func() map[string]int {
	out := map[string]int{}
	for i, row := range []string{"mr mister herr herrn m monsieur signor sig señor sr don senhor नाय นาย", "mrs frau mme madame signora señora sra doña dona senhora श्रीमती นาง", "ms miss mlle mademoiselle fräulein señorita signorina นางสาว", "dr doctor doktor docteur dottore dottoressa doctora doutor doutora dra डॉ डॉक्टर หมอ", "prof professor professeur professore profesor profesora professora", "श्री", "जी", "คุณ"} {
		for w := range strings.FieldsSeq(row) {
			out[w] = i + 1
		}
	}
	return out
}()

// inflected reports whether the user's words hold a value in another form of its own: a plural of
// common words, a family's name behind "the", a German dative, an infinitive of Hindi.
func inflected(said, word, before string) bool {
	if said == word {
		return true
	}
	if utf8.RuneCountInString(word) < 4 {
		return false
	}
	if stem, ok := strings.CutSuffix(word, "ना"); ok && (said == stem+"ने" || said == stem+"नी") {
		return true
	}
	rest, ok := strings.CutPrefix(said, word)
	switch before {
	case "the":
		return ok && (rest == "s" || rest == "es")
	case "den":
		return ok && (rest == "n" || rest == "en")
	case "des":
		return ok && (rest == "s" || rest == "es")
	}
	return false
}

// plural reports whether two common words differ in their number only.
func plural(said, word string) bool {
	if len(word) < 4 || len(said) < 4 {
		return said == word
	}
	for _, end := range []string{"s", "es", "n", "en", "e"} {
		if said == word+end || word == said+end {
			return true
		}
	}
	return said == word || strings.HasSuffix(said, "ies") && word == strings.TrimSuffix(said, "ies")+"y"
}

// worded finds a text in the user's words in another form.
func (c *Context) worded(n needle) (Origin, bool) {
	if !n.isText || n.isNumber || len(n.plain) > 80 || strings.ContainsAny(strings.TrimRight(n.plain, "#"), "@/\\:_#") || strings.ContainsFunc(n.plain, unicode.IsDigit) {
		return Origin{}, false
	}
	want := fieldsOf(n.plain)
	if len(want) == 0 || len(want) > 6 {
		return Origin{}, false
	}
	for _, s := range c.sources {
		if s.Kind != FromUser || !s.speaks() || len(s.own.plain) > 10_000 {
			continue
		}
		if base, sign, ok := spoken.Signed(n.written); ok {
			if spoken.SaysSigned(base, sign, s.own.text) {
				return derived(s.Label, s.ID), true
			}
			continue
		}
		at := s.own.wordedAt(want, strings.ContainsFunc(n.written, unicode.IsUpper))
		if at < 0 || !s.plainlySaid(at) || c.lists(want) {
			continue
		}
		return derived(s.Label, s.ID), true
	}
	return Origin{}, false
}

// lists reports whether a result has a value that is one of the forms in which the words might stand:
// then that one may be meant.
func (c *Context) lists(want []string) bool {
	last := want[len(want)-1]
	return slices.ContainsFunc([]string{"s", "es", "n", "en", "e"}, func(end string) bool {
		key := strings.Join(append(slices.Clone(want[:len(want)-1]), last+end), " ")
		return slices.ContainsFunc(c.sources, func(s *source) bool { return s.leaves != nil && len(s.leaves.byKey[key]) > 0 })
	})
}

// fieldsOf cuts a text in lower case into words.
func fieldsOf(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !wordRune(r) && !unicode.Is(unicode.M, r) })
}

// wordedAt returns the place at which the words stand one after another, with their endings and with
// small words between, or -1.
func (t *ownText) wordedAt(want []string, name bool) int {
	names := slices.DeleteFunc(slices.Clone(want), func(w string) bool { return titles[w] > 0 })
	if len(names) == 0 {
		return -1
	}
	var words []group
	for from := 0; from < len(t.plain); {
		i := strings.IndexFunc(t.plain[from:], func(r rune) bool { return wordRune(r) || unicode.Is(unicode.M, r) })
		if i < 0 {
			break
		}
		from += i
		end := strings.IndexFunc(t.plain[from:], func(r rune) bool { return !wordRune(r) && !unicode.Is(unicode.M, r) })
		if end < 0 {
			end = len(t.plain) - from
		}
		words = append(words, group{from, t.plain[from : from+end]})
		from += end
	}
	for i := range words {
		at, k, skipped := -1, i, 0
		for _, w := range names {
			before := ""
			for k < len(words) && at >= 0 && words[k].text != w && skipped < 2 && smallWords[words[k].text] {
				k, skipped = k+1, skipped+1
			}
			if k > 0 {
				before = words[k-1].text
			}
			if k == len(words) || at >= 0 && strings.ContainsAny(t.plain[words[k-1].at:words[k].at], ".,;:!?()") ||
				!(inflected(words[k].text, w, before) || !name && plural(words[k].text, w) || at >= 0 && len(names) > 1 && words[k].text == w) {
				at = -1
				break
			}
			if at < 0 {
				at = words[k].at
			}
			k++
		}
		if at < 0 || !boundary(t.plain, at, true) || !boundary(t.plain, words[k-1].at+len(words[k-1].text), false) || t.halved(at, words[k-1].at+len(words[k-1].text)) || goesOn(t.plain, at, words[k-1].at+len(words[k-1].text)) {
			continue
		}
		if len(names) < len(want) && !t.titled(words, i, k, want) {
			continue
		}
		return at
	}
	return -1
}

// titled reports whether the title of a name is the one that the user gave it, in whatever language, or
// the user gave it none.
func (t *ownText) titled(words []group, i, k int, want []string) bool {
	for _, w := range want {
		if title := titles[w]; title > 0 {
			before, behind := 0, 0
			if i > 0 {
				before = titles[words[i-1].text]
			}
			if k < len(words) {
				behind = titles[words[k].text]
			}
			if before != 0 && before != title || before == 0 && behind != 0 && behind != title {
				return false
			}
		}
	}
	return true
}

// translated finds an everyday word, such as a direction or a colour, that the user said in another
// language.
func (c *Context) translated(n needle) (Origin, bool) {
	if !n.isText || spoken.Contrary(n.plain) != "" {
		return Origin{}, false // a state is what the order makes of it
	}
	for _, s := range c.sources {
		if s.Kind != FromUser || !s.speaks() {
			continue
		}
		if said, known := s.own.spoken().Option(n.plain); said && known && !negatedWord.MatchString(s.own.plain) {
			return derived(s.Label, s.ID), true
		}
	}
	return Origin{}, false
}

// negatedWord are words by which something in a text may be meant to be left out.
var negatedWord = regexp.MustCompile(`\b(?:not|never|don't|don’t|except|without|but|nicht|kein[en]?|außer|ohne|pas|sauf|sans|non|tranne|senza|no|excepto|salvo|sin|não|exceto|sem)\b|नहीं|मत|ไม่|ห้าม|ยกเว้น`)
