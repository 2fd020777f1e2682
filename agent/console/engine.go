package console

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/llm/engine"
)

// plot keeps what the engine said lately.
type plot struct {
	read func() engine.Stats

	mu      sync.Mutex
	samples []sample
}

type sample struct {
	at time.Time
	engine.Stats
}

// The plot has a sample a second of the last minutes in which somebody looked.
const (
	plotEvery = time.Second
	plotMost  = 180
)

// now reads the engine and returns the samples, the last of them new.
func (p *plot) now() []sample {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := time.Now()
	if n := len(p.samples); n == 0 || at.Sub(p.samples[n-1].at) >= plotEvery {
		p.samples = append(p.samples, sample{at, p.read()})
		p.samples = p.samples[max(0, len(p.samples)-plotMost):]
	}
	return append([]sample(nil), p.samples...)
}

// curve is a line through samples, for a picture of 600 × 120.
type curve struct {
	Name, Points, Class string
	Last, Most          string
}

// line draws a value of the samples.
func line(name, class string, samples []sample, value func(before, s sample) float64) curve {
	most, values := 0.0, []float64{}
	for i, s := range samples {
		v := value(samples[max(0, i-1)], s)
		values = append(values, v)
		most = max(most, v)
	}
	var b strings.Builder
	for i, v := range values {
		x := 600.0
		if len(values) > 1 {
			x = 600 * float64(i) / float64(len(values)-1)
		}
		fmt.Fprintf(&b, "%.1f,%.1f ", x, 116-112*v/max(most, 1))
	}
	return curve{name, strings.TrimSpace(b.String()), class, fmt.Sprintf("%.4g", values[len(values)-1]), fmt.Sprintf("%.4g", most)}
}

type engineBody struct {
	Here   bool // the model runs in this process
	Stats  engine.Stats
	Curves []curve
	Since  string
}

// engine shows how busy the engine is.
func (c *Console) engine(w http.ResponseWriter, r *http.Request) error {
	var body engineBody
	p := page{Title: "Engine", Here: "engine", Export: "/metrics"}
	if c.plot != nil {
		samples := c.plot.now()
		body.Here, body.Stats = true, samples[len(samples)-1].Stats
		body.Since = took(time.Since(samples[0].at))
		body.Curves = []curve{
			line("sequences at work", "a", samples, func(_, s sample) float64 { return float64(s.Live) }),
			line("requests that wait", "b", samples, func(_, s sample) float64 { return float64(s.Waiting) }),
			line("pages in use", "c", samples, func(_, s sample) float64 { return float64(s.Pages - s.Free) }),
			line("passes a second", "d", samples, func(before, s sample) float64 {
				if d := s.at.Sub(before.at).Seconds(); d > 0 {
					return float64(s.Passes-before.Passes) / d
				}
				return 0
			}),
		}
		p.Refresh = 1500
	}
	p.Body = body
	return c.show(w, r, "engine", p)
}

// tools shows what each agent may call.
func (c *Console) tools(w http.ResponseWriter, r *http.Request) error {
	return c.show(w, r, "tools", page{Title: "Tools", Here: "tools"})
}
