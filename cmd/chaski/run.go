package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/planner"
)

type runCmd struct {
	agentFlags
	JSON   bool     `help:"Events as JSON lines, on standard output."`
	Prompt []string `arg:"" optional:"" help:"What to do; if it is not given, from standard input, or an example's own."`
}

// Run runs one prompt and exits 0 only if it finished; 4 if it waits for a person.
func (c *runCmd) Run(ctx context.Context) error {
	if _, _, err := c.config(); err != nil { // before anything is read or shown
		return err
	}
	prompt, err := c.prompt(ctx, os.Stdin)
	if err != nil {
		return err
	}
	h, err := c.open(ctx, "")
	if err != nil {
		return err
	}
	return follow(ctx, h, c.propose(h), h.Run(ctx, prompt), c.JSON)
}

// maxPrompt bounds a prompt from standard input in bytes.
const maxPrompt = 4 << 20

// pipeWait is how long a prompt may take to come through a pipe before an example's own
// is taken: some programs start others with a pipe that nobody writes to.
const pipeWait = time.Second

// prompt is what the arguments or standard input say, or else the example's own.
func (c *runCmd) prompt(ctx context.Context, in *os.File) (string, error) {
	if len(c.Prompt) == 0 {
		for _, e := range examples {
			if e.Name != c.Example || e.Prompt == "" {
				continue
			}
			if text, err := piped(ctx, in, pipeWait); err != nil || text != "" {
				return text, err
			}
			fmt.Fprintln(os.Stderr, e.Prompt)
			return e.Prompt, nil
		}
	}
	return readPrompt(ctx, c.Prompt)
}

// piped is the text in a file or a pipe. It is empty for a device such as a terminal, and
// if nothing comes before the wait is over.
func piped(ctx context.Context, in *os.File, wait time.Duration) (string, error) {
	info, err := in.Stat()
	if err != nil || info.Mode()&os.ModeDevice != 0 {
		return "", nil
	}
	type result struct {
		text string
		err  error
	}
	r := bufio.NewReader(in)
	began, got := make(chan bool, 1), make(chan result, 1)
	go func() { // left behind if nothing comes: the process reads no more of it
		_, err := r.Peek(1)
		began <- err == nil
		if err != nil {
			return
		}
		text, err := readAll(r)
		got <- result{text, err}
	}()
	select {
	case some := <-began:
		if !some {
			return "", nil
		}
		select {
		case r := <-got:
			return r.text, r.err
		case <-ctx.Done():
			return "", ctx.Err()
		}
	case <-ctx.Done():
		return "", ctx.Err()
	case <-time.After(wait):
		return "", nil
	}
}

// readPrompt joins the words of a prompt, or reads it from standard input if there are
// none or only "-".
func readPrompt(ctx context.Context, words []string) (string, error) {
	prompt := strings.Join(words, " ")
	if strings.TrimSpace(prompt) != "" && prompt != "-" {
		return prompt, nil
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		return "", usage("a prompt is needed: chaski run \"What is the time?\"")
	}
	text, err := readAll(stdinUntil(ctx))
	if err == nil && text == "" {
		return "", usage("the prompt is empty")
	}
	return text, err
}

// readAll reads a prompt to its end, without the spaces around it.
func readAll(r io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxPrompt+1))
	if err != nil {
		return "", fmt.Errorf("the prompt: %w", err)
	}
	if len(text) > maxPrompt {
		return "", fmt.Errorf("the prompt has more than %d bytes", maxPrompt)
	}
	return strings.TrimSpace(string(text)), nil
}

// follow shows a run to its end and closes the host. While it waits for approval and a
// person is at the terminal, it asks.
func follow(ctx context.Context, h *host.Host, p proposal, events iter.Seq2[agent.Event, error], asJSON bool) (err error) {
	var last agent.Event
	defer func() {
		err = errors.Join(err, h.Close())
		if err == nil {
			err = h.Forget(last.State)
		}
	}()
	show := newScreen(stdout, os.Stderr)
	out := newLines(stdout)
	run := ""
	for {
		for ev, err := range events {
			if run == "" {
				run = ev.Run
			}
			if err != nil {
				show.end()
				return left(ctx, h, p, run, err)
			}
			if last = ev; asJSON {
				if err := out.event(&ev); err != nil {
					return left(ctx, h, p, run, err)
				}
				continue
			}
			show.event(&ev)
		}
		show.end()
		waiting := last.Waiting()
		if last.Status != planner.Waiting || len(waiting) == 0 || asJSON || !term.IsTerminal(int(os.Stdin.Fd())) {
			if err := ended(p, &last); err != nil || show.err == nil {
				return err
			}
			return fmt.Errorf("run %s finished, but its answer could not be written: %w", run, show.err)
		}
		answered, err := ask(ctx, h, p, run, waiting, func(ctx context.Context, prompt string, _ bool) (string, error) {
			fmt.Fprint(os.Stderr, prompt)
			return readLine(ctx)
		})
		if err != nil {
			return left(ctx, h, p, run, err)
		}
		if !answered {
			return ended(p, &last)
		}
		events = h.Resume(ctx, run)
	}
}

