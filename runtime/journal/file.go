package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const suffix = ".jsonl"

// Dir is a [Journal] in a directory: a file of records and a [mark] for each run.
// Processes share it by file locks. An append is on disk (fsync) when it is
// acknowledged.
type Dir struct {
	fs   FileSystem
	path string

	mu    sync.Mutex
	tails map[string]tail
	named sync.Map // runs whose file's name this process has seen to be on disk

	listing listing
	watched watches
}

// tail is what is known of a run's file: valid while the file has that size.
type tail struct {
	last Record // without its event
	size int64
}

// Open returns the journal in that directory, which it makes if need be.
func Open(path string) (*Dir, error) { return OpenOn(osFiles{}, path) }

// OpenOn is Open on another file system.
func OpenOn(fs FileSystem, path string) (*Dir, error) {
	if err := fs.MkdirAll(path); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return &Dir{fs: fs, path: path, tails: map[string]tail{}}, nil
}

func (d *Dir) file(run string) string { return filepath.Join(d.path, run+suffix) }

// open opens and locks a run's records.
func (d *Dir) open(run string, create bool, how LockMode) (File, error) {
	f, err := d.fs.Open(d.file(run), create)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if err := f.Lock(how); err != nil {
		f.Close()
		return nil, fmt.Errorf("journal: lock run %s: %w", run, err)
	}
	return f, nil
}

// Append implements [Journal].
func (d *Dir) Append(ctx context.Context, run string, r Record) error {
	if err := errorsFirst(ctx.Err(), CheckRun(run)); err != nil {
		return err
	}
	line, err := encode(r)
	if err != nil {
		return fmt.Errorf("journal: record %d of run %s: %w", r.Seq, run, err)
	}
	f, err := d.open(run, r.Seq == 1, Exclusive)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %s", ErrNoRun, run)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	t, err := d.tail(run, f)
	if err != nil {
		return err
	}
	if err := r.admit(run, t.last); err != nil {
		return err
	}
	_, err = f.WriteAt(line, t.size)
	if err == nil {
		err = f.Sync()
	}
	if _, named := d.named.Load(run); err == nil && !named {
		// Also where another process made the file: it may have died before this.
		if err = d.fs.SyncDir(d.path); err == nil {
			d.named.Store(run, true)
		}
	}
	if err != nil {
		// The line was not acknowledged: nobody may find it. The sync keeps what was
		// written of it from coming back under the next line after a power failure.
		d.forget(run)
		cut := errorsFirst(f.Truncate(t.size), f.Sync())
		return fmt.Errorf("journal: record %d of run %s was not written: %w", r.Seq, run, errors.Join(err, cut))
	}
	d.setMark(run, r)
	d.learn(run, r, t.size+int64(len(line)))
	return nil
}

// learn keeps what is known of a run's file, and tells those who wait for more of it.
func (d *Dir) learn(run string, last Record, size int64) {
	last.Event = nil
	d.mu.Lock()
	before := d.tails[run]
	d.tails[run] = tail{last: last, size: size}
	d.mu.Unlock()
	if before.last.Hash != last.Hash {
		d.watched.tell(run)
	}
}

// tail finds the run's last record and cuts off a torn line after it. The file is
// locked.
func (d *Dir) tail(run string, f File) (tail, error) {
	size, err := f.Size()
	if err != nil {
		return tail{}, fmt.Errorf("journal: %w", err)
	}
	d.mu.Lock()
	t, ok := d.tails[run]
	d.mu.Unlock()
	if ok && t.size == size {
		return t, nil
	}
	records, whole, err := d.records(run, f)
	if err != nil {
		return tail{}, err
	}
	if whole < size {
		// Synced before anything is written in its place: a power failure must not
		// mix the two.
		if err := errorsFirst(f.Truncate(whole), f.Sync()); err != nil {
			return tail{}, fmt.Errorf("journal: run %s: cut off a torn line: %w", run, err)
		}
	}
	t = tail{size: whole}
	if n := len(records); n > 0 {
		t.last = records[n-1]
		t.last.Event = nil
	}
	return t, nil
}

func (d *Dir) forget(run string) {
	d.mu.Lock()
	delete(d.tails, run)
	d.mu.Unlock()
}

// records reads and checks a run's file, which is locked, and returns how many bytes
// hold its records. With an ErrCorrupt come the records before the one that is wrong.
func (d *Dir) records(run string, f File) ([]Record, int64, error) {
	known := d.mark(run)
	records, whole, err := readAll(run, f)
	if err == nil {
		if err = known.check(run, records); err != nil {
			records = records[:min(len(records), max(known.seq-1, 0))]
		}
	}
	return records, whole, err
}

