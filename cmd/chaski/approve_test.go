package main

import (
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/planner"
)

// TestAlike: calls of one tool are one question, in the order in which they wait.
func TestAlike(t *testing.T) {
	var calls []planner.CallState
	for _, s := range strings.Fields("a1 b2 a3 c4 b5") {
		calls = append(calls, planner.CallState{ID: s[1:], Tool: s[:1]})
	}
	var got []string
	for _, g := range alike(calls) {
		s := g[0].Tool
		for _, c := range g {
			s += c.ID
		}
		got = append(got, s)
	}
	if s := strings.Join(got, " "); s != "a13 b25 c4" {
		t.Error(s)
	}
}
