package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// begin opens the agent, and a new conversation or the one to resume.
func (c *chatCmd) begin(ctx context.Context, t *conversation) (err error) {
	if c.Resume == "" {
		if t.h, err = c.open(ctx, host.ChatPlace()); err == nil {
			t.session = t.h.Session()
		}
		return err
	}
	where := &c.resumed
	if c.Data != "" {
		where.Runs = filepath.Join(c.Data, "runs")
	}
	rt, runs, err := where.openWith(ctx, c.accessFlags)
	if err != nil {
		return err
	}
	turns, err := agent.Turns(ctx, runs, c.Resume)
	if err != nil {
		return err
	}
	s, err := rt.Load(ctx, turns[len(turns)-1])
	if errors.Is(err, journal.ErrNoRun) {
		return fmt.Errorf("there is no conversation and no run %s in %s", c.Resume, where.Runs)
	}
	if err != nil {
		return err
	}
	open := s // the last turn that has not ended
	for i, one := range slices.Backward(rt.Summaries(ctx, turns)) {
		if one.Err == nil && !one.Status.Done() {
			if open, err = rt.Load(ctx, turns[i]); err != nil {
				return err
			}
			break
		}
	}
	start := *s.Start
	start.Meta = maps.Clone(start.Meta)
	s.Start = &start
	if _, ok := start.Meta[host.MetaBus]; ok && open.Status.Done() { // no call is open: a new store of results will do
		start.Meta[host.MetaBus], s.Calls = host.ChatPlace(), nil
	} else if !open.Status.Done() {
		t.kept = true // its store may be another's too
		if place, ok := open.Start.Meta[host.MetaBus]; ok {
			start.Meta[host.MetaBus], s.Calls = place, open.Calls
		}
	}
	t.h, err = c.reopen(ctx, &s, where.Runs)
	if errors.Is(err, bus.ErrLocked) {
		return fmt.Errorf("conversation %s is with another process: %w", c.Resume, err)
	}
	if err != nil {
		return err
	}
	if t.session, err = t.h.Reopen(ctx, c.Resume); err != nil {
		return errors.Join(err, t.h.Close())
	}
	t.resumed = c.Resume
	t.last, err = rt.Summary(ctx, turns[len(turns)-1])
	return err
}

// remind shows what was said last in a conversation that is gone on with, and goes on with
// turns that were left: those that the conversation went past, too.
func (t *conversation) remind(ctx context.Context) error {
	said := map[llm.Role]string{}
	for _, m := range t.session.Messages() {
		if m.Content != "" {
			said[m.Role] = m.Content
		}
	}
	if text := said[llm.RoleUser]; text != "" && t.input != nil {
		fmt.Fprintf(stdout, "> %s\n%s\n", short(printable(text, false)), printable(said[llm.RoleAssistant], true))
	}
	if t.last.Status.Done() && t.last.Status != planner.Finished {
		fmt.Fprintf(os.Stderr, "the last turn was %s and is not remembered: %s\n", ending(t.last.Status), short(printable(t.last.Prompt, false)))
	}
	left := t.session.Passed()
	if open := t.session.Open(); open != "" {
		left = append(left, open)
	}
	for _, run := range left {
		fmt.Fprintf(os.Stderr, "going on with the turn that was left, run %s\n", run)
		if err := t.turn(ctx, func(ctx context.Context) iter.Seq2[agent.Event, error] { return t.session.Resume(ctx, run) }); err != nil {
			return err
		}
	}
	return nil
}

// ending is a status as a word of a sentence.
func ending(s planner.Status) string { return strings.ReplaceAll(string(s), "_", " ") }

// farewell says how to go on with the conversation another day.
func (t *conversation) farewell() {
	if len(t.session.Messages()) == 0 && t.session.Open() == "" {
		return
	}
	where := ""
	if std, err := filepath.Abs(host.DefaultData); err == nil && std != t.h.Data() {
		where = " --data " + shellWord(t.h.Data())
	}
	id := t.session.ID()
	if t.resumed != "" {
		id = t.resumed
	}
	fmt.Fprintln(os.Stderr, strings.Join([]string{"go on with: chaski chat --resume ", id, where}, ""))
}
