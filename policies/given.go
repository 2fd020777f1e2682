package policies

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
)

// given is what a call was given, as far as it marks what comes back.
type given struct {
	label label.Label // joins the result's
	echo  []string    // values of the user's own words
	made  []string    // values that the model made up
	all   []string

	pickedBy []string // values that were chosen among several
	picked   bool     // untrusted text may have chosen which part of the tool's data is shown
}

// given follows the arguments of a call into its result: a trusted tool that was asked
// in an attacker's words may answer in them. Choices from a list, truth values and the
// numbers of paging put nothing in the tool's mouth, but they pick. What the model made
// up stays the model's only where the result repeats it.
func (r *Run) given(call tools.Call) given {
	var g given
	d, ok := r.allowed[call.ID]
	t := r.bundle.tools[call.Tool]
	if !ok {
		return g
	}
	args, _ := decode(d.Arguments)
	for _, name := range sortedKeys(d.Labels) {
		o := d.Labels[name]
		var texts []string
		leaves(args[name], func(v any) { texts = append(texts, fmt.Sprint(v)) })
		g.all = append(g.all, texts...)
		if t == nil {
			continue
		}
		if _, number := args[name].(json.Number); number && slices.Contains(pagingNames, strings.ToLower(name)) || says(args[name], t.props[name]) == choice {
			g.picked = g.picked || o.Label.Integrity == label.Untrusted
			continue
		}
		switch {
		case o.How == label.HowUser:
			g.echo = append(g.echo, texts...)
		case o.Label.Integrity == label.Model:
			g.made = append(g.made, texts...)
			o.Label.Integrity = label.System
		}
		if o.Chosen {
			g.pickedBy = append(g.pickedBy, texts...)
		}
		g.label = g.label.Join(o.Label)
	}
	return g
}

// quiet takes the members out of a result that repeat a value which the call was given:
// what was done says nothing new.
func (g *given) quiet(text string) string {
	var v any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if dec.Decode(&v) != nil || dec.More() {
		return text
	}
	var taken []any
	v = partBy(v, func(name string, around map[string]any) bool {
		s, ok := around[name].(string)
		return ok && len(s) > 20 && slices.Contains(g.all, s)
	}, &taken)
	if len(taken) == 0 {
		return text
	}
	return compact(v)
}

// ids parts a result into the names that a tool gave to what it made, and the rest.
func (g *given) ids(text string) (rest, ids string) {
	var v any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if dec.Decode(&v) != nil || dec.More() {
		return text, ""
	}
	var taken []any
	v = partBy(v, func(name string, around map[string]any) bool {
		switch around[name].(type) {
		case string, json.Number:
		default:
			return false
		}
		s := fmt.Sprint(around[name])
		return idName(name) && len(s) <= 64 && !strings.ContainsAny(s, " \n") && !slices.Contains(g.all, s)
	}, &taken)
	if len(taken) == 0 {
		return text, ""
	}
	return compact(v), compact(taken)
}

// idName reports whether a member is named as what names a thing.
func idName(name string) bool {
	low := strings.ToLower(strings.Trim(name, "_"))
	return slices.Contains([]string{"id", "uuid", "guid", "ref", "reference", "number"}, low) ||
		strings.HasSuffix(low, "_id") || strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "ID") || strings.HasSuffix(low, "_number") || strings.HasSuffix(low, "_ref")
}

// callLabel is the label of what a call gave, with that of its arguments.
func (r *Run) callLabel(call tools.Call, added map[string]string) label.Label {
	return r.resultLabel(call.Tool, added, r.given(call).label)
}

// pagingNames are arguments that say how much of a list is wanted.
var pagingNames = []string{"limit", "page", "offset", "count", "max", "max_results", "top", "top_k", "k", "n", "size", "page_size", "per_page", "skip"}
