package ask

import "slices"

// Somebody has been waiting for long: why an order is given, and nothing that it waits for.

// longWait reports whether the clause says that somebody has been waiting for some time: "he's been waiting for two weeks", "il
// attend depuis lundi", "เขารอมาสองอาทิตย์แล้ว". Who is told to wait, or waits for something to happen first, has not.
func (c *clause) longWait() bool {
	const most = 14 // words
	i := c.hasOf(waitsNow, c.opened())
	if i < 0 || c.asked || len(c.words) > most || c.waitsForAssent() || c.negates() >= 0 || slices.ContainsFunc(c.words, func(t token) bool {
		return t.quoted || t.code() || t.starts&(ifs|unless|report|know|keep|stop|frame|later|recall) != 0 && t.within&(det|await|hypothetical) == 0
	}) {
		return false
	}
	since := c.hasOf(waitsSince, 0)
	switch {
	case c.lang == hi: // "दो दिन से इंतज़ार कर रहे हैं"
		return since > 0 && since < i && c.lasts(0, since)
	case c.lang&th != 0:
		return c.words[c.lastWord()].text == "แล้ว" && c.lasts(i+1, len(c.words))
	case c.lang&en != 0 && !c.hasAny(0, i, "been"): // "wait for two weeks"
		return false
	}
	return (since > i || since >= 0 && c.words[i].text == "esperando") && c.lasts(since+1, len(c.words))
}

// waitsForAssent reports whether the clause says that somebody waits for the word of whoever decides: "he's been waiting for my OK",
// "wir warten seit Montag auf die Freigabe".
func (c *clause) waitsForAssent() bool {
	return c.hasOf(waitsNow, c.opened()) >= 0 && c.hasOf(assents, 0) >= 0
}

// lasts reports whether words say how long something takes or since when: "two weeks", "ages", "Montag".
func (c *clause) lasts(from, to int) bool {
	return slices.ContainsFunc(c.words[from:to], func(t token) bool {
		return unitWords[t.text] || dayNames[t.text] || longTimes[t.text]&c.lang != 0
	})
}

// waitsNow are words for waiting as people say it of somebody, waitsSince say since when, longTimes how long, assents what they may
// wait for.
var waitsNow, waitsSince, longTimes, assents = wordSets["waitsNow"], wordSets["waitsSince"], wordSets["longTime"], wordSets["assent"]
