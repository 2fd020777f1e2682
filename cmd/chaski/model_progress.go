package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/chaski-dev/chaski/llm/hub"
)

// progress shows how far something is, once it has taken a second: step says how much
// of all is done, end takes the line away. Nothing is shown where no person looks.
func progress(what string) (step func(done, all int64), end func()) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return func(int64, int64) {}, func() {}
	}
	p := newProgressLine(what, os.Stderr, stderrColumns)
	return p.step, p.end
}

// stderrColumns is how wide the terminal is.
func stderrColumns() int {
	if w, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil && w > 0 {
		return w
	}
	return 80
}

// progressLine is a line that appears by itself, for the first step may take long, and
// that never is wider than the terminal, or what is left of it would stay.
type progressLine struct {
	what    string
	bytes   bool // of a transfer: with its rate
	out     io.Writer
	columns func() int

	mu        sync.Mutex
	timer     *time.Timer
	done, all int64
	readings  []reading
	shown     int // columns that are written on
	ended     bool
}

// reading is how much was done at a time.
type reading struct {
	at   time.Time
	done int64
}

const (
	repaint = 200 * time.Millisecond
	window  = 5 * time.Second // of which the rate is the mean
	margin  = 3               // columns that are kept free: a full last one wraps, and so would the ^C that a terminal echoes
)

func newProgressLine(what string, out io.Writer, columns func() int) *progressLine {
	p := &progressLine{what: strings.Join(strings.Fields(printable(what, false)), " "), out: out, columns: columns}
	p.timer = time.AfterFunc(time.Second, p.paint)
	return p
}

func (p *progressLine) step(done, all int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.all = done, all
	if len(p.readings) == 0 { // what was there before is not what came
		p.readings = append(p.readings, reading{time.Now(), done})
	}
}

func (p *progressLine) paint() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.timer.Reset(repaint)
	now := time.Now()
	if len(p.readings) > 0 {
		p.readings = append(p.readings, reading{now, p.done})
		for len(p.readings) > 2 && now.Sub(p.readings[0].at) > window {
			p.readings = p.readings[1:]
		}
	}
	width := p.columns() - margin
	text := p.text(width)
	n := cells(text)
	fmt.Fprint(p.out, "\r", text, strings.Repeat(" ", min(max(0, p.shown-n), max(0, width-n))))
	p.shown = n
}

// text is the line in at most width columns: what tells least is left out first.
func (p *progressLine) text(width int) string {
	share := ""
	if p.all > 0 {
		share = fmt.Sprintf("%3d%%", 100*p.done/p.all)
	}
	amount, rate := p.figures()
	for _, tail := range []string{join(share, bar(p.done, p.all, 20), amount, rate), join(share, amount, rate), join(share, rate), share} {
		if room := width - cells(tail) - 1; room >= min(12, cells(p.what)) {
			return join(fit(p.what, room), tail)
		}
	}
	return fit(p.what, width)
}

// figures are how much is done of a transfer, and how fast it goes and how long it takes.
func (p *progressLine) figures() (amount, rate string) {
	if len(p.readings) < 2 {
		return "", ""
	}
	first, last := p.readings[0], p.readings[len(p.readings)-1]
	perSecond := float64(last.done-first.done) / max(last.at.Sub(first.at).Seconds(), 1e-3)
	if p.bytes {
		amount, rate = hub.Bytes(p.done)+" of "+hub.Bytes(p.all), hub.Bytes(int64(perSecond))+"/s"
	}
	if perSecond > 0 && p.all > 0 && p.done < p.all {
		left := time.Duration(float64(p.all-p.done) / perSecond * float64(time.Second))
		if left < 1000*time.Hour {
			rate = join(rate, left.Round(time.Second).String()+" left")
		}
	}
	return amount, rate
}

// bar draws a share in columns.
func bar(done, all int64, columns int) string {
	if all <= 0 {
		return ""
	}
	n := min(columns, int(float64(columns)*float64(done)/float64(all)))
	return "[" + strings.Repeat("=", n) + strings.Repeat(" ", columns-n) + "]"
}

// fit leaves out the middle of a name that is too long: its end says which of several it is.
func fit(s string, columns int) string {
	if cells(s) <= columns {
		return s
	}
	head, tail := []rune(s), []rune(s)
	for len(tail) > 0 && cells(string(tail)) > columns/2 {
		tail = tail[1:]
	}
	for len(head) > 0 && cells(string(head))+1+cells(string(tail)) > columns {
		head = head[:len(head)-1]
	}
	if len(head) == 0 {
		return string(tail)
	}
	return string(head) + "…" + string(tail)
}

// cells bounds the columns of a text: some letters of others than Latin's take two.
func cells(s string) (n int) {
	for _, r := range s {
		if n++; r > '~' && r != '…' {
			n++
		}
	}
	return n
}

func join(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " ")
}

// clear takes the line away until it is painted again.
func (p *progressLine) clear() {
	if p.shown > 0 {
		fmt.Fprint(p.out, "\r", strings.Repeat(" ", min(p.shown+margin-1, max(0, p.columns()-1))), "\r")
	}
	p.shown = 0
}

// aside writes lines of others where the line was.
func (p *progressLine) aside(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprint(p.out, text)
}

func (p *progressLine) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer.Stop()
	if !p.ended {
		p.clear()
	}
	p.ended = true
}
