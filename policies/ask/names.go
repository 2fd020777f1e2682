package ask

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The words of tools' names, and the nouns of acts.

// AlsoNoun reports whether a word of a tool's name more often says what it works on.
func AlsoNoun(w string) bool { return alsoNouns[w] || alsoNouns[strings.TrimSuffix(w, "s")] }

var alsoNouns = set(`mail email e-mail message text file note book order review record draft post comment test call sign contact phone copy new log tip open plan move share name rent
	tidy mop dust iron press polish wax chill boil steam bake roast grill toast mix blend pour fill drain flush brew plate cut slice trim clip light season salt lay plant pot harvest pick prune
	weed feed manure spray mist water brush walk exercise foster mate hatch stable pen trap free fix service exchange switch substitute mount pump fuel gas charge tow park lift drill saw paint
	glue stick sand grind oil grease tune level zero crush spin shake measure stain dye color colour sticker dump sample rotate push pull fold stack pile wrap pack bill invoice credit fine
	discount stock stamp seal issue laminate staple scan fax lease auction bid value excuse grade score dose treat dress bandage wake seat place escort upgrade downgrade vote pair match train
	coach interview alert praise report play tape stream air snooze crop export import zip split join link sync patch scale program sound dock film board anchor moor berth land delay advance
	reroute hold raise cast stage tour loan display shelve request search rate compost dry warm wash frost filter cover double map box track point hose plug patrol view page can jar bottle smoke cure shave massage appeal tax frame catalogue caption pin focus rank fence shoe saddle rake shovel flood dive salt`)

// NameWords splits a tool's name: send_mail, sendMail and send-mail are send and mail.
func NameWords(name string) []string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		if unicode.IsUpper(r) && lower {
			b.WriteByte(' ')
		}
		lower = unicode.IsLower(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.FieldsFunc(b.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
}

// Words are the English verbs by which a user may ask for the acts.
func (a Acts) Words() []string {
	var out []string
	for _, v := range slices.Concat(a.verbs, a.weak) {
		base, _, _ := strings.Cut(v, "+")
		out = append(out, base)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Strict reports whether the object of the acts must be named.
func (a Acts) Strict() bool { return a.strict }

// Deed reports whether the tool's own name is that of a deed.
func (a Acts) Deed() bool {
	return slices.ContainsFunc(a.named, func(w string) bool { return find(w) != nil })
}

// Nouns are the English words for what the acts work on.
func (a Acts) Nouns() []string { return a.nouns }

// With returns the acts with more nouns.
func (a Acts) With(nouns ...string) Acts {
	a.nouns = append(slices.Clone(a.nouns), nouns...)
	return a
}

// Deed returns the deed that a choice of an argument names, as archive or archived, or "".
func Deed(choice string) string {
	words := NameWords(choice)
	if len(words) == 0 || len(words) > 3 {
		return ""
	}
	if find(words[0]) != nil {
		return choice
	}
	if len(words) == 1 {
		for base := range enVerbs {
			if actNames[base] != nil && english(words[0], base) == done {
				return base
			}
		}
	}
	return ""
}

// isNoun reports whether a token is a noun of the acts.
func (a *Acts) isNoun(t *token) bool {
	if t.sign || t.quoted {
		return false
	}
	if last := compounded(t.text); last != "" && !slices.Contains(a.nouns, t.text) && !slices.ContainsFunc(a.objects, func(o token) bool { return o.text == t.text }) {
		return a.isNoun(&token{text: last, fold: fold(last)})
	}
	for _, n := range a.nouns {
		if t.text == n || t.text == n+"s" || t.text == n+"es" {
			return true
		}
	}
	for i := range a.objects {
		if sameWord(t, &a.objects[i], anyLang) || headOf(t, &a.objects[i]) != "" {
			return true
		}
	}
	for _, b := range a.begins {
		if strings.HasPrefix(t.fold, b) && (utf8.RuneCountInString(b) >= 4 || t.fold == b || !isASCII(b) || len(t.fold) <= len(b)+1) {
			return true
		}
	}
	return false
}

// headOf returns what a German compound says of a thing of which it is one: "physik" for Physikstunde and Stunde; "" if it is
// none.
func headOf(t, thing *token) string {
	const least = 4 // letters of each
	if !t.capped || len(t.text) < len(thing.text)+least || len(thing.text) < least || strings.ContainsAny(t.text, "-0123456789") {
		return ""
	}
	for _, end := range []string{"", "n", "e", "en", "s", "es"} {
		if first, ok := strings.CutSuffix(t.text, thing.text+end); ok {
			return first
		}
	}
	return ""
}

// Apart sets the German compounds of a text apart whose last part is a thing of the acts: "die Physik Stunde".
func (a *Acts) Apart(text string) string {
	list := tokens(text)
	for i := range slices.Backward(list) {
		t := &list[i]
		for k := range a.objects {
			if first := headOf(t, &a.objects[k]); first != "" && t.at+len(first) <= len(text) {
				text = text[:t.at+len(first)] + " " + text[t.at+len(first):]
				break
			}
		}
	}
	return text
}

// compounded is the last part of a word that hyphens join of others, as ph-analyse; "" if it is none, or
// its first part says what it is not: non-smoking.
func compounded(w string) string {
	first, rest, ok := strings.Cut(w, "-")
	if !ok || first == "" || privative[first] || strings.ContainsAny(w, "0123456789._/@") {
		return ""
	}
	return rest[strings.LastIndexByte(rest, '-')+1:]
}

var privative = set("non no not anti un nicht ex ohne sans sin sem pre post semi sub e")

// hasNoun reports whether words hold a noun of the acts.
func (a *Acts) hasNoun(words []token) bool {
	return slices.ContainsFunc(words, func(t token) bool { return a.isNoun(&t) })
}
