package console

import (
	"cmp"
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

// The plot has a sample a second, while somebody looks, of the last minutes.
const (
	plotEvery = time.Second
	plotOver  = 3 * time.Minute
)

// now reads the engine and returns the samples, the last of them new.
func (p *plot) now(at time.Time) []sample {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.samples); n == 0 || at.Sub(p.samples[n-1].At) >= plotEvery {
		p.samples = append(p.samples, sample{at, p.read()})
	}
	for len(p.samples) > 1 && at.Sub(p.samples[0].At) > plotOver {
		p.samples = p.samples[1:]
	}
	return append([]sample(nil), p.samples...)
}

// curve is a line through samples, for a picture of 600 × 120.
type curve struct {
	Name, Points, Class string
	Last, Most, Top     string // Top is the upper edge
}

// point is a value at a time.
type point struct {
	at    time.Time
	value float64
}

// level draws a value of each sample.
func level(name, class string, samples []sample, value func(s *engine.Stats) int) curve {
	var points []point
	for i := range samples {
		points = append(points, point{samples[i].At, float64(value(&samples[i].Stats))})
	}
	return line(name, class, samples, points)
}

// rate draws a value of each sample and the one before it.
func rate(name, class string, samples []sample, value func(before, s *sample) float64) curve {
	var points []point
	for i := 1; i < len(samples); i++ {
		points = append(points, point{samples[i].At, value(&samples[i-1], &samples[i])})
	}
	return line(name, class, samples, points)
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

// line draws points where they are in the time from the first sample to the last: there are
// none of while nobody looked.
func line(name, class string, samples []sample, points []point) curve {
	if len(points) == 0 {
		return curve{Name: name, Class: class, Last: "–", Most: "–", Top: "1"}
	}
	most := slices.MaxFunc(points, func(a, b point) int { return cmp.Compare(a.value, b.value) }).value
	top := max(most, 1)
	var b strings.Builder
	from, to := samples[0].At, samples[len(samples)-1].At
	draw := func(x, v float64) { fmt.Fprintf(&b, "%.1f,%.1f ", x, 116-112*v/top) }
	for i, p := range points {
		x := 600.0
		if d := to.Sub(from); d > 0 {
			x = 600 * float64(p.at.Sub(from)) / float64(d)
		}
		if i == 0 { // what was before is not known; a line has two ends
			draw(0, p.value)
		}
		draw(x, p.value)
	}
	return curve{name, strings.TrimSpace(b.String()), class, fmt.Sprintf("%.4g", points[len(points)-1].value), fmt.Sprintf("%.4g", most), fmt.Sprintf("%.4g", top)}
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
		samples := c.plot.now(time.Now())
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
