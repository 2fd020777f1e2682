package bus

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// held are the starts that this process works at or waits with. The queue hears of each
// before its time is up; those of thousands go out together, for each write to the network
// costs more than the message.
type held struct {
	mu  sync.Mutex
	due map[jetstream.Msg]time.Time
}

// beats is in how many parts the time without a sign of life is cut.
const beats = 12

func nextBeat(ackWait time.Duration) time.Time {
	return time.Now().Add(ackWait/2 - rand.N(ackWait/beats)) // not all at once
}

// hold keeps a start with this process until release.
func (h *held) hold(msg jetstream.Msg, ackWait time.Duration) (release func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.due == nil {
		h.due = map[jetstream.Msg]time.Time{}
	}
	h.due[msg] = nextBeat(ackWait)
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.due, msg)
	}
}

// beat gives the signs of life. If one is lost, another runner finds the run leased.
func (h *held) beat(ctx context.Context, ackWait time.Duration) {
	tick := time.NewTicker(max(ackWait/beats, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			h.mu.Lock()
			for msg, due := range h.due {
				if !due.After(now) {
					_ = msg.InProgress()
					h.due[msg] = nextBeat(ackWait)
				}
			}
			h.mu.Unlock()
		case <-ctx.Done():
			return
		}
	}
}
