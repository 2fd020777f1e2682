package policies

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/policies/detect"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
	"github.com/expr-lang/expr/vm"
)

// Input decides on the user's text before planning.
func (r *Run) Input(text string, now time.Time) Decision {
	return r.text(OnInput, "", text, false, nil, now)
}

// Answer decides on the final answer before it is shown.
func (r *Run) Answer(text string, now time.Time) Decision {
	return r.text(OnAnswer, "", text, false, nil, now)
}

// Result decides on a result before the model reads it.
func (r *Run) Result(call tools.Call, res tools.Result, now time.Time) Decision {
	l := r.callLabel(call, res.Labels)
	d := r.text(OnResult, call.Tool, ResultText(&res), false, &l, now)
	d.CallID = call.ID
	if ok := res.Status == tools.StatusOK || res.Status == ""; !d.Verdict.Passes() || !ok {
		return d
	}
	for _, layer := range r.bundle.layers {
		if !matches(layer.src.Handles, call.Tool) || d.Handle != "" || len(d.Kept) > 0 {
			continue
		}
		whole := l.Integrity == label.Untrusted
		if t := r.bundle.tools[call.Tool]; !whole && t != nil && len(t.strangers) > 0 {
			text := ResultText(&res)
			if d.Text != nil {
				text = *d.Text
			}
			kept, named := r.keepMembers(t, text)
			if whole = len(kept) > maxKept || named == ""; !whole && len(kept) > 0 {
				d.Kept, d.Verdict, d.Text, d.Rule = kept, Rewrite, &named, layer.src.Name+"/handles"
			}
		}
		if whole {
			d.Handle = fmt.Sprintf("$%s_%d", call.Tool, len(r.handles)+1)
			text := fmt.Sprintf("The result is kept aside as %s. Pass that name as an argument to use it.", d.Handle)
			d.Verdict, d.Text, d.Rule = Rewrite, &text, layer.src.Name+"/handles"
		}
	}
	return d
}

// Passage decides on one retrieved passage, before it is put in the context.
func (r *Run) Passage(toolName, text string, labels map[string]string, now time.Time) Decision {
	l := r.resultLabel(toolName, labels, label.Label{})
	return r.text(OnResult, toolName, text, true, &l, now)
}

func (r *Run) text(on Hook, toolName, text string, passage bool, l *label.Label, now time.Time) Decision {
	d := Decision{Hook: on, Bundle: r.bundle.hash, Tool: toolName, Label: l}
	env := r.env(now)
	env["text"], env["passage"], env["status"] = text, passage, ""
	env["found"] = func(kinds ...string) bool { return len(detect.Find(text, kinds...)) > 0 }
	if l != nil {
		env["label"] = origins(label.Origin{Label: *l})
	}
	if on == OnResult {
		env["tool"] = r.toolEnv(toolName)
	}
	var links []detect.Link
	if on == OnAnswer {
		if len(text) <= MaxText {
			links = r.foreign(text)
		}
		var urls []string
		for _, l := range links[:min(len(links), MaxList)] {
			urls = append(urls, l.URL)
		}
		env["links"] = list(urls)
	}
	var hits []hit
	if len(text) <= MaxText {
		hits = r.match(on, toolName, env, &d)
	} else if r.bundle.asks(on, toolName) {
		hits = []hit{{name: "error", verdict: Deny, reason: fmt.Sprintf("A text of %d bytes, more than %d.", len(text), MaxText)}}
	}
	r.settle(&d, hits, Allow)
	if d.Verdict == Rewrite {
		var kinds []string
		for _, h := range hits {
			if h.verdict == Rewrite {
				kinds = append(kinds, h.rule.Redact...)
			}
		}
		if slices.Contains(kinds, foreignLink) {
			text = without(text, links)
			d.Redactions = append(d.Redactions, Redaction{Kind: foreignLink})
			if kinds = slices.DeleteFunc(kinds, func(k string) bool { return k == foreignLink }); len(kinds) == 0 {
				d.Text = &text
				return d
			}
		}
		// An answer is not folded, so it makes no new placeholders.
		vault, redact := &r.vault, (*detect.Vault).Apply
		if on != OnAnswer {
			vault, redact = r.vault.Clone(), (*detect.Vault).Redact
		}
		out, spans := redact(vault, text, kinds...)
		d.Text = &out
		for _, s := range spans {
			x := Redaction{Kind: s.Kind}
			if s.Kind != detect.Hidden {
				x.Placeholder = vault.Placeholder(s.Kind, text[s.Start:s.End])
			}
			if !slices.Contains(d.Redactions, x) {
				d.Redactions = append(d.Redactions, x)
			}
		}
	}
	return d
}

