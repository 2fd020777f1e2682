package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/term"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
)

type chatCmd struct {
	agentFlags
	Resume string `help:"Go on with this conversation; a run's id begins one that follows the run." placeholder:"ID"`

	resumed journalFlags // where the conversation to go on with is
}

const chatHelp = `  Ctrl-C    cancels the turn that is running, or clears the line
  Ctrl-D    ends
  Up, Down  earlier lines
  /reset    forgets the conversation
  /quit     ends`

// conversation is one at a terminal, or over lines of standard input.
type conversation struct {
	h       *host.Host
	p       proposal
	root    context.Context // ends when the program is to stop, and not at Ctrl-C
	session *agent.Session
	screen  *screen
	input   *lineInput      // nil if standard input is no terminal
	turned  bool            // a turn was begun or gone on with
	last    runtime.Summary // of the last turn, of a conversation that is gone on with
	resumed string          // what was asked to be gone on with, until a turn follows: till then the session has no runs
	kept    bool            // a turn was left that may go on
	failure error           // of the last turn that did not finish, if nobody was there to see it

	mu     sync.Mutex
	cancel context.CancelFunc // of the turn that is running
}

// Run talks until the input ends. Ctrl-C cancels a turn, not the program.
func (c *chatCmd) Run(ctx context.Context) (err error) {
	t := &conversation{screen: newScreen(stdout, os.Stderr)}
	c.read = func(ctx context.Context, prompt string) (string, error) {
		if t.input == nil {
			return askLine(ctx, prompt)
		}
		return t.input.read(ctx, prompt, false)
	}
	if err := c.begin(ctx, t); err != nil {
		return err
	}
	h := t.h
	t.p = c.propose(h)
	defer func() {
		err = errors.Join(err, h.Close())
		if err == nil && !t.kept {
			err = h.Discard()
		}
		if err == nil {
			err = t.failure
		}
	}()
	// The program's own context ends at the first Ctrl-C: turns have contexts of their own.
	root, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	t.root = root
	signals := make(chan os.Signal, 4)
	notifyStop(signals)
	defer signal.Stop(signals)
	go func() {
		for s := range signals {
			if s != os.Interrupt {
				end(&stopped{s})
			}
			t.interrupt()
		}
	}()
	if term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(stdout.Fd())) {
		t.input = newLineInput(filepath.Join(h.Data(), "history"))
		fmt.Fprintf(stdout, "%s, %s. Ctrl-C cancels a turn, Ctrl-D ends, /help says more.\n", h.Config.Name, h.Model.Info().Name)
		defer t.farewell()
	}
	if err = t.remind(root); err == nil {
		err = t.talk(root)
	}
	if errors.Is(err, context.Canceled) && root.Err() != nil { // the program's own context may not have ended yet
		stop := stopOf(root)
		return &exitError{code: stop.status(), err: stop}
	}
	return err
}

func (t *conversation) interrupt() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cancel != nil {
		t.cancel()
	}
}

// read returns the next line: edited at a terminal, or as it comes.
func (t *conversation) read(ctx context.Context, prompt string, remember bool) (string, error) {
	if t.input != nil {
		// The terminal's own line cannot be given up; whoever edits it is told.
		defer context.AfterFunc(ctx, func() {
			if t.root.Err() == nil {
				_, _ = t.input.term.Write([]byte("(answered elsewhere; Enter goes on)\n"))
			}
		})()
		return t.input.read(t.root, prompt, remember)
	}
	return readLine(ctx)
}

