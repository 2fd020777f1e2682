package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

// request is what the server knows of one HTTP request.
type request struct {
	id        string
	began     time.Time
	anthropic bool   // errors are told in Anthropic's terms
	route     string // the pattern that it met; "" is none
	who       Principal
	key       *Key        // nil without one
	meter     *meter      // of the key
	header    http.Header // of the answer

	mu      sync.Mutex
	failure *failure
	model   string
	run     string
}

type requestKey struct{}

// requestOf returns what the server knows of a request that came through it.
func requestOf(r *http.Request) *request { return requestIn(r.Context()) }

func requestIn(ctx context.Context) *request {
	if q, ok := ctx.Value(requestKey{}).(*request); ok {
		return q
	}
	return &request{began: time.Now()}
}

// RequestID returns the id of the request, which is in its answer's X-Request-Id too.
func RequestID(ctx context.Context) string { return requestIn(ctx).id }

func (q *request) failed(f *failure) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.failure = f
}

// about notes the model and the run, for the log line.
func (q *request) about(model, run string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if model != "" {
		q.model = model
	}
	if run != "" {
		q.run = run
	}
}

// newID returns an id that nobody guesses.
func newID(prefix string) string { return prefix + strings.ToLower(rand.Text()) }

var goodID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,128}$`)

// identify takes over the client's request id if it is one.
func identify(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); goodID.MatchString(id) {
		return id
	}
	return newID("req_")
}

// written notes how an answer went. It passes on what a response controller needs.
type written struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader takes the first status, as the answer does: a handler that fails later, when a
// client has left, has no other to give.
func (w *written) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	if status >= http.StatusOK { // before it there may be others
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *written) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *written) Unwrap() http.ResponseWriter { return w.ResponseWriter }
