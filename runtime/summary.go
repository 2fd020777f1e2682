package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

// Summary returns what a list says of a run. Of a run that has ended it reads the two ends
// of the journal, where that can; Load and Events check all of it.
func (r *Runtime) Summary(ctx context.Context, run string) (Summary, error) {
	one := r.Summaries(ctx, []string{run})[0]
	return one.Summary, one.Err
}

// Summaries is Summary of several runs, in their order. A journal on a cluster is asked for
// all of them at once.
func (r *Runtime) Summaries(ctx context.Context, runs []string) []Listed {
	out := make([]Listed, len(runs))
	var ends []journal.End
	if e, ok := r.opt.Journal.(journal.Ender); ok {
		ends = e.Ends(ctx, runs)
	}
	for i, run := range runs {
		if ends != nil && ends[i].Err == nil {
			var ok bool
			if out[i].Summary, ok = summarised(run, ends[i].First, ends[i].Last); ok {
				continue
			}
		}
		out[i].Summary, out[i].Err = r.summary(ctx, run)
	}
	return out
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

// summarised reads the two ends of a run; not ok if they do not tell all.
func summarised(run string, first, last journal.Record) (out Summary, ok bool) {
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
	var end struct {
		At    time.Time      `json:"at"`
		Ended *planner.Ended `json:"ended"`
	}
	if json.Unmarshal(last.Event, &end) != nil || end.Ended == nil || end.Ended.Used == nil {
		return out, false
	}
	if json.Unmarshal(first.Event, &begin) != nil || begin.Started == nil || begin.Started.Run != run { // a fork says so further on
		return out, false
	}
	out = Summary{Status: end.Ended.Status, Reason: end.Ended.Reason, Started: begin.At, Last: end.At, By: begin.Started.By,
		Follows: begin.Started.Follows, Parent: begin.Started.Parent, Used: *end.Ended.Used}
	if m := begin.Started.Messages; len(m) > 0 {
		out.Prompt = m[len(m)-1].Content
	}
	return out, true
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
	if err != nil && !errors.Is(err, journal.ErrCorrupt) && !errors.Is(err, planner.ErrEvent) {
		return err
	}
	if err == nil && !s.Status.Done() {
		return fmt.Errorf("runtime: run %s is %s: %w", run, s.Status, ErrOpen)
	}
	return j.Remove(ctx, run)
}
