package host

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/planner"
)

// Main runs an example as a program: the prompt is the arguments, -m names another
// model. It exits 0 only if the run finished.
func Main(e *Example) {
	model := flag.String("m", "", "a GGUF file or a directory, in place of the shipped model")
	data := flag.String("data", "", "folder of journals, audit logs and the bus; .chaski by default")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	prompt := strings.Join(flag.Args(), " ")
	if prompt == "" {
		prompt = e.Prompt
	}
	if err := e.run(ctx, os.Stdout, Options{Model: *model, Data: *data}, prompt); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", e.Name, err)
		if waits := (*waitsError)(nil); errors.As(err, &waits) {
			os.Exit(4) // as chaski run does
		}
		os.Exit(1)
	}
}

func (e *Example) run(ctx context.Context, w io.Writer, o Options, prompt string) error {
	c, err := e.Config()
	if err != nil {
		return err
	}
	o.Agent = "example:" + e.Name
	if e.Tools != nil {
		o.Tools = e.Tools(cmp.Or(o.Data, DefaultData))
	}
	h, err := Open(ctx, c, o)
	if err != nil {
		return err
	}
	defer h.Close()
	fmt.Fprintln(w, "user     ", prompt)
	for ev, err := range h.Run(ctx, prompt) {
		if err != nil {
			return err
		}
		Tell(w, &ev)
		if ev.Status == planner.Waiting {
			return &waitsError{ev.Run, h.Runs()}
		}
		if ev.Status.Done() && ev.Status != planner.Finished {
			return fmt.Errorf("%s: %s", ev.Status, ev.Reason)
		}
	}
	return nil
}

// waitsError says that a run waits for a person, and what the person does.
type waitsError struct{ run, runs string }

func (e *waitsError) Error() string {
	return fmt.Sprintf("it waits for approval: answer with\n  chaski runs approve %[1]s --runs %[2]s\nor deny, then go on with\n  chaski runs resume %[1]s --runs %[2]s", e.run, e.runs)
}

// Tell writes what an event says of a run, a line each; nothing that changes from run to
// run is in it, so that transcripts can be compared.
func Tell(w io.Writer, ev *agent.Event) {
	switch {
	case ev.Decision != nil:
		fmt.Fprintf(w, "policy    %s by %s", ev.Decision.Verdict, ev.Decision.Rule)
		if ev.Decision.Reason != "" {
			fmt.Fprintf(w, ": %s", ev.Decision.Reason)
		}
		fmt.Fprintln(w)
	case ev.Result != nil && len(ev.Result.Value) > 0:
		fmt.Fprintf(w, "result    %s %s\n", ev.Result.Status, ev.Result.Value)
	case ev.Result != nil:
		fmt.Fprintf(w, "result    %s %s\n", ev.Result.Status, ev.Result.Reason)
	case ev.Call != nil:
		fmt.Fprintf(w, "call      %s %s\n", ev.Call.Tool, ev.Call.Arguments)
	case ev.Journal != nil && ev.Journal.Answered != nil:
		verb := "refused"
		if ev.Journal.Answered.Approve {
			verb = "approved"
		}
		fmt.Fprintf(w, "person    %s\n", verb)
	case ev.Status == planner.Finished:
		fmt.Fprintf(w, "answer    %s\n", ev.Answer)
	case ev.Status != "":
		fmt.Fprintf(w, "status    %s\n", ev.Status)
	}
}
