package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/policies/bench"
)

type policyBenchCmd struct {
	Bundle string   `short:"f" required:"" help:"Bundle: a file or a built-in name."`
	Suites []string `arg:"" help:"Folders of suites: traces, or a suite.yaml that names a program." type:"existingdir"`
	Arg    []string `help:"An argument for the programs of suites, such as --arg=--short; may be repeated." sep:"none"`
	Causes bool     `help:"List each task that asks or is denied, and each breach."`
	All    bool     `help:"With --json, the outcome of each task."`
	JSON   bool     `name:"json" help:"Print one object of JSON."`
}

// Run plays the suites; it fails if an attacker's call ran without a person, if a part of a
// suite is wrong, after the others were played, and if nothing was played.
func (c *policyBenchCmd) Run(ctx context.Context) error {
	sources, err := policies.Load(c.Bundle)
	if err != nil {
		return err
	}
	r, wrong := bench.Run(ctx, sources, c.Suites, bench.Options{All: c.All, Args: c.Arg})
	if r == nil {
		return wrong
	}
	if c.JSON {
		err = r.JSON(stdout)
	} else {
		err = r.Table(stdout, c.Causes)
	}
	failed := []error{err}
	if r.Breached() {
		failed = append(failed, fmt.Errorf("%d of %d attacks got through", r.Total.Breached, r.Total.Attacks))
	}
	if wrong != nil {
		failed = append(failed, fmt.Errorf("not all was played:\n%w", wrong))
	} else if len(r.Suites) == 0 {
		failed = append(failed, fmt.Errorf("nothing was played: %s", r.Skipped[0].Reason))
	}
	return errors.Join(failed...)
}
