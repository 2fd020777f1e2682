//go:build unix && !freebsd

package tensor

import "golang.org/x/sys/unix"

const noReserve = unix.MAP_NORESERVE
