package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/llm"
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
	where := journalFlags{}
	if c.Data != "" {
		where.Runs = filepath.Join(c.Data, "runs")
	}
	rt, runs, err := where.openWith(ctx, c.accessFlags)
	if err != nil {
		return err
	}
	last, err := agent.LastTurn(ctx, runs, c.Resume)
	if err != nil {
		return err
	}
	s, err := rt.Load(ctx, last)
	if errors.Is(err, journal.ErrNoRun) {
		return fmt.Errorf("there is no conversation and no run %s in %s", c.Resume, where.Runs)
	}
	if err != nil {
		return err
	}
	if s.Status.Done() { // no call is open: a new store of results will do
		start := *s.Start
		start.Meta = maps.Clone(start.Meta)
		if _, ok := start.Meta[host.MetaBus]; ok {
			start.Meta[host.MetaBus] = host.ChatPlace()
		}
		s.Start = &start
	} else {
		t.kept = true // its store may be another's too
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
	return nil
}

// remind shows what was said last in a conversation that is gone on with, and ends a turn
// that was left.
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
	left := t.session.Open()
	if left == "" {
		return nil
	}
	fmt.Fprintf(os.Stderr, "going on with the turn that was left, run %s\n", left)
	return t.turn(ctx, func(ctx context.Context) iter.Seq2[agent.Event, error] { return t.session.Resume(ctx, left) })
}

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
