package ask

import (
	"slices"
	"strings"
)

// Where Thai, which has no signs between sentences, goes on with a new clause behind a blank.

// requestsNow reports whether the user asks for something from a Thai word on that a blank stands before, behind a
// statement: "วันนั้นติดธุระ ขอเลื่อน …".
func (c *cutter) requestsNow(i int) bool {
	t := &c.list[i]
	if foreignVerb(t, th) && t.within&(opener|keep) == 0 && slices.ContainsFunc(c.cur.words, func(w token) bool { return happened[w.text] }) {
		return true // "เสียหายบางส่วน จ่าย …"
	}
	if (t.text == "อยาก" || t.text == "อยากให้" || t.text == "ต้อง") && c.tellsOwn() {
		return true
	}
	if t.starts&frame == 0 || !strings.HasPrefix(t.text, "ขอ") && !strings.HasPrefix(t.text, "รบกวน") && !strings.HasPrefix(t.text, "เลย") && !strings.HasPrefix(t.text, "จึง") && t.text != "ช่วย" {
		return false
	}
	return slices.ContainsFunc(c.cur.words, func(w token) bool {
		return stating[w.text] || thai(w.text) && foreignVerb(&w, th) && w.within&(frame|opener) == 0
	})
}

// tellsOwn reports whether the Thai words of a clause so far tell what the user did or how they are, and speak of nobody else:
// "จอง R-5 ไว้", "เราป่วย".
func (c *cutter) tellsOwn() bool {
	i := 0
	for i < len(c.cur.words) && (c.cur.words[i].sign || c.cur.words[i].within&(opener|speaker) != 0) {
		i++
	}
	if i == len(c.cur.words) {
		return false
	}
	t := &c.cur.words[i]
	return stating[t.text] || t.within&frame == 0 && thai(t.text) && foreignVerb(t, th)
}

// stating are Thai words that make a statement of what stands around them.
var stating = set("ต้อง มี เป็น ไม่ ไม่ได้ ไป มา ติด อยู่ ได้ จะ แล้ว ว่าง หาย ป่วย ไม่ว่าง ไม่สะดวก คือ ถูก โดน แตก พัง เสีย")

// happened are those of them that tell what has come about.
var happened = set("เสีย หาย แตก พัง ป่วย โดน ถูก ไม่ว่าง ไม่สะดวก ไม่สบาย ซ้ำ ผิด")

// asksHow reports whether a Thai word asks how what was said is done, with nothing but words of courtesy behind it: "ยกเลิก R-5
// ยังไงคะ".
func (c *cutter) asksHow(i int) bool {
	if t := &c.list[i]; c.lang&th == 0 || t.starts&question == 0 || i == 0 {
		return false
	}
	for _, t := range c.list[i+1:] {
		if !t.sign && t.within&opener == 0 && !thaiEnds[t.text] && t.text != "ดี" && t.text != "ได้" && t.text != "บ้าง" {
			return false
		}
	}
	return true
}

// soothe takes from Thai words that they wait or forbid where they only tell how long somebody waited, that something falls
// short, or that there is nothing to wait for.
func soothe(list []token) {
	for i := range list {
		switch {
		case waitedLong(list, i), list[i].text == "ยังไม่" && fallsShort(list, i):
			list[i].starts, list[i].within = list[i].starts&^await, list[i].within&^await
		case noWait(list, i):
			for k := i; k < i+3; k++ {
				list[k].starts, list[k].within = list[k].starts&^(await|negator|needless|unneeded), list[k].within&^(await|negator|needless|unneeded)
			}
		}
	}
}

// waitedLong reports whether a Thai word that a story begins with tells how long somebody waited: "รอตั้งชั่วโมงรถไม่มา".
func waitedLong(list []token, i int) bool {
	return list[i].text == "รอ" && i+1 < len(list) && waits[list[i+1].text]
}

var waits = set("ตั้ง มาตั้ง มานาน นาน เป็นชั่วโมง ตั้งนาน")

// fallsShort reports whether a Thai "not yet" says of what stands before it that it falls short, and of no time: "ประสบการณ์ยังไม่ถึง".
func fallsShort(list []token, not int) bool {
	from := not
	for from > 0 && list[from].at <= list[from-1].end {
		from--
	}
	return from < not && not+1 < len(list) && tooLittle[list[not+1].text] && !slices.ContainsFunc(list[from:], func(t token) bool { return timely[t.text] || thaiDays[t.text] })
}

var (
	tooLittle = set("ถึง พอ ตรง")
	timely    = set("เวลา กำหนด วัน คิว รอบ เดือน ปี วันที่ กำหนดการ")
)

// noWait reports whether Thai words say that there is nothing to wait for any more: "ไม่ต้องรอแล้ว".
func noWait(list []token, i int) bool {
	return list[i].text == "ไม่ต้อง" && i+2 < len(list) && list[i+1].text == "รอ" && list[i+2].text == "แล้ว" && (i+3 == len(list) || thaiEnds[list[i+3].text])
}

// mistook reports whether a Thai "wrong" only tells what was done wrong, by another deed than is asked for, and names no value:
// "ยกเลิก R-5 ครับ สั่งผิดสี".
func (c *cutter) mistook(i int) bool {
	if i < 2 || c.list[i].text != "ผิด" || !wronged[c.list[i-1].text] || c.list[i].at > c.list[i-1].end || slices.ContainsFunc(c.list[:i-1], func(t token) bool { return t.text == c.list[i-1].text }) {
		return false
	}
	return !slices.ContainsFunc(c.list[i+1:], func(t token) bool {
		return !thai(t.text) || t.quoted || t.deed || t.starts&(negator|frame|await|keep|question|amend|later) != 0 && t.within&opener == 0
	})
}

var wronged = set("สั่ง ซื้อ กด เลือก จอง")
