package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/schema"
)

type policyCmd struct {
	Check   policyCheckCmd   `cmd:"" help:"Lint a bundle against tools: unknown tools and arguments, rules that never fire."`
	Test    policyTestCmd    `cmd:"" help:"Run the cases beside a bundle."`
	Explain policyExplainCmd `cmd:"" help:"Say why the calls of a trace are decided as they are."`
	Replay  policyReplayCmd  `cmd:"" help:"Say what a new bundle would change in recorded runs."`
	Bench   policyBenchCmd   `cmd:"" help:"Play suites of honest tasks and attacks with the best and the worst model."`
	Words   policyWordsCmd   `cmd:"" help:"Print the words that are known for members of lists of choices, in eight languages."`
	Eval    policyEvalCmd    `cmd:"" help:"Decide on each call of recorded traces, as JSON lines."`
}

type policyEvalCmd struct {
	Bundle string   `short:"f" required:"" help:"Bundle: a file or a built-in name (strict, rule-of-two, budget, pii)."`
	Traces []string `arg:"" help:"Trace files (JSON lines); - is standard input."`
}

// Run prints one line of JSON for each call.
func (c *policyEvalCmd) Run(ctx context.Context) error {
	sources, err := policies.Load(c.Bundle)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(stdout)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	err = eachTrace(ctx, c.Traces, func(t *policies.Trace) error {
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

// eachTrace reads JSON lines. One that is wrong keeps nobody from the others, and is told at
// the end, by its file and line.
func eachTrace(ctx context.Context, files []string, f func(*policies.Trace) error) error {
	var wrong []error
	for _, name := range files {
		if err := traceFile(ctx, name, f); ctx.Err() != nil {
			return err
		} else if err != nil {
			wrong = append(wrong, err)
		}
	}
	return errors.Join(wrong...)
}

func traceFile(ctx context.Context, name string, f func(*policies.Trace) error) error {
	in := stdinUntil(ctx)
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
	var wrong []error
	read := 0
	for n := 1; lines.Scan(); n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(lines.Bytes()) == 0 {
			continue
		}
		read++
		t, err := readTrace(lines.Bytes())
		if err == nil {
			err = f(t)
		}
		if lost := stdout.lost(); lost != nil {
			return lost
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s:%d: %w", name, n, err))
		}
	}
	if err := lines.Err(); err != nil {
		wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
	} else if read == 0 {
		return fmt.Errorf("%s: no traces in it", name)
	}
	return errors.Join(wrong...)
}

func readTrace(line []byte) (*policies.Trace, error) {
	var t policies.Trace
	if err := json.Unmarshal(line, &t); err != nil {
		return nil, fmt.Errorf("no trace: want a line of JSON, an object with tools, user and steps: %s", schema.Misread(err))
	}
	if t.User == "" && len(t.Steps) == 0 {
		return nil, errors.New("no trace: it has neither user nor steps")
	}
	return &t, nil
}

// toolsOf reads tool specs from a JSON file: an array, or traces, whose tools are joined.
func toolsOf(name string) ([]tools.Spec, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		specs, err := policies.ParseTools(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return specs, nil
	}
	var specs []tools.Spec
	seen := map[string]bool{}
	err = traceFile(context.Background(), name, func(t *policies.Trace) error {
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

// unseen says which tools of an agent's file are not known where rules are checked without a
// bus; "" if there are none.
func unseen(file string) string {
	if !isYAML(file) {
		return ""
	}
	config, err := host.Load(file)
	if err != nil || len(config.Discover) == 0 {
		return ""
	}
	return fmt.Sprintf("; tools that the agent finds on the bus (%s) are not known here: declare them under tools: in a file of cases, as `chaski tools schema NAME` prints them", strings.Join(config.Discover, ", "))
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
		return &exitError{code: 1, err: fmt.Errorf("findings: %d%s", len(found), unseen(c.Tools))}
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
	var unread []error // files that are no cases; the others are run
	for _, name := range c.Cases {
		data, err := os.ReadFile(name)
		if err != nil {
			unread = append(unread, err)
			continue
		}
		outcomes, err := policies.Test(sources, name, data, specs...)
		if err != nil {
			unread = append(unread, err)
			continue
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
		unread = append(unread, fmt.Errorf("%d of %d cases failed%s", failed, total, unseen(c.Agent)))
	}
	return errors.Join(unread...)
}
