package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock locks a byte far behind the content, so that what is there can still be read
// by others; closing the file drops the lock.
func lock(f *os.File, mode LockMode) error {
	how := map[LockMode]uint32{Exclusive: windows.LOCKFILE_EXCLUSIVE_LOCK,
		Try: windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY, Look: windows.LOCKFILE_FAIL_IMMEDIATELY}[mode]
	err := windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1 << 30})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrLocked
	}
	return err
}

// syncDir does nothing: Windows keeps a directory's entries with the file.
func syncDir(string) error { return nil }
