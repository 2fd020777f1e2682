package host_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/host"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// TestBorrow: a host goes on with a run that another one began on a bus of its own, once that
// one is gone; the store goes with the run. What is of another agent or model stays.
func TestBorrow(t *testing.T) {
	paid := 0
	pay := func() []*tools.Tool {
		return []*tools.Tool{tools.New("pay", "Pays.", func(context.Context, struct{}) (string, error) { paid++; return "paid", nil }, tools.Options{Effect: tools.Once})}
	}
	dir, data := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"ask.yaml":   "name: own\nrules: [{id: ask, on: call, tools: [pay], when: 'true', then: require_approval}]\n",
		"agent.yaml": "name: " + strings.Repeat("p", 64) + "\nmodel: {openai: {base_url: '" + caller(t, "pay") + "', model: m}}\npolicies: [ask.yaml]\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := host.Load(filepath.Join(dir, "agent.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	o := host.Options{Agent: filepath.Join(dir, "agent.yaml"), Tools: pay(), Data: data}
	began, err := host.Open(ctx, c, o)
	if err != nil {
		t.Fatal(err)
	}
	var s planner.State
	for ev, err := range began.Run(ctx, "Pay!") {
		if err != nil {
			t.Fatal(err)
		}
		if ev.State != nil {
			s = *ev.State
		}
	}
	if s.Status != planner.Waiting {
		t.Fatal(s.Status, s.Reason)
	}
	o.Place = c.ServePlace()
	h := open(t, c, o)
	if err := h.Can(&s); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Borrow(ctx, &s); !errors.Is(err, journal.ErrOwned) {
		t.Fatal("while another has the bus:", err)
	}
	store := filepath.Join(data, "bus", s.Start.Meta[host.MetaBus])
	if err := began.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.Answer(ctx, s.Run, s.Calls[0], true, "ana", ""); err != nil {
		t.Fatal(err)
	}
	a, done, err := h.Borrow(ctx, &s)
	if err != nil {
		t.Fatal(err)
	}
	for ev, err := range a.Resume(ctx, s.Run) {
		if err != nil {
			t.Fatal(err)
		}
		if ev.State != nil {
			s = *ev.State
		}
	}
	if _, err := os.Stat(store); err != nil {
		t.Error("the store is gone before the run is left:", err)
	}
	if err := done(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(store); !errors.Is(err, os.ErrNotExist) {
		t.Error("the store of a run that is over stays:", err)
	}
	if s.Status != planner.Finished || paid != 1 || !strings.Contains(s.Answer(), "paid") {
		t.Error(s.Status, s.Reason, paid, s.Answer())
	}
	for what, change := range map[string]func(st *planner.Started){
		"goes on with run p":             func(st *planner.Started) { st.Parent = "p" },
		"it is of /elsewhere/agent.yaml": func(st *planner.Started) { st.Meta[host.MetaAgent] = "/elsewhere/agent.yaml" },
		"program with tools of its own":  func(st *planner.Started) { st.Meta[host.MetaAgent] = "" },
		"it has the model other":         func(st *planner.Started) { st.Meta[host.MetaModel] = "other" },
		"and here is m":                  func(st *planner.Started) { st.Model = "other" },
		"tools are on another bus":       func(st *planner.Started) { st.Meta[host.MetaNATS] = "nats://elsewhere" },
		"another data folder":            func(st *planner.Started) { st.Meta[host.MetaData] = "/elsewhere" },
	} {
		st := *s.Start
		st.Meta = map[string]string{}
		for k, v := range s.Start.Meta {
			st.Meta[k] = v
		}
		change(&st)
		if _, _, err := h.Borrow(ctx, &planner.State{Run: s.Run, Start: &st}); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("want %q, got %v", what, err)
		}
	}
}
