package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/runtime/trace"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/documents"
	"github.com/chaski-dev/chaski/tools/mcp"
)

// DefaultData is the folder of everything that runs leave.
const DefaultData = ".chaski"

// The keys of planner.Started.Meta that a host writes.
const (
	MetaAgent = "agent" // the file of the configuration, or example:NAME
	MetaModel = "model" // the model given in place of the configured one
	MetaData  = "data"  // the data folder
	MetaBus   = "bus"   // the folder of the embedded bus, within the data folder's bus
	MetaNATS  = "nats"  // the cluster, in place of an embedded bus
)

// Options say how to open a configuration. The zero value works.
type Options struct {
	Agent  string                                                          // names the configuration in the journal, for Resume
	Tools  []*tools.Tool                                                   // beside those that the configuration declares
	Model  string                                                          // in place of the configured one: a path, "mini", or a name as hub.Parse reads it
	Draft  string                                                          // in place of the configured draft model
	Models func(ctx context.Context, name string) (path string, err error) // finds or pulls named models; the hub of the environment by default
	LLM    llm.Model                                                       // in place of both, such as a scripted model
	Data   string                                                          // in place of the configured one
	Runs   string                                                          // in place of the configured one

	NATS     string     // a cluster, in place of the embedded bus
	Access   bus.Access // to it, or by a context in place of NATS
	Replicas int        // copies on a cluster of what is made there; 0 is the configured number
	Place    string     // the folder of the embedded bus, within the data folder's bus; "" is a new one
	Calls    bool       // are under way there: if it is gone, so is the knowledge of what became of them
	Listen   string     // host:port at which the embedded bus serves other processes

	MCP mcp.Options // whom servers may ask: Accept, Ask, Browse and Progress; the rest is the configuration's

	By  string
	Log zerolog.Logger

	// Progress is told how far the index of the documents is, while it is made or caught up;
	// nil is nobody.
	Progress func(p documents.Progress)
}

// cluster says whether the bus is that of other processes.
func (o *Options) cluster() bool { return o.NATS != "" || o.Access.Context != "" }

// Host is an opened configuration: an agent and all that it stands on.
type Host struct {
	*agent.Agent
	Config *Config
	Model  llm.Model
	Bus    *bus.Bus

	o       Options
	data    string
	runs    string
	place   string
	lost    bool // the place is gone: nobody knows what became of calls
	journal journal.Journal
	audits  *audits
	spans   *trace.Spans
	own     []*tools.Tool // that this process serves
	options agent.Options
	close   []func() error
}

// Open opens what the configuration names. What cannot be opened is an error that names it.
func Open(ctx context.Context, c *Config, o Options) (h *Host, err error) {
	h = &Host{Config: c, o: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close())
			h = nil
		}
	}()
	if err := c.Ready(o); err != nil {
		return h, err
	}
	if h.data = o.Data; h.data == "" {
		if h.data = c.path(c.Data); h.data == "" {
			h.data = DefaultData
		}
	}
	if err := MakeData(h.data); err != nil {
		return h, err
	}
	if h.data, err = filepath.Abs(h.data); err != nil {
		return h, err
	}
	if h.spans, err = trace.FromEnvironment(ctx, "chaski "+c.Name, ""); err != nil {
		return h, err
	}
	h.close = append(h.close, h.closeSpans)
	if err := h.openModel(ctx); err != nil {
		return h, err
	}
	if h.audits, err = newAudits(filepath.Join(h.data, "audit")); err != nil {
		return h, full(h.data, err)
	}
	h.close = append(h.close, h.audits.Close)
	signal, err := h.openGuard(ctx)
	if err != nil {
		return h, err
	}
	guard, err := c.guard(h.audits, signal)
	if err != nil {
		return h, err
	}
	if err := h.openTools(ctx); err != nil {
		return h, err
	}
	specs, err := h.openBus(ctx)
	if err != nil {
		return h, full(h.data, err)
	}
	unknown, err := guard.Check(specs) // here, not at the first run
	if err != nil {
		return h, fmt.Errorf("policies: %w", err)
	}
	for _, line := range unknown {
		o.Log.Warn().Msg(line)
	}
	if err := h.openJournal(ctx); err != nil {
		return h, full(h.data, err)
	}
	h.options = agent.Options{
		Reconciler: h.reconciler(),
		System:     c.System, Caller: h.Bus, Specs: specs, Gate: guard, Journal: h.journal, Budget: c.Budget.budget(), Patience: c.Patience,
		Adapter: c.Adapter, Strategy: strategies[c.Strategy], Compact: compactions[c.Compact], Shown: c.shown(h.Model), Lenient: c.Lenient,
		Sampling: c.Sampling.sampling(), By: o.By, Meta: h.meta(), Spans: h.spans, Log: o.Log,
	}
	if h.Agent, err = agent.New(h.Model, h.options); err != nil {
		return h, err
	}
	return h, h.speaks(specs)
}

