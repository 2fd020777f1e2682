package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

type benchToolsCmd struct {
	Calls  int    `short:"n" help:"Calls for each latency." default:"5000"`
	Flight int    `help:"Calls in flight for the throughput." default:"64"`
	Store  string `help:"Folder for the result store; a temporary one by default." type:"path"`
	JSON   bool   `help:"Print JSON."`
	Role   string `hidden:"" help:"Serve as this process of the measurement."`
	URL    string `hidden:""`
}

// benchToolsOut are the figures, in microseconds and calls per second. Added is the
// tool call's time over that of a bare request to the same worker through the same
// server; the two take turns.
type benchToolsOut struct {
	BareP50       float64 `json:"bare_p50_us"`
	ReadP50       float64 `json:"read_p50_us"`
	ReadP99       float64 `json:"read_p99_us"`
	AddedP50      float64 `json:"added_p50_us"`
	BareRate      float64 `json:"bare_calls_s"`
	ReadRate      float64 `json:"read_calls_s"`
	IdempotentP50 float64 `json:"idempotent_p50_us"`
	IdempotentP99 float64 `json:"idempotent_p99_us"`
	FsyncP50      float64 `json:"fsync_p50_us"`
	Flight        int     `json:"in_flight"`
}

const benchEcho = "bench.echo"

type benchIn struct {
	City string `json:"city"`
	Days int    `json:"days" jsonschema:"minimum=1,maximum=14,default=3"`
}

type benchOut struct {
	OK bool `json:"ok"`
}

// Run starts a server process and a worker process and measures from this one.
func (c *benchToolsCmd) Run(ctx context.Context) error {
	if c.Calls < 10 || c.Flight < 1 {
		return fmt.Errorf("bench tools: want at least 10 calls and 1 in flight")
	}
	switch c.Role {
	case "server":
		return (&busCmd{Listen: "127.0.0.1:0", Store: c.Store}).Run(ctx)
	case "worker":
		return benchWorker(ctx, c.URL)
	}
	store := c.Store
	if store == "" {
		dir, err := os.MkdirTemp("", "chaski-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		store = dir
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	url, wait, err := benchChild(ctx, "--role=server", "--store="+store)
	if err != nil {
		return err
	}
	defer func() { cancel(); wait() }()
	_, waitWorker, err := benchChild(ctx, "--role=worker", "--url="+url)
	if err != nil {
		return err
	}
	defer func() { cancel(); waitWorker() }()
	conn, err := bus.Connect(ctx, bus.Options{URL: url, Logger: zerolog.Nop()})
	if err != nil {
		return err
	}
	defer conn.Close()
	client, err := bus.NewClient(conn, bus.ClientOptions{Logger: zerolog.Nop()})
	if err != nil {
		return err
	}
	out, err := c.measure(ctx, conn, client, store)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(out)
	}
	fmt.Fprintf(stdout, "bare request   p50 %7.1f us %10.0f calls/s with %d in flight\n", out.BareP50, out.BareRate, out.Flight)
	fmt.Fprintf(stdout, "read tool      p50 %7.1f us %10.0f calls/s   p99 %.1f us, added p50 %.1f us\n", out.ReadP50, out.ReadRate, out.ReadP99, out.AddedP50)
	fmt.Fprintf(stdout, "idempotent     p50 %7.1f us   p99 %.1f us; two records a call, one fsync of this disk p50 %.1f us\n", out.IdempotentP50, out.IdempotentP99, out.FsyncP50)
	return nil
}

// benchChild starts this program in a role and returns its first line.
func benchChild(ctx context.Context, args ...string) (line string, wait func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, self, append([]string{"bench", "tools"}, args...)...)
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	wait = func() { _ = cmd.Wait() } // killed by its context
	s := bufio.NewScanner(pipe)
	if !s.Scan() {
		return "", nil, fmt.Errorf("bench tools: process %v did not start", args)
	}
	return s.Text(), wait, nil
}

