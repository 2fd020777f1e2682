package policies

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/label"
)

// flow is what a call would do with data: the facts that strict is written in.
type flow struct {
	labels     map[string]label.Origin
	untrusted  []string // arguments that are neither the user's, a trusted tool's, nor mere prose or data
	invented   []string // arguments that decide something and that the model made up
	chosen     []string // arguments that the model picked from a trusted result
	made       []string // addresses that the model put together in an untrusted context
	foreign    []string // addresses that untrusted text chose
	recipients []string // who would read: addresses and hosts in the arguments
	outward    bool     // arguments leave the house
	effect     bool
	acts       bool // an effect, or declared egress
	leaks      bool // something confidential goes to a recipient who may not have it
	named      bool // every recipient is the user's or a trusted tool's
	bound      bool // the user's words ask for the call; or tie it to them, if it only reads
	forbidden  bool // the user's words ban it
	repeated   bool // an earlier call has used up what asks for it, or nothing asked for that one either

	irreversible bool
	undeclared   bool // an effect of which nobody said whether it sends data out
	confidential bool // an argument is confidential
}

// look labels the arguments of a call and follows where they would go.
func (r *Run) look(t *tool, callID string, args map[string]any) flow {
	f := flow{labels: make(map[string]label.Origin, len(args)), effect: t.spec.EffectOrOnce().HasEffect(), named: true, irreversible: t.irreversible}
	egress := strings.ToLower(t.spec.Labels[label.KeyEgress])
	f.outward = egress == "true" || egress == "yes"
	declared, local := f.outward, egress == "false" || egress == "no"
	keys := sortedKeys(args)
	r.origins(t, args, keys, f.labels)
	r.asPlanned(t, callID, args, f.labels)
	addresses := map[string][]string{}
	for _, name := range keys {
		leaves(args[name], func(v any) {
			if s, ok := v.(string); ok {
				addresses[name] = append(addresses[name], addressesIn(name, r.resolve(s))...)
			}
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
						f.recipients = append(f.recipients, readers(name, r.resolve(s))...)
					}
				})
				f.outward = f.outward || f.effect && !local && len(f.recipients) > 0
			}
			f.recipients = append(f.recipients, addresses[name]...)
			o := f.labels[name]
			f.named = f.named && o.Label.Integrity <= label.Tool
			if o.Label.Integrity == label.Untrusted {
				f.foreign = append(f.foreign, name)
				if o.How == label.HowMade {
					f.made = append(f.made, name)
				}
			}
		}
	}
	f.acts = f.effect || declared
	slices.Sort(f.recipients)
	f.recipients = slices.Compact(f.recipients)
	f.named = f.named && len(f.recipients) > 0
	if t.spec.Labels[label.KeyAgent] == "true" {
		f.bound = true // what it does must be asked for there, see FactSaid
	} else if f.effect {
		a := r.asked(t, callID, args, f.labels)
		f.bound, f.forbidden, f.repeated = a.bound, a.forbidden, a.repeated
		for _, o := range f.labels {
			f.bound = f.bound && !o.Contrary // the user named another
		}
		if f.bound {
			f.invented = r.reworded(t, args, a.ask)
			r.spell(t, args, a, f.labels)
			for name, o := range f.labels {
				if _, number := args[name].(json.Number); number && o.Chosen && o.How == label.HowTool && r.context.Called(args[name], a.text) {
					o.Chosen = false // "what we owe her"
					f.labels[name] = o
				}
				if text, ok := args[name].(string); ok && o.Chosen && o.How == label.HowTool && r.picks(a.ask, text, t, args) {
					o.Chosen = false // "the physics one"
					f.labels[name] = o
				}
			}
			r.choose(t, args, a.ask, &f)
		}
	} else {
		f.bound = r.reads(t, args, f.labels)
	}
	f.untrusted = r.untrusted(t, args, keys, f.labels, func(name string) bool { return f.outward && len(addresses[name]) > 0 })
	for _, name := range keys {
		o := f.labels[name]
		low := strings.ToLower(name)
		_, known := t.props[name]
		if o.Label.Integrity == label.Model && (!known || !slices.Contains(t.data, low) && !slices.Contains(t.content, low)) {
			f.invented = append(f.invented, name)
		}
		if o.Chosen && !slices.Contains(t.data, low) && !slices.Contains(t.content, low) {
			f.chosen = append(f.chosen, name)
		}
	}
	f.undeclared = f.effect && !f.outward && !local
	for _, name := range keys {
		secret := carries(f.labels[name], args[name], t.props[name]) && !r.spoken(args[name])
		f.confidential = f.confidential || secret
		f.leaks = f.leaks || secret && f.outward && !r.onlyNames(args[name], f.recipients) && mayNotRead(f.labels[name].Label, f.recipients)
	}
	return f
}

// untrusted lists the arguments whose value untrusted text may have chosen. Data is
// let through, unless it holds an address and leaves the house. Prose of the model's
// own wording, or of the user's even where others write the same, is let through if
// everything else about the call, and at least its target, is the user's or a trusted
// tool's.
func (r *Run) untrusted(t *tool, args map[string]any, keys []string, labels map[string]label.Origin, leaves func(name string) bool) []string {
	var hard, prose []string
	target := false
	for _, name := range keys {
		o := labels[name]
		if o.Label.Integrity < label.Untrusted {
			target = target || o.How == label.HowUser || o.How == label.HowTool || o.How == label.HowDerived
			continue
		}
		low := strings.ToLower(name)
		text, ok := args[name].(string)
		_, declared := t.props[name]
		if declared && slices.Contains(t.data, low) && !leaves(name) {
			continue
		}
		if ok && declared && slices.Contains(t.content, low) &&
			(o.How == label.HowMade && r.context.Prose(text) || r.context.Speaks(text)) {
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
	return o.How != label.HowMade || says(value, p) == anything
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
