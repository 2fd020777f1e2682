package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/bus"
)

type serveCmd struct {
	agentFlags
	httpFlags
	Listen   string        `help:"Address of the embedded NATS server, for those who ask; none with --nats." default:"127.0.0.1:4222"`
	Parallel int           `help:"Runs at once." default:"4"`
	Keep     time.Duration `help:"Remove runs that ended longer ago than this, such as 720h; by default as agent.yaml says, or none."`
	AckWait  time.Duration `help:"After this time without a sign of life, another process takes a run over." default:"30s"`
}

// Run starts runs by the agent's triggers, and serves HTTP, until Ctrl-C.
func (c *serveCmd) Run(ctx context.Context) error {
	if c.LogLevel == "" {
		c.LogLevel = "info"
	}
	config, o, err := c.config()
	if err != nil {
		return err
	}
	if c.Keep < 0 {
		return usage("--keep %v: want a time, such as 720h", c.Keep)
	}
	if len(config.Triggers) == 0 && c.HTTP == "" { // before a bus is made for it
		return fmt.Errorf("%w; or give --http ADDRESS", host.ErrNoTriggers)
	}
	listener, err := c.listen()
	if err != nil {
		return err
	}
	if o.Log, err = host.NewLog(os.Stderr, c.options()); err != nil {
		return usage("%v", err)
	}
	if c.NATS == "" && c.Context == "" {
		if o.Place = config.ServePlace(); len(config.Triggers) > 0 {
			o.Listen = c.Listen
		}
	}
	h, err := openHost(ctx, config, o)
	if err != nil {
		if errors.Is(err, bus.ErrLocked) {
			return fmt.Errorf("another process serves agent %s from this data folder: %w", config.Name, err)
		}
		return err
	}
	c.say(config)
	err = c.both(ctx, h, listener)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil // Ctrl-C is how serving ends
	}
	return errors.Join(err, h.Close())
}