func (t *conversation) talk(ctx context.Context) error {
	for heard := false; ctx.Err() == nil; {
		text, err := t.read(ctx, "> ", true)
		text = strings.TrimSpace(text)
		heard = heard || text != ""
		switch {
		case errors.Is(err, errInterrupted):
			fmt.Fprintln(stdout, "(Ctrl-D ends)")
			continue
		case err != nil && (!errors.Is(err, io.EOF) || text == ""):
			if errors.Is(err, io.EOF) {
				switch {
				case t.input != nil:
					fmt.Fprintln(stdout) // the shell's prompt is not to stand behind ours
				case !heard && !t.turned:
					return usage("nothing was said: standard input is empty")
				}
				return nil
			}
			return err
		}
		switch {
		case text == "":
		case text == "/quit":
			return nil
		case text == "/help":
			fmt.Fprintln(stdout, chatHelp)
		case text == "/reset":
			t.session, t.resumed = t.h.Session(), ""
		case strings.HasPrefix(text, "/"):
			fmt.Fprintf(stdout, "there is no command %s: want /help, /reset or /quit\n", printable(text, false))
		default:
			if err := t.turn(ctx, func(ctx context.Context) iter.Seq2[agent.Event, error] { return t.session.Run(ctx, text) }); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// turn runs one turn to its end, or until it is cancelled.
func (t *conversation) turn(root context.Context, begin func(context.Context) iter.Seq2[agent.Event, error]) error {
	ctx, cancel := context.WithCancel(root)
	defer cancel()
	t.mu.Lock()
	t.cancel = cancel
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		t.cancel = nil
		t.mu.Unlock()
	}()
	events := begin(ctx)
	t.resumed, t.turned = "", true
	run := ""
	t.screen.said = false
	for {
		var last agent.Event
		for ev, err := range events {
			if run == "" {
				run = ev.Run
			}
			if err != nil {
				t.screen.end()
				return t.failed(ctx, root, run, err)
			}
			last = ev
			t.screen.event(&ev)
		}
		t.screen.end()
		waiting := last.Waiting()
		if last.Status != planner.Waiting || len(waiting) == 0 {
			t.kept = t.kept || !last.Status.Done()
			if err := ended(t.p, &last); err != nil {
				t.missed(err)
			}
			return nil
		}
		answered, err := ask(ctx, t.h, t.p, run, waiting, t.read)
		switch {
		case errors.Is(err, errInterrupted):
			cancel()
			return t.failed(ctx, root, run, context.Canceled)
		case errors.Is(err, errNoAnswer): // the lines that are left speak to a turn that does not come
			t.kept = true
			return &exitError{code: 4, err: fmt.Errorf("%w; no more lines are read\n%w", err, ended(t.p, &last))}
		case err != nil:
			return t.failed(ctx, root, run, err)
		case !answered:
			t.kept = true
			t.missed(ended(t.p, &last))
			return nil
		}
		events = t.session.Resume(ctx, run)
	}
}

// missed tells of a turn that did not finish. A person at the terminal has seen it; a
// program that wrote the lines learns it by the exit status.
func (t *conversation) missed(err error) {
	fmt.Fprintln(os.Stderr, "chaski:", err)
	if t.input != nil {
		return
	}
	code := 1
	var exit *exitError
	if errors.As(err, &exit) {
		code = exit.code
	}
	t.failure = &exitError{code: code}
}

// failed ends a turn that was cancelled, in the journal too. An error of the turn is
// shown, and the conversation goes on.
func (t *conversation) failed(ctx, root context.Context, run string, err error) error {
	if ctx.Err() == nil || root.Err() != nil || run == "" {
		if t.kept = true; root.Err() != nil {
			return left(root, t.h, t.p, run, err)
		}
		t.missed(left(ctx, t.h, t.p, run, err))
		return nil
	}
	if err := t.h.Runtime().Cancel(root, run, planner.Cancelled{By: me(), Reason: "Ctrl-C"}); err != nil && !errors.Is(err, planner.ErrEvent) {
		return err
	}
	s, err := t.h.Runtime().Drive(root, run, nil) // writes down the end
	if err != nil {
		return err
	}
	t.screen.note("turn", "%s", s.Status)
	for _, c := range s.Calls {
		if c.Phase == planner.Intended || c.Phase == planner.Lost {
			t.screen.note("", "%s %s was under way: it may have run", c.Tool, short(string(c.Arguments)))
		}
	}
	return nil
}
