//go:build !noasm

package tensor

import (
	"golang.org/x/sys/cpu"
	"golang.org/x/sys/unix"
)

// tilesAllowed asks the kernel for the state of tiles, once for the process: without its
// leave their first use ends the process. The kernel refuses if a signal's stack is too
// small for the state; those that Go makes are large enough.
func tilesAllowed() bool {
	const requestPermission, tileData = 0x1023, 18 // of arch_prctl(2): ARCH_REQ_XCOMP_PERM
	if x := &cpu.X86; !x.HasAMXTile || !x.HasAMXBF16 {
		return false
	}
	_, _, err := unix.Syscall(unix.SYS_ARCH_PRCTL, requestPermission, tileData, 0)
	return err == 0
}
