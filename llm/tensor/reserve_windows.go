package tensor

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// Reserve commits n bytes of zeroed memory, which Windows backs when it is touched.
func Reserve(n int) ([]byte, func() error, error) {
	addr, err := windows.VirtualAlloc(0, uintptr(n), windows.MEM_RESERVE|windows.MEM_COMMIT, windows.PAGE_READWRITE)
	if err != nil {
		return nil, nil, err
	}
	p := *(*unsafe.Pointer)(unsafe.Pointer(&addr)) // not Go memory: it never moves
	return unsafe.Slice((*byte)(p), n), func() error { return windows.VirtualFree(addr, 0, windows.MEM_RELEASE) }, nil
}
