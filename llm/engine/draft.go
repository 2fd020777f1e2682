package engine

import (
	"math"
	"slices"
)

// drafter guesses the next tokens of a sequence from its own text, for agents copy
// names, arguments and results; and where there is a draft model and nothing is copied, by
// that. A guess is verified in the pass that would have computed
// one token. It is as long as it pays: each further token is right less often, and costs
// a row of the pass.
type drafter struct {
	odds     [sources]odds // of this sequence
	copying  trial
	modelled trial
}

// trial is when a source of guesses is tried again that does not seem worth it.
type trial struct {
	refused int // guesses since the last that was tried
	wait    int // so many are refused before one token is tried again
}

func (d *drafter) trial(from source) *trial {
	if from == modelled {
		return &d.modelled
	}
	return &d.copying
}

// source says where a draft came from.
type source int

const (
	forced  source = iota - 1 // by the grammar: no guess
	lookup2                   // the text after the same two tokens, earlier on
	lookup3
	lookup4
	modelled     // by the draft model
	sources  int = iota - 1
)

const (
	maxDraft  = 16   // tokens from the text; of forced text it is maxForced
	maxForced = 64   //
	maxLookup = 8192 // tokens that are searched
	firstWait = 8
	maxWait   = 64
)

// odds counts how often a drafted token was right, where those before it were.
type odds struct{ tried, right float64 }

// firstOdds are assumed of a model that nothing is known about.
var firstOdds = [sources]odds{lookup2: {8, 3}, lookup3: {8, 4.5}, lookup4: {8, 6}, modelled: {8, 5.6}}

func (o *odds) learn(drafted, accepted int, keep float64) {
	o.tried, o.right = o.tried*keep+float64(min(accepted+1, drafted)), o.right*keep+float64(accepted)
}

// lookup returns what followed the last tokens of ids earlier on, at most maxDraft.
func lookup(ids []int32) (source, []int32) {
	ids = ids[max(0, len(ids)-maxLookup):]
	for n := 4; n >= 2; n-- {
		if len(ids) <= n {
			continue
		}
		tail := ids[len(ids)-n:]
		for i := len(ids) - n - 1; i >= 0; i-- {
			if ids[i] == tail[0] && slices.Equal(ids[i:i+n], tail) {
				return lookup2 + source(n-2), slices.Clone(ids[i+n : min(i+n+maxDraft, len(ids))])
			}
		}
	}
	return lookup2, nil
}

// worth returns how many tokens of a guess to verify. all are the odds of all sequences
// together, share is what a row costs in units of what a token costs now.
func (d *drafter) worth(from source, guess int, all *[sources]odds, share float64) int {
	const prior = 4
	o := d.odds[from]
	p := (o.right + prior*all[from].right/all[from].tried) / (o.tried + prior)
	t := d.trial(from)
	if p < share && guess > 0 {
		if t.refused++; t.refused <= max(t.wait, firstWait) {
			return 0
		}
		t.refused = 0
		return 1
	}
	t.wait = firstWait
	if p >= 1 {
		return guess
	}
	return int(min(float64(guess), math.Log(share)/math.Log(p)))
}

// learn takes note of how many of a guess were right.
func (d *drafter) learn(from source, drafted, accepted int, all *[sources]odds) {
	if drafted == 0 || from == forced {
		return
	}
	d.odds[from].learn(drafted, accepted, 0.9)
	all[from].learn(drafted, accepted, 0.98)
	if t := d.trial(from); accepted == 0 {
		t.wait = min(2*max(t.wait, firstWait), maxWait)
	}
}

// pace is what passes that only decode cost: a fixed part, mostly reading the weights,
// and a part for each row. It is fitted to the latest passes, for it depends on the
// model, the machine and what else runs there.
type pace struct {
	w, n, nn, t, nt float64 // weighted sums of 1, rows, rows², seconds, rows·seconds
	row             float64 // cost of a row, in units of the fixed part
	frozen          bool    // tests: nothing is learnt
}

// firstRow is what a row costs until something was measured.
const firstRow = 0.25

func newPace() pace { return pace{row: firstRow} }

func (p *pace) learn(rows int, seconds float64) {
	const keep = 0.97
	n := float64(rows)
	p.w, p.n, p.nn = p.w*keep+1, p.n*keep+n, p.nn*keep+n*n
	p.t, p.nt = p.t*keep+seconds, p.nt*keep+n*seconds
	spread := p.nn - p.n*p.n/p.w
	if p.w < 8 || spread < 1 || p.frozen {
		return // passes of one size tell nothing of a row's cost
	}
	slope := (p.nt - p.n*p.t/p.w) / spread
	fixed := (p.t - slope*p.n) / p.w
	switch {
	case slope <= 0:
		p.row = 0.02
	case fixed <= 0:
		p.row = 5
	default:
		p.row = min(max(slope/fixed, 0.02), 5)
	}
}

// share returns what one row more costs beside a pass of so many sequences, in units of
// what each of their tokens costs. A drafted token pays if its chance is above that.
func (p *pace) share(sequences int) float64 {
	n := float64(max(sequences, 1))
	return p.row * n / (1 + p.row*n)
}
