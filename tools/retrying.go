package tools

import (
	"context"
	"errors"
	"time"
)

// Retrying makes further attempts at read and idempotent calls that gave no answer or
// found no worker, as many as the spec's Retries say, with the same call id and a rising
// attempt number. Once calls are never repeated. It is for callers without a journal;
// the durable runtime counts attempts itself.
type Retrying struct {
	Caller  Caller
	Catalog Catalog
	Pause   time.Duration // before the first repetition, doubled after each; 0 is 50 ms
}

// Call makes attempts until one is answered or none is left.
func (r Retrying) Call(ctx context.Context, call Call) (Result, error) {
	specs, err := r.Catalog.Tools(ctx)
	if err != nil {
		return Result{}, err
	}
	retries := 0
	for _, s := range specs {
		if s.Name == call.Tool && s.EffectOrOnce() != Once {
			retries = s.Retries
		}
	}
	pause := r.Pause
	if pause == 0 {
		pause = 50 * time.Millisecond
	}
	call.Attempt = max(call.Attempt, 1)
	for ; ; retries-- {
		result, err := r.Caller.Call(ctx, call)
		again := err == nil && result.Status == StatusTimeout || errors.Is(err, ErrNoWorker) || errors.Is(err, ErrUnavailable)
		if !again || retries <= 0 || ctx.Err() != nil {
			return result, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return result, err
		}
		pause *= 2
		call.Attempt++
	}
}