// left says how to go on with a run that was interrupted.
func left(ctx context.Context, h *host.Host, p proposal, run string, err error) error {
	if run == "" {
		return err
	}
	hint := "; nothing is lost: go on with `" + p.command("resume", run) + "`"
	if calls := underWay(ctx, h, run); calls != "" {
		hint = "; " + calls + " was under way: it may have run. Go on with `" + p.command("resume", run) + "`"
	}
	if ctx.Err() != nil {
		stop := stopOf(ctx)
		return &exitError{code: stop.status(), err: fmt.Errorf("%w%s", stop, hint)}
	}
	return fmt.Errorf("run %s: %w%s", run, err, hint)
}

// underWay names the calls that had been sent and may not be sent again.
func underWay(ctx context.Context, h *host.Host, run string) string {
	s, err := h.Runtime().Load(context.WithoutCancel(ctx), run)
	if err != nil {
		return "" // what is wrong with the journal is said by itself
	}
	var calls []string
	for _, c := range s.Begun() {
		calls = append(calls, c.Tool+" "+short(printable(string(c.Arguments), false)))
	}
	return strings.Join(calls, ", ")
}

// ended is the exit of a run by its status.
func ended(p proposal, ev *agent.Event) error {
	switch ev.Status {
	case planner.Finished:
		if strings.TrimSpace(ev.Answer) == "" {
			return fmt.Errorf("run %s finished, but the model answered nothing", ev.Run)
		}
		return nil
	case planner.Waiting:
		var b strings.Builder
		fmt.Fprintf(&b, "run %s waits for approval; answer with", ev.Run)
		waiting := ev.Waiting()
		for _, c := range waiting {
			id := ev.Run
			if len(waiting) > 1 {
				id += " " + c.ID[:12]
			}
			fmt.Fprintf(&b, "\n  %s    # %s %s", p.command("approve", id), c.Tool, short(printable(string(c.Arguments), false)))
		}
		fmt.Fprintf(&b, "\nor `chaski runs deny …`, then go on with\n  %s", p.command("resume", ev.Run))
		return &exitError{code: 4, err: errors.New(b.String())}
	case planner.OutcomeUnknown:
		return &exitError{code: 3, err: fmt.Errorf("run %s: %s; look into it, then say what came of it with\n  %s --ok JSON\nor --failed REASON, and go on with\n  %s",
			ev.Run, callID.ReplaceAllString(printable(ev.Reason, false), "$1"), p.command("settle", ev.Run), p.command("resume", ev.Run))}
	}
	if ev.Status == planner.Suspended {
		return &exitError{code: 5, err: fmt.Errorf("run %s is suspended: %s\nwhat was done stays done; go on with\n  %s",
			ev.Run, printable(ev.Reason, false), p.command("resume", ev.Run))}
	}
	if ev.State != nil && ev.State.Reopenable() {
		return fmt.Errorf("run %s: failed: %s\nwhen that is mended, go on with\n  %s",
			ev.Run, printable(ev.Reason, false), p.command("resume", ev.Run))
	}
	text := fmt.Sprintf("run %s: %s", ev.Run, ev.Status)
	if ev.Reason != "" {
		text += ": " + ev.Reason
	}
	return errors.New(printable(text, false))
}

// decisionOf finds the decision by which a call waits.
func decisionOf(ctx context.Context, h *host.Host, run, call string) *planner.Decided {
	events, _, err := h.Runtime().Events(ctx, run)
	if err != nil {
		return nil
	}
	var d *planner.Decided
	for _, ev := range events {
		if ev.Decided != nil && ev.Decided.Call == call {
			d = ev.Decided
		}
	}
	return d
}

// summary is what a person sees before approving.
func summary(c *planner.CallState, d *planner.Decided) string {
	var b strings.Builder
	if d != nil && d.Decision != nil && d.Decision.Approval != nil {
		b.WriteString(printable(d.Decision.Approval.String(), true))
	} else {
		fmt.Fprintf(&b, "%s %s\n", c.Tool, printable(string(c.Arguments), false))
	}
	if !c.Expires.IsZero() {
		fmt.Fprintf(&b, "  until %s\n", c.Expires.Local().Format("2 January 15:04"))
	}
	return b.String()
}

var stdin = bufio.NewReader(os.Stdin)

// typedLine is one of standard input, or why there is none.
type typedLine struct {
	text string
	err  error
}

// awaited is the line that is being read: whoever gave it up, the next one gets it.
var awaited chan typedLine

// readLine reads a line of standard input, or returns when ctx is done.
func readLine(ctx context.Context) (string, error) {
	if awaited == nil {
		got := make(chan typedLine, 1)
		awaited = got
		go func() {
			text, err := stdin.ReadString('\n')
			got <- typedLine{text, err}
		}()
	}
	select {
	case r := <-awaited:
		awaited = nil
		return r.text, r.err
	case <-ctx.Done():
		fmt.Fprintln(os.Stderr) // what is said next is not to stand behind the question
		return "", ctx.Err()
	}
}
