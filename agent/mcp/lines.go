package mcp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// lines are a client's messages, one on a line. A line that is none is answered with an error,
// as JSON-RPC 2.0 says, and left out: it would end the session, and the calls that go on in it.
type lines struct {
	in   io.ReadCloser
	r    *bufio.Reader
	out  io.Writer
	left []byte // of what was let through, not yet read
}

func newLines(in io.ReadCloser, out io.Writer) *lines {
	return &lines{in: in, r: bufio.NewReaderSize(in, 64<<10), out: out}
}

// Codes of JSON-RPC 2.0.
const (
	parseError     = -32700
	invalidRequest = -32600
)

// Read implements io.Reader.
func (l *lines) Read(p []byte) (int, error) {
	for len(l.left) == 0 {
		line, long, err := l.next()
		line = bytes.Trim(line, " \t\r\n\ufeff")
		switch {
		case long:
			l.refuse(nil, invalidRequest, fmt.Sprintf("the line is longer than %d bytes", sdk.DefaultMaxLineLength))
		case len(line) == 0:
		default:
			if code, why := whyNot(line); code != 0 {
				l.refuse(line, code, why)
			} else {
				l.left = append(line, '\n')
			}
		}
		if err != nil && len(l.left) == 0 {
			return 0, err
		}
	}
	n := copy(p, l.left)
	l.left = l.left[n:]
	return n, nil
}

// next reads a line, or what is longer than one may be, of which nothing is kept.
func (l *lines) next() (line []byte, long bool, err error) {
	for {
		chunk, err := l.r.ReadSlice('\n')
		if long = long || len(line)+len(chunk) > sdk.DefaultMaxLineLength; long {
			line = nil
		} else {
			line = append(line, chunk...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, long, err
		}
	}
}

// whyNot says why a line is no message, or no batch of them; 0 if it is one.
func whyNot(line []byte) (code int, why string) {
	if !json.Valid(line) {
		return parseError, "the line is no JSON"
	}
	var messages []json.RawMessage // filled anew: a message that is there would be written over
	if line[0] != '[' {
		messages = append(messages, line)
	} else if err := json.Unmarshal(line, &messages); err != nil || len(messages) == 0 {
		return invalidRequest, "the batch is empty"
	}
	for _, m := range messages {
		if _, err := jsonrpc.DecodeMessage(m); err != nil {
			return invalidRequest, "the line is no message of JSON-RPC 2.0: " + err.Error()
		}
	}
	return 0, ""
}

// refuse answers a line, with the id that it has, if that can be known.
func (l *lines) refuse(line []byte, code int, why string) {
	var of struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(line, &of) != nil || len(of.ID) > 0 && !strings.ContainsRune(`"-0123456789`, rune(of.ID[0])) {
		of.ID = nil
	}
	answer, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": of.ID, "error": map[string]any{"code": code, "message": why}})
	_, _ = l.out.Write(append(answer, '\n')) // a client that is gone is seen by the session
}

// Close implements io.Closer.
func (l *lines) Close() error { return l.in.Close() }

// shared is a stream that two write to, a message at a time.
type shared struct {
	io.WriteCloser
	mu sync.Mutex
}

// Write implements io.Writer.
func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.WriteCloser.Write(p)
}
