package policies

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/detect"
	"github.com/chaski-dev/chaski/policies/label"
)

// flow is what a call would do with data: the facts that strict is written in.
type flow struct {
	labels     map[string]label.Origin
	untrusted  []string // arguments that are neither the user's, a trusted tool's, nor mere prose
	made       []string // addresses that the model put together in an untrusted context
	recipients []string // who would read: addresses and hosts in the arguments
	outward    bool     // arguments leave the house
	effect     bool
	acts       bool // an effect, or declared egress
	leaks      bool // something confidential goes to a recipient who may not have it
	named      bool // every recipient is the user's or a trusted tool's
	bound      bool // the call is tied to the user's words, or nothing untrusted was read

	undeclared   bool // an effect of which nobody said whether it sends data out
	confidential bool // an argument is confidential
}

// linkNames are arguments that are reached over the network however they are
// spelt: a host without a scheme carries data out as well as a URL does.
var linkNames = []string{"url", "uri", "link", "host", "hostname", "domain", "endpoint", "webhook"}

// look labels the arguments of a call and follows where they would go.
func (r *Run) look(t *tool, callID string, args map[string]any) flow {
	f := flow{labels: make(map[string]label.Origin, len(args)), effect: t.spec.EffectOrOnce().HasEffect(), named: true}
	egress := strings.ToLower(t.spec.Labels[label.KeyEgress])
	f.outward = egress == "true" || egress == "yes"
	declared, local := f.outward, egress == "false" || egress == "no"
	keys := sortedKeys(args)
	addresses := map[string][]string{}
	for _, name := range keys {
		p, known := t.props[name]
		f.labels[name] = r.origin(args[name], p)
		if !known { // the model chose the name too
			f.labels[name] = f.labels[name].Join(r.context.Find(name, false))
		}
		leaves(args[name], func(v any) {
			s, ok := v.(string)
			if !ok {
				return
			}
			found := outside(r.resolve(s))
			if len(found) == 0 && s != "" && slices.Contains(linkNames, strings.ToLower(name)) {
				found = []string{strings.ToLower(s)}
			}
			addresses[name] = append(addresses[name], found...)
		})
		isContent := slices.Contains(t.content, strings.ToLower(name))
		isRecipient := slices.Contains(t.recipients, strings.ToLower(name))
		if !local && len(addresses[name]) > 0 && !isContent {
			f.outward = true
		}
		if isRecipient || len(addresses[name]) > 0 && !isContent {
			if isRecipient {
				leaves(args[name], func(v any) {
					if s, ok := v.(string); ok {
						f.recipients = append(f.recipients, readers(r.resolve(s))...)
					}
				})
				f.outward = f.outward || f.effect && !local && len(f.recipients) > 0
			}
			f.recipients = append(f.recipients, addresses[name]...)
			o := f.labels[name]
			f.named = f.named && o.Label.Integrity <= label.Tool
			if o.How == label.HowContext && o.Label.Integrity == label.Untrusted {
				f.made = append(f.made, name)
			}
		}
	}
	f.acts = f.effect || declared
	slices.Sort(f.recipients)
	f.recipients = slices.Compact(f.recipients)
	f.named = f.named && len(f.recipients) > 0
	f.untrusted = r.untrusted(t, args, keys, f.labels)
	f.bound = r.bound(t, callID, args, f.labels)
	f.undeclared = f.effect && !f.outward && !local
	for _, name := range keys {
		secret := carries(f.labels[name], args[name], t.props[name]) && !r.spoken(args[name])
		f.confidential = f.confidential || secret
		f.leaks = f.leaks || secret && f.outward && !r.onlyNames(args[name], f.recipients) && mayNotRead(f.labels[name].Label, f.recipients)
	}
	return f
}

// untrusted lists the arguments whose value untrusted text may have chosen. Prose
// of the model's own wording, or of the user's even where others write the same, is let through if everything else about the call, and
// at least its target, is the user's or a trusted tool's.
func (r *Run) untrusted(t *tool, args map[string]any, keys []string, labels map[string]label.Origin) []string {
	var hard, prose []string
	target := false
	for _, name := range keys {
		o := labels[name]
		if o.Label.Integrity < label.Untrusted {
			target = target || o.How == label.HowUser || o.How == label.HowResult
			continue
		}
		text, ok := args[name].(string)
		_, declared := t.props[name]
		if ok && declared && slices.Contains(t.content, strings.ToLower(name)) &&
			(o.How == label.HowContext && r.context.Prose(text) || r.context.Speaks(text)) {
			prose = append(prose, name)
			continue
		}
		hard = append(hard, name)
	}
	if len(hard) > 0 || !target {
		hard = append(hard, prose...)
		slices.Sort(hard)
	}
	return hard
}

// saying is how much a value can say.
type saying int

