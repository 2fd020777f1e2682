package engine

import "github.com/chaski-dev/chaski/llm/grammar"

// Where the grammar leaves no choice about the text, the text is written in the tokens
// that the tokenizer gives it, with or without speculation: a model has seen no others,
// and nobody needs to ask it. The tokens are settled where the forced text begins and
// kept until they are written, so they don't depend on how many are written in a pass.

// forced returns the tokens that must come next. They need no logits.
func (c *constraint) forced(most int) []int32 {
	if c.undecided() {
		return nil
	}
	if len(c.queue) == 0 && !c.whole {
		c.queue = c.settle(c.matcher)
	}
	return c.queue[:min(len(c.queue), most)]
}

// settle returns the tokens of the text that the grammar forces at m.
func (c *constraint) settle(m *grammar.Matcher) []int32 {
	ids, err := m.ForcedTokens(c.encoder)
	if err != nil {
		return nil // then the mask decides, token by token
	}
	return ids
}

// slot is what may stand at one place of a sequence.
type slot struct {
	mask  grammar.Bitset // nil where the draft is sure
	queue []int32        // forced tokens from here on
}

// slots returns what is allowed at each token of a draft and after it; the first sure
// tokens of the draft are forced. left is how many tokens may yet be generated.
func (c *constraint) slots(draft []int32, sure, left int) ([]slot, error) {
	c.left = left
	m, queue := c.matcher.Clone(), c.queue
	out := make([]slot, len(draft)+1)
	for i := range out {
		if len(queue) == 0 && !c.whole && !(i == 0 && c.undecided()) {
			queue = c.settle(m)
		}
		if i >= sure {
			set, err := c.mask(m, left-i)
			if err != nil {
				return nil, err
			}
			switch {
			case len(queue) > 0 && set.Has(queue[0]):
				clear(set)
				set.Set(queue[0])
			case len(queue) == 0 && c.whole && m.CanEnd():
				clear(set)
				for _, id := range c.ends {
					set.Set(id)
				}
			default:
				queue = nil
			}
			out[i].mask = set
		}
		out[i].queue = queue
		if i == len(draft) {
			break
		}
		if len(queue) > 0 {
			if draft[i] != queue[0] {
				break // what stands behind a wrong guess is not asked for
			}
			queue = queue[1:]
		}
		if err := c.accept(m, draft[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// mask returns the tokens that may come next at m.
func (c *constraint) mask(m *grammar.Matcher, left int) (grammar.Bitset, error) {
	set := grammar.NewBitset(c.vocab.Size())
	if err := m.MaskWithin(set, left); err != nil {
		return nil, err
	}
	if m.CanEnd() {
		for _, id := range c.ends {
			set.Set(id)
		}
	}
	if c.tag >= 0 && m.CanTag() && set.Count() > 0 {
		set.Set(c.tag)
	}
	return set, nil
}

// write takes note of a token at a slot.
func (c *constraint) write(s slot, id int32) error {
	c.queue = nil
	if len(s.queue) > 0 {
		c.queue = s.queue[1:]
	}
	if id != c.tag {
		c.advice = c.advice.after(c.vocab.Bytes(id))
	}
	return c.accept(c.matcher, id)
}
