package ask

import (
	"slices"
	"strings"
)

// A question in the words of a polite order is none where the user goes on as people do who only want to know: "could you
// move it? What would that cost?", "serait-il possible de …, ou faut-il attendre ?", "… Asking for a friend."

// orWhether reports whether, behind "or" at a word of a question, it is asked what has to be done otherwise: "or do I have to
// wait till June?", "या रुकना पड़ेगा", or whether it is too late: "ou já fecharam a rota?".
func orWhether(list []token, i int, l lang) bool {
	const near = 4 // words; Hindi has its verb at the end
	to := min(i+1+near, len(list))
	if l&hi != 0 {
		to = len(list)
	}
	return otherwise[list[i].text]&l != 0 && slices.ContainsFunc(list[i+1:to], func(t token) bool { return !t.quoted && (obliges[t.text]|alreadys[t.text]|sofar[t.text])&l != 0 })
}

// enquires reports whether a sentence behind a question says that its user only wants to know: what it would cost, that they ask
// for somebody else, or are curious.
func enquires(out []clause, list []token, asked bool, l lang) bool {
	const few = 9 // words
	words := slices.DeleteFunc(slices.Clone(list), func(t token) bool { return t.sign || t.within&opener != 0 })
	if l&th != 0 {
		text := lettersOf(slices.DeleteFunc(slices.Clone(list), func(t token) bool { return t.quoted }))
		return slices.ContainsFunc(thaiEnquiring, func(w string) bool { return strings.Contains(text, w) })
	}
	if l&en != 0 && len(words) > 2 && words[0].text == "not" && words[1].text == "that" {
		return true // "not that I want to"
	}
	if len(words) == 0 || len(words) > few || slices.ContainsFunc(words, func(t token) bool { return t.quoted || t.code() }) ||
		slices.ContainsFunc(out, func(c clause) bool { return c.kind == plain && c.find(frame, 0, len(c.words)) >= 0 }) {
		return false
	}
	has := func(set map[string]lang, to int) bool {
		return slices.ContainsFunc(words[:min(to, len(words))], func(t token) bool { return set[t.text]&l != 0 })
	}
	if l&hi != 0 && has(iAsk, few) && has(onBehalf, few) {
		return true // its verb stands behind
	}
	return asked && has(costly, few) || !asked && (has(iAsk, 3) && has(onBehalf, few) && (l&(en|fr) == 0 || askingSelf[words[0].text]) || has(curious, few))
}

// enquired makes questions of the polite orders of the message among clauses that end with their mark, as a sentence behind them
// is an enquiry.
func (s *Said) enquired(list []clause) {
	for j := len(list) - 1; j >= 0 && list[j].message == s.messages; j-- {
		if c := &list[j]; c.kind == plain && (c.asked || c.lang&th != 0 && asksThai(c.words)) {
			c.kind = asking
		}
	}
}

// asksThai reports whether Thai words ask something.
func asksThai(words []token) bool {
	return slices.ContainsFunc(words, func(t token) bool {
		return !t.quoted && (t.starts&question != 0 || strings.HasSuffix(t.text, "ไหม") || strings.HasSuffix(t.text, "มั้ย"))
	})
}

// askingSelf begin what the user says of their own asking, where the verb does not tell who asks.
var askingSelf = set("i i'm im just only asking we we're je juste on")

var (
	costly   = wordSets["costly"]   // what a thing costs
	iAsk     = wordSets["iAsk"]     // in the first person
	onBehalf = wordSets["onBehalf"] // for somebody else
)

// thaiEnquiring are parts of Thai words by which it is asked what a thing costs, or said that one only asks.
var thaiEnquiring = []string{"ค่าใช้จ่าย", "ค่าธรรมเนียม", "เท่าไหร่", "เท่าไร", "กี่บาท", "ถามแทน", "ถามเฉย", "แค่ถาม", "แค่สงสัย", "แค่อยากรู้", "ถามไว้"}
