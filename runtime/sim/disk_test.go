package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
)

var (
	errFull = errors.New("sim: no space left on device")
	errIO   = errors.New("sim: input/output error")
)

// sector is what a disk writes whole.
const sector = 512

// disk is the machine's file system, which all processes share: what they see is in
// the page cache, and what a power failure leaves is what was synced, with sectors
// of what was not.
type disk struct {
	w            *world
	names, saved map[string]*inode // in the cache, and on disk
}

type inode struct {
	cache, disk []byte
	locks       map[*file]journal.LockMode
}

// files is the disk as one process sees it.
type files struct{ p *process }

type file struct {
	p  *process
	in *inode
}

func (f files) MkdirAll(string) error { return nil }

func (f files) Open(name string, create bool) (journal.File, error) {
	if f.p.dead {
		return nil, errCrash
	}
	d := f.p.w.disk
	in := d.names[name]
	if in == nil {
		if !create {
			return nil, os.ErrNotExist
		}
		in = &inode{locks: map[*file]journal.LockMode{}}
		d.names[name] = in
	}
	return &file{f.p, in}, nil
}

func (f files) Size(name string) (int64, error) {
	in := f.p.w.disk.names[name]
	if in == nil {
		return 0, os.ErrNotExist
	}
	return int64(len(in.cache)), nil
}

func (f files) Remove(name string) error {
	delete(f.p.w.disk.names, name)
	return nil
}

func (f files) List(string) ([]string, error) {
	names := slices.Sorted(maps.Keys(f.p.w.disk.names))
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	return names, nil
}

func (f files) SyncDir(string) error {
	if f.p.dead {
		return errCrash
	}
	if f.p.w.mutant != NoDirSync {
		maps.Copy(f.p.w.disk.saved, f.p.w.disk.names)
	}
	return nil
}

func (f *file) Size() (int64, error) { return int64(len(f.in.cache)), nil }

func (f *file) ReadAt(b []byte, off int64) (int, error) {
	return bytes.NewReader(f.in.cache).ReadAt(b, off)
}

func (f *file) WriteAt(b []byte, off int64) (int, error) {
	if f.p.dead {
		return 0, errCrash
	}
	w, n := f.p.w, len(b)
	full := int(off)+n > len(f.in.cache) && w.chance("disk full", 0.01) // what is allocated can be written over
	if full {
		n = w.rng.IntN(n + 1)
	}
	if end := int(off) + n; end > len(f.in.cache) {
		f.in.cache = append(f.in.cache, make([]byte, end-len(f.in.cache))...)
	}
	copy(f.in.cache[off:], b[:n])
	if full {
		return n, errFull
	}
	return n, nil
}

func (f *file) Truncate(size int64) error {
	if f.p.dead {
		return errCrash
	}
	f.in.cache = slices.Clone(f.in.cache[:size])
	return nil
}

// Sync takes a while: others have their turns before it, and the process may die.
func (f *file) Sync() error {
	if err := f.p.wait("sync", nil); err != nil {
		return err
	}
	w := f.p.w
	if !f.p.synced && w.chance("sync failed", 0.01) {
		f.p.synced = true
		f.in.writeback(w)
		return errIO
	}
	f.p.synced = false
	if w.mutant != NoSync {
		f.in.disk = slices.Clone(f.in.cache)
	}
	return nil
}

func (f *file) Lock(how journal.LockMode) error {
	free := func() bool {
		for other, held := range f.in.locks {
			if other != f && !(shared(held) && shared(how)) {
				return false
			}
		}
		return true
	}
	tries := how == journal.Try || how == journal.Look
	if err := f.p.wait("lock", func() bool { return tries || free() }); err != nil {
		return err
	}
	if tries && !free() {
		if !f.p.thief || how == journal.Look {
			return journal.ErrLocked
		}
		f.p.w.faults["second owner of a lease"]++
	}
	f.in.locks[f] = how
	return nil
}

func shared(how journal.LockMode) bool { return how == journal.Shared || how == journal.Look }

func (f *file) Close() error {
	delete(f.in.locks, f)
	return nil
}

// unlock drops the locks of a process that is gone.
func (d *disk) unlock(p *process) {
	for _, in := range d.names {
		maps.DeleteFunc(in.locks, func(f *file, _ journal.LockMode) bool { return f.p == p })
	}
}

// writeback puts some sectors of the cache on the disk, and the file's size anywhere
// between the two.
func (in *inode) writeback(w *world) {
	size := len(in.disk)
	if d := len(in.cache) - size; d > 0 {
		size += w.rng.IntN(d + 1)
	}
	next := make([]byte, size)
	copy(next, in.disk)
	for at := 0; at < size; at += sector {
		if end := min(at+sector, size, len(in.cache)); end > at && w.rng.IntN(2) == 0 {
			copy(next[at:end], in.cache[at:end])
		}
	}
	in.disk = next
}

// powerFailure kills every process and leaves what was on disk and parts of the rest.
func (w *world) powerFailure() {
	for _, p := range slices.Clone(w.procs) {
		w.kill(p)
	}
	d := w.disk
	for _, name := range slices.Sorted(maps.Keys(d.names)) {
		in := d.names[name]
		if d.saved[name] == nil && w.rng.IntN(2) == 0 {
			delete(d.names, name)
			continue
		}
		d.saved[name] = in
		in.locks = map[*file]journal.LockMode{}
		if w.rng.IntN(2) == 0 && len(in.cache) >= len(in.disk) {
			in.writeback(w)
		}
		in.cache = slices.Clone(in.disk)
	}
	w.seen.survived(w)
}

// durable returns the events of a run that a power failure would leave.
func (d *disk) durable(run string) (events []planner.Event) {
	in := d.saved[filepath.Join(folder, run+".jsonl")]
	if in == nil {
		return nil
	}
	for line := range bytes.Lines(in.disk) {
		var r journal.Record
		var ev planner.Event
		if json.Unmarshal(line, &r) != nil || json.Unmarshal(r.Event, &ev) != nil {
			return events
		}
		events = append(events, ev)
	}
	return events
}

// auditDisk keeps the audit log, and has no room now and then.
type auditDisk struct {
	w *world
	bytes.Buffer
}

func (a *auditDisk) Write(b []byte) (int, error) {
	if a.w.chance("audit log full", 0.01) {
		a.w.audit = nil // to be opened again
		return 0, errFull
	}
	return a.Buffer.Write(b)
}
