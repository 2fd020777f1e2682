package expert

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// Rows are the objects of the results that somebody's words led to.
type Rows []Row

// Row is an object of a result: its members that are texts or numbers, as they are written.
type Row map[string]string

// RowsOf reads the objects of results, at any depth, each once. A result that is no JSON has
// none.
func RowsOf(results []string) (rows Rows) {
	for _, text := range results {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var v any
		if d.Decode(&v) == nil {
			rows = rows.walk(v)
		}
	}
	return rows
}

func (rows Rows) walk(v any) Rows {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			rows = rows.walk(x)
		}
	case map[string]any:
		row := Row{}
		for _, name := range sorted(v) {
			switch x := v[name].(type) {
			case string:
				row[name] = x
			case json.Number:
				row[name] = x.String()
			default:
				rows = rows.walk(x)
			}
		}
		if len(row) > 0 && !slices.ContainsFunc(rows, func(r Row) bool { return maps.Equal(r, row) }) {
			rows = append(rows, row)
		}
	}
	return rows
}

// Named are the rows that a text names: by a word which no other row has.
func (rows Rows) Named(text string) (named Rows) {
	words := split(text)
	for i, row := range rows {
		if slices.ContainsFunc(row.words(), func(w string) bool {
			return telling(w) && slices.Contains(words, w) && !slices.ContainsFunc(rows, func(other Row) bool {
				return !maps.Equal(other, rows[i]) && slices.Contains(other.words(), w)
			})
		}) {
			named = append(named, row)
		}
	}
	return named
}

// Tell says that a text among the rows tells an assistant to do what a tool does.
func (rows Rows) Tell(t llm.ToolSpec) bool {
	does := split(t.Name)
	for _, row := range rows {
		for _, v := range row {
			if words := split(v); slices.Contains(words, "assistant") && slices.ContainsFunc(words, func(w string) bool { return like(does, w) }) {
				return true
			}
		}
	}
	return false
}

// words are those of all values.
func (r Row) words() (out []string) {
	for _, v := range r {
		out = append(out, split(v)...)
	}
	return out
}

// telling says that a word may tell one thing from others.
func telling(w string) bool {
	digit := w[0] >= '0' && w[0] <= '9'
	return digit && len(w) > 1 || !digit && len(w) > 3 && !slices.Contains(hollow, w)
}

// of are the rows that a call's values are from.
func (rows Rows) of(args map[string]any) (out Rows) {
	for _, row := range rows {
		for _, v := range args {
			for _, text := range texts(v) {
				if len(text) > 1 && slices.Contains(slices.Collect(maps.Values(row)), text) && !slices.ContainsFunc(out, func(r Row) bool { return maps.Equal(r, row) }) {
					out = append(out, row)
				}
			}
		}
	}
	return out
}

// Retarget gives a call the row that a request names where it has the values of another:
// what a small model does with a list it begins with the first, whatever was named. ok is
// false where it has that row, or nothing says which.
func (rows Rows) Retarget(asked string, call llm.ToolCall) (mended llm.ToolCall, ok bool) {
	named := rows.Named(asked)
	d := json.NewDecoder(bytes.NewReader(call.Arguments))
	d.UseNumber()
	var args map[string]any
	if len(named) != 1 || d.Decode(&args) != nil {
		return call, false
	}
	row := named[0]
	have := slices.DeleteFunc(rows.of(args), func(r Row) bool { return maps.Equal(r, row) || !r.beside(row) })
	if len(have) == 0 || rows.pairs(args) {
		return call, false
	}
	for name, v := range args {
		to, has := "", false
		for _, text := range texts(v) {
			if to, has = row[name]; has && (text == to || !is(args, name, have) && isMoney(name)) {
				has = false // it is right, or how much was said
			} else if !has {
				to, has = row.instead(text, have)
			}
		}
		if !has {
			continue
		}
		args[name] = to
		if _, number := v.(json.Number); number {
			args[name] = json.Number(to)
		}
	}
	raw, err := json.Marshal(args)
	if err != nil { // the row's member is no number
		return call, false
	}
	call.Arguments = raw
	return call, true
}

// pairs says that two arguments have the same member of different rows: a call about both.
func (rows Rows) pairs(args map[string]any) bool {
	value := map[string]string{}
	for _, v := range args {
		for _, text := range texts(v) {
			for _, row := range rows {
				for member, has := range row {
					if has == text && len(text) > 1 {
						if other, ok := value[member]; ok && other != text {
							return true
						}
						value[member] = text
					}
				}
			}
		}
	}
	return false
}

// is says that an argument has a value that one of the rows has in the member of its name.
func is(args map[string]any, name string, rows Rows) bool {
	return slices.ContainsFunc(rows, func(r Row) bool { return slices.Contains(texts(args[name]), r[name]) })
}

func isMoney(name string) bool {
	return slices.ContainsFunc(split(name), func(w string) bool { return slices.Contains(money, w) })
}

// instead is the row's value in the member in which others have a value.
func (r Row) instead(value string, others Rows) (to string, ok bool) {
	for _, other := range others {
		for _, member := range sortedRow(other) {
			if other[member] == value && r[member] != "" {
				return r[member], true
			}
		}
	}
	return "", false
}

func sortedRow(r Row) []string { return slices.Sorted(maps.Keys(r)) }
