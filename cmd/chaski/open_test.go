package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/tools"
)

// TestByHand: a run of a program with tools of its own is not sent to a command that
// refuses it.
func TestByHand(t *testing.T) {
	own := []tools.Spec{{Name: "pay"}}
	for want, start := range map[string]*planner.Started{
		"Agent.Resume":          {Run: "r", Tools: own},
		"chaski runs resume r ": {Run: "r", Tools: own, Meta: map[string]string{host.MetaAgent: "agent.yaml"}},
		"chaski runs resume r":  {Run: "r"},
	} {
		s := &planner.State{Run: "r", Start: start, Status: planner.Running}
		for _, text := range []string{proposal{runs: "dir"}.byHand(s), cancelledText(s, proposal{runs: "dir"})} {
			if !strings.Contains(text, want) || want == "Agent.Resume" && strings.Contains(text, "runs resume") {
				t.Errorf("%q: %s", want, text)
			}
		}
	}
}

// TestCheckedAtStart: what the model's grammar does not hold calls to is printed when the agent
// is opened, for each tool by keyword and place; six open objects do not end it.
func TestCheckedAtStart(t *testing.T) {
	t.Parallel()
	var open []string
	for i := range 6 {
		open = append(open, fmt.Sprintf("{type: object, properties: {k%[1]d: {type: string}}, required: [k%[1]d]}", i))
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "agent.yaml")
	text := "name: six\ntools:\n" +
		"  - {name: pay, effect: read, shell: cat, parameters: {type: object, properties: {to: {oneOf: [" + strings.Join(open, ", ") + "]}, ids: {type: array, uniqueItems: true, items: {type: integer}}}}}\n" +
		"  - {name: look, effect: read, shell: cat, parameters: {type: object, properties: {id: {type: integer}}}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"run", "chat"} {
		_, errs, code := chaski(t, "Hello.", command, "-f", file, "-m", "mini", "--data", filepath.Join(dir, command))
		if code != 0 {
			t.Errorf("%s: exit %d", command, code)
		}
		for _, want := range []string{`oneOf at \"/pay/properties/to\" is checked, not enforced`, `uniqueItems at \"/pay/properties/ids\" is checked, not enforced`} {
			if n := strings.Count(errs, want); n != 1 {
				t.Errorf("%s: %d times %s in %s", command, n, want, errs)
			}
		}
		if strings.Contains(errs, "/look") {
			t.Errorf("%s: %s", command, errs)
		}
	}
}
