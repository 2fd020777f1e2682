package main

import "golang.org/x/sys/unix"

// peakRSS returns the most memory that the process had in use, in bytes; 0 if unknown.
func peakRSS() int64 {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Maxrss * 1024
}
