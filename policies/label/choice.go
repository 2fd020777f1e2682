package label

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A tool that lists things vouches for each of them, and not for which one is meant.
// Who chose is settled here: the user's words, by naming something that only one of
// them has or by the greatest or the least of a number, or nobody that we can see.

// Several reports whether a value is one of several like it in every trusted result
// that holds it, and nothing in the user's words picks it. The words that pick must
// stand in one sentence with a word for the act, if such words are given. With a
// kind, the value names a thing of that kind: then the other numbers of its record are
// not like it, and things of another kind, that are numbered alike, are others. Nor are the
// numbers of its record that the call's other arguments are.
func (c *Context) Several(value any, acts, kind []string, others ...any) bool {
	w := asked{acts: acts, kind: kind}
	for _, o := range others {
		if n, ok := newNeedle(o); ok && n.isNumber {
			w.others = append(w.others, n.number)
		}
	}
	n, ok := newNeedle(value)
	if !ok {
		return false
	}
	some := false
	for _, src := range c.sources {
		if src.leaves == nil || src.speaks() {
			continue
		}
		at := src.leaves.find(n)
		if len(kind) > 0 {
			some = some || len(at) > 0
			at = slices.DeleteFunc(slices.Clone(at), func(i int) bool { return !src.of(kind, src.leaves.all[i].path) })
		}
		if len(at) == 0 {
			continue
		}
		if src.repeats(n.lined) { // what was asked for says nothing of who chose it
			some = true
			continue
		}
		if !src.Picked && c.covered(src) && c.picked(src, at, w) {
			return false
		}
		some = true
	}
	return some
}

// Contrary reports whether a value is one of several of a result's, of which the user's words
// name another: "renew the book Emma", and the call is about Rayuela.
func (c *Context) Contrary(value any) bool {
	w := asked{}
	n, ok := newNeedle(value)
	if !ok {
		return false
	}
	contrary := false
	for _, src := range c.sources {
		if src.leaves == nil || src.speaks() {
			continue
		}
		for _, i := range src.leaves.find(n) {
			l := &src.leaves.all[i]
			if l.part || c.speaks(l) || !c.among(src, i) || c.named(src, i, w) || c.extreme(src, i, w) || c.counted(src, i, w) || c.everyone(w) {
				return false
			}
			contrary = contrary || c.namesAnother(src, l)
		}
	}
	return contrary
}

// namesAnother reports whether the user's words hold a whole value of a list's record other
// than the leaf's. They are looked up among the values, of which there may be far more.
func (c *Context) namesAnother(src *source, l *leaf) bool {
	x, named := src.leaves, map[string]bool{}
	for _, s := range c.sources {
		if s.Kind != FromUser || !s.speaks() {
			continue
		}
		words := strings.FieldsFunc(s.own.plain, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:!?()\"“”„«»", r) })
		for i := range words[:min(len(words), soughtWords)] {
			for k := i + 1; k <= min(i+nameWords, len(words)); k++ {
				at := x.byKey[strings.TrimRight(strings.Join(words[i:k], " "), ".")]
				if len(at) > nameWords { // what many have names none
					continue
				}
				for _, j := range at {
					o := &x.all[j]
					same := func(r string) bool { return r == o.record || strings.HasPrefix(r, o.record+"/") }
					if len(o.key) < 2 || isKey(o.path) || named[o.record] || !c.names(x, o, same, asked{}) {
						continue
					}
					record := o.record
					for named[record] = true; strings.Contains(record, "/"); named[record] = true { // and what holds it
						record = record[:strings.LastIndexByte(record, '/')]
					}
				}
			}
		}
	}
	return len(named) > 0 && slices.ContainsFunc(x.byPath[l.path], func(j int) bool {
		o := &x.all[j]
		return o.key != l.key && !o.part && o.record != l.record && named[o.record]
	})
}

const (
	soughtWords = 2000 // of one text of the user's that may name a record
	nameWords   = 5    // of a name, and members of its record that may hold it
)

