package host

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/policies/audit"
	"github.com/chaski-dev/chaski/tools"
)

// audits keeps an audit log for each run, as a file of its own: a run has one driver at a
// time, so no two processes ever write to the same log.
type audits struct {
	dir string
	key ed25519.PrivateKey

	mu   sync.Mutex
	open map[string]*auditFile
}

// auditFile is a log and how long its file was when this process last wrote to it:
// another process may have driven the run since.
type auditFile struct {
	*audit.File
	size int64
}

// maxAudits bounds the files that are kept open.
const maxAudits = 64

func newAudits(dir string) (*audits, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	key, err := audit.LoadKey(filepath.Join(dir, "signing.key"))
	if err != nil {
		return nil, err
	}
	return &audits{dir: dir, key: key, open: map[string]*auditFile{}}, nil
}

func (a *audits) path(run string) string { return filepath.Join(a.dir, run+".jsonl") }

// Call implements runtime.Auditor.
func (a *audits) Call(call tools.Call, d policies.Decision, at time.Time) error {
	return a.with(call.Run, func(f *audit.File) error { return f.Call(call, d, at) })
}

// Result implements runtime.Auditor.
func (a *audits) Result(call tools.Call, r tools.Result, at time.Time) error {
	return a.with(call.Run, func(f *audit.File) error { return f.Result(call, r, at) })
}

func (a *audits) with(run string, write func(*audit.File) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	f, err := a.file(run)
	if err != nil {
		return err
	}
	if err := write(f.File); err != nil {
		delete(a.open, run)
		return errors.Join(err, f.Abandon())
	}
	f.size, err = size(a.path(run))
	return err
}

func (a *audits) file(run string) (*auditFile, error) {
	if f := a.open[run]; f != nil {
		if n, err := size(a.path(run)); err == nil && n == f.size {
			return f, nil
		}
		delete(a.open, run)
		if err := f.Abandon(); err != nil { // another process has signed since
			return nil, err
		}
	}
	for old, f := range a.open { // any one: they are opened again when they are needed
		if len(a.open) < maxAudits {
			break
		}
		delete(a.open, old)
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
	f, err := audit.Open(a.path(run), audit.Options{Key: a.key})
	if err != nil {
		return nil, err
	}
	a.open[run] = &auditFile{File: f}
	return a.open[run], nil
}

func size(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Close closes the files.
func (a *audits) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var errs []error
	for _, f := range a.open {
		errs = append(errs, f.Close())
	}
	clear(a.open)
	return errors.Join(errs...)
}
