package main

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// peakRSS returns the most memory that the process had in use, in bytes; 0 if unknown.
func peakRSS() int64 {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Maxrss * 1024
}

// currentRSS returns the memory that the process has in use, in bytes; 0 if unknown.
func currentRSS() int64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(data), &size, &resident); err != nil {
		return 0
	}
	return resident * int64(os.Getpagesize())
}

// forget makes the operating system drop its copy of a file, so that it is read from
// the disk again.
func forget(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED), f.Close())
}
