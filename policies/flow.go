package policies

import (
	"encoding/json"
	"fmt"
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
}

// linkNames are arguments that are reached over the network however they are
// spelt: a host without a scheme carries data out as well as a URL does.
var linkNames = []string{"url", "uri", "link", "host", "hostname", "domain", "endpoint", "webhook"}

// look labels the arguments of a call and follows where they would go.
func (r *Run) look(t *tool, args map[string]any) flow {
	f := flow{labels: make(map[string]label.Origin, len(args)), effect: t.spec.EffectOrOnce().HasEffect(), named: true}
	egress := strings.ToLower(t.spec.Labels[label.KeyEgress])
	f.outward = egress == "true" || egress == "yes"
	declared := f.outward
	keys := sortedKeys(args)
	addresses := map[string][]string{}
	for _, name := range keys {
		f.labels[name] = r.origin(args[name], t.props[name])
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
		if egress != "false" && len(addresses[name]) > 0 && !isContent {
			f.outward = true
		}
		if isRecipient || len(addresses[name]) > 0 && !isContent {
			if isRecipient && len(addresses[name]) == 0 {
				leaves(args[name], func(v any) {
					if s, ok := v.(string); ok && s != "" {
						f.recipients = append(f.recipients, strings.ToLower(s))
					}
				})
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
	if f.outward {
		for _, name := range keys {
			f.leaks = f.leaks || leaks(f.labels[name], args[name], t.props[name], f.recipients)
		}
	}
	return f
}

// untrusted lists the arguments whose value untrusted text may have chosen. Prose
// of the model's own wording is let through if everything else about the call, and
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
		if ok && declared && o.How == label.HowContext && slices.Contains(t.content, strings.ToLower(name)) && r.context.Prose(text) {
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

// leaks reports whether a value may not go to one of the recipients. A choice from
// a schema's list, a truth value or a small number that matches no confidential
// result says too little to carry one.
func leaks(o label.Origin, value any, p property, recipients []string) bool {
	if !o.Label.Confidential() || o.How == label.HowDefault {
		return false
	}
	if o.How == label.HowContext {
		if _, ok := value.(bool); ok || len(p.Enum) > 0 {
			return false
		}
		if n, ok := value.(json.Number); ok && len(n.String()) <= 2 {
			return false
		}
	}
	if len(recipients) == 0 {
		return true
	}
	return slices.ContainsFunc(recipients, func(to string) bool { return !o.Label.MayRead(to) })
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
	if p.Default != nil && fmt.Sprint(p.Default) == fmt.Sprint(v) || p.Const != nil && fmt.Sprint(p.Const) == fmt.Sprint(v) {
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
