package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// journalFlags says where runs are kept.
type journalFlags struct {
	Runs string `help:"Directory of the runs' journals, or the URL of a NATS cluster that keeps them." default:".chaski/runs" env:"CHASKI_RUNS"`
}

func (f *journalFlags) open(ctx context.Context) (*runtime.Runtime, journal.Journal, error) {
	var j journal.Journal
	var err error
	if strings.HasPrefix(f.Runs, "nats://") {
		var conn *bus.Conn // for as long as the process runs
		if conn, err = (natsFlags{NATS: f.Runs}).connect(ctx, zerolog.Nop()); err == nil {
			j, err = journal.OpenStream(ctx, conn.JetStream(), journal.StreamOptions{})
		}
	} else if f.Runs, err = filepath.Abs(f.Runs); err == nil {
		j, err = journal.Open(f.Runs)
	}
	if err != nil {
		return nil, nil, err
	}
	rt, err := runtime.New(runtime.Options{Journal: j})
	return rt, j, err
}

type runsCmd struct {
	Ls      runsLsCmd     `cmd:"" help:"List runs."`
	Show    runsShowCmd   `cmd:"" help:"Tell the story of a run."`
	Resume  runsResumeCmd `cmd:"" help:"Go on with a run."`
	Replay  runsReplayCmd `cmd:"" help:"Replay runs: prompts, commands and state hash must come out the same."`
	Fork    runsForkCmd   `cmd:"" help:"Begin a new run with the first events of another."`
	Cancel  runsCancelCmd `cmd:"" help:"Cancel a run."`
	Approve runsAnswerCmd `cmd:"" help:"Approve a call that waits."`
	Deny    runsDenyCmd   `cmd:"" help:"Refuse a call that waits."`
	Settle  runsSettleCmd `cmd:"" help:"Say what came of a call whose outcome is unknown."`
}

type runsLsCmd struct{ journalFlags }

// Run prints a line for each run.
func (c *runsLsCmd) Run(ctx context.Context) error {
	rt, j, err := c.open(ctx)
	if err != nil {
		return err
	}
	runs, err := j.Runs(ctx)
	if err != nil {
		return err
	}
	for _, run := range runs {
		s, err := rt.Load(ctx, run)
		if err != nil {
			fmt.Printf("%s  refused  %v\n", run, err)
			continue
		}
		fmt.Printf("%s  %-15s  %2d steps  %3d calls  %6d tokens  %s\n", run, s.Status, s.Used.Steps, s.Used.Calls, s.Used.Tokens, s.Reason)
	}
	return nil
}

type runsShowCmd struct {
	journalFlags
	ID string `arg:"" name:"run" help:"The run."`
}

// Run prints a run's events as a story.
func (c *runsShowCmd) Run(ctx context.Context) error {
	rt, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	events, s, err := rt.Events(ctx, c.ID)
	for i, ev := range events {
		tell(os.Stdout, i+1, &ev)
	}
	if err != nil {
		return err
	}
	fmt.Printf("%s after %v at work: %d steps, %d calls, %d tokens (%d prompt, %d of them cached, %d generated)\n", s.Status,
		s.Used.Wall, s.Used.Steps, s.Used.Calls, s.Used.Tokens, s.Used.Usage.PromptTokens, s.Used.Usage.CachedTokens, s.Used.Usage.GeneratedTokens)
	return nil
}

