package bus

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/chaski-dev/chaski/tools"
)

// A call that takes long is watched: the worker that has it may have died, which the
// server knows at once and the caller would learn only from its time-out. It is then sent
// again, under the same id and attempt, to whoever is left; a once call only if nobody has
// claimed it. A call with effects that nobody claims though somebody has room for it lies
// with a worker that was never heard of, since it stands still; it is sent again, too. A
// worker that got it twice after all runs a read twice and the others once: it finds the claim.
const (
	rosterAfter  = 50 * time.Millisecond  // when a call takes long enough to ask who serves it
	rosterFresh  = 2 * time.Second        // for how long that is known
	firstLook    = 500 * time.Millisecond // when its workers are first looked for; the pauses double,
	lastPause    = 5 * time.Second        // up to this one
	lookTogether = 300 * time.Millisecond // calls that look at nearly one time share the look
	silence      = time.Second            // after which a worker that does not say that it lives counts as silent
	stillSilent  = 250 * time.Millisecond // the same of one that was found silent a moment ago
	maxResent    = 16                     // of one attempt: each goes to any worker, a silent one among them
)

// roster is who serves one declaration of a tool, as the calls that wait for it know it.
type roster struct {
	mu     sync.Mutex
	asked  time.Time
	looked time.Time
	known  map[string]bool
	missed map[string]time.Time // who was found dead or silent, and when
}

func (c *Client) rosterOf(d *declared) *roster {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.rosters[d.spec.Revision]
	if r == nil {
		r = &roster{known: map[string]bool{}, missed: map[string]time.Time{}}
		for _, id := range d.workers {
			r.known[id] = true
		}
		c.rosters[d.spec.Revision] = r
	}
	return r
}

// watch tells when a call should be sent again, until end is called.
func (c *Client) watch(ctx context.Context, call tools.Call, d *declared) (again chan struct{}, end func()) {
	once := d.spec.EffectOrOnce() == tools.Once
	ctx, cancel := context.WithCancel(ctx)
	again = make(chan struct{})
	sent, held := time.Now(), !d.spec.Effect.HasEffect() // nobody says of a read that it is under way
	timer := time.AfterFunc(rosterAfter, func() {
		r := c.rosterOf(d)
		r.learn(ctx, c, d)
		for pause, seen := firstLook, sent; sleep(ctx, pause) == nil; pause = min(2*pause, lastPause) {
			r.learn(ctx, c, d)
			now := time.Now()
			if !held {
				var err error
				if held, err = c.store.entered(ctx, call.ID); err != nil {
					continue
				}
			}
			if held && once { // who has it may be back in time, and nobody else can run it
				return
			}
			if !r.missing(ctx, c, d, seen) && (held || !c.room(ctx, d)) {
				continue
			}
			if once { // no claim proves something only while the store is what it was
				if sure, err := c.store.vouches(ctx, call.ID, call.Store); err != nil || !sure {
					continue
				}
			}
			seen, pause = now, firstLook // whoever gets it now may be the silent one again
			select {
			case again <- struct{}{}:
			case <-ctx.Done():
			}
		}
	})
	return again, func() {
		timer.Stop()
		cancel()
	}
}

// room says whether a worker is there that takes a call at once: what was sent to it is
// claimed by now. It knows that of workers of this package alone.
func (c *Client) room(ctx context.Context, d *declared) bool {
	free := false
	answered, err := c.everybody(ctx, micro.APIPrefix+".STATS."+d.spec.Name, firstAnswer, func(data []byte) {
		var s micro.Stats
		if json.Unmarshal(data, &s) != nil {
			return
		}
		for _, e := range s.Endpoints {
			var st Stats
			if e.Subject == d.subject && json.Unmarshal(e.Data, &st) == nil && st.Running < int64(d.spec.ConcurrencyOrDefault()) {
				free = true
			}
		}
	})
	return err == nil && answered && free
}

// learn asks who serves the tool, unless that is known.
func (r *roster) learn(ctx context.Context, c *Client, d *declared) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.asked) < rosterFresh || ctx.Err() != nil {
		return
	}
	found, answered, err := c.ask(ctx, d.spec.Name, firstAnswer)
	if err != nil || !answered {
		return
	}
	r.asked = time.Now()
	for _, f := range found[d.spec.Name] {
		if f.spec.Revision == d.spec.Revision {
			for _, id := range f.workers {
				r.known[id] = true
			}
		}
	}
}

// missing looks for the workers and says whether one has been missed since that time,
// so that somebody else should have the call. A dead one is missed once, a silent one at
// each look, and only while another answers.
func (r *roster) missing(ctx context.Context, c *Client, d *declared, since time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.looked) > lookTogether {
		r.look(ctx, c, d)
	}
	for _, at := range r.missed {
		if at.After(since) {
			return true
		}
	}
	return false
}

func (r *roster) look(ctx context.Context, c *Client, d *declared) {
	type answer struct {
		id   string
		dead bool
		err  error
	}
	ctx, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	answers := make(chan answer, len(r.known))
	for id := range r.known {
		wait := silence
		if _, before := r.missed[id]; before {
			wait = stillSilent
		}
		go func() {
			ctx, cancel := context.WithTimeout(ctx, wait)
			defer cancel()
			_, err := c.conn.nc.RequestWithContext(ctx, micro.APIPrefix+".PING."+d.spec.Name+"."+id, nil)
			answers <- answer{id, errors.Is(err, nats.ErrNoResponders), err}
		}()
	}
	var dead, silent []string
	somebody := false
	for range len(r.known) {
		switch a := <-answers; {
		case a.err == nil:
			somebody = true
		case a.dead:
			dead = append(dead, a.id)
		default:
			silent = append(silent, a.id)
		}
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return // the call is over, and with it the look
	}
	now := time.Now()
	r.looked = now
	for id, at := range r.missed {
		if now.Sub(at) > time.Minute {
			delete(r.missed, id)
		}
	}
	for _, id := range dead {
		delete(r.known, id)
		r.missed[id] = now
	}
	if somebody {
		for _, id := range silent {
			r.missed[id] = now
		}
	}
	if len(dead) > 0 {
		c.log.Debug().Str("tool", d.spec.Name).Strs("workers", slices.Sorted(slices.Values(dead))).Msg("workers have gone")
	}
}
