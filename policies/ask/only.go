package ask

import "slices"

// Where no verb tells which tool is meant, what else the clause says must tell it from the others.

// onlyFor reports whether no other tool is meant as well: none has a noun in the clause that this one lacks, and this
// one has a noun that those lack which could be called with the same. What the user wishes to have is meant for no tool
// that gets nothing.
func (c *clause) onlyFor(k *Call, ours []string, told, wished bool) bool {
	const enough = 3 // values that few tools take
	said := 0
	for _, v := range k.Values {
		if !v.Free && v.Said(c.text) {
			said++
		}
	}
	into := !k.Acts.removes() && c.putsInto()
	for i := range k.Others {
		o := &k.Others[i]
		if wished && !o.Acts.gets() {
			continue // what the user would like to have is nothing to be cancelled
		}
		if into && o.Acts.removes() && !slices.ContainsFunc(c.verbs(&o.Acts), func(v verb) bool { return v.strength == 2 }) {
			continue // what is put into something is taken out of nothing
		}
		if said >= enough && len(o.Takes) < said && !o.Alike { // it could not take up all that is said
			if slices.ContainsFunc(c.verbs(&o.Acts), func(v verb) bool {
				return v.strength == 2 && !v.generic() && !placers[c.words[v.at].text] && c.orders(v)
			}) {
				return false
			}
			continue
		}
		theirs := slices.DeleteFunc(c.nounsOf(&o.Acts), func(w string) bool { return k.isParam(&token{text: w, fold: fold(w)}) && !slices.Contains(ours, w) })
		mine := slices.ContainsFunc(ours, func(w string) bool { return !slices.Contains(theirs, w) }) || c.calls(k, o) || told && !o.Texts
		if o.Alike && !mine && !c.measures(k, o) && (!o.Bound || c.meant(k, o)) || !mine && slices.ContainsFunc(theirs, func(w string) bool { return !slices.Contains(ours, w) }) {
			return false
		}
		for _, v := range c.verbs(&o.Acts) {
			if v.strength == 2 && !v.generic() && !(k.isThing(&c.words[v.at]) && c.thingHere(v.at)) && (len(ours) == 0 && !c.calls(k, o) && !c.measures(k, o) || !placers[c.words[v.at].text]) && !slices.ContainsFunc(k.Values, func(o Value) bool { return o.holdsWord(c, v.at, c.words[v.at].text) }) {
				return false
			}
		}
	}
	return true
}

// meant reports whether the clause may ask for a tool that needs its verb, in words that this one has not:
// by a unit that it counts in, or as what is wanted.
func (c *clause) meant(k *Call, o *Other) bool {
	if c.find(frame, 0, len(c.words)) >= 0 && slices.ContainsFunc([]string{"buy", "order", "book", "request"}, o.Acts.has) {
		return true
	}
	for i := range c.words {
		for _, unit := range c.unitsAt(i) {
			if slices.ContainsFunc(o.Takes, func(name string) bool { return countsIn(name, unit) }) && !slices.ContainsFunc(k.Values, func(v Value) bool { return countsIn(v.Name, unit) }) {
				return true
			}
		}
	}
	return false
}

// calls reports whether a value of the call stands beside what the tool, and not another, calls its
// argument: "freezer F2".
func (c *clause) calls(k *Call, o *Other) bool {
	for i := range c.words {
		t := &c.words[i]
		if !k.isParam(t) || slices.ContainsFunc(o.Takes, func(name string) bool {
			return slices.ContainsFunc(NameWords(name), func(w string) bool { return t.text == w || t.text == w+"s" })
		}) {
			continue
		}
		for _, v := range k.Values {
			if slices.ContainsFunc(NameWords(v.Name), func(w string) bool { return t.text == w || t.text == w+"s" }) &&
				(i+1 < len(c.words) && v.holdsWord(c, i+1, c.words[i+1].text) || i > 0 && v.holdsWord(c, i-1, c.words[i-1].text)) {
				return true
			}
		}
	}
	return false
}

// measures reports whether a number of the clause has a unit that an argument of the call counts in, and
// none of another tool's: "T8 to ten degrees" is no payment.
func (c *clause) measures(call *Call, o *Other) bool {
	for i := range c.words {
		for _, v := range call.Values {
			if v.Shape != Number || v.Free || c.words[i].quoted || !v.holdsWord(c, i, c.words[i].text) && !v.Said(c.words[i].text) {
				continue
			}
			for _, unit := range c.unitsAt(i) {
				if countsIn(v.Name, unit) && !slices.ContainsFunc(o.Takes, func(name string) bool { return countsIn(name, unit) }) {
					return true
				}
			}
		}
	}
	return false
}
