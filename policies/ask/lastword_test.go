package ask

import (
	"strings"
	"testing"
)

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
		"Pay 300 on R-4. Actually give it until Thursday.":                true,
		"Réglez 130 euros sur R-4. Enfin, attendons de voir.":             true,
		"Archivez a.pdf, mais pas tant que l'inspectrice est là.":         true,
		"a.pdf संग्रहित कर दीजिए, मगर अधिकारी के जाने के बाद।":            true,
		"จ่ายบิล R-5 จำนวน 150 บาท ขอดูของก่อนดีกว่า":                     true,
		"Annulez C-1. La patiente est malade.":                            false,
		"Pay 300 on R-4. We waited long enough.":                          false,
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

// TestLastWord: what a later message says, which no question of the assistant's asked for, stands against an order before it,
// unless it agrees, adds to it or says that all is well.
func TestLastWord(t *testing.T) {
	call := &Call{Acts: Of("cancel_booking", nil, nil), Values: []Value{{Name: "booking_no", Text: "C-1", Shape: Code, Said: func(s string) bool { return strings.Contains(s, "C-1") }}}}
	for text, want := range map[string]bool{
		"You know, I think we'll go after all.": true, "Finalement on viendra quand même.": true, "Mire, al final sí que vamos.": true, "सुनिए, आख़िर हम आ ही रहे हैं।": true,
		"Thanks, that's kind.": false, "Merci, c'est gentil.": false, "And book C-2.": false, "How long will it take?": false, "Sin prisa.": false,
	} {
		s := &Said{}
		s.Add("Cancel C-1.")
		s.Offer("One moment.")
		s.Add(text)
		if asks := s.Asked(call); len(asks) == 0 || asks[len(asks)-1].Await != want {
			t.Errorf("%q: %+v", text, asks)
		}
	}
}

// TestHalves: values of two things that stand side by side belong to their own.
func TestHalves(t *testing.T) {
	said := func(w string) Value {
		return Value{Name: w, Text: w, Shape: Word, Said: func(s string) bool { return strings.Contains(s, w) }}
	}
	for text, want := range map[string]bool{
		"Share Plans with Ute and Photos with Jan.":      true,
		"Share Plans and Photos with Jan.":               false,
		"Share Plans with Jan and Photos with Ute.":      false,
		"Teilen Sie Plans mit Ute und Fotos mit Jan.":    true,
		"Share the folder Plans, please, with Jan Wood.": false,
	} {
		if c := &Read(text).clauses[0]; c.halved([]Value{said("Plans"), said("Jan")}) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
