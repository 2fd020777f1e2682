package grammar

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// expression turns a parsed regular expression into one of a builder.
type expression struct {
	*builder
	counts []count
}

// search is an expression that is found anywhere but where its ends are anchored.
func (b *expression) search(re *syntax.Regexp) (node, error) {
	switch re.Op {
	case syntax.OpCapture:
		if _, counted := b.count(re); !counted {
			return b.search(re.Sub[0])
		}
	case syntax.OpAlternate:
		var list []node
		for _, s := range re.Sub {
			n, err := b.search(s)
			if err != nil {
				return none, err
			}
			list = append(list, n)
		}
		return b.or(list...), nil
	}
	sub := []*syntax.Regexp{re}
	if re.Op == syntax.OpConcat {
		sub = re.Sub
	}
	front, back := b.chars(), b.chars()
	for len(sub) > 0 && sub[0].Op == syntax.OpBeginText {
		front, sub = empty, sub[1:]
	}
	for len(sub) > 0 && sub[len(sub)-1].Op == syntax.OpEndText {
		back, sub = empty, sub[:len(sub)-1]
	}
	list := []node{front}
	for _, s := range sub {
		if anchored(s) {
			return b.within(re)
		}
		n, err := b.regexp(s)
		if err != nil {
			return none, err
		}
		list = append(list, n)
	}
	return b.cat(append(list, back)...), nil
}

// anchored says that ^ or $ stands somewhere in re.
func anchored(re *syntax.Regexp) bool {
	if re.Op == syntax.OpBeginText || re.Op == syntax.OpEndText {
		return true
	}
	for _, s := range re.Sub {
		if anchored(s) {
			return true
		}
	}
	return false
}

// within is search where anchors stand inside of groups: what they say depends on
// whether anything stands before and after.
func (b *expression) within(re *syntax.Regexp) (node, error) {
	anything := &syntax.Regexp{Op: syntax.OpStar, Sub: []*syntax.Regexp{{Op: syntax.OpAnyChar}}}
	return b.at(true, true, anything, re, anything)
}

// at is what a concatenation matches; first says that nothing stands before it, last
// that nothing stands after it.
func (b *expression) at(first, last bool, list ...*syntax.Regexp) (node, error) {
	if len(list) == 0 {
		return empty, nil
	}
	if len(list) == 1 {
		return b.one(first, last, list[0])
	}
	get := func(f, l bool) (x, y node, err error) {
		if x, err = b.one(first, l, list[0]); err == nil {
			y, err = b.at(f, last, list[1:]...)
		}
		return x, y, err
	}
	x, y, err := get(false, false) // both have characters
	if err != nil {
		return none, err
	}
	out := []node{b.cat2(b.filled(x), b.filled(y))}
	x, y, err = get(first, false) // the second has
	if err != nil {
		return none, err
	}
	if b.null(x) {
		out = append(out, b.filled(y))
	}
	x, y, err = get(false, last) // the first has
	if err != nil {
		return none, err
	}
	if b.null(y) {
		out = append(out, b.filled(x))
	}
	x, y, err = get(first, last) // neither has
	if err != nil {
		return none, err
	}
	if b.null(x) && b.null(y) {
		out = append(out, empty)
	}
	return b.or(out...), nil
}

// filled is n without the empty text.
func (b *expression) filled(n node) node {
	if !b.null(n) {
		return n
	}
	return b.and(n, b.repeat(b.char(), 1, far))
}

// one is what re matches at such a place.
func (b *expression) one(first, last bool, re *syntax.Regexp) (node, error) {
	if !anchored(re) {
		return b.regexp(re)
	}
	switch re.Op {
	case syntax.OpBeginText, syntax.OpEndText:
		if re.Op == syntax.OpBeginText && first || re.Op == syntax.OpEndText && last {
			return empty, nil
		}
		return none, nil
	case syntax.OpCapture:
		if _, counted := b.count(re); !counted {
			return b.one(first, last, re.Sub[0])
		}
	case syntax.OpConcat:
		return b.at(first, last, re.Sub...)
	case syntax.OpAlternate:
		var list []node
		for _, s := range re.Sub {
			n, err := b.one(first, last, s)
			if err != nil {
				return none, err
			}
			list = append(list, n)
		}
		return b.or(list...), nil
	case syntax.OpQuest:
		n, err := b.one(first, last, re.Sub[0])
		return b.or(empty, n), err
	}
	return none, fmt.Errorf("%v within a repetition is not supported", re)
}

// count is the repetition that a group stands for, see rewrite.
func (b *expression) count(re *syntax.Regexp) (count, bool) {
	var i int
	if _, err := fmt.Sscanf(re.Name, countName+"%d", &i); err != nil || re.Op != syntax.OpCapture || i >= len(b.counts) {
		return count{}, false
	}
	return b.counts[i], true
}

func (b *expression) regexp(re *syntax.Regexp) (node, error) {
	var kids []node
	if re.Op != syntax.OpLiteral {
		for _, s := range re.Sub {
			n, err := b.regexp(s)
			if err != nil {
				return none, err
			}
			kids = append(kids, n)
		}
	}
	switch re.Op {
	case syntax.OpNoMatch:
		return none, nil
	case syntax.OpEmptyMatch:
		return empty, nil
	case syntax.OpLiteral:
		out := empty
		for i := len(re.Rune) - 1; i >= 0; i-- {
			r := re.Rune[i]
			one := []rune{r, r}
			if re.Flags&syntax.FoldCase != 0 {
				for f := []rune(strings.ToLower(string(r)) + strings.ToUpper(string(r))); len(f) > 0; f = f[1:] {
					one = append(one, f[0], f[0])
				}
			}
			out = b.cat2(b.class(one), out)
		}
		return out, nil
	case syntax.OpCharClass:
		return b.class(re.Rune), nil
	case syntax.OpAnyCharNotNL: // what ends a line in ECMA-262
		return b.class([]rune{0, 9, 11, 12, 14, 0x2027, 0x202a, utf8.MaxRune}), nil
	case syntax.OpAnyChar:
		return b.char(), nil
	case syntax.OpCapture:
		if k, ok := b.count(re); ok {
			return b.repeat(kids[0], k.min, k.max), nil
		}
		return kids[0], nil
	case syntax.OpStar:
		return b.repeat(kids[0], 0, far), nil
	case syntax.OpPlus:
		return b.repeat(kids[0], 1, far), nil
	case syntax.OpQuest:
		return b.repeat(kids[0], 0, 1), nil
	case syntax.OpRepeat:
		hi := int32(re.Max)
		if re.Max < 0 {
			hi = far
		}
		return b.repeat(kids[0], int32(re.Min), hi), nil
	case syntax.OpConcat:
		return b.cat(kids...), nil
	case syntax.OpAlternate:
		return b.or(kids...), nil
	}
	return none, fmt.Errorf("%v is outside the supported expressions", re.Op)
}
