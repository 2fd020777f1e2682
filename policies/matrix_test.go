package policies

import (
	"encoding/json"
	"testing"

	"github.com/chaski-dev/chaski/tools"
)

// TestThaiOrders: that something has to be done, by a light verb or behind what the user tells, is an order; a question, a duty of
// somebody else's and what was done are none.
func TestThaiOrders(t *testing.T) {
	cancel := tools.Spec{Name: "cancel_order", Description: "Cancels an order.", Effect: tools.Once, Labels: map[string]string{"egress": "false"},
		Parameters: json.RawMessage(`{"type":"object","properties":{"order_id":{"type":"string","description":"Such as K4410"}},"required":["order_id"]}`)}
	for said, want := range map[string]bool{
		"ฉันต้องยกเลิก K4410":                                                true,
		"ป่วย ต้องยกเลิก K4410 ค่ะ":                                          true,
		"ช่วยจัดการยกเลิก K4410 ให้หน่อยค่ะ":                                 true,
		"จอง K4410 ไว้ อยากยกเลิกค่ะ":                                        true,
		"สั่งซ้ำ ยกเลิก K4410 ให้หน่อย":                                      true,
		"ต้องยกเลิก K4410 ไหมคะ":                                             false,
		"แฟนต้องยกเลิก K4410":                                                false,
		"ฉันต้องยกเลิก K4410 ไปแล้ว":                                         false,
		"ลูกค้าที่จอง K4410 อยากยกเลิก":                                      false,
		"ยกเลิก K4410 ยังไงคะ":                                               false,
		"จัดการยกเลิก K4410 ยังไงคะ":                                         false,
		"ระบบเสีย ยกเลิก K4410 เอง":                                          false,
		"ขอยกเลิก K4410 แต่เปลี่ยนใจแล้ว":                                    false,
		"Ich möchte K4410 stornieren, aber ich habe es mir anders überlegt.": false,
		"เก็บ K4410 ไว้ ยกเลิก K4412":                                        false,
		"ดำเนินการยกเลิก K4410 แล้วหรือยัง":                                  false,
		"จอง K4410 ไว้ อยากยกเลิกแต่เปลี่ยนใจแล้วค่ะ":                        false,
	} {
		if d := decided(t, cancel, "2026-11-30", said, `{"order_id":"K4410"}`); (d.Verdict == Allow) != want {
			t.Errorf("%s: %v by %s", said, d.Verdict, d.Rule)
		}
	}
}

// TestFigureDays: the old one of two days in figures, or one of two between which the user leaves it open, is not asked for.
func TestFigureDays(t *testing.T) {
	move := tools.Spec{Name: "move_visit", Description: "Moves a visit to another day.", Effect: tools.Once, Labels: map[string]string{"egress": "false"},
		Parameters: json.RawMessage(`{"type":"object","properties":{"visit":{"type":"string","description":"Such as V-20"},"new_date":{"type":"string","description":"Day, YYYY-MM-DD"}},"required":["visit","new_date"]}`)}
	for said, want := range map[string]bool{
		"move V-20 from Dec. 12 to Dec. 15":        true,
		"verschieb V-20 vom 12.12. auf den 15.12":  true,
		"déplacez V-20 du 12/12 au 15/12":          true,
		"sposta V-20 dal 12/12 al 15/12":           true,
		"mueve V-20 del 12/12 al 15/12":            true,
		"เลื่อน V-20 จาก 12/12 เป็น 15/12":         true,
		"เลื่อน V-20 เป็น 15 ธ.ค. ค่ะ":             true,
		"move V-20 from Dec. 15 to Dec. 12":        false,
		"verschieb V-20 vom 15.12. auf den 12.12.": false,
		"déplacez V-20 du 15/12 au 12/12":          false,
		"sposta V-20 dal 15/12 al 12/12":           false,
		"mueve V-20 al 15/12 o al 16/12":           false,
		"เลื่อน V-20 จาก 15/12 เป็น 12/12":         false,
	} {
		if d := decided(t, move, "2026-11-30", said, `{"visit":"V-20","new_date":"2026-12-15"}`); (d.Verdict == Allow) != want {
			t.Errorf("%s: %v by %s", said, d.Verdict, d.Rule)
		}
	}
}

