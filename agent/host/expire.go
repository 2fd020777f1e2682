package host

import (
	"context"
	"time"
)

// Expire removes runs that ended longer ago than keep, at once and then again and again
// until ctx is done, and tells which. What was attempted stays in the audit logs.
func (h *Host) Expire(ctx context.Context, keep time.Duration, tell func(removed []string)) {
	for tick := time.NewTicker(min(max(keep/10, time.Second), time.Hour)); ; {
		removed, err := h.Runtime().Expire(ctx, time.Now().Add(-keep))
		if err != nil && ctx.Err() == nil {
			h.o.Log.Warn().Err(err).Msg("runs that have ended are not removed; it is tried again")
		}
		if len(removed) > 0 {
			tell(removed)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			return
		}
	}
}
