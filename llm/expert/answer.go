package expert

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/llm"
)

var (
	// price is what asks for an amount of money, in eight languages.
	price = regexp.MustCompile(`(?i)\b(?:how much|what does|what did|prices?|costs?|pay|paid|charged?|worth|fees?|totals?|wie ?viel|kostet|kosten|preis|combien|coûte|prix|cuánto|cuesta|precio|quanto|costa|custa|preço|prezzo)\b|कितने|कितना|कीमत|दाम|ราคา|เท่าไร|เท่าไหร่`)
	// money are names of members that hold one, those that hold all of it first.
	money = strings.Fields("total amount price cost sum paid fee fare balance charge rate")
	// figure is a number in an answer.
	figure = regexp.MustCompile(`\d+(?:\.\d+)?`)
)

// lists is how somebody begins who wants to hear all that there is.
var lists = regexp.MustCompile(`^\W*(?:(?:please|hi|hello|hey|and|so|just|can you|could you)\b\W*)*(?:which|list|show|what are|tell me (?:all|which))\b`)

// The most members of a row, rows, and bytes of a value that are told.
const (
	mostListed = 6
	mostRows   = 8
	mostText   = 100
)

// Answer mends what a small model says of results: what it says of one row and took from
// another gives way to the row; a row that was asked for and is not told, and a member that
// was asked for, are told behind it. asked are the user's words.
func (rows Rows) Answer(asked, said string) string {
	if len(rows) == 0 || strings.TrimSpace(said) == "" || strings.HasSuffix(strings.TrimSpace(said), "?") {
		return said
	}
	named, told := rows.Named(asked), rows.Named(said)
	if len(named) == 1 && (len(told) == 1 && named[0].beside(told[0]) || rows.mixes(named[0], asked, said)) {
		return named[0].tell(asked)
	}
	if len(named) > 1 {
		blends := slices.ContainsFunc(strings.SplitAfter(said, ". "), func(s string) bool { return rows.blends(named, asked, s) })
		if blends {
			said = ""
		}
		slices.SortStableFunc(named, func(a, b Row) int { return a.place(asked) - b.place(asked) })
		for _, row := range named {
			if blends || !slices.ContainsFunc(told, func(r Row) bool { return maps.Equal(r, row) }) {
				said = strings.TrimSpace(said) + " " + row.tell(asked)
			}
		}
		return strings.TrimSpace(said)
	}
	if len(named) == 0 && lists.MatchString(strings.ToLower(asked)) && len(told) < len(rows) && len(rows) <= mostRows && rows.alike() {
		var all []string
		for _, row := range rows {
			all = append(all, row.tell(""))
		}
		return strings.Join(all, " ")
	}
	if len(rows) > 1 && len(named) == 0 {
		return said
	}
	row := rows[0]
	if len(named) == 1 {
		row = named[0]
	}
	for _, name := range row.asked(asked) {
		if !holds(said, row[name]) {
			said = strings.TrimSpace(said) + " " + upper(spoken(name)) + ": " + row[name] + "."
		}
	}
	return said
}

// place is where a text has a word that the row has, too.
func (r Row) place(text string) int {
	words := r.words()
	return slices.IndexFunc(split(text), func(w string) bool { return telling(w) && slices.Contains(words, w) })
}

// Without is a text without the sentences about what a tool does, which was not asked for;
// as it is where no others are left.
func Without(said, tool string, tools []llm.ToolSpec) string {
	own := slices.DeleteFunc(split(tool), func(w string) bool {
		return len(w) < 4 || slices.ContainsFunc(tools, func(t llm.ToolSpec) bool { return t.Name != tool && like(split(t.Name), w) })
	})
	if len(own) == 0 {
		return said
	}
	left := slices.DeleteFunc(strings.SplitAfter(said, ". "), func(sentence string) bool {
		return slices.ContainsFunc(split(sentence), func(w string) bool { return like(own, w) })
	})
	if text := strings.TrimSpace(strings.Join(left, "")); text != "" {
		return text
	}
	return said
}

// alike says that there are several rows, all of a kind, and none of prose.
func (rows Rows) alike() bool {
	return len(rows) > 1 && !slices.ContainsFunc(rows, func(r Row) bool {
		return !r.beside(rows[0]) && !maps.Equal(r, rows[0]) || slices.ContainsFunc(slices.Collect(maps.Values(r)), func(v string) bool { return len(v) > mostText })
	})
}

