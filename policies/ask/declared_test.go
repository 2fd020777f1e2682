package ask

import "testing"

// TestObjects: a declared word for what a tool works on counts in its usual forms, and not as a part of another.
func TestObjects(t *testing.T) {
	a := Of("cancel_x", nil, []string{"vertrag", "linse", "canal", "lady", "सदस्यता", "phone contract"})
	for word, want := range map[string]bool{
		"vertrag": true, "verträge": true, "vertrages": true, "linsen": true, "canaux": true, "canales": true, "ladies": true, "सदस्यताओं": false, "handy-vertrag": true,
		"handyvertrag": false, "monatslinsen": false, "vertreter": false, "contract": false,
	} {
		tok := tokens(word)[0]
		if got := a.isNoun(&tok); got != want {
			t.Errorf("%s: %v, want %v", word, got, want)
		}
	}
}
