package policies

import (
	"cmp"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
	"golang.org/x/text/unicode/norm"
)

// What the assistant offered, "Shall I book it for Mr Sato?", is the user's once the user has done
// nothing but agree: the values of that sentence, and the day and the time that were put to the user
// before it, if there was one of each. No value becomes so that strangers could have chosen.

// takeOffer gives the user's label to the values of an offer whose sentence asks for a call.
func (r *Run) takeOffer(t *tool, args map[string]any, a ask.Ask, labels map[string]label.Origin) {
	text := norm.NFC.String(r.agreed)
	at := strings.LastIndex(text, a.Text)
	if text == "" || a.Text == "" || at < 0 {
		return
	}
	from := max(strings.LastIndex(text[:at], ". "), strings.LastIndex(text[:at], "! "), strings.LastIndex(text[:at], "? "), strings.LastIndex(text[:at], "\n"), strings.LastIndex(text[:at], "। "))
	offered, whole := r.offered(text[from+1:]), r.offered(text)
	one := label.NewPhrase(text).OneMoment()
	for name, o := range labels {
		if o.How != label.HowMade || o.Integrity != label.Model {
			continue
		}
		all, some := true, false
		leaves(args[name], func(v any) {
			some = true
			s, isText := v.(string)
			said := follows(offered, name, v, args, t)
			if !said && isText && one && label.Moment(s) {
				said = follows(whole, name, v, args, t)
			}
			all = all && said
		})
		if all && some {
			labels[name] = label.Origin{Label: label.Label{Integrity: label.User}, How: label.HowUser}
		}
	}
}

// offered indexes a text as if the user had said it.
func (r *Run) offered(text string) *label.Context {
	c := &label.Context{}
	c.Add(label.Source{ID: "offer", Kind: label.FromUser, Label: label.Label{Integrity: label.User}, Text: text, Today: cmp.Or(r.today, r.spokenOn)})
	return c
}

// follows reports whether a text holds a value, or words from which it follows.
func follows(c *label.Context, name string, v any, args map[string]any, t *tool) bool {
	if o := c.Find(v, false); o.How == label.HowUser {
		return true
	}
	_, ok := c.Derive(name, v, others(args, name), t.acts.Words())
	return ok
}
