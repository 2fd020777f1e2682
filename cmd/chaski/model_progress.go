package main

import (
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far something is, once it has taken a second: step says how much
// of all is done, end takes the bar away. Nothing is shown where no person looks.
func progress(what string) (step func(done, all int64), end func()) {
	return newProgress(&progressLine{what: what})
}

// progressBytes is progress of a transfer: with its rate and the time that is left.
func progressBytes(what string) (step func(done, all int64), end func()) {
	return newProgress(&progressLine{what: what, bytes: true})
}

func newProgress(p *progressLine) (step func(done, all int64), end func()) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return func(int64, int64) {}, func() {}
	}
	p.timer = time.AfterFunc(time.Second, p.show)
	return p.step, p.end
}

// progressLine is a bar that appears by itself: the first step may take long.
type progressLine struct {
	what  string
	bytes bool
	timer *time.Timer

	mu        sync.Mutex
	bar       *progressbar.ProgressBar
	done, all int64
	ended     bool
}

func (p *progressLine) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	if p.bar == nil {
		all := p.all
		if all <= 0 {
			all = -1 // not known yet: the bar shows that it lives
		}
		p.bar = progressbar.NewOptions64(all, progressbar.OptionSetDescription(p.what), progressbar.OptionSetWriter(os.Stderr),
			progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionShowBytes(p.bytes), progressbar.OptionSetPredictTime(true))
		_ = p.bar.RenderBlank()
	}
	_ = p.bar.Set64(p.done)
}

func (p *progressLine) step(done, all int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = done
	if p.bar != nil && !p.ended {
		if all != p.all {
			p.bar.ChangeMax64(all)
		}
		_ = p.bar.Set64(done)
	}
	p.all = all
}

func (p *progressLine) end() {
	p.timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil && !p.ended {
		_ = p.bar.Finish()
	}
	p.ended = true
}
