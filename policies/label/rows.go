package label

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Row is one element of a list that a trusted tool returned.
type Row struct {
	Members []Member
	Flags   map[string]bool // members that are true or false, by name
	List    string          // names the list
	Place   int             // in the list, from 0
	Path    string          // of the member that holds the value
}

// Member is a value of a row.
type Member struct {
	Name   string // as the tool calls it, in lower case
	Text   string // in lower case, with one blank for each run of blanks
	Number float64
	Amount bool // Number is the value, and it is no thing's name
	Day    string
	Moment string // the day and the time of day, in order
}

// maxRows bounds the rows that are looked at of one list.
const maxRows = 300

// Rows returns the elements of trusted lists that hold a value where others hold another, and
// those others.
func (c *Context) Rows(value any) (mine, others []Row) {
	n, ok := newNeedle(value)
	if !ok {
		return nil, nil
	}
	for _, src := range c.sources {
		if src.leaves == nil || src.speaks() {
			continue
		}
		x := src.leaves
		seen := map[string]bool{}
		for _, i := range x.find(n) {
			l := &x.all[i]
			if l.part || isKey(l.path) || !strings.Contains(l.path, "*") || !c.among(src, i) {
				continue
			}
			for _, j := range x.byPath[l.path] {
				o := &x.all[j]
				if seen[o.record] || len(mine)+len(others) == maxRows {
					continue
				}
				seen[o.record] = true
				row := x.row(o.record)
				row.Path = l.path
				row.List = fmt.Sprint(src.ID, "#", row.List)
				if o.key == l.key {
					mine = append(mine, row)
				} else {
					others = append(others, row)
				}
			}
		}
	}
	return mine, others
}

// Holding returns the records of trusted results that hold a value, also where there is no other.
func (c *Context) Holding(value any) (out []Row) {
	n, ok := newNeedle(value)
	if !ok {
		return nil
	}
	for _, src := range c.sources {
		if src.leaves == nil || src.speaks() {
			continue
		}
		x := src.leaves
		seen := map[string]bool{}
		for _, i := range x.find(n) {
			if l := &x.all[i]; !l.part && !isKey(l.path) && !seen[l.record] && len(out) < maxRows {
				seen[l.record] = true
				out = append(out, x.row(l.record))
			}
		}
	}
	return out
}

// Amount reports whether a value is a number of a trusted result, and no thing's name there.
func (c *Context) Amount(value any) bool {
	n, ok := newNeedle(value)
	if !ok {
		return false
	}
	for _, src := range c.sources {
		if src.leaves == nil || src.speaks() {
			continue
		}
		for _, i := range src.leaves.find(n) {
			if l := &src.leaves.all[i]; !l.part && l.number != "" && !isKey(l.path) && !idPath(l.path) {
				return true
			}
		}
	}
	return false
}

// row returns the members of a record.
func (x *leafIndex) row(record string) Row {
	r := Row{Flags: x.flags[record]}
	if i := strings.LastIndexByte(record, '/'); i >= 0 {
		r.List = record[:i]
		r.Place, _ = strconv.Atoi(record[i+1:])
	}
	for _, i := range x.byRow[record] {
		l := &x.all[i]
		if l.part || isKey(l.path) {
			continue
		}
		m := Member{Name: l.path[strings.LastIndexByte(l.path, '.')+1:], Text: strings.TrimPrefix(l.key, "#"), Day: l.day}
		if l.day != "" || l.minute >= 0 {
			m.Moment = fmt.Sprintf("%s %04d", l.day, max(l.minute, 0))
		}
		if l.number != "" && !idPath(l.path) {
			if f, err := strconv.ParseFloat(l.number, 64); err == nil {
				m.Number, m.Amount = f, true
			}
		}
		r.Members = append(r.Members, m)
	}
	return r
}

// Names returns how the tool calls the row's members.
func (r Row) Names() []string {
	var out []string
	for _, m := range r.Members {
		out = append(out, m.Name)
	}
	return out
}

// Holds reports whether a member is the one by which the row was found.
func (r Row) Holds(m Member) bool { return strings.HasSuffix("."+r.Path, "."+m.Name) }

// Member returns the row's member of a name.
func (r Row) Member(name string) (Member, bool) {
	i := slices.IndexFunc(r.Members, func(m Member) bool { return m.Name == name })
	if i < 0 {
		return Member{}, false
	}
	return r.Members[i], true
}
