package main

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// lastLine is what a terminal of some columns shows in its last line, and whether anything
// went beyond it.
type lastLine struct {
	mu      sync.Mutex
	columns int
	cell    []rune
	at      int
	wrapped bool
	seen    []string
}

func (s *lastLine) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range string(b) {
		switch r {
		case '\r':
			s.at = 0
			continue
		case '\n':
			s.seen = append(s.seen, s.line())
			s.cell, s.at = nil, 0
			continue
		}
		for len(s.cell) <= s.at {
			s.cell = append(s.cell, ' ')
		}
		s.cell[s.at] = r
		s.at++
		s.wrapped = s.wrapped || s.at > s.columns-1
	}
	return len(b), nil
}

func (s *lastLine) line() string { return strings.TrimRight(string(s.cell), " ") }

// TestProgressFits: whatever the name and the terminal, the line fits and leaves nothing.
func TestProgressFits(t *testing.T) {
	for _, name := range []string{"m.gguf", "Meta-Llama-3.1-70B-Instruct-Q4_K_M-00001-of-00002.gguf", strings.Repeat("模型", 40) + ".gguf", "reading documents"} {
		for columns := range 200 {
			s := &lastLine{columns: max(columns, 4)}
			p := newProgressLine(name, s, func() int { return columns })
			p.timer.Stop()
			p.bytes = true
			p.readings = []reading{{time.Now().Add(-2 * time.Second), 1_000_000_000}}
			for _, done := range []int64{1_000_000_000, 9_000_000_000, 42_520_395_000, 42_520_395_584} {
				p.done, p.all = done, 42_520_395_584
				p.paint()
			}
			if s.wrapped {
				t.Fatalf("%s in %d columns: %q", name, columns, s.line())
			}
			if got := s.line(); columns >= 40 && !strings.Contains(got, "100%") || columns >= 120 && !strings.Contains(got, "[====================] 42.5 GB of 42.5 GB") {
				t.Errorf("%s in %d columns: %q", name, columns, got)
			}
			p.aside("a word\n")
			if len(s.seen) != 1 || s.seen[0] != "a word" {
				t.Fatalf("beside the word stands %q", s.seen)
			}
			p.paint()
			p.end()
			if s.line() != "" {
				t.Fatalf("%s in %d columns leaves %q", name, columns, s.line())
			}
		}
	}
}

// TestProgressRate: what was here before did not come, and the rate is that of late.
func TestProgressRate(t *testing.T) {
	p := newProgressLine("m.gguf", &lastLine{columns: 80}, func() int { return 80 })
	p.timer.Stop()
	p.bytes = true
	p.step(900_000_000, 1_000_000_000)
	p.readings[0].at = time.Now().Add(-time.Second)
	p.done = 910_000_000
	p.paint()
	if _, rate := p.figures(); !strings.HasPrefix(rate, "10.0 MB/s 9s") && !strings.HasPrefix(rate, "9.9 MB/s 9s") {
		t.Errorf("rate %q, want 10 MB/s and 9 s", rate)
	}
	for i := range p.readings { // long ago, and nothing since
		p.readings[i].at = p.readings[i].at.Add(-time.Minute)
	}
	p.paint()
	p.paint()
	if _, rate := p.figures(); rate != "0 bytes/s" {
		t.Errorf("after a minute without bytes the rate is %q", rate)
	}
	p.end()
}
