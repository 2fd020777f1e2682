//go:build unix

package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// ReadWhole implements [wholeReader]. A file of package os would be offered to the poller, which
// takes no regular files, and cost twice as many system calls.
func (osFiles) ReadWhole(name string, memory []byte, most int64) ([]byte, error) {
	failed := func(op string, err error) ([]byte, error) {
		return nil, &os.PathError{Op: op, Path: name, Err: err}
	}
	var fd int
	err := again(func() (err error) {
		fd, err = unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0) // a pipe is no journal, and is not waited for
		return err
	})
	if err != nil {
		return failed("open", err)
	}
	defer func() { _ = unix.Close(fd) }() // nothing was written
	var is unix.Stat_t
	if err := again(func() error { return unix.Fstat(fd, &is) }); err != nil {
		return failed("stat", err)
	}
	data := room(memory, min(is.Size, most))
	for n := 0; n < len(data); {
		var read int
		err := again(func() (err error) { read, err = unix.Pread(fd, data[n:], int64(n)); return err })
		if err != nil {
			return failed("read", err)
		}
		if read == 0 { // it was cut off meanwhile
			return data[:n], nil
		}
		n += read
	}
	return data, nil
}

// again asks until no signal interrupts.
func again(ask func() error) error {
	for {
		if err := ask(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
