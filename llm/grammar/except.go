package grammar

import (
	"slices"
	"strings"
)

// avoid is n without the texts that start with one of the prefixes.
func (b *builder) avoid(n node, prefixes []string) node {
	if len(prefixes) == 0 {
		return n
	}
	if !b.avoidable(n, prefixes) {
		return none
	}
	e := expr{kind: kAvoid, data: prefixes, nullable: b.null(n), captures: b.expr(n).captures}
	return b.intern(e, nil, []node{n}, strings.Join(prefixes, "\x00"))
}

// avoidable says that n holds a text that starts with none of the prefixes.
func (b *builder) avoidable(n node, prefixes []string) bool {
	if n == none || slices.Contains(prefixes, "") {
		return false
	}
	if len(prefixes) == 0 || b.null(n) {
		return true
	}
	for c := range 256 { // not by class: the prefixes tell bytes apart that n does not
		if to := b.step(n, byte(c)); to != none && b.avoidable(to, after(prefixes, byte(c))) {
			return true
		}
	}
	return false
}

// after are the rests of the prefixes that start with c.
func after(prefixes []string, c byte) []string {
	var out []string
	for _, p := range prefixes {
		if p[0] == c {
			out = append(out, p[1:])
		}
	}
	return out
}

func (b *builder) stepAvoid(e *expr, c byte) node {
	return b.avoid(b.step(e.kids[0], c), after(e.data.([]string), c))
}

// except is n without the texts of the list.
func (b *builder) except(n node, list []string) node {
	if len(list) == 0 || n == none {
		return n
	}
	if some, all := b.finite(n, len(list)); all && !slices.ContainsFunc(some, func(t string) bool { return !slices.Contains(list, t) }) {
		return none
	}
	e := expr{kind: kExcept, data: list, nullable: b.null(n) && !slices.Contains(list, "")}
	return b.intern(e, nil, []node{n}, strings.Join(list, "\x00"))
}

func (b *builder) stepExcept(e *expr, c byte) node {
	var rest []string
	for _, t := range e.data.([]string) {
		if t != "" && t[0] == c {
			rest = append(rest, t[1:])
		}
	}
	return b.except(b.step(e.kids[0], c), rest)
}

// opening divides the bytes by whether a text of the list starts with them.
func (b *builder) opening(list []string) *partition {
	var first [256]bool
	for _, t := range list {
		if t != "" {
			first[t[0]] = true
		}
	}
	return b.parts.make(func(c byte) int {
		if first[c] {
			return int(c) + 1
		}
		return 0
	})
}
