package ask

import (
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies/spoken"
)

// A number of a call may stand in the words as a time, a share, or the number of a table: "refund P-4102, table 12", "refund 12 % of
// it", "kam nach 12 Uhr", and a day as the one on which the thing is now: "T-118 is on 5 December, move it".

// otherUnit reports whether the message of clause i says a sum or a number of people or things only as something else.
func (s *Said) otherUnit(i int, v Value, call *Call) bool {
	if v.Shape != Number || v.Digits || !slices.ContainsFunc(NameWords(v.Name), func(w string) bool { return amountNames[w] }) {
		return false
	}
	some := false
	for j := s.firstOf(i); j < len(s.clauses); j++ {
		c := &s.clauses[j]
		for k := range c.words {
			if t := &c.words[k]; t.sign || !v.Said(t.text) {
				continue
			}
			if !c.ofElse(k, call) && !strings.Contains(s.written[c.message-1], c.words[k].text+"%") && !strings.Contains(s.written[c.message-1], c.words[k].text+" %") {
				return false
			}
			some = true
		}
	}
	return some
}

// ofElse reports whether a number is a day, a time, or the number of a table or the like.
func (c *clause) ofElse(k int, call *Call) bool {
	next, before := &token{}, ""
	if k+1 < len(c.words) {
		next = &c.words[k+1]
	}
	if k > 0 {
		before = c.words[k-1].text
	}
	if spoken.Month(next.text) != 0 || clockBehind[next.text]&c.lang != 0 || next.text == "percent" || strings.HasPrefix(next.text, "prozent") || before == "alle" && c.lang&it != 0 && next.text == "" {
		return true
	}
	counted := call.isThing(next) || counts[next.text] || behindCount[next.text]
	return numberedBy[before]&c.lang != 0 && (next.text == "" || next.sign || next.within != 0 || digit(next.text) || c.lang&(hi|th) != 0 && !counted)
}

// onlyNow reports whether the user says the moment to which a thing is to be moved only as the one at which it is: behind its code
// and "is", or with "currently".
func (s *Said) onlyNow(i int, v Value, call *Call) bool {
	if v.Shape != Moment || !slices.Contains(NameWords(v.Name), "new") || !call.Acts.alters {
		return false
	}
	some := false
	for j := s.firstOf(i); j < len(s.clauses); j++ {
		c := &s.clauses[j]
		for from := 0; from < len(c.words); {
			to := from
			for to < len(c.words) && (!c.words[to].sign || c.words[to].text != ",") {
				to++
			}
			if part := c.part(from, to); v.Said(part.text) {
				if c.asked || !part.tellsWhen(call) {
					return false
				}
				some = true
			}
			from = to + 1
		}
	}
	return some
}

// tellsWhen reports whether the clause says no more than when the thing of a call is.
func (c *clause) tellsWhen(call *Call) bool {
	if c.hasOf(currently, 0) >= 0 {
		return true
	}
	coded := slices.IndexFunc(c.words, func(t token) bool { return t.code() && call.mentions(t.text) })
	if coded < 0 || c.negates() >= 0 || c.find(frame, 0, len(c.words)) >= 0 {
		return false
	}
	if c.lang&th != 0 {
		verbs := c.verbs(&call.Acts)
		return coded == c.opened() && len(verbs) > 0 && verbs[0].at > coded+2 && verbs[0].at >= len(c.words)-3 && !strings.Contains(c.text, "เป็น") && !strings.Contains(c.text, "ไป")
	}
	if slices.ContainsFunc(c.verbs(&call.Acts), func(v verb) bool { return v.form != naming }) {
		return false
	}
	last := &c.words[len(c.words)-1]
	return coded+1 < len(c.words) && isNow[c.words[coded+1].text]&c.lang != 0 || c.lang == hi && (last.text == "है" || last.text == "था" || last.text == "थी")
}

// behindCount are Thai words that stand behind the number of things, and Hindi ones for people.
var behindCount = set("คน ที่ ใบ ตัว ชิ้น กล่อง ถุง แก้ว ขวด จาน ชุด แผ่น เล่ม คู่ ห้อง คืน ครั้ง อัน ดอก ต้น คัน หลัง เครื่อง กิโล ลิตร บาท ยูโร หน่วย แต้ม วัน เดือน ชั่วโมง लोगों लोग")

// amountNames are words in the names of arguments that say how much or how many.
var amountNames = set("amount euros sum price fee guests people players quantity packs places credits persons")

var numberedBy, clockBehind, currently, isNow = wordSets["numberedBy"], wordSets["clockBehind"], wordSets["currently"], wordSets["isNow"]
