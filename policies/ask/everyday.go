package ask

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed lexicon/everyday.txt
var everydayText string

// concept is an everyday member of lists of choices: what tools call it, and the words for it.
type concept struct {
	words []worded
}

// concepts returns all of them, also by the names that tools give them, of which a few mean two things. They are read when a tool first needs them.
var concepts = sync.OnceValues(readConcepts)

func readConcepts() (map[string][]*concept, []*concept) {
	byName, all := map[string][]*concept{}, []*concept{}
	for line := range strings.Lines(everydayText) {
		columns := strings.Split(strings.TrimSpace(line), "|")
		if len(columns) != len(senseLangs)+2 || strings.HasPrefix(line, "#") {
			continue
		}
		k := &concept{}
		for i, l := range append([]lang{en}, senseLangs...) {
			for w := range strings.SplitSeq(columns[i+1], ",") {
				if w = strings.TrimSpace(w); w == "" || w == "-" {
					continue
				}
				if one := newWorded("", strings.ToLower(w), l); one != nil {
					k.words = append(k.words, *one)
				}
			}
		}
		all = append(all, k)
		for name := range strings.FieldsSeq(columns[0]) {
			byName[name] = append(byName[name], k)
		}
	}
	return byName, all
}

// Everyday returns the words that everybody has for the members of a list, or nil if none of them is an
// everyday one. A word for two of them is left out, and so is one that begins or ends what other things are
// called: a "business card" is no card to pay with.
func Everyday(members []string) *Wording {
	key := strings.Join(members, "\x00")
	if w, ok := everydayOf.Load(key); ok {
		return w.(*Wording)
	}
	w := makeEveryday(members)
	everydayOf.Store(key, w)
	return w
}

// SaysEveryday reports whether a text says a thing by a word that everybody has for it, beside another thing.
func SaysEveryday(thing, other, text string) bool {
	mine := conceptsOf(thing)
	if len(mine) == 0 {
		return false
	}
	w := wordingOf([]string{thing, other}, [][]*concept{mine, conceptsOf(other)})
	if w == nil {
		return false
	}
	said, _ := w.Said(thing, text)
	return said
}

// conceptsOf returns the concepts that the text of a row's member names: the whole of it, or words of it, also as people
// have them in any language: "2 boxes of books", "livres anciens".
func conceptsOf(thing string) (out []*concept) {
	const most = 60 // bytes of what is no prose
	byName, _ := concepts()
	parts := choiceWords(thing)
	if len(thing) > most || len(parts) == 0 {
		return nil
	}
	if out = byName[strings.Join(parts, "_")]; len(out) > 0 {
		return out
	}
	said := saidConcepts()
	for _, p := range parts {
		if len(p) < 3 {
			continue
		}
		list := byName[p]
		if len(list) == 0 {
			list = byName[strings.TrimSuffix(p, "s")]
		}
		if len(list) == 0 {
			list = said[p]
		}
		out = append(out, list...)
	}
	return out
}

// saidConcepts returns the concepts by the single words that people have for them.
var saidConcepts = sync.OnceValue(func() map[string][]*concept {
	_, all := concepts()
	out := map[string][]*concept{}
	for _, k := range all {
		for i := range k.words {
			if list := k.words[i].list; len(list) == 1 && !slices.Contains(out[list[0].text], k) {
				out[list[0].text] = append(out[list[0].text], k)
			}
		}
	}
	return out
})

// everydayOf holds the words of the lists that were asked for: the schemas of a process are few, and read again
// with each bundle.
var everydayOf sync.Map // *Wording by members

func makeEveryday(members []string) *Wording {
	conceptOf, _ := concepts()
	list := make([][]*concept, len(members))
	for i, m := range members {
		list[i] = conceptOf[strings.Join(choiceWords(m), "_")]
	}
	return wordingOf(members, list)
}

// wordingOf returns the words of the concepts of some members.
func wordingOf(members []string, list [][]*concept) *Wording {
	w := &Wording{}
	_, all := concepts()
	own := map[*concept]bool{}
	for i, m := range members {
		for _, k := range list[i] {
			own[k] = true
			for _, one := range k.words {
				one.member = m
				w.words = append(w.words, one)
			}
		}
	}
	if len(w.words) == 0 {
		return nil
	}
	w.words = slices.DeleteFunc(slices.Clone(w.words), func(a worded) bool {
		return slices.ContainsFunc(w.words, func(b worded) bool { return a.member != b.member && a.langs&b.langs != 0 && a.same(&b) })
	})
	for _, k := range all {
		if own[k] {
			continue
		}
		for _, longer := range k.words {
			if len(longer.list) > 1 && slices.ContainsFunc(w.words, func(a worded) bool { return a.member != "" && len(a.list) < len(longer.list) && a.partOf(&longer) }) {
				w.words = append(w.words, longer)
			}
		}
	}
	return w
}

// same reports whether one of two words is a form of the other.
func (one *worded) same(o *worded) bool {
	if len(one.list) != len(o.list) {
		return false
	}
	for k := range one.list {
		if !sameWord(&one.list[k], &o.list[k], one.langs) && !sameWord(&o.list[k], &one.list[k], one.langs) {
			return false
		}
	}
	return true
}

// partOf reports whether a word is a part of a longer one.
func (one *worded) partOf(longer *worded) bool {
	for i := 0; i+len(one.list) <= len(longer.list); i++ {
		part := worded{list: longer.list[i : i+len(one.list)], langs: longer.langs}
		if one.langs&longer.langs != 0 && one.same(&part) {
			return true
		}
	}
	return false
}

// WordsOf returns the words for a member.
func (w *Wording) WordsOf(member string) (out []string) {
	if w == nil {
		return nil
	}
	for _, one := range w.words {
		if one.member == member {
			out = append(out, one.text)
		}
	}
	return out
}

// EverydayLine is a line of the everyday members: what tools call them, and the words in each language,
// English, German, French, Italian, Spanish, Portuguese, Hindi and Thai; or one row in all of them, where a star
// ends what begins words.
type EverydayLine struct {
	Names []string
	Words []string
}

// EverydayLines lists the everyday members.
func EverydayLines() (out []EverydayLine) {
	for line := range strings.Lines(everydayText) {
		columns := strings.Split(strings.TrimSpace(line), "|")
		if len(columns) != len(senseLangs)+2 || strings.HasPrefix(line, "#") {
			continue
		}
		one := EverydayLine{Names: strings.Fields(columns[0])}
		for _, c := range columns[1:] {
			one.Words = append(one.Words, strings.TrimSpace(c))
		}
		out = append(out, one)
	}
	for line := range strings.Lines(choicesText) {
		if name, words, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && name[0] != '#' {
			out = append(out, EverydayLine{Names: []string{name}, Words: []string{words}})
		}
	}
	return out
}

// Saying reports whether the words for a choice are known, as for on, open or archive.
func Saying(choice string) bool {
	parts := choiceWords(choice)
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(p string) bool { return sayings[p] == nil })
}
