package expert

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/chaski-dev/chaski/llm"
)

// joints are what stands between things of a list.
var joints = []string{",", "&", "/", "and", "or", "und", "oder", "et", "ou", "y", "e", "o", "और", "และ", "กับ"}

// Others are the calls that a request asks for beside one: where the only value of the call
// that the request has stands in a list, one with each of the others, "where are 1041 and
// 1043?".
func Others(asked string, call llm.ToolCall) (out []llm.ToolCall) {
	d := json.NewDecoder(bytes.NewReader(call.Arguments))
	d.UseNumber()
	var args map[string]any
	if d.Decode(&args) != nil {
		return nil
	}
	words, at := splitAt(asked)
	r := requested{words: words}
	key, place := "", [2]int{}
	for _, name := range sorted(args) {
		for _, v := range texts(args[name]) {
			if found := r.places(v); len(found) == 1 {
				if key != "" {
					return nil
				}
				key, place = name, found[0]
			}
		}
	}
	if key == "" {
		return nil
	}
	n := place[1] - place[0]
	like := func(from int) bool {
		for i := range n {
			a, b := words[place[0]+i], words[from+i]
			x, _ := utf8.DecodeRuneInString(asked[at[place[0]+i][0]:])
			y, _ := utf8.DecodeRuneInString(asked[at[from+i][0]:])
			switch {
			case unicode.IsDigit(x):
				if !unicode.IsDigit(y) || len(a)-len(b) > 1 || len(b)-len(a) > 1 {
					return false
				}
			case !unicode.IsLetter(x):
				if a != b {
					return false
				}
			case !unicode.IsLetter(y) || n == 1 && !(unicode.IsUpper(x) && unicode.IsUpper(y)):
				return false
			}
		}
		return true
	}
	add := func(from int) {
		v := asked[at[from][0]:at[from+n-1][1]]
		other := maps.Clone(args)
		other[key] = v
		if _, number := args[key].(json.Number); number {
			other[key] = json.Number(words[from])
		}
		if raw, err := json.Marshal(other); err == nil {
			c := call
			c.ID, c.Arguments = "", raw
			out = append(out, c)
		}
	}
	for from := place[1] + 1; from+n <= len(words) && slices.Contains(joints, words[from-1]); from += n + 1 {
		if from+n <= len(words) && slices.Contains(joints, words[from]) { // ", and"
			from++
		}
		if from+n > len(words) || !like(from) {
			break
		}
		add(from)
	}
	for from := place[0] - 1 - n; from >= 0 && slices.Contains(joints, words[from+n]) && like(from); from -= n + 1 {
		add(from)
	}
	return out
}
