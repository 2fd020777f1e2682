package ask

import (
	"strings"
	"testing"
)

// TestThaiWords cuts Thai, which has no blanks between words: no word of the reader's is seen within another one.
func TestThaiWords(t *testing.T) {
	for text, want := range map[string]string{
		"สั่งไส้กรองอากาศ":       "สั่ง|ไส้|กรอง|อากาศ",
		"ย้ายไปรอบวันที่ 5":      "ย้าย|ไป|รอบ|วัน|ที่|5",
		"บันทึกผลรอบที่ 4":       "บันทึก|ผล|รอบ|ที่|4",
		"รอบริษัทยืนยันก่อน":     "รอ|บริษัท|ยืนยัน|ก่อน",
		"รอบ่ายก่อน":             "รอ|บ่าย|ก่อน",
		"จองครอบครัวของสมชาย":    "จอง|ครอบครัว|ของ|สมชาย",
		"ปีที่แล้วเราต้องการ":    "ปีที่แล้ว|เรา|ต้องการ",
		"ยกเลิกงานแต่งงาน":       "ยกเลิก|งานแต่ง|งาน",
		"เปลี่ยนรองเท้าให้หน่อย": "เปลี่ยน|รองเท้า|ให้|หน่อย",
	} {
		var got []string
		for _, w := range tokens(text) {
			got = append(got, w.text)
		}
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("%s: %s, want %s", text, s, want)
		}
	}
}
