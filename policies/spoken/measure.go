package spoken

import "strings"

// Measure is a number with a unit, in the unit's own base: grams, metres, litres, megabytes.
type Measure struct {
	Value   Micro // in the base
	Number  Micro // as it is said, of units
	Base    string
	At, End int
}

// unit is a unit of measure, in millionths of its base.
type unit struct {
	base   string
	factor Micro
}

var units = map[string]unit{}

func init() {
	for _, u := range []struct {
		base   string
		factor Micro
		words  string
	}{
		{"g", One / 1000, "mg milligram milligrams milligramm milligrammes miligramos miligramas"},
		{"g", One, "g gram grams gramm gramme grammes grammo grammi gramo gramos grama gramas ग्राम กรัม"},
		{"g", 1000 * One, "kg kgs kilo kilos kilogram kilograms kilogramm kilogrammes chilo chili chilogrammi kilogramos quilo quilos किलो किलोग्राम กิโล กิโลกรัม"},
		{"g", 1_000_000 * One, "tonne tonnes tonnen tonnellata tonnellate tonelada toneladas टन ตัน"},
		{"g", 500 * One, "pfund livre livres"}, // of the metre's countries
		{"g", 50_000 * One, "zentner"},
		{"g", 100_000 * One, "quintal quintaux quintale quintali"},
		{"g", 100 * One, "etto etti ขีด"},
		{"m", One / 1000, "mm millimetre millimetres millimeter millimeters millimètres millimetri milímetros"},
		{"m", One / 100, "cm centimetre centimetres centimeter centimeters zentimeter centimètre centimètres centimetri centímetros सेंटीमीटर เซนติเมตร เซนต์"},
		{"m", One, "m metre metres meter meters mètre mètres metro metri metros मीटर เมตร"},
		{"m", 1000 * One, "km kilometre kilometres kilometer kilometers kilomètre kilomètres chilometri chilometro kilómetros quilómetros quilômetros किलोमीटर กิโลเมตร"},
		{"l", One / 1000, "ml millilitre millilitres milliliter milliliters millilitri mililitros मिलीलीटर มิลลิลิตร"},
		{"l", One / 100, "cl centilitres"},
		{"l", One / 10, "dl deciliter décilitres"},
		{"l", One, "l litre litres liter liters litro litri litros लीटर ลิตร"},
		{"l", 100 * One, "hl hektoliter hectolitre hectolitres ettolitri"},
		{"cent", One, "cent cents centimes céntimo céntimos centesimi cêntimos centavos rappen pence"},
		{"cent", 100 * One, "euro euros euri dollar dollars pound pounds franken francs reais"},
		{"mb", One, "mb megabyte megabytes megs"},
		{"mb", 1000 * One, "gb gig gigs gigabyte gigabytes giga gigas"},
		{"mb", 1_000_000 * One, "tb terabyte terabytes teras"},
	} {
		for w := range strings.FieldsSeq(u.words) {
			units[w] = unit{u.base, u.factor}
			knowThai(w)
		}
	}
}

// Unit returns the base of a unit and how many millionths of it one is, from a word for the unit or
// a part of an argument's name: "kg", "metres".
func Unit(word string) (base string, factor Micro) {
	u := units[word]
	return u.base, u.factor
}

// Measures returns the numbers that the text says with a unit.
func (t *Text) Measures() []Measure {
	var out []Measure
	for i := 0; i < len(t.words); i++ {
		n, end := t.count(i)
		if end == i || end >= len(t.words) || !t.near(end) && t.words[end].gap != "" {
			continue
		}
		u, ok := units[t.words[end].text]
		if !ok || float64(n)*float64(u.factor) > 9e18*float64(One) {
			continue
		}
		last := end + 1
		if half := t.any(last, halfBehind...); half > last && n%One == 0 {
			n, last = n+One/2, half
		}
		value := Micro(float64(n) / float64(One) * float64(u.factor))
		out = append(out, Measure{Value: value, Number: n, Base: u.base, At: t.words[i].at, End: t.words[last-1].end})
		i = last - 1
	}
	return out
}
