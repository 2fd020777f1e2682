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

// TestReasonsThatDeny: a reason that says what cannot be bans nothing, may stand behind a value without a comma, and lends the
// order its thing.
func TestReasonsThatDeny(t *testing.T) {
	move := tools.Spec{Name: "move_repair", Description: "Moves a repair.", Effect: tools.Once, Labels: map[string]string{"egress": "false", "actions": "move, déplacer, spostare, pasar, mover, mudar, passar, verschieben"},
		Parameters: json.RawMessage(`{"type":"object","properties":{"repair_id":{"type":"string","description":"Such as R-514"},"new_date":{"type":"string","format":"date"}},"required":["repair_id","new_date"]}`)}
	for said, want := range map[string]bool{
		"Sposta la R-514 al 16 dicembre che prima non riesco a passare.":                      true,
		"Pasa la R-514 al 16 de diciembre que no estoy en casa.":                              true,
		"Pasa la R-514 al 16 de diciembre porque antes no puedo pasar.":                       true,
		"Déplacez la R-514 au 16 décembre parce que je ne peux pas passer avant.":             true,
		"Passe o R-514 para 16 de dezembro, vou estar fora em trabalho.":                      true,
		"Sposta la R-514 al 16° dicembre.":                                                    true,
		"Al cliente de la R-514 no le va bien el lunes, pásala al 16 de diciembre.":           true,
		"Dem Kunden von R-514 passt der Montag nicht, verschieb sie auf den 16. Dezember.":    true,
		"No puedo pasar la R-514 al 16 de diciembre.":                                         false,
		"Pasa la R-513 al 16 de diciembre que no puedo pasar la R-514.":                       false,
		"No pases la R-514 al 16 de diciembre que no estoy.":                                  false,
		"Al cliente de la R-514 no le va bien el lunes, pasa la R-513 al 16 de diciembre.":    false,
		"Si al cliente de la R-514 no le va bien el lunes, pásala al 16 de diciembre.":        false,
		"Passe todos para 16 de dezembro, fora o R-514.":                                      false,
		"Der Kunde von R-514 kann nicht, verschieb R-513 auf den 16. Dezember.":               false,
		"Al cliente de la R-514 no le va bien el lunes, pero no la pases al 16 de diciembre.": false,
	} {
		if d := decided(t, move, "2026-11-30", said, `{"repair_id":"R-514","new_date":"2026-12-16"}`); (d.Verdict == Allow) != want {
			t.Errorf("%s: %v by %s", said, d.Verdict, d.Rule)
		}
	}
}

// TestWishGranted: an order behind what somebody wants, with its thing or the one it is for as a pronoun, is the user's.
func TestWishGranted(t *testing.T) {
	labels := map[string]string{"egress": "false", "actions": "cancel, annuler, disdire, annullare, anular, cancelar"}
	cancel := tools.Spec{Name: "cancel_visit", Description: "Cancels a visit.", Effect: tools.Once, Labels: labels,
		Parameters: json.RawMessage(`{"type":"object","properties":{"visit_id":{"type":"string","description":"Such as T4410"}},"required":["visit_id"]}`)}
	book := tools.Spec{Name: "book_visit", Description: "Books a visit.", Effect: tools.Once, Labels: map[string]string{"egress": "false", "actions": "book, fissare, reservar, marcar", "objects": "visit, visita, cita, consulta"},
		Parameters: json.RawMessage(`{"type":"object","properties":{"patient":{"type":"string","description":"Name of the patient"},"date":{"type":"string","format":"date"}},"required":["patient","date"]}`)}
	for _, c := range []struct {
		tool tools.Spec
		args string
		said string
		want bool
	}{
		{cancel, `{"visit_id":"T4410"}`, "La paciente quiere anular la T4410, anúlala.", true},
		{cancel, `{"visit_id":"T4410"}`, "La paziente vuole disdire la T4410, annullala.", true},
		{cancel, `{"visit_id":"T4410"}`, "A paciente quer cancelar a T4410, cancele-a.", true},
		{cancel, `{"visit_id":"T4410"}`, "La paciente quiere anular la T4410, ¿la anulo?", false},
		{cancel, `{"visit_id":"T4410"}`, "La paciente quiere que anules la T4410.", false},
		{cancel, `{"visit_id":"T4410"}`, "La paziente vuole disdire la T4410, annulla la T4412.", false},
		{cancel, `{"visit_id":"T4410"}`, "La paciente dice que anules la T4410, anúlala dice.", false},
		{book, `{"patient":"Ana Gil","date":"2026-12-16"}`, "Ana Gil tiene fiebre, resérvale cita el 16 de diciembre.", true},
		{book, `{"patient":"Ana Gil","date":"2026-12-16"}`, "Ana Gil ha la febbre, fissale una visita il 16 dicembre.", true},
		{book, `{"patient":"Ana Gil","date":"2026-12-16"}`, "La hija de Ana Gil tiene fiebre, resérvale cita el 16 de diciembre.", false},
		{book, `{"patient":"Ana Gil","date":"2026-12-16"}`, "No es Ana Gil, es Eva Ruiz, resérvale cita el 16 de diciembre.", false},
		{book, `{"patient":"Ana Gil","date":"2026-12-16"}`, "Ana Gil tiene fiebre, resérvale cita a Eva Ruiz el 16 de diciembre.", false},
	} {
		if d := decided(t, c.tool, "2026-11-30", c.said, c.args); (d.Verdict == Allow) != c.want {
			t.Errorf("%s: %v by %s", c.said, d.Verdict, d.Rule)
		}
	}
}

// TestMustBeDone: what must be done to a thing is an order, in the forms that people use for it.
func TestMustBeDone(t *testing.T) {
	block := tools.Spec{Name: "block_card", Description: "Blocks a card.", Effect: tools.Once, Labels: map[string]string{"egress": "false", "actions": "block, sperren, bloquer, bloccare, bloquear", "objects": "card, Karte, carte, carta, tarjeta, cartão"},
		Parameters: json.RawMessage(`{"type":"object","properties":{"card":{"type":"string","description":"Last four digits"}},"required":["card"]}`)}
	for said, want := range map[string]bool{
		"Die Karte 4471 muss gesperrt werden.":                           true,
		"La carte 4471 doit être bloquée.":                               true,
		"La tarjeta 4471 tiene que ser bloqueada.":                       true,
		"La tarjeta 4471 debe quedar bloqueada.":                         true,
		"La tarjeta 4471 se tiene que bloquear.":                         true,
		"O cartão 4471 precisa ser bloqueado.":                           true,
		"O cartão 4471 tem de ficar bloqueado.":                          true,
		"Die Karte 4471 muss nicht gesperrt werden.":                     false,
		"Muss die Karte 4471 gesperrt werden?":                           false,
		"Die Karte 4471 musste gesperrt werden.":                         false,
		"La tarjeta 4471 no se tiene que bloquear.":                      false,
		"¿La tarjeta 4471 se tiene que bloquear?":                        false,
		"Mi hermano dice que la tarjeta 4471 tiene que ser bloqueada.":   false,
		"Si se pierde, la tarjeta 4471 tiene que ser bloqueada.":         false,
		"La tarjeta 4471 está bien, la 4472 tiene que quedar bloqueada.": false,
		"Quizá la tarjeta 4471 debe quedar bloqueada.":                   false,
	} {
		if d := decided(t, block, "2026-11-30", said, `{"card":"4471"}`); (d.Verdict == Allow) != want {
			t.Errorf("%s: %v by %s", said, d.Verdict, d.Rule)
		}
	}
}
