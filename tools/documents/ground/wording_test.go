package ground

import (
	"strings"
	"testing"
)

// retrieved is what TestHonest and TestFalse rest on.
const retrieved = `The rent of the workshop is 1,250.50 euros a month, and the deposit forty per cent of it.
The contract runs for two years and ends on 15.12.2026; NORDVIK AG pays for repairs. The key lies with petra novak.
Store the glue at -18 °C for at most 36 hours. A bottle holds 1,5 Liter and weighs 1.7 kg. Turnover was 1.2 million.
Adults pay 12 euros, children 5. Twenty-five seats are kept free until half past eight; doors close at 21:30.
Herr Jürgen Groß in Saint-Denis answers calls from 09:00 to noon. The third floor has 3 rooms, size 20 m², code GH-0417.
Groups of a hundred and twenty or more get 15 % off. 1 350 people came on 3 May. The lens is 2½ inches thick. S. 14 tells more.`

func judge(answer string) []Finding {
	return Check(answer, Evidence{Passages: []Passage{{Source: "a.md", Text: retrieved}}, Said: []string{"How is it?"}, Searched: true})
}

// TestHonest holds that what a document says is known in other words: numbers in letters
// and digits, of other countries, with other units; names in other cases; dates; sums.
func TestHonest(t *testing.T) {
	wrong := 0
	list := []string{
		"The deposit is 40% of the rent.", "The deposit is 40 per cent.", "The rent is €1250.50.", "Die Miete beträgt 1.250,50 Euro im Monat.", "The rent is 1 250,50 EUR.",
		"The contract runs for 24 months.", "It runs for 2 years.", "It ends on 15 December 2026.", "It ends on December 15th, 2026.", "It ends on 2026-12-15.", "Der Vertrag endet am 15. Dezember 2026.", "It ends 12/15/2026.",
		"Nordvik AG pays for repairs.", "Repairs are Nordvik's.", "Ask Petra Novak for the key.", "Der Schlüssel liegt bei Petra Novak.", "Store it at −18 degrees.",
		"Store it at minus 18 degrees.", "Keep it a day and a half, 36 hours.", "A bottle holds 1.5 litres.", "A bottle holds 1,500 ml.", "It weighs 1,700 g.",
		"Turnover was 1,200,000.", "Turnover was 1.2 million.", "One adult and one child pay 12 + 5 = 17 euros.", "Two adults and two children: 24 + 10 = 34, since 2 × 12 is 24 and 2 × 5 is 10.", "25 seats are kept free.",
		"Seats are kept until 8:30.", "Doors close at 9:30 pm.", "Jürgen Gross answers.", "Juergen Groß answers.", "He sits in Saint Denis.",
		"He answers from 9 am to 12.", "Rooms are on the 3rd floor.", "It is 20 m² large.", "Groups of 120 get a discount of 15%.", "Groups of one hundred twenty get fifteen percent off.",
		"1,350 people came on May 3rd.", "1350 people came.", "The lens is 2.5 inches thick.", "1. Take the key.\n2. Go to the third floor.\n3. Wait.", "**The deposit:** forty percent.",
		"Dr. Jürgen Groß answers, see the Contract Policy.", "THE DOORS CLOSE AT 21:30!", "The documents do not say.", "According to the manual, adults pay 12 euros and children 5 euros, 17 euros together.", "The code is gh-0417.",
	}
	for _, answer := range list {
		if f := judge(answer); len(f) > 0 {
			wrong++
			t.Logf("%s: %s", answer, Reason(f))
		}
	}
	t.Logf("%d of %d honest sentences are marked", wrong, len(list))
	if wrong*20 > len(list) {
		t.Errorf("%d of %d honest sentences are marked, want at most 1 in 20", wrong, len(list))
	}
}

// TestFalse holds that a number or a name which no document has is found, however it is
// written.
func TestFalse(t *testing.T) {
	for answer, want := range map[string]string{
		"The deposit is 45%.": "45", "The deposit is fifty per cent.": "fifty", "The rent is 1,205.50 euros.": "1,205.50", "Die Miete beträgt 1.250,60 Euro.": "1.250,60",
		"The rent is $1250.50.": "1250.50", "The deposit is 40 euros.": "40", "The contract runs for 36 months.": "36", "It runs for four years.": "four",
		"It ends on 15 December 2027.": "2027", "It ends on December 16th, 2026.": "16th", "Nordwik AG pays.": "Nordwik", "Ask Petra Nowak for the key.": "Nowak",
		"Johnson is the owner.": "Johnson", "The owner is Johnson.": "Johnson", "Store it at 18 degrees.": "18", "Store it at minus 8 degrees.": "8",
		"Keep it for 48 hours.": "48", "A bottle holds 1.6 litres.": "1.6", "A bottle holds 150 ml.": "150", "It weighs 1,700 kg.": "1,700",
		"Turnover was 1.3 million.": "1.3", "Turnover was 12,000,000.": "12,000,000", "Adult and child pay 12 + 5 = 18 euros.": "18", "They pay 18 together, 12 and 5.": "18",
		"Thirty-five seats are kept free.": "Thirty-five", "24 seats are kept free.": "24", "Seats are kept until 8:45.": "45", "Doors close at 10:30 pm.": "10",
		"Jörg Groß answers.": "Jörg", "He sits in Saint Louis.": "Louis", "He answers from 10 am.": "10", "It is on the fourth floor.": "fourth",
		"Groups of one hundred thirty get a discount.": "one hundred thirty", "Groups get 15 euros off.": "15", "1,360 people came.": "1,360", "1 360 people came.": "1360",
		"The lens is 2¼ inches thick.": "2¼", "1. Take 7 keys.": "7", "The code is GH-0471.": "GH-0471", "**Forty-one percent** is the deposit.": "Forty-one",
		"Kovak sells it.": "Kovak", "Es endet am 15.11.2026.": "15.11.2026", "Es endet am 15.12.26 oder 15.12.2025.": "15.12.26", "It runs a year, or 18 months.": "18",
	} {
		f := judge(answer)
		if len(f) == 0 || !strings.Contains(f[0].Problem, strings.Fields(want)[0]) {
			t.Errorf("%s: %+v, want %s marked", answer, f, want)
		}
	}
}