const (
	anything saying = iota
	choice          // a truth value, or one of the schema's list
	little          // a number of one or two digits
)

func says(value any, p property) saying {
	if _, ok := value.(bool); ok || slices.ContainsFunc(p.Enum, func(e any) bool { return reflect.DeepEqual(floats(value), e) }) {
		return choice
	}
	if n, ok := value.(json.Number); ok && len(n.String()) <= 2 {
		return little
	}
	return anything
}

// carries reports whether a value carries confidential data. What matches no
// confidential result and says little does not.
func carries(o label.Origin, value any, p property) bool {
	if !o.Label.Confidential() || o.How == label.HowDefault {
		return false
	}
	return o.How != label.HowContext || says(value, p) == anything
}

// spoken reports whether every part of a value is in the user's own words: who said
// it need not be kept from passing it on.
func (r *Run) spoken(v any) bool {
	all, some := true, false
	leaves(v, func(v any) {
		some = true
		all = all && r.context.Speaks(v)
	})
	return all && some
}

// onlyNames reports whether a value is nothing but recipients' own addresses: whom a
// message reaches may know where it was sent. A link is more than that.
func (r *Run) onlyNames(v any, recipients []string) bool {
	all, some := true, false
	leaves(v, func(v any) {
		s, ok := v.(string)
		some = true
		all = all && ok && strings.Contains(s, "@") && !strings.Contains(s, "/") && len(r.handleNames(s)) == 0 &&
			slices.Contains(recipients, strings.ToLower(strings.TrimSpace(s)))
	})
	return all && some
}

// mayNotRead reports whether one of the recipients may not have a value. If nobody
// is named, anybody may come to read it.
func mayNotRead(l label.Label, recipients []string) bool {
	return len(recipients) == 0 || slices.ContainsFunc(recipients, func(to string) bool { return !l.MayRead(to) })
}

// readers returns whom a recipient argument names: the addresses in it, and every
// part of it that is none, so that a second name does not hide behind an address.
func readers(s string) []string {
	var out []string
	for part := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(",;\n", r) }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		found := outside(part)
		if len(found) != 1 || strings.Count(part, "@") > 1 {
			out = append(out, part)
		}
		out = append(out, found...)
	}
	return out
}

// outside returns the addresses in a value: e-mail addresses and hosts of URLs.
func outside(s string) []string {
	if len(s) > 1<<16 {
		s = s[:1<<16]
	}
	out := detect.Emails(s)
	for _, u := range detect.URLs(s) {
		if p := detect.Parse(u); p.Valid {
			out = append(out, p.Host)
		} else {
			out = append(out, u)
		}
	}
	return out
}

// origin labels one argument: the join of its parts.
func (r *Run) origin(v any, p property) label.Origin {
	if p.Default != nil && reflect.DeepEqual(p.Default, floats(v)) || p.Const != nil && reflect.DeepEqual(p.Const, floats(v)) {
		return label.Origin{How: label.HowDefault}
	}
	out := label.Origin{How: label.HowDefault}
	switch v := v.(type) {
	case []any:
		item := property{}
		if p.Items != nil {
			item = *p.Items
		}
		for _, e := range v {
			out = out.Join(r.origin(e, item))
		}
		if list := texts(v); len(list) > 1 && out.How == label.HowUser && !r.context.InOrder(list) {
			out = out.Join(label.Origin{Label: r.context.Label(), How: label.HowContext})
		}
		return out
	case map[string]any:
		for _, k := range sortedKeys(v) {
			sub, known := p.Props[k]
			if !known { // the model chose the key too
				out = out.Join(r.context.Find(k, false))
			}
			out = out.Join(r.origin(v[k], sub))
		}
		return out
	case string:
		if names := r.handleNames(v); len(names) > 0 {
			rest := v
			for _, name := range names {
				out = out.Join(r.handles[name].origin)
				rest = strings.ReplaceAll(rest, name, " ")
			}
			if strings.TrimSpace(rest) != "" {
				out = out.Join(r.context.Find(rest, false))
			}
			return out
		}
	}
	enum := slices.ContainsFunc(p.Enum, func(e any) bool { return reflect.DeepEqual(floats(v), e) })
	return r.context.Find(v, enum)
}

// texts returns the elements of a list of strings that are no addresses: those whose
// order may mean something.
func texts(list []any) []string {
	var out []string
	for _, e := range list {
		if s, ok := e.(string); ok && !strings.Contains(s, "@") {
			out = append(out, s)
		}
	}
	return out
}

// resolve puts the values of handles in a string, in one pass: what a value says
// about other handles stays text.
func (r *Run) resolve(s string) string {
	names := r.handleNames(s)
	if len(names) == 0 {
		return s
	}
	var pairs []string
	for _, name := range names {
		pairs = append(pairs, name, r.handles[name].text)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}
