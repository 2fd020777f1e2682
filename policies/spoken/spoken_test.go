package spoken

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestNumbers: numbers in words, and what looks like one and is none.
func TestNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"two hundred and fifty": "250", "twenty-one nights": "21", "a dozen of them": "12", "two thousand three hundred": "2300", "five, six": "5 6", "five and six": "5 6",
		"half a dozen eggs": "6", "two dozen eggs": "24", "another hundred gigs": "100", "a hundred": "100", "hundred": "", "1.2k of it": "1200", "we owe 3k in total": "3000",
		"seven and a half metres": "7.5", "1.5 million": "1500000", "twelve euros fifty": "12.5", "5 euros and 2 coffees": "", "pay 12 euros 50": "12.5", "one hundred and one": "101",
		"bitte zweiundfünfzig euro": "52", "bitte dreihundertfünfzig euro an": "350", "zweieinhalb kilo für die": "2.5", "zweitausendvierhundert": "2400", "ein und zwei": "2", "die acht, bitte": "8", "mit eineinhalb": "1.5", "drei euro fünfzig": "3.5",
		"les quatre-vingt-dix-sept": "97", "les soixante et onze": "71", "les vingt et un": "21", "deux cents": "200", "deux cent cinquante": "250", "les mille deux cents": "1200", "les soixante-quinze": "75", "une pour le": "", "deux mètres et demi": "2", "les quatre-vingts": "80",
		"il ventotto di": "28", "con duecentocinquanta euro per la": "250", "le milletrecento": "1300", "con quarantadue": "42", "due euro e cinquanta centesimi": "2.5", "una per la": "",
		"los treinta y cinco": "35", "las doscientas cincuenta": "250", "los mil quinientos": "1500", "los veintitrés": "23", "los cien": "100", "uno para los": "", "los ocho kilos y medio": "8",
		"os duzentos e cinquenta e três": "253", "os vinte e dois": "22", "os cem": "100", "os mil e duzentos": "1200", "duas e meia": "2.5",
		"ढाई सौ रुपये": "250", "डेढ़ लाख": "150000", "साढ़े तीन": "3.5", "पौने चार": "3.75", "सवा दो सौ": "225", "दो हज़ार पाँच सौ": "2500", "तेईस": "23", "साढ़े तीन सौ": "350",
		"สองร้อยห้าสิบบาท": "250", "ยี่สิบเอ็ด": "21", "สิบสอง": "12", "หนึ่งพันห้าร้อย": "1500", "สองหมื่น": "20000", "หนึ่งโหล": "1 12",
	} {
		p := Parse(text)
		var got []string
		for _, n := range p.Numbers(p.Lang()) {
			got = append(got, n.Value.String())
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %q, want %q", text, s, want)
		}
	}
}