// blends says that a sentence has the name of one row and words of another.
func (rows Rows) blends(named Rows, asked, sentence string) bool {
	told := rows.Named(sentence)
	name := func(r Row) string {
		for _, member := range sortedRow(r) {
			if holds(asked, r[member]) {
				return r[member]
			}
		}
		return ""
	}
	for _, a := range named {
		for _, b := range told {
			if x, y := name(a), name(b); x != "" && y != "" && a.beside(b) && holds(sentence, x) && !holds(sentence, y) {
				return true
			}
		}
	}
	return false
}

// mixes says that a text says of a row a number that only others have.
func (rows Rows) mixes(row Row, asked, said string) bool {
	for _, n := range figure.FindAllString(said, -1) {
		if !row.has(n) && !holds(asked, n) && slices.ContainsFunc(rows, func(r Row) bool { return row.beside(r) && r.has(n) }) {
			return true
		}
	}
	return false
}

// beside says that rows are two of a kind: they have most members in common.
func (r Row) beside(other Row) bool {
	common := 0
	for name := range r {
		if _, ok := other[name]; ok {
			common++
		}
	}
	return !maps.Equal(r, other) && 3*common >= 2*max(len(r), len(other))
}

func (r Row) has(number string) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(r)), func(v string) bool { return holds(v, number) })
}

// asked are the members that a question asks for: by their names, or money.
func (r Row) asked(asked string) (out []string) {
	words := split(asked)
	said := func(w string) bool {
		return len(w) > 2 && slices.ContainsFunc(words, func(q string) bool { return len(q) > 2 && stem(q) == stem(w) })
	}
	asks := strings.Contains(asked, "?") || question.MatchString(strings.ToLower(asked))
	for _, name := range sortedRow(r) {
		parts := split(name)
		if asks && len(parts) > 0 && !slices.ContainsFunc(parts, func(w string) bool { return !said(w) }) && !holds(asked, r[name]) {
			out = append(out, name)
		}
	}
	if len(out) == 0 && price.MatchString(asked) {
		for _, w := range money {
			for _, name := range sortedRow(r) {
				if slices.Contains(split(name), w) && figure.MatchString(r[name]) {
					return []string{name}
				}
			}
		}
	}
	return out
}

// tell says what was asked for of a row, or what it has.
func (r Row) tell(asked string) string {
	head, names := "", r.asked(asked)
	for _, name := range sortedRow(r) {
		if v := r[name]; head == "" && holds(asked, v) {
			head = v
		}
	}
	if len(names) == 0 {
		names = r.listed()
	}
	for _, name := range r.listed() {
		if head == "" && identifier.FindString(r[name]) == r[name] {
			head = r[name]
		}
	}
	var parts []string
	for _, name := range names {
		if r[name] != head && r[name] != "" && len(parts) < mostListed {
			parts = append(parts, spoken(name)+" "+r[name])
		}
	}
	if len(parts) == 0 {
		return head + "."
	}
	if head == "" {
		return upper(strings.Join(parts, ", ")) + "."
	}
	return head + ": " + strings.Join(parts, ", ") + "."
}

// foremost are names of members that say what a row is, and how it is; they are told first.
var foremost = strings.Fields("name title item product subject status state")

// listed are the members that are told of a row, what it is before what else is known.
// Addresses and notes are told to who asks for them.
func (r Row) listed() []string {
	rank := func(name string) int {
		if i := slices.Index(foremost, name); i >= 0 {
			return i
		}
		return len(foremost)
	}
	names := slices.DeleteFunc(sortedRow(r), func(name string) bool {
		return len(r[name]) > mostText || strings.Contains(r[name], "@") || strings.HasPrefix(r[name], "[") || name == "note" || name == "email"
	})
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}

// holds says that a text has a value: its number, or its words in a row.
func holds(text, value string) bool {
	if want, err := strconv.ParseFloat(value, 64); err == nil {
		return slices.ContainsFunc(figure.FindAllString(text, -1), func(n string) bool {
			got, err := strconv.ParseFloat(n, 64)
			return err == nil && got == want
		})
	}
	return value != "" && len(newRequest(text).places(value)) > 0
}

func spoken(name string) string { return strings.Join(split(name), " ") }

// upper begins a text with a capital.
func upper(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:n]) + s[n:]
}
