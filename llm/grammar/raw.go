package grammar

import (
	"fmt"
	"strings"

	"github.com/chaski-dev/chaski/llm/chat"
)

// Text that stands as it is, without quotes and escapes, is the inside of a JSON string
// read through: a byte of it is a step by what JSON writes for that byte, and it ends
// where the quote could close. So all that a schema says of strings holds of it too.

// raw is the text of the strings of which n is what follows the opening quote.
func (b *builder) raw(n node) node {
	if n == none {
		return none
	}
	end := b.step(n, '"')
	return b.intern(expr{kind: kRaw, nullable: end != none && b.null(end)}, nil, []node{n}, "")
}

func (b *builder) stepRaw(e *expr, c byte) node {
	n, written := e.kids[0], string([]byte{c})
	if c < 0x80 {
		written = escape(rune(c))
	}
	for i := 0; i < len(written) && n != none; i++ {
		n = b.step(n, written[i])
	}
	return b.raw(n)
}

// isRaw says that n goes on with text that stands as it is.
func (b *builder) isRaw(n node) bool {
	switch e := b.expr(n); e.kind {
	case kRaw:
		return true
	case kCat:
		return b.isRaw(e.kids[0])
	case kAnd:
		for _, k := range e.kids {
			if b.isRaw(k) {
				return true
			}
		}
	}
	return false
}

// isText says that an argument's own schema wants a string: a tag holds it as it is.
func (c *compiler) isText(name string) bool {
	root, _ := c.root.(*orderedObject)
	if root == nil {
		return false
	}
	props, _ := root.at["properties"].(*orderedObject)
	if props == nil {
		return false
	}
	own, _ := props.at[name].(*orderedObject)
	return own != nil && own.at["type"] == "string"
}

// parameter is an argument in its tag.
func (c *compiler) parameter(name, head string, n node) node {
	if c.isText(name) {
		// The line break before the text may not begin the closing tag.
		n = c.without(c.cat2(c.lit("\n"), c.raw(c.step(n, '"'))), chat.ParameterEnd)
		return c.cat(c.lit(strings.TrimSuffix(head, "\n")), n, c.lit(chat.ParameterEnd))
	}
	return c.cat(c.lit(head), n, c.lit(chat.ParameterEnd))
}

// writeTagged is the text of arguments that an enum lists.
func (c *compiler) writeTagged(o *orderedObject) (string, error) {
	var b strings.Builder
	for _, k := range o.keys {
		head, ok := c.form.Parameter(k)
		text := canonical(o.at[k])
		if s, is := o.at[k].(string); is && c.isText(k) {
			text = s
		} else if c.isText(k) {
			ok = false
		}
		if !ok || strings.Contains("\n"+text, chat.ParameterEnd) {
			return "", &Error{"enum", "", fmt.Sprintf("a tag can't carry the argument %q", k), ErrUnsupported}
		}
		b.WriteString(head + text + chat.ParameterEnd)
	}
	return b.String() + "\n", nil
}
