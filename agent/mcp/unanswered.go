package mcp

import (
	"context"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// leaving is how long a client may take to read what becomes of its calls when the server ends.
const leaving = 3 * time.Second

// unanswered is a transport that knows how many requests of the client wait for their answer: a
// session that is closed while it works sends none of them.
type unanswered struct {
	sdk.Transport

	mu   sync.Mutex
	n    int
	none chan struct{} // closed at n == 0, once somebody waits
}

// Connect implements sdk.Transport.
func (u *unanswered) Connect(ctx context.Context) (sdk.Connection, error) {
	conn, err := u.Transport.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &answering{conn, u}, nil
}

func (u *unanswered) add(n int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.n += n; u.n == 0 && u.none != nil {
		close(u.none)
		u.none = nil
	}
}

// all returns a channel that closes when every request has been answered.
func (u *unanswered) all() <-chan struct{} {
	u.mu.Lock()
	defer u.mu.Unlock()
	none := make(chan struct{})
	if u.n == 0 {
		close(none)
	} else {
		u.none = none
	}
	return none
}

// answering is a connection of unanswered.
type answering struct {
	sdk.Connection
	*unanswered
}

// Read implements sdk.Connection.
func (a *answering) Read(ctx context.Context) (jsonrpc.Message, error) {
	m, err := a.Connection.Read(ctx)
	if r, ok := m.(*jsonrpc.Request); ok && r.IsCall() {
		a.add(1)
	}
	return m, err
}

// Write implements sdk.Connection.
func (a *answering) Write(ctx context.Context, m jsonrpc.Message) error {
	if _, ok := m.(*jsonrpc.Response); ok {
		defer a.add(-1)
	}
	return a.Connection.Write(ctx, m)
}
