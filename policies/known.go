package policies

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
)

// known are words by which trusted lists call the things of a call's values, and no others of theirs: the Fiesta of V-55176.
func (r *Run) known(args map[string]any, labels map[string]label.Origin) (out []string) {
	for name, value := range args {
		if labels[name].How != label.HowTool {
			continue
		}
		mine, others := r.context.Rows(value)
		for _, row := range mine {
			for _, m := range row.Members {
				if m.Amount || m.Moment != "" || strings.Contains(m.Text, "@") {
					continue
				}
				for _, w := range plainWords(m.Text) {
					if len(w) > 3 && !othersHave(others, func(o label.Member) bool {
						return o.Name == m.Name && strings.Contains(o.Text, w) && slices.Contains(plainWords(o.Text), w)
					}) {
						out = append(out, w)
					}
				}
				if ask.ShapeOf(m.Text) == ask.Code && !othersHave(others, func(o label.Member) bool { return o.Text == m.Text }) {
					out = append(out, strings.ToLower(m.Text))
				}
			}
		}
	}
	return out
}

// othersHave reports whether a member of a row is such a one.
func othersHave(rows []label.Row, is func(label.Member) bool) bool {
	return slices.ContainsFunc(rows, func(row label.Row) bool { return slices.ContainsFunc(row.Members, is) })
}
