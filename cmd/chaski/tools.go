package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

type toolsCmd struct {
	Ls     toolsLsCmd     `cmd:"" help:"List the tools on the bus."`
	Call   toolsCallCmd   `cmd:"" help:"Call a tool."`
	Schema toolsSchemaCmd `cmd:"" help:"Print a tool's declaration."`
}

// withClient runs a command against the bus.
func (f natsFlags) withClient(ctx context.Context, run func(*bus.Client) error) error {
	conn, err := f.connect(ctx, zerolog.Nop())
	if err != nil {
		return err
	}
	defer conn.Close()
	client, err := bus.NewClient(conn, bus.ClientOptions{Logger: zerolog.Nop()})
	if err != nil {
		return err
	}
	return run(client)
}

func printJSON(v any) error {
	enc := json.NewEncoder(stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

type toolsLsCmd struct {
	natsFlags
	JSON bool `help:"One JSON object a line."`
}

// Run lists every declaration with its workers.
func (c *toolsLsCmd) Run(ctx context.Context) error {
	return c.withClient(ctx, func(client *bus.Client) error {
		all, err := client.Declarations(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			for _, d := range all {
				if err := printJSON(d); err != nil {
					return err
				}
			}
			return nil
		}
		if len(all) == 0 {
			fmt.Fprintln(os.Stderr, "chaski: no tools on the bus: serve some with `chaski worker -f tools.yaml`")
			return nil
		}
		w := tabwriter.NewWriter(stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tVERSION\tEFFECT\tWORKERS\tREVISION\tDESCRIPTION")
		for _, d := range all {
			note := d.Spec.Description
			if d.Conflict {
				note = "CONFLICT: the same version is declared differently. " + note
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", d.Spec.Name, cmp.Or(d.Spec.Version, "0.0.0"), d.Spec.Effect, len(d.Workers), d.Spec.Revision, note)
		}
		return w.Flush()
	})
}

type toolsSchemaCmd struct {
	natsFlags
	Name string `arg:"" help:"The tool's name."`
	JSON bool   `help:"The whole declaration on one line."`
}

// Run prints a declaration; in human form, indented.
func (c *toolsSchemaCmd) Run(ctx context.Context) error {
	return c.withClient(ctx, func(client *bus.Client) error {
		all, err := client.Declarations(ctx)
		if err != nil {
			return err
		}
		for _, d := range all { // the newest version comes first
			if d.Spec.Name != c.Name {
				continue
			}
			if c.JSON {
				return printJSON(d.Spec)
			}
			text, err := json.MarshalIndent(d.Spec, "", "  ")
			if err != nil {
				return err
			}
			fmt.Fprintln(stdout, string(text))
			return nil
		}
		return fmt.Errorf("tool %q: %w", c.Name, tools.ErrNoWorker)
	})
}

type toolsCallCmd struct {
	natsFlags
	Name      string        `arg:"" help:"The tool's name."`
	Arguments string        `arg:"" optional:"" help:"Arguments as a JSON object; - reads them from stdin." default:"{}"`
	ID        string        `help:"Call id, to repeat a call without repeating its effect; a new one by default."`
	Attempt   int           `help:"Attempt, from 1." default:"1"`
	Timeout   time.Duration `help:"Shorter than the tool's own timeout."`
	JSON      bool          `help:"Print the whole result as JSON."`
}

// Run calls a tool, with retries as its effect class allows. It exits 0 only if the
// tool answered ok, and 3 if the outcome is unknown.
func (c *toolsCallCmd) Run(ctx context.Context) error {
	arguments := []byte(c.Arguments)
	if c.Arguments == "-" {
		var err error
		if arguments, err = io.ReadAll(io.LimitReader(stdinUntil(ctx), tools.MaxResult+1)); err != nil {
			return err
		}
	}
	call := tools.Call{ID: c.ID, Attempt: c.Attempt, Tool: c.Name, Arguments: bytes.TrimSpace(arguments)}
	if call.ID == "" {
		call.ID = newCallID(c.Name, arguments)
	}
	if c.Timeout > 0 {
		call.Deadline = time.Now().Add(c.Timeout)
	}
	return c.withClient(ctx, func(client *bus.Client) error {
		result, err := tools.Retrying{Caller: client, Catalog: client}.Call(ctx, call)
		if err != nil && ctx.Err() != nil {
			stop := stopOf(ctx)
			return &exitError{code: stop.status(), err: fmt.Errorf("%w; %s had been called: it may have run. Ask what came of it with --id %s", stop, c.Name, call.ID)}
		}
		if err != nil {
			return err
		}
		switch {
		case c.JSON:
			err = printJSON(result)
		case result.Status == tools.StatusOK:
			_, err = fmt.Fprintln(stdout, string(result.Value))
		default:
			fmt.Fprintf(os.Stderr, "chaski: %s: %s: %s (call %s)\n", c.Name, result.Status, result.Reason, result.CallID)
		}
		switch {
		case err != nil:
			return err
		case result.Status == tools.StatusUnknown:
			return &exitError{code: 3}
		case result.Status != tools.StatusOK:
			return &exitError{code: 1}
		}
		return nil
	})
}

// newCallID makes an identity that no other call has: by a run of its own.
func newCallID(tool string, arguments []byte) string {
	return tools.CallID("cli "+rand.Text(), 0, 0, tool, arguments)
}
