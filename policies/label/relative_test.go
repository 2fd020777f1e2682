package label

import (
	"testing"
)

// TestDaysAhead: a day is named from the day on which it was said, on which day that was, and what
// can be meant in two ways names none.
func TestDaysAhead(t *testing.T) {
	const saturday, wednesday = "2026-11-28", "2026-11-25"
	for _, c := range []struct {
		today, said, day string
		want             bool
	}{
		{saturday, "Book it for tomorrow.", "2026-11-29", true},
		{saturday, "Book it for tomorrow.", "2026-11-30", false},
		{saturday, "Book it for the day after tomorrow.", "2026-11-30", true},
		{saturday, "Book it for the day after tomorrow.", "2026-11-29", false},
		{saturday, "Book it for today.", saturday, true},
		{saturday, "Book it, but not tomorrow.", "2026-11-29", false},
		{saturday, "Book it on Thursday.", "2026-12-03", true},
		{saturday, "Book it on Saturday.", "2026-12-05", false}, // today, or in a week?
		{saturday, "Book it for next Monday.", "2026-11-30", true},
		{saturday, "Book it for next Monday.", "2026-12-07", false},
		{wednesday, "Book it for next Friday.", "2026-11-27", false},
		{wednesday, "Book it for next Friday.", "2026-12-04", false},
		{saturday, "It was last Monday.", "2026-11-30", false},
		{saturday, "Every Monday I am away.", "2026-11-30", false},
		{saturday, "In two weeks, please.", "2026-12-12", true},
		{saturday, "Book it for the 3rd.", "2026-12-03", true},
		{saturday, "Move it to January 4. Sorry, I mean the 5th.", "2027-01-05", true},
		{saturday, "Move it to January 4. Sorry, I mean the 5th.", "2026-12-05", false},
		{saturday, "I was there on October 3. Move it to the 5th.", "2026-12-05", true},
		{saturday, "By the end of the month.", "2026-11-30", true},
		{saturday, "Buche es für morgen.", "2026-11-29", true},
		{saturday, "Heute Morgen war ich da.", "2026-11-29", false},
		{saturday, "Buche es für nächsten Montag.", "2026-11-30", true},
		{saturday, "Buche es für übermorgen.", "2026-11-30", true},
		{saturday, "Réserve pour lundi prochain.", "2026-11-30", true},
		{saturday, "Réserve pour après-demain.", "2026-11-30", true},
		{saturday, "Prenota per dopodomani.", "2026-11-30", true},
		{saturday, "Prenota per lunedì prossimo.", "2026-11-30", true},
		{saturday, "Reserva para pasado mañana.", "2026-11-30", true},
		{saturday, "Reserva por la mañana.", "2026-11-29", false},
		{saturday, "Reserva para el próximo lunes.", "2026-11-30", true},
		{saturday, "Reserva para depois de amanhã.", "2026-11-30", true},
		{saturday, "Reserva para segunda-feira.", "2026-11-30", true},
		{saturday, "कल के लिए बुक करो।", "2026-11-29", true},
		{saturday, "अगले सोमवार के लिए बुक करो।", "2026-11-30", true},
		{saturday, "จองพรุ่งนี้", "2026-11-29", true},
		{saturday, "จองวันจันทร์หน้า", "2026-11-30", true},
		{"", "Book it for tomorrow.", "2026-11-29", false},
		{saturday, "It broke yesterday.", "2026-11-27", true},
		{saturday, "It broke the day before yesterday.", "2026-11-26", true},
		{saturday, "It broke the day before yesterday.", "2026-11-27", false},
		{saturday, "It broke three days ago.", "2026-11-25", true},
		{saturday, "It broke on Friday.", "2026-11-27", false},
		{saturday, "I sent the photos yesterday, report the damage.", "2026-11-27", false},
		{saturday, "Report the damage, the photos came with my mail, it broke yesterday.", "2026-11-27", true},
		{saturday, "Move yesterday's lesson to tomorrow.", "2026-11-27", false}, // the old one
		{saturday, "Move yesterday's lesson to December 9.", "2026-11-27", false},
		{saturday, "The receipt of last Monday.", "2026-11-23", false}, // this week's, or the one before?
		{"2026-11-30", "The receipt of last Friday.", "2026-11-27", true},
		{saturday, "Vorgestern ist es passiert.", "2026-11-26", true},
		{saturday, "Gestern ist es passiert.", "2026-11-27", true},
		{saturday, "Vor zwei Tagen ist es passiert.", "2026-11-26", true},
		{saturday, "Der Termin hier ist zu früh.", "2026-11-27", false},
		{saturday, "C'est arrivé hier soir, je crois.", "2026-11-27", true},
		{saturday, "C'est arrivé il y a deux jours.", "2026-11-26", true},
		{"2026-11-30", "C'est arrivé vendredi dernier.", "2026-11-27", true},
		{saturday, "È successo ieri.", "2026-11-27", true},
		{saturday, "È successo due giorni fa.", "2026-11-26", true},
		{saturday, "Pasó ayer por la tarde.", "2026-11-27", true},
		{saturday, "Se rompió hace tres días.", "2026-11-25", true},
		{saturday, "Aconteceu ontem à noite.", "2026-11-27", true},
		{saturday, "Aconteceu anteontem.", "2026-11-26", true},
		{saturday, "Aconteceu há três dias.", "2026-11-25", true},
		{saturday, "दो दिन पहले हुआ।", "2026-11-26", true},
		{saturday, "เกิดเมื่อวานนี้", "2026-11-27", true},
		{saturday, "เกิดเมื่อวานซืน", "2026-11-26", true},
	} {
		var ctx Context
		ctx.Add(Source{ID: "u", Kind: FromUser, Label: Label{Integrity: User}, Text: c.said, Today: c.today})
		if _, got := ctx.Derive("", c.day, nil, nil); got != c.want {
			t.Errorf("%s, %q: %s %v, want %v", c.today, c.said, c.day, got, c.want)
		}
	}
	for text, want := range map[string]string{
		"Today Date: 26 Jul 2024": "2024-07-26", "You help. Today is Friday, 27 November 2026.": "2026-11-27",
		"The shop opened on 1 May 2020.": "", "Today is 1 May 2026, the sale ends on 9 May 2026.": "",
	} {
		if got := Today(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
