package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"reflect"
	"syscall"

	"github.com/alecthomas/kong"
)

// stopping are the signals by which a command is told to stop: Ctrl-C, a supervisor, a
// terminal that was closed. A command stops in order at each of them, since what it has
// begun elsewhere, such as a tool, would go on without it.
var stopping = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// stopped is the cause of a context that a signal ended.
type stopped struct{ sig os.Signal }

func (s *stopped) Error() string {
	switch s.sig {
	case syscall.SIGTERM:
		return "stopped by SIGTERM"
	case syscall.SIGHUP:
		return "stopped by SIGHUP"
	}
	return "interrupted"
}

// status is the exit status that shells give a program which a signal ended.
func (s *stopped) status() int {
	if n, ok := s.sig.(syscall.Signal); ok && s.sig != os.Interrupt {
		return 128 + int(n)
	}
	return 130
}

// notifyStop has the signals sent to c, but for those that whoever began the program had
// ignored, as nohup does.
func notifyStop(c chan<- os.Signal) {
	for _, s := range stopping {
		if !signal.Ignored(s) {
			signal.Notify(c, s)
		}
	}
}

// untilStopped is a context that the first signal ends; the second ends the program at
// once.
func untilStopped(parent context.Context) (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(parent)
	c := make(chan os.Signal, 1)
	notifyStop(c)
	go func() {
		select {
		case s := <-c:
			signal.Stop(c)
			cancel(&stopped{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(c)
		cancel(nil)
	}
}

// stopOf is the signal that ended a context.
func stopOf(ctx context.Context) *stopped {
	var s *stopped
	if errors.As(context.Cause(ctx), &s) {
		return s
	}
	return &stopped{os.Interrupt}
}

// outliveReaders keeps the program alive when whoever reads its output goes away: writes
// fail instead. It is for commands that do more than print, such as one in the middle of a
// run; the others end, as programs in a pipe do.
func outliveReaders() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// stdinUntil is standard input until ctx ends: a read that waits for somebody to write ends
// then, too.
func stdinUntil(ctx context.Context) io.Reader {
	r, w := io.Pipe()
	go func() {
		_, err := io.Copy(w, os.Stdin)
		_ = w.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { _ = w.CloseWithError(ctx.Err()) })
	return r
}

// takesContext says that a command ends in order when it is told to stop. One that does
// not is ended by the signal itself.
func takesContext(kctx *kong.Context) bool {
	node := kctx.Selected()
	if node == nil || !node.Target.CanAddr() {
		return true
	}
	run := node.Target.Addr().MethodByName("Run")
	if !run.IsValid() {
		return true
	}
	for i := range run.Type().NumIn() {
		if run.Type().In(i) == reflect.TypeFor[context.Context]() {
			return true
		}
	}
	return false
}