// TestTimes: the clock in words, with both halves of the day where both are plausible.
func TestTimes(t *testing.T) {
	for text, want := range map[string]string{
		"tuesday, half past nine": "9:30 21:30", "quarter to nine tonight": "20:45", "at quarter to six in the morning": "5:45", "a quarter past twelve": "12:15", "ten to eight": "7:50 19:50", "five past three in the afternoon": "15:05",
		"at five": "5:00 17:00", "at 7": "7:00 19:00", "at seven in the evening": "19:00", "at 7 euros": "", "at 10 percent": "", "at 5 degrees": "", "at 9.15": "9:15 21:15", "at 15": "15:00", "for 3 people": "", "it takes 5": "",
		"from 8 till noon": "8:00 20:00 12:00", "at midnight": "0:00", "10 in the morning": "10:00", "seven o'clock": "7:00 19:00", "at nine thirty": "9:30 21:30", "at half seven": "7:30 19:30", "between nine and eleven": "9:00 21:00 11:00 23:00",
		"from 2 to 4": "2:00 14:00 4:00 16:00", "from 2 to 4 kg": "2:00 14:00", "from 5 to 20 euros": "5:00 17:00", "tonight at eight": "20:00", "half of it": "", "half an hour": "", "at twelve": "12:00",
		"um halb vier": "3:30 15:30", "halb acht abends": "19:30", "um viertel nach acht": "8:15 20:15", "um viertel vor neun": "8:45 20:45", "um dreiviertel acht": "7:45 19:45", "um fünf vor halb acht": "7:25 19:25", "um 9 uhr 15": "9:15", "um 9.15 uhr": "9:15", "um 3.30 uhr nachmittags": "15:30", "am 9.12. um": "", "um acht uhr morgens": "8:00", "um 13 uhr ein": "13:00", "alle dieci e una sedia": "10:00 22:00", "um acht": "8:00 20:00", "mittag": "12:00", "um mitternacht": "0:00",
		"ein halber liter": "", "halb voll": "", "viertel liter": "", "um 3 euro": "",
		"à 15 h 30": "15:30", "à neuf heures et demie": "9:30 21:30", "à huit heures moins le quart": "7:45 19:45", "à midi et demi": "12:30", "à minuit": "0:00", "à 7 h 45": "7:45", "à cinq heures du soir": "17:00", "pour trois heures de travail": "3:00 15:00",
		"alle undici": "11:00 23:00", "alle sette e mezza di sera": "19:30", "alle nove meno un quarto": "8:45 20:45", "a mezzogiorno": "12:00", "alle tre del pomeriggio": "15:00",
		"a las once de la mañana": "11:00", "a las diez de la noche": "22:00", "a las seis y media": "6:30 18:30", "a las tres menos cuarto": "2:45 14:45", "a la una": "13:00 1:00", "las tres sillas": "3:00 15:00",
		"às 15h": "15:00", "às três e meia da tarde": "15:30", "às oito": "8:00 20:00", "ao meio-dia": "12:00", "às 9 da noite": "21:00", "duas horas": "",
		"शाम साढ़े पाँच बजे": "17:30", "सुबह 8 बजे": "8:00", "दोपहर डेढ़ बजे": "13:30", "रात नौ बजे": "21:00", "3 बजे": "3:00 15:00", "पौने दस बजे": "9:45 21:45",
		"ตอนตีห้าครึ่ง": "5:30", "บ่ายสองโมง": "14:00", "สองทุ่มครึ่ง": "20:30", "เก้าโมงเช้า": "9:00", "เที่ยงคืน": "0:00", "สี่โมงเย็น": "16:00", "เวลา 14 นาฬิกา": "14:00", "บ่ายโมง": "13:00", "3 ทุ่ม": "21:00", "20.30 น.": "20:30", "auf 20.30 Uhr": "20:30", "alle ore 20.30": "20:30", "शाम 8.30 बजे": "20:30",
	} {
		var got []string
		for _, at := range Parse(text).Times() {
			for _, m := range at.Minutes {
				got = append(got, fmt.Sprintf("%d:%02d", m/60, m%60))
			}
		}
		have, expect := slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(strings.Fields(want)))
		if !slices.Equal(have, expect) {
			t.Errorf("%q: %q, want %q", text, have, expect)
		}
	}
}

