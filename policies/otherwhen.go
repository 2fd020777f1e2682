package policies

import (
	"slices"

	"github.com/chaski-dev/chaski/policies/ask"
	"github.com/chaski-dev/chaski/policies/label"
)

// otherwhen reports whether the words say a day or a time of day that another row has, and none of those that
// hold the value: the ride at eight is not the one at six, nor is Tuesday's Thursday's. Moments that the call
// itself is given, such as the new time, tell no rows apart.
func (r *Run) otherwhen(text string, call *ask.Call, mine, others []label.Row) bool {
	p := r.phrase(text)
	given := func(moment string) bool {
		return slices.ContainsFunc(call.Values, func(v ask.Value) bool {
			day, at := label.MomentOf(v.Text)
			return day == moment || at == moment
		})
	}
	// said reports whether a row has a member of a name whose day, or time of day, is said.
	said := func(row label.Row, name string, time bool) bool {
		return slices.ContainsFunc(row.Members, func(m label.Member) bool {
			if m.Name != name || m.Amount || m.Moment == "" {
				return false
			}
			moment, at := label.MomentOf(m.Text)
			if time {
				moment = at
			}
			return moment != "" && !given(moment) && (p.Holds(moment) || !time && p.Weekday(moment))
		})
	}
	for _, o := range others {
		for _, m := range o.Members {
			if m.Moment == "" || m.Amount {
				continue
			}
			for _, time := range []bool{false, true} {
				if said(o, m.Name, time) && !slices.ContainsFunc(mine, func(row label.Row) bool { return said(row, m.Name, time) }) {
					return true
				}
			}
		}
	}
	return false
}
