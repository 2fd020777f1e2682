package policies

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/tools"
)

// TestSuggestions: what a tool had better declare is said once, and not where it does.
func TestSuggestions(t *testing.T) {
	suggests := func(labels map[string]string) string {
		b, err := Compile(strict(t), []tools.Spec{{Name: "cancel_contract", Effect: tools.Once, Parameters: json.RawMessage(`{"type":"object","properties":{"id":{"type":"string"}}}`), Labels: labels}})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(b.Suggest(), "\n")
	}
	for _, c := range []struct {
		labels map[string]string
		text   string
		want   bool
	}{
		{nil, "its results count as untrusted; declare integrity: tool", true},
		{map[string]string{"integrity": "tool"}, "integrity", false},
		{map[string]string{"agent": "true"}, "integrity", false},
		{map[string]string{"objects": "phone contract, Vertrag"}, `objects: "phone contract" has several words`, true},
		{map[string]string{"objects": "contract, Vertrag"}, "several words", false},
	} {
		if got := suggests(c.labels); strings.Contains(got, c.text) != c.want {
			t.Errorf("%v: %q, want %q: %v", c.labels, got, c.text, c.want)
		}
	}
}
