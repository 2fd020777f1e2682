package policies

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/external"
	"github.com/chaski-dev/chaski/tools/mcp"
)

type crossingIn struct {
	Name    string `json:"name"`
	Vehicle string `json:"vehicle" jsonschema:"enum=car,enum=bicycle" words:"car=Auto, voiture; bicycle=Fahrrad, vélo"`
	Meal    bool   `json:"meal" words:"true=Abendessen, souper"`
}

// TestWordsAreDeclared: words for the members of a list count the same from Go's tags, from YAML, and from what
// an agent says of a server's tool.
func TestWordsAreDeclared(t *testing.T) {
	goTool := tools.New("book_crossing", "Book a crossing.", func(context.Context, crossingIn) (string, error) { return "", nil }, tools.Options{Effect: tools.Once, Labels: map[string]string{"integrity": "tool", "egress": "false"}}).Spec()
	if !strings.Contains(string(goTool.Parameters), `"enum"`) {
		t.Fatalf("no enum: %s", goTool.Parameters)
	}
	file, err := external.Parse([]byte(`tools:
  - name: book_crossing
    description: Book a crossing.
    effect: once
    labels: {integrity: tool, egress: "false", words.vehicle: "car=Auto, voiture; bicycle=Fahrrad, vélo", words.meal: "true=Abendessen, souper"}
    parameters: {type: object, properties: {name: {type: string}, vehicle: {enum: [car, bicycle]}, meal: {type: boolean}}, required: [name, vehicle, meal]}
    command: ["true"]
`), "")
	if err != nil {
		t.Fatal(err)
	}
	servers, err := mcp.Parse([]byte(`mcpServers: {ferry: {command: ferry, tools: {book_crossing: {labels: {words.vehicle: "car=Auto, voiture"}}}}}`))
	if err != nil || servers["ferry"].Tools["book_crossing"].Labels["words.vehicle"] != "car=Auto, voiture" {
		t.Fatal(servers, err)
	}
	for where, spec := range map[string]tools.Spec{"Go": goTool, "YAML": file[0].Spec()} {
		b, err := Compile(strict(t), []tools.Spec{spec})
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		for said, want := range map[string]Verdict{
			"Buche die Überfahrt für Vidal mit dem Auto und Abendessen.":  Allow,
			"Buche die Überfahrt für Vidal mit Fahrrad und Abendessen.":   RequireApproval,
			"Buche die Überfahrt für Vidal mit dem Auto ohne Abendessen.": RequireApproval,
		} {
			r := NewRun(b, Info{})
			fold(t, r, say(said))
			if d := r.Call(tools.Call{ID: "call", Tool: "book_crossing", Arguments: json.RawMessage(`{"name":"Vidal","vehicle":"car","meal":true}`)}, start); d.Verdict != want {
				t.Errorf("%s: %q: %v by %s", where, said, d.Verdict, d.Rule)
			}
		}
	}
}

// TestWordsThatAreNone: what cannot be meant is an error that names it.
func TestWordsThatAreNone(t *testing.T) {
	const schema = `{"type":"object","properties":{"name":{"type":"string"},"vehicle":{"type":"string","enum":["car","bicycle","van"]},"size":{"type":"string","enum":["small","large"]},"meal":{"type":"boolean"}}}`
	for key, cases := range map[string]map[string]string{
		"words.vehicle": {
			"car=Auto, Auto; van=auto":     `"auto" stands for both car and van`,
			"car=Karte; van=Karten":        `"karte" stands for both`,
			"car=van":                      `stands for both`,
			"lorry=Lastwagen":              `there is no member "lorry": want car, bicycle, van`,
			"Auto, voiture":                `"Auto, voiture": want member=word`,
			"car=Auto,,coche":              `a word of member car is empty`,
			"car=Auto; car=coche":          `member car is there twice`,
			"":                             `it is empty`,
			"car=the":                      `"the", for car, says nothing by itself`,
			"car=!!":                       `"!!", for car, says nothing by itself`,
			"car=vélo; bicycle=vélo route": "",
		},
		"words.size":  {"large=big, groß": "", "small=big": `"big", for small, says nothing by itself`},
		"words.meal":  {"yes=Abendessen": `there is no member "yes": want true, false`, "true=Essen; false=kein Essen": ""},
		"words.name":  {"a=b": `name is neither a list of choices (enum) nor a flag (boolean)`},
		"words.wheel": {"a=b": `there is no argument "wheel"`},
	} {
		for text, want := range cases {
			_, err := Compile(strict(t), []tools.Spec{{Name: "book", Effect: tools.Once, Parameters: json.RawMessage(schema), Labels: map[string]string{key: text}}})
			switch {
			case want == "" && err != nil, want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "tool book: label "+key)):
				t.Errorf("%s: %q: %v, want %s", key, text, err, want)
			}
		}
	}
}

// TestWordsAreSuggested where a list of an effect has none, and only there; what everybody calls a member needs none.
func TestWordsAreSuggested(t *testing.T) {
	const schema = `{"type":"object","properties":{"name":{"type":"string"},"vehicle":{"type":"string","enum":["car","sulky","on","draisine"]},"other":{"enum":["car","bicycle"]}}}`
	suggests := func(effect tools.Effect, labels map[string]string) bool {
		b, err := Compile(strict(t), []tools.Spec{{Name: "book_crossing", Effect: effect, Parameters: json.RawMessage(schema), Labels: labels}})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(strings.Join(b.Suggest(), "\n"), `declare words.vehicle: "sulky=…; draisine=…" with the words by which users call these in their languages, a comma between (car, on: known in eight languages`) && !strings.Contains(strings.Join(b.Suggest(), "\n"), "words.other")
	}
	if !suggests(tools.Once, nil) || suggests(tools.Read, nil) || suggests(tools.Once, map[string]string{"words.vehicle": "car=Auto"}) || suggests(tools.Once, map[string]string{"data": "vehicle"}) {
		t.Error("words are suggested in the wrong places")
	}
}