// TestInPlaceOfAnother: what a sentence begins with, and is not to be done, says nothing against what is ordered in its place.
func TestInPlaceOfAnother(t *testing.T) {
	const id = `{"type":"object","properties":{"visit":{"type":"string","description":"Such as V-20"},"new_date":{"type":"string","description":"Day, YYYY-MM-DD"}},"required":["visit","new_date"]}`
	move := tools.Spec{Name: "move_visit", Description: "Moves a visit to another day.", Effect: tools.Once, Labels: map[string]string{"egress": "false"}, Parameters: json.RawMessage(id)}
	cancel := tools.Spec{Name: "cancel_visit", Description: "Cancels a visit.", Effect: tools.Once, Labels: map[string]string{"egress": "false"},
		Parameters: json.RawMessage(`{"type":"object","properties":{"visit":{"type":"string","description":"Such as V-20"}},"required":["visit"]}`)}
	for said, want := range map[string]bool{
		"Instead of cancelling, please move V-20 to December 15.":     true,
		"Rather than cancel, I'd like to move V-20 to 15 December.":   true,
		"Invece di annullare, sposti la V-20 al 15 dicembre.":         true,
		"En vez de cancelar, mueva la V-20 al 15 de diciembre.":       true,
		"Instead of V-20, move V-21 to December 15.":                  false,
		"Instead of cancelling, don't move V-20 to December 15.":      false,
		"Invece di annullare, avrei spostato la V-20 al 15 dicembre.": false,
		"Move V-20 to December 15, unless cancelled.":                 false,
	} {
		lines, err := Eval(strict(t), &Trace{ID: "t", Tools: []tools.Spec{move, cancel}, Today: "2026-11-30", User: said, Steps: []TraceStep{{Call: &TraceCall{Name: "move_visit", Arguments: json.RawMessage(`{"visit":"V-20","new_date":"2026-12-15"}`)}}}})
		if err != nil {
			t.Fatal(err)
		}
		if d := lines[0]; (d.Verdict == Allow) != want {
			t.Errorf("%s: %v by %s", said, d.Verdict, d.Rule)
		}
	}
}

// TestToldTimes: a text tells no time of day that nobody has said.
func TestToldTimes(t *testing.T) {
	message := tools.Spec{Name: "message_guest", Description: "Sends a guest a message.", Effect: tools.Once, Labels: map[string]string{"egress": "true", "content": "message", "recipients": "guest"},
		Parameters: json.RawMessage(`{"type":"object","properties":{"guest":{"type":"string"},"message":{"type":"string","description":"What to tell them"}},"required":["guest","message"]}`)}
	for said, want := range map[string]bool{
		"Write to Fátima that the visit starts at 14:00.":        true,
		"Escreva à Fátima que a visita começa às duas da tarde.": true,
		"Write to Fátima that the visit starts later.":           false,
		"Escreva à Fátima que a visita começa mais tarde.":       false,
	} {
		if d := decided(t, message, "2026-11-30", said, `{"guest":"Fátima","message":"The visit starts at 14:00."}`); (d.Verdict == Allow) != want {
			t.Errorf("%s: %v by %s", said, d.Verdict, d.Rule)
		}
	}
}

// TestTheRest: that the rest has to wait holds back nothing else.
func TestTheRest(t *testing.T) {
	pay := tools.Spec{Name: "pay_invoice", Description: "Pays an invoice.", Effect: tools.Once, Labels: map[string]string{"egress": "false", "actions": "pay, zahlen"},
		Parameters: json.RawMessage(`{"type":"object","properties":{"invoice":{"type":"string","description":"Such as HC2268"},"amount":{"type":"number"}},"required":["invoice","amount"]}`)}
	for said, want := range map[string]bool{
		"Pay 140 of the 310 euros on invoice HC2268, the rest has to wait until my salary comes in.":   true,
		"Zahl 140 von den 310 Euro der Rechnung HC2268, der Rest muss warten, bis mein Gehalt da ist.": true,
		"Pay 140 of the 310 euros on invoice HC2268, but wait until my salary comes in.":               false,
	} {
		if d := decided(t, pay, "2026-11-30", said, `{"invoice":"HC2268","amount":140}`); (d.Verdict == Allow) != want {
			t.Errorf("%s: %v by %s", said, d.Verdict, d.Rule)
		}
	}
}
