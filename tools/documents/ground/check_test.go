package ground

import (
	"strings"
	"testing"
)

var prices = []Passage{
	{Source: "kitchen.md", Number: 1, Heading: "Prices", Text: "The steel kettle costs 49.90 and has a warranty of three years. Petra Novak sells it."},
	{Source: "hall/hours.pdf", Page: 4, Number: 2, Text: "The green hall opens at 08:30 and closes at 21:00. Its code is GH-0417. The lease ends on 2026-12-15."},
	{Source: "hall/hours.pdf", Page: 9, Number: 5, Text: "It holds 1,250 people. Repairs are paid by Nordvik AG."},
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name, said, answer string
		want               []string // what the findings hold, in order
	}{
		{"as it stands", "", "The steel kettle costs 49.90. [kitchen.md]", nil},
		{"citation within", "", "The steel kettle [kitchen.md] costs 49.90.", nil},
		{"decimal comma", "", "Der Kessel kostet 49,90 Euro. [kitchen.md]", nil},
		{"another number", "", "The steel kettle costs 59.90. [kitchen.md]", []string{"not in kitchen.md: 59.90"}},
		{"another name", "", "The steel kettle is sold by Petra Kovak. [kitchen.md]", []string{"Kovak"}},
		{"the number of another source", "", "The steel kettle costs 1,250. [kitchen.md]", []string{"1,250"}},
		{"a source that was not retrieved", "", "The steel kettle costs 49.90. [prices.md]", []string{"prices.md was not retrieved"}},
		{"a word as a number", "", "Its warranty is 3 years. [kitchen.md]", nil},
		{"a number as a word", "", "It has a warranty of four years. [kitchen.md]", []string{"four"}},
		{"a clock of twelve hours", "", "The hall is open from 8:30 am to 9 pm. [hours.pdf]", nil},
		{"a wrong hour", "", "The hall is open until 8 pm. [hours.pdf]", []string{"8"}},
		{"a date in words", "", "The lease ends on 15 December 2026. [hall/hours.pdf]", nil},
		{"a wrong day", "", "The lease ends on 16 December 2026. [hall/hours.pdf]", []string{"16"}},
		{"a code", "", "The code is GH-0417 [hall/hours.pdf].", nil},
		{"another code", "", "The code is GH-0471 [hall/hours.pdf].", []string{"GH-0471"}},
		{"the page", "", "It holds 1250 people. [hours.pdf p. 9]", nil},
		{"another page", "", "It holds 1250 people. [hours.pdf p. 4]", []string{"1250"}},
		{"the passage", "", "It holds 1250 people. [hall/hours.pdf#5]", nil},
		{"two sources", "", "The kettle costs 49.90 and the hall holds 1250. [kitchen.md, hours.pdf]", nil},
		{"one citation for two sentences", "", "The kettle costs 49.90. Its warranty is three years. [kitchen.md]", nil},
		{"one of two is wrong", "", "The kettle costs 48. Its warranty is three years. [kitchen.md]", []string{"48"}},
		{"no citation", "", "The kettle costs 49.90.", nil},
		{"no citation and made up", "", "The kettle costs 13.", []string{"not in anything that was read: 13"}},
		{"the documents do not say", "Who painted the Mona Lisa?", "The documents do not say.", nil},
		{"with the names of the question", "Who painted the Mona Lisa?", "The documents do not say who painted the Mona Lisa.", nil},
		{"a number of the question", "Does the kettle cost 50?", "Yes, the kettle costs 50. [kitchen.md]", []string{"50"}},
		{"look-alike letters", "", "It is sold by Pеtra Novak. [kitchen.md]", []string{"mixes letters"}},
		{"a link is no citation", "", "See [the shop](https://shop.example/a.md). The kettle costs 49.90. [kitchen.md]", nil},
		{"a bracket is no citation", "", "The kettle [the steel one] costs 49.90. [kitchen.md]", nil},
		{"paragraphs", "", "The kettle costs 49.90. [kitchen.md]\n\nThe hall holds 49.90. [hours.pdf]", []string{"not in hours.pdf: 49.90"}},
		{"a list", "", "- kettle: 49.90 [kitchen.md]\n- hall: 1300 people [hours.pdf]", []string{"1300"}},
		{"a fake citation within a quote", "", "It says \"free [board.md]\" and costs 49.90. [kitchen.md]", []string{"board.md was not retrieved"}},
		{"other digits", "", "यह ४९.९० का है। [kitchen.md]", nil},
		{"a name at the beginning", "", "Petra Nowak sells it. [kitchen.md]", []string{"Nowak"}},
		{"a possessive", "", "It is Nordvik's bill. [hours.pdf]", nil},
		{"German nouns", "", "Der Kessel und die Garantie sind beim Verkauf von Petra Novak. [kitchen.md]", nil},
		{"German names", "", "Der Kessel ist nicht von Petra Kovak. [kitchen.md]", []string{"Kovak"}},
	} {
		e := Evidence{Passages: prices, Said: []string{c.said}, Searched: true}
		got := Check(c.answer, e)
		ok := len(got) == len(c.want)
		for i := range min(len(got), len(c.want)) {
			ok = ok && strings.Contains(got[i].Problem, c.want[i])
		}
		if !ok {
			t.Errorf("%s: %+v, want %q", c.name, got, c.want)
		}
	}
}

func TestNothingWasLookedUp(t *testing.T) {
	if got := Check("I am Chaski, and 7 is prime.", Evidence{}); got != nil {
		t.Errorf("%v", got)
	}
	if got := Check("It costs 7. [a.md]", Evidence{}); len(got) != 1 {
		t.Errorf("%v", got)
	}
	if got := Check("It costs 7.", Evidence{Searched: true}); len(got) != 1 {
		t.Errorf("%v", got)
	}
	if got := Check("It costs 7.", Evidence{Searched: true, Other: []string{`{"total":7.00}`}}); got != nil {
		t.Errorf("%v", got)
	}
}

func TestMarked(t *testing.T) {
	answer := "The kettle costs 59.90. [kitchen.md] It is sold by Petra Novak. [kitchen.md]\n\nThe hall holds 7. [x.md]"
	want := "The kettle costs 59.90. [kitchen.md] [not in kitchen.md: 59.90] It is sold by Petra Novak. [kitchen.md]\n\nThe hall holds 7. [x.md] [x.md was not retrieved]"
	if got := Marked(answer, Check(answer, Evidence{Passages: prices, Searched: true})); got != want {
		t.Errorf("%s", got)
	}
}

// FuzzCheck holds that whatever a model says, marks are added to it and nothing else changes.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{"It costs 5. [a.md] [b.md, p. 3]", "[[[a.md]]]", "x [a.md", "]a.md[", "[a.md].[b.md]. 7\n\n[c.md] 8", "1.2.3,4 [é.md#1]", "٤٩ Pеtra [a.md p. 99999999999999999999]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		if len(answer) > 10_000 {
			return
		}
		found := Check(answer, Evidence{Passages: prices, Searched: true})
		last := 0
		for _, x := range found {
			if x.End < last || x.End > len(answer) {
				t.Fatalf("%+v", found)
			}
			last = x.End
		}
		marked := Marked(answer, found)
		for _, x := range found {
			marked = strings.Replace(marked, " ["+x.Problem+"]", "", 1)
		}
		if len(found) == 0 && marked != answer || len(marked) != len(answer) {
			t.Fatalf("%q became %q", answer, marked)
		}
	})
}
