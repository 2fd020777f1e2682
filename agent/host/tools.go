package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

// openTools opens the tools that this process serves.
func (h *Host) openTools(ctx context.Context) error {
	declared, err := h.Config.external()
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

func (h *Host) reconciler() runtime.Reconciler {
	if h.lost {
		return unknown{h.Bus}
	}
	return h.Bus
}

// unknown is the reconciler of a process that cannot know. Of calls to come it can.
type unknown struct{ *bus.Bus }

// Reconcile implements runtime.Reconciler.
func (unknown) Reconcile(_ context.Context, call tools.Call) (tools.Result, error) {
	return tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: tools.StatusUnknown, Reason: "the store that recorded it is gone"}, nil
}
