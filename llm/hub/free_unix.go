//go:build linux || darwin

package hub

import "golang.org/x/sys/unix"

// FreeBytes is the room on the disk of a folder, if the system tells.
func FreeBytes(dir string) (int64, bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
