package grammar

import "fmt"

// Checked is a keyword that a grammar does not enforce, or not wholly: what it decodes
// must be checked by a validator afterwards. The grammar takes more there, never less.
type Checked struct {
	Keyword string // uniqueItems, pattern, …
	Path    string // JSON pointer to the schema that holds it, a tool's name first in a turn
	Reason  string
}

func (c Checked) String() string {
	return fmt.Sprintf("%s at %q is checked, not enforced: %s", c.Keyword, c.Path, c.Reason)
}

// Checked lists what the grammar leaves to a validator, in the order in which it was met.
func (g *Grammar) Checked() []Checked { return g.checked }

// lacks notes what cannot be enforced; it gives the error back where the schema must be
// enforced wholly, and errors of other kinds.
func (c *compiler) lacks(err error) error {
	e, ok := err.(*Error)
	if !ok || c.whole || e.Err != ErrUnsupported {
		return err
	}
	one := Checked{e.Keyword, c.named + e.Path, e.Reason}
	for _, have := range c.checked {
		if have == one {
			return nil
		}
	}
	c.checked = append(c.checked, one)
	return nil
}
