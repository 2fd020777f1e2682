package api

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// index knows what lists say of runs. What was read of a journal holds as long as the
// journal ends with the record that it ended with then; a run that is over changes no more.
// Once somebody has asked for a list, the rest is read in the background, the oldest first,
// so that who narrows it later need not wait for all of it.
type index struct {
	mu     sync.Mutex
	names  [][]string // of the runs in each agent's journal, as it said last
	byName map[string]*listed
	order  []*listed // the newest first; a list that was handed out is not changed
	bytes  int64     // of the texts that are kept

	resumable func(s *planner.State) bool

	filling bool
	closed  bool
	stop    context.CancelFunc
	filled  sync.WaitGroup
}

// maxIndexed bounds the bytes of texts that the index keeps. Runs beyond it are read each
// time that they are listed.
const maxIndexed = 512 << 20

// listed is a run in the index.
type listed struct {
	run string
	at  time.Time // when it began
	a   *Agent

	mu   sync.Mutex
	last journal.Record // that the summary was made of, without its event
	sum  *summary       // nil if it was not read, or is too large to keep
	over bool           // it changes no more
	size int64          // of the summary's texts
}

// summary is what lists say of a run, and the text that is searched, in lower case.
type summary struct {
	*runObject
	text string
}

// list returns the runs of the agents' journals, the newest first.
func (x *index) list(ctx context.Context, agents []Agent) ([]*listed, error) {
	names := make([][]string, len(agents))
	for i := range agents {
		var err error
		if names[i], err = agents[i].Agent.Runtime().Runs(ctx); err != nil {
			return nil, err
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if !slices.EqualFunc(names, x.names, slices.Equal[[]string]) {
		x.relist(ctx, agents, names)
	}
	x.fill()
	return x.order, nil
}

// relist takes over what the journals hold now. Most ids say when their run began; the
// others are read for it.
func (x *index) relist(ctx context.Context, agents []Agent, names [][]string) {
	byName := make(map[string]*listed, len(x.byName))
	order := make([]*listed, 0, len(x.byName)+1)
	whole := true
	for i := range agents {
		for _, run := range names[i] {
			if byName[run] != nil { // of a journal that agents share
				continue
			}
			l := x.byName[run]
			if l == nil {
				l = &listed{run: run, at: begunAt(run), a: &agents[i]}
				if l.at.IsZero() {
					o := x.readLocked(ctx, l)
					if o == nil {
						whole = false // perhaps the next list can read it
						continue
					}
					l.at = time.Unix(o.CreatedAt, 0).UTC()
				}
			}
			byName[run] = l
			order = append(order, l)
		}
	}
	for run, l := range x.byName {
		if byName[run] == nil {
			l.mu.Lock()
			x.bytes -= l.size
			l.mu.Unlock()
		}
	}
	slices.SortFunc(order, func(a, b *listed) int {
		if c := b.at.Compare(a.at); c != 0 {
			return c
		}
		return journal.CompareRuns(b.run, a.run)
	})
	x.byName, x.order, x.names = byName, order, names
	if !whole {
		x.names = nil
	}
}

// In place of a status: damaged where the journal is, left where a run is running and nobody
// drives it, since its process died or was told to stop.
const (
	damagedRun planner.Status = "damaged"
	leftRun    planner.Status = "left"
)

// settled returns the summary of a run that is over; nil if it has to be read.
func (l *listed) settled() *summary {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return l.sum
	}
	return nil
}

// read returns the summary of a run as its journal is now; nil if that cannot be read.
func (x *index) read(ctx context.Context, l *listed) *summary {
	o, grown := l.read(ctx, x.resumable)
	if grown != 0 {
		x.mu.Lock()
		x.account(l, grown)
		x.mu.Unlock()
	}
	return o
}

func (x *index) readLocked(ctx context.Context, l *listed) *summary {
	o, grown := l.read(ctx, x.resumable)
	x.account(l, grown)
	return o
}

// account counts the texts that a run brings, and lets go of them if they are too many.
func (x *index) account(l *listed, grown int64) {
	if x.bytes += grown; x.bytes <= maxIndexed {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	x.bytes -= l.size
	l.sum, l.size, l.over, l.last = nil, 0, false, journal.Record{}
}

// read brings the summary up to date. grown is by how many bytes its texts grew.
func (l *listed) read(ctx context.Context, resumable func(*planner.State) bool) (o *summary, grown int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return l.sum, 0
	}
	events, s, last, err := l.a.Agent.Runtime().EventsSince(ctx, l.run, l.last)
	if err == nil && len(events) == 0 && l.sum != nil {
		return l.sum, 0
	}
	refused := errors.Is(err, runtime.ErrRefused) // until another version of this program reads it
	cut := refused || errors.Is(err, journal.ErrCorrupt)
	if err != nil && !cut || s.Start == nil || len(events) == 0 {
		return nil, 0
	}
	one := newRunObject(events, &s, false)
	if cut { // what is listed is what the events before it tell
		one.ID = l.run // a fork that was not finished tells another's
		one.Status, one.Reason, one.Answer, one.Approvals, one.Unknown = damagedRun, err.Error(), nil, nil, nil
		if !refused { // what is mended may end with the same record
			last = journal.Record{}
		}
	} else {
		one.Resumable = resumable(&s)
	}
	o = &summary{one, strings.ToLower(one.Prompt)}
	if one.Answer != nil {
		o.text += "\n" + strings.ToLower(*one.Answer)
	}
	size := int64(2*len(o.text) + 1000)
	grown, l.size = size-l.size, size
	l.sum, l.last, l.over = o, last, !cut && s.Status.Done() && !s.Reopenable()
	return o, grown
}

// fill reads in the background what was not read, once. The index is locked.
func (x *index) fill() {
	if x.filling || x.closed {
		return
	}
	x.filling = true
	ctx, stop := context.WithCancel(context.Background())
	x.stop = stop
	all := x.order
	x.filled.Go(func() {
		defer stop()
		for _, l := range slices.Backward(all) {
			if ctx.Err() != nil {
				return
			}
			x.read(ctx, l)
		}
	})
}

// close ends what is read in the background.
func (x *index) close() {
	x.mu.Lock()
	x.closed = true
	stop := x.stop
	x.mu.Unlock()
	if stop != nil {
		stop()
	}
	x.filled.Wait()
}