func benchWorker(ctx context.Context, url string) error {
	conn, err := bus.Connect(ctx, bus.Options{URL: url, Logger: zerolog.Nop()})
	if err != nil {
		return err
	}
	defer conn.Close()
	answer := func(context.Context, benchIn) (benchOut, error) { return benchOut{true}, nil }
	registry, err := tools.NewRegistry(
		tools.New("noop_read", "Does nothing", answer, tools.Options{Effect: tools.Read, Concurrency: 256}),
		tools.New("noop_idempotent", "Does nothing", answer, tools.Options{Effect: tools.Idempotent, Concurrency: 256}))
	if err != nil {
		return err
	}
	w, err := bus.Serve(ctx, conn, registry, bus.WorkerOptions{Logger: zerolog.Nop()})
	if err != nil {
		return err
	}
	defer w.Close()
	if err := bus.Echo(conn, benchEcho); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "ready")
	<-ctx.Done()
	return nil
}

var benchArguments = []byte(`{"city":"Cusco","days":2}`)

func (c *benchToolsCmd) measure(ctx context.Context, conn *bus.Conn, client *bus.Client, store string) (out benchToolsOut, err error) {
	var serial atomic.Int64
	start := strconv.FormatInt(time.Now().UnixNano(), 36)
	bare := func() error {
		_, err := conn.NATS().RequestWithContext(ctx, benchEcho, benchArguments)
		return err
	}
	tool := func(name string) func() error {
		return func() error {
			id := start + "-" + strconv.FormatInt(serial.Add(1), 10)
			r, err := client.Call(ctx, tools.Call{ID: id, Attempt: 1, Tool: name, Arguments: benchArguments})
			if err == nil && r.Status != tools.StatusOK {
				err = fmt.Errorf("%s: %s: %s", name, r.Status, r.Reason)
			}
			return err
		}
	}
	read, idempotent := tool("noop_read"), tool("noop_idempotent")
	var bares, reads, keyed, syncs []float64
	timed := func(into *[]float64, f func() error) {
		if err == nil {
			began := time.Now()
			err = f()
			*into = append(*into, float64(time.Since(began).Nanoseconds())/1e3)
		}
	}
	for range c.Calls / 10 { // warm up, and discover
		timed(&bares, bare)
		timed(&reads, read)
	}
	bares, reads = nil, nil
	for range c.Calls {
		timed(&bares, bare)
		timed(&reads, read)
	}
	f, ferr := os.CreateTemp(store, "fsync-")
	if ferr != nil {
		return out, ferr
	}
	defer os.Remove(f.Name())
	defer f.Close()
	block := []byte(strings.Repeat("x", 512)) // about one record
	timed(&keyed, idempotent)
	keyed = nil
	for range max(c.Calls/10, 10) {
		timed(&keyed, idempotent)
		timed(&syncs, func() error {
			if _, err := f.Write(block); err != nil {
				return err
			}
			return f.Sync()
		})
	}
	if err != nil {
		return out, err
	}
	out = benchToolsOut{BareP50: quantile(bares, 0.5), ReadP50: quantile(reads, 0.5), ReadP99: quantile(reads, 0.99),
		IdempotentP50: quantile(keyed, 0.5), IdempotentP99: quantile(keyed, 0.99), FsyncP50: quantile(syncs, 0.5), Flight: c.Flight}
	out.AddedP50 = out.ReadP50 - out.BareP50
	if out.BareRate, err = c.rate(bare); err != nil {
		return out, err
	}
	out.ReadRate, err = c.rate(read)
	return out, err
}

// rate runs many calls with Flight of them at once.
func (c *benchToolsCmd) rate(f func() error) (float64, error) {
	total := int64(c.Calls * 10)
	var next atomic.Int64
	var group sync.WaitGroup
	errs := make(chan error, c.Flight)
	began := time.Now()
	for range c.Flight {
		group.Go(func() {
			for next.Add(1) <= total {
				if err := f(); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	group.Wait()
	close(errs)
	return float64(total) / time.Since(began).Seconds(), <-errs
}

// quantile returns the q-th part of the sorted values.
func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
