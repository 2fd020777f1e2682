package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/chaski-dev/chaski/agent/host"
)

type doctorCmd struct {
	agentFlags
	JSON bool `help:"A JSON line for each check."`
}

// otherModel is what to do about a model that cannot be used.
const otherModel = "name another with -m or in agent.yaml"

// finding is what a check found: ok, warn (it works, but) or fail, and what to do.
type finding struct {
	Check  string `json:"check"`
	Status string `json:"status"`
	Found  string `json:"found"`
	Do     string `json:"do,omitempty"`
}

// Run makes each check and fails if one did. Nothing of it stays.
func (c *doctorCmd) Run(ctx context.Context) error {
	named := known(c.Model) // a name that is none is the model's fault, not the file's
	if named != nil {
		c.Model = ""
	}
	config, o, err := c.config()
	about := finding{Check: "agent", Status: "ok"}
	switch {
	case err != nil:
		about.Status, about.Found, about.Do = "fail", err.Error(), "mend the file; the other checks take the model in the box"
		config, o = &host.Config{Name: "agent"}, host.Options{Data: c.Data, NATS: c.NATS, Access: c.access()}
	default:
		about = checkAgent(config, o)
	}
	tmp, temporary := checkTemp(dataFolder(config, o))
	if tmp == "" {
		return errors.New(temporary.Found + ": " + temporary.Do)
	}
	defer os.RemoveAll(tmp)
	failed := 0
	for _, check := range []func() finding{
		func() finding {
			return finding{Check: "program", Status: "ok", Found: "chaski " + programVersion() + " on " + platform()}
		},
		func() finding { return about },
		checkKernels,
		checkGPU,
		checkMemory,
		func() finding { return checkDisk("data", dataFolder(config, o), tmp) },
		checkModelsFolder,
		func() finding { return temporary },
		func() finding {
			if named != nil {
				return finding{"model", "fail", named.Error(), otherModel}
			}
			return checkModel(ctx, config, o, tmp)
		},
		func() finding { return checkGuard(ctx, config, tmp) },
		func() finding { return checkEmbeddings(ctx, config, tmp) },
		func() finding { return checkBus(ctx, c.NATS, c.access(), tmp) },
		func() finding {
			return checkPort("port 4222", "127.0.0.1:4222", "chaski bus, serve and worker", "--listen or --nats")
		},
		func() finding {
			return checkPort("port 8080", "127.0.0.1:8080", "chaski serve --http as in docs/serving.md", "--http")
		},
		func() finding { return checkPort("port 8088", "127.0.0.1:8088", "chaski ui", "--address") },
		checkShell,
		func() finding { return checkClock(tmp) },
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		f := check()
		if f.Check == "" { // there is nothing to check
			continue
		}
		if f.Status == "fail" {
			failed++
		}
		if c.JSON {
			if err := printJSON(f); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(stdout, "%-4s  %-10s  %s\n", f.Status, f.Check, printable(f.Found, false))
		if f.Do != "" {
			fmt.Fprintf(stdout, "%s%s\n", strings.Repeat(" ", 18), printable(f.Do, false))
		}
	}
	if failed > 0 {
		return &exitError{code: 1, err: errors.New("checks that failed: " + fmt.Sprint(failed))}
	}
	return nil
}
