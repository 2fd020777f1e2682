//go:build unix

package tensor

import "golang.org/x/sys/unix"

// Reserve maps n bytes of zeroed memory that is committed when it is touched: it may be
// more than the machine has.
func Reserve(n int) ([]byte, func() error, error) {
	mem, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|noReserve)
	if err != nil {
		return nil, nil, err
	}
	HugePages(mem)
	return mem, func() error { return unix.Munmap(mem) }, nil
}
