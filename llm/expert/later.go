package expert

import (
	"encoding/json"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// foreign is the score of a tool below which no words of a request are like its own, and
// explained one from which on a part of it is what a tool is for. They were chosen on the
// development half of what people say and the conversations of training.
const (
	foreign   = -3
	explained = 0
)

// identifier is what things are named by: four digits or more, or letters and digits.
var identifier = regexp.MustCompile(`(?i)\b(?:[a-z]{1,5}[-/#]?\d{2,}|\d{4,})\b`)

// without is what stands before the noun of what is not wanted.
var without = regexp.MustCompile(`\b(?:no|without|not a|not any|keine?|keinen|ohne|sans|pas de|senza|nessun|sin|ningún|sem|nenhum)\s+(\pL+)`)

// Lacking is what a request names that is in no row, where a call has the values of one: at
// most it stands where the row has another value. "" where there is nothing of the kind.
func (rows Rows) Lacking(asked string, call llm.ToolCall) string {
	var args map[string]any
	if json.Unmarshal(call.Arguments, &args) != nil {
		return ""
	}
	from := rows.of(args)
	ids := identifier.FindAllString(asked, -1)
	if len(from) == 0 || len(ids) == 0 {
		return ""
	}
	for _, id := range ids {
		if slices.ContainsFunc(rows, func(r Row) bool {
			return slices.ContainsFunc(slices.Collect(maps.Values(r)), func(v string) bool { return holds(v, id) })
		}) {
			return ""
		}
		for name, v := range args {
			member, has := from[0][name]
			if slices.ContainsFunc(texts(v), func(v string) bool { return holds(v, id) && v != member }) && (!has || isMoney(name)) {
				return ""
			}
		}
	}
	return ids[0]
}

// Unasked says that a call which changes something, made after others in the same turn, is
// not what was asked for: the request asks whether or says not to do it, orders something
// else or names what no result has, or has nothing that is like the tool and that no other tool is for. What a model of
// a few million parameters learned to do in a row it does in a row, asked or not.
func (r *Router) Unasked(asked string, tools []llm.ToolSpec, rows Rows, call llm.ToolCall) bool {
	at := slices.IndexFunc(tools, func(t llm.ToolSpec) bool { return t.Name == call.Name })
	if at < 0 || !tools[at].Changes {
		return false
	}
	tool := tools[at]
	if rows.Lacking(asked, call) != "" || orders(asked, split(tool.Name+" "+tool.Description)) {
		return true
	}
	best, part, open := math.Inf(-1), asked, false
	for _, p := range Parts(asked) {
		scores := r.Scores(p, tools)
		if scores[at] > best {
			best, part = scores[at], p
		}
		open = open || slices.Max(scores) < explained
	}
	if signs := SignsOf(part, tool, json.RawMessage("{}")); signs[Asked] > 0 || signs[Negated] > 0 {
		return true
	}
	for _, none := range without.FindAllStringSubmatch(strings.ToLower(asked), -1) {
		if like(split(tool.Name), none[1]) {
			return true
		}
	}
	return max(best, r.Scores(asked, tools)[at]) < foreign && !open
}

// Lister is the tool that may say what a change lacks which was asked for and cannot be made
// of the request alone: the only one that reads and needs nothing, if it is about the same
// things. "" where there is none.
func (r *Router) Lister(asked string, tools []llm.ToolSpec) string {
	scores := r.Scores(asked, tools)
	if signs := SignsOf(asked, llm.ToolSpec{Changes: true}, nil); signs[Asked] > 0 || forbids.MatchString(strings.ToLower(asked)) {
		return ""
	}
	lister, about := "", []string(nil)
	for _, t := range tools {
		if !t.Changes && !needs(t) {
			if lister != "" {
				return ""
			}
			lister, about = t.Name, split(t.Name+" "+t.Description)
		}
	}
	words := split(asked)
	for i, t := range tools {
		does := split(t.Name + " " + t.Description)
		ordered := len(words) > 0 && slices.Contains(acting, words[0]) && like(does, words[0])
		if t.Changes && needs(t) && (scores[i] > explained || ordered) && slices.ContainsFunc(does, func(w string) bool { return telling(w) && like(about, w) }) {
			return lister
		}
	}
	return ""
}

// like says that a word is one of a list but for its ending.
func like(list []string, word string) bool {
	return slices.ContainsFunc(list, func(w string) bool { return len(w) > 3 && stem(w) == stem(word) })
}

// needs says that a tool has arguments that must be given.
func needs(t llm.ToolSpec) bool {
	var schema struct {
		Required []string `json:"required"`
	}
	_ = json.Unmarshal(t.Parameters, &schema) // one of another form needs none
	return len(schema.Required) > 0
}