// TestLengths: lengths of time in words.
func TestLengths(t *testing.T) {
	for text, want := range map[string]string{
		"an hour and a half": "90", "90 minutes": "90", "one and a half hours": "90", "half an hour": "30", "three quarters of an hour": "45", "2 hours and 15 minutes": "135", "for two weeks": "20160", "a fortnight": "20160", "three months": "3m", "a year": "12m",
		"eine halbe stunde": "30", "anderthalb stunden": "90", "zwei wochen": "20160", "eine viertelstunde": "15", "drei nächte": "4320", "für eine woche": "10080",
		"une heure et demie": "90", "trois jours": "4320", "une demi-heure": "30", "deux mois": "2m", "un'ora e mezza": "90", "mezz'ora": "30", "due settimane": "20160",
		"una hora y media": "90", "media hora": "30", "una semana": "10080", "meia hora": "30", "uma hora e meia": "90", "duas semanas": "20160",
		"डेढ़ घंटे": "90", "आधा घंटा": "30", "दो हफ्ते": "20160", "สองชั่วโมงครึ่ง": "150", "3 วัน": "4320", "ครึ่งชั่วโมง": "30", "two more weeks": "20160", "a nice day": "", "five people": "",
	} {
		var got []string
		for _, l := range Parse(text).Lengths() {
			if l.Months > 0 {
				got = append(got, fmt.Sprintf("%dm", l.Months))
			} else {
				got = append(got, fmt.Sprint(l.Minutes))
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %q, want %q", text, s, want)
		}
	}
}

// TestDates: days with their months, and the days of a row.
func TestDates(t *testing.T) {
	for text, want := range map[string]string{
		"the 12th of may": "-5-12", "12 may 2026": "2026-5-12", "may 12, 2026": "2026-5-12", "on june the 3rd": "-6-3", "from the 3rd to the 5th of june": "-6-3 -6-4 -6-5", "the 3rd and 5th of june": "-6-3 -6-5", "june 3-5": "-6-3 -6-4 -6-5", "twenty-first of june": "-6-21",
		"you may go": "", "may i have 3": "", "in may": "-5-0", "june 2026": "2026-6-0", "end of march": "-3-last", "the end of march": "-3-last", "31 of 40 rows": "", "room 12 march": "-3-12",
		"am 20. mai 2026": "2026-5-20", "vom 3. bis zum 5. juni": "-6-3 -6-4 -6-5", "ende märz": "-3-last", "am zwölften august": "-8-12", "am 9ten dezember": "-12-9",
		"le 12 mars": "-3-12", "du 3 au 5 juin 2026": "2026-6-3 2026-6-4 2026-6-5", "le premier mai": "-5-1", "fin juin": "-6-last", "le 9 déc. à": "-12-9", "para o dia 9 de dez.": "-12-9", "3 out of 4": "", "il 3 set": "-9-3", "i set the 3": "",
		"il 12 marzo": "-3-12", "dal 3 al 5 giugno": "-6-3 -6-4 -6-5", "el 20 de mayo de 2026": "2026-5-20", "del 17 al 19 de agosto": "-8-17 -8-18 -8-19", "el doce de mayo": "-5-12",
		"1 de abril de 2026": "2026-4-1", "de junho de 2026": "2026-6-0", "9 मार्च तक": "-3-9", "ถึงวันที่ 30 มิถุนายน 2026": "2026-6-30",
		"3, 4 and 5 june": "-6-3 -6-4 -6-5", "pay 40 on 3 june": "-6-3",
	} {
		var got []string
		for _, d := range Parse(text).Dates() {
			s := fmt.Sprintf("%d-%d-%d", d.Year, d.Month, d.Day)
			if d.Last {
				s = fmt.Sprintf("%d-%d-last", d.Year, d.Month)
			}
			got = append(got, strings.TrimPrefix(s, "0"))
		}
		slices.Sort(got)
		expect := strings.Fields(want)
		slices.Sort(expect)
		if !slices.Equal(got, expect) {
			t.Errorf("%q: %q, want %q", text, got, expect)
		}
	}
}

// TestShares: parts of something, and what is none.
func TestShares(t *testing.T) {
	for text, want := range map[string]string{
		"give him half of it": "0.5", "cut it by half": "0.5", "a third of the deposit": "0.333333", "two thirds": "0.666666", "10% off": "0.1", "ten per cent more": "0.1", "double it": "2", "half past three": "", "half an hour": "", "broke down half way": "", "auf halber strecke": "", "बस आधे रास्ते में": "", "half a dozen": "", "a quarter of the users": "0.25",
		"die hälfte davon": "0.5", "ein drittel der kaution": "0.333333", "la moitié de la caution": "0.5", "la mitad de los usuarios": "0.5", "la metà": "0.5", "metade dos utilizadores": "0.5", "आधा पैसा": "0.5", "ครึ่งหนึ่ง": "0.5", "20 prozent": "0.2", "viertel nach acht": "",
	} {
		var got []string
		for _, s := range Parse(text).Shares() {
			got = append(got, s.Part.String())
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %q, want %q", text, s, want)
		}
	}
}

// TestMeasures: numbers with their units.
func TestMeasures(t *testing.T) {
	for text, want := range map[string]string{
		"1.5 tonnes of the fine ones": "1500000g", "half a kilo": "500g", "500 g": "500g", "une livre de foie": "500g", "2 km": "2000m", "30 cm": "0.3m", "seven and a half metres": "7.5m", "half a litre": "0.5l", "2 tb": "2000000mb", "two people": "", "ein pfund butter": "500g", "ครึ่งกิโล": "500g", "सवा दो किलो": "2250g",
	} {
		var got []string
		for _, m := range Parse(text).Measures() {
			got = append(got, m.Value.String()+m.Base)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %q, want %q", text, s, want)
		}
	}
}

// FuzzParse: whatever a text says, its readings lie inside it, in order.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"half past three, from the 3rd to the 5th of june", "zwei hundert und", "ตีห้าครึ่ง สองร้อย", "साढ़े तीन सौ बजे", "1.5k euros 50", "a", "may", "\xff\x00", "1:2.3,4'5", "and and a half", "हज़ार लाख करोड़ करोड़ करोड़"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToLower(s)
		p := Parse(s)
		check := func(at, end int) {
			if at < 0 || end < at || end > len(s) {
				t.Fatalf("%q: %d to %d", s, at, end)
			}
		}
		for _, n := range p.Numbers(Any) {
			check(n.At, n.End)
		}
		for _, m := range p.Times() {
			check(m.At, m.End)
			for _, at := range m.Minutes {
				if at < 0 || at >= 24*60 {
					t.Fatalf("%q: minute %d", s, at)
				}
			}
		}
		for _, l := range p.Lengths() {
			check(l.At, l.End)
		}
		for _, d := range p.Dates() {
			check(d.At, d.End)
		}
		for _, x := range p.Shares() {
			check(x.At, x.End)
		}
		for _, m := range p.Measures() {
			check(m.At, m.End)
		}
	})
}

