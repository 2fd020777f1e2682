package main

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// stdout is where commands print what was asked for. It remembers the first write that
// failed: a command whose output was lost has failed, whatever else it did. One that was
// closed before the program began is the null device by now, as Go opens it, and cannot be
// told from one that nobody wants to read.
var stdout = &output{file: os.Stdout}

type output struct {
	file *os.File
	mu   sync.Mutex
	err  error
}

var _ io.Writer = (*output)(nil)

func (o *output) Write(p []byte) (int, error) {
	n, err := o.file.Write(p)
	if err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.err == nil {
			o.err = fmt.Errorf("standard output: what was asked for could not be written: %w", err)
		}
	}
	return n, err
}

// Close ends the output, for whoever is served on it.
func (o *output) Close() error { return o.file.Close() }

// Fd is the file's, for questions about terminals.
func (o *output) Fd() uintptr { return o.file.Fd() }

// lost is the first failure of a write, or nil.
func (o *output) lost() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}
