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
	conceptOf, _ := concepts()
	if len(conceptOf[strings.Join(choiceWords(thing), "_")]) == 0 {
		return false
	}
	w := makeEveryday([]string{thing, other})
	if w == nil {
		return false
	}
	said, _ := w.Said(thing, text)
	return said
}

// everydayOf holds the words of the lists that were asked for: the schemas of a process are few, and read again
// with each bundle.
var everydayOf sync.Map // *Wording by members

func makeEveryday(members []string) *Wording {
	w := &Wording{}
	conceptOf, all := concepts()
	own := map[*concept]bool{}
	for _, m := range members {
		for _, k := range conceptOf[strings.Join(choiceWords(m), "_")] {
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
