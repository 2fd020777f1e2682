package ask

import (
	"strings"
	"testing"
)

// TestScope reads an order and what stands behind it, which is of another thing, of the one who speaks or takes nothing
// back; and what is of the order all the same.
func TestScope(t *testing.T) {
	for text, stands := range map[string]bool{
		"Sagen Sie A-55 und A-56 ab. A-57 brauche ich noch.":                         true,
		"Cancel A-55. I still need A-57.":                                            true,
		"Cancel A-55. On second thought, cancel A-57 as well.":                       true,
		"Annulez A-55. Tout compte fait, annulez aussi A-57.":                        true,
		"Annulez A-55. Je pars demain et je ne repasserai pas avant.":                true,
		"Anulad A-55, que ya no llego a tiempo.":                                     true,
		"Anula A-55. Hay mucha gente en la sala.":                                    true,
		"Something came up, so cancel A-55. Thanks, and sorry for the trouble!":      true,
		"Sagen Sie A-55 und A-56 ab. A-55 brauche ich noch.":                         false,
		"Cancel A-55. On second thought, cancel nothing.":                            false,
		"Cancel A-55. On second thought, keep it.":                                   false,
		"Cancel A-55. Sorry for the mix-up, A-57.":                                   false,
		"Annulez A-55. Tout compte fait, non.":                                       false,
		"Annulez A-55, mais pas avant mon retour.":                                   false,
		"Dice Ana que anuléis A-55.":                                                 false,
		"Sagen Sie A-55 ab. A-57 meinte ich.":                                        false,
		"Cancel A-55 and A-56. Actually, A-55 I'd rather keep, but cancel A-57 too.": false,
	} {
		got := stands55(text)
		if got != stands {
			t.Errorf("%q: asked for %v, want %v", text, got, stands)
		}
	}
}

// stands55 reports whether a text orders, with nothing to wait for, that A-55 be cancelled.
func stands55(texts ...string) bool {
	id := "a-55"
	call := &Call{Acts: Of("cancel_booking", []string{"absagen", "stornieren", "annuler", "anular", "annullare", "रद्द करना", "ยกเลิก"}, nil), Values: []Value{{Name: "id", Text: "A-55", Shape: Code, Said: func(in string) bool { return strings.Contains(strings.ToLower(in), id) }}}}
	for _, a := range Read(texts...).Asked(call) {
		if !a.Await && !a.Later && len(a.Conditions) == 0 {
			return true
		}
	}
	return false
}
