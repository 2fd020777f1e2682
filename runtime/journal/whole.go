package journal

import (
	"errors"
	"io"
)

// wholeReader is a [FileSystem] that reads whole files at less cost than by [FileSystem.Open]:
// a list of runs reads a hundred thousand small ones.
type wholeReader interface {
	// ReadWhole returns what is in the file up to a size, in memory if it fits there.
	ReadWhole(name string, memory []byte, most int64) ([]byte, error)
}

// readWhole reads a file up to a size into memory, or into more of it.
func (d *Dir) readWhole(name string, memory []byte, most int64) ([]byte, error) {
	if fs, ok := d.fs.(wholeReader); ok {
		return fs.ReadWhole(name, memory, most)
	}
	f, err := d.fs.Open(name, false)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	data := room(memory, min(size, most))
	n, err := f.ReadAt(data, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return data[:n], nil
}

// room is memory of that size, a new one if this is too small.
func room(memory []byte, size int64) []byte {
	if int64(cap(memory)) < size {
		memory = make([]byte, size)
	}
	return memory[:size]
}
