package ask

import (
	"slices"
	"strings"
)

// What is asked for may be a paper about a thing, or what is told of it, and not the thing: "cancel the invoice for V-55176", "get me
// the price of 3 bags", "give me the order number of the 3 bags"; or a thing that was bought before: "get me the 3 bags I paid for".

// ofPaper reports whether the object of clause i is a paper about what the call is for.
func (s *Said) ofPaper(i int, call *Call) bool {
	c := &s.clauses[i]
	if call.Acts.has("pay") || call.Acts.has("refund") {
		return false
	}
	if c.lang&th != 0 {
		return c.paperThai(call)
	}
	for from := 0; from < len(c.words); {
		to := from
		for to < len(c.words) && (!c.words[to].sign || c.words[to].text != ",") {
			to++
		}
		if c.part(from, to).paperFirst(call) {
			return true
		}
		from = to + 1
	}
	return call.skips() && c.hasOf(listings, 0) >= 0
}

// skips reports whether the call leaves something out.
func (c *Call) skips() bool { return slices.Contains(c.Acts.named, "skip") }

// paperFirst reports whether a word for a paper stands before the first value of the call, and says that it is about it: "the
// invoice for V-88", "V-88 का बिल".
func (c *clause) paperFirst(call *Call) bool {
	const near = 5 // words from the paper to the value
	valued := func(k int) bool {
		t := &c.words[k]
		return !t.sign && slices.ContainsFunc(call.Values, func(v Value) bool {
			return !v.Free && v.Shape != Moment && v.Shape != Choice && (v.Said(t.text) || v.holdsWord(c, k, t.text))
		})
	}
	for k := range c.words {
		t := &c.words[k]
		n := 0
		if !t.quoted && (paper[t.text]&c.lang != 0 && !call.isThing(t) || reminding[t.text]&c.lang != 0 && !call.Acts.reminds(t)) {
			n = 1
		} else {
			n = phraseAt(paperNumbers, c.words, k, c.lang)
		}
		if c.lang == hi {
			if n > 0 && k > 1 && hindiOf[c.words[k-1].text] && slices.ContainsFunc(c.words[max(0, k-near):k-1], func(w token) bool { return w.code() && call.mentions(w.text) || digit(w.text) && call.mentions(w.text) }) {
				return true
			}
			continue
		}
		if n > 0 && k+n < len(c.words) && (ofWords[c.words[k+n].text] || papersOf[c.words[k+n].text]&c.lang != 0) {
			for j := k + n; j < len(c.words) && j <= k+n+near && !c.words[j].sign; j++ {
				if valued(j) {
					return true
				}
			}
		}
		if n == 0 && valued(k) {
			return false
		}
	}
	return false
}

// reminds reports whether the acts are about reminders and the like, by their verb or by what they declare.
func (a *Acts) reminds(t *token) bool {
	return slices.ContainsFunc([]string{"remind", "reminder", "notify", "alert", "notification"}, func(w string) bool { return slices.Contains(a.named, w) || a.has(w) }) ||
		slices.ContainsFunc(a.objects, func(o token) bool { return o.text == t.text })
}

// paperThai is [clause.paperFirst] for Thai.
func (c *clause) paperThai(call *Call) bool {
	first := strings.IndexFunc(c.text, func(r rune) bool { return r < 0x80 && r != ' ' })
	if first < 0 {
		return false
	}
	return slices.ContainsFunc(papersThai, func(w string) bool {
		return strings.Contains(c.text[:first], w) && !slices.ContainsFunc(call.Acts.begins, func(n string) bool { return strings.Contains(w, n) && len(n) > len(w)/2 }) && !slices.ContainsFunc(call.Acts.objects, func(o token) bool { return strings.Contains(w, o.text) && len(o.text) > len(w)/2 })
	})
}

// boughtBefore reports whether clause i is for so many of a thing, with a definite article, that were paid for or ordered before.
func (s *Said) boughtBefore(i int, call *Call) bool {
	c := &s.clauses[i]
	if !call.Acts.has("order") && !call.Acts.has("buy") && !call.Acts.has("purchase") {
		return false
	}
	for k := 1; k < len(c.words); k++ {
		t := &c.words[k]
		if before := &c.words[k-1]; t.sign || !definite[before.text] && before.text != "the" && before.text != "die" && before.text != "वो" || !slices.ContainsFunc(call.Values, func(v Value) bool { return v.Shape == Number && !v.Digits && v.Said(t.text) }) {
			continue
		}
		rest := c.part(k, len(c.words))
		if at := rest.hasOf(boughtOnce, 0); at > 0 && c.find(again, 0, len(c.words)) < 0 {
			return true
		}
		if j := i + 1; j < len(s.clauses) && s.clauses[j].sentence == c.sentence && s.clauses[j].hasOf(boughtOnce, 0) >= 0 && len(s.clauses[j].words) <= 6 && s.clauses[j].kind != plain {
			return true
		}
	}
	return false
}

var paper, reminding, paperNumbers, boughtOnce = wordSets["paper"], wordSets["reminding"], wordSets["paperNumber"], wordSets["boughtOnce"]

// papersOf stand between a paper and what it is about.
var papersOf = map[string]lang{"of": en, "for": en, "on": en, "about": en, "für": de, "der": de, "des": de, "zu": de, "zur": de, "zum": de, "pour": fr, "sur": fr, "per": it, "su": it, "para": es | pt, "sobre": es | pt}

// listings are what something is left out of that is only told.
var listings = map[string]lang{"list": en, "summary": en, "overview": en, "report": en, "details": en, "part": en, "aufzählung": de, "liste": de | fr, "übersicht": de, "résumé": fr, "elenco": it, "lista": it | es | pt, "riepilogo": it, "resumen": es, "resumo": pt, "सूची": hi, "लिस्ट": hi}

var papersThai = []string{"ใบแจ้งหนี้", "ใบเสร็จ", "การแจ้งเตือน", "แจ้งเตือน", "จดหมายข่าว", "เลขออเดอร์", "เลขพัสดุ", "เลขที่สั่งซื้อ"}
