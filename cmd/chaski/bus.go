package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/runtime/bus"
)

// defaultListen is where `chaski bus` listens and the other commands look.
const defaultListen = "127.0.0.1:4222"

// natsFlags say which NATS to use.
type natsFlags struct {
	NATS string `name:"nats" help:"NATS URL, or several separated by commas." default:"nats://127.0.0.1:4222" env:"NATS_URL"`
	accessFlags
	Replicas int `help:"Copies of what is made on a cluster: by default 3 there, 1 on a single server. What is there stays as it is."`
}

func (f natsFlags) connect(ctx context.Context, log zerolog.Logger) (*bus.Conn, error) {
	conn, err := bus.Connect(ctx, bus.Options{URL: f.NATS, Access: f.access(), Replicas: f.Replicas, Name: "chaski", Logger: log})
	switch {
	case errors.Is(err, bus.ErrAccess):
		return nil, fmt.Errorf("%w: log in with --creds, --nkey, --nats-user or a context", err)
	case errors.Is(err, bus.ErrUnavailable) && f.Context == "":
		return nil, fmt.Errorf("no NATS server at %s: start one with `chaski bus`, or name yours with --nats (%w)", bus.Redact(f.NATS), err)
	}
	return conn, err
}

// verboseFlags say what a command that serves logs.
type verboseFlags struct {
	logFlags
	Verbose bool `short:"v" help:"Log more: --log-level debug."`
}

// log logs what is served, unless the flags want more or less.
func (f *verboseFlags) log() (zerolog.Logger, error) {
	o := f.options()
	switch {
	case o.Level == "" && f.Verbose:
		o.Level = "debug"
	case o.Level == "":
		o.Level = "info"
	}
	log, err := host.NewLog(os.Stderr, o)
	if err != nil {
		return log, usage("%v", err)
	}
	return log, nil
}

type busCmd struct {
	Listen string `help:"Address to listen on." default:"127.0.0.1:4222"`
	Store  string `help:"Folder of JetStream's files; without it they are temporary." type:"path"`
	verboseFlags
}

// Run serves the embedded NATS server until Ctrl-C.
func (c *busCmd) Run(ctx context.Context) error {
	if c.Listen == "" {
		c.Listen = defaultListen
	}
	log, err := c.log()
	if err != nil {
		return err
	}
	s, err := bus.Start(bus.ServerOptions{Listen: c.Listen, StoreDir: c.Store, Logger: log})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := prepare(ctx, s); err != nil {
		return err
	}
	outliveReaders()
	fmt.Fprintln(stdout, s.URL())
	<-ctx.Done()
	return nil
}

// prepare makes the buckets that workers in other languages expect.
func prepare(ctx context.Context, s *bus.Server) error {
	conn, err := bus.Connect(ctx, bus.Options{Server: s, Name: "chaski bus", Logger: zerolog.Nop()})
	if err != nil {
		return err
	}
	defer conn.Close()
	return bus.Prepare(ctx, conn)
}
