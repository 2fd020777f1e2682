package ask

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// An answer may be a sentence in which the user takes what they name: "I'll take 15:30", "I can do Friday", "ich nehme die
// Salami", "there will be five of us". It is the answer alone that counts.

var (
	// takesFirst begin such a sentence, takesLast end one.
	takesFirst = regexp.MustCompile(`(?i)^(?:(?:ok|okay|yes|yeah|yep|sure|great|perfect|lovely|oh|well|right|then|so|ja|gut|prima|super|gern|gerne|klar|na|also|dann|oui|alors|bon|va bene|sì|allora|certo|sí|vale|pues|entonces|claro|sim|então|bom|pois)[ ,.!]+)*` +
		`(?:(?:i|we)(?:['’]ll|['’]d| will| would| can| could) (?:just )?(?:take|do|make|manage|choose|pick|go for|go with|opt for|have)|(?:i|we) (?:take|choose|pick)|(?:let['’]s|let us) (?:do|take|make it|go for|go with|have|say)|make it|we(?:['’]ll| will) be|we(?:['’]re| are)|there(?:['’]ll be|['’]s| are| will be)|it(?:['’]ll be|['’]s| will be)` +
		`|(?:ich|wir) (?:nehm|nehme|nehmen|kann|können|könnte|könnten|komme|kommen|sind|wären|brauche|brauchen|bräuchte|bräuchten)|(?:nehm|nehme|nehmen|kommen|komme|bräuchten|brauchen) (?:ich|wir)|(?:da|dann|das|es) (?:wären|sind|wäre) (?:wir )?|machen wir|mach|lieber|am liebsten` +
		`|(?:on|nous) (?:sera|est|sommes|serons)|je prends|on prend|nous prenons|ce sera|disons|siamo|saremo|prendo|prendiamo|facciamo|diciamo|somos|seremos|seríamos|cojo|tomo|me quedo con|nos quedamos con|pongamos|serían|serán|vamos ser|fico com|ficamos com|pode ser)` +
		`(?: (?:dann|mal|gern|gerne|lieber|bitte|then|please|about|in|dans les|plutôt|piuttosto|unos|mejor|melhor))* `)
	takesLast = regexp.MustCompile(`(?i) (?:(?:kann|könnte|nehme|nehm) ich|(?:können|könnten|nehmen) wir)(?: gut| gern| gerne| am besten)?$| of us$| nehmen$| schaffen$`)
)

// taking is the answer without the words by which the user takes what they name in its first piece; ok tells whether there
// are any.
func taking(text string) (answer string, ok bool) {
	text = strings.TrimSpace(text)
	end := len(text)
	lead := len(takesFirst.FindString(text))
	if at := strings.IndexAny(text[lead:], ",;!?–—"); at >= 0 {
		end = lead + at
	} else if trimmed := strings.TrimRight(text, " .।"); trimmed != "" {
		end = max(len(trimmed), lead)
	}
	if at := strings.Index(text[lead:end], ". "); at >= 0 {
		end = lead + at
	}
	head := text[lead:end]
	behind := takesLast.FindStringIndex(head)
	if behind != nil {
		head = head[:behind[0]]
	}
	if strings.TrimSpace(head) == "" {
		return text, false
	}
	return head + text[end:], lead > 0 || behind != nil
}

// takesOnly reports whether the first piece of an answer without the words by which the user takes it is what they take,
// and no more: not "my son at 15:30", nor "an, 15:30" of "ich nehme an".
func (s *Said) takesOnly(answer, order, put string) bool {
	list := s.pieces(answer, sentences(answer, quotesOf(answer)))
	if len(list) == 0 {
		return false
	}
	p := &list[0]
	p.suits, p.options = true, s.optionWords(put)
	_, _, ok := p.says(s.wholePiece(order))
	return ok && p.comitative() == len(p.words) && p.words[0].text != "an" && !slices.ContainsFunc(p.words, func(t token) bool { return ownOnes[t.text] })
}

// optionWords are the words of what a text of the assistant's puts to the user to choose from.
func (s *Said) optionWords(put string) map[string]bool {
	var out map[string]bool
	for _, o := range s.options(put) {
		for _, t := range tokens(strings.ToLower(o)) {
			if out == nil {
				out = map[string]bool{}
			}
			if !t.sign {
				out[t.text] = true
			}
		}
	}
	return out
}

