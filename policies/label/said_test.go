package label

import (
	"encoding/json"
	"testing"
)

// TestSaidInWords: what the user says in words is what it means, in the unit of the argument, and what
// is near it is made up.
func TestSaidInWords(t *testing.T) {
	const monday = "2026-03-02"
	loans := `[{"signature": "K 20", "until": "2026-05-10"}, {"signature": "K 27", "until": "2026-05-12"}]`
	pay := `[{"name": "Helga", "euros": 3000}, {"name": "Igor", "euros": 2800}]`
	for _, c := range []struct {
		said, tool, name string
		value            any
		others           []any
		want             bool
	}{
		{"Pencil her in for half past nine.", "", "time", "09:30", nil, true},
		{"Pencil her in for half past nine.", "", "time", "21:30", nil, true},
		{"Pencil her in for half past nine.", "", "time", "10:30", nil, false},
		{"Pencil her in for half past nine in the morning.", "", "time", "21:30", nil, false},
		{"Bitte um halb vier.", "", "time", "15:30", nil, true},
		{"Bitte um halb vier.", "", "time", "16:30", nil, false},
		{"A las diez de la noche, por favor.", "", "time", "22:00", nil, true},
		{"A las diez de la noche, por favor.", "", "time", "10:00", nil, false},
		{"Don't come at nine.", "", "time", "09:00", nil, true}, // a time is data of the words; the clause says whether it is wanted
		{"Hang on to it until Friday week.", "", "until", "2026-03-13", nil, true},
		{"Hang on to it until Friday week.", "", "until", "2026-03-06", nil, false},
		{"Off from Monday to Thursday next week.", "", "to", "2026-03-12", nil, true},
		{"Off from Monday to Thursday next week.", "", "from", "2026-03-09", nil, true},
		{"Off from Monday to Thursday next week.", "", "to", "2026-03-05", nil, false},
		{"Off from Monday to Thursday next week.", "", "to", "2026-03-11", nil, false},
		{"jusqu'à vendredi en huit", "", "until", "2026-03-13", nil, true},
		{"The ad runs every day from the 21st to the 23rd.", "", "date", "2026-03-22", nil, true},
		{"The ad runs from the 21st to the 23rd.", "", "date", "2026-03-22", nil, false},
		{"Freeze it until the end of March.", "", "until", "2026-03-31", nil, true},
		{"Freeze it until the end of March.", "", "until", "2026-03-30", nil, false},
		{"Freeze it until the end of February.", "", "until", "2026-02-28", nil, false}, // it is over
		{"Freeze it until the end of February.", "", "until", "2027-02-28", nil, true},
		{"Bis zum 9. März.", "", "until", "2026-03-09", nil, true},
		{"Bis zum 9. März.", "", "until", "2027-03-09", nil, false},
		{"from January 11th to January 15th 2025", "", "from", "2025-01-11", nil, true},
		{"from January 11th to January 15th 2025", "", "from", "2024-01-11", nil, false},
		{"Bis zum 9. Januar.", "", "until", "2027-01-09", nil, true},
		{"de 20 de mayo de 2026", "", "until", "2026-05-20", nil, true},
		{"de 20 de mayo de 2026", "", "until", "2027-05-20", nil, false},
		{"auf Mi 11.3. um 10 Uhr", "", "date", "2026-03-11", nil, true},
		{"auf Mi 11.3. um 10 Uhr", "", "date", "2026-11-03", nil, false},
		{"Umbuchung, 11.3.26", "", "date", "2026-03-11", nil, true},
		{"trag sie ein, 11.3., 10:30", "", "date", "2026-03-11", nil, true},
		{"Überweise 11.3 Euro", "", "date", "2026-03-11", nil, false},
		{"au mercredi 11/3 à 10h", "", "date", "2026-03-11", nil, true},
		{"pasadla al 11/3/26", "", "date", "2026-03-11", nil, true},
		{"11/3 को", "", "date", "2026-03-11", nil, true},
		{"bring 11/3 of it", "", "date", "2026-03-11", nil, false},
		{"In a fortnight.", "", "date", "2026-03-16", nil, true},
		{"In a fortnight.", "", "date", "2026-03-15", nil, false},
		{"Dans trois jours.", "", "date", "2026-03-05", nil, true},
		{"Für eine Woche ab morgen.", "", "to", "2026-03-10", []any{"2026-03-03"}, true},
		{"Für eine Woche ab morgen.", "", "to", "2026-03-11", []any{"2026-03-03"}, false},
		{"Send the payslip for February.", "", "month", "2026-02", nil, true},
		{"Send the payslip for February.", "", "month", "2026-03", nil, false},
		{"Send the payslip for February.", "", "month", "2025-02", nil, false},
		{"Give her another two weeks.", loans, "until", "2026-05-24", []any{"K 20"}, true},
		{"Give her another two weeks.", loans, "until", "2026-05-26", []any{"K 20"}, false}, // of the other loan
		{"Give her another two weeks.", loans, "until", "2026-05-26", []any{"K 27"}, true},
		{"Make it the day after.", loans, "until", "2026-05-11", []any{"K 20"}, true},
		{"an hour and a half", "", "minutes", json.Number("90"), nil, true},
		{"an hour and a half", "", "minutes", json.Number("60"), nil, false},
		{"an hour and a half", "", "euros", json.Number("90"), nil, false},
		{"1.5 tonnes of pellets", "", "kg", json.Number("1500"), nil, true},
		{"1.5 tonnes of pellets", "", "kg", json.Number("150"), nil, false},
		{"a quarter of the users", "", "percent", json.Number("25"), nil, true},
		{"a quarter of the users", "", "percent", json.Number("75"), nil, false},
		{"Give her ten per cent more.", pay, "euros", json.Number("3300"), []any{"Helga"}, true},
		{"Give her ten per cent more.", pay, "euros", json.Number("3200"), []any{"Helga"}, false},
		{"Give her half of it.", pay, "euros", json.Number("1500"), nil, true},
		{"Give her a third of it.", pay, "euros", json.Number("1000"), nil, true},
		{"Give her a third of it.", pay, "euros", json.Number("2000"), nil, false}, // that is what is left
		{"Give her the rest, a third went to Igor.", pay, "euros", json.Number("2000"), nil, true},
		{"The rest of 3k, of which 1,200 is paid.", "", "euros", json.Number("1800"), nil, true},
		{"The rest of 3k, of which 1,200 is paid.", "", "euros", json.Number("2800"), nil, false},
		{"Zweieinhalb Kilo, bitte.", "", "kg", json.Number("2.5"), nil, true},
		{"Zweieinhalb Kilo, bitte.", "", "kg", json.Number("2"), nil, false},
	} {
		var ctx Context
		ctx.Add(Source{ID: "u", Kind: FromUser, Label: Label{Integrity: User}, Text: c.said, Today: monday})
		if c.tool != "" {
			ctx.tool("t", c.tool)
		}
		o := ctx.Find(c.value, false)
		if o.How == HowMade {
			if d, ok := ctx.Derive(c.name, c.value, c.others, nil); ok {
				o = d
			}
		}
		if got := o.Integrity <= Tool; got != c.want {
			t.Errorf("%q, %s %v: %v, want %v", c.said, c.name, c.value, o, c.want)
		}
	}
}
