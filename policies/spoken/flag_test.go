package spoken

import "testing"

// TestMentions: what a part of a text says of a flag's thing, and where the words for that begin and end.
func TestMentions(t *testing.T) {
	for flag, texts := range map[string]map[string]string{
		"breakfast": {
			"three nights, with breakfast": "+", "ohne frühstück": "-", "quita el desayuno de la b-3": "-", "take breakfast off b-3": "-", "don't take breakfast off b-3": "?",
			"breakfast for b-3 please": "+", "नाश्ते के बिना": "-", "नाश्ते के साथ": "+", "ไม่เอาอาหารเช้า": "-", "เพิ่มอาหารเช้า": "+", "not without breakfast": "?", "with breakfast or without breakfast": "??",
			"frühstück bei b-3 bitte streichen": "-", "breakfast if it is cheap": "?", "he said no breakfast": "?", "the breakfasts": "+", "breakfasting": "", "petit-déjeuner compris": "+",
		},
		"color":   {"in colour": "+", "black and white": "-", "en noir et blanc": "-", "not in colour": "-", "a colori": "+", "schwarz-weiß": "-", "colourful": ""},
		"organic": {"conventional": "-", "not organic": "-", "bio": "+", "biography": ""},
		"siren":   {"เปิดไซเรนด้วย": "+", "ปิดไซเรน": "-"},
		"archive": {"no need to archive it": "-", "nicht archivieren": "-", "archivez-le": "+", "and archived": "+"},
		"once":    {"just once": "+"},
	} {
		f := NewFlag([]string{flag})
		for text, want := range texts {
			got := ""
			for _, m := range f.Mentions(text) {
				got += map[Says]string{Unclear: "?", Wanted: "+", Unwanted: "-"}[m.Says]
				if m.At < 0 || m.End > len(text) || m.At >= m.End {
					t.Errorf("%s: %q: from %d to %d", flag, text, m.At, m.End)
				}
			}
			if got != want {
				t.Errorf("%s: %q: %q, want %q", flag, text, got, want)
			}
		}
	}
}
