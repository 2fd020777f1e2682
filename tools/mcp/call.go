package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/chaski-dev/chaski/tools"
)

// The members of _meta by which a call's identity travels, the same for each attempt.
const (
	MetaCall    = "chaski.dev/call"
	MetaAttempt = "chaski.dev/attempt"
)

// remote is a tool of a server.
type remote struct {
	server *server
	name   string // the server's own
	hash   string // of the declaration that was accepted
	output bool   // it declares a schema of results
	once   bool
}

// call implements tools.Handler.
func (r *remote) call(ctx context.Context, call tools.Call) (json.RawMessage, error) {
	s := r.server
	for again := true; ; again = false {
		l, err := s.connect(ctx)
		if err == nil {
			err = s.current(r.name, r.hash)
		}
		if err != nil {
			return nil, tools.Fail("%w; the tool did not run", err)
		}
		x := &exchange{fresh: r.once}
		s.watch(call)
		res, err := l.session.CallTool(context.WithValue(ctx, exchangeKey{}, x), r.params(call))
		s.unwatch(call)
		if err == nil {
			if res.IsError {
				return nil, tools.Fail("%s", reason(res))
			}
			return value(res, r.output)
		}
		if ctx.Err() != nil {
			if left, _ := x.state(); !left {
				return nil, tools.Fail("%w; the tool did not run", ctx.Err())
			}
			return nil, ctx.Err()
		}
		retry, err := s.failed(l, x, err)
		if !retry || !again {
			return nil, err
		}
	}
}

func (r *remote) params(call tools.Call) *sdk.CallToolParams {
	p := &sdk.CallToolParams{Name: r.name, Arguments: call.Arguments, Meta: sdk.Meta{MetaCall: call.ID, MetaAttempt: call.Attempt}}
	if call.Trace != "" {
		p.Meta["traceparent"] = call.Trace
	}
	p.SetProgressToken(token(call))
	return p
}

// failed says what an error of a call means: whether the tool may have run, and whether the
// call may be made again at once.
func (s *server) failed(l *live, x *exchange, err error) (again bool, _ error) {
	left, status := x.state()
	wrapped := func() error { return &ServerError{Server: s.name, Op: "call", Said: l.said(), Err: err} }
	var said *jsonrpc.Error
	switch {
	case !left && s.cfg.URL == "" && !l.over() && !errors.Is(err, sdk.ErrConnectionClosed): // it was refused here
		return false, tools.Fail("%w; the tool did not run", wrapped())
	case !left: // neither a session that had ended nor an address without a server has seen it
		s.drop(l)
		return true, tools.Fail("%w; the tool did not run", wrapped())
	case errors.Is(err, sdk.ErrSessionMissing):
		s.drop(l)
		return true, tools.Fail("%w; the tool did not run", wrapped())
	case errors.As(err, &said) && said.Code != rejected:
		switch said.Code {
		case jsonrpc.CodeInvalidParams, jsonrpc.CodeInvalidRequest, jsonrpc.CodeMethodNotFound, jsonrpc.CodeParseError:
			return false, tools.Fail("mcp server %q: %s", s.name, clean(said.Message, maxMessage))
		}
		return false, tools.Unsure("mcp server %q: error %d: %s", s.name, said.Code, clean(said.Message, maxMessage))
	case status == http.StatusTooManyRequests:
		return false, tools.Retry("mcp server %q: it has too many requests", s.name)
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout && status != 499:
		s.drop(l)
		return false, tools.Fail("%w; the tool did not run", wrapped())
	}
	if l.over() || errors.Is(err, sdk.ErrConnectionClosed) {
		err = fmt.Errorf("%w: %w", ErrDead, err)
	}
	s.drop(l)
	return false, tools.Unsure("%w", wrapped())
}

// rejected is the code by which the protocol's library says that a transport did not take or
// keep a message.
const rejected = -32005

// token is the progress token of a call's attempt.
func token(call tools.Call) string { return fmt.Sprintf("%s/%d", call.ID, call.Attempt) }

func (s *server) watch(call tools.Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress[token(call)] = call
}

func (s *server) unwatch(call tools.Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.progress, token(call))
}

// onProgress passes on what a server says of a call; of others it says nothing.
func (s *server) onProgress(p *sdk.ProgressNotificationParams) {
	of, _ := p.ProgressToken.(string)
	s.mu.Lock()
	call, ok := s.progress[of]
	s.mu.Unlock()
	if !ok {
		return
	}
	message := clean(p.Message, maxMessage)
	s.log.Info().Str("run", call.Run).Str("call", call.ID).Str("tool", call.Tool).Float64("progress", p.Progress).Float64("total", p.Total).Str("said", message).Msg("progress")
	if s.o.Progress != nil {
		s.o.Progress(Progress{Server: s.name, Call: call, Done: p.Progress, Total: p.Total, Message: message})
	}
}
