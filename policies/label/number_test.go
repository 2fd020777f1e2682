package label

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestOwnNumbers: a written number has one value, and digits of something else none.
func TestOwnNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"pay 1,250.50":                        "1250.5",
		"pay 1.250,50 EUR":                    "1250.5",
		"pay 1 250":                           "1250",
		"pay 2 100 euro notes":                "2100",
		"pay 2 1000 euro notes":               "1000 2",
		"pay 1.50":                            "1.5",
		"pay 98,70":                           "98.7",
		"pay 1.250":                           "",
		"bitte 1.250 Euro an Ann und Bob":     "1250",
		"bitte 1,250 Euro an Ann und Bob":     "",
		"paga 12,50 euro per favor a la Ana":  "12.5",
		"pay 1,250":                           "1250",
		"pay 1.250.000":                       "1250000",
		"pay 1'250.50":                        "1250.5",
		"pay €75.50 or $3 or 5€ or USD7":      "3 5 7 75.5",
		"pay -20":                             "-20",
		"10-20 of them":                       "",
		"on 2027-05-02 at 10:30":              "",
		"May 2, 2027 at 3pm":                  "",
		"DE89 3704 0044 0532 0130 00":         "",
		"GB29 NWBK 6016 1331 9268 19":         "",
		"+49 30 1234 5678":                    "",
		"KETTLE-12, v1.2 and 1.2.3":           "",
		"KETTLE-12 5 stars":                   "5",
		"two hundred and fifty":               "250",
		"twenty-one nights":                   "21",
		"a dozen, two thousand three hundred": "12 2300",
		"सीना 108।":                           "108",
		"five, six":                           "5 6",
		"a 3-night stay for 2":                "2 3",
		"order #17 (of 20)":                   "17 20",
		"10.":                                 "10",
		"007":                                 "7",
		"12345678901234567890":                "12345678901234567890",
		"5/10 and 24/7":                       "",
		`{"amount":50,"list":[1, 2]}`:         "1 2 50",
	} {
		v := ownValues(text)
		var got []string
		for n := range v.numbers {
			got = append(got, n)
		}
		slices.Sort(got)
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %q, want %q", text, s, want)
		}
	}
}

func TestDecimal(t *testing.T) {
	for in, want := range map[string]string{
		"1": "1", "1.0": "1", "-0": "0", "-1.50": "-1.5", "1e3": "1000", "1.25e1": "12.5", "125e-2": "1.25", "5E-3": "0.005", "0010": "10",
		"1e-500": "", "1e999": "", "x": "", "": "", "1.2.3": "", "0x10": "", "9007199254740993": "9007199254740993",
	} {
		if got, _ := decimal(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestReadings: what gives trust is among what takes it away.
func TestReadings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9]{1,4}([.,' ][0-9]{1,4}){0,3}`).Draw(t, "s")
		own := ownValues("pay " + s + " now")
		all := anyValues("pay " + s + " now")
		for n := range own.numbers {
			if all.numbers[n] == 0 {
				t.Fatalf("%q may be %s for the user and not for others", s, n)
			}
		}
	})
}
