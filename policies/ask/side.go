package ask

import (
	"slices"
	"strings"
)

// On which side of a call a value stands: from where, or to where.

// roles reports whether each value stands on its side: not "from" where the call has it as
// "to".
func (c *clause) roles(inside []Value) bool {
	side := func(v Value) Role {
		out, seen := NoRole, false
		for i := range c.words {
			t := &c.words[i]
			if t.sign || t.quoted || !v.Said(t.text) && strings.ToLower(v.Text) != t.text {
				continue
			}
			r := c.side(i)
			if seen && r != out {
				return NoRole
			}
			out, seen = r, true
		}
		return out
	}
	for _, v := range inside {
		s := side(v)
		if v.Role == To && (s == From || s == About && v.Shape != Code) || v.Role == From && s == To {
			return false
		}
		if v.Role == NoRole && s == To && v.Shape != Choice && slices.ContainsFunc(inside, func(o Value) bool { return o.Role == To && o.Name != v.Name && o.Shape == v.Shape && side(o) != To }) {
			return false
		}
	}
	return true
}

// side tells by the word before it on which side something stands.
func (c *clause) side(i int) Role {
	if c.lang == hi && i+1 < len(c.words) {
		switch c.words[i+1].text {
		case "से":
			return From
		case "को", "में":
			return To
		}
	}
	for j := i - 1; j >= 0 && j >= i-3; j-- {
		t := &c.words[j]
		switch {
		case ofWords[t.text] && j > 0 && leavings[c.words[j-1].text]&c.lang != 0:
			return From // "au départ de Lille"
		case genitives[t.text]:
			return NoRole // "of" as well
		case c.wholeAt(j):
			return From
		case t.within&topic != 0:
			return About
		case t.within&source != 0 && t.within&target == 0:
			if gives[t.text] && j == c.opened() { // dai
				return NoRole
			}
			return From
		case t.within&target != 0 && t.within&source == 0 && !(t.text == "a" && c.lang&en != 0):
			return To
		case t.within&det != 0 || holders[t.text]:
		case j == i-1 && t.within == 0 && !t.sign && (digit(c.words[i].text) || c.words[i].code()) && (!t.verb || t.noun): // from tank 9
		default:
			return NoRole
		}
	}
	return NoRole
}

// leavings are words before what says from where one leaves.
var leavings = wordSets["leaving"]

// genitives say whose something is as well as from where it comes.
var genitives = set("de do da di d' du del des")

// holders are what a value may be the name of: to the account savings.
var holders = set("account konto compte cuenta conto conta team folder channel")

// leavesAll is [clause.leaves] of each part that holds all of the values, if any does: what goes to R4 in one
// part comes from there in another.
func (c *clause) leavesAll(call *Call, inside []Value) bool {
	some := false
	for _, part := range c.parts() {
		sub := *c
		sub.words, sub.text = part, textOf(c, part)
		if slices.ContainsFunc(inside, func(v Value) bool { return !v.Said(sub.text) }) {
			continue
		}
		sub.content = len(part)
		if some = true; !sub.leaves(call, inside) {
			return false
		}
	}
	return some || c.leaves(call, inside)
}

// leaves reports whether a value stands nowhere but where something is taken from, while something
// else of its kind stands where it goes to: "move S-1 from rack R4 to rack R6" does not ask for R4. A
// move needs no other: "out of R4" is not to R4.
func (c *clause) leaves(call *Call, inside []Value) bool {
	moves := slices.ContainsFunc(call.Acts.named, func(v string) bool { return movers[v] }) && len(inside) > 1
	when := c.saysMoment(call)
	for _, v := range inside {
		if v.Role != NoRole || v.Shape == Moment || v.Free && v.Shape == Word {
			continue
		}
		from, elsewhere, sure, of := false, false, false, -1
		for i := range c.words {
			t := &c.words[i]
			if t.sign || !v.Said(t.text) && !v.holdsWord(c, i, t.text) {
				continue
			}
			if p := c.preposition(i); p > 0 && p == i-1 && v.Shape == Word && !moves && ofWords[c.words[p].text] && call.isThing(&c.words[p-1]) && !c.namesWhere(i+1) {
				elsewhere = true // "licenças do Photoshop para os estagiários"
			} else if p >= 0 && c.words[p].within&source != 0 || c.postposed(i, "से") {
				from = true
				if p < 0 || !ofWords[c.words[p].text] {
					sure = true
				} else {
					of = p
				}
			} else {
				elsewhere = true
			}
		}
		if !from || elsewhere {
			continue
		}
		if moves && sure && slices.ContainsFunc(inside, func(o Value) bool { return o.Name != v.Name && o.Shape != Number && o.Shape != Moment }) {
			return true
		}
		for i := range c.words {
			p := c.preposition(i)
			goes := p >= 0 && c.words[p].within&target != 0 && c.words[p].within&source == 0 || c.postposed(i, "में") || c.postposed(i, "पर")
			if !goes || i == of-1 || when && c.ofMoment(i) || !c.like(i, v, call) && !c.words[i].quoted {
				continue
			}
			ours := false // it is of the call, or stands behind what is: "to Bella for 10 days"
			for k := max(p+1, i-4, 0); k <= i; k++ {
				ours = ours || slices.ContainsFunc(call.Values, func(o Value) bool { return o.holdsWord(c, k, c.words[k].text) && (k == i || p >= 0) })
			}
			if !ours {
				return true
			}
		}
	}
	return false
}

// namesWhere reports whether a name, a number or a code stands behind a word for where to.
func (c *clause) namesWhere(from int) bool {
	for i := from; i < len(c.words); i++ {
		if t := &c.words[i]; t.capped || t.quoted || t.code() {
			if p := c.preposition(i); p >= from && c.words[p].within&target != 0 {
				return true
			}
		}
	}
	return false
}

// movers are deeds with a place that a thing comes from and one where it goes to.
var movers = set("move transfer relocate shift carry migrate relabel reassign transplant")

// ofWords say whose something is as often as from where it comes.
var ofWords = set("de du des d' do da dos das di del della dello dell' dei von vom des dal dalla dallo dall' dai off")

// preposition returns the word for from where or to where that a word stands behind, with what may
// stand between them: "from the rack R4"; or −1.
func (c *clause) preposition(i int) int {
	for j := i - 1; j >= 0 && j >= i-4; j-- {
		t := &c.words[j]
		switch {
		case t.sign || t.quoted || t.starts&and != 0:
			return -1
		case t.within&(source|target) != 0:
			for j > 0 && t.within&source != 0 && c.words[j-1].within&source != 0 {
				j-- // out of, away from
			}
			return j
		case t.within&det != 0 || !t.code() && !digit(t.text) && (c.lang == th || !t.verb || t.noun):
		default:
			return -1
		}
	}
	return -1
}

// postposed reports whether a Hindi word for where stands behind a word.
func (c *clause) postposed(i int, word string) bool {
	return c.lang == hi && i+1 < len(c.words) && c.words[i+1].text == word
}
