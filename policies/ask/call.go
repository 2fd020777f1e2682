package ask

import (
	"slices"
	"strings"
)

// Value is one value of a call, as far as the user's words may hold it.
type Value struct {
	Name   string
	Said   func(text string) bool // whether a text holds it
	Shape  Shape
	Role   Role
	Free   bool // it need not stand in the clause: a text, a date
	Digits bool // a text that is a number: the name of a thing, and no amount
	Loose  bool // whoever chose it, no words of the user's did
	Text   string
	Other  []func(text string) bool // the choices that it is not
	Denied func(text string) bool   // whether a text says that it is not this choice
}

// Shape is what a value looks like: two of one shape may stand for one another.
type Shape uint8

// The shapes.
const (
	Word Shape = iota
	Number
	Code // letters and digits, a file, an address
	Mail
	Choice
	Moment
)

// Role is the side on which a value stands.
type Role uint8

// The roles.
const (
	NoRole Role = iota
	From
	To
	About // what a text is about
)

// groupsOf returns how long the groups of digits of a number with joints are, as of telephones and contracts:
// 0170-5641, 49 170 5641. It is nil for anything else.
func groupsOf(s string) []int {
	if sizes := digitGroups(s); len(sizes) > 1 {
		return sizes
	}
	return nil
}

// digitGroups returns how long the groups of digits of a text are that has nothing else but joints.
func digitGroups(s string) (sizes []int) {
	if strings.Trim(s, "0123456789 -/()+") != "" {
		return nil
	}
	for _, g := range strings.FieldsFunc(s, joint) {
		sizes = append(sizes, len(g))
	}
	return sizes
}

func joint(r rune) bool { return r < '0' || r > '9' }

func digitsOf(s string) string { return strings.Join(strings.FieldsFunc(s, joint), "") }

// numberAt returns where a number that begins at word i ends whose groups of digits are as long as those of
// a value; 0 if there is none.
func (c *clause) numberAt(i int, sizes []int) int {
	var got []int
	for end := i; len(got) < len(sizes) && end < len(c.words); end++ {
		more := digitGroups(c.words[end].text)
		if more == nil {
			return 0
		}
		if got = append(got, more...); slices.Equal(got, sizes) {
			return end + 1
		}
	}
	return 0
}

// ShapeOf tells what a text looks like.
func ShapeOf(s string) Shape {
	list := tokens(s)
	switch {
	case strings.Contains(s, "@"):
		return Mail
	case groupsOf(s) != nil:
		return Code
	case len(list) == 1 && amountForm.MatchString(list[0].text):
		return Number
	case len(list) == 1 && list[0].code():
		return Code
	}
	return Word
}

// sides are words in the names of arguments that say on which side they stand.
var sides = map[string]Role{"from": From, "source": From, "origin": From, "sender": From, "old": From, "start": From, "begin": From, "first": From, "min": From, "since": From, "departure": From,
	"to": To, "target": To, "destination": To, "dest": To, "recipient": To, "recipients": To, "new": To, "end": To, "until": To, "last": To, "max": To, "arrival": To, "with": To, "assignee": To, "payee": To, "beneficiary": To}

// RoleOf tells by the name of an argument on which side its value stands.
func RoleOf(name string) Role {
	for _, w := range NameWords(name) {
		if r := sides[w]; r != NoRole {
			return r
		}
	}
	return NoRole
}

// Call is what a tool is to be called with.
type Call struct {
	Acts      Acts
	Values    []Value
	NeedsVerb bool     // no request without its verb asks for it
	Params    []string // words of the names of the tool's arguments that name a thing
	Given     []string // those of the arguments that the call has
	Left      []string // those of the others
	Flags     bool     // it has a truth value
	Others    []Other
	Known     []string // words by which a trusted list calls what its values are of, in lower case
}

// Other is another tool with an effect.
type Other struct {
	Acts  Acts
	Alike bool     // it could be called with what the call names
	Bound bool     // only its own verb asks for it
	Texts bool     // it takes a text or other data
	Takes []string // the arguments that decide
}

// isThing reports whether a word is a noun of the tool, or what it calls an argument.
func (c *Call) isThing(t *token) bool { return c.Acts.isNoun(t) || c.isParam(t) }

// isParam reports whether a word is what the tool calls an argument.
func (c *Call) isParam(t *token) bool {
	return !t.sign && !t.quoted && slices.ContainsFunc(c.Params, func(p string) bool {
		return t.text == p || t.text == p+"s" || t.text+"s" == p || slices.ContainsFunc(thingBegins[p], func(b string) bool { return len(b) > 4 && strings.HasPrefix(t.fold, b) })
	})
}

// names reports whether a text holds a value that a call is about.
func (c *Call) names(text string) bool {
	return slices.ContainsFunc(c.Values, func(v Value) bool { return !v.Free && v.Said(text) })
}

// mentions reports whether a text holds a value of the call.
func (c *Call) mentions(text string) bool {
	return slices.ContainsFunc(c.Values, func(v Value) bool { return v.Said(text) })
}
