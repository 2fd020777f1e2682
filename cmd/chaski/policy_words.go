package main

import (
	"fmt"
	"slices"
	"strings"

	read "github.com/chaski-dev/chaski/policies/ask"
)

type policyWordsCmd struct {
	Members []string `arg:"" optional:"" help:"Members of lists, as schemas call them; all that are known by default."`
}

// Run prints a line for each member that is known; it fails if one that is asked for is not.
func (c *policyWordsCmd) Run() error {
	lines := read.EverydayLines()
	var unknown []string
	for _, m := range c.Members {
		if !slices.ContainsFunc(lines, func(l read.EverydayLine) bool { return slices.Contains(l.Names, m) }) {
			unknown = append(unknown, m)
		}
	}
	for _, l := range lines {
		if len(c.Members) > 0 && !slices.ContainsFunc(l.Names, func(n string) bool { return slices.Contains(c.Members, n) }) {
			continue
		}
		fmt.Fprintf(stdout, "%s: %s\n", strings.Join(l.Names, ", "), strings.Join(l.Words, " | "))
	}
	if len(unknown) > 0 {
		return &exitError{code: 1, err: fmt.Errorf("no words are known for %s: declare them, labels: {words.ARGUMENT: \"%s=…\"}", strings.Join(unknown, ", "), unknown[0])}
	}
	return nil
}