func readAll(run string, f File) ([]Record, int64, error) {
	size, err := f.Size()
	if err != nil {
		return nil, 0, fmt.Errorf("journal: %w", err)
	}
	data := make([]byte, size)
	if _, err := f.ReadAt(data, 0); err != nil && (size > 0 || !errors.Is(err, io.EOF)) {
		return nil, 0, fmt.Errorf("journal: %w", err)
	}
	records, whole, err := parse(run, data)
	return records, int64(whole), err
}

// parse reads records and returns how many bytes hold whole lines. A last line
// without its end, or with zero bytes where a block never reached the disk, was
// being written when the machine stopped: it was not acknowledged, since it was
// not synced, and is left out. With an ErrCorrupt come the records before it.
func parse(run string, data []byte) ([]Record, int, error) {
	var records []Record
	var last Record
	whole := 0
	for {
		i := bytes.IndexByte(data[whole:], '\n')
		if i < 0 {
			return records, whole, nil
		}
		line := data[whole : whole+i]
		if bytes.IndexByte(line, 0) >= 0 && bytes.IndexByte(data[whole+i+1:], '\n') < 0 {
			return records, whole, nil
		}
		r, err := parseLine(line)
		if err != nil {
			return records, whole, &CorruptError{Run: run, Seq: last.Seq + 1, Reason: err.Error()}
		}
		if err := r.follows(run, last); err != nil {
			return records, whole, err
		}
		records, last = append(records, r), r
		whole += i + 1
	}
}

func parseLine(line []byte) (Record, error) {
	if r, ok := split(line); ok && json.Valid(r.Event) {
		return r, nil
	}
	var r Record
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return r, fmt.Errorf("not a record: %w", err)
	}
	if dec.More() {
		return r, errors.New("more than one record in a line")
	}
	return r, nil
}

// Read implements [Journal].
func (d *Dir) Read(_ context.Context, run string, after Record) ([]Record, error) {
	if err := CheckRun(run); err != nil {
		return nil, err
	}
	if d.unchanged(run, after) {
		return nil, nil
	}
	f, err := d.open(run, false, Shared) // a line that is being written may yet be cut off
	if errors.Is(err, os.ErrNotExist) {
		if known := d.mark(run); known.seq > 0 {
			return nil, known.check(run, nil)
		}
		return nil, fmt.Errorf("%w: %s", ErrNoRun, run)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, whole, err := d.records(run, f)
	if err != nil {
		good, _ := since(run, records, after)
		return good, err
	}
	if len(records) > d.mark(run).seq {
		// Whoever wrote the last line died before they were told that it is on disk. What
		// a reader goes by must not vanish.
		if err := f.Sync(); err != nil {
			return nil, fmt.Errorf("journal: run %s: %w", run, err)
		}
	}
	if size, err := f.Size(); err == nil && size == whole && len(records) > 0 { // while the lock is held
		d.learn(run, records[len(records)-1], whole)
	}
	return since(run, records, after)
}

// unchanged reports that a run ends with the record that the reader knows: its file is as
// long as it was behind it. Whoever waits for many runs asks for each again and again.
func (d *Dir) unchanged(run string, after Record) bool {
	d.mu.Lock()
	t, ok := d.tails[run]
	d.mu.Unlock()
	if !ok || after.Seq == 0 || after.Hash != t.last.Hash {
		return false
	}
	size, err := d.fs.Size(d.file(run))
	return err == nil && size == t.size
}

// Lease implements [Journal] by a lock that the system drops with the process.
func (d *Dir) Lease(_ context.Context, run string) (func(), error) {
	if err := CheckRun(run); err != nil {
		return nil, err
	}
	for range leaseTries {
		f, err := d.lockMark(run, Try)
		if err == nil {
			return sync.OnceFunc(func() { f.Close() }), nil
		}
		if !errors.Is(err, ErrLocked) {
			return nil, err
		}
		if f, err = d.lockMark(run, Look); err != nil { // an owner: whoever looks lets others look
			break
		}
		f.Close()
		time.Sleep(leasePause)
	}
	return nil, fmt.Errorf("%w: %s", ErrOwned, run)
}

// Where others look whether a lease is taken, which they do for some microseconds, it is
// tried for so often, with such a pause.
const (
	leaseTries = 2000
	leasePause = time.Millisecond
)

func (d *Dir) lockMark(run string, how LockMode) (File, error) {
	f, err := d.fs.Open(d.markFile(run), true)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if err := f.Lock(how); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
