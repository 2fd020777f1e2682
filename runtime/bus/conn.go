package bus

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nats.go/micro"
	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/tools"
)

// Errors of the bus, the same values as in package tools.
var (
	ErrNoWorker       = tools.ErrNoWorker
	ErrUnknownTool    = tools.ErrUnknownTool
	ErrUnavailable    = tools.ErrUnavailable
	ErrConflict       = tools.ErrConflict
	ErrRevision       = tools.ErrRevision
	ErrIdentity       = tools.ErrIdentity
	ErrNotSent        = tools.ErrNotSent
	ErrOutcomeUnknown = tools.ErrOutcomeUnknown
)

// ErrAccess: the server is there, and does not let this process in.
var ErrAccess = errors.New("the server refuses who connects")

// DefaultWait is how long a connection or a call waits for NATS to come (back).
const DefaultWait = 5 * time.Second

// Options configure a connection. Set URL or Server.
type Options struct {
	URL    string  // nats://host:port, several separated by commas
	Server *Server // the embedded server, reached without a socket
	Name   string  // shown in the server's connection list
	Access Access  // to the servers at URL, or by a context in place of it
	Wait   time.Duration

	ResultTTL time.Duration // how long results are kept; 0 is 30 days
	Replicas  int           // copies of what is made on a cluster; 0 is 3 there, and 1 on a single server
	Logger    zerolog.Logger
}

// Conn is a connection to NATS that comes back by itself. Nothing is buffered while it
// is away: what could not be sent was not sent.
type Conn struct {
	nc      *nats.Conn
	js      jetstream.JetStream
	address string // for people
	wait    time.Duration
	opts    Options
	log     zerolog.Logger

	mu     sync.Mutex
	failed error         // of the last try to connect; nil if none failed
	broken chan struct{} // closed when the connection breaks, and replaced
	back   time.Time     // when the connection last came back; zero if it never broke
}

// Connect returns a connection once it is up; [ErrUnavailable] if that takes longer
// than Options.Wait.
func Connect(ctx context.Context, o Options) (*Conn, error) {
	if o.Wait <= 0 {
		o.Wait = DefaultWait
	}
	if o.ResultTTL <= 0 {
		o.ResultTTL = 30 * 24 * time.Hour
	}
	c := &Conn{wait: o.Wait, opts: o, log: o.Logger, broken: make(chan struct{})}
	opts := []nats.Option{
		nats.Name(o.Name), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectBufSize(-1),
		nats.CustomReconnectDelay(func(attempts int) time.Duration {
			d := min(20*time.Millisecond<<min(attempts, 7), 2*time.Second)
			return d/2 + rand.N(d/2+1)
		}),
		nats.PingInterval(3 * time.Second), nats.MaxPingsOutstanding(2), nats.Timeout(2 * time.Second),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			c.breaks()
			if err != nil {
				c.log.Warn().Err(err).Msg("NATS connection lost")
			}
		}),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) {
			c.mu.Lock()
			c.failed = err
			c.mu.Unlock()
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) {
			c.mu.Lock()
			c.back = time.Now()
			c.mu.Unlock()
			c.log.Info().Str("url", nc.ConnectedUrlRedacted()).Msg("NATS connected again")
		}),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			e := c.log.Error().Err(err)
			if sub != nil {
				e = e.Str("subject", sub.Subject)
			}
			e.Msg("NATS error")
		}),
	}
	access := o.Access
	switch {
	case o.Server != nil:
		o.URL, access = "", Access{}
		opts = append(opts, nats.InProcessServer(o.Server.ns))
	case o.URL == "" && access.Context == "":
		return nil, errors.New("bus: neither a URL nor an embedded server to connect to")
	}
	own, err := access.options()
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	js, err := c.dial(ctx, access, o.URL, append(opts, own...))
	if err != nil {
		return nil, fmt.Errorf("bus: %s: %w: %w", c.address, ErrUnavailable, err)
	}
	if err := c.ready(ctx); err != nil {
		last := c.nc.LastError()
		if c.mu.Lock(); last == nil { // the client forgets those of the tries
			last = c.failed
		}
		c.mu.Unlock()
		c.nc.Close()
		if last != nil {
			err = fmt.Errorf("%w: %w", err, last)
		}
		if errors.Is(last, nats.ErrAuthorization) || errors.Is(last, nats.ErrAuthExpired) || errors.Is(last, nats.ErrAuthRevoked) {
			err = fmt.Errorf("%w: %w", ErrAccess, err)
		}
		return nil, fmt.Errorf("bus: %s: %w", c.address, err)
	}
	if c.js, err = js(); err != nil {
		c.nc.Close()
		return nil, fmt.Errorf("bus: %w", err)
	}
	return c, nil
}

// dial connects for as long as ctx lasts: an address may be silent for seconds.
func (c *Conn) dial(ctx context.Context, access Access, url string, opts []nats.Option) (func() (jetstream.JetStream, error), error) {
	type dialled struct {
		nc      *nats.Conn
		address string
		js      func() (jetstream.JetStream, error)
		err     error
	}
	there := make(chan dialled, 1)
	go func() {
		nc, address, js, err := access.dial(url, opts)
		there <- dialled{nc, address, js, err}
	}()
	select {
	case d := <-there:
		c.nc, c.address = d.nc, d.address
		return d.js, d.err
	case <-ctx.Done():
		go func() {
			if d := <-there; d.nc != nil {
				d.nc.Close()
			}
		}()
		c.address = Redact(url)
		return nil, ctx.Err()
	}
}

// ready waits until the connection is up, at most Options.Wait.
func (c *Conn) ready(ctx context.Context) error {
	if c.nc.Status() == nats.CONNECTED {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.wait)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		switch c.nc.Status() {
		case nats.CONNECTED:
			return nil
		case nats.CLOSED:
			return fmt.Errorf("%w: the connection is closed", ErrUnavailable)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
		}
	}
}

// lost returns a channel that closes when the connection breaks, from now on.
func (c *Conn) lost() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken
}

func (c *Conn) breaks() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.broken)
	c.broken = make(chan struct{})
}

// settling is how long after a break others may still be on their way back: longer than
// any pause between attempts to connect.
const settling = 3 * time.Second

// alive asks whether the holder of a claim is still there. Only the server's word that
// nobody answers to its id counts as death, and not just after the connection broke, for
// then the holder's may have broken as well; silence does not.
func (c *Conn) alive(ctx context.Context, e entry) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err := c.nc.RequestWithContext(ctx, micro.APIPrefix+".PING."+e.Tool+"."+e.Worker, nil)
	c.mu.Lock()
	defer c.mu.Unlock()
	return !errors.Is(err, nats.ErrNoResponders) || time.Since(c.back) < settling
}

// Replicas says how many copies of a stream or bucket to make: what was asked for, or
// three on a cluster and one on a single server. What is there already stays as it is.
func (c *Conn) Replicas() int {
	switch {
	case c.opts.Replicas > 0:
		return c.opts.Replicas
	case c.nc.ConnectedClusterName() != "":
		return 3
	}
	return 1
}

// NATS returns the underlying connection.
func (c *Conn) NATS() *nats.Conn { return c.nc }

// JetStream returns the stream interface of the connection.
func (c *Conn) JetStream() jetstream.JetStream { return c.js }

// Address names the servers for people, without what is secret.
func (c *Conn) Address() string { return c.address }

// Close closes the connection.
func (c *Conn) Close() { c.nc.Close() }
