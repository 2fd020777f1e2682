package objects

import (
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// ErrBehind is matched by the error of a server of a cluster that does not know yet of what
// another server has.
var ErrBehind = errors.New("it was made just now")

// Behind is err, which matches [ErrBehind] if it says that something is missing which is there.
func Behind(err error) error {
	if missing(err) {
		return fmt.Errorf("%w: %w", ErrBehind, err)
	}
	return err
}

// Made finds a stream, a bucket or a consumer, or makes it. What another process made in between,
// be it with other copies or ages, is found; if the server that was asked does not know of it yet,
// the error matches [ErrBehind].
func Made[T any](find, create func() (T, error)) (T, error) {
	is, err := find()
	if !missing(err) {
		return is, err
	}
	if is, err = create(); exists(err) {
		is, err = find()
		err = Behind(err)
	}
	return is, err
}

func missing(err error) bool {
	return errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrBucketNotFound) || errors.Is(err, jetstream.ErrConsumerNotFound)
}

func exists(err error) bool {
	return errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) || errors.Is(err, jetstream.ErrConsumerExists)
}