// both serves what there is to serve until one of the two fails or ctx is done.
func (c *serveCmd) both(ctx context.Context, h *host.Host, listener net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var serving []func() error
	if len(h.Config.Triggers) > 0 {
		serving = append(serving, func() error { return c.triggers(ctx, h) })
	}
	if listener != nil {
		serving = append(serving, func() error { return c.serveHTTP(ctx, h, listener) })
	}
	if keep := cmp.Or(c.Keep, h.Config.Keep); keep > 0 {
		go h.Expire(ctx, keep, func(removed []string) {
			fmt.Fprintf(stdout, "%s: %d runs removed that ended more than %v ago: %s\n", h.Config.Name, len(removed), keep, strings.Join(removed, ", "))
		})
	}
	ended := make(chan error, len(serving))
	for _, serve := range serving {
		go func() {
			defer cancel()
			ended <- serve()
		}()
	}
	var errs []error
	for range serving {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// triggers starts runs by messages and schedules.
func (c *serveCmd) triggers(ctx context.Context, h *host.Host) error {
	where := " --nats " + bus.Redact(c.NATS)
	switch {
	case c.Context != "":
		where = ""
	case c.NATS == "":
		where = " --nats " + h.Bus.URL()
	}
	return h.Serve(ctx, host.ServeOptions{Parallel: c.Parallel, AckWait: c.AckWait, Ready: func() {
		for _, t := range h.Config.Triggers {
			if t.Subject != "" {
				fmt.Fprintf(stdout, "%s: a message on %s starts a run: chaski ask%s%s %s PROMPT\n", h.Config.Name, t.Subject, where, c.login(), t.Subject)
			} else {
				fmt.Fprintf(stdout, "%s: %s\n", h.Config.Name, scheduled(t, time.Now()))
			}
		}
	}})
}

// scheduled says what a schedule starts and when. When an interval is next is the server's.
func scheduled(t host.Trigger, now time.Time) string {
	next := t.Next(now)
	switch {
	case next.IsZero():
		return t.Schedule + " has passed: it starts nothing"
	case strings.HasPrefix(t.Schedule, "@every"):
		return t.Schedule + " starts a run: " + short(t.Prompt)
	}
	return fmt.Sprintf("%s starts a run, next at %s: %s", t.Schedule, next.Format("2006-01-02 15:04:05 MST"), short(t.Prompt))
}

type askCmd struct {
	natsFlags
	NoWait  bool          `help:"Print the run's id and do not wait for the answer."`
	JSON    bool          `help:"Print the answer as JSON."`
	Timeout time.Duration `help:"How long to wait." default:"10m"`
	Subject string        `arg:"" help:"The subject on which chaski serve listens."`
	Prompt  []string      `arg:"" help:"What to do."`
}

// Run starts a run by a message and waits for its answer. It exits 0 only if the run
// finished.
func (c *askCmd) Run(ctx context.Context) error {
	if c.Timeout <= 0 { // else the run is begun, and not waited for
		return usage("--timeout %v: want a time, such as 10m; --no-wait waits for no answer", c.Timeout)
	}
	prompt, err := readPrompt(ctx, c.Prompt)
	if err != nil {
		return err
	}
	conn, err := bus.Connect(ctx, bus.Options{URL: c.NATS, Access: c.access(), Name: "chaski", Logger: zerolog.Nop()})
	if errors.Is(err, bus.ErrUnavailable) && !errors.Is(err, bus.ErrAccess) && c.Context == "" {
		return fmt.Errorf("no NATS server at %s: is the agent served? Start `chaski serve`, or name the server with --nats (%w)", bus.Redact(c.NATS), err)
	}
	if err != nil {
		return err
	}
	defer conn.Close()
	run, err := bus.Ask(ctx, conn, c.Subject, prompt)
	if err != nil {
		return err
	}
	if c.NoWait {
		fmt.Fprintln(stdout, run)
		return nil
	}
	fmt.Fprintln(os.Stderr, "run", run)
	timed, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	stands := ""
	a, err := bus.WaitAnswer(timed, conn, run, func(a bus.Answer) {
		stands = a.Status
		fmt.Fprintln(os.Stderr, standing(a, run))
	})
	switch {
	case err != nil && ctx.Err() != nil:
		stop := stopOf(ctx)
		return &exitError{code: stop.status(), err: fmt.Errorf("%w; run %s goes on where it is served", stop, run)}
	case err != nil && timed.Err() != nil && stands != "":
		return fmt.Errorf("run %s is %s after %v; it goes on where it is served", run, stands, c.Timeout)
	case err != nil && timed.Err() != nil:
		return fmt.Errorf("run %s has not ended after %v; it goes on", run, c.Timeout)
	case err != nil:
		return fmt.Errorf("the answer of run %s, which goes on where it is served: %w", run, err)
	case c.JSON:
		err = printJSON(a)
	case a.Answer != "":
		fmt.Fprintln(stdout, printable(a.Answer, true))
	}
	if err == nil && a.Status == "finished" && strings.TrimSpace(a.Answer) == "" {
		return fmt.Errorf("run %s finished, but the model answered nothing", run)
	}
	if err == nil && a.Status != "finished" {
		text := fmt.Sprintf("run %s: %s", run, a.Status)
		if a.Reason != "" {
			text += ": " + printable(a.Reason, false)
		}
		err = errors.New(text)
	}
	return err
}

// standing says where a run stands that has not ended, and who can do what about it.
func standing(a bus.Answer, run string) string {
	text := fmt.Sprintf("run %s: %s", run, a.Status)
	if a.Reason != "" {
		text += ": " + printable(callID.ReplaceAllString(a.Reason, "$1"), false)
	}
	switch planner.Status(a.Status) {
	case planner.Waiting:
		text += "\n  where it is served: chaski runs approve " + run + ", or deny"
	case planner.OutcomeUnknown:
		text += "\n  where it is served: chaski runs settle " + run + " --ok JSON, or --failed REASON"
	case planner.Suspended:
		text += "\n  it is tried again by itself"
	}
	return text
}
