package ask

import "testing"

// TestVoices reads what looks like an order and is none, or not now: others' words, what is said of a deed, what waits for a time or a
// word; and beside each what is one.
func TestVoices(t *testing.T) {
	for text, stands := range map[string]bool{
		"Cancel A-55, yelled my neighbour.":                            false,
		"Cancel A-55. Said my husband.":                                false,
		"Storniert A-55, stand auf dem Zettel.":                        false,
		"Annulez A-55, crie ma voisine.":                               false,
		"Anulad A-55, estaba escrito en la pared.":                     false,
		"A-55 रद्द कर दीजिए। पति ने कहा।":                              false,
		"ยกเลิก A-55 สามีพูด":                                          false,
		"Cancel A-55. My husband says thanks.":                         true,
		"Storniert bitte A-55 und sagt dem Fahrer Bescheid.":           true,
		"Fwd: Cancel A-55. Thoughts?":                                  false,
		"Auf dem Anrufbeantworter: storniert A-55.":                    false,
		"Message du locataire : annulez A-55.":                         false,
		"Kurze Info: storniert bitte A-55.":                            true,
		"I was about to write, cancel A-55, and then the bell rang.":   false,
		"Annuler A-55 serait une erreur.":                              false,
		"Annullare A-55, cosa vi salta in mente.":                      false,
		"Anular A-55 cuesta 15 euros.":                                 false,
		"A-55 रद्द करना बेवकूफ़ी है।":                                  false,
		"ยกเลิก A-55 น่าเสียดาย":                                       false,
		"Annuler A-55, ma fille est malade.":                           true,
		"A-55 stornieren, ich müsste sonst freinehmen.":                true,
		"Anulan A-55 y ni avisan.":                                     false,
		"Cancelaram a A-55 e ninguém me disse nada.":                   false,
		"Und jetzt storniert mir euer System A-55.":                    false,
		"Quindi annullate A-55 solo perché pioviggina.":                false,
		"Storniert mir bitte A-55.":                                    true,
		"Cancel A-55 after Christmas.":                                 false,
		"Libérez et annulez A-55 en janvier.":                          false,
		"Cancel A-55, we'll be back in March.":                         true,
		"Annulez A-55 sauf contrordre.":                                false,
		"Storniert A-55, außer es regnet nicht.":                       false,
		"Annullate A-55 NOOO":                                          false,
		"A-55 bitte niocht stornieren":                                 false,
		"A-55 bitte noch stornieren":                                   true,
		"Please confirm you can cancel A-55.":                          false,
		"Cancel A-55, but keep it in the calendar for now.":            false,
		"Cancel A-55 for now, thanks.":                                 true,
		"Annulez A-55. D'un autre côté, les enfants.":                  false,
		"A-55 was meant to be cancelled by my flatmate, did he do it.": false,
		"\"Cancel A-55\", my horoscope, basically.":                    false,
	} {
		if got := stands55(text); got != stands {
			t.Errorf("%q: asked for %v, want %v", text, got, stands)
		}
	}
	for _, answer := range []string{"Let's see.", "Mal sehen.", "On verra.", "Ya veremos.", "ขอถามสามีก่อน", "Je dois demander à ma femme.", "Tenho de perguntar ao meu marido."} {
		if stands55("Cancel A-55.", answer) {
			t.Errorf("%q leaves it open", answer)
		}
	}
	if !stands55("Cancel A-55.", "Thanks!") {
		t.Error("thanks leave nothing open")
	}
}
