package ask

import (
	"slices"
	"strings"
)

// meansAnother reports whether clause i orders for another thing than the one that was named last: "INV-2140 is right. Void the
// other one." Of two things the other is the one that was named before.
func (s *Said) meansAnother(i int, v Value, call *Call) bool {
	c := &s.clauses[i]
	at := c.anotherOne(call)
	if at < 0 || v.Shape != Code && v.Shape != Word && !v.Digits {
		return false
	}
	var named []string
	for j := range i {
		for k := range s.clauses[j].words {
			if t := &s.clauses[j].words[k]; t.code() && pattern(t.text) == pattern(strings.ToLower(v.Text)) && (len(named) == 0 || named[len(named)-1] != t.text) {
				named = append(named, t.text)
			}
		}
	}
	n := len(named)
	different := slices.Compact(slices.Sorted(slices.Values(named)))
	return len(different) != 2 || v.Said(named[n-1]) || c.words[at].within&others == 0
}

// anotherOne returns where the clause says that another thing of the kind is its object: "the other one", "la otra", "die
// davor"; −1 if it does not. Another folder into which it goes is no such thing.
func (c *clause) anotherOne(call *Call) int {
	for i := range c.words {
		t := &c.words[i]
		if notThatOne[t.text]&c.lang == 0 || t.quoted {
			continue
		}
		first := i
		for first > 0 && c.words[first-1].within&det != 0 {
			first--
		}
		if first == i && c.lang&(hi|th) == 0 && !(c.lang&en != 0 && i > 1 && c.words[i-1].text == "one" && (t.text == "before" || t.text == "after")) && !strings.HasPrefix(t.text, "l'") && c.words[max(0, i-1)].text != "l'" {
			continue // "any other", "other than that"
		}
		if first > 0 && (placing[c.words[first-1].text] || c.words[first-1].within&(target|source) != 0) {
			continue
		}
		next := i + 1
		for next < len(c.words) && (c.words[next].text == "one" || c.words[next].text == "ones" || c.words[next].text == "वाला" || c.words[next].text == "वाली" || c.words[next].text == "वाले") {
			next++
		}
		if next < len(c.words) {
			n := &c.words[next]
			if !n.sign && n.within == 0 && !call.Acts.isNoun(n) && !n.verb && !foreignVerb(n, c.lang) && musts[n.text]&c.lang == 0 && !goesTo[n.text] && !copulas[n.text] && n.starts&frame == 0 {
				continue // "the other day"
			}
		}
		rest := slices.DeleteFunc(append(slices.Clone(c.words[:first]), c.words[next:]...), func(t token) bool {
			return c.lang == de && t.capped && t.text == "sie" && first > 0 && !c.words[first-1].sign
		})
		if c.points(rest) {
			continue // "delete it, too, as the other one"
		}
		return i
	}
	return -1
}

// goesTo are Italian verbs by which something is to be done.
var goesTo = set("va vanno andrebbe andrebbero")

// notThatOne say of a thing that it is another one than that which was named.
var notThatOne = wordSets["notThatOne"]

// ofOther reports whether clause i orders for the thing of somebody, who was not spoken of before, and does not name it: "don't
// cancel SUB-137, pause my sister's", "celui de ma sœur", "la de mi hermana", "das meiner Schwester".
func (s *Said) ofOther(i int) bool {
	c := &s.clauses[i]
	for k := range c.words {
		at := c.ownerAt(k)
		if at < 0 {
			continue
		}
		who := strings.TrimSuffix(c.words[at].text, "'s")
		return !slices.ContainsFunc(s.clauses[:i], func(o clause) bool { return o.hasWord(who, 0) || o.hasWord(who+"'s", 0) })
	}
	return false
}

// ownerAt returns where the owner stands of whom a word begins to say that a thing is theirs, -1 if it does not.
func (c *clause) ownerAt(k int) int {
	t, n := &c.words[k], len(c.words)
	if t.sign || t.quoted {
		return -1
	}
	owns := func(j int) bool {
		return j < n && (owned[c.words[j].text] || ownersOf[c.words[j].text]&c.lang != 0)
	}
	switch {
	case c.lang&en != 0 && k > 0 && strings.HasSuffix(t.text, "'s") && (owns(k-1) || t.capped && knownIn[t.text] == 0):
		if k+1 == n || c.words[k+1].sign || c.words[k+1].within&target != 0 || placing[c.words[k+1].text] {
			return k
		}
	case c.lang&de != 0 && (t.text == "das" || t.text == "die" || t.text == "den") && owns(k+1) && k+2 < n:
		return k + 2
	case c.lang&(fr|it|es|pt) != 0 && (onesOf[t.text]&c.lang != 0) && k+2 < n && ofOwner[c.words[k+1].text]:
		if owns(k+2) && k+3 < n {
			return k + 3
		}
		if c.words[k+2].capped {
			return k + 2
		}
	}
	return -1
}

var (
	onesOf   = wordSets["onesOf"]
	ownersOf = wordSets["ownersOf"]
	ofOwner  = set("de di da do d'")
)
