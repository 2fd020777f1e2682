//go:build unix

package gguf

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/chaski-dev/chaski/llm/tensor"
)

// mapFile maps a file read-only.
func mapFile(path string) (data []byte, unmap func() error, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		return nil, nil, &os.PathError{Op: "open", Path: path, Err: unix.EISDIR}
	}
	if info.Size() == 0 {
		return nil, func() error { return nil }, nil
	}
	data, err = unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, &os.PathError{Op: "mmap", Path: path, Err: err}
	}
	tensor.HugePages(data)
	return data, func() error { return unix.Munmap(data) }, nil
}
