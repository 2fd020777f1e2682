package bus

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/rs/zerolog"
)

// ServerOptions configure the embedded server. The zero value keeps its data in a
// temporary folder and listens nowhere.
type ServerOptions struct {
	StoreDir   string // JetStream's folder; "" is a temporary one, removed by Close
	Listen     string // host:port for other processes, port 0 for any free one; "" listens nowhere
	MaxPayload int    // bytes in one message; 0 is 1 MiB
	Logger     zerolog.Logger
}

// Server is a NATS server with JetStream inside this process. Every append is on disk
// before it is acknowledged.
type Server struct {
	ns   *server.Server
	temp string
	lock *os.File
}

// ErrLocked: another process, or another server in this one, has the data folder.
var ErrLocked = errors.New("the data folder is in use by another process")

// Start runs a server until Close. A store folder serves one server at a time.
func Start(o ServerOptions) (*Server, error) {
	opts := &server.Options{ServerName: "chaski", DontListen: true, JetStream: true, StoreDir: o.StoreDir,
		SyncAlways: true, NoSigs: true, NoSystemAccount: false, MaxPayload: int32(o.MaxPayload)}
	if o.Listen != "" {
		host, port, err := net.SplitHostPort(o.Listen)
		if err != nil {
			return nil, fmt.Errorf("bus: listen address %q: want host:port", o.Listen)
		}
		if opts.Port, err = strconv.Atoi(port); err != nil || opts.Port < 0 || opts.Port > 65535 {
			return nil, fmt.Errorf("bus: listen address %q: bad port", o.Listen)
		}
		if opts.Port == 0 {
			opts.Port = server.RANDOM_PORT
		}
		if host == "" {
			host = "127.0.0.1"
		}
		opts.Host, opts.DontListen = host, false
	}
	s := &Server{}
	if opts.StoreDir == "" {
		dir, err := os.MkdirTemp("", "chaski-bus-")
		if err != nil {
			return nil, fmt.Errorf("bus: %w", err)
		}
		opts.StoreDir, s.temp = dir, dir
	}
	if err := s.takeDir(opts.StoreDir); err != nil {
		s.leaveDir()
		return nil, fmt.Errorf("bus: %s: %w", opts.StoreDir, err)
	}
	var err error
	if s.ns, err = server.NewServer(opts); err != nil {
		s.leaveDir()
		return nil, fmt.Errorf("bus: %w", err)
	}
	log := &serverLog{log: o.Logger}
	s.ns.SetLoggerV2(log, false, false, false)
	s.ns.Start()
	if !s.ns.ReadyForConnections(10*time.Second) || !s.ns.JetStreamEnabled() {
		s.Close()
		err := errors.New(log.lastError)
		if log.lastError == "" {
			err = errors.New("not ready after 10 s")
		}
		return nil, fmt.Errorf("bus: the embedded server did not start on %q: %w", o.Listen, err)
	}
	return s, nil
}

// URL returns the address for other processes, or "" if the server listens nowhere.
func (s *Server) URL() string {
	if s.ns.Addr() == nil {
		return ""
	}
	return s.ns.ClientURL()
}

// Close stops the server and waits until its store is closed.
func (s *Server) Close() {
	s.ns.Shutdown()
	s.ns.WaitForShutdown()
	s.leaveDir()
}

// takeDir keeps other servers out of the folder: two would spoil each other's files.
// The lock goes with the process, however it ends.
func (s *Server) takeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, "server.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	s.lock = f
	if taken, err := lock(f); err != nil {
		return fmt.Errorf("lock: %w", err)
	} else if !taken {
		return ErrLocked
	}
	return nil
}

func (s *Server) leaveDir() {
	if s.lock != nil {
		s.lock.Close()
	}
	if s.temp != "" {
		os.RemoveAll(s.temp)
	}
}

// outdated recognises what the server says of an index that a killed process left behind its
// records: it makes the index again from them, and nothing is missing.
func outdated(line string) bool {
	for _, part := range []string{"Stream state outdated", "Stream state detected prior state", "index errored: prior state file"} {
		if strings.Contains(line, part) {
			return true
		}
	}
	return false
}

// serverLog hands the server's lines to the caller's logger.
type serverLog struct {
	log       zerolog.Logger
	lastError string
}

func (l *serverLog) line(e *zerolog.Event, format string, v []any) {
	e.Str("from", "nats-server").Msg(strings.TrimSpace(fmt.Sprintf(format, v...)))
}
func (l *serverLog) Noticef(format string, v ...any) { l.line(l.log.Trace(), format, v) }
func (l *serverLog) Warnf(format string, v ...any) {
	e := l.log.Warn()
	if outdated(fmt.Sprintf(format, v...)) {
		e = l.log.Debug()
	}
	l.line(e, format, v)
}
func (l *serverLog) Debugf(format string, v ...any) { l.line(l.log.Trace(), format, v) }
func (l *serverLog) Tracef(format string, v ...any) { l.line(l.log.Trace(), format, v) }
func (l *serverLog) Errorf(format string, v ...any) {
	l.lastError = fmt.Sprintf(format, v...)
	l.line(l.log.Error(), format, v)
}
func (l *serverLog) Fatalf(format string, v ...any) {
	l.lastError = fmt.Sprintf(format, v...)
	l.line(l.log.Error(), format, v)
}
