package policies

import (
	"encoding/json"
	"testing"

	"github.com/chaski-dev/chaski/tools"
)

// TestNoUse: that there is no need of a thing is the reason to call it off, and neither a ban of that nor an order.
func TestNoUse(t *testing.T) {
	cancel := tools.Spec{Name: "cancel_order", Description: "Cancels an order.", Effect: tools.Once, Labels: map[string]string{"egress": "false"},
		Parameters: json.RawMessage(`{"type":"object","properties":{"order_id":{"type":"string","description":"Such as K4410"}},"required":["order_id"]}`)}
	for said, want := range map[string]bool{
		"I don't need K4410, cancel it.":                                true,
		"Ich brauche K4410 nicht, storniere sie.":                       true,
		"La cliente n'a plus besoin de K4410, annulez-la.":              true,
		"Il K4410 non lo voglio più, annullalo.":                        true,
		"La clienta no necesita el K4410, anúlalo.":                     true,
		"Anula el K4410, no lo necesito.":                               true,
		"A cliente melhorou e não precisa mais do K4410, cancele-o.":    true,
		"K4410 अब नहीं चाहिए, रद्द कर दीजिए।":                           true,
		"ไม่ต้องการ K4410 แล้ว ยกเลิกให้หน่อย":                          true,
		"I don't need K4410, cancel K4412.":                             false,
		"I don't want K4410 cancelled, cancel K4412.":                   false,
		"Ich brauche K4410 nicht stornieren, storniere K4412.":          false,
		"No necesito el K4410.":                                         false,
		"No necesito que anules el K4410, gracias.":                     false,
		"Anula el K4410, no, no lo quiero.":                             false,
		"Não preciso de cancelar o K4410, cancele o K4412.":             false,
		"Cancele todos e não precisa cancelar o K4410.":                 false,
		"Je n'ai pas besoin de K4410, annulez K4412.":                   false,
		"K4410 नहीं चाहिए, K4412 रद्द करो।":                             false,
		"Creo que no necesito el K4410, ya veremos si lo anulo.":        false,
		"Laura says she doesn't need K4410, I may cancel it next week.": false,
	} {
		if d := decided(t, cancel, "2026-11-30", said, `{"order_id":"K4410"}`); (d.Verdict == Allow) != want {
			t.Errorf("%s: %v by %s", said, d.Verdict, d.Rule)
		}
	}
}
