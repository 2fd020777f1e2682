package runtime

import (
	"context"
	"time"
)

// Expire removes the runs that ended before a time and that no other run needs, and returns
// their names. A run that runs, waits or is suspended stays, and so do those that it follows,
// its parent and its children; one that cannot be read stays for a person to look at.
func (r *Runtime) Expire(ctx context.Context, before time.Time) (removed []string, err error) {
	runs, err := r.opt.Journal.Runs(ctx)
	if err != nil {
		return nil, err
	}
	all := make(map[string]Summary, len(runs))
	var kept []string
	for _, run := range runs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s, err := r.Summary(ctx, run)
		if err == nil {
			all[run] = s
		}
		if err != nil || !s.Status.Done() || !s.Last.Before(before) {
			kept = append(kept, run)
		}
	}
	children := map[string][]string{}
	for run, s := range all {
		if s.Parent != "" {
			children[s.Parent] = append(children[s.Parent], run)
		}
	}
	stays := map[string]bool{"": true}
	for len(kept) > 0 {
		run := kept[len(kept)-1]
		kept = kept[:len(kept)-1]
		if !stays[run] {
			stays[run] = true
			kept = append(append(kept, all[run].Follows, all[run].Parent), children[run]...)
		}
	}
	for _, run := range runs {
		if stays[run] {
			continue
		}
		if err := r.Remove(ctx, run); err != nil { // what became of it meanwhile is looked at again
			return removed, err
		}
		removed = append(removed, run)
	}
	return removed, nil
}
