package label

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Record is what a result says of one thing: an object of it, or the whole of a text.
// Whoever wrote it, it is evidence for a condition that the user set.
type Record struct {
	Words   []string        // in lower case, names of members apart
	Numbers []Measure       // names of things apart
	Names   map[string]bool // of its members that hold texts
	own     *ownText
	keys    map[string]bool
	nested  bool
	open    []string // of its texts, until they are read
	text    string
}

// Measure is a number of a record, and the name of its member, "" in a text.
type Measure struct {
	Name  string
	Value float64
}

// maxRecords bounds what is read of one result for conditions.
const maxRecords = 2000

// newRecords reads a result.
func newRecords(text string) []*Record {
	var v any
	if text == "" || !strings.ContainsRune("{[", rune(text[0])) || !decodeOne(text, &v) {
		return []*Record{{text: text, open: []string{text}}}
	}
	var out []*Record
	collect(v, "", &out, nil)
	return out
}

// collect takes each object of a value as a record; what it holds in itself is its, too.
func collect(v any, name string, out *[]*Record, in []*Record) {
	switch v := v.(type) {
	case map[string]any:
		if len(*out) == maxRecords {
			return
		}
		r := &Record{keys: map[string]bool{}, nested: true}
		*out = append(*out, r)
		for _, k := range sorted(v) {
			if entry := entryOf(k, v[k]); entry != nil && len(*out) < maxRecords {
				*out = append(*out, entry)
			}
			collect(v[k], strings.ToLower(k), out, append(in[:len(in):len(in)], r))
		}
	case []any:
		for _, e := range v {
			collect(e, name, out, in)
		}
	case string:
		for _, r := range in {
			if r.Names == nil {
				r.Names = map[string]bool{}
			}
			r.Names[name] = true
			r.keys[leafKey(v)] = true
			r.open = append(r.open, v)
			if d, ok := amount(v); ok {
				r.number(name, d)
			} else if plainNumber(v) {
				r.number(name, v)
			} else if len(v) < 2000 {
				for _, m := range labelled.FindAllStringSubmatch(v, 20) { // "Rating: 4.2"
					for n := range strings.SplitSeq(m[2], " - ") {
						r.number(strings.ToLower(m[1]), n)
					}
				}
			}
		}
	case json.Number:
		for _, r := range in {
			d, _ := decimal(v.String())
			r.keys[d] = true
			r.number(name, d)
		}
	case bool:
		for _, r := range in {
			if v {
				r.open = append(r.open, strings.ReplaceAll(name, "_", " "))
			} else {
				r.open = append(r.open, "not "+strings.ReplaceAll(name, "_", " "))
			}
		}
	}
}

// labelled is a number behind a name.
var labelled = regexp.MustCompile(`(\pL[\pL _]{1,30}): ?[€$£]?(\d+(?:\.\d+)?(?: - \d+(?:\.\d+)?)?)(?:[^\d:.-]|$)`)

// entryOf is the record of one entry of a map whose keys name things.
func entryOf(key string, v any) *Record {
	switch v.(type) {
	case string, json.Number:
	default:
		return nil
	}
	if key == strings.ToLower(key) && !strings.ContainsAny(key, " @.") {
		return nil
	}
	r := &Record{keys: map[string]bool{leafKey(key): true}, nested: true}
	collect(v, strings.ToLower(key), nil, []*Record{r})
	return r
}

func sorted(m map[string]any) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (r *Record) number(name, d string) {
	if f, err := strconv.ParseFloat(d, 64); err == nil && !idPath(name) {
		r.Numbers = append(r.Numbers, Measure{name, f})
	}
}

// read cuts the texts of a record into words; the numbers of a text that is no object are its.
func (r *Record) read() {
	for _, text := range r.open {
		r.Words = append(r.Words, strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !wordPart(c) })...)
		r.Words = append(r.Words, ".")
	}
	r.open = nil
	if r.own == nil {
		r.own = newOwnText(r.text)
		r.own.plainly = true
		if !r.nested {
			for n := range r.own.values.numbers {
				r.number("", n)
			}
		}
	}
}