// MakeData makes the data folder if it is not there. One that is new is kept out of git: what
// people said and the key that signs audit logs are in it.
func MakeData(dir string) error {
	_, err := os.Stat(dir)
	absent := errors.Is(err, os.ErrNotExist)
	err = os.MkdirAll(dir, 0o700)
	if err == nil && absent {
		err = os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("*\n"), 0o600)
	}
	if err != nil {
		return fmt.Errorf("the data folder: %w", full(filepath.Dir(dir), err))
	}
	return nil
}

// closeSpans writes the last spans; a collector that does not take them fails nothing.
func (h *Host) closeSpans() error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := h.spans.Close(ctx); err != nil {
		h.o.Log.Warn().Err(err).Msg("the last spans were not written")
	}
	return nil
}

// Bare returns an agent of another model on the same bus, policies and journals, without
// what the configuration says for its own model.
func (h *Host) Bare(model llm.Model) (*agent.Agent, error) {
	o := h.options
	o.System, o.Strategy, o.Compact, o.Shown, o.Sampling = "", planner.React, planner.DropResults, 0, llm.Sampling{}
	return agent.New(model, o)
}

// openJournal opens the journals: a folder, or a stream on the bus.
func (h *Host) openJournal(ctx context.Context) (err error) {
	if h.runs = h.o.Runs; h.runs == "" {
		h.runs = h.Config.Runs
		if h.runs != inJetStream {
			h.runs = h.Config.path(h.runs)
		}
	}
	if bus.IsURL(h.runs) || h.runs == inJetStream {
		if h.runs = inJetStream; h.o.NATS != "" {
			h.runs = h.o.NATS
		}
		h.journal, err = journal.OpenStream(ctx, h.Bus.Conn().JetStream(), journal.StreamOptions{Replicas: h.Bus.Conn().Replicas()})
		return err
	}
	if h.runs == "" {
		h.runs = filepath.Join(h.data, "runs")
	}
	if h.runs, err = filepath.Abs(h.runs); err != nil {
		return err
	}
	h.journal, err = journal.Open(h.runs)
	return err
}

// inJetStream, in place of a folder of journals, keeps them on the bus.
const inJetStream = "nats"

func (h *Host) meta() map[string]string {
	m := map[string]string{}
	set := func(key, value string) {
		if value != "" {
			m[key] = value
		}
	}
	set(MetaAgent, h.o.Agent)
	set(trace.MetaName, h.Config.Name)
	set(MetaData, h.data)
	set(MetaBus, h.place)
	if h.o.Model != "" {
		kind, file := "", h.o.Model
		if rest, ok := strings.CutPrefix(file, scripted); ok {
			kind, file = scripted, rest
		}
		if abs, err := filepath.Abs(file); err == nil && file != shipped {
			file = abs
		}
		set(MetaModel, kind+file)
	}
	if _, password, _ := strings.Cut(h.o.NATS, "@"); password == "" { // no credentials in a journal
		set(MetaNATS, h.o.NATS)
	}
	return m
}

// Runs returns the folder of the journals, or the URL of the cluster that keeps them.
func (h *Host) Runs() string { return h.runs }

// Journal returns the journals.
func (h *Host) Journal() journal.Journal { return h.journal }

// Log returns where the host logs.
func (h *Host) Log() zerolog.Logger { return h.o.Log }

// Data returns the folder of everything that runs leave.
func (h *Host) Data() string { return h.data }

// Close ends the worker, the bus and the model, in this order.
func (h *Host) Close() error {
	var errs []error
	for _, f := range slices.Backward(h.close) {
		errs = append(errs, f())
	}
	h.close = nil
	return errors.Join(errs...)
}
