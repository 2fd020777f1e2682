package ask

import (
	"regexp"
	"slices"
	"strings"
)

// What the assistant puts to the user to choose from, "9:00 or 14:30?", and how an answer says that it suits.

// between lists what a sentence of the assistant's puts to the user as alternatives, in its order: each is a day, a time, a number,
// a name or one word. It is nil if they are not all of one kind.
func between(words []token, l lang) (out []stretch) {
	at := slices.IndexFunc(words, func(t token) bool { return !t.quoted && ors[t.text] && !(t.text == "o" && l&(es|it) == 0) })
	if at <= 0 || at+1 >= len(words) {
		return nil
	}
	last := slices.IndexFunc(words[at+1:], func(t token) bool { return ors[t.text] && !(t.text == "o" && l&(es|it) == 0) })
	if last >= 0 {
		return nil // of three, or of two things at once
	}
	ends := []int{at}
	for i := at - 1; i >= 0; i-- {
		if words[i].sign && words[i].text == "," {
			ends = append(ends, i)
		} else if words[i].sign {
			break
		}
	}
	right := extent(words, at+1, l)
	if right == at+1 {
		return nil
	}
	digits := func(list []token) bool {
		return slices.ContainsFunc(list, func(t token) bool { return digit(t.text) || strings.ContainsAny(t.text, "0123456789") })
	}
	dated := digits(words[at+1 : right])
	for _, end := range slices.Backward(ends) {
		from := end
		for from > 0 && !words[from-1].sign && (dated && ofOption(words, from-1, l) || !dated && from == end) {
			from--
		}
		for from < end && (words[from].within&(det|target|source) != 0 || placing[words[from].text] || ofWords[words[from].text]) {
			from++
		}
		if from == end || digits(words[from:end]) != dated {
			if end == at {
				return nil
			}
			continue
		}
		out = append(out, stretch{words[from].at, words[end-1].end, false})
	}
	from := at + 1
	for from < right && (words[from].within&(det|target|source) != 0 || placing[words[from].text] || ofWords[words[from].text]) {
		from++
	}
	if from == right {
		return nil
	}
	return append(out, stretch{words[from].at, words[right-1].end, false})
}

// extent returns where the alternative ends that begins at a word.
func extent(words []token, i int, l lang) int {
	end := i
	for end < len(words) && ofOption(words, end, l) {
		end++
	}
	if end > i && slices.ContainsFunc(words[i:end], func(t token) bool { return strings.ContainsAny(t.text, "0123456789") }) {
		return end
	}
	for end = i; end < len(words) && words[end].within&(det|target) != 0; end++ {
	}
	if end < len(words) && !words[end].sign && words[end].names() && (end+1 == len(words) || words[end+1].sign || l&th != 0) {
		return end + 1
	}
	return i
}

// ofOption reports whether a word may be a part of a day, a time or a number that is put to the user.
func ofOption(words []token, i int, l lang) bool {
	t := &words[i]
	if t.sign || t.quoted {
		return false
	}
	_, end := numeral(words, i, l)
	return end > i || digit(t.text) || strings.ContainsAny(t.text, "0123456789") || monthWord(t.text) || weekdays[t.text] || unitWords[t.text] || dayWords[t.text] ||
		placing[t.text] || ofWords[t.text] || t.text == "of" || t.within&(det|target|source) != 0
}

// dayWords are words that belong to a day or a time.
var dayWords = set("at on um uhr à h heures alle ore a las horas às pm am morning afternoon evening matin midi après-midi mattina pomeriggio mañana tarde manhã को बजे सुबह शाम दोपहर วันที่ เวลา โมง น")

