package ask

import "testing"

// TestPickNamed: words that stand for one of two things that were just named, by their place, are read as its name.
func TestPickNamed(t *testing.T) {
	for text, want := range map[string]string{
		"We have A-12 and 4712. The latter can go.":                                            "We have A-12 and 4712. The latter can go.", // of two forms
		"We have H5512 and H5513. The latter can go.":                                          "We have H5512 and H5513. H5513 can go.",
		"We have H5512 and H5513. The former can go.":                                          "We have H5512 and H5513. H5512 can go.",
		"We have H5512 and H5513. The first booking can go.":                                   "We have H5512 and H5513. The first booking can go.",
		"We have H5512 and H5513; H5513 stays, the other one cancel":                           "We have H5512 and H5513; H5513 stays. H5512 cancel",
		"We have H5512 and H5513. If H5513 is free, the other one cancel":                      "We have H5512 and H5513. If H5513 is free, H5512 cancel",
		"We have H5512. The latter can go.":                                                    "We have H5512. The latter can go.",
		"Wir haben H5512 und H5513. Letztere bitte stornieren.":                                "Wir haben H5512 und H5513. H5513 bitte stornieren.",
		"Il y a le cours 4412 et le 4413. Ce dernier est à annuler.":                           "Il y a le cours 4412 et le 4413. 4413 est à annuler.",
		"Abbiamo H5512 e H5513. Quest'ultima va annullata.":                                    "Abbiamo H5512 e H5513. H5513 va annullata.",
		"Tenemos la H5512 y la H5513. La H5513 se queda, la otra cancélala.":                   "Tenemos la H5512 y la H5513. La H5513 se queda. H5512 cancélala.",
		"El viernes está la clase 4412 y el miércoles la 4413. La primera hay que cancelarla.": "El viernes está la clase 4412 y el miércoles la 4413. La 4412 hay que cancelarla.",
		"Venerdì c'è la lezione 4412 e mercoledì la 4413. La prima va annullata.":              "Venerdì c'è la lezione 4412 e mercoledì la 4413. La 4412 va annullata.",
		"Temos a H5512 e a H5513. Esta última cancelem.":                                       "Temos a H5512 e a H5513. H5513 cancelem.",
		"हमारी H5512 और H5513 हैं। H5513 रहने दीजिए, दूसरी रद्द कर दीजिए।": "हमारी H5512 और H5513 हैं। H5513 रहने दीजिए. H5512 रद्द कर दीजिए।",
		"วันศุกร์มีคาบ 4412 กับวันพุธมีคาบ 4413 อันแรกขอยกเลิกค่ะ":         "วันศุกร์มีคาบ 4412 กับวันพุธมีคาบ 4413. 4412ขอยกเลิกค่ะ",
	} {
		if got := pickNamed(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
