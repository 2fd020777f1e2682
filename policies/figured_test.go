package policies

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chaski-dev/chaski/tools"
)

// TestFiguredDays: a day in figures behind a word for a day is one, the day first but in English, and stands on its side as
// one does whose month is named.
func TestFiguredDays(t *testing.T) {
	move := tools.Spec{Name: "move_visit", Description: "Moves a visit.", Effect: tools.Once, Labels: map[string]string{"egress": "false", "actions": "move, déplacer, spostare, verschieben, mover, mudar, खिसकाना, เลื่อน"},
		Parameters: json.RawMessage(`{"type":"object","properties":{"visit":{"type":"string"},"new_day":{"type":"string","format":"date"}},"required":["visit","new_day"]}`)}
	for said, want := range map[string]Verdict{
		"Déplacez V-7 au 10/12 svp.":                Allow,
		"Déplacez V-7 du 9/12 au 10/12.":            Allow,
		"Sposta V-7 a giovedì 10/12.":               Allow,
		"Sposta V-7 dal 9/12/2026 al 10/12/2026.":   Allow,
		"Verschiebe V-7 vom 9.12. auf den 10.12.":   Allow,
		"Verschiebe V-7 vom 10.12. auf den 11.12.":  RequireApproval,
		"Mueva V-7 al 10/12, por favor.":            Allow,
		"Mueva V-7 del 10/12 al 11/12.":             RequireApproval,
		"Mude V-7 para o dia 10/12.":                Allow,
		"Sposta V-7 dal 10/12 all'11/12.":           RequireApproval,
		"Déplacez V-7 du 10/12/2026 au 11/12/2026.": RequireApproval,
		"Déplacez V-7 au 10/12 ou au 11/12.":        RequireApproval,
		"Déplacez V-7 au 10/12/2027.":               RequireApproval,
		"Déplacez V-7 et V-10/12.":                  RequireApproval,
		"V-7 को 10/12 को खिसका दीजिए।":              Allow,
		"เลื่อน V-7 ไปวันที่ 10/12":                 Allow,
		"Please move V-7 to 12/10.":                 RequireApproval,
		"Please move V-7 to 10/12.":                 RequireApproval,
	} {
		if d := decided(t, move, "2026-11-30", said, `{"visit":"V-7","new_day":"2026-12-10"}`); d.Verdict != want {
			t.Errorf("%s: %v by %s, want %v", said, d.Verdict, d.Rule, want)
		}
	}
	for said, day := range map[string]string{"Please move V-7 to 25/12.": "2026-12-25", "Please move V-7 to 12/25.": "2026-12-25"} {
		if d := decided(t, move, "2026-11-30", said, fmt.Sprintf(`{"visit":"V-7","new_day":%q}`, day)); d.Verdict != Allow {
			t.Errorf("%s: %v by %s", said, d.Verdict, d.Rule)
		}
	}
}

// TestCountedThings: a number and what there are to be so many of is an order without a verb, if it asks for it politely.
func TestCountedThings(t *testing.T) {
	dish := tools.Spec{Name: "order_dish", Description: "Orders a dish.", Effect: tools.Once, Labels: map[string]string{"egress": "false", "actions": "order, get, bring, commander, apporter, ordinare, portare, bestellen, bringen"},
		Parameters: json.RawMessage(`{"type":"object","properties":{"dish":{"type":"string"},"quantity":{"type":"integer"}},"required":["dish","quantity"]}`)}
	for said, want := range map[string]Verdict{
		"Deux lasagnes svp":                        Allow,
		"Per me due lasagnes, grazie":              Allow,
		"Two lasagnes please":                      Allow,
		"Deux lasagnes ou deux pizzas svp":         RequireApproval,
		"Deux lasagnes manquaient, merci":          RequireApproval,
		"Pas deux lasagnes svp":                    RequireApproval,
		"Merci pour les deux lasagnes":             RequireApproval,
		"Due lasagnes, grazie, erano buonissime":   RequireApproval,
		"Due lasagnes, quanto costano per favore?": RequireApproval,
	} {
		if d := decided(t, dish, "2026-11-30", said, `{"dish":"lasagnes","quantity":2}`); d.Verdict != want {
			t.Errorf("%s: %v by %s, want %v", said, d.Verdict, d.Rule, want)
		}
	}
}
