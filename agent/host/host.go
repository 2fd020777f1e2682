package host

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/engine"
	"github.com/chaski-dev/chaski/llm/hub"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/runtime/trace"
	"github.com/chaski-dev/chaski/tools"
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

	// Progress is told how many documents of how many have been read, while their index
	// is made or caught up; nil is nobody.
	Progress func(done, all int)
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
	if h.data = o.Data; h.data == "" {
		if h.data = c.path(c.Data); h.data == "" {
			h.data = DefaultData
		}
	}
	if err := os.MkdirAll(h.data, 0o700); err != nil {
		return h, fmt.Errorf("the data folder: %w", err)
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
		return h, err
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
		return h, err
	}
	if err := h.openJournal(ctx); err != nil {
		return h, err
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

func (h *Host) reconciler() runtime.Reconciler {
	if h.lost {
		return unknown{h.Bus}
	}
	return h.Bus
}

// speaks refuses a model that no conversation can be written for, or none with tools,
// before a run begins.
func (h *Host) speaks(specs []tools.Spec) error {
	e, ok := h.Model.(*engine.Engine)
	if !ok {
		return nil
	}
	req := &llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Content: "hello"}}}
	if len(specs) > 0 {
		req.Tools = []llm.ToolSpec{{Name: "tool", Parameters: json.RawMessage(`{"type":"object"}`)}}
	}
	if _, err := e.CountTokens(req); err != nil {
		return fmt.Errorf("model %s: %w", h.ModelName(), err)
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
		if !h.o.cluster() {
			return errors.New("runs: nats: the journals need a cluster that outlives this process: name it with --nats")
		}
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

func (h *Host) openModel(ctx context.Context) error {
	if h.o.LLM != nil {
		h.Model = h.o.LLM
		return nil
	}
	m, dir := h.Config.Model, h.Config.path
	if h.o.Model != "" {
		m = ModelConfig{Path: h.o.Model, Threads: m.Threads, Context: m.Context, KV: m.KV, Template: m.Template, Adapters: m.Adapters, dialect: h.Config.Dialect}
		dir = func(p string) string { return p }
	}
	path, err := h.modelPath(ctx, m.Path, dir)
	if err != nil {
		return err
	}
	m.Path = path
	if h.o.Draft != "" {
		if m.OpenAI != nil {
			return errors.New("a draft model is for a model in this process")
		}
		m.Draft, dir = h.o.Draft, func(p string) string { return p }
	}
	if m.Draft != "" {
		if m.Draft, err = h.modelPath(ctx, m.Draft, dir); err != nil {
			return fmt.Errorf("model: draft: %w", err)
		}
	}
	if m.Template != "" {
		m.Template = h.Config.path(m.Template)
	}
	adapters := map[string]string{}
	for name, path := range m.Adapters {
		if adapters[name], err = h.local(ctx, path, h.Config.path); err != nil {
			return err
		}
	}
	m.Adapters = adapters
	cache := h.Config.path(h.Config.Cache)
	switch h.Config.Cache {
	case "":
		cache = filepath.Join(h.data, "cache")
	case "none":
		cache = ""
	}
	model, closeModel, err := m.open(cache, h.o.Log)
	if err != nil {
		return err
	}
	h.Model = model
	if closeModel != nil {
		h.close = append(h.close, closeModel)
	}
	return nil
}

// modelPath is where a model lies that a configuration names by a path, mini or a name.
func (h *Host) modelPath(ctx context.Context, model string, dir func(string) string) (string, error) {
	if model == "" || model == shipped {
		return model, nil
	}
	if file, ok := strings.CutPrefix(model, scripted); ok {
		return scripted + dir(file), nil
	}
	return h.local(ctx, model, dir)
}

// local is where something lies that is given by a path or a name; what a name names is
// pulled if it is not here.
func (h *Host) local(ctx context.Context, model string, dir func(string) string) (string, error) {
	path := dir(model)
	if _, err := os.Stat(path); !hub.IsName(model) || err == nil {
		return path, nil
	}
	if h.o.Models != nil {
		return h.o.Models(ctx, model)
	}
	local, err := hub.FromEnv()
	if err != nil {
		return "", err
	}
	return local.Path(ctx, model)
}

// openTools opens the tools that this process serves.
func (h *Host) openTools(ctx context.Context) error {
	declared, err := h.Config.external()
	if err == nil {
		err = h.Config.ready()
	}
	if err != nil {
		return err
	}
	answering, err := h.openDocuments(ctx)
	if err != nil {
		return err
	}
	servers, err := h.openMCP(ctx)
	if err != nil {
		return err
	}
	h.own = slices.Concat(h.o.Tools, declared, answering)
	if servers != nil {
		h.own = append(h.own, servers.Tools()...)
	}
	return nil
}

// openBus serves the tools and returns the specs of all that the agent may call.
func (h *Host) openBus(ctx context.Context) (specs []tools.Spec, err error) {
	c := h.Config
	o := bus.OpenOptions{URL: h.o.NATS, Access: h.o.Access, Replicas: cmp.Or(h.o.Replicas, c.Replicas), Listen: h.o.Listen, Logger: h.o.Log, Worker: bus.WorkerOptions{Spans: h.spans}}
	if len(h.own) > 0 {
		registry, err := tools.NewRegistry(h.own...)
		if err != nil {
			return nil, err
		}
		o.Tools = registry
	}
	if !h.o.cluster() {
		// Each process has a store of its own: two may run in one data folder. A run that is
		// resumed finds the store in which its calls are recorded.
		if h.place = h.o.Place; h.place == "" {
			h.place = runtime.NewRunID()
		}
		if _, name, _ := strings.Cut(h.place, "-"); slug(h.place) != h.place && slug(name) != name { // a prefix, and a name
			return nil, fmt.Errorf("the bus %q: not a name of a folder", h.place)
		}
		o.Dir = filepath.Join(h.data, "bus", h.place)
		if _, err := os.Stat(o.Dir); h.o.Calls && errors.Is(err, os.ErrNotExist) {
			h.lost = true
			h.o.Log.Warn().Str("folder", o.Dir).Msg("the bus that the run used is gone: calls that were under way are of unknown outcome")
		}
	}
	if h.Bus, err = bus.Open(ctx, o); err != nil {
		h.Bus = nil
		switch {
		case errors.Is(err, bus.ErrAccess):
			err = fmt.Errorf("%w: log in with --creds, --nkey, --nats-user or a context", err)
		case errors.Is(err, bus.ErrUnavailable) && h.o.NATS != "":
			err = fmt.Errorf("no NATS server at %s: start one with `chaski bus`, or leave --nats out (%w)", bus.Redact(h.o.NATS), err)
		}
		return nil, err
	}
	h.close = append(h.close, func() error { h.Bus.Close(); return nil })
	return h.find(ctx)
}

// find lists the agent's tools: its own, which need not be looked for, unless the bus has
// another version of them, and those that it discovers.
func (h *Host) find(ctx context.Context) ([]tools.Spec, error) {
	specs := map[string]tools.Spec{}
	for _, s := range h.Bus.Served() {
		specs[s.Name] = s
	}
	if len(h.Config.Discover) == 0 && (len(specs) == 0 || !h.o.cluster() && h.o.Listen == "") { // nobody else is asked
		return sorted(specs), nil
	}
	own := maps.Clone(specs)
	for until := time.Now().Add(patience); ; {
		all, err := h.Bus.Tools(ctx)
		if err != nil {
			return nil, err
		}
		missing := ""
		for _, s := range all {
			if _, ok := own[s.Name]; ok {
				specs[s.Name] = s
			}
		}
		for _, p := range h.Config.Discover {
			used := false
			for _, s := range all {
				if ok, _ := path.Match(p, s.Name); ok { // the pattern was checked
					specs[s.Name], used = s, true
				}
			}
			if !used {
				missing = p
			}
		}
		for name, err := range h.Bus.Conflicts() {
			if _, ok := own[name]; ok {
				return nil, fmt.Errorf("tool %s: other workers on the bus declare it differently: %w", name, err)
			}
			if ok, _ := path.Match(missing, name); ok {
				return nil, fmt.Errorf("discover: tool %s matches %q: %w", name, missing, err)
			}
		}
		switch {
		case missing == "":
			return sorted(specs), nil
		case !h.o.cluster() && h.o.Listen == "":
			return nil, fmt.Errorf("discover: no tool matches %q on the embedded bus, which nobody else can reach: name a cluster with --nats", missing)
		case !time.Now().Before(until):
			where := "the cluster"
			if !h.o.cluster() {
				where = "the embedded bus"
			}
			return nil, fmt.Errorf("discover: no tool matches %q on %s, which was asked for %v", missing, where, patience)
		}
	}
}

// patience is how long workers have to answer before a tool counts as absent: a busy
// machine answers late.
const patience = 3 * time.Second

func sorted(specs map[string]tools.Spec) []tools.Spec {
	var out []tools.Spec
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		out = append(out, specs[name])
	}
	return out
}

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

