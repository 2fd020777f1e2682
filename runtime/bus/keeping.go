package bus

import (
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/chaski-dev/chaski/tools"
)

// A handler that has returned has done what it does, while its result may be long on the way: it
// is recorded, and written to the object store if it is large. A caller that gave up meanwhile
// would not know what came of the call. So the worker says every keepsEvery that it is at it,
// and the caller waits keepsFor from each such word on, at most keepsMost behind its deadline.
const (
	keepsEvery = 2 * time.Second
	keepsFor   = 10 * time.Second
	keepsMost  = largeMost + recordFirst + keepsFor

	codeKeeping   = "102"
	statusKeeping = tools.Status("keeping") // of no result: callers that do not know it ignore the message
)

// keeping tells the caller, until stop, that the handler has returned.
func (a *attempt) keeping() (stop func()) {
	var mu sync.Mutex
	var again *time.Timer
	over := false
	mu.Lock()
	defer mu.Unlock()
	again = time.AfterFunc(keepsEvery, func() {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return
		}
		h := replyHeader(tools.Result{CallID: a.call.ID, Attempt: a.call.Attempt, Status: statusKeeping, Worker: a.id})
		h[headerCode] = []string{codeKeeping}
		a.send(a.msg, nil, h)
		again.Reset(keepsEvery)
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
		again.Stop()
	}
}

// keeps says whether a message is the word of a worker whose handler has returned.
func keeps(msg *nats.Msg, call tools.Call) bool {
	return header(msg.Header, headerCode) == codeKeeping && header(msg.Header, headerStatus) == string(statusKeeping) &&
		header(msg.Header, headerCallID) == call.ID && header(msg.Header, headerAttempt) == strconv.Itoa(call.Attempt)
}
