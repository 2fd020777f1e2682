package policies

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
	"github.com/chaski-dev/chaski/tools"
)

// destructive are words in a tool's name for what is not undone by doing it again.
var destructive = strings.Fields("delete remove erase trash discard purge clear drop destroy wipe cancel revoke kick ban " +
	"pay transfer wire send_money refund donate grant share invite")

// irreversible reports whether a call of the tool cannot be taken back: its labels say
// so, or it runs once, or its name says that something is gone or given afterwards.
func irreversible(spec *tools.Spec) bool {
	switch strings.ToLower(spec.Labels[label.KeyIrreversible]) {
	case "true", "yes":
		return true
	case "false", "no":
		return false
	}
	if e := spec.EffectOrOnce(); e != tools.Idempotent {
		return e == tools.Once
	}
	return slices.ContainsFunc(ask.NameWords(spec.Name), func(w string) bool { return slices.Contains(destructive, w) })
}
