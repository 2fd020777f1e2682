package documents

import (
	"cmp"
	"encoding/json"
	"slices"
)

// afford leaves the passages that the budget has room for: those nearest to the one that
// matters most, which stays whatever it costs, in their order.
func (l *Library) afford(all []shown, most int) []shown {
	if l.opt.Budget <= 0 || l.opt.Count == nil || len(all) == 0 {
		return all
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	away := func(i int) int { return max(i-most, most-i) }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(away(a), away(b)) })
	var keep []int
	left := l.opt.Budget
	for n, i := range order {
		if left -= l.tokens(all[i]); left < 0 && n > 0 {
			break
		}
		keep = append(keep, i)
	}
	slices.Sort(keep)
	out := make([]shown, 0, len(keep))
	for _, i := range keep {
		out = append(out, all[i])
	}
	return out
}

// tokens is what a passage costs as the model reads it; where that cannot be told it is a
// byte each, which no tokenizer exceeds.
func (l *Library) tokens(s shown) int {
	raw, _ := json.Marshal(s) // of strings and numbers
	n, err := l.opt.Count(string(raw))
	if err != nil {
		l.opt.Log.Warn().Err(err).Msg("documents: the tokens of a passage could not be counted")
		return len(raw)
	}
	return n
}

// asked is where a passage stands among those around it.
func asked(all []Passage, number int) int {
	for i, p := range all {
		if p.Passage >= number {
			return i
		}
	}
	return max(len(all)-1, 0)
}
