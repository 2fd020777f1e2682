package journal

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// sweepEvery is how often a stream is asked whether it holds anything that was not heard of.
const sweepEvery = time.Minute

// Watch implements [Watcher] by listening to the subjects of all runs, as long as somebody
// waits for one. What is heard may not be in the stream yet; what was said while the
// connection was away is not heard, so all are told when it is back. What is lost all the
// same is found by asking the stream, for all of them together.
func (s *Stream) Watch(run string) (<-chan struct{}, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed, stop, _ := s.watched.add(run)
	if s.unsweep == nil {
		ctx, cancel := context.WithCancel(context.Background())
		s.unsweep = cancel
		// What was there when the stream was opened is seen by whoever begins to wait.
		opened := s.stream.CachedInfo().State.LastSeq
		go s.sweeps(ctx, sweep{opened, opened})
	}
	if s.heard == nil || !s.heard.IsValid() {
		s.heard, _ = s.js.Conn().Subscribe(subjectPrefix+"*", func(m *nats.Msg) { // who may not listen looks
			s.watched.tell(strings.TrimPrefix(m.Subject, subjectPrefix))
		})
	}
	if s.back == nil {
		s.back = s.js.Conn().StatusChanged(nats.CONNECTED)
		go s.tellAll(s.back)
	}
	return changed, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		stop()
		if !s.watched.none() || s.unsweep == nil {
			return
		}
		s.unsweep()
		s.unsweep = nil
		if s.heard != nil {
			_ = s.heard.Unsubscribe()
			s.heard = nil
		}
		if s.back != nil {
			s.js.Conn().RemoveStatusListener(s.back)
			s.back = nil
		}
	}
}

// tellAll tells those who wait that they may have missed something, a thousand a second.
func (s *Stream) tellAll(back <-chan nats.Status) {
	for range back {
		s.tellNames(s.watched.names())
	}
}

func (s *Stream) tellNames(runs []string) {
	for _, run := range runs {
		s.watched.tell(run)
		time.Sleep(time.Millisecond)
	}
}

// sweeps goes on as long as somebody waits.
func (s *Stream) sweeps(ctx context.Context, seen sweep) {
	every := time.NewTicker(sweepEvery)
	defer every.Stop()
	for {
		select {
		case <-every.C:
			s.sweep(ctx, &seen)
		case <-ctx.Done():
			return
		}
	}
}

// sweep is the stream's last sequence when it was asked, and when it was asked before that.
type sweep struct{ last, before uint64 }

// sweep tells those whose runs got records since the sweep before the last one: the server
// that answered the last one may have been behind. It costs one request if the whole stream
// got none, and else one for each thousand runs.
func (s *Stream) sweep(ctx context.Context, seen *sweep) {
	ctx, cancel := context.WithTimeout(ctx, s.opt.Wait)
	defer cancel()
	now, err := s.js.Stream(ctx, s.name)
	if err != nil {
		return // the next one finds it
	}
	from, last := seen.before+1, now.CachedInfo().State.LastSeq
	switch {
	case last == seen.last && last == seen.before:
		return
	case last < seen.last: // what was acknowledged is gone
		from = 1
	}
	if !s.direct() {
		s.tellNames(s.watched.names())
	} else if !s.tellFrom(ctx, from) {
		return
	}
	*seen = sweep{last, min(seen.last, last)}
}

// tellFrom tells those whose runs have records from a sequence on; whole is false if some
// server did not say all that it knows.
func (s *Stream) tellFrom(ctx context.Context, from uint64) (whole bool) {
	subjects := s.watched.names()
	for i := range subjects {
		subjects[i] = subjectPrefix + subjects[i]
	}
	for len(subjects) > 0 {
		ask := wanted{Lasts: s.fitting(slices.Values(subjects)), Seq: from, MaxBytes: batchBytes}
		subjects = subjects[len(ask.Lasts):]
		for whole = false; !whole; {
			some := false
			whole = s.several(ctx, ask, len(ask.Lasts), func(g got) bool {
				if g.seq >= ask.Seq { // older servers send all
					some, ask.Seq = true, g.seq+1
					s.watched.tell(strings.TrimPrefix(g.subject, subjectPrefix))
				}
				return true
			})
			if !whole && !some {
				return false
			}
		}
	}
	return true
}
