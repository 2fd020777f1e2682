package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
)

type policyExplainCmd struct {
	Bundle string   `short:"f" help:"Bundle: a file or a built-in name. Without it, journals are explained by the policy that they began with."`
	Runs   string   `help:"Directory of the runs' journals: explain these runs, all by default." type:"existingdir"`
	Files  []string `arg:"" optional:"" name:"name" help:"Trace files (JSON lines), journals of runs, or with --runs the names of runs; - is standard input."`

	read journalFlags // where the journals of the last file are
}

// Run prints, for each call, the rules that fired, the values of their parts and
// the origin of each argument.
func (c *policyExplainCmd) Run(ctx context.Context) error {
	var sources []*policies.Source
	if c.Bundle != "" {
		var err error
		if sources, err = policies.Load(c.Bundle); err != nil {
			return err
		}
	}
	if c.Runs != "" {
		rt, names, err := runsAt(ctx, c.Runs, c.Files, "explained")
		if err != nil {
			return err
		}
		return eachRun(names, len(c.Files) > 0, "explained", func(name string) error { return explainRun(ctx, rt, name, sources) })
	}
	if len(c.Files) == 0 {
		return usage("name the traces or journals to explain, or the runs' directory with --runs")
	}
	var failed []error
	for _, name := range c.Files {
		if err := c.file(ctx, name, sources); ctx.Err() != nil {
			return err
		} else if err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// file explains the calls of a run's journal, or those of traces.
func (c *policyExplainCmd) file(ctx context.Context, name string, sources []*policies.Source) error {
	if run, ok := journalOf(name); ok {
		c.read = journalFlags{Runs: filepath.Dir(name)}
		rt, _, err := c.read.open(ctx)
		if err == nil {
			err = explainRun(ctx, rt, run, sources)
		}
		if err != nil {
			return fmt.Errorf("run %s: %w", run, err)
		}
		return nil
	}
	if sources == nil {
		return usage("give the bundle, -f")
	}
	return traceFile(ctx, name, func(t *policies.Trace) error { return policies.WriteExplanation(stdout, sources, t) })
}

// journalOf reports whether a file is the journal of a run, and of which: its first line
// is a numbered event.
func journalOf(name string) (run string, ok bool) {
	run, ok = strings.CutSuffix(filepath.Base(name), ".jsonl")
	if !ok {
		return "", false
	}
	f, err := os.Open(name)
	if err != nil {
		return "", false
	}
	defer f.Close()
	line, _ := bufio.NewReader(io.LimitReader(f, 64<<20)).ReadBytes('\n')
	var first struct {
		Seq   int             `json:"seq"`
		Event json.RawMessage `json:"event"`
	}
	return run, json.Unmarshal(line, &first) == nil && first.Seq > 0 && len(first.Event) > 0
}

// errNoPolicy says of a run that nothing was decided in it by rules.
var errNoPolicy = errors.New("it had no policy")

// runsAt opens a journal, and returns the runs that are named, or else all in it; what says
// what was to be done with them.
func runsAt(ctx context.Context, journal string, named []string, what string) (*runtime.Runtime, []string, error) {
	rt, j, err := (&journalFlags{Runs: journal}).open(ctx)
	if err == nil && len(named) == 0 {
		named, err = j.Runs(ctx)
	}
	if err == nil && len(named) == 0 {
		err = fmt.Errorf("no runs at %s: nothing was %s", journal, what)
	}
	return rt, named, err
}

// eachRun goes through runs; one that fails keeps nobody from the others, and is told at the
// end. Runs without a policy are counted, unless they were named: then they are failures.
func eachRun(names []string, named bool, what string, f func(name string) error) error {
	var failed []error
	bare := 0
	for _, name := range names {
		switch err := f(name); {
		case errors.Is(err, errNoPolicy) && !named:
			bare++
		case err != nil:
			failed = append(failed, fmt.Errorf("run %s: %w", name, err))
		}
	}
	switch {
	case bare == len(names):
		failed = append(failed, fmt.Errorf("none of %d runs had a policy: nothing was %s", bare, what))
	case bare > 0:
		fmt.Fprintf(os.Stderr, "%d runs had no policy\n", bare)
	}
	return errors.Join(failed...)
}

// explainRun explains the calls of a run, by its own policy if there is no other.
func explainRun(ctx context.Context, rt *runtime.Runtime, name string, sources []*policies.Source) error {
	facts, s, err := rt.Facts(ctx, name)
	if err != nil {
		return err
	}
	if s.Policy == nil {
		return errNoPolicy
	}
	if sources == nil {
		if err := json.Unmarshal(s.Policy.Layers, &sources); err != nil {
			return fmt.Errorf("its policy: %w", err)
		}
	}
	b, err := policies.Compile(sources, s.Start.Tools)
	if err != nil {
		return err
	}
	return policies.ExplainFacts(stdout, b, name, facts)
}

type policyReplayCmd struct {
	Bundle string   `short:"f" required:"" help:"The new bundle: a file or a built-in name."`
	Old    string   `help:"The bundle to compare with; without it, the recorded decisions."`
	Tools  string   `short:"t" help:"Tool specs for journals of facts." type:"existingfile"`
	Runs   string   `help:"Directory of the runs' journals: replay these runs, all by default." type:"existingdir"`
	Files  []string `arg:"" optional:"" name:"name" help:"Traces or journals of facts (JSON lines), or with --runs the names of runs."`
}

// Run prints each call on which the new bundle would decide otherwise.
func (c *policyReplayCmd) Run(ctx context.Context) error {
	sources, err := policies.Load(c.Bundle)
	if err != nil {
		return err
	}
	if c.Runs != "" {
		return c.runs(ctx, sources)
	}
	if len(c.Files) == 0 {
		return errors.New("name the files to replay, or the runs' directory with --runs")
	}
	if c.Old == "" {
		return c.facts(sources)
	}
	old, err := policies.Load(c.Old)
	if err != nil {
		return err
	}
	changes, read := 0, 0
	err = eachTrace(ctx, c.Files, func(t *policies.Trace) error {
		before, err := policies.Eval(old, t)
		if err != nil {
			return err
		}
		read++
		after, err := policies.Eval(sources, t)
		for i := range after {
			if i < len(before) && before[i].Verdict != after[i].Verdict {
				changes++
				fmt.Fprintf(stdout, "%s step %d %s: %s (%s) -> %s (%s)\n", t.ID, after[i].Step, after[i].Call, before[i].Verdict, before[i].Rule, after[i].Verdict, after[i].Rule)
			}
		}
		return err
	})
	if read > 0 && ctx.Err() == nil {
		fmt.Fprintf(stdout, "%d decisions would change\n", changes)
	}
	return err
}

// runs replays the journals of runs; each is compiled for the tools that it had.
func (c *policyReplayCmd) runs(ctx context.Context, sources []*policies.Source) error {
	rt, names, err := runsAt(ctx, c.Runs, c.Files, "replayed")
	if err != nil {
		return err
	}
	total := 0
	err = eachRun(names, len(c.Files) > 0, "replayed", func(name string) error {
		facts, s, err := rt.Facts(ctx, name)
		if err != nil {
			return err
		}
		if s.Policy == nil {
			return errNoPolicy
		}
		b, err := policies.Compile(sources, s.Start.Tools)
		if err != nil {
			return err
		}
		changes, err := policies.Replay(b, facts)
		for _, ch := range changes {
			fmt.Fprintf(stdout, "%s %.12s %s: %s (%s) -> %s (%s)\n", name, ch.CallID, ch.Tool, ch.Old, ch.OldRule, ch.New, ch.NewRule)
		}
		total += len(changes)
		return err
	})
	fmt.Fprintf(stdout, "%d decisions would change\n", total)
	return err
}

func (c *policyReplayCmd) facts(sources []*policies.Source) error {
	if c.Tools == "" {
		return errors.New("a journal of facts needs the tools: use --tools")
	}
	specs, err := toolsOf(c.Tools)
	if err != nil {
		return err
	}
	b, err := policies.Compile(sources, specs)
	if err != nil {
		return err
	}
	total := 0
	var failed []error
	for _, name := range c.Files {
		facts, err := readFacts(name)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		changes, err := policies.Replay(b, facts)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
		}
		for _, ch := range changes {
			fmt.Fprintf(stdout, "%s %s %s: %s (%s) -> %s (%s)\n", name, ch.CallID, ch.Tool, ch.Old, ch.OldRule, ch.New, ch.NewRule)
		}
		total += len(changes)
	}
	if len(failed) < len(c.Files) {
		fmt.Fprintf(stdout, "%d decisions would change\n", total)
	}
	return errors.Join(failed...)
}

func readFacts(name string) ([]policies.Fact, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []policies.Fact
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for n := 1; lines.Scan(); n++ {
		var fact policies.Fact
		if err := json.Unmarshal(lines.Bytes(), &fact); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		out = append(out, fact)
	}
	if err := lines.Err(); err != nil || len(out) > 0 {
		return out, err
	}
	return nil, fmt.Errorf("%s: no facts in it", name)
}