// Call decides on a call before dispatch; it is asked again when an approval has
// come. call.Arguments must satisfy the tool's schema.
func (r *Run) Call(call tools.Call, now time.Time) Decision {
	d, _ := r.Explain(call, now)
	return d
}

// hit is a rule that fired.
type hit struct {
	rule    *rule
	name    string
	verdict Verdict
	reason  string
}

func (r *Run) decideCall(call tools.Call, now time.Time) (Decision, map[string]any, []hit) {
	d := Decision{Hook: OnCall, Bundle: r.bundle.hash, CallID: call.ID, Tool: call.Tool}
	refuse := func(rule, format string, args ...any) (Decision, map[string]any, []hit) {
		d.Verdict, d.Rule, d.Reason = Deny, rule, fmt.Sprintf(format, args...)
		return d, nil, nil
	}
	t := r.bundle.tools[call.Tool]
	if t == nil {
		return refuse("default", "There is no tool %q.", call.Tool)
	}
	if call.Tenant != r.info.Tenant {
		return refuse("tenant", "The call belongs to another tenant.")
	}
	if len(call.Arguments) > MaxText {
		return refuse("error", "arguments of %d bytes, more than %d", len(call.Arguments), MaxText)
	}
	args, err := decode(call.Arguments)
	if err != nil {
		return refuse("error", "%v", err)
	}
	d.Arguments = canonical(args)
	d.CallHash = r.callHash(call, d.Arguments)
	f := r.look(t, call.ID, args)
	d.Labels, d.Bound = f.labels, f.bound
	env := r.env(now)
	typed := map[string]any{}
	for name := range t.props {
		typed[name] = nil
	}
	labels := map[string]any{}
	for name := range t.props {
		labels[name] = origins(label.Origin{How: label.HowDefault})
	}
	for _, name := range sortedKeys(args) {
		if typed[name], err = t.props[name].native(args[name], 0); err != nil {
			return refuse("error", "argument %s: %v", name, err)
		}
		labels[name] = origins(f.labels[name])
	}
	env["args"], env["labels"], env["tool"] = typed, labels, r.toolEnv(call.Tool)
	env["call"] = map[string]any{"confidence": call.Confidence}
	env["flow"] = map[string]any{
		"effect": f.effect, "acts": f.acts, "outward": f.outward, "leaks": f.leaks, "named": f.named,
		"bound": f.bound, "forbidden": f.forbidden, "repeated": f.repeated, "undeclared": f.undeclared, "confidential": f.confidential, "irreversible": f.irreversible,
		"invented": list(f.invented), "chosen": list(f.chosen), "foreign": list(f.foreign),
		"untrusted": list(f.untrusted), "made": list(f.made), "recipients": list(f.recipients),
	}
	env["found"] = func(kinds ...string) (yes bool) {
		for _, name := range sortedKeys(args) {
			leaves(args[name], func(v any) { yes = yes || len(detect.Find(r.resolve(fmt.Sprint(v)), kinds...)) > 0 })
		}
		return yes
	}
	hits := append(r.overBudget(d.Tool+" "+string(d.Arguments), t, now), r.match(OnCall, call.Tool, env, &d)...)
	r.settle(&d, hits, r.unmatched(t, hits))
	if d.Verdict <= RequireApproval { // what a person approves is what will be sent
		if err := r.rewrite(&d, args, env, hits); err != nil {
			return refuse("error", "the rewrite failed: %v", err)
		}
	}
	d.CallHash = r.callHash(call, d.Arguments)
	if d.Verdict == RequireApproval {
		if len(d.Redactions) > 0 {
			f.recipients = r.look(t, call.ID, args).recipients
		}
		r.askOrApprove(&d, call, args, f, now)
		if d.Approval != nil {
			d.Approval.Hint = t.hint(d, hits)
		}
	}
	return d, env, hits
}

