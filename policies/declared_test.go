package policies

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chaski-dev/chaski/tools"
)

// decided plays one call under strict, after one message of the user's.
func decided(t *testing.T, spec tools.Spec, today, said, args string) Line {
	t.Helper()
	lines, err := Eval(strict(t), &Trace{ID: "t", Tools: []tools.Spec{spec}, Today: today, User: said, Steps: []TraceStep{{Call: &TraceCall{Name: spec.Name, Arguments: json.RawMessage(args)}}}})
	if err != nil || len(lines) != 1 {
		t.Fatalf("%s: %v, %v", said, lines, err)
	}
	return lines[0]
}

// TestDaysWithoutAYear: such a day is the next one, or the last one if that is less than half a year ago; another
// year than the user's is made up.
func TestDaysWithoutAYear(t *testing.T) {
	visit := tools.Spec{Name: "book_visit", Description: "Books a visit.", Effect: tools.Once, Labels: map[string]string{"egress": "false"},
		Parameters: json.RawMessage(`{"type":"object","properties":{"guest":{"type":"string"},"day":{"type":"string","format":"date"}},"required":["guest","day"]}`)}
	const today = "2026-11-29"
	for _, c := range []struct {
		said, day string
		want      Verdict
	}{
		{"on 9 January", "2027-01-09", Allow},
		{"on 9 January", "2026-01-09", RequireApproval},
		{"on 9 January", "2028-01-09", RequireApproval},
		{"on 28 November", "2026-11-28", Allow},
		{"on 28 November", "2027-11-28", Allow},
		{"on 28 November", "2025-11-28", RequireApproval},
		{"on 9 January 2029", "2029-01-09", Allow},
		{"on 9 January 2029", "2027-01-09", RequireApproval},
	} {
		if d := decided(t, visit, today, "Book a visit for Ana "+c.said+".", fmt.Sprintf(`{"guest":"Ana","day":%q}`, c.day)); d.Verdict != c.want {
			t.Errorf("%s, %s: %v by %s, want %v", c.said, c.day, d.Verdict, d.Rule, c.want)
		}
	}
	for said, want := range map[string]Verdict{"Buche einen Besuch für Ana am 9.1.": Allow, "Buche einen Besuch für Ana am 9. 1. bitte": Allow, "Buche einen Besuch für Ana am 1.9.": RequireApproval, "Buche einen Besuch für Ana, Fassung 9.1.": RequireApproval} {
		if d := decided(t, visit, today, said, `{"guest":"Ana","day":"2027-01-09"}`); d.Verdict != want {
			t.Errorf("%s: %v by %s, want %v", said, d.Verdict, d.Rule, want)
		}
	}
}

// TestActionsOfSeveralWords: all words of a declared verb count, in the forms that the verb has, and not its first alone.
func TestActionsOfSeveralWords(t *testing.T) {
	for actions, cases := range map[string]map[string]Verdict{
		"put away":         {"Put M-7 away.": Allow, "Could you put away M-7?": Allow, "Put M-7 on the list.": RequireApproval, "Put M-7 on the list and throw the card away.": RequireApproval},
		"call off":         {"Call M-7 off.": Allow, "Annule M-7.": Allow, "Call M-7.": RequireApproval},
		"dar de baja":      {"Da de baja a M-7.": Allow, "Por favor, dé de baja a M-7.": Allow, "Dale un premio a M-7.": RequireApproval, "La carta de baja de M-7.": RequireApproval},
		"mettre fin":       {"Mets fin à M-7.": Allow, "Mets M-7 sur la liste.": RequireApproval},
		"mettere in pausa": {"Metti M-7 in pausa.": Allow, "Metti M-7 in lista.": RequireApproval},
		"ausfallen lassen": {"Lass M-7 ausfallen.": Allow, "M-7 bitte ausfallen lassen.": Allow, "Lass M-7 holen.": RequireApproval},
		"रद्द करना":        {"M-7 को रद्द करो।": Allow, "M-7 को रद्द कर दीजिए।": Allow},
		"नाम काटना":        {"M-7 का नाम काट दो।": Allow, "M-7 को काट दो।": RequireApproval, "M-7 का नाम बताओ।": RequireApproval},
		"काटना":            {"M-7 को काट दो।": Allow},
		"stornieren":       {"Stornierung von M-7 bitte.": Allow, "Stornieren Sie M-7.": Allow},
		"money back":       {"I want my money back for M-7.": Allow},
	} {
		for said, want := range cases {
			spec := tools.Spec{Name: "x_17", Description: "Zorks.", Effect: tools.Once, Labels: map[string]string{"egress": "false", "actions": actions}, Parameters: json.RawMessage(`{"type":"object","properties":{"thing":{"type":"string"}},"required":["thing"]}`)}
			if d := decided(t, spec, "", said, `{"thing":"M-7"}`); d.Verdict != want {
				t.Errorf("%s: %s: %v by %s, want %v", actions, said, d.Verdict, d.Rule, want)
			}
		}
	}
}

// TestToolsThatShareTheirVerb: the noun of one is no order for the other, and no noun is one for either.
func TestToolsThatShareTheirVerb(t *testing.T) {
	spec := func(name, arg, objects string) tools.Spec {
		return tools.Spec{Name: name, Effect: tools.Once, Labels: map[string]string{"egress": "false", "objects": objects}, Parameters: json.RawMessage(`{"type":"object","properties":{"` + arg + `":{"type":"string"}},"required":["` + arg + `"]}`)}
	}
	specs := []tools.Spec{spec("cancel_visit", "visit", "visit, Termin"), spec("cancel_order", "order", "order, Bestellung")}
	for said, want := range map[string][2]Verdict{
		"Cancel order V-7.":                 {RequireApproval, Allow},
		"Cancel visit V-7.":                 {Allow, RequireApproval},
		"Storniere Bestellung V-7.":         {RequireApproval, Allow},
		"Bitte die Termine V-7 stornieren.": {Allow, RequireApproval},
		"Cancel V-7.":                       {Allow, Allow},
	} {
		for i, arg := range []string{"visit", "order"} {
			lines, err := Eval(strict(t), &Trace{ID: "t", Tools: specs, User: said, Steps: []TraceStep{{Call: &TraceCall{Name: specs[i].Name, Arguments: json.RawMessage(`{"` + arg + `":"V-7"}`)}}}})
			if err != nil || lines[0].Verdict != want[i] {
				t.Errorf("%s: %s: %v %v, want %v", said, specs[i].Name, lines, err, want[i])
			}
		}
	}
}
