// Command chaski runs agents, their tools and the parts of the decoder.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	_ "time/tzdata" // the zones of schedules, where a machine has none

	"github.com/chaski-dev/chaski/tools/documents"
)

// cli is the command line: one field for each command, each in a file of its own.
type cli struct {
	Init       initCmd       `cmd:"" help:"Make a folder with an agent that runs, its rules and their tests."`
	Doctor     doctorCmd     `cmd:"" help:"Say what is wrong here: agent, model, kernels, memory, disk, bus, ports, clock."`
	Run        runCmd        `cmd:"" help:"Run a prompt: think, call tools, answer. It exits 0 only if the run finished."`
	Chat       chatCmd       `cmd:"" help:"Talk with an agent."`
	Serve      serveCmd      `cmd:"" help:"Start runs by messages and schedules, as agent.yaml says; with --http, serve the model and the agent over HTTP."`
	UI         uiCmd         `cmd:"" name:"ui" help:"Look at an agent in a browser: talk, watch runs, answer what waits for a person."`
	Ask        askCmd        `cmd:"" help:"Start a run of an agent that is served, by a message, and wait for its answer."`
	Key        keyCmd        `cmd:"" help:"API keys of chaski serve --http: make, list, remove."`
	Audit      auditCmd      `cmd:"" help:"The log of attempted calls."`
	Model      modelCmd      `cmd:"" help:"The decoder's parts, one by one."`
	Runs       runsCmd       `cmd:"" help:"Runs: list, show, resume, replay, fork, cancel, approve, deny, settle."`
	Bench      benchCmd      `cmd:"" help:"Measurements."`
	Policy     policyCmd     `cmd:"" help:"Check, test, explain and replay policies."`
	Bus        busCmd        `cmd:"" help:"Serve an embedded NATS server for other processes."`
	Worker     workerCmd     `cmd:"" help:"Serve tools that a YAML file declares, commands and HTTP endpoints, on NATS."`
	Mcp        mcpCmd        `cmd:"" help:"Serve an MCP client; the MCP servers that the agent uses: list, accept, log in."`
	Tools      toolsCmd      `cmd:"" help:"Tools on the bus: list, call, show."`
	Pull       pullCmd       `cmd:"" help:"Get a model: hf:OWNER/REPO[:TAG], ollama:NAME[:TAG] or a short name such as llama3.1."`
	Completion completionCmd `cmd:"" help:"Print a script by which a shell completes commands, flags, runs and models."`
	Man        manCmd        `cmd:"" help:"Print the manual page of a command, or write all of them."`
	Version    versionCmd    `cmd:"" help:"Print the version."`

	ShowVersion versionFlag `name:"version" help:"Print the version."`
	Offline     offlineFlag `name:"offline" help:"Pull no models: only what is on this disk is used."`
}

// exitError carries an exit status other than 1; its message, if any, is printed.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func main() { os.Exit(run(os.Args[1:])) }

// run parses the arguments, runs the command and returns the exit status: 0 if it
// did what was asked, 1 if it failed, 2 if the arguments are wrong, 130 on Ctrl-C, 143 on SIGTERM, 129 on SIGHUP.
func run(args []string) int {
	var c cli
	code := -1
	if len(args) > 0 && args[0] == completeWord {
		if err := complete(stdout, args[1:]); err != nil {
			return 1
		}
		return 0
	}
	parser, err := newParser(&c, func(n int) { code = n })
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaski:", err)
		return 1
	}
	if len(args) == 0 { // a newcomer asks what there is
		_, _ = parser.Parse([]string{"--help"})
		return 2
	}
	if err := environment(parser.Model.Node); err != nil {
		fmt.Fprintln(os.Stderr, "chaski:", err)
		return 2
	}
	if len(args) > 0 && args[0] == "help" { // of a command, too: "help runs ls"
		args = append(slices.Clone(args[1:]), "--help")
	}
	kctx, err := parser.Parse(args)
	if code >= 0 { // --help printed
		return code
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaski:", explained(err))
		return 2
	}
	ctx := context.Background()
	if takesContext(kctx) {
		var end func()
		ctx, end = untilStopped(ctx)
		defer end()
	}
	kctx.BindTo(ctx, (*context.Context)(nil))
	if err = locate(ctx, kctx); err == nil {
		if err = kctx.Run(); err == nil {
			err = stdout.lost()
		}
	}
	var exit *exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		if msg := exit.Error(); msg != "" {
			fmt.Fprintln(os.Stderr, "chaski:", msg)
		}
		return exit.code
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		stop := stopOf(ctx)
		said := stop.Error()
		var cut *documents.CutShortError
		if errors.As(err, &cut) {
			said += "; " + cut.Error()
		}
		fmt.Fprintln(os.Stderr, "chaski:", said)
		return stop.status()
	}
	fmt.Fprintln(os.Stderr, "chaski:", err)
	if what := damage(err, kctx.Selected().Target.Addr().Interface()); what != "" {
		fmt.Fprintln(os.Stderr, "chaski:", what)
	}
	return 1
}