// options are the texts of the alternatives that a text of the assistant's puts to the user; none where there are two
// choices.
func (s *Said) options(put string) (out []string) {
	for _, at := range sentences(put, quotesOf(put)) {
		text := put[at.from:at.to]
		words := tokens(text)
		l := language(words)
		if (l|s.tongue)&(hi|th) == 0 {
			l |= s.tongue
		}
		mark(words, l)
		some := between(words, l)
		if len(some) < 2 {
			continue
		}
		if out != nil {
			return nil // of two choices
		}
		for _, o := range some {
			out = append(out, text[o.from:o.to])
		}
		if _, month := splitDay(out[len(out)-1]); month != "" { // "the 9th or the 10th of December"
			for i, o := range out[:len(out)-1] {
				if _, own := splitDay(o); own == "" && bareDay.MatchString(o) {
					out[i] = o + " " + month
				}
			}
		}
	}
	return out
}

// bareDay is the day of a month that says no month.
var bareDay = regexp.MustCompile(`^\d{1,2}(?:\.|st|nd|rd|th|º|er)?$`)

var (
	// courtly are words of courtesy at the end of an order or an answer, courtlyFirst those at its beginning.
	courtly      = regexp.MustCompile(`(?i)[ ,]*(?:^|[ ,])(?:please|pls|thanks|thank you|many thanks|bitte(?: schön| sehr)?|danke(?: schön| sehr)?|vielen dank|s['’]il (?:vous|te) pla[iî]t|svp|stp|merci(?: beaucoup| bien)?|per (?:favore|piacere|cortesia)|grazie(?: mille)?|por favor|gracias|muchas gracias|se faz favor|faz favor|obrigad[oa]|por gentileza|कृपया|धन्यवाद|प्लीज़|शुक्रिया)$`)
	courtlyFirst = regexp.MustCompile(`(?i)^(?:please|bitte|yes|ja|oui|sì|sí|sim|हाँ|जी)[ ,]+`)
	polite       = []string{"นะครับ", "นะคะ", "ครับ", "ค่ะ", "คะ", "ขอบคุณ", "เอา"}

	// suits says behind what is named that it is what the user takes.
	suits = regexp.MustCompile(`(?i)[ ,]+(?:(?:would |will )?(?:works?|suits?)(?: best| fine| well| great| perfectly)?(?: for (?:me|us)| me| us)?|(?:is|would be|sounds) (?:fine|good|great|perfect|best|ideal|ok|okay)(?: for (?:me|us)| with me)?` +
		`|(?:passt|geht|wäre|ist) ?(?:mir|uns)?(?: gut| super| prima| perfekt| am besten| ideal| in ordnung)?|(?:me|nous) convient(?: bien| parfaitement| très bien)?|(?:me|nous) va(?: bien| très bien)?|ce sera (?:bien|parfait)|c['’]est (?:bien|parfait|bon)|(?:mi|ci) va bene|va bene(?: per me)?|va benissimo|è perfett[oa]|me (?:va|viene) (?:bien|perfecto|genial)|está bien|está bem|pode ser|serve|dá|fica bem|ठीक है|ठीक रहेगा|चलेगा)$`)
	suitsThai = regexp.MustCompile(`(?:สะดวก|ได้|โอเค|ก็ได้)(?:ค่ะ|ครับ|คะ)?$`)
)

// uncourtly is a text without the words of courtesy around it.
func uncourtly(text string) string {
	for {
		before := text
		if cut := strings.TrimSpace(courtly.ReplaceAllString(text, "")); cut != text {
			text = strings.TrimRight(cut, " ,")
		}
		for _, end := range polite {
			text = strings.TrimSpace(strings.TrimSuffix(text, end))
		}
		if text == before {
			return text
		}
	}
}

// unsuited is an answer without words that only say that it suits.
func unsuited(text string) string {
	text = courtlyFirst.ReplaceAllString(text, "")
	if cut := suits.ReplaceAllString(text, ""); cut != "" {
		text = cut
	}
	if cut := strings.TrimSpace(suitsThai.ReplaceAllString(text, "")); cut != "" && !strings.HasSuffix(cut, "ไม่") {
		text = cut
	}
	return uncourtly(text)
}