func wordPart(r rune) bool {
	return wordRune(r) || r == '\'' || r == '-' || r >= 0x300 && !strings.ContainsRune("“”‘’«»…–—", r)
}

// holds reports whether a record has a value.
func (r *Record) holds(n needle) bool {
	if r.nested {
		return r.keys[n.lined] || n.isNumber && r.keys[n.number]
	}
	r.read()
	return r.own.says(n, false) > 0
}

// Records returns what results say of the things that the values name: the smallest objects that
// hold one of them, or all of them if none does; of no values all that was read.
func (c *Context) Records(values []any) []*Record {
	var all, about []*Record
	var needles []needle
	for _, v := range values {
		if n, ok := newNeedle(v); ok {
			needles = append(needles, n)
		}
	}
	for _, s := range c.sources {
		if s.speaks() || s.Kind != FromResult {
			continue
		}
		for _, r := range s.records {
			all = append(all, r)
			if slices.ContainsFunc(needles, r.holds) {
				about = append(about, r)
			}
		}
	}
	if len(about) > 0 {
		all = about
		if own := slices.DeleteFunc(slices.Clone(about), func(r *Record) bool { return !r.nested }); len(own) > 0 {
			all = own
		}
	}
	for _, r := range all {
		r.read()
	}
	return all
}

// At reports whether a result has a moment of a text.
func (c *Context) At(text string) bool {
	own := ownValues(text)
	return slices.ContainsFunc(c.sources, func(s *source) bool {
		if s.speaks() || s.Kind != FromResult {
			return false
		}
		for t := range own.times {
			if s.values.times[t] {
				return true
			}
		}
		return len(own.times) == 0 && slices.ContainsFunc(keysOf(own.dates), func(d string) bool { return s.values.dates[d] })
	})
}

// Free reports whether a result that tells of the day of a text has nothing at its time, nor in
// the hour from there on; known is false if none tells of that day, or the text does not name a
// day and a time. A text that may mean several wants all of them free.
func (c *Context) Free(text string) (yes, known bool) {
	own := ownValues(text)
	yes = true
	for _, src := range c.sources {
		if src.leaves == nil || src.speaks() || src.Kind != FromResult {
			continue
		}
		for record := range src.leaves.byRow {
			var list []string
			for _, m := range src.leaves.row(record).Members {
				if m.Day != "" && m.Moment != "" {
					list = append(list, m.Moment)
				}
			}
			if len(list) == 0 {
				continue
			}
			slices.Sort(list)
			from, to := list[0], list[len(list)-1]
			for day := range own.dates {
				for at := range own.times {
					asked, hour := momentOf(day, at), momentOf(day, at+60)
					known = known || len(list) > 1 && from < momentOf(day, 24*60) && to >= momentOf(day, 0)
					if from < hour && asked < to || from == asked {
						yes = false
					}
				}
			}
		}
	}
	return yes && known, known
}

// momentOf is a moment as rows have it.
func momentOf(day string, minute int) string { return fmt.Sprintf("%s %04d", day, minute) }

func keysOf(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

// MomentOf returns the day and the time of day that a value is, as "2006-01-02" and "15:04"; "" for what it has
// not.
func MomentOf(value string) (day, at string) {
	day, minute, ok := moment(strings.TrimSpace(value))
	if ok && minute >= 0 {
		at = fmt.Sprintf("%02d:%02d", minute/60, minute%60)
	}
	return day, at
}

// Moments reports whether a text names a time or a day.
func Moments(text string) bool {
	own := ownValues(text)
	return len(own.times)+len(own.dates) > 0
}

// Numbers returns the numbers that a text names, smallest first.
func Numbers(text string) []float64 {
	own := ownValues(text)
	var out []float64
	for n := range own.numbers {
		if f, err := strconv.ParseFloat(n, 64); err == nil {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return out
}

// Form reports whether a word is another, or an English form of it.
func Form(w, word string) bool { return form(w, word) }
