package ask

// What is to be done otherwise: "if it rains, cancel it, otherwise move it", "regarde si elle est livrée, sinon annule-la".

// otherwiseAt returns where a word for "otherwise" ends that begins at a word behind a sign or a joining word and before an
// order, 0 if none does.
func (c *cutter) otherwiseAt(i int) int {
	if i == 0 || i >= len(c.list) || len(c.cur.words)+len(c.out) == 0 || !c.list[i-1].sign && c.list[i-1].starts&and == 0 {
		return 0
	}
	if n := phraseAt(elsewise, c.list, i, c.lang); n > 0 && i+n < len(c.list) {
		return i + n
	}
	return 0
}

// elsewise are words for "otherwise".
var elsewise = wordSets["elsewise"]

// hinge gives the clauses of a sentence its conditions, and those behind "otherwise" the contrary of the last one, or of what
// was to be looked up before it.
func (s *Said) hinge(c *cutter) {
	from := max(0, c.forRest())
	for i := from; i < len(c.out); i++ {
		c.out[i].cond = c.cond
	}
	if c.elseFrom == 0 || c.elseFrom >= len(c.out) {
		return
	}
	other := append([]Condition(nil), c.cond...)
	if n := len(other); n > 0 {
		other[n-1].Unless = !other[n-1].Unless
	} else if text, found := lookedUp(c.out[:c.elseFrom]); found {
		other = append(other, Condition{Text: text, Unless: true, Lost: text == ""})
	}
	for i := c.elseFrom; i < len(c.out); i++ {
		c.out[i].cond = other
	}
}

// lookedUp reports whether clauses want to have something looked up, and what, if that is known.
func lookedUp(list []clause) (text string, found bool) {
	for i := range list {
		for k := range list[i].words {
			if t := &list[i].words[k]; !t.quoted && (asksWhether[t.text] || t.starts&know != 0) {
				found = true
				for j := range list[i:] {
					text += list[i+j].text + " "
				}
				if m := whether.FindStringSubmatch(text); m != nil {
					return m[1] + m[2], true
				}
				text = ""
			}
		}
	}
	return "", found
}

// eventAt returns where words end that begin at a word and make a condition of what the weather may be, or of what may come
// about, 0 if none do: "storniert W/4 bei Regen", "anulad W/4 con lluvia". They end what is said, or begin it before the order.
func (c *cutter) eventAt(i int) int {
	if len(c.out) > 0 {
		return 0
	}
	if n := phraseAt(thresholds, c.list, i, c.lang); n > 0 && c.onlyOpeners() && i+n+2 < len(c.list) && amountForm.MatchString(c.list[i+n].text) && currencies[c.list[i+n+1].text] {
		return i + n + 2 // "ab 30 Euro stornieren"
	}
	j := i + 1
	for j < len(c.list) && c.list[j].within&det != 0 {
		j++
	}
	switch {
	case j >= len(c.list) || c.list[i].quoted || c.list[j].quoted || upon[c.list[i].text]&c.lang == 0 || events[c.list[j].text]&c.lang == 0:
		return 0
	case j+1 == len(c.list) || c.list[j+1].sign && i > 0:
		return j + 1
	}
	next := &c.list[j+1]
	if i == 0 && (next.code() || digit(next.text) || next.within&det != 0 && j+2 < len(c.list) && c.list[j+2].code() || foreignVerb(next, c.lang) && !frequent(next, c.lang)) {
		return j + 1
	}
	return 0
}

// upon stand before what may come about, events; thresholds before what it may come to.
var upon, events, thresholds = wordSets["upon"], wordSets["event"], wordSets["threshold"]
