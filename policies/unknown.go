package policies

import (
	"fmt"
	"slices"

	"github.com/chaski-dev/chaski/tools/schema"
)

// Unknown reports what the layers that are not built in say of tools that there are not, a
// line each with its place: such a rule never decides anything.
func (b *Bundle) Unknown() []string {
	var out []string
	for _, l := range b.layers {
		if !l.src.isBuiltin() {
			out = append(out, b.unknown(l)...)
		}
	}
	return out
}

func (b *Bundle) unknown(l *layer) (out []string) {
	say := func(line int, format, name string) {
		if b.known(name) {
			return
		}
		text := fmt.Sprintf(format, name) + schema.Nearest(name, sortedKeys(b.tools))
		out = append(out, fmt.Sprintf("%s:%d: %s", l.src.place(), line, text))
	}
	for _, p := range slices.Concat(l.src.Handles, l.src.Reveal) {
		say(1, "%q matches no tool", p)
	}
	for _, d := range l.src.Declassify {
		say(1, "declassify %q matches no tool", d.Tool)
	}
	for _, name := range sortedKeys(l.src.Prices.Calls) {
		say(1, "a price for %q, which is no tool", name)
	}
	if l.src.isBuiltin() {
		return out
	}
	for _, r := range l.rules {
		for _, p := range r.Tools {
			say(r.line, "rule "+r.ID+": %q matches no tool", p)
		}
		for _, name := range toolsNamed(r.When) {
			say(r.line, "rule "+r.ID+" asks about %q, which matches no tool", name)
		}
	}
	return out
}