// callHash names a call with its arguments, to bind approvals.
func (r *Run) callHash(call tools.Call, args json.RawMessage) string {
	return hashOf([]byte(r.info.Run), []byte(r.info.Tenant), []byte(call.ID), []byte(call.Tool), args)
}

// unmatched is the verdict of the layers in which no rule fired: the strictest of
// their defaults.
func (r *Run) unmatched(t *tool, hits []hit) Verdict {
	if !t.spec.EffectOrOnce().HasEffect() {
		return Allow
	}
	out := Allow
	for _, l := range r.bundle.layers {
		if l.deny && !slices.ContainsFunc(hits, func(h hit) bool { return h.rule != nil && h.rule.layer == l }) {
			out = Deny
		}
	}
	return out
}

// NoRule is the reason by which a tool with effects is denied that no rule allows. The
// model reads it too, so it is short; [RuleFor] says the rest.
func NoRule(tool string) string {
	return "no rule allows " + tool + ": declare it tools.Read, or allow it by a rule"
}

// RuleFor says to whoever wrote the agent what would let such a tool through.
func RuleFor(tool string) string {
	return fmt.Sprintf("if %[1]s changes nothing, declare that: tools.Options{Effect: tools.Read}, or effect: read in YAML; if it does, a policy allows it, as by the rule {id: %[1]s, on: call, tools: [%[1]s], then: allow}", tool)
}

// settle takes the strictest of what fired and the default.
func (r *Run) settle(d *Decision, hits []hit, unmatched Verdict) {
	d.Verdict, d.Rule = Allow, "default"
	for _, h := range hits {
		if h.verdict > d.Verdict || d.Rule == "default" && h.verdict == d.Verdict {
			d.Verdict, d.Rule, d.Reason = h.verdict, h.name, h.reason
		}
	}
	if unmatched > d.Verdict {
		d.Verdict, d.Rule, d.Reason = unmatched, "default", NoRule(d.Tool)
	}
	switch {
	case d.Reason != "" || d.Verdict <= Rewrite:
	case d.Verdict == RequireApproval:
		d.Reason = "The policy wants a person to allow this."
	default:
		d.Reason = "The policy does not allow this."
	}
}

// asks reports whether a rule is asked at a hook.
func (b *Bundle) asks(on Hook, toolName string) bool {
	return slices.ContainsFunc(b.layers, func(l *layer) bool {
		return slices.ContainsFunc(l.rules, func(r *rule) bool { return r.On == on && r.applies(toolName) })
	})
}

// match evaluates the rules of a hook; rules in shadow mode go into d.
func (r *Run) match(on Hook, toolName string, env map[string]any, d *Decision) []hit {
	var out []hit
	machine := &vm.VM{MemoryBudget: memoryBudget}
	for _, l := range r.bundle.layers {
		for _, rule := range l.rules {
			if rule.On != on || !rule.applies(toolName) {
				continue
			}
			program := rule.programs[""]
			if on == OnCall {
				program = rule.programs[toolName]
			}
			h, fired := r.try(machine, rule, program, env)
			if !fired {
				continue
			}
			if rule.Shadow || l.src.Shadow {
				d.Shadow = append(d.Shadow, ShadowVerdict{Rule: h.name, Verdict: h.verdict})
				continue
			}
			out = append(out, h)
		}
	}
	return out
}

func (r *Run) try(machine *vm.VM, rule *rule, program *vm.Program, env map[string]any) (hit, bool) {
	failed := func(err error) (hit, bool) {
		return hit{rule: rule, name: rule.name, verdict: max(Deny, rule.verdict), reason: "The rule could not be evaluated: " + firstLine(err)}, true
	}
	if program == nil {
		return failed(errors.New("it was not compiled for this tool"))
	}
	v, err := evaluateOn(machine, program, env)
	if err != nil {
		*machine = vm.VM{MemoryBudget: memoryBudget}
		return failed(err)
	}
	yes, ok := v.(bool)
	if !ok {
		return failed(fmt.Errorf("it gave %T", v))
	}
	return hit{rule: rule, name: rule.name, verdict: rule.verdict, reason: rule.Reason}, yes
}