// TestOptions: everyday choices, and their contraries.
func TestOptions(t *testing.T) {
	for text, want := range map[string]string{
		"shut down web-7": "off closed", "start up web-9 in its place": "on", "turn it off": "off", "kill new-checkout": "off", "take it off the portal": "offline", "stop every second one": "off", "get the aerator going": "on",
		"belüfter in becken 4 ausschalten": "off", "schalte bitte die pumpe ein": "on", "schieber 12 zudrehen": "closed", "kuppel öffnen": "open", "pumpe 6 anwerfen": "on", "mach das licht aus": "off",
		"ouvrez la barrière nord": "open north", "mi alzi la sbarra nord": "open north", "apague la luz": "off", "publica o h-70 no portal": "online", "बच्चों का टिकट": "child", "बुज़ुर्गों का": "senior", "เปิดเครื่องเติมอากาศ": "on open", "kids 7": "child", "die linke tür": "left", "it is on the table": "", "what is open for me": "open",
	} {
		p := Parse(text)
		var got []string
		for _, name := range []string{"on", "off", "open", "closed", "online", "offline", "north", "south", "east", "west", "left", "right", "child", "adult", "senior"} {
			if said, known := p.Option(name); said && known {
				got = append(got, name)
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %q, want %q", text, s, want)
		}
	}
	if Contrary("enabled") != "off" || Contrary("east") != "" {
		t.Error(Contrary("enabled"), Contrary("east"))
	}
}
