package ask

import (
	"slices"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// Times: what is to be done another time, and what only happens then.

// postponed reports whether the clause is for another time, not about a thing of that time: "my
// rent for next month", "tomorrow's meeting", "the meeting tomorrow".
func (c *clause) postponed() bool {
	for i := range min(c.content, len(c.words)) {
		t := &c.words[i]
		if t.starts&later == 0 || t.quoted {
			continue
		}
		end := span(c.words, i, later)
		if i > 0 && tills[c.words[i-1].text] {
			continue // "hold it till tomorrow": from now on
		}
		period := false
		for j := i; j < end; j++ {
			switch c.words[j].text {
			case "week", "month", "year", "woche", "monat", "semaine", "mois", "semana", "mes", "settimana", "mese", "mês":
				period = true
			}
		}
		if c.dayOf(i, end) {
			continue
		}
		j := i - 1
		for j > 0 && c.words[j].within&det != 0 {
			j--
		}
		if j >= 0 && period && slices.Contains([]string{"for", "of", "für", "pour", "de", "para", "por", "per", "di"}, c.words[j].text) {
			continue
		}
		if j > 0 && dayThings[c.words[j].text] {
			continue
		}
		c.aimed = j >= 0 && (forWords[c.words[j].text] || occasions[c.words[j].text]&c.lang != 0 && c.forThing(j))
		return true
	}
	return c.inMonth()
}

// inMonth reports whether the clause says, behind the number of a thing, in which month it is to be done: "libérez 10 places du 46042
// en janvier". A day of it is another matter.
func (c *clause) inMonth() bool {
	for i := 1; i < min(c.content, len(c.words)); i++ {
		t, before := &c.words[i], &c.words[i-1]
		if spoken.Month(t.text) == 0 && !hindiMonths[t.text] || t.quoted || i+1 < len(c.words) && digit(c.words[i+1].text) {
			continue
		}
		if thing := &c.words[max(0, i-2)]; i > 1 && monthIn[before.text]&c.lang != 0 && (thing.code() || digit(thing.text)) && !monthWord(thing.text) {
			return true
		}
		if next := i + 1; hindiMonths[t.text] && next < len(c.words) && c.words[next].text == "में" && (before.code() || before.text == "को") && !digit(before.text) {
			return true
		}
	}
	return false
}

var (
	monthIn     = wordSets["monthIn"]
	hindiMonths = set("जनवरी फ़रवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर")
)

// forWords stand before what something is for.
var forWords = set("for für pour para por per")

// occasions are what takes place on a day, whenever what is asked for is done: "für die Sitzung morgen".
var occasions = wordSets["occasion"]

// forThing reports whether a preposition for what something is for stands before the thing that ends at a word.
func (c *clause) forThing(j int) bool {
	const most = 3 // words before
	for k := j - 1; k > 0 && k >= j-most && !c.words[k].sign && !c.words[k].code(); k-- {
		if forWords[c.words[k].text] {
			return true
		}
	}
	return false
}

// dayOf reports whether a word for a later time says which thing is meant, and not when something is to be done: "la cena di
// domani", "le dîner de demain", "कल की मीटिंग". Part of a day is none, nor is a thing after or at which it is to be done.
func (c *clause) dayOf(i, end int) bool {
	if c.lang == hi {
		return end+1 < len(c.words) && (c.words[end].text == "की" || c.words[end].text == "के" || c.words[end].text == "का") && !c.words[end+1].sign && !hindiAfter[c.words[end+1].text]
	}
	if c.lang&(fr|it|es|pt) == 0 || i < 3 || c.words[i-1].text != "de" && c.words[i-1].text != "di" {
		return false
	}
	thing, article := &c.words[i-2], &c.words[i-3]
	if article.within&det == 0 || article.within&target != 0 || thing.sign || thing.code() || dayParts[thing.text]&c.lang != 0 {
		return false
	}
	if i < 4 {
		return true
	}
	before := &c.words[i-4]
	return forWords[before.text] || ofWords[before.text] || foreignVerb(before, c.lang) || ofWords[article.text] && before.within == 0 && afterWords[before.text] == 0
}

// afterWords stand before what something is done after, or before.
var afterWords = wordSets["after"]

// hindiAfter stand behind "के" where no thing follows: कल के लिए, कल के बाद.
var hindiAfter = set("लिए लिये बाद पहले अंदर भीतर दौरान साथ")

// dayParts are parts of a day.
var dayParts = wordSets["dayPart"]

// neededBy reports whether the clause only says by when the user needs what is asked for, which is to be done before: "I need his
// signature by tomorrow", "मुझे कल तक उनके साइन चाहिए". Who needs time wants it to wait.
func (c *clause) neededBy() bool {
	if c.asked || c.negates() >= 0 || c.hasOf(respite, 0) >= 0 {
		return false
	}
	needs, some := false, false
	for i := range c.words {
		needs = needs || phraseAt(needWords, c.words, i, c.lang) > 0
		if c.words[i].starts&later == 0 {
			continue
		}
		end := span(c.words, i, later)
		if c.lang == hi && (end >= len(c.words) || c.words[end].text != "तक") || c.lang != hi && (i == 0 || deadline[c.words[i-1].text]&c.lang == 0) {
			return false
		}
		some = true
	}
	return needs && some
}

// deadline stand before the time by which something is to be done, respite are words for a time to wait or to think.
var (
	deadline = wordSets["deadline"]
	respite  = wordSets["respite"]
)

// tills stand before the end of what begins now.
var tills = set("till until 'til")

// tillLater reports whether what the clause says lasts till a later time.
func (c *clause) tillLater() bool {
	for i := 1; i < len(c.words); i++ {
		if c.words[i].starts&later != 0 && tills[c.words[i-1].text] {
			return true
		}
	}
	return false
}

// thenOn reports whether the clause goes on with what is to come then, or takes up what was said.
func (c *clause) thenOn() bool {
	return c.hasAny(0, min(3, len(c.words)), "then", "afterwards", "after") || c.find(pronoun, 0, len(c.words)) >= 0
}

// dayThings are what happens at a time: what stands behind them tells which is meant.
var dayThings = set(`meeting appointment event lunch dinner breakfast call session class lesson flight train booking reservation shift party dentist termin treffen besprechung flug zug réunion rendez-vous vol train
	reunión cita vuelo tren riunione appuntamento volo treno reunião compromisso voo meetings appointments events`)

// recurs reports whether the clause says that something is to be done again and again, "jeden Monat", "tous les mois": not as
// every month.
func (c *clause) recurs() bool {
	for i := range c.words {
		t := &c.words[i]
		switch {
		case t.quoted || i > 0 && asEver[c.words[i-1].text]&c.lang != 0:
		case recurrings[t.text]&c.lang != 0:
			return true
		case eachTime[t.text]&c.lang != 0:
			next := i + 1
			for next < len(c.words) && (c.words[next].within&det != 0 || digit(c.words[next].text)) {
				next++
			}
			if next < len(c.words) && timeUnits[c.words[next].text]&c.lang != 0 {
				return true
			}
		}
	}
	return false
}

// eachTime stand before the times at which something recurs, timeUnits are those, recurrings say both in one, asEver stand
// before what is usual.
var eachTime, timeUnits, recurrings, asEver = wordSets["eachTime"], wordSets["timeUnit"], wordSets["recurs"], wordSets["asEver"]
