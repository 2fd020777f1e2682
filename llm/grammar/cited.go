package grammar

import (
	"strings"
	"unicode/utf8"
)

// cited is text whose brackets hold no name of a file but those that are allowed, one or
// several with commas between. What stands in any other bracket has no dot before a
// letter, so nothing reads it as a name.
func (b *builder) cited(allowed []string) node {
	wide := b.utf8(utf8.RuneSelf, utf8.MaxRune)
	but := func(not string) node {
		var edges []edge
		for c := byte(0); c < utf8.RuneSelf; c++ {
			if strings.IndexByte(not, c) < 0 {
				edges = append(edges, edge{c, c, empty})
			}
		}
		return b.or(b.table(edges, false), wide)
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	any := func(n node) node { return b.repeat(n, 0, far) }
	dot := b.cat2(b.lit("."), any(b.span('0', '9', empty)))
	inside := b.cat2(any(b.or(but("[]."), b.cat(dot, any(dot), but("[].0123456789"+letters)))), any(dot))
	outside := any(but("["))
	closed := b.cat2(b.lit("]"), outside)
	bracket := b.cat2(inside, b.or(empty, closed))
	name := none
	for _, s := range allowed {
		if s != "" && utf8.ValidString(s) && !strings.ContainsAny(s, "[]\n") {
			name = b.or(name, b.lit(s))
		}
	}
	if name != none {
		more := any(b.cat(b.or(b.lit(", "), b.lit("; ")), name))
		bracket = b.or(bracket, b.cat(name, more, closed))
	}
	return b.cat2(outside, any(b.cat2(b.lit("["), bracket)))
}
