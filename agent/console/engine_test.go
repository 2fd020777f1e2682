package console

import (
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm/engine"
)

// TestPlot: a curve stands where its samples are in time, also over a while in which nobody
// looked; the latest minutes are kept, a rate is of a second, and one sample is a level line.
func TestPlot(t *testing.T) {
	read := 0
	p := &plot{read: func() engine.Stats { read++; return engine.Stats{Live: read, Rows: 100 * read} }}
	start := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	at := func(seconds int) []sample { return p.now(start.Add(time.Duration(seconds) * time.Second)) }
	live := func(samples []sample) curve {
		return level("sequences", "a", samples, func(s *engine.Stats) int { return s.Live })
	}
	if c := live(at(0)); c.Points != "0.0,4.0 600.0,4.0" || c.Last != "1" {
		t.Errorf("%+v", c)
	}
	if n := len(p.now(start.Add(500 * time.Millisecond))); n != 1 {
		t.Errorf("%d samples within a second", n)
	}
	at(1)
	samples := at(100)
	if c := live(samples); c.Points != "0.0,78.7 0.0,78.7 6.0,41.3 600.0,4.0" || c.Last != "3" || c.Most != "3" || c.Top != "3" {
		t.Errorf("%+v", c)
	}
	tokens := perSecond("tokens a second", "d", samples, func(s *engine.Stats) int { return s.Rows })
	if tokens.Most != "100" || tokens.Last != "1.01" || !strings.HasSuffix(tokens.Points, "600.0,114.9") {
		t.Errorf("%+v", tokens)
	}
	if c := perSecond("none", "d", samples[:1], func(s *engine.Stats) int { return s.Rows }); c.Points != "" || c.Last != "–" {
		t.Errorf("%+v", c)
	}
	if samples = at(280); len(samples) != 2 || samples[0].Live != 3 {
		t.Errorf("%d samples are kept", len(samples))
	}
	if samples = at(1000); len(samples) != 1 {
		t.Errorf("%d samples are kept after a long pause", len(samples))
	}
}
