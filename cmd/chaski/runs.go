package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	goruntime "runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// journalFlags says where runs are kept.
type journalFlags struct {
	Runs string `help:"Directory of the runs' journals, or the URL of a NATS cluster that keeps them, nats with --nats-context; runs in the data folder by default." env:"CHASKI_RUNS"`
}

// inCluster, in place of a folder, are the runs that the cluster of a context keeps.
const inCluster = "nats"

// runsFlags are journalFlags of a command that opens no agent.
type runsFlags struct {
	journalFlags
	accessFlags
}

func (f *runsFlags) open(ctx context.Context) (*runtime.Runtime, journal.Journal, error) {
	return f.openWith(ctx, f.accessFlags)
}

func (f *journalFlags) open(ctx context.Context) (*runtime.Runtime, journal.Journal, error) {
	return f.openWith(ctx, accessFlags{})
}

func (f *journalFlags) openWith(ctx context.Context, access accessFlags) (*runtime.Runtime, journal.Journal, error) {
	var j journal.Journal
	var err error
	switch {
	case f.Runs != "":
	case access.Context != "":
		f.Runs = inCluster
	default:
		f.Runs = filepath.Join(cmp.Or(os.Getenv("CHASKI_DATA"), host.DefaultData), "runs")
	}
	if bus.IsURL(f.Runs) || access.Context != "" && f.Runs == inCluster {
		var conn *bus.Conn // for as long as the process runs
		if conn, err = (natsFlags{NATS: f.Runs, accessFlags: access}).connect(ctx, zerolog.Nop()); err == nil {
			j, err = journal.OpenStream(ctx, conn.JetStream(), journal.StreamOptions{Replicas: conn.Replicas()})
		}
	} else if f.Runs, err = filepath.Abs(f.Runs); err == nil {
		if err := notRuns(f.Runs); err != nil {
			return nil, nil, err
		}
		j, err = journal.Open(f.Runs)
	}
	if err != nil {
		return nil, nil, err
	}
	rt, err := runtime.New(runtime.Options{Journal: j})
	return rt, j, err
}

type runsCmd struct {
	Ls      runsLsCmd      `cmd:"" help:"List runs."`
	Show    runsShowCmd    `cmd:"" help:"Tell the story of a run."`
	Resume  runsResumeCmd  `cmd:"" help:"Go on with a run."`
	Replay  runsReplayCmd  `cmd:"" help:"Replay runs: prompts, commands and state hash must come out the same."`
	Fork    runsForkCmd    `cmd:"" help:"Begin a new run with the first events of another."`
	Cancel  runsCancelCmd  `cmd:"" help:"Cancel a run."`
	Approve runsAnswerCmd  `cmd:"" help:"Approve a call that waits."`
	Deny    runsDenyCmd    `cmd:"" help:"Refuse a call that waits."`
	Settle  runsSettleCmd  `cmd:"" help:"Say what came of a call whose outcome is unknown."`
	Rm      runsRmCmd      `cmd:"" help:"Remove runs that have ended."`
	Salvage runsSalvageCmd `cmd:"" help:"Cut the damaged end of a run off, so that it can go on before it."`
}

type runsLsCmd struct {
	runsFlags
	Status string `help:"Only runs of this status, such as waiting or outcome_unknown."`
	Limit  int    `help:"Only so many, the last by name: names that are not chosen stand in the order of time."`
	JSON   bool   `help:"A JSON line for each run."`
}

// callID finds the ids of calls, to show their beginning.
var callID = regexp.MustCompile(`\b([0-9a-f]{12})[0-9a-f]{52}\b`)

// listed is a run as ls --json prints it.
type listed struct {
	Run     string         `json:"run"`
	Status  planner.Status `json:"status"` // or damaged, refused or left
	Reason  string         `json:"reason,omitempty"`
	Started time.Time      `json:"started,omitzero"`
	By      string         `json:"by,omitempty"`
	Prompt  string         `json:"prompt,omitempty"`
	Used    planner.Used   `json:"used,omitzero"`
}

// In place of a status: damaged where the journal is, refused where it is whole and cannot be
// read otherwise.
const (
	damaged = "damaged"
	refused = "refused"
)

// leftAlone is a run that nobody drives and that waits for nothing: its process died or was told
// to stop.
const leftAlone = "left"

// statuses are those that a list can be narrowed to.
func statuses() []string {
	var out []string
	for _, s := range []planner.Status{planner.Running, planner.Waiting, planner.OutcomeUnknown, planner.Suspended, planner.Finished, planner.Failed, planner.Denied, planner.CancelledRun, planner.BudgetExceeded, damaged, refused, leftAlone} {
		out = append(out, string(s))
	}
	return out
}

