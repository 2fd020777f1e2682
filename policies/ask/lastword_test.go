package ask

import "testing"

// TestWaits: an order waits where somebody is to be asked first, or time is to pass.
func TestWaits(t *testing.T) {
	for text, want := range map[string]bool{
		"Cancel C-1, but ask Paul first.":                                 true,
		"Pay R-1, but sit on it for a bit.":                               true,
		"Löschen Sie a.doc, aber halten Sie vorher Rücksprache mit Ute.":  true,
		"Supprimez a.doc, mais demandez d'abord à Paul.":                  true,
		"Paga 55 euro della R-2, però chiedi prima conferma a Sandro.":    true,
		"Cancele a C-4, mas fale primeiro com o meu pai.":                 true,
		"Paga 65 euros de la R-3, pero consúltalo antes con Elena.":       true,
		"C-5 रद्द कर दीजिए, पर पहले पिताजी से पूछ लीजिए।":                 true,
		"ยกเลิกการจอง C-6 แต่ช่วยถามภรรยาผมก่อน":                          true,
		"Cancel C-1, but ask them for the deposit.":                       false,
		"Cancel C-1, but check whether C-2 is free first.":                false,
		"Löschen Sie a.doc, aber fragen Sie nicht lange.":                 false,
		"C-5 रद्द कर दीजिए, पर पैसे वापस कीजिए।":                          false,
		"Cancele a C-4, mas confirme por correio.":                        false,
		"My wife was asked first. Cancel C-1.":                            false,
		"Annulez C-1, mais pas C-2.":                                      false,
		"Book the pitch for Ann, but put her near the shop.":              false,
		"Verlegen Sie A-1 auf den 9. Dezember, aber vorher auf den 8. 12": false,
	} {
		s := Read(text)
		got := false
		for i := range s.clauses {
			got = got || s.clauses[i].await
		}
		if got != want {
			t.Errorf("%q: waits %v", text, got)
		}
	}
}

// TestHearsay: what others say is no order, wherever it says so.
func TestHearsay(t *testing.T) {
	for text, want := range map[string]kind{
		"Delete plans.doc, that is what Karen put in her mail.":           reported,
		"Cancel C-1, says my mother.":                                     reported,
		"A sentire il mio capo dovreste eliminare note.txt.":              reported,
		"Delete plans.doc, that is what I want.":                          plain,
		"Cancel C-1, she says she is ill.":                                plain,
		"C-1 stornieren, das sagte meine Chefin.":                         reported,
		"Annulez C-1, c'est ce que prétend mon frère.":                    reported,
		"Annulez C-1, c'est ce que je veux.":                              plain,
		"Order 12 filters as every year, please.":                         plain,
		"Every year we order 12 filters.":                                 asking,
		"Every year we order 12 filters, so please do it now, 12 filters": asking,
	} {
		if got := Read(text).clauses[0].kind; got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// TestHalts: a word that stops somebody, alone or with little beside it.
func TestHalts(t *testing.T) {
	for text, want := range map[string]bool{
		"Stop, that's the wrong one": true, "Fermo": true, "Quieto, que me he equivocado": true, "Alto lá, não era essa": true, "หยุดก่อน": true, "रुकिए, ग़लत": true,
		"Para el viernes": false, "Stop 4 of line 7 is closed": false, "Piano nobile, per favore": false, "Hold the pitch for Ann and her two kids": false,
	} {
		if c := &Read(text).clauses[0]; c.halts() != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
