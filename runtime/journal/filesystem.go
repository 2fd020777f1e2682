package journal

import (
	"errors"
	"io"
	"os"
	"time"
)

// FileSystem is what a [Dir] needs of the place where its files are. [Open] uses the
// operating system's; simulations give one that fails and loses power.
type FileSystem interface {
	MkdirAll(path string) error
	Open(name string, create bool) (File, error) // for reading and writing; os.ErrNotExist if it is not there
	Size(name string) (int64, error)             // without opening it
	Remove(name string) error
	List(path string) ([]string, error) // names of the files in a directory
	SyncDir(path string) error          // makes the names of new files survive a crash
}

// File is an open file. Its lock is dropped by Close and with the process.
type File interface {
	io.ReaderAt
	io.WriterAt
	Size() (int64, error)
	Truncate(size int64) error
	Sync() error
	Lock(how LockMode) error
	Close() error
}

// LockMode says how a file is locked.
type LockMode int

// The modes of a lock. Shared and Exclusive wait for the others. Try and Look return
// ErrLocked instead; Try is exclusive, Look is shared.
const (
	Shared LockMode = iota
	Exclusive
	Try
	Look
)

// ErrLocked is returned by a Try or Look lock that somebody else holds.
var ErrLocked = errors.New("journal: locked")

// osFiles is the operating system's file system.
type osFiles struct{}

func (osFiles) MkdirAll(path string) error { return os.MkdirAll(path, 0o700) }

func (osFiles) Open(name string, create bool) (File, error) {
	flag := os.O_RDWR
	if create {
		flag |= os.O_CREATE
	}
	f, err := os.OpenFile(name, flag, 0o600)
	if errors.Is(err, os.ErrPermission) && !create { // a journal that may only be read
		f, err = os.Open(name)
	}
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (osFiles) Size(name string) (int64, error) {
	info, err := os.Stat(name)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (osFiles) Remove(name string) error { return os.Remove(name) }

func (osFiles) List(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}

// ChangedAt is when names were last added to a directory or removed from it.
func (osFiles) ChangedAt(path string) (time.Time, error) {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

func (osFiles) SyncDir(path string) error { return syncDir(path) }

type osFile struct{ *os.File }

func (f osFile) Lock(how LockMode) error { return lock(f.File, how) }

func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