// TakenOut reports whether a value is one of several of a result's, and its record is one that
// a text names, or none of them is.
func (c *Context) TakenOut(value any, texts []string) bool {
	n, ok := newNeedle(value)
	if !ok {
		return false
	}
	said := ""
	for _, t := range texts {
		said += "\n" + leafKey(t) + "\n"
	}
	for _, src := range c.sources {
		if src.leaves == nil || src.speaks() {
			continue
		}
		x, resolved := src.leaves, false
		mine, some := map[string]bool{}, false
		for _, i := range x.find(n) {
			if l := &x.all[i]; !l.part && c.among(src, i) {
				mine[l.record], some = true, true
			}
		}
		if !some {
			continue
		}
		for i := range x.all {
			if o := &x.all[i]; len(o.key) > 1 && !isKey(o.path) && holdsWords(said, strings.TrimPrefix(o.key, "#")) {
				if mine[o.record] {
					return true
				}
				resolved = true
			}
		}
		if !resolved {
			return true
		}
	}
	return false
}

// holdsWords reports whether a text holds another as whole words.
func holdsWords(text, words string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], words)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(words)
		before, _ := utf8.DecodeLastRuneInString(text[:from])
		after, _ := utf8.DecodeRuneInString(text[to:])
		if !unicode.IsLetter(before) && !unicode.IsDigit(before) && !unicode.IsLetter(after) && !unicode.IsDigit(after) {
			return true
		}
		at = to
	}
}

// covered reports whether a result that was asked for by values picked from a list is no
// choice after all: the tool was asked for each of that list.
func (c *Context) covered(src *source) bool {
	return !slices.ContainsFunc(src.PickedBy, func(v string) bool {
		n, _ := newNeedle(v)
		return !slices.ContainsFunc(c.sources, func(list *source) bool {
			return list.leaves != nil && list.Tool != src.Tool && slices.ContainsFunc(list.leaves.find(n), func(i int) bool {
				return !slices.ContainsFunc(list.leaves.byPath[list.leaves.all[i].path], func(j int) bool {
					key := list.leaves.all[j].key
					return !slices.ContainsFunc(c.sources, func(s *source) bool { return s.Tool == src.Tool && s.repeats(key) })
				})
			})
		})
	})
}

// repeats reports whether the call behind a result was given the value.
func (s *source) repeats(key string) bool {
	return slices.ContainsFunc(s.Args, func(a string) bool { return leafKey(a) == key })
}

// of reports whether what stands at a path of the source is of a kind: the tool or a
// member around it is named for it.
func (s *source) of(kind []string, path string) bool {
	names := strings.FieldsFunc(strings.ToLower(s.Tool+" "+path), func(r rune) bool { return !unicode.IsLetter(r) })
	return slices.ContainsFunc(kind, func(k string) bool {
		return slices.ContainsFunc(names, func(w string) bool { return form(w, k) || form(k, w) })
	})
}

// picked reports whether one of the places at which a value stands is the only one of
// its kind, or picked by the user's words: by a name or a superlative among records, by
// the name of the member among the numbers of one.
func (c *Context) picked(src *source, at []int, w asked) bool {
	for _, i := range at {
		l := &src.leaves.all[i]
		if l.part {
			continue
		}
		if c.among(src, i) && !c.named(src, i, w) && !c.extreme(src, i, w) && !c.counted(src, i, w) && !c.everyone(w) {
			continue
		}
		if l.number != "" && len(w.kind) == 0 && c.besides(src, i, w) && !c.member(l.path) {
			continue
		}
		return true
	}
	return false
}

// isKey reports whether a path is that of a key of a map.
func isKey(path string) bool { return strings.HasSuffix(path, "{}") }

// among reports whether another element of a list has another value at the leaf's place.
func (c *Context) among(src *source, i int) bool {
	x, l := src.leaves, &src.leaves.all[i]
	return slices.ContainsFunc(x.byPath[l.path], func(j int) bool { return x.all[j].key != l.key && !x.all[j].part })
}

