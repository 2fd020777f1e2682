package label

import "testing"

// TestWorded: a name and an everyday word in another form of their own are the user's, and those that
// are another's are not.
func TestWorded(t *testing.T) {
	for _, c := range []struct {
		said, tool, value string
		want              bool
	}{
		{"20 back to the Dunmores, please.", "", "Dunmore", true},
		{"20 back to Dunmores, please.", "", "Dunmore", false}, // it may be the name
		{"Pay Martins 50.", "", "Martin", false},
		{"Pay the Martins 50.", `[{"name": "Martins"}, {"name": "Martin"}]`, "Martin", true}, // a leaf
		{"Pay the Bakers.", `[{"name": "Bakers"}]`, "Baker", false},                          // that one is meant
		{"Überweis den Nachtfaltern 950 Euro.", "", "Nachtfalter", true},
		{"Überweis Nachtfaltern 950 Euro.", "", "Nachtfalter", false},
		{"Überweis den Nachtfaltern 950 Euro.", "", "Nachtfalte", false},
		{"tickets: adults 11.50", "", "adult", true},
		{"dai il turno bar di venerdì a Giulia", "", "bar venerdì", true},
		{"dai il turno bar di venerdì a Giulia", "", "bar sabato", false},
		{"dai il turno bar, sabato e venerdì", "", "bar venerdì", false},
		{"सुरेश को खाना बाँटने का काम दे दीजिए", "", "खाना बाँटना", true},
		{"Reserve it for madame Ferrand.", "", "Mme Ferrand", true},
		{"Reserve it for madame Ferrand.", "", "M. Ferrand", false},
		{"Reserve it for Ferrand.", "", "Mme Ferrand", true},
		{"Reserve it for Mr Lee.", "", "Mrs Lee", false},
		{"Reserve it for Rosa Lind.", "", "Frau Rosa", false}, // somebody else
		{"สั่งผ้าไหมสีครีมเพิ่ม 12 เมตรนะ", "", "ผ้าไหมสีครีม", true},
		{"สั่งผ้าไหมสีครีมเข้มเพิ่ม 12 เมตรนะ", "", "ผ้าไหมสีครีม", false},
		{"Mi alzi la sbarra nord.", "", "north", true},
		{"Mi alzi la sbarra nord.", "", "south", false},
		{"Mi alzi la sbarra nord, non sud.", "", "south", false},
		{"Two of the red ones.", "", "rot", false},
		{"turn it off", "", "off", true},
		{"shut it down", "", "off", false}, // a state is what the clause that asks makes of it
	} {
		ctx := context(c.said)
		if c.tool != "" {
			ctx.tool("t", c.tool)
		}
		o := ctx.Find(c.value, false)
		if o.How == HowMade {
			if d, ok := ctx.Derive("", c.value, nil, nil); ok {
				o = d
			}
		}
		if got := o.Integrity <= Tool; got != c.want {
			t.Errorf("%q: %q is %v, want %v", c.said, c.value, o, c.want)
		}
	}
}

// TestFlags: a flag is so by its words or by what it means.
func TestFlags(t *testing.T) {
	for _, c := range []struct {
		said, name string
		flag, want bool
	}{
		{"book it with breakfast", "breakfast", true, true}, {"book it without breakfast", "breakfast", true, false}, {"book it without breakfast", "breakfast", false, true},
		{"book it", "breakfast", true, false}, {"turn the lamp on", "enabled", true, true}, {"turn the lamp off", "enabled", true, false}, {"turn the lamp off", "enabled", false, true},
		{"lock the door", "locked", true, true}, {"unlock the door", "locked", true, false},
	} {
		if got := NewPhrase(c.said).Says(c.name, c.flag); got != c.want {
			t.Errorf("%q: %s %v is %v", c.said, c.name, c.flag, got)
		}
	}
}
