package api

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/tools/schema"
)

// bodyStep is how much memory is asked for at a time while a request is read.
const bodyStep = 64 << 10

// read reads a JSON request into v. The memory that it takes is held until release.
func (s *Server) read(w http.ResponseWriter, r *http.Request, v any) (release func(), err error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		// A browser sends other types to foreign servers without asking them first.
		return nil, &failure{status: http.StatusUnsupportedMediaType, kind: "invalid_request_error", code: "unsupported_media_type",
			message: "the body must be JSON, and Content-Type say so: application/json"}
	}
	if r.ContentLength > s.limits.Body {
		return nil, s.tooLarge()
	}
	held := &heldBody{r: http.MaxBytesReader(w, r.Body, s.limits.Body), g: &s.memory}
	give := sync.OnceFunc(func() { s.memory.give(held.held) })
	defer func() {
		if err != nil {
			give()
		}
	}()
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Now().Add(s.limits.Read)) // not all writers have deadlines
	text, err := io.ReadAll(held)
	_ = rc.SetReadDeadline(time.Time{})
	if errors.Is(err, errNoMemory) || errors.Is(err, os.ErrDeadlineExceeded) {
		w.Header().Set("Connection", "close") // or the answer would wait for the rest of the body
	}
	var large *http.MaxBytesError
	switch {
	case errors.Is(err, errNoMemory):
		return nil, busy(2*time.Second, "the server holds as many requests as it has memory for")
	case errors.As(err, &large):
		return nil, s.tooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, &failure{status: http.StatusRequestTimeout, kind: "invalid_request_error", code: "request_timeout", message: "the body did not come in time"}
	case err != nil:
		return nil, bad("", "the body could not be read: %v", err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		var f *failure
		if errors.As(err, &f) {
			return nil, f
		}
		return nil, bad("", "the body is not what is wanted here: %s", schema.Misread(err))
	}
	return give, nil
}

func (s *Server) tooLarge() *failure {
	return &failure{status: http.StatusRequestEntityTooLarge, kind: "invalid_request_error", code: "request_too_large",
		message: "the body has more bytes than this server reads"}
}

// errNoMemory is a gate that is full.
var errNoMemory = errors.New("no memory is left")

// heldBody takes memory from a gate as it is read. What is read is decoded, so it counts
// three times.
type heldBody struct {
	r    io.Reader
	g    *gate
	held int64
	read int64
}

func (b *heldBody) Read(p []byte) (int, error) {
	if 3*b.read >= b.held {
		if !b.g.take(3 * bodyStep) {
			return 0, errNoMemory
		}
		b.held += 3 * bodyStep
	}
	n, err := b.r.Read(p[:min(len(p), bodyStep)])
	b.read += int64(n)
	return n, err
}
