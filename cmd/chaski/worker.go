package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/trace"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/external"
)

type workerCmd struct {
	natsFlags
	File   string `short:"f" required:"" type:"existingfile" help:"YAML file that declares the tools."`
	Listen string `help:"Serve an embedded NATS server at this address instead of connecting to one."`
	Store  string `help:"With --listen: folder of JetStream's files." type:"path"`
	Check  bool   `help:"Read the file, report what is wrong, and exit."`
	verboseFlags
}

// Run serves the declared tools until Ctrl-C.
func (c *workerCmd) Run(ctx context.Context) error {
	all, err := external.Load(c.File)
	if err != nil {
		if a, other := host.Load(c.File); other == nil {
			return fmt.Errorf("%s is the file of the agent %s, which `chaski run -f` runs: a worker takes a file with nothing but tools, see docs/tools.md", c.File, a.Name)
		}
		return err
	}
	registry, err := tools.NewRegistry(all...)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	var names []string
	for _, t := range all {
		names = append(names, t.Spec().Name)
	}
	if c.Check {
		fmt.Fprintf(stdout, "%s: %d tools: %s\n", c.File, len(all), strings.Join(names, ", "))
		return nil
	}
	log, err := c.log()
	if err != nil {
		return err
	}
	if c.Listen != "" {
		s, err := bus.Start(bus.ServerOptions{Listen: c.Listen, StoreDir: c.Store, Logger: log})
		if err != nil {
			return err
		}
		defer s.Close()
		c.NATS = s.URL()
	}
	conn, err := c.connect(ctx, log)
	if err != nil {
		return err
	}
	defer conn.Close()
	spans, err := trace.FromEnvironment(ctx, "chaski worker", programVersion())
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		if err := spans.Close(ctx); err != nil {
			log.Warn().Err(err).Msg("the last spans were not written")
		}
	}()
	outliveReaders()
	w, err := bus.Serve(ctx, conn, registry, bus.WorkerOptions{Logger: log, Spans: spans})
	if err != nil {
		return err
	}
	defer w.Close()
	log.Info().Str("nats", conn.NATS().ConnectedUrlRedacted()).Strs("tools", names).Msg("serving")
	<-ctx.Done()
	return nil
}
