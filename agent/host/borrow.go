package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// Can says whether the host can go on with a run of its journals that another process began,
// such as chaski run: nil, or why not. It must be of the same configuration and model.
func (h *Host) Can(s *planner.State) error {
	switch meta, own := s.Start.Meta, h.meta(); {
	case s.Start.Parent != "":
		return fmt.Errorf("it goes on with run %s, which waits for it", s.Start.Parent)
	case meta[MetaAgent] != own[MetaAgent], meta[MetaAgent] == "" && len(s.Start.Tools) > 0:
		return fmt.Errorf("it is of %s", cmp.Or(strings.TrimPrefix(meta[MetaAgent], "example:"), "a program with tools of its own"))
	case s.Start.Model != h.Model.Info().Name || meta[MetaModel] != own[MetaModel]:
		return fmt.Errorf("it has the model %s, and here is %s", cmp.Or(meta[MetaModel], s.Start.Model), cmp.Or(own[MetaModel], h.Model.Info().Name))
	case meta[MetaNATS] != own[MetaNATS]:
		return fmt.Errorf("its tools are on another bus")
	case meta[MetaData] != h.data && !h.hasBus(meta[MetaBus]): // a folder may have been moved
		return fmt.Errorf("its bus is in another data folder, %s", meta[MetaData])
	}
	return nil
}

func (h *Host) hasBus(place string) bool {
	_, err := os.Stat(filepath.Join(h.data, "bus", place))
	return err == nil && place != ""
}

// Borrow opens the host's agent on the bus of such a run, where the calls of the run are
// recorded, and says how to close it. [journal.ErrOwned] says that another process has that
// bus and may go on with the run itself. The store goes once the run is over.
func (h *Host) Borrow(ctx context.Context, s *planner.State) (a *agent.Agent, done func() error, err error) {
	if err := h.Can(s); err != nil {
		return nil, nil, fmt.Errorf("run %s cannot go on here: %w", s.Run, err)
	}
	place := s.Start.Meta[MetaBus]
	if s.Run != s.Start.Run && place != "" { // a fork has a bus of its own
		place = s.Run
	}
	if h.o.cluster() || place == h.place {
		return h.Agent, func() error { return nil }, nil
	}
	b := &Host{Config: h.Config, Model: h.Model, o: h.o, data: h.data, runs: h.runs, spans: h.spans, own: h.own, options: h.options}
	b.o.Place, b.o.Listen = place, ""
	b.o.Calls = slices.ContainsFunc(s.Calls, func(c planner.CallState) bool { return c.Phase == planner.Intended || c.Phase == planner.Lost })
	specs, err := b.openBus(ctx)
	if errors.Is(err, bus.ErrLocked) {
		return nil, nil, fmt.Errorf("run %s: %w (%w)", s.Run, journal.ErrOwned, err)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("run %s: %w", s.Run, err)
	}
	b.options.Reconciler, b.options.Caller, b.options.Specs = b.reconciler(), b.Bus, specs
	if b.Agent, err = agent.New(b.Model, b.options); err != nil {
		b.Bus.Close()
		return nil, nil, err
	}
	return b.Agent, func() error {
		b.Bus.Close()
		if s, err := h.Runtime().Load(context.WithoutCancel(ctx), s.Run); err == nil {
			return b.Forget(&s)
		}
		return nil // the store stays, as the run may
	}, nil
}
