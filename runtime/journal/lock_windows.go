package journal

import (
	"os"

	"golang.org/x/sys/windows"
)

// lock takes an exclusive lock on a byte far behind the content, so that readers
// are not kept out; closing the file drops it.
func lock(f *os.File, wait bool) error {
	how := uint32(windows.LOCKFILE_EXCLUSIVE_LOCK)
	if !wait {
		how |= windows.LOCKFILE_FAIL_IMMEDIATELY
	}
	return windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1 << 30})
}

// syncDir does nothing: Windows keeps a directory's entries with the file.
func syncDir(string) error { return nil }
