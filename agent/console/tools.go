package console

import (
	"net/http"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

// rates remembers what workers counted, so that a page can say how fast it grows.
type rates struct {
	mu   sync.Mutex
	seen map[string][]counted // by tool and worker
}

type counted struct {
	at       time.Time
	requests int64
	errors   int64
}

// rateOver is how far back a rate looks; there is a sample for each look of somebody.
const rateOver = 5 * time.Minute

// note takes a count and returns how many calls and errors there were a minute since the
// oldest count that is kept, or since the worker began if that is the first.
func (r *rates) note(f *bus.Figures, now time.Time) (calls, errors float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil {
		r.seen = map[string][]counted{}
	}
	key := f.Tool + " " + f.Worker
	all := r.seen[key]
	if len(all) == 0 {
		all = append(all, counted{at: f.Started})
	}
	all = append(all, counted{now, f.Requests, f.Errors})
	for len(all) > 2 && now.Sub(all[1].at) >= rateOver {
		all = all[1:]
	}
	r.seen[key] = all
	first := all[0]
	if minutes := now.Sub(first.at).Minutes(); minutes > 0 {
		return float64(f.Requests-first.requests) / minutes, float64(f.Errors-first.errors) / minutes
	}
	return 0, 0
}

// keep forgets workers that are gone.
func (r *rates) keep(all []worker) {
	r.mu.Lock()
	defer r.mu.Unlock()
	there := map[string]bool{}
	for i := range all {
		there[all[i].Tool+" "+all[i].Worker] = true
	}
	for key := range r.seen {
		if !there[key] {
			delete(r.seen, key)
		}
	}
}

// worker is what a worker says of a tool of its.
type worker struct {
	bus.Figures
	Calls  float64 `json:"calls_per_minute"`
	Failed float64 `json:"errors_per_minute"`
}

// Average is how long a call takes.
func (w worker) Average() time.Duration { return time.Duration(w.AverageNs) }

type toolsBody struct {
	Workers []worker
	Problem string
}

// tools shows what each agent may call, and how it goes.
func (c *Console) tools(w http.ResponseWriter, r *http.Request) error {
	type agentTools struct {
		Agent string       `json:"agent"`
		Tools []tools.Spec `json:"tools"`
	}
	data := struct {
		Agents  []agentTools `json:"agents"`
		Workers []worker     `json:"workers,omitempty"`
	}{Agents: []agentTools{}}
	for i := range c.o.Agents {
		data.Agents = append(data.Agents, agentTools{c.o.Agents[i].Name, c.o.Agents[i].Tools()})
	}
	p, body := page{Title: "Tools", Here: "tools"}, toolsBody{}
	if c.o.Tools != nil && who(r).Operate {
		figures, err := c.o.Tools(r.Context())
		if err != nil {
			body.Problem = "The bus does not answer: " + err.Error()
		}
		now := time.Now()
		for i := range figures {
			calls, errors := c.rates.note(&figures[i], now)
			body.Workers = append(body.Workers, worker{figures[i], calls, errors})
		}
		if err == nil {
			c.rates.keep(body.Workers)
		}
		data.Workers = body.Workers
		p.Refresh = 4000
	}
	p.Body, p.Data = body, data
	return c.show(w, r, "tools", p)
}
