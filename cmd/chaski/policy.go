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
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/tools"
)

type policyCmd struct {
	Check   policyCheckCmd   `cmd:"" help:"Lint a bundle against tools: unknown tools and arguments, rules that never fire."`
	Test    policyTestCmd    `cmd:"" help:"Run the cases beside a bundle."`
	Explain policyExplainCmd `cmd:"" help:"Say why the calls of a trace are decided as they are."`
	Replay  policyReplayCmd  `cmd:"" help:"Say what a new bundle would change in recorded runs."`
	Bench   policyBenchCmd   `cmd:"" help:"Play suites of honest tasks and attacks with the best and the worst model."`
	Eval    policyEvalCmd    `cmd:"" help:"Decide on each call of recorded traces, as JSON lines."`
}

type policyEvalCmd struct {
	Bundle string   `short:"f" required:"" help:"Bundle: a file or a built-in name (strict, rule-of-two, budget, pii)."`
	Traces []string `arg:"" help:"Trace files (JSON lines); - is standard input."`
}

// Run prints one line of JSON for each call.
func (c *policyEvalCmd) Run() error {
	sources, err := policies.Load(c.Bundle)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(stdout)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	err = eachTrace(c.Traces, func(t *policies.Trace) error {
		lines, err := policies.Eval(sources, t)
		for _, l := range lines {
			if e := enc.Encode(l); e != nil {
				return e
			}
		}
		return err
	})
	return errors.Join(err, out.Flush())
}

// eachTrace reads JSON lines; an error names the file and the line.
func eachTrace(files []string, f func(*policies.Trace) error) error {
	for _, name := range files {
		if err := traceFile(name, f); err != nil {
			return err
		}
	}
	return nil
}

func traceFile(name string, f func(*policies.Trace) error) error {
	in := io.Reader(os.Stdin)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	read := 0
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		read++
		var t policies.Trace
		if err := json.Unmarshal(lines.Bytes(), &t); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
		if t.User == "" && len(t.Steps) == 0 {
			return fmt.Errorf("%s:%d: no trace: it has neither user nor steps", name, n)
		}
		if err := f(&t); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	if err := lines.Err(); err != nil || read > 0 {
		return err
	}
	return fmt.Errorf("%s: no traces in it", name)
}

// toolsOf reads tool specs from a JSON file: an array, or traces, whose tools are joined.
func toolsOf(name string) ([]tools.Spec, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var specs []tools.Spec
	if err := json.Unmarshal(data, &specs); err == nil {
		return specs, nil
	}
	seen := map[string]bool{}
	err = traceFile(name, func(t *policies.Trace) error {
		for _, s := range t.Tools {
			if !seen[s.Name] {
				seen[s.Name] = true
				specs = append(specs, s)
			}
		}
		return nil
	})
	return specs, err
}

type policyCheckCmd struct {
	Bundle  string `short:"f" help:"Bundle: a file or a built-in name; the agent's policies by default."`
	Tools   string `short:"t" help:"Tool specs: a JSON array, traces, an agent's YAML file, or a file of cases." type:"existingfile"`
	Example string `help:"The tools, and by default the policies, of an example that ships in this program."`
}

// agentSubject returns the rules and tools of an agent's file or of an example.
func agentSubject(file, example string) (sources []*policies.Source, specs []tools.Spec, err error) {
	f := agentFlags{File: file, Example: example}
	config, o, err := f.config()
	if err != nil {
		return nil, nil, err
	}
	declared, err := config.Declared()
	if err != nil {
		return nil, nil, err
	}
	for _, t := range append(o.Tools, declared...) {
		specs = append(specs, t.Spec())
	}
	sources, err = config.Layers()
	return sources, specs, err
}

