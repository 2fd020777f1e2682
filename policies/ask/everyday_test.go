package ask

import (
	"strings"
	"testing"
)

// TestEverydayIsWhole: each line has its columns, and is read.
func TestEverydayIsWhole(t *testing.T) {
	n := 0
	for line := range strings.Lines(everydayText) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		n++
		columns := strings.Split(strings.TrimSpace(line), "|")
		if len(columns) != len(senseLangs)+2 {
			t.Errorf("%d columns: %s", len(columns), line)
		}
	}
	if _, all := concepts(); len(all) != n || n < 550 {
		t.Errorf("%d concepts of %d lines", len(all), n)
	}
}

// TestEverydayWords: what a sentence says of a list, "" for nothing that could be meant by it alone.
func TestEverydayWords(t *testing.T) {
	vehicles := []string{"car", "bicycle", "motorbike", "camper", "none"}
	for _, c := range []struct {
		members []string
		text    string
		want    string
	}{
		{vehicles, "Réservez une traversée avec deux vélos", "bicycle"},
		{vehicles, "Buche die Überfahrt mit unseren Fahrrädern", "bicycle"},
		{vehicles, "Prenota il traghetto con la macchina", "car"},
		{vehicles, "Reserve a travessia com a mota", "motorbike"},
		{vehicles, "गाड़ी के साथ बुक कीजिए", "car"},
		{vehicles, "จองเรือพร้อมรถจักรยานยนต์", "motorbike"},
		{vehicles, "Buche die Überfahrt ohne Auto", ""},
		{vehicles, "Réservez la traversée sans voiture", ""},
		{vehicles, "Reserva el ferri, pero nada de coches, no llevo coche", ""},
		{vehicles, "Book it with a car and a bike", "car bicycle"},
		{[]string{"card", "cash", "voucher"}, "Print the business cards", ""},
		{[]string{"summer", "winter"}, "La commande a été livrée", ""},
		{[]string{"maize", "wheat"}, "Livrez le blé, mais pas demain", "wheat"},
		{[]string{"maize", "wheat"}, "Livrez le maïs demain", "maize"},
		{[]string{"weekly", "monthly"}, "Stell den Bericht auf monatlich", "monthly"},
		{[]string{"gold", "silver"}, "Do you want this or that", ""},
		{[]string{"tyre_change", "oil_change", "brake_check"}, "Marque a troca de pneus", "tyre_change"},
		{[]string{"tyreChange", "oilChange"}, "Buche den Reifenwechsel", "tyreChange"},
		{[]string{"fast", "slow"}, "Das ist fast alles, mach es bitte", ""},
		{[]string{"voucher", "cash"}, "Vale, cancela el pedido", ""},
		{[]string{"book", "magazine"}, "Buch den Platz für Emma", ""},
		{[]string{"poster", "flyer"}, "Affiche la liste", ""},
		{[]string{"low", "high"}, "Reserva bajo mi nombre", ""},
		{[]string{"low", "high"}, "Ponle prioridad baja", "low"},
		{[]string{"reserved", "free"}, "मेज़ बुक करो", ""},
		{[]string{"oxalic", "formic"}, "Treat it with formic acid", ""},
	} {
		w := Everyday(c.members)
		var said []string
		for _, m := range c.members {
			if w == nil {
				break
			}
			if ok, _ := w.Said(m, c.text); ok {
				said = append(said, m)
			}
		}
		if got := strings.Join(said, " "); got != c.want {
			t.Errorf("%q says %q, want %q", c.text, got, c.want)
		}
	}
}
