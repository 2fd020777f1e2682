package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// Summary is a run in a list.
type Summary struct {
	Status  planner.Status
	Reason  string
	Started time.Time
	Last    time.Time // of the last event
	By      string
	Prompt  string // the last message of the start
	Follows string // the run whose conversation it goes on with; "" is none
	Parent  string // the run that asked for it as a tool; "" is none
	Used    planner.Used
}

// Listed is a run in a list, or why it is refused.
type Listed struct {
	Summary
	Err error
}

// Summary returns what a list says of a run. Of a run that is over or waits it takes that from
// the last record, where the journal can give that, if those before it are in order.
func (r *Runtime) Summary(ctx context.Context, run string) (Summary, error) {
	one := r.Summaries(ctx, []string{run})[0]
	return one.Summary, one.Err
}

// Summaries is Summary of several runs, in their order. A journal on a cluster is asked for
// hundreds of them at once.
func (r *Runtime) Summaries(ctx context.Context, runs []string) []Listed {
	out := make([]Listed, len(runs))
	known := make([]bool, len(runs))
	if e, ok := r.opt.Journal.(journal.Ender); ok {
		var half []string // those of which the first record tells the rest
		var at []int
		lasts := lastsOf(ctx, e, runs)
		for i, run := range runs {
			if lasts[i].Err != nil {
				continue
			}
			var more bool
			if known[i], more = out[i].end(run, lasts[i].Record); more {
				half, at = append(half, run), append(at, i)
			}
		}
		if len(half) > 0 {
			for n, first := range e.Firsts(ctx, half) {
				known[at[n]] = first.Err == nil && out[at[n]].begin(half[n], first.Record)
			}
		}
	}
	for i, run := range runs {
		if !known[i] {
			out[i].Summary, out[i].Err = r.summary(ctx, run)
		}
	}
	return out
}

// lastsOf are the last records of runs, of damaged ones why not.
func lastsOf(ctx context.Context, e journal.Ender, runs []string) []journal.End {
	if c, ok := e.(journal.Checker); ok {
		return c.Checked(ctx, runs)
	}
	return e.Lasts(ctx, runs)
}

func (r *Runtime) summary(ctx context.Context, run string) (Summary, error) {
	events, s, err := r.Events(ctx, run)
	if err != nil {
		return Summary{}, err
	}
	out := Summary{Status: s.Status, Reason: s.Reason, Started: events[0].At, Last: events[len(events)-1].At, By: s.Start.By,
		Follows: s.Start.Follows, Parent: s.Start.Parent, Used: s.Used}
	if m := s.Start.Messages; len(m) > 0 {
		out.Prompt = m[len(m)-1].Content
	}
	return out, nil
}

// end reads the last record of a run; whole if that tells all, more if the first tells the
// rest.
func (s *Summary) end(run string, last journal.Record) (whole, more bool) {
	if st, ok := planner.StandsIn(last.Event); ok && st.Run == run {
		*s = Summary{Status: st.Status, Reason: st.Reason, Started: st.Began, Last: st.At, By: st.By, Prompt: st.Prompt,
			Follows: st.Follows, Parent: st.Parent, Used: st.Used}
		return !st.Long, st.Long
	}
	var end struct { // as it was once written
		At    time.Time      `json:"at"`
		Ended *planner.Ended `json:"ended"`
	}
	if json.Unmarshal(last.Event, &end) != nil || end.Ended == nil || end.Ended.Used == nil {
		return false, false
	}
	*s = Summary{Status: end.Ended.Status, Reason: end.Ended.Reason, Last: end.At, Used: *end.Ended.Used}
	return false, true
}

// begin reads the first record of a run into what its last one told; not ok if it does not
// tell the rest.
func (s *Summary) begin(run string, first journal.Record) (ok bool) {
	var begin struct {
		At      time.Time `json:"at"`
		Started *struct {
			Run      string `json:"run"`
			By       string `json:"by"`
			Follows  string `json:"follows"`
			Parent   string `json:"parent"`
			Messages []struct {
				Content string `json:"content"`
			} `json:"messages"`
		} `json:"started"`
	}
	if json.Unmarshal(first.Event, &begin) != nil || begin.Started == nil || begin.Started.Run != run { // a fork says so further on
		return false
	}
	s.Started, s.By, s.Follows, s.Parent = begin.At, begin.Started.By, begin.Started.Follows, begin.Started.Parent
	if m := begin.Started.Messages; len(m) > 0 {
		s.Prompt = m[len(m)-1].Content
	}
	return true
}

// ErrOpen is removing a run that has not ended.
var ErrOpen = errors.New("the run has not ended")

// Remove removes a run that has ended from the journal. Calls of it that are asked for
// again are not known there any more.
func (r *Runtime) Remove(ctx context.Context, run string) error {
	j, ok := r.opt.Journal.(journal.Remover)
	if !ok {
		return errors.New("runtime: no run can be removed from this journal")
	}
	s, err := r.Summary(ctx, run)
	if err != nil && !errors.Is(err, journal.ErrCorrupt) && !errors.Is(err, ErrRefused) {
		return err
	}
	if err == nil && !s.Status.Done() {
		return fmt.Errorf("runtime: run %s is %s: %w", run, s.Status, ErrOpen)
	}
	return j.Remove(ctx, run)
}

// Left says that nobody drives a run which is running: its process died, or was told to
// stop. Where the journal does not know, and of a run that has ended or waits, it is false.
func (r *Runtime) Left(ctx context.Context, run string, status planner.Status) bool {
	d, ok := r.opt.Journal.(journal.Driver)
	if !ok || status != planner.Running {
		return false
	}
	driven, err := d.Driven(ctx, run)
	return err == nil && !driven
}

// SayLeft logs what becomes of a run that is left because its process ends: which of its calls
// may have taken effect, and that it goes on where it is driven again.
func (r *Runtime) SayLeft(ctx context.Context, run string) {
	s, err := r.Load(context.WithoutCancel(ctx), run)
	if err != nil || s.Status != planner.Running { // who is to answer a run that waits is told when it is looked at
		return
	}
	calls := make([]string, 0, 1)
	for _, c := range s.Begun() {
		calls = append(calls, fmt.Sprintf("%s %s", c.Tool, c.Arguments))
	}
	if len(calls) > 0 {
		r.opt.Log.Warn().Str("run", run).Msg(strings.Join(calls, ", ") + " was under way when this process was stopped: it may have run; the run goes on when it is served again")
		return
	}
	r.opt.Log.Info().Str("run", run).Msg("the run is left, and nothing of it is lost: it goes on when it is served again")
}
