//go:build unix

package journal

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the file's exclusive lock, which closing the file drops.
func lock(f *os.File, wait bool) error {
	how := unix.LOCK_EX
	if !wait {
		how |= unix.LOCK_NB
	}
	for {
		err := unix.Flock(int(f.Fd()), how)
		if err != unix.EINTR { //nolint:errorlint // a bare errno
			return err
		}
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
