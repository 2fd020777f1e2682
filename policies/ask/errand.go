package ask

// Where a sentence goes on: with another errand, or with what puts the order before right.

// errandToo reports whether another order follows one as an errand: "push it back, and while you're at it order 2".
func (c *cutter) errandToo(i int) bool {
	if c.lang&en == 0 || c.list[i].starts&meanwhile == 0 {
		return false
	}
	end := span(c.list, i, meanwhile)
	return end < len(c.list) && !c.list[end].sign && c.list[end].verb && (&clause{words: c.cur.words, lang: c.lang}).verbFirst()
}

// behindOops reports whether nothing but words that announce a correction stands before a place in its sentence: "Äh, Moment, ".
func (c *cutter) behindOops(i int) bool {
	some := false
	for _, t := range c.list[:i] {
		if !t.sign && (t.quoted || t.within&oops == 0) {
			return false
		}
		some = some || !t.sign
	}
	return some
}
