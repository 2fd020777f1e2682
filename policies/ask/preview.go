package ask

import "slices"

// Words of words.txt that say that the user looks at a thing before it is sent: the text of an order
// that somebody is to see first is not to go yet.
var (
	looks   = wordSets["looks"]
	earlier = wordSets["before"]
	mine    = wordSets["mine"]
	drafts  = wordSets["draft"]
)

// previews reports whether the clause says that the user first looks at what was ordered: "but let me
// see it before it goes", "zeig ihn mir vorher". What they want to see has no name there: "show me the
// list first" holds nothing up.
func (c *clause) previews() bool {
	if c.negates() >= 0 || c.asked && c.find(frame, 0, len(c.words)) < 0 || c.hasOf(mine, 0) < 0 || c.hasOf(looks, 0) < 0 {
		return false
	}
	first := c.hasOf(earlier, 0)
	if first < 0 {
		return false
	}
	for i := range c.words {
		t := &c.words[i]
		if t.sign || t.quoted || drafts[t.text]&c.lang == 0 {
			continue
		}
		if i+1 == len(c.words) {
			return true
		}
		if next := &c.words[i+1]; next.sign || next.within&opener != 0 || (earlier[next.text]|looks[next.text])&c.lang != 0 || t.within&pronoun != 0 && next.within != 0 {
			return true
		}
	}
	return false
}

// draftsElsewhere reports whether another tool of the run's has to do with drafts, and this one has not: what is drafted is not
// sent.
func (c *Call) draftsElsewhere() bool {
	draft := func(a *Acts) bool { return slices.Contains(a.named, "draft") || slices.Contains(a.nouns, "draft") }
	return !draft(&c.Acts) && slices.ContainsFunc(c.Others, func(k Other) bool { return draft(&k.Acts) })
}
