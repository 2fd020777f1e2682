package api_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// refusedChecks are those of llm-comply that this server does not pass, and why; they are in
// docs/serving.md too. Those that need a model that thinks are skipped by llm-comply itself.
var refusedChecks = map[string]string{
	"image-input":       "images are refused by name",
	"chat-image-input":  "images are refused by name",
	"anth-image-input":  "images are refused by name",
	"reasoning-summary": "", "chat-reasoning-summary": "", "anth-thinking-display": "",
}

// TestComply runs llm-comply's checks of the three APIs with the model in the box: each
// passes, or is named above.
func TestComply(t *testing.T) {
	program := python(t, "llm-comply", "llm_comply, jsonschema")
	url := serveMini(t)
	for format, least := range map[string]int{"open-responses": 11, "openai-chat": 7, "anthropic": 7} {
		cmd := exec.Command(program, "-m", "llm_comply.cli", "--base-url", url+"/v1", "--api-key", "none", "--model", "mini", "--format", format, "--json")
		out, _ := cmd.Output() // it fails if a check fails
		var report struct {
			Results []struct {
				ID, Status string
				Errors     []string
			}
		}
		if err := json.Unmarshal(out, &report); err != nil {
			t.Fatalf("%s: %v: %s", format, err, out)
		}
		passed := 0
		for _, r := range report.Results {
			why, refused := refusedChecks[r.ID]
			switch {
			case r.Status == "passed" && !refused:
				passed++
			case r.Status == "failed" && why != "", r.Status == "skipped" && refused && why == "":
				t.Logf("%s %s (%s): %s", r.ID, r.Status, why, strings.Join(r.Errors, "; "))
			default:
				t.Errorf("%s %s: %v", r.ID, r.Status, r.Errors)
			}
		}
		t.Logf("%s: %d checks pass", format, passed)
		if passed < least {
			t.Errorf("%s: %d checks pass, want %d", format, passed, least)
		}
	}
}
