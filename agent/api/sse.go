package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// stream writes server-sent events. The status and the headers go out with the first
// event, so that what fails before it is answered as any request; silence is broken by
// comments. Its methods may be called by several goroutines.
type stream struct {
	w     http.ResponseWriter
	rc    *http.ResponseController
	write time.Duration // until the client has taken what is written
	every time.Duration
	ping  string // what breaks silence

	mu    sync.Mutex
	buf   bytes.Buffer
	begun bool
	ended bool
	err   error
	timer *time.Timer
}

// stream begins an answer of events. close must be called.
func (s *Server) stream(w http.ResponseWriter) *stream {
	st := &stream{w: w, rc: http.NewResponseController(w), write: s.limits.Write, every: s.limits.KeepAlive, ping: ": keep-alive\n\n"}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.timer = time.AfterFunc(st.every, st.keepAlive)
	return st
}

func (st *stream) keepAlive() {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.ended || st.err != nil {
		return
	}
	st.buf.Reset()
	st.buf.WriteString(st.ping)
	st.flush()
}

// send writes an event with a value as JSON; name may be "".
func (st *stream) send(name string, v any) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.buf.Reset()
	return st.event("", name, v)
}

// sendID is send with an id, from which a client that comes back goes on; "" is none.
func (st *stream) sendID(id, name string, v any) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.buf.Reset()
	return st.event(id, name, v)
}

func (st *stream) event(id, name string, v any) error {
	if id != "" {
		st.buf.WriteString("id: " + id + "\n")
	}
	if name != "" {
		st.buf.WriteString("event: " + name + "\n")
	}
	st.buf.WriteString("data: ")
	enc := json.NewEncoder(&st.buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	st.buf.WriteByte('\n')
	return st.flush()
}

// text writes data that is no JSON.
func (st *stream) text(data string) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.buf.Reset()
	st.buf.WriteString("data: " + data + "\n\n")
	return st.flush()
}

// flush sends the buffer. mu is held.
func (st *stream) flush() error {
	if st.err != nil {
		return st.err
	}
	if !st.begun {
		st.begun = true
		h := st.w.Header()
		h.Set("Content-Type", "text/event-stream")
		h.Set("Cache-Control", "no-cache")
		h.Set("X-Accel-Buffering", "no") // nginx would hold events back
		st.w.WriteHeader(http.StatusOK)
	}
	_ = st.rc.SetWriteDeadline(time.Now().Add(st.write)) // not all writers have deadlines
	if _, err := st.w.Write(st.buf.Bytes()); err != nil {
		st.err = errGone
		return st.err
	}
	if err := st.rc.Flush(); err != nil {
		st.err = errGone
		return st.err
	}
	st.timer.Reset(st.every)
	return nil
}

// breakSilence changes what is sent when nothing else is.
func (st *stream) breakSilence(ping string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.ping = ping
}

// started says whether anything went out, so that an error must go the same way.
func (st *stream) started() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.begun
}

// close ends the comments.
func (st *stream) close() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.ended = true
	st.timer.Stop()
}