// isYAML says whether a file's name says so.
func isYAML(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// subject returns what is checked, and the tools that it is checked against.
func (c *policyCheckCmd) subject() (sources []*policies.Source, specs []tools.Spec, err error) {
	if (c.Tools == "") == (c.Example == "") {
		return nil, nil, usage("give either the tools, -t, or --example")
	}
	cases := false
	if isYAML(c.Tools) {
		if specs, cases, err = policies.CaseTools(c.Tools); err != nil {
			return nil, nil, err
		}
	}
	if c.Example != "" || isYAML(c.Tools) && !cases {
		if sources, specs, err = agentSubject(c.Tools, c.Example); err != nil || c.Bundle == "" {
			return sources, specs, err
		}
	} else if c.Bundle == "" {
		return nil, nil, usage("give the bundle, -f")
	} else if !cases {
		if specs, err = toolsOf(c.Tools); err != nil {
			return nil, nil, err
		}
	}
	sources, err = policies.Load(c.Bundle)
	return sources, specs, err
}

// Run prints each finding and fails if there is one.
func (c *policyCheckCmd) Run() error {
	sources, specs, err := c.subject()
	if err != nil {
		return err
	}
	b, err := policies.Compile(sources, specs)
	if err != nil {
		return err
	}
	found := b.Lint()
	for _, f := range slices.Concat(found, b.Suggest()) {
		fmt.Fprintln(stdout, f)
	}
	if len(found) > 0 {
		return &exitError{code: 1, err: fmt.Errorf("findings: %d", len(found))}
	}
	fmt.Fprintf(stdout, "%v: ok, hash %s\n", b.Names(), b.Hash())
	return nil
}

type policyTestCmd struct {
	Bundle string   `short:"f" help:"Bundle: a file or a built-in name; the agent's policies by default."`
	Agent  string   `short:"t" help:"The agent's YAML file: its tools are those of case files that declare none." type:"existingfile"`
	Cases  []string `arg:"" help:"Case files (YAML)." type:"existingfile"`
}

// Run runs the cases and fails if one does.
func (c *policyTestCmd) Run() (err error) {
	var sources []*policies.Source
	var specs []tools.Spec
	if c.Bundle == "" && c.Agent == "" {
		return usage("give the bundle, -f, or the agent, -t")
	}
	if c.Agent != "" {
		if sources, specs, err = agentSubject(c.Agent, ""); err != nil {
			return err
		}
	}
	if c.Bundle != "" {
		if sources, err = policies.Load(c.Bundle); err != nil {
			return err
		}
	}
	failed, total, said := 0, 0, ""
	for _, name := range c.Cases {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		outcomes, err := policies.Test(sources, name, data, specs...)
		if err != nil {
			return err
		}
		for _, o := range outcomes {
			total++
			if o.Err != nil {
				failed++
				why := o.Err.Error()
				if why == said && strings.Contains(why, "\n") { // a bundle that can't be read fails each case
					why = "as the case before"
				} else {
					said = why
				}
				fmt.Fprintf(stdout, "FAIL %s: %s\n", o.Name, why)
			} else {
				fmt.Fprintf(stdout, "ok   %s\n", o.Name)
			}
		}
	}
	if failed > 0 {
		return &exitError{code: 1, err: fmt.Errorf("%d of %d cases failed", failed, total)}
	}
	return nil
}

type policyExplainCmd struct {
	Bundle string   `short:"f" help:"Bundle: a file or a built-in name. Without it, journals are explained by the policy that they began with."`
	Runs   string   `help:"Directory of the runs' journals: explain these runs, all by default." type:"existingdir"`
	Files  []string `arg:"" optional:"" name:"name" help:"Trace files (JSON lines), journals of runs, or with --runs the names of runs; - is standard input."`
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
		rt, j, err := (&journalFlags{Runs: c.Runs}).open(ctx)
		if err != nil {
			return err
		}
		names := c.Files
		if len(names) == 0 {
			if names, err = j.Runs(ctx); err != nil {
				return err
			}
		}
		if len(names) == 0 {
			return fmt.Errorf("no runs at %s: nothing was explained", c.Runs)
		}
		return eachRun(names, len(c.Files) > 0, "explained", func(name string) error { return explainRun(ctx, rt, name, sources) })
	}
	if len(c.Files) == 0 {
		return usage("name the traces or journals to explain, or the runs' directory with --runs")
	}
	for _, name := range c.Files {
		if run, ok := journalOf(name); ok {
			rt, _, err := (&journalFlags{Runs: filepath.Dir(name)}).open(ctx)
			if err == nil {
				err = explainRun(ctx, rt, run, sources)
			}
			if err != nil {
				return fmt.Errorf("run %s: %w", run, err)
			}
			continue
		}
		if sources == nil {
			return usage("give the bundle, -f")
		}
		err := traceFile(name, func(t *policies.Trace) error { return policies.WriteExplanation(stdout, sources, t) })
		if err != nil {
			return err
		}
	}
	return nil
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
	changes := 0
	err = eachTrace(c.Files, func(t *policies.Trace) error {
		before, err := policies.Eval(old, t)
		if err != nil {
			return err
		}
		after, err := policies.Eval(sources, t)
		for i := range after {
			if i < len(before) && before[i].Verdict != after[i].Verdict {
				changes++
				fmt.Fprintf(stdout, "%s step %d %s: %s (%s) -> %s (%s)\n", t.ID, after[i].Step, after[i].Call, before[i].Verdict, before[i].Rule, after[i].Verdict, after[i].Rule)
			}
		}
		return err
	})
	if err == nil {
		fmt.Fprintf(stdout, "%d decisions would change\n", changes)
	}
	return err
}

// runs replays the journals of runs; each is compiled for the tools that it had.
func (c *policyReplayCmd) runs(ctx context.Context, sources []*policies.Source) error {
	rt, j, err := (&journalFlags{Runs: c.Runs}).open(ctx)
	if err != nil {
		return err
	}
	names := c.Files
	if len(names) == 0 {
		if names, err = j.Runs(ctx); err != nil {
			return err
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("no runs at %s: nothing was replayed", c.Runs)
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
	for _, name := range c.Files {
		facts, err := readFacts(name)
		if err != nil {
			return err
		}
		changes, err := policies.Replay(b, facts)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, ch := range changes {
			fmt.Fprintf(stdout, "%s %s %s: %s (%s) -> %s (%s)\n", name, ch.CallID, ch.Tool, ch.Old, ch.OldRule, ch.New, ch.NewRule)
		}
		total += len(changes)
	}
	fmt.Fprintf(stdout, "%d decisions would change\n", total)
	return nil
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
