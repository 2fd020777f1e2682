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

// proposer is a command that reads journals: it says in which folder or cluster they are, and
// how a person logs in there.
type proposer interface{ proposed() proposal }

func (c *chatCmd) proposed() proposal { return proposal{c.resumed.Runs, c.login()} }

func (c *runsResumeCmd) proposed() proposal { return proposal{c.Runs, c.login()} }

func (c *policyReplayCmd) proposed() proposal { return proposal{runs: c.Runs} }

func (c *policyExplainCmd) proposed() proposal { return proposal{runs: cmp.Or(c.Runs, c.read.Runs)} }

// damage is what a person can do about an error, if it tells of a damaged journal of those
// that a command read.
func damage(err error, command any) string {
	var c *journal.CorruptError
	if !errors.As(err, &c) || strings.Contains(err.Error(), "chaski runs ") {
		return ""
	}
	k, ok := command.(proposer)
	if !ok {
		return ""
	}
	p := k.proposed()
	cluster := bus.IsURL(p.runs) || p.runs == inCluster
	if abs, err := filepath.Abs(p.runs); err == nil && !cluster {
		p.runs = abs
	}
	text := fmt.Sprintf("its records before %d are told by `%s`", c.Seq, p.command("show", c.Run))
	if c.Seq < 2 {
		return "no record stands before it"
	}
	if cluster {
		return text + fmt.Sprintf("; a new run begins with them by `%s N`", p.command("fork", c.Run))
	}
	return text + fmt.Sprintf("; to go on before it: `%s`", p.command("salvage", c.Run))
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
			c.proposed().command("salvage --lose", c.ID), s.Last.Seq)
	case err != nil:
		return err
	}
	fmt.Fprintf(stdout, "run %s ends with record %d; what was cut off is in %s.jsonl.damaged; go on with `%s`\n", c.ID, s.Last.Seq, c.ID, c.proposed().command("resume", c.ID))
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
		fmt.Fprintf(stdout, "Nobody drives it: its process died or was told to stop. It goes on with %s.\n", c.proposed().byHand(&s))
	}
	return nil
}