// runs are those that are asked for, in the order of their names.
func (c *runsLsCmd) runs(ctx context.Context, rt *runtime.Runtime, names []string) iter.Seq[listed] {
	fits := func(yield func(listed) bool) {
		for run, one := range summaries(ctx, rt, names) {
			l := listed{Run: run, Status: refused}
			if errors.Is(one.Err, journal.ErrNoRun) { // it was removed meanwhile, or a full disk took not even its first record
				continue
			}
			if one.Err == nil {
				s := one.Summary
				l = listed{Run: run, Status: s.Status, Reason: s.Reason, Started: s.Started, By: s.By, Prompt: s.Prompt, Used: s.Used}
				if rt.Left(ctx, run, l.Status) {
					if now, err := rt.Summary(ctx, run); err == nil { // it may have ended since it was read
						l.Status, l.Reason, l.Used = now.Status, now.Reason, now.Used
					}
					if l.Status == planner.Running {
						l.Status = leftAlone
					}
				}
			} else {
				l.Reason = one.Err.Error()
				if errors.Is(one.Err, journal.ErrCorrupt) {
					l.Status = damaged
				}
			}
			if (c.Status == "" || c.Status == string(l.Status)) && !yield(l) {
				return
			}
		}
	}
	if c.Limit <= 0 {
		return fits
	}
	slices.Reverse(names) // no more is read than it takes
	if c.Status == "" {
		names = names[:min(len(names), c.Limit)]
	}
	var last []listed
	for l := range fits {
		if last = append(last, l); len(last) == c.Limit {
			break
		}
	}
	slices.Reverse(last)
	return slices.Values(last)
}

// Run prints a line for each run.
func (c *runsLsCmd) Run(ctx context.Context) error {
	if want := statuses(); c.Status != "" && !slices.Contains(want, c.Status) {
		return usage("the status %s, want one of %s", c.Status, strings.Join(want, ", "))
	}
	rt, j, err := c.open(ctx)
	if err != nil {
		return err
	}
	runs, err := j.Runs(ctx)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(stdout, 64<<10) // a table writes each cell by itself
	table := tabwriter.NewWriter(buffered, 0, 0, 2, ' ', 0)
	out := json.NewEncoder(buffered)
	out.SetEscapeHTML(false)
	listed := 0
	for l := range c.runs(ctx, rt, runs) {
		listed++
		switch {
		case c.JSON:
			if err := out.Encode(l); err != nil {
				return err
			}
		case l.Status == refused, l.Status == damaged:
			fmt.Fprintf(table, "%s\t%s\t%s\n", l.Run, l.Status, printable(l.Reason, false))
		default:
			what := l.Prompt
			if l.Reason != "" {
				what = callID.ReplaceAllString(l.Reason, "$1")
			}
			if len(what) > 80 {
				what = strings.ToValidUTF8(what[:80], "") + "…"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d steps\t%d calls\t%d tokens\t%s\n", l.Run, l.Status, l.Started.Local().Format("2006-01-02 15:04"), printable(who(l.By), false),
				l.Used.Steps, l.Used.Calls, l.Used.Tokens, printable(strings.ReplaceAll(what, "\t", " "), false))
		}
	}
	if listed == 0 && !c.JSON {
		what := "no runs at"
		if c.Status != "" {
			what = "no run is " + c.Status + " of those at"
		}
		fmt.Fprintln(os.Stderr, what, c.Runs)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return buffered.Flush()
}

// summaries reads runs, several at a time, and gives them in their order.
func summaries(ctx context.Context, rt *runtime.Runtime, runs []string) iter.Seq2[string, runtime.Listed] {
	return func(yield func(string, runtime.Listed) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		const batch = 512
		width := 2 * goruntime.GOMAXPROCS(0)
		slots := make(chan chan []runtime.Listed, width)
		go func() {
			defer close(slots)
			for part := range slices.Chunk(runs, batch) {
				done := make(chan []runtime.Listed, 1)
				select {
				case slots <- done:
				case <-ctx.Done():
					return
				}
				go func() { done <- rt.Summaries(ctx, part) }()
			}
		}()
		at := 0
		for done := range slots {
			for _, one := range <-done {
				if !yield(runs[at], one) {
					return
				}
				at++
			}
		}
	}
}

type runsRmCmd struct {
	runsFlags
	Older time.Duration `help:"Every run that ended longer ago than this, such as 720h."`
	Names []string      `arg:"" optional:"" name:"run" help:"Runs that have ended."`
}

// Run removes runs that have ended, and prints their names. What they did stays in the
// audit log, and for a time in the store of results.
func (c *runsRmCmd) Run(ctx context.Context) error {
	if (len(c.Names) == 0) == (c.Older <= 0) {
		return usage("name the runs to remove, or give --older DURATION")
	}
	rt, j, err := c.open(ctx)
	if err != nil {
		return err
	}
	names := c.Names
	if c.Older > 0 {
		runs, err := j.Runs(ctx)
		if err != nil {
			return err
		}
		for run, s := range summaries(ctx, rt, runs) {
			if s.Err == nil && s.Status.Done() && time.Since(s.Last) > c.Older {
				names = append(names, run)
			}
		}
	}
	var failed []error
	for _, run := range names {
		if err := rt.Remove(ctx, run); err != nil {
			failed = append(failed, err)
			continue
		}
		fmt.Fprintln(stdout, run)
	}
	return errors.Join(failed...)
}

type runsReplayCmd struct {
	runsFlags
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
	if len(names) == 0 {
		return fmt.Errorf("no runs at %s: nothing was replayed", bus.Redact(c.Runs))
	}
	bad := 0
	for _, run := range names {
		s, err := rt.Load(ctx, run)
		if err != nil {
			bad++
			fmt.Fprintln(stdout, err)
			continue
		}
		fmt.Fprintf(stdout, "%s  %d events  %s  state %.16s\n", run, s.Events, s.Status, s.Hash())
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d runs do not replay", bad, len(names))
	}
	return nil
}

type runsForkCmd struct {
	runsFlags
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
		fmt.Fprintln(stdout, run)
	}
	return err
}