// unknown is the reconciler of a process that cannot know. Of calls to come it can.
type unknown struct{ *bus.Bus }

// Reconcile implements runtime.Reconciler.
func (unknown) Reconcile(_ context.Context, call tools.Call) (tools.Result, error) {
	return tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: tools.StatusUnknown, Reason: "the store that recorded it is gone"}, nil
}

// Places that several runs share have one of these prefixes.
const (
	servePrefix = "serve-"
	chatPrefix  = "chat-"
	mcpPrefix   = "mcp-"
)

// ChatPlace names a new folder of an embedded bus that the turns of a conversation share.
func ChatPlace() string { return chatPrefix + runtime.NewRunID() }

// MCPPlace is the folder of the embedded bus of a process that serves MCP clients: the runs
// that one leaves, the next goes on with. While another process has it, a new one is needed.
func (c *Config) MCPPlace(another bool) string {
	if another {
		return mcpPrefix + runtime.NewRunID()
	}
	return mcpPrefix + c.Name
}

// Forget removes the store of the embedded bus once its run has ended: no call of it can
// come again. A store that other runs may need stays. Close is called before.
func (h *Host) Forget(s *planner.State) error {
	if s == nil || !s.Status.Done() || slices.ContainsFunc([]string{servePrefix, chatPrefix, mcpPrefix}, func(p string) bool { return strings.HasPrefix(h.place, p) }) {
		return nil
	}
	return h.Discard()
}

// Discard removes the store of the embedded bus, all of whose runs have ended.
func (h *Host) Discard() error {
	if h.place == "" {
		return nil
	}
	return os.RemoveAll(filepath.Join(h.data, "bus", h.place))
}

// Close ends the worker, the bus and the model, in this order.
func (h *Host) Close() error {
	var errs []error
	for _, f := range slices.Backward(h.close) {
		errs = append(errs, f())
	}
	h.close = nil
	return errors.Join(errs...)
}
