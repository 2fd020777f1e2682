package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
)

type manCmd struct {
	Dir     string   `help:"Write the pages of all commands into this folder, in place of printing one."`
	Command []string `arg:"" optional:"" help:"The command, such as runs show; the program by default."`
}

// Run prints a manual page in the language of man(7), or writes them all.
func (c *manCmd) Run() error {
	root, err := commandTree()
	if err != nil {
		return err
	}
	if c.Dir != "" {
		if len(c.Command) > 0 {
			return usage("give --dir or a command, not both")
		}
		return writePages(c.Dir, root)
	}
	at := root
	for _, word := range c.Command {
		next := (*kong.Node)(nil)
		for _, child := range at.Children {
			if child.Name == word && !child.Hidden {
				next = child
			}
		}
		if next == nil {
			return usage("%s has no command %s", at.FullPath(), word)
		}
		at = next
	}
	fmt.Fprint(stdout, page(at))
	return nil
}

// writePages writes a page for the program and for each command of it.
func writePages(dir string, root *kong.Node) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var errs []error
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		if n.Hidden {
			return
		}
		errs = append(errs, os.WriteFile(filepath.Join(dir, pageName(n)+".1"), []byte(page(n)), 0o644))
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(root)
	return errors.Join(errs...)
}

// pageName is chaski-runs-show for chaski runs show.
func pageName(n *kong.Node) string { return strings.ReplaceAll(n.FullPath(), " ", "-") }

// page is the manual page of a command.
func page(n *kong.Node) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"chaski %s\" \"Chaski\"\n", roff(strings.ToUpper(pageName(n))), roff(programVersion()))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(pageName(n)), roff(summaryOf(n)))
	b.WriteString(".SH SYNOPSIS\n")
	synopsis := commandLine(n)
	if len(n.Children) > 0 {
		synopsis += " COMMAND"
	}
	fmt.Fprintf(&b, ".B %s\n[\\fIoptions\\fR]\n", roff(synopsis))
	if n.Detail != "" {
		fmt.Fprintf(&b, ".SH DESCRIPTION\n%s\n", roff(n.Detail))
	}
	if len(n.Positional) > 0 {
		b.WriteString(".SH ARGUMENTS\n")
		for _, p := range n.Positional {
			fmt.Fprintf(&b, ".TP\n.I %s\n%s\n", roff(strings.ToUpper(p.Name)), roff(p.Help))
		}
	}
	if len(n.Children) > 0 {
		b.WriteString(".SH COMMANDS\n")
		for _, c := range n.Children {
			if !c.Hidden {
				fmt.Fprintf(&b, ".TP\n.BR %s (1)\n%s\n", roff(pageName(c)), roff(c.Help))
			}
		}
	}
	if flags := visible(n.Flags); len(flags) > 0 {
		b.WriteString(".SH OPTIONS\n")
		for _, f := range flags {
			word := `\fB` + roff("--"+f.Name) + `\fR`
			if f.Short != 0 {
				word = `\fB` + roff("-"+string(f.Short)) + `\fR, ` + word
			}
			if !f.IsBool() {
				word += `=\fI` + roff(strings.ToUpper(valueName(f))) + `\fR`
			}
			fmt.Fprintf(&b, ".TP\n%s\n%s\n", word, roff(f.Help))
			if f.HasDefault && f.Default != "" {
				fmt.Fprintf(&b, "The default is %s.\n", roff(f.Default))
			}
			for _, env := range f.Envs {
				fmt.Fprintf(&b, "The environment variable %s sets it too.\n", roff(env))
			}
		}
	}
	if n.Parent == nil {
		b.WriteString(".SH EXIT STATUS\n")
		for _, s := range exitStatuses {
			fmt.Fprintf(&b, ".TP\n%d\n%s\n", s.code, roff(s.means))
		}
		b.WriteString(".SH FILES\n")
		for _, f := range [][2]string{
			{"agent.yaml", "The agent that commands take which are given no other."},
			{".chaski", "What runs leave: journals, audit logs, cached context. See --data."},
		} {
			fmt.Fprintf(&b, ".TP\n.I %s\n%s\n", roff(f[0]), roff(f[1]))
		}
	} else {
		fmt.Fprintf(&b, ".SH SEE ALSO\n.BR %s (1)\n", roff(pageName(n.Parent)))
	}
	return b.String()
}

// exitStatuses are what the program ends with.
var exitStatuses = []struct {
	code  int
	means string
}{
	{0, "It did what was asked; a run finished."},
	{1, "It failed; a run failed, was denied or cancelled, or spent its budget."},
	{2, "The arguments are wrong."},
	{3, "Nobody knows whether a call of the run took effect: see chaski runs settle."},
	{4, "The run waits for approval: see chaski runs approve."},
	{5, "The run is suspended: the model does not answer."},
	{130, "Ctrl-C; a run can be resumed. serve and ui, which are ended so, exit with 0 once they serve."},
	{143, "SIGTERM; the same."},
	{129, "SIGHUP; the same."},
}

func visible(flags []*kong.Flag) (out []*kong.Flag) {
	for _, f := range flags {
		if !f.Hidden {
			out = append(out, f)
		}
	}
	return out
}

// roff writes text so that the formatter takes it as text, on one line.
func roff(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "…", "...", "’", `\(cq`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}