// manyTogether are German words for how many are manyTogether, behind "zu".
var manyTogether = wordSets["manyTogether"]

// byRoutine reports whether the piece only says before or after which part of somebody's day it is: "straight after the
// school run". What waits for something, "after I've asked her", is none.
func (p *piece) byRoutine() bool {
	i := p.opened()
	for i < len(p.words) && directly[p.words[i].text]&p.lang != 0 {
		i++
	}
	if i+1 >= len(p.words) || routineBy[p.words[i].text]&p.lang == 0 || p.asks {
		return false
	}
	some := false
	for _, t := range p.words[i+1:] {
		if routines[t.text]&p.lang != 0 {
			some = true
		} else if t.sign || t.quoted || t.within&det == 0 {
			return false
		}
	}
	return some
}

// routines are parts of everybody's day, routineBy stand before them, directly before that.
var routines, routineBy, directly = wordSets["routine"], wordSets["routineBy"], wordSets["directly"]

// complains reports whether the clause tells what those who are spoken to have done to the user: "you charged me for the
// bag I never ordered".
func (c *clause) complains() bool {
	i := c.opened()
	if i+2 >= len(c.words) || c.asked || c.find(ifs|unless|await|recall|keep|stop, 0, len(c.words)) >= 0 || c.hasOf(alreadys, 0) >= 0 {
		return false
	}
	return youWords[c.words[i].text]&c.lang != 0 && c.hasOf(didToUs, i) >= 0
}

// youWords are those who are spoken to, didToUs says what they did.
var youWords, didToUs = wordSets["youDid"], wordSets["didToUs"]

// compares tells of a word whether it picks the later of two, 1, or the earlier, −1.
func compares(w string, l lang) int {
	switch {
	case laterOnes[w]&l != 0:
		return 1
	case earlierOnes[w]&l != 0:
		return -1
	}
	return 0
}

var laterOnes, earlierOnes = wordSets["laterOne"], wordSets["earlierOne"]

// laterOf returns which of two times or days is the later one, or the earlier, from one; 0 if they are none, or do not
// stand in their order.
func laterOf(things []string, than int) int {
	if len(things) != 2 {
		return 0
	}
	first, day := orderedAt(things[0])
	second, alsoDay := orderedAt(things[1])
	switch {
	case first == 0 || first >= second || day != alsoDay:
		return 0
	case than < 0:
		return 1
	}
	return 2
}

// orderedAt tells where a time stands in a day, or a day in a year.
func orderedAt(text string) (n int, day bool) {
	if m := clockTime.FindStringSubmatch(text); m != nil {
		hour, _ := strconv.Atoi(m[1])
		minute, _ := strconv.Atoi(m[2])
		return hour*60 + minute + 1, false
	}
	if dates := spoken.Parse(strings.ToLower(text)).Dates(); len(dates) == 1 && dates[0].Day > 0 && dates[0].Month > 0 && !dates[0].Last {
		return dates[0].Year*500 + dates[0].Month*40 + dates[0].Day, true
	}
	return 0, false
}

// clockTime is an hour and minutes in digits, and no more.
var clockTime = regexp.MustCompile(`^(?:at |um )?(\d{1,2})[:.h](\d{2})(?: uhr| h)?$`)

// statedBefore reports whether clause i only says how things are, before a request in the same question: "the lamp needs
// fixing, could you book a repair?"
func (s *Said) statedBefore(i int) bool {
	c := &s.clauses[i]
	if c.kind != asking || !c.asked || c.lang&(hi|th) != 0 || c.questions(c.opened()) || c.byOthers() || c.negates() >= 0 || len(c.cond) > 0 ||
		c.find(question|ifs|unless|hypothetical|report|know, 0, len(c.words)) >= 0 || i+1 >= len(s.clauses) {
		return false
	}
	o := &s.clauses[i+1]
	return o.sentence == c.sentence && o.kind == plain && o.find(frame, 0, len(o.words)) >= 0
}

// atPresent reports whether a question of the assistant's is about what the user has, and not about what they want: "which
// plan do you have now?"
func atPresent(words []token, l lang) bool {
	some := func(of map[string]lang) bool {
		return slices.ContainsFunc(words, func(t token) bool { return !t.quoted && of[t.text]&l != 0 })
	}
	return some(presents) && some(presentHas) && !some(presentWish)
}

var presents, presentHas, presentWish = wordSets["atPresent"], wordSets["presentHas"], wordSets["presentWish"]