func firstLine(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	return s
}

// rewrite sets arguments and takes out what detectors find.
func (r *Run) rewrite(d *Decision, args map[string]any, env map[string]any, hits []hit) error {
	for _, h := range hits {
		if h.rule == nil || h.verdict != Rewrite {
			continue
		}
		for _, name := range sortedKeys(h.rule.set[d.Tool]) {
			v, err := evaluate(h.rule.set[d.Tool][name], env)
			if err != nil {
				return err
			}
			raw, err := json.Marshal(v)
			if err != nil {
				return err
			}
			one, err := decode(append(append([]byte(`{"v":`), raw...), '}'))
			if err != nil {
				return err
			}
			args[name] = one["v"]
		}
		if len(h.rule.Redact) > 0 {
			for _, name := range sortedKeys(args) {
				args[name] = redactIn(args[name], &r.vault, h.rule.Redact, d)
			}
		}
	}
	d.Arguments = canonical(args)
	return nil
}

func redactIn(v any, vault *detect.Vault, kinds []string, d *Decision) any {
	switch v := v.(type) {
	case string:
		out, spans := vault.Apply(v, kinds...)
		for _, s := range spans {
			d.Redactions = append(d.Redactions, Redaction{Kind: s.Kind, Placeholder: vault.Placeholder(s.Kind, v[s.Start:s.End])})
		}
		return out
	case []any:
		for i := range v {
			v[i] = redactIn(v[i], vault, kinds, d)
		}
	case map[string]any:
		for _, k := range sortedKeys(v) {
			v[k] = redactIn(v[k], vault, kinds, d)
		}
	}
	return v
}

// askOrApprove lets an approved call through, and otherwise writes what a person
// will see.
func (r *Run) askOrApprove(d *Decision, call tools.Call, args map[string]any, f flow, now time.Time) {
	if a, ok := r.approvals[d.CallHash]; ok && a.Tenant == r.info.Tenant {
		q := r.requests[call.ID]
		switch {
		case !a.Granted:
			d.Verdict, d.Reason = Deny, "A person refused this call."
			return
		case q != nil && !now.After(q.expires):
			d.Verdict, d.Approved, d.Reason = Allow, a.By, ""
			return
		}
		d.Verdict, d.Reason = Deny, "The approval has expired."
		return
	}
	expires := now.Add(r.info.ApprovalTTL)
	if q := r.requests[call.ID]; q != nil && q.hash == d.CallHash {
		expires = q.expires
	} else if n := r.budget.Approvals; n > 0 && r.asks >= n {
		d.Verdict, d.Rule = Deny, "budget/approvals"
		d.Reason = fmt.Sprintf("A person was asked %d times in this run, and may be asked no more.", n)
		return
	}
	d.Approval = r.summarise(d, r.bundle.tools[call.Tool], args, f, expires)
}

// short cuts a text after n characters.
func short(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return s
}

// Resolve returns the arguments to dispatch for an allowed decision: handles
// replaced by their values, and placeholders turned back for tools that the bundle
// reveals them to. The outcome is never journalled nor shown to the model.
func (r *Run) Resolve(d Decision) (json.RawMessage, error) {
	if d.Hook != OnCall || !d.Verdict.Passes() {
		return nil, fmt.Errorf("policies: call %s was not allowed", d.CallID)
	}
	args, err := decode(d.Arguments)
	if err != nil {
		return nil, err
	}
	reveal := slices.ContainsFunc(r.bundle.layers, func(l *layer) bool { return matches(l.src.Reveal, d.Tool) })
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case string:
			if reveal {
				v = r.vault.Reveal(v)
			}
			return r.resolve(v)
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
			return v
		case map[string]any:
			for _, k := range sortedKeys(v) {
				v[k] = walk(v[k])
			}
			return v
		}
		return v
	}
	for _, k := range sortedKeys(args) {
		args[k] = walk(args[k])
	}
	return canonical(args), nil
}
