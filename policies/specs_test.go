package policies

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestToolsOfSuites: a list of tools is read as a trace's is; what is not known is an error that names it.
func TestToolsOfSuites(t *testing.T) {
	const parameters = `"parameters": {"type": "object", "properties": {"to": {"type": "string"}, "memo": {"type": "string"}}}`
	specs, err := ParseTools([]byte(`[{"name": "pay", "data": ["memo"], "labels": {"egress": false, "readers": ["ann", "bob"], "data": "to"}, ` + parameters + `}, {"name": "stop", "data": ["to"], ` + parameters + `}]`))
	if err != nil {
		t.Fatal(err)
	}
	if l := specs[0].Labels; l["egress"] != "false" || l["readers"] != "ann,bob" || l["data"] != "to,memo" || specs[1].Labels["data"] != "to" {
		t.Error(specs[0].Labels, specs[1].Labels)
	}
	var tr Trace
	if err := json.Unmarshal([]byte(`{"id": "t", "user": "Pay.", "tools": [{"name": "pay", "data": ["memo"], `+parameters+`}]}`), &tr); err != nil || tr.Tools[0].Labels["data"] != "memo" {
		t.Error(tr.Tools, err)
	}
	for text, want := range map[string]string{
		`{"tools": []}`:                    "want a list of tools",
		`[] {}`:                            "something behind the list",
		`["pay"]`:                          "tool 0 is no object",
		`[{"name": "pay", "labels": "x"}]`: "tool pay: labels is no object",
		`[{"name": "pay", "labels": {"readers": {"a": 1}}}]`: "tool pay: label readers is neither",
		`[{"name": "pay", "labels": {"egress": null}}]`:      "tool pay: label egress is neither",
		`[{"name": "pay", "data": "memo"}]`:                  "tool pay: data is no list",
		`[{"name": "pay", "data": [1]}]`:                     "tool pay: data is no list",
		`[{"name": "pay", "timeout": "10s"}]`:                `tool pay: "timeout" is not known here: want name, description`,
		`[{"name": 5}]`:                                      "name: a number is no string",
	} {
		if _, err := ParseTools([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