// besides reports whether the leaf's record has other numbers that the user did not name.
func (c *Context) besides(src *source, i int, w asked) bool {
	x, l := src.leaves, &src.leaves.all[i]
	return slices.ContainsFunc(x.byRow[l.record], func(j int) bool {
		o := &x.all[j]
		return o.number != "" && o.key != l.key && o.path != l.path && !isKey(o.path) && !idPath(o.path) && !src.echo[squash(o.key)] && !c.speaks(o) && !slices.Contains(w.others, o.number)
	})
}

// member reports whether the user's words hold the name of a member.
func (c *Context) member(path string) bool {
	name := path[strings.LastIndexByte(path, '.')+1:]
	return !idPath(path) && c.Says(strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }))
}

// synonyms are words by which people name the things that tools keep.
var synonyms = map[string][]string{
	"email": {"mail", "message"}, "mail": {"email", "message"}, "message": {"mail", "email", "post"}, "file": {"document", "doc"}, "document": {"file", "doc"},
	"event": {"appointment", "meeting"}, "appointment": {"event", "meeting"}, "meeting": {"event", "appointment"}, "transaction": {"payment", "transfer", "order"},
	"user": {"member", "person", "people", "account"}, "member": {"user", "person", "people"}, "channel": {"group"}, "order": {"purchase"}, "booking": {"reservation"}, "reservation": {"booking"},
}

// SeveralList is [Context.Several] for the elements of one list: where they are all
// that one list of a result holds, and no other list stands in its place, nobody chose.
func (c *Context) SeveralList(values []any, acts []string) bool {
	keys := map[string]bool{}
	for _, v := range values {
		n, ok := newNeedle(v)
		if !ok {
			return true
		}
		keys[n.lined] = true
	}
	for _, src := range c.sources {
		if src.leaves == nil || src.speaks() || src.Picked || !c.covered(src) {
			continue
		}
		if src.leaves.whole(keys) {
			return false
		}
	}
	return slices.ContainsFunc(values, func(v any) bool { return c.Several(v, acts, nil) })
}

// whole reports whether the keys are all leaves of the only list at some path.
func (x *leafIndex) whole(keys map[string]bool) bool {
	for path, at := range x.byPath {
		if !strings.HasSuffix(path, ".*") && path != "*" {
			continue
		}
		found, around := 0, map[string]bool{}
		for _, i := range at {
			l := &x.all[i]
			around[l.record[:max(0, strings.LastIndexByte(l.record, '/'))]] = true
			if keys[l.key] {
				found++
			}
		}
		if len(around) == 1 && found == len(at) && found >= len(keys) && found > 0 {
			return true
		}
	}
	return false
}

// idPath reports whether a path ends in what names a thing: the greatest id is no
// greatest thing.
func idPath(path string) bool {
	last := strings.Trim(path[strings.LastIndexByte(path, '.')+1:], "_")
	return last == "id" || strings.HasSuffix(last, "_id") || last == "uuid"
}

// asked is what the words that pick must stand together with, in one sentence: a word
// for the act, and one for the kind of thing; none is any.
type asked struct {
	acts, kind []string
	others     []string // numbers of the call's other arguments
}

func (w asked) in(t *ownText) bool {
	if len(w.acts) > 0 && !t.asks(w.acts) {
		return false
	}
	if len(w.kind) == 0 || t.asks(w.kind) {
		return true
	}
	return slices.ContainsFunc(w.kind, func(k string) bool { return t.asks(synonyms[k]) })
}

// everyone reports whether the user asked for the act on all things: "every user",
// with no condition behind it.
func (c *Context) everyone(w asked) bool {
	return c.sentence(func(t *ownText) bool { return t.all() && w.in(t) })
}

// together reports whether a sentence of the user's holds one of the words, and what is
// wanted.
func (c *Context) together(words []string, w asked) bool {
	return c.sentence(func(t *ownText) bool { return t.asks(words) && w.in(t) || t.superlative(words[0]) })
}

// sentence reports whether f holds of a sentence of the user's.
func (c *Context) sentence(f func(*ownText) bool) bool {
	return slices.ContainsFunc(c.sources, func(s *source) bool {
		return s.Kind == FromUser && s.speaks() && slices.ContainsFunc(s.own.sentences(), f)
	})
}
