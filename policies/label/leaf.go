package label

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A trusted result gives trust to its leaves and to nothing else: a word inside one of
// its texts is no value of its own.

// leaf is one value of a trusted result, and where it stands.
type leaf struct {
	key    string // see leafKey
	path   string // with * for each place in a list: "orders.*.id"
	record string // the object or list element around it, by its place
	number string // canonical, of a number or a text that spells one
	day    string
	minute int
	part   bool // a part of what the tool wrote: an address in a mailbox, an amount before its currency
}

// leafKey is the form in which leaves are compared: letter by letter but for case and
// blanks; a break of a line stays one.
func leafKey(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i := range lines {
		lines[i] = plain(lines[i])
	}
	return strings.Join(lines, "\n")
}

// maxLeaves bounds what is indexed of one result; leaves beyond it give no trust.
const maxLeaves = 20_000

// leafIndex holds the leaves of one result.
type leafIndex struct {
	all    []leaf
	byKey  map[string][]int
	byNum  map[string][]int
	byPath map[string][]int
	byRow  map[string][]int // by record
	flags  map[string]map[string]bool
}

func newLeafIndex(text string) *leafIndex {
	x := &leafIndex{byKey: map[string][]int{}, byNum: map[string][]int{}, byPath: map[string][]int{}, byRow: map[string][]int{}, flags: map[string]map[string]bool{}}
	var v any
	if text != "" && strings.ContainsRune("{[", rune(text[0])) && decodeOne(text, &v) {
		x.walk(v, "", "")
	} else {
		x.text(text)
	}
	return x
}

func decodeOne(text string, v *any) bool {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	return dec.Decode(v) == nil && !dec.More()
}

// text reads a result that is no JSON: the whole of it, its lines, and what stands
// behind the first colon or between the tabs of a line.
func (x *leafIndex) text(text string) {
	whole := strings.TrimSpace(text)
	x.add(whole, "", "", false)
	for i, line := range strings.Split(whole, "\n") {
		record := strconv.Itoa(i)
		if line = strings.TrimSpace(line); line != whole {
			x.add(line, "*", record, false)
		}
		if name, value, ok := strings.Cut(line, ": "); ok && len(strings.Fields(name)) <= 3 {
			x.add(strings.TrimSpace(value), "*."+plain(name), record, false)
		}
		if cells := strings.FieldsFunc(line, func(r rune) bool { return r == '\t' || r == '|' }); len(cells) > 1 {
			for j, cell := range cells {
				x.add(strings.TrimSpace(cell), "*."+strconv.Itoa(j), record, false)
			}
		}
	}
}

func (x *leafIndex) walk(v any, path, record string) {
	join := func(k string) string {
		if path == "" {
			return k
		}
		return path + "." + k
	}
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			x.add(k, join("{}"), record, false) // a map's keys are values too
			if is, ok := e.(bool); ok {
				if x.flags[record] == nil {
					x.flags[record] = map[string]bool{}
				}
				x.flags[record][strings.ToLower(k)] = is
			}
			x.walk(e, join(strings.ToLower(k)), record)
		}
	case []any:
		for i, e := range v {
			x.walk(e, join("*"), record+"/"+strconv.Itoa(i))
		}
	case string:
		x.add(v, path, record, false)
	case json.Number:
		d, _ := decimal(v.String())
		x.put(leaf{key: leafKey(v.String()), path: path, record: record, number: d, minute: -1})
	}
}

// add indexes a text and the parts of it that a tool writes together: the address of a
// mailbox, a list of addresses, an amount with its currency.
func (x *leafIndex) add(s, path, record string, part bool) {
	if strings.TrimSpace(s) == "" {
		return
	}
	n, _ := newNeedle(s)
	l := leaf{key: leafKey(s), path: path, record: record, number: n.number, minute: -1, part: part}
	if n.isMoment {
		l.day, l.minute = n.day, n.minute
	} else if !n.isNumber {
		if d, ok := amount(s); ok {
			x.put(leaf{key: "#" + d, path: path, record: record, number: d, minute: -1, part: true})
		}
	}
	x.put(l)
	if part || !strings.Contains(s, "@") {
		return
	}
	if list := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' }); len(list) > 1 {
		for _, e := range list {
			if strings.Contains(e, "@") {
				x.add(strings.TrimSpace(e), path, record, true)
			}
		}
	}
	if open, shut := strings.LastIndexByte(s, '<'), strings.LastIndexByte(s, '>'); open >= 0 && shut > open+1 {
		x.add(s[open+1:shut], path, record, true)
	}
}

func (x *leafIndex) put(l leaf) {
	if len(x.all) == maxLeaves {
		return
	}
	i := len(x.all)
	x.all = append(x.all, l)
	x.byKey[l.key] = append(x.byKey[l.key], i)
	if l.number != "" {
		x.byNum[l.number] = append(x.byNum[l.number], i)
	}
	x.byPath[l.path] = append(x.byPath[l.path], i)
	x.byRow[l.record] = append(x.byRow[l.record], i)
}

// find returns the leaves that are the value.
func (x *leafIndex) find(n needle) []int {
	if n.isNumber {
		if at := x.byNum[n.number]; len(at) > 0 || !n.isText {
			return at
		}
	}
	if at := x.byKey[n.lined]; len(at) > 0 {
		return at
	}
	if !n.isMoment || n.isNumber {
		return nil
	}
	var out []int
	for i := range x.all { // the same moment in another spelling, or its day or its time alone
		l := &x.all[i]
		if l.day == "" && l.minute < 0 {
			continue
		}
		if n.day != "" && n.minute >= 0 && (n.day != l.day || n.minute != l.minute) || n.day != l.day && n.minute < 0 || n.day == "" && n.minute != l.minute {
			continue
		}
		out = append(out, i)
	}
	return out
}

// has reports whether one of the leaves is the value.
func (x *leafIndex) has(n needle) bool {
	at := x.find(n)
	if !n.isAmount {
		return len(at) > 0
	}
	return slices.ContainsFunc(at, func(i int) bool { return !idPath(x.all[i].path) })
}

// amount reads a number that stands with nothing but a currency or a unit.
func amount(s string) (string, bool) {
	s = strings.TrimSpace(s)
	number := strings.TrimFunc(s, func(r rune) bool { return !unicode.IsDigit(r) && r != '-' })
	if number == "" || len(s)-len(number) > 8 {
		return "", false
	}
	rest := strings.TrimSpace(strings.Replace(s, number, " ", 1))
	if rest == "" || !currency.MatchString(rest) {
		return "", false
	}
	d, ok := ownReading(strings.TrimPrefix(number, "-"))
	if ok && number[0] == '-' {
		d = "-" + d
	}
	return d, ok
}
