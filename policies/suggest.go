package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
)

// dataNames are parts of the names of arguments that usually only hold data.
var dataNames = strings.Fields("title date time start end day due deadline location place color colour label tag note comment description reason priority remind recurring")

// decisive are parts of names that never do: whom, how much, which, what to run.
var decisive = strings.Fields("to recipient user email address account iban amount price sum total count quantity number id path file url host command code query script sql channel role permission password key name")

// Suggest proposes declarations for the bundle's tools, a line each: arguments of
// effects that by their names only hold data, and that would make each call ask as long
// as the model words them itself; the verbs of tools whose names have none that is known; and words for the
// members of lists of choices that have none. A proposal is no finding: only who knows the tool can
// say what an argument decides.
func (b *Bundle) Suggest() []string {
	var out []string
	for _, name := range sortedKeys(b.tools) {
		t := b.tools[name]
		if t.spec.Labels[label.KeyIntegrity] == "" && t.spec.Labels[label.KeyAgent] == "" {
			out = append(out, fmt.Sprintf("suggestion: tool %s: its results count as untrusted; declare %s: tool if they are its own words, such as a status, and %s for the members that others write", name, label.KeyIntegrity, label.KeyStrangers))
		}
		if !t.spec.EffectOrOnce().HasEffect() {
			continue
		}
		var data []string
		for _, arg := range sortedKeys(t.props) {
			low := strings.ToLower(arg)
			if slices.Contains(t.data, low) || slices.Contains(t.content, low) || slices.Contains(t.recipients, low) {
				continue
			}
			parts := ask.NameWords(arg)
			has := func(list []string) bool {
				return slices.ContainsFunc(parts, func(p string) bool { return slices.Contains(list, p) })
			}
			if p := t.props[arg]; (has(dataNames) || p.Type == "boolean") && !has(decisive) {
				data = append(data, arg)
			}
		}
		if verb := t.missingVerb(); verb != "" {
			out = append(out, fmt.Sprintf("suggestion: tool %s: its name has no verb that the reader of the user's words knows; declare %s: %q, with the verbs of other languages that users may ask by", name, label.KeyActions, verb))
		}
		for _, o := range t.deadObjects() {
			out = append(out, fmt.Sprintf("suggestion: tool %s: %s: %q has several words, and clauses are read for one: declare the one that says what it is", name, label.KeyObjects, o))
		}
		for _, arg := range sortedKeys(t.props) {
			out = append(out, t.suggestWords(arg)...)
		}
		if len(data) > 0 {
			out = append(out, fmt.Sprintf("suggestion: tool %s: declare %s: %q if these decide neither whom, nor how much, nor which, nor what to run", name, label.KeyData, strings.Join(data, ",")))
		}
	}
	return out
}

// suggestWords proposes words for the members of a list that has none, and says which are known without.
func (t *tool) suggestWords(arg string) []string {
	list := membersOf(t.props[arg])
	if len(t.props[arg].Enum) < 2 || len(list) < 2 || t.wordings[arg] != nil || slices.Contains(t.data, strings.ToLower(arg)) {
		return nil
	}
	var known, rest []string
	for _, m := range list {
		if len(t.everyday[arg].WordsOf(m)) > 0 || ask.Saying(m) {
			known = append(known, m)
		} else {
			rest = append(rest, m)
		}
	}
	also := ""
	if len(known) > 0 {
		also = fmt.Sprintf(" (%s: known in eight languages, see chaski policy words)", strings.Join(known, ", "))
	}
	if len(rest) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("suggestion: tool %s: declare %s%s: %q with the words by which users call these in their languages, a comma between%s", t.spec.Name, label.KeyWords, arg, strings.Join(rest, "=…; ")+"=…", also)}
}

// missingVerb returns the verb to declare for a tool whose name has none that is known and
// that declares none: the first word of its description, or else its name.
func (t *tool) missingVerb() string {
	if t.acts.Deed() || t.spec.Labels[label.KeyActions] != "" {
		return ""
	}
	if words := ask.NameWords(t.spec.Description); len(words) > 0 {
		return words[0]
	}
	return t.spec.Name
}

// hint says what to declare where a call is stopped for want of words that ask for it, and
// no verb is known by which they could.
func (t *tool) hint(d Decision, hits []hit) string {
	verb := t.missingVerb()
	if d.Bound || verb == "" || d.Verdict < RequireApproval {
		return ""
	}
	for _, h := range hits {
		if h.rule != nil && h.verdict >= RequireApproval && !h.rule.Shadow && !h.rule.layer.src.Shadow && strings.Contains(h.rule.When, "flow.bound") {
			return fmt.Sprintf("the name of the tool %s has no verb that is known, so users may ask for it in words that do not count; declare their verbs, labels: {%s: %q} (docs/tools.md)", t.spec.Name, label.KeyActions, verb)
		}
	}
	return ""
}
