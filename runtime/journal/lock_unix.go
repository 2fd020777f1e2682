//go:build unix

package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the file's lock, which closing the file drops.
func lock(f *os.File, mode LockMode) error {
	how := map[LockMode]int{Shared: unix.LOCK_SH, Exclusive: unix.LOCK_EX, Try: unix.LOCK_EX | unix.LOCK_NB, Look: unix.LOCK_SH | unix.LOCK_NB}[mode]
	for {
		err := unix.Flock(int(f.Fd()), how)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EWOULDBLOCK):
			return ErrLocked
		}
		return err
	}
}

// syncDir makes a new file's name survive a crash.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
