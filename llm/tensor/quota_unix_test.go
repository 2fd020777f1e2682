//go:build unix

package tensor

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// processTime is the time that all threads of the process had a processor.
func processTime(t *testing.T) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