// tell writes one event as a line or more. Text of models and tools is quoted, so
// that it cannot write to the terminal.
func tell(w io.Writer, n int, ev *planner.Event) {
	line := func(format string, args ...any) {
		fmt.Fprintf(w, "%3d %s  %s\n", n, ev.At.Format("15:04:05.000"), fmt.Sprintf(format, args...))
	}
	switch {
	case ev.Started != nil:
		who := ev.Started.By
		if who == "" {
			who = "somebody"
		}
		last := ""
		if m := ev.Started.Messages; len(m) > 0 {
			last = m[len(m)-1].Content
		}
		line("%s asked %q of model %q", who, last, ev.Started.Model)
	case ev.Leased != nil:
		line("%s took the run over (epoch %d)", ev.Leased.Owner, ev.Leased.Epoch)
	case ev.Pinned != nil:
		line("policy %s is pinned: %.12s", strings.Join(ev.Pinned.Names, ", "), ev.Pinned.Policy)
	case ev.Generated != nil && ev.Generated.Error != "":
		line("the model failed: %q", ev.Generated.Error)
	case ev.Generated != nil:
		g := ev.Generated
		if g.Message.Content != "" {
			line("the model said %q", g.Message.Content)
		}
		for _, call := range g.Message.Calls {
			line("the model called %q with %q", call.Name, string(call.Arguments))
		}
		line("  it cost %d prompt tokens (%d cached) and %d generated", g.Usage.PromptTokens, g.Usage.CachedTokens, g.Usage.GeneratedTokens)
	case ev.Compacted != nil:
		line("the context was full: %s", ev.Compacted)
	case ev.Decided != nil:
		line("call %.12s: %s by rule %q of policy %.12s %s", ev.Decided.Call, ev.Decided.Verdict, ev.Decided.Rule, ev.Decided.Policy, quoted(ev.Decided.Reason))
	case ev.Screened != nil:
		sc := ev.Screened
		what := string(sc.Hook)
		if sc.Call != "" {
			what = fmt.Sprintf("result of call %.12s", sc.Call)
		}
		if sc.Passage > 0 {
			what += fmt.Sprintf(", passage %d", sc.Passage)
		}
		verdict := string(sc.Verdict)
		if sc.Text != nil {
			verdict += " as " + quoted(*sc.Text)
		}
		line("%s: %s by rule %q %s", what, verdict, sc.Rule, quoted(sc.Reason))
	case ev.Answered != nil:
		verb := "refused"
		if ev.Answered.Approve {
			verb = "approved"
		}
		line("call %.12s: %s by %q %s", ev.Answered.Call, verb, ev.Answered.By, quoted(ev.Answered.Reason))
	case ev.Intent != nil:
		line("call %.12s: attempt %d is sent", ev.Intent.Call, ev.Intent.Attempt)
	case ev.Result != nil:
		line("call %.12s: %s after %v %s", ev.Result.CallID, ev.Result.Status, ev.Result.Duration, quoted(string(ev.Result.Value)+ev.Result.Reason))
	case ev.Cancelled != nil:
		line("cancelled by %q %s", ev.Cancelled.By, quoted(ev.Cancelled.Reason))
	case ev.Forked != nil:
		line("forked from run %s as %s", ev.Forked.From, ev.Forked.Run)
	case ev.Ended != nil:
		line("the run ended: %s %s", ev.Ended.Status, quoted(ev.Ended.Reason))
	}
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return fmt.Sprintf("%q", s)
}

type runsReplayCmd struct {
	journalFlags
	Names []string `arg:"" optional:"" name:"run" help:"The runs; all by default."`
}

// Run replays runs and fails if one comes out differently.
func (c *runsReplayCmd) Run(ctx context.Context) error {
	rt, j, err := c.open(ctx)
	if err != nil {
		return err
	}
	names := c.Names
	if len(names) == 0 {
		if names, err = j.Runs(ctx); err != nil {
			return err
		}
	}
	bad := 0
	for _, run := range names {
		s, err := rt.Load(ctx, run)
		if err != nil {
			bad++
			fmt.Println(err)
			continue
		}
		fmt.Printf("%s  %d events  %s  state %.16s\n", run, s.Events, s.Status, s.Hash())
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d runs do not replay", bad, len(names))
	}
	return nil
}

type runsForkCmd struct {
	journalFlags
	ID string `arg:"" name:"run" help:"The run."`
	N  int    `arg:"" name:"n" help:"Events to keep, numbered as in show."`
	As string `help:"Name of the new run."`
}

// Run prints the new run's name.
func (c *runsForkCmd) Run(ctx context.Context) error {
	rt, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	run, err := rt.Fork(ctx, c.ID, c.N, c.As)
	if err == nil {
		fmt.Println(run)
	}
	return err
}

type runsCancelCmd struct {
	journalFlags
	ID     string `arg:"" name:"run" help:"The run."`
	Reason string `help:"Why."`
}

// Run journals the cancellation.
func (c *runsCancelCmd) Run(ctx context.Context) error {
	rt, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	return rt.Cancel(ctx, c.ID, planner.Cancelled{By: me(), Reason: c.Reason})
}

type runsAnswerCmd struct {
	journalFlags
	ID     string `arg:"" name:"run" help:"The run."`
	Call   string `arg:"" optional:"" help:"The call's id or its beginning; needed if several wait."`
	Tenant string `help:"The tenant on whose behalf you answer."`
	Reason string `help:"Why."`
}

type runsDenyCmd struct{ runsAnswerCmd }

// Run approves the call.
func (c *runsAnswerCmd) Run(ctx context.Context) error { return c.answer(ctx, true) }

// Run refuses the call.
func (c *runsDenyCmd) Run(ctx context.Context) error { return c.answer(ctx, false) }

func (c *runsAnswerCmd) answer(ctx context.Context, approve bool) error {
	rt, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	s, err := rt.Load(ctx, c.ID)
	if err != nil {
		return err
	}
	var found []planner.CallState
	for _, call := range s.Calls {
		if call.Phase == planner.Awaiting && strings.HasPrefix(call.ID, c.Call) {
			found = append(found, call)
		}
	}
	if len(found) != 1 {
		return fmt.Errorf("run %s: %d calls that wait for approval begin with %q, not one", c.ID, len(found), c.Call)
	}
	call := found[0]
	fmt.Printf("%s %q\n", call.Tool, string(call.Arguments))
	return rt.Answer(ctx, c.ID, planner.Answered{Call: call.ID, Hash: call.Hash(), Approve: approve, By: me(), Tenant: c.Tenant, Reason: c.Reason})
}

// me names the person at the terminal.
func me() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "somebody"
}
