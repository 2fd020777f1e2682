package ask

import "slices"

// A question whether something has to be done is no order to do it, however it begins: "muss man den neu
// starten?", "does it need a restart?". It has a word for what must or should be, and none by which
// somebody is asked to do it.

var (
	obliges  = wordSets["oblige"]
	requests = wordSets["request"]
	askers   = wordSets["asker"]
)

// wonders reports whether the clause asks whether something must or should be done.
func (c *clause) wonders() bool {
	must := -1
	for i := range c.words {
		t := &c.words[i]
		if !t.quoted && obliges[t.text]&c.lang != 0 && !(t.starts&frame != 0 && (t.length[bit(frame)] >= 3 || i+1 < len(c.words) && c.words[i+1].text == "como")) { // "hay manera de" asks for it
			must = i
			break
		}
	}
	if must < 0 || c.hasOf(requests, 0) >= 0 {
		return false
	}
	if c.asked {
		return true
	}
	// without its mark, by the verb in front and who does it behind: "muss man …", "should we …"
	i := c.opened()
	return must == i && i+1 < len(c.words) && askers[c.words[i+1].text]&c.lang != 0
}

// tagged reports whether a sentence ends with a question whether what stands before it has to be: "restart
// p-5, is that needed?".
func tagged(list []clause) bool {
	const long = 4 // words of such an end
	if len(list) < 2 {
		return false
	}
	last := &list[len(list)-1]
	return len(last.words) <= long && last.hasOf(obliges, 0) >= 0 && last.hasOf(requests, 0) < 0 && !slices.ContainsFunc(last.words, func(t token) bool { return t.code() || t.quoted })
}

// wonderTogether reports whether clause i asks whether something can be done to what the question before it is about: "is
// T-3201 sorted? can we close it?"
func (s *Said) wonderTogether(i int) bool {
	c := &s.clauses[i]
	if i == 0 || !c.asked || s.clauses[i-1].kind != asking || s.clauses[i-1].message != c.message || c.hasOf(courtesy, 0) >= 0 || !c.points(c.words) {
		return false
	}
	at := c.opened()
	return slices.ContainsFunc(c.words[:min(len(c.words), at+3)], func(t token) bool { return together[t.text] })
}

// together are those who ask what they may do with others, or say so by the verb.
var together = set("we wir on nous possiamo podemos हम เรา")
