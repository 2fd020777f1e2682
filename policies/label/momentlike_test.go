package label

import (
	"testing"
	"time"
)

// TestMomentLike: what cannot be a moment is told from the text alone, and nothing else.
func TestMomentLike(t *testing.T) {
	at := time.Date(2026, 11, 30, 15, 4, 5, 0, time.UTC)
	for range 400 {
		at = at.Add(41*time.Hour + 17*time.Minute)
		for _, form := range momentForms {
			s := at.Format(form)
			if _, _, ok := moment(s); !ok {
				t.Fatalf("%q is none", s)
			}
		}
	}
	for _, s := range []string{"", "17", "2026", "R-4417", "marmalade", "May", "julian", "Anna 2", "1042x", "an 2"} {
		if _, _, ok := moment(s); ok {
			t.Errorf("%q is one", s)
		}
	}
}
