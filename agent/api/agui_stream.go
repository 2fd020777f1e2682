package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/planner"
)

// followPoll is how often the journal of a run is read that another process drives.
const followPoll = 500 * time.Millisecond

// runEvents streams a run's events, from its beginning or from where a client had come, to
// its end. While the run waits, the stream stays open.
func (s *Server) runEvents(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, _, state, err := s.findRun(ctx, From(ctx), r.PathValue("id"))
	if err != nil {
		return err
	}
	var skip place
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		var ok bool
		if skip, ok = parsePlace(last); !ok {
			return bad("Last-Event-ID", "Last-Event-ID is %q, want the id of an event", last)
		}
	}
	t, err := s.trailOf(ctx, state.Run, a)
	if err != nil {
		return err
	}
	requestOf(r).about(state.Start.Meta[metaAgent], state.Run)
	st := s.stream(w)
	defer st.close()
	err = s.inStream(r, st, func() error { return s.tell(ctx, t, st, skip) }, func(f *failure) error {
		return st.send("", aguiEvent{Type: "RUN_ERROR", Message: f.message, Code: f.code})
	})
	if err == nil && !st.started() {
		w.WriteHeader(http.StatusNoContent) // a browser asks again and again till it reads this
	}
	return err
}

// tell writes a trail's events after one, to its end.
func (s *Server) tell(ctx context.Context, t *trail, st *stream, skip place) error {
	quiet := skip.event > 0
	var g *agui
	g = newAGUI(func(at place, ev aguiEvent) error {
		if quiet && !at.after(skip) {
			return nil
		}
		if quiet && g.open && ev.Type != "RUN_STARTED" { // a stream opens with the run that it is in
			if err := st.send("", g.started()); err != nil {
				return err
			}
		}
		quiet = false
		id := ""
		if at.part > 0 && at.part != between && !strings.HasPrefix(ev.Type, "TEXT_") {
			id = at.String()
		}
		return st.sendID(id, "", ev)
	})
	done, err := t.read(ctx)
	if err != nil {
		return err
	}
	defer func() { done() }()
	seen := 0 // events of a trail that was read before this one
	for i := 0; ; {
		list, more, driven := t.next(i)
		for j := range list {
			e := &list[j]
			i++
			if e.ev != nil && e.state.Events <= seen {
				continue
			}
			if err := g.put(e); err != nil {
				return err
			}
			if e.rest && e.state.Status.Done() && j == len(list)-1 {
				return nil
			}
		}
		if len(list) > 0 {
			continue
		}
		var poll <-chan time.Time
		if !driven {
			poll = time.After(followPoll)
		}
		select {
		case <-more:
		case <-poll:
			if d := s.drivers.driven(t.run); d != nil { // this server drives it by now
				done()
				seen, t, i = t.now().Events, d, 0
				if done, err = t.read(ctx); err != nil {
					done = func() {}
					return err
				}
				continue
			}
			if err := t.sync(ctx); err != nil {
				return err
			}
			if st := t.now().Status; st != planner.Running {
				t.rest(nil)
			}
		case <-s.draining:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
