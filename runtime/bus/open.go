package bus

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/tools"
)

// OpenOptions say which bus a process is on. The zero value is a bus of its own in a
// temporary folder.
type OpenOptions struct {
	URL      string        // NATS servers, separated by commas; "" runs an embedded one
	Access   Access        // to them, or by a context in place of URL
	Replicas int           // see Options
	Wait     time.Duration // how long the connection may take to come (back); 0 is DefaultWait

	Dir    string // data folder of the embedded server; "" is a temporary one
	Listen string // host:port at which the embedded server serves other processes; "" is nowhere

	Tools  *tools.Registry // served from this process; nil serves none
	Client ClientOptions
	Worker WorkerOptions
	Logger zerolog.Logger // of the server and the connections, and of client and worker unless they have one
}

// Bus is all that a process needs to run agents on tools: a connection, a client and,
// if asked for, the server and a worker. It is a tools.Caller, a tools.Catalog and a
// runtime.Reconciler.
type Bus struct {
	*Client
	conn, serving *Conn
	server        *Server
	worker        *Worker
	served        []tools.Spec
}

// Open starts or reaches the server and serves the tools. When it returns, the tools can
// be found and called. [ErrLocked] says that another process has the data folder;
// [ErrUnavailable], that no server answers at the URL.
func Open(ctx context.Context, o OpenOptions) (b *Bus, err error) {
	b = &Bus{}
	defer func() {
		if err != nil {
			b.Close()
			b = nil
		}
	}()
	if o.URL == "" && o.Access.Context == "" {
		if b.server, err = Start(ServerOptions{StoreDir: o.Dir, Listen: o.Listen, Logger: o.Logger}); err != nil {
			return b, err
		}
	}
	connect := func(name string) (*Conn, error) {
		return Connect(ctx, Options{URL: o.URL, Server: b.server, Access: o.Access, Replicas: o.Replicas, Wait: o.Wait, Name: name, Logger: o.Logger})
	}
	if b.conn, err = connect("chaski client"); err != nil {
		return b, err
	}
	if o.Tools != nil {
		// A connection of its own: a caller that floods it must not delay the worker's records.
		if b.serving, err = connect("chaski worker"); err != nil {
			return b, err
		}
		if b.worker, err = Serve(ctx, b.serving, o.Tools, o.Worker); err != nil {
			return b, err
		}
	}
	if b.Client, err = NewClient(b.conn, o.Client); err != nil {
		return b, err
	}
	return b, b.own()
}

// own tells the client of the tools that this process serves: it need not ask the bus,
// where an answer may be late.
func (b *Bus) own() error {
	if b.worker == nil {
		return nil
	}
	for _, s := range b.worker.served {
		text, revision, err := s.spec.Fingerprint()
		if err != nil {
			return err
		}
		d, err := b.declare(text, revision)
		if err != nil {
			return fmt.Errorf("bus: tool %q: %w", s.spec.Name, err)
		}
		d.workers = []string{s.id}
		b.Client.own = append(b.Client.own, d)
		b.remember(s.spec.Name, newest{declared: d})
		b.served = append(b.served, d.spec)
	}
	return nil
}

// Served lists the tools that this process serves, sorted by name.
func (b *Bus) Served() []tools.Spec { return slices.Clone(b.served) }

// Conn returns the client's connection.
func (b *Bus) Conn() *Conn { return b.conn }

// URL returns the address at which other processes reach the embedded server, or "".
func (b *Bus) URL() string {
	if b.server == nil {
		return ""
	}
	return b.server.URL()
}

// Close ends the worker, which waits for its running calls, then the connections, then
// the server.
func (b *Bus) Close() {
	if b.worker != nil {
		b.worker.Close()
	}
	for _, c := range []*Conn{b.serving, b.conn} {
		if c != nil {
			c.Close()
		}
	}
	if b.server != nil {
		b.server.Close()
	}
}