type runsCancelCmd struct {
	runsFlags
	ID     string `arg:"" name:"run" help:"The run."`
	Reason string `help:"Why."`
}

// Run journals the cancellation.
func (c *runsCancelCmd) Run(ctx context.Context) error {
	rt, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	s, err := rt.Load(ctx, c.ID)
	if err != nil {
		return err
	}
	if s.Status.Done() {
		return fmt.Errorf("run %s is over: %s", c.ID, s.Status)
	}
	if err := rt.Cancel(ctx, c.ID, planner.Cancelled{By: me(), Reason: c.Reason}); err != nil {
		return err
	}
	if s, err = rt.Load(ctx, c.ID); err != nil {
		return fmt.Errorf("the run was cancelled, and cannot be read: %w", err)
	}
	fmt.Fprint(stdout, cancelledText(&s, c.proposed()))
	return nil
}

// cancelledText says what a cancellation leaves: calls that were sent, and who ends the run.
func cancelledText(s *planner.State, p proposal) string {
	text := fmt.Sprintf("cancelled: run %s makes no further call", s.Run)
	if !s.Status.Done() {
		text += fmt.Sprintf("; it ends where it is driven, or with %s", p.byHand(s))
	}
	text += "\n"
	for _, c := range s.Calls {
		switch c.Phase {
		case planner.Intended, planner.Lost, planner.Unknown:
			text += fmt.Sprintf("%s %.12s was sent: it may have taken effect, or still will\n", c.Tool, c.ID)
		case planner.Awaiting:
			text += fmt.Sprintf("%s %.12s waited for a person: it does not run\n", c.Tool, c.ID)
		}
	}
	return text
}

type runsAnswerCmd struct {
	runsFlags
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
	events, s, err := rt.Events(ctx, c.ID)
	if err != nil {
		return err
	}
	var found []planner.CallState
	for _, call := range s.Calls {
		if call.Phase == planner.Awaiting && strings.HasPrefix(call.ID, c.Call) {
			found = append(found, call)
		}
	}
	switch {
	case len(found) == 0 && planner.AnsweredBefore(events, c.Call) != nil:
		before := planner.AnsweredBefore(events, c.Call)
		if before.Approve != approve && !s.Status.Done() {
			return tooLate(before, c.proposed().command("cancel", c.ID))
		}
		return fmt.Errorf("run %s is %s: no call of it waits for approval: %s", c.ID, s.Status, answeredAt(before))
	case len(found) == 0 && c.Call == "":
		return fmt.Errorf("run %s is %s: no call of it waits for approval", c.ID, s.Status)
	case len(found) != 1:
		return fmt.Errorf("run %s: %d calls that wait for approval begin with %q, not one: %s", c.ID, len(found), c.Call, inPhase(s.Calls, planner.Awaiting))
	}
	call := found[0]
	var d *planner.Decided
	for _, ev := range events {
		if ev.Decided != nil && ev.Decided.Call == call.ID {
			d = ev.Decided
		}
	}
	if err := rt.Answer(ctx, c.ID, planner.Answered{Call: call.ID, Hash: call.Hash(), Approve: approve, By: me(), Tenant: c.Tenant, Reason: c.Reason}); err != nil {
		var before *planner.AnsweredError
		if errors.As(err, &before) && before.Approve != approve {
			return tooLate(before, c.proposed().command("cancel", c.ID))
		}
		return err
	}
	text := fmt.Sprintf("refused: %s %s does not run; the run goes on where it is served, or with %s", call.Tool, short(printable(string(call.Arguments), false)), c.proposed().byHand(&s))
	if approve {
		text = fmt.Sprintf("approved: %sthe call has not run yet, and goes on where the run is served, or with %s", summary(&call, d), c.proposed().byHand(&s))
	}
	if approve && !call.Expires.IsZero() {
		text += "; the approval is void after " + call.Expires.Local().Format("2 January 15:04")
	}
	fmt.Fprintln(stdout, text)
	return nil
}

// inPhase lists the calls in a phase.
func inPhase(calls []planner.CallState, phase planner.Phase) string {
	var ids []string
	for _, call := range calls {
		if call.Phase == phase {
			ids = append(ids, fmt.Sprintf("%.12s (%s)", call.ID, call.Tool))
		}
	}
	if len(ids) == 0 {
		return "there is none"
	}
	return strings.Join(ids, ", ")
}

// me names the person at the terminal.
func me() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "somebody"
}
