package engine

import "slices"

// drafter guesses the next tokens of a sequence from its own text: agents copy names,
// arguments and results. A guess is verified in the pass that would have computed one
// token, so that a right one saves passes and a wrong one costs a few rows.
type drafter struct {
	size  int // tokens to guess
	pause int // steps to go without
}

const (
	firstDraft = 4
	maxDraft   = 16
	maxLookup  = 8192 // tokens that are searched
)

// guess returns up to most tokens that followed the last ones earlier in ids.
func (d *drafter) guess(ids []int32, most int) []int32 {
	if d.pause > 0 {
		d.pause--
		return nil
	}
	if d.size == 0 {
		d.size = firstDraft
	}
	ids = ids[max(0, len(ids)-maxLookup):]
	for _, n := range []int{4, 3, 2} {
		if len(ids) <= n {
			continue
		}
		tail := ids[len(ids)-n:]
		for i := len(ids) - n - 1; i >= 0; i-- {
			if slices.Equal(ids[i:i+n], tail) {
				from := i + n
				return slices.Clone(ids[from:min(from+min(d.size, most), len(ids))])
			}
		}
	}
	return nil
}

// learn adapts to how many of a guess were right: it guesses more after success and
// pauses, ever longer, where text does not repeat.
func (d *drafter) learn(drafted, accepted int) {
	switch {
	case drafted == 0:
	case accepted == drafted:
		d.size = min(2*d.size, maxDraft)
	case accepted == 0 && d.size == 1:
		d.pause = 8
	case accepted == 0:
		d.size = max(1, d.size/2)
	default:
		d.size = max(1, accepted+1)
	}
}
