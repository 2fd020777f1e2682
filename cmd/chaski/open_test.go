package main

import (
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
