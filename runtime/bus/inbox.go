package bus

import (
	"fmt"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"
)

// inbox receives replies on one subscription and hands each to the call that waits
// for it. Unlike a NATS request it goes on after a reply that answers another call.
type inbox struct {
	prefix string
	sub    *nats.Subscription
	mu     sync.Mutex
	wait   map[string]chan *nats.Msg
}

func newInbox(nc *nats.Conn) (*inbox, error) {
	in := &inbox{prefix: nc.NewInbox() + ".", wait: map[string]chan *nats.Msg{}}
	var err error
	if in.sub, err = nc.Subscribe(in.prefix+"*", in.deliver); err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	return in, nil
}

// open returns a reply subject and its messages. Of a flood only the first few are
// kept: nobody may fill this process by answering for ever.
func (in *inbox) open() (subject string, replies <-chan *nats.Msg, done func()) {
	token := nuid.Next()
	ch := make(chan *nats.Msg, 8)
	in.mu.Lock()
	in.wait[token] = ch
	in.mu.Unlock()
	return in.prefix + token, ch, func() {
		in.mu.Lock()
		delete(in.wait, token)
		in.mu.Unlock()
	}
}

func (in *inbox) deliver(msg *nats.Msg) {
	in.mu.Lock()
	ch := in.wait[strings.TrimPrefix(msg.Subject, in.prefix)]
	in.mu.Unlock()
	if ch == nil {
		return // late, or doubled
	}
	select {
	case ch <- msg:
	default:
	}
}
