package journal

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/chaski-dev/chaski/runtime/objects"
)

// storeFailed is the code of a stream that takes no more: an operator bounded it, or its
// disk is full.
const storeFailed jetstream.ErrorCode = 10077

// passing says whether asking again may help: no leader has been elected yet, or the
// answer was lost. The expected last sequence makes it safe to write again.
func passing(err error) bool {
	if errors.Is(err, objects.ErrBehind) {
		return true
	}
	var api *jetstream.APIError
	if errors.As(err, &api) {
		return offline(api) || api.Code == 503 && api.ErrorCode != storeFailed && !errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount)
	}
	return errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, nats.ErrNoResponders) || errors.Is(err, nats.ErrTimeout) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrDisconnected) || errors.Is(err, nats.ErrConnectionReconnecting) ||
		errors.Is(err, nats.ErrReconnectBufExceeded)
}

// offline says that servers which are to keep copies are not there, or not yet: those of a
// cluster that has just begun know one another only after a moment.
func offline(err *jetstream.APIError) bool {
	return err.ErrorCode == noPeers && strings.Contains(err.Description, "offline")
}

// noPeers is the code of a stream for whose copies there are too few servers.
const noPeers jetstream.ErrorCode = 10005

// try bounds one request: a context that lasts for minutes must not wait as long for an
// answer that a dying server lost.
func (s *Stream) try(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.opt.Wait/3)
}

// ride asks until the answer is no passing fault, at most StreamOptions.Wait.
func (s *Stream) ride(ctx context.Context, ask func(context.Context) error) error {
	for until := time.Now().Add(s.opt.Wait); ; {
		try, cancel := s.try(ctx)
		err := ask(try)
		cancel()
		if err == nil || !passing(err) || ctx.Err() != nil || !time.Now().Before(until) {
			return err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return err
		}
	}
}
