package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// neighbour lends the shop's agent, as a host does that shares a folder with other processes.
type neighbour struct {
	agent *agent.Agent

	mu     sync.Mutex
	why    error // it cannot
	owned  int   // how often another process still has the bus
	lent   int
	back   int
	broken error // of closing
}

func (n *neighbour) Can(*planner.State) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.why
}

func (n *neighbour) Borrow(context.Context, *planner.State) (*agent.Agent, func() error, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.owned > 0 {
		n.owned--
		return nil, nil, journal.ErrOwned
	}
	n.lent++
	return n.agent, func() error {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.back++
		return n.broken
	}, nil
}

// TestElsewhere: a run that was not begun over the server is gone on with on what Borrow
// lends, as often as it has something to do, and what was lent is given back while a person
// is waited for; while another process has the bus it is tried again. One that cannot go on
// here says why and how it does, is answered all the same, and is not driven.
func TestElsewhere(t *testing.T) {
	sh := newShop(t, looksAndPays)
	n := &neighbour{agent: sh.agent, owned: 2, broken: errors.New("a lock stays")}
	o := sh.options()
	o.Elsewhere = n
	url := serveAgents(t, o)
	begin := func(file string) string {
		run, err := sh.agent.Start(t.Context(), agent.Start{Prompt: "Refund order 1042.", Meta: map[string]string{"agent": file}})
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	run := begin("shop/agent.yaml")
	if _, out := get(t, url+"/v1/runs/"+run); out["resumable"] != true || out["aside"] != nil || out["driven"] != false {
		t.Fatal(out)
	}
	if code, out := post(t, url+"/v1/runs/"+run+"/resume", object{}); code != http.StatusOK {
		t.Fatal(code, out)
	}
	out := status(t, url, run, planner.Waiting)
	eventually(t, "what was lent is given back while a person is waited for", func() bool {
		n.mu.Lock()
		defer n.mu.Unlock()
		return n.owned == 0 && n.lent == 1 && n.back == 1
	})
	if code, out := post(t, url+"/v1/runs/"+run+"/approve", object{"hash": dig(out, "approvals", 0, "hash")}); code != http.StatusOK {
		t.Fatal(code, out)
	}
	status(t, url, run, planner.Finished)
	eventually(t, "it is lent again, and given back", func() bool {
		n.mu.Lock()
		defer n.mu.Unlock()
		return n.lent == 2 && n.back == 2
	})
	if sh.paid.Load() != 1 {
		t.Error("paid", sh.paid.Load(), "times")
	}

	n.mu.Lock()
	n.why = errors.New("it has the model large, and here is small")
	n.mu.Unlock()
	for file, program := range map[string]bool{"": true, "shop/agent.yaml": false} {
		run := begin(file)
		for _, err := range sh.agent.Resume(t.Context(), run) {
			if err != nil {
				t.Fatal(err)
			}
		}
		_, out := get(t, url+"/v1/runs/"+run)
		if out["resumable"] != false || dig(out, "aside", "why") != n.why.Error() || dig(out, "aside", "only_in_its_program") != program {
			t.Error(out)
		}
		for _, what := range []string{"resume", "fork"} {
			if code, out := post(t, url+"/v1/runs/"+run+"/"+what, object{"event": 1}); code != http.StatusConflict || !strings.Contains(fmt.Sprint(out), "model large") {
				t.Error(what, code, out)
			}
		}
		if code, out := post(t, url+"/v1/runs/"+run+"/approve", object{}); code != http.StatusOK || out["driven"] != false || dig(out, "aside", "why") == nil {
			t.Error(code, out)
		}
	}
	if n.lent != 2 || sh.paid.Load() != 1 {
		t.Error("what cannot go on here did:", n.lent, sh.paid.Load())
	}
}
