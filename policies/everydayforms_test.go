package policies

import (
	"encoding/json"
	"testing"

	"github.com/chaski-dev/chaski/tools"
)

// everydayTool declares a tool for orders as people type them.
func everydayTool(name, text, actions, objects, parameters string) tools.Spec {
	return tools.Spec{Name: name, Description: text, Effect: tools.Once, Parameters: json.RawMessage(parameters), Labels: map[string]string{"egress": "false", "actions": actions, "objects": objects}}
}

// TestEverydayForms: forms of orders that people type, each with what looks like it and asks for nothing.
func TestEverydayForms(t *testing.T) {
	cancel := everydayTool("cancel_visit", "Cancels a visit.", "cancel, streichen, absagen, रद्द करना", "visit, Termin, अपॉइंटमेंट", `{"type":"object","properties":{"visit":{"type":"string","description":"Such as GV-801"}},"required":["visit"]}`)
	move := everydayTool("move_visit", "Moves a visit to another day.", "move, verschieben, verlegen, déplacer, spostare, mover, mudar, बदलना", "visit, Termin, Besuch, visite, visita", `{"type":"object","properties":{"visit":{"type":"string","description":"Such as GV-801"},"new_date":{"type":"string","description":"Day, YYYY-MM-DD"}},"required":["visit","new_date"]}`)
	pay := everydayTool("pay_invoice", "Pays an invoice.", "pay, bezahlen, begleichen, चुकाना, भुगतान करना", "invoice, Rechnung, बिल", `{"type":"object","properties":{"invoice":{"type":"string","description":"Such as INV-4401"},"amount":{"type":"number","description":"How much"}},"required":["invoice","amount"]}`)
	order := everydayTool("order_plants", "Orders plants for a garden.", "order, buy, bestellen, मँगाना", "plant, Pflanze, पौधा", `{"type":"object","properties":{"plant":{"type":"string","description":"Name of the plant"},"quantity":{"type":"integer","description":"How many"}},"required":["plant","quantity"]}`)
	const lavender = `{"plant":"Lavendel","quantity":3}`
	const visit, moved, paid = `{"visit":"GV-801"}`, `{"visit":"GV-801","new_date":"2026-12-10"}`, `{"invoice":"INV-4401","amount":120}`
	for _, c := range []struct {
		tool tools.Spec
		said string
		args string
		want bool
	}{
		// German participles of verbs that the tool declares, in what is to be done and in what is wished
		{cancel, "GV-801 soll gestrichen werden", visit, true},
		{cancel, "Ich möchte, dass GV-801 abgesagt wird", visit, true},
		{cancel, "GV-801 wurde gestrichen", visit, false},
		{cancel, "GV-801 soll nicht gestrichen werden", visit, false},
		{cancel, "GV-801 muss abgesagt werden, ist es aber schon", visit, false},
		{cancel, "Ich möchte, dass Sie prüfen, dass GV-801 abgesagt wird", visit, false},
		{cancel, "Frau Sommer möchte, dass GV-801 abgesagt wird", visit, false},
		{move, "Der Besuch GV-801 müsste auf den 10. Dezember verlegt werden", moved, true},
		{move, "Sonst müsste GV-801 auf den 10. Dezember verlegt werden", moved, false},
		// English verbs among Hindi words
		{cancel, "GV-801 cancel कर दीजिए", visit, true},
		{cancel, "GV-801 cancel मत कर दीजिए", visit, false},
		{cancel, "GV-801 cancel कर दिया", visit, false},
		// the sum of one thing, and a bound
		{pay, "Die Rechnung INV-4401 über 120 Euro bitte begleichen", paid, true},
		{pay, "Von INV-4401 bitte alles über 120 Euro begleichen", paid, false},
		{pay, "Begleichen Sie INV-4401 über 120 Euro, ich schaue vorher aber selbst noch drüber", paid, false},
		// a Hindi verb that says elsewhere that it is done
		{pay, "INV-4401 का 120 यूरो चुका दीजिए", paid, true},
		{pay, "INV-4401 का 120 यूरो चुका है", paid, false},
		{pay, "INV-4401 का 120 यूरो चुका दीजिए। गुरुवार तक का समय दीजिए।", paid, false},
		// what it is in place of, a day, before what it is to be
		{move, "statt am Freitag bitte GV-801 auf den 10. Dezember verschieben", moved, true},
		{move, "instead of Friday please move GV-801 to 10 December", moved, true},
		{move, "invece di venerdì sposti GV-801 al 10 dicembre", moved, true},
		{move, "GV-801 को शुक्रवार के बजाय 10 दिसंबर पर बदल दीजिए", moved, true},
		{move, "statt GV-801 bitte GV-802 auf den 10. Dezember verschieben", moved, false},
		{move, "instead of GV-801 please move GV-802 to 10 December", moved, false},
		{move, "GV-801 को 10 दिसंबर के बजाय शुक्रवार पर बदल दीजिए", moved, false},
		// the old day beside the new one
		{move, "Déplacez GV-801 du 10 décembre au 17 décembre à 9h", moved, false},
		{move, "Déplacez GV-801 du 3 décembre au 10 décembre", moved, true},
		// "if possible" without a comma
		{move, "wenn möglich GV-801 auf den 10. Dezember verlegen", moved, true},
		{move, "if possible move GV-801 to 10 December", moved, true},
		{move, "wenn möglich GV-801 nicht auf den 10. Dezember verlegen", moved, false},
		{move, "if possible let me know whether you can move GV-801 to 10 December", moved, false},
		// a value behind the verb
		{pay, "INV-4401 bezahlen, 120 Euro", paid, true},
		{pay, "INV-4401 bezahlen, 120 Euro hat Anna schon überwiesen", paid, false},
		{pay, "Anna will INV-4401 bezahlen, 120 Euro", paid, false},
		// so many of a thing that is named
		{order, "ich brauche drei Lavendel", lavender, true},
		{order, "मुझे तीन गुलाब चाहिए", `{"plant":"गुलाब","quantity":3}`, true},
		{order, "ich brauche drei Lavendel gegossen", lavender, false},
		{order, "ich brauche drei Lavendel nicht mehr", lavender, false},
		{order, "पड़ोसी को तीन गुलाब चाहिए", `{"plant":"गुलाब","quantity":3}`, false},
	} {
		if d := decided(t, c.tool, "2026-11-30", c.said, c.args); (d.Verdict == Allow) != c.want {
			t.Errorf("%s: %v by %s", c.said, d.Verdict, d.Rule)
		}
	}
}
