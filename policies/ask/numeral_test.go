package ask

import "testing"

// TestNumbersInWords reads them in the eight languages.
func TestNumbersInWords(t *testing.T) {
	for text, want := range map[string]string{
		"Erstatten Sie bitte für das Ticket T-7710 zwölf Euro fünfzig.": "12.5", "another seven and a half metres of the navy flannel": "7.5", "drop the asking price of H-12 to 395k": "395000",
		"Vorrei portare il prezzo della casa a duecentocinquantamila euro.": "250000", "Spedisca ventiquattro bottiglie di Primitivo": "24", "ponles ocho kilos de pienso": "8", "the deposit (1.2k)": "1200",
		"please order twenty more": "20", "half a dozen of the Chablis": "6", "Verlängere bitte die Miete um eine Stunde.": "1", "Druck Plakat.pdf zweimal auf A3": "2", "สั่งยี่สิบห้าชิ้น": "25", "पैंतीस कुर्सियाँ मँगवा दो": "35",
		"trescientos cincuenta euros": "350", "quatre-vingt-dix-huit euros pour le client": "98", "verse soixante-quinze euros à Jean": "75", "bitte einundzwanzig Stühle bestellen": "21", "two hundred and fifty euros": "250",
		"dá trinta e cinco euros ao Rui": "35", "quinhentos reais para a Ana": "500", "ordina ventotto sedie per favore": "28",
	} {
		if !SaysNumber(want, text) {
			t.Errorf("%q does not say %s", text, want)
		}
	}
	for text, not := range map[string]string{"Book it at once.": "11", "two hundred and fifty euros": "200", "टिकट दे दो": "2", "einundzwanzig Stühle": "20", "seven and a half metres": "7"} {
		if SaysNumber(not, text) {
			t.Errorf("%q says %s", text, not)
		}
	}
}
