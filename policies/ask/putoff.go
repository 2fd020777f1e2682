package ask

// putsOff reports whether a part of a sentence says of all that stands before it that it is not to be done now: "…,
// but not yet", "पर अभी नहीं". It has no other words than those for this. That it is not to be done today is said
// by a part that stands against the one before: "Friday, not today" puts nothing off.
func putsOff(list []token, l lang) bool {
	for i := range list {
		against := list[i].starts&contrast != 0 || list[i].starts&except != 0
		if i > 0 && !list[i-1].sign && !against || list[i].sign || list[i].quoted {
			continue
		}
		not, moment, ok := false, false, true
		for j := i; j < len(list) && !list[j].sign && ok; j++ {
			t := &list[j]
			known := false
			if noWay[t.text]&l != 0 {
				not, known = true, true
			}
			if moments[t.text]&l != 0 || against && todays[t.text]&l != 0 {
				moment, known = true, true
			}
			ok = !t.quoted && (known || besides[t.text]&l != 0)
		}
		if ok && not && moment {
			return true
		}
	}
	return false
}

var (
	noWay   = wordSets["noway"]
	moments = wordSets["moment"]
	todays  = wordSets["today"]
	besides = wordSets["besides"]
)
