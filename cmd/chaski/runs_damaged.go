package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// keeper is a command that reads journals, and says in which folder or cluster they are.
type keeper interface{ journals() string }

func (f *journalFlags) journals() string { return f.Runs }

func (c *chatCmd) journals() string { return c.resumed.Runs }

func (c *runsResumeCmd) journals() string { return c.Runs }

func (c *policyReplayCmd) journals() string { return c.Runs }

func (c *policyExplainCmd) journals() string { return cmp.Or(c.Runs, c.read.Runs) }

// damage is what a person can do about an error, if it tells of a damaged journal of those
// that a command read.
func damage(err error, command any) string {
	var c *journal.CorruptError
	if !errors.As(err, &c) || strings.Contains(err.Error(), "chaski runs ") {
		return ""
	}
	k, ok := command.(keeper)
	if !ok {
		return ""
	}
	journals := k.journals()
	if abs, err := filepath.Abs(journals); err == nil && !bus.IsURL(journals) && journals != inCluster {
		journals = abs
	}
	text := fmt.Sprintf("its records before %d are told by `%s`", c.Seq, runsCommand("show", c.Run, journals))
	if c.Seq < 2 {
		return "no record stands before it"
	}
	if bus.IsURL(journals) || journals == inCluster {
		return text + fmt.Sprintf("; a new run begins with them by `%s N`", runsCommand("fork", c.Run, journals))
	}
	return text + fmt.Sprintf("; to go on before it: `%s`", runsCommand("salvage", c.Run, journals))
}

type runsSalvageCmd struct {
	runsFlags
	Lose bool   `help:"Cut off everything from the first damaged record on, whole records too: the run then does not know what they tell."`
	ID   string `arg:"" name:"run" help:"The run."`
}

// Run cuts the damaged end of a journal in a folder off, and says what is left. Where whole
// records stand behind the damage it tells them, and cuts only with --lose.
func (c *runsSalvageCmd) Run(ctx context.Context) error {
	rt, j, err := c.open(ctx)
	if err != nil {
		return err
	}
	dir, ok := j.(*journal.Dir)
	if !ok {
		return errors.New("only journals in a folder are salvaged: a cluster's steps over what is no record by itself")
	}
	s, err := dir.Salvage(ctx, c.ID, c.Lose)
	if err != nil && len(s.Lost) > 0 {
		events, _, _ := rt.Events(ctx, c.ID)
		tale := newStory(io.Discard)
		at := tale.all(events)
		tale.w = stdout
		fmt.Fprintf(stdout, "behind record %d the run would forget that:\n", s.Last.Seq)
		for _, r := range s.Lost {
			var ev planner.Event
			if json.Unmarshal(r.Event, &ev) != nil {
				continue
			}
			if planner.Check(at, ev) == nil {
				at = planner.Fold(at, ev)
			}
			tale.tell(r.Seq, &ev, &at)
		}
	}
	switch {
	case errors.Is(err, journal.ErrCorrupt) && s.Last.Seq > 0:
		return fmt.Errorf("%w: `%s` keeps the %d before it and cuts off the rest; a call that is made again is known by its id where results are kept, one that the model writes otherwise is another one", err,
			runsCommand("salvage --lose", c.ID, c.Runs), s.Last.Seq)
	case err != nil:
		return err
	}
	fmt.Fprintf(stdout, "run %s ends with record %d; what was cut off is in %s.jsonl.damaged; go on with `%s`\n", c.ID, s.Last.Seq, c.ID, runsCommand("resume", c.ID, c.Runs))
	return nil
}

type runsShowCmd struct {
	runsFlags
	JSON bool   `help:"The events as JSON lines."`
	ID   string `arg:"" name:"run" help:"The run."`
}

// Run prints a run's events as a story; of a run that is damaged, or refused at an event,
// those before that.
func (c *runsShowCmd) Run(ctx context.Context) error {
	rt, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	events, s, err := rt.Events(ctx, c.ID)
	if c.JSON {
		out := json.NewEncoder(stdout)
		out.SetEscapeHTML(false)
		for _, ev := range events {
			if err := out.Encode(ev); err != nil {
				return err
			}
		}
		return err
	}
	tale := newStory(stdout)
	tale.all(events)
	if err != nil {
		return err
	}
	tale.end(&s)
	if rt.Left(ctx, c.ID, s.Status) {
		fmt.Fprintf(stdout, "Nobody drives it: its process died or was told to stop. It goes on with %s.\n", byHand(&s, c.Runs))
	}
	return nil
}
