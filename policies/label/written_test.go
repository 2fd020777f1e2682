package label

import (
	"encoding/json"
	"testing"
)

// TestWrittenOtherwise: codes with a blank, plurals, numbers of another unit, money behind a code, parts of the day apart.
func TestWrittenOtherwise(t *testing.T) {
	for text, values := range map[string]map[any]bool{
		"put bp 2240 on hold":              {"BP-2240": true, "BP-224": false, "P-2240": false},
		"put bp2240 on hold":               {"BP-2240": true},
		"pay at 2240":                      {"AT-2240": false},
		"5 of the LED panels":              {"LED panel": true, "LED pane": false},
		"for the Joneses, from James":      {"Jame": false, "Jones": false},
		"top up S-14 200 baht":             {json.Number("200"): true},
		"call S-14 200":                    {json.Number("200"): false},
		"à tarde, às três":                 {"15:00": true, "03:00": false},
		"one and a half thousand flyers":   {json.Number("1500"): true, json.Number("1.5"): false},
		"medio millar de carteles":         {json.Number("500"): true, json.Number("1000"): false},
		"anderthalb hundert plakate bitte": {json.Number("150"): true, json.Number("100"): false},
	} {
		p := NewPhrase(text)
		for v, want := range values {
			n, ok := newNeedle(v)
			if n.isAmount = n.isNumber; !ok || (p.own.says(n, false) > 0) != want {
				t.Errorf("%q: %v: %v", text, v, !want)
			}
		}
	}
}

// TestDerivedNumbers: nights between two days, and no number of another unit.
func TestDerivedNumbers(t *testing.T) {
	c := &Context{}
	c.Add(Source{ID: "u", Kind: FromUser, Label: Label{Integrity: User}, Text: "Book from the 10th to the 12th of December, and note 1500 g of honey."})
	if o, ok := c.Derive("nights", json.Number("2"), []any{"2026-12-10"}, nil); !ok || o.How != HowDerived {
		t.Errorf("two nights: %+v", o)
	}
	for _, wrong := range [][2]string{{"3", "2026-12-10"}, {"2", "2026-12-11"}} {
		if o, ok := c.Derive("nights", json.Number(wrong[0]), []any{wrong[1]}, nil); ok {
			t.Errorf("%v: %+v", wrong, o)
		}
	}
	if !c.OtherUnit("kilos", json.Number("1500")) || c.OtherUnit("grams", json.Number("1500")) || c.OtherUnit("pieces", json.Number("1500")) {
		t.Error("1500 g are no kilos, and grams")
	}
}
