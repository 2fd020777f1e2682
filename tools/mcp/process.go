package mcp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/rs/zerolog"
)

// grace is how long a command has to end after its input was closed, and again after it
// was asked to. Tests shorten it.
var grace = 2 * time.Second

// maxFrame bounds one message of a command in bytes: what is larger ends the session.
const maxFrame = 64 << 20

// process is a transport over the standard streams of a command.
type process struct {
	server *Server
	dir    string
	log    zerolog.Logger
	rush   <-chan struct{} // closed if nobody waits for its first answer any more

	cmd    *exec.Cmd
	stdin  io.WriteCloser
	exited chan struct{}
	told   chan struct{} // all that it wrote to its standard error was read
	close  sync.Once
	errs   lines
}

// Connect starts the command.
func (p *process) Connect(ctx context.Context) (sdk.Connection, error) {
	p.cmd = exec.Command(p.server.Command, p.server.Args...)
	p.cmd.Dir, p.cmd.Env = p.dir, p.server.environment()
	ownGroup(p.cmd)
	p.errs.log = func(line string) { p.log.Info().Str("stderr", clean(line, maxLine)).Msg("mcp server") }
	p.exited, p.told = make(chan struct{}), make(chan struct{})
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	p.stdin = stdin
	stdout, child, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	complaints, childErr, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, stdout.Close(), child.Close())
	}
	p.cmd.Stdout, p.cmd.Stderr = child, childErr
	err = p.cmd.Start()
	_, _ = child.Close(), childErr.Close() // the command has its own
	if err != nil {
		return nil, errors.Join(fmt.Errorf("it cannot be started: %w", err), stdout.Close(), complaints.Close())
	}
	go func() {
		_, _ = io.Copy(&p.errs, complaints) // until the last of the group is gone
		_ = complaints.Close()
		close(p.told)
	}()
	go func() {
		_ = p.cmd.Wait() // what it says by its status is no news: the session ends
		close(p.exited)
		time.Sleep(time.Second) // for what it said last; a child of it may hold the pipe open
		_ = stdout.Close()
	}()
	noise := lines{log: func(line string) {
		p.log.Warn().Str("stdout", clean(line, maxLine)).Msg("mcp server wrote what is no message")
	}}
	frames := &frames{r: bufio.NewReaderSize(stdout, 64<<10), noise: &noise}
	streams := &sdk.IOTransport{Reader: readCloser{frames, func() error { p.end(); return nil }}, Writer: stdin, MaxLineLength: maxFrame}
	conn, err := streams.Connect(ctx)
	if err != nil {
		p.end()
		return nil, err
	}
	return &leaving{conn}, nil
}

// end closes the command's input, waits, and ends its whole group. One that has said nothing
// yet is asked to end at once: it may not read its input at all.
func (p *process) end() {
	p.close.Do(func() {
		_ = p.stdin.Close()
		if !p.exits(p.rush) {
			terminate(p.cmd)
			p.exits(nil)
		}
		killGroup(p.cmd) // what is left of it, and its children
		<-p.exited
	})
}

// exits waits until the command has, at most for grace, or until rush.
func (p *process) exits(rush <-chan struct{}) bool {
	select {
	case <-p.exited:
		return true
	case <-time.After(grace):
	case <-rush:
	}
	return false
}

// said is the end of what the command wrote to its standard error.
func (p *process) said() string {
	if p.told != nil {
		select {
		case <-p.told:
		case <-time.After(100 * time.Millisecond): // it lives
		}
	}
	return p.errs.tail()
}

type readCloser struct {
	io.Reader
	close func() error
}

func (r readCloser) Close() error { return r.close() }

// leaving notes which calls have left.
type leaving struct{ sdk.Connection }

// Write implements sdk.Connection.
func (l *leaving) Write(ctx context.Context, m jsonrpc.Message) error {
	if x := exchangeOf(ctx); x != nil {
		if r, ok := m.(*jsonrpc.Request); ok && r.IsCall() {
			x.leave()
		}
	}
	return l.Connection.Write(ctx, m)
}

// frames lets through lines that could be messages: some servers print other things.
type frames struct {
	r     *bufio.Reader
	left  []byte // of what was let through, not yet read
	mid   bool   // within a line
	pass  bool   // of that line
	noise *lines
}

func (f *frames) Read(p []byte) (int, error) {
	for len(f.left) == 0 {
		chunk, err := f.r.ReadSlice('\n')
		if len(chunk) > 0 {
			if !f.mid {
				first := bytes.TrimLeft(chunk, " \t\r\n\ufeff")
				f.pass = len(first) > 0 && (first[0] == '{' || first[0] == '[')
			}
			f.mid = chunk[len(chunk)-1] != '\n'
			if f.pass {
				f.left = chunk
			} else {
				_, _ = f.noise.Write(chunk)
			}
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) && len(f.left) == 0 {
			return 0, err
		}
	}
	n := copy(p, f.left)
	f.left = f.left[n:]
	return n, nil
}

// lines logs what is written line by line, and keeps the end of it.
type lines struct {
	log func(string)

	mu   sync.Mutex
	part []byte
	kept []string
}

// keptLines is how many lines say why a command failed.
const keptLines = 5

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for rest := p; len(rest) > 0; {
		line, after, whole := bytes.Cut(rest, []byte{'\n'})
		if room := 4*maxLine - len(l.part); room > 0 {
			l.part = append(l.part, line[:min(room, len(line))]...)
		}
		if whole {
			l.flush()
		}
		rest = after
	}
	return len(p), nil
}

func (l *lines) flush() {
	if text := strings.TrimSpace(string(l.part)); text != "" {
		l.log(text)
		l.kept = append(l.kept, clean(text, maxLine/4))
		l.kept = l.kept[max(len(l.kept)-keptLines, 0):]
	}
	l.part = l.part[:0]
}

func (l *lines) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.part) > 0 {
		l.flush()
	}
	return strings.Join(l.kept, "; ")
}
