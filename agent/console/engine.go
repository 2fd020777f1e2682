package console

import (
	"fmt"
	"net/http"
	"slices"
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
	At time.Time
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
	if n := len(p.samples); n == 0 || at.Sub(p.samples[n-1].At) >= plotEvery {
		p.samples = append(p.samples, sample{at, p.read()})
		p.samples = p.samples[max(0, len(p.samples)-plotMost):]
	}
	return append([]sample(nil), p.samples...)
}

// curve is a line through samples, for a picture of 600 × 120.
type curve struct {
	Name, Points, Class string
	Last, Most, Top     string // Top is the upper edge
}

// level draws a value of each sample.
func level(name, class string, samples []sample, value func(s *engine.Stats) int) curve {
	var values []float64
	for i := range samples {
		values = append(values, float64(value(&samples[i].Stats)))
	}
	return line(name, class, values)
}

// rate draws a value of each sample and the one before it.
func rate(name, class string, samples []sample, value func(before, s *sample) float64) curve {
	var values []float64
	for i := 1; i < len(samples); i++ {
		values = append(values, value(&samples[i-1], &samples[i]))
	}
	return line(name, class, values)
}

// perSecond draws how fast a count grows.
func perSecond(name, class string, samples []sample, count func(s *engine.Stats) int) curve {
	return rate(name, class, samples, func(before, s *sample) float64 {
		if d := s.At.Sub(before.At).Seconds(); d > 0 {
			return float64(count(&s.Stats)-count(&before.Stats)) / d
		}
		return 0
	})
}

// line draws values.
func line(name, class string, values []float64) curve {
	if len(values) == 0 {
		return curve{Name: name, Class: class, Last: "–", Most: "–", Top: "1"}
	}
	most := slices.Max(values)
	var b strings.Builder
	drawn := values
	if len(drawn) == 1 { // a line has two ends
		drawn = append(drawn, drawn[0])
	}
	for i, v := range drawn {
		x := 600 * float64(i) / float64(len(drawn)-1)
		fmt.Fprintf(&b, "%.1f,%.1f ", x, 116-112*v/max(most, 1))
	}
	return curve{name, strings.TrimSpace(b.String()), class, fmt.Sprintf("%.4g", values[len(values)-1]), fmt.Sprintf("%.4g", most), fmt.Sprintf("%.4g", max(most, 1))}
}

type engineBody struct {
	Here   bool // the model runs in this process
	Stats  engine.Stats
	Curves []curve
	Since  string
}

// engine shows how busy the engine is.
func (c *Console) engine(w http.ResponseWriter, r *http.Request) error {
	if err := operators(r); err != nil {
		return err
	}
	var body engineBody
	p := page{Title: "Engine", Here: "engine"}
	if c.plot != nil {
		samples := c.plot.now()
		body.Here, body.Stats = true, samples[len(samples)-1].Stats
		body.Since = took(max(time.Since(samples[0].At), time.Second))
		body.Curves = []curve{
			level("sequences at work", "a", samples, func(s *engine.Stats) int { return s.Live }),
			level("requests that wait", "b", samples, func(s *engine.Stats) int { return s.Waiting }),
			level("pages in use", "c", samples, func(s *engine.Stats) int { return s.Pages - s.Free }),
			perSecond("tokens computed a second", "d", samples, func(s *engine.Stats) int { return s.Rows }),
			perSecond("tokens written a second", "a", samples, func(s *engine.Stats) int { return s.Written }),
			perSecond("passes a second", "d", samples, func(s *engine.Stats) int { return s.Passes }),
			rate("tokens in a pass", "b", samples, func(before, s *sample) float64 {
				return float64(s.Rows-before.Rows) / float64(max(s.Passes-before.Passes, 1))
			}),
		}
		p.Data = samples
		p.Refresh = 1500
	}
	p.Body = body
	return c.show(w, r, "engine", p)
}
