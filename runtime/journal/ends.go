package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// Ender is a [Journal] that gives the first and the last records of runs without reading
// what lies between them. It vouches for no more than these. Both return as many as there
// are runs, in their order.
type Ender interface {
	Firsts(ctx context.Context, runs []string) []End
	Lasts(ctx context.Context, runs []string) []End
}

// Checker is an [Ender] that gives the last records of runs and vouches for those before them,
// as far as that is cheap: a [Dir] reads them, a [Stream] counts its messages. An error calls
// for a [Journal.Read], which says what is wrong.
type Checker interface {
	Ender
	Checked(ctx context.Context, runs []string) []End
}

// End is a run's first record, or its last, or why it cannot be read.
type End struct {
	Record
	Err error
}

// Remover is a [Journal] from which a whole run can be removed.
type Remover interface {
	// Remove removes a run's records. It returns ErrOwned if somebody drives it.
	Remove(ctx context.Context, run string) error
}

// endsRead is how much of a file is read at a time, in search of the end of a line.
const endsRead = 8 << 10

// Firsts implements [Ender]. It takes no lock: a line that is being written is no record.
func (d *Dir) Firsts(_ context.Context, runs []string) []End { return d.ends(runs, firstLine, 1) }

// Lasts implements [Ender], likewise.
func (d *Dir) Lasts(_ context.Context, runs []string) []End { return d.ends(runs, lastLine, 0) }

func (d *Dir) ends(runs []string, line func(f File, size int64) ([]byte, error), seq int) []End {
	all := make([]End, len(runs))
	for i, run := range runs {
		all[i].Record, all[i].Err = d.end(run, line, seq)
	}
	return all
}

func (d *Dir) end(run string, line func(f File, size int64) ([]byte, error), seq int) (r Record, err error) {
	if err := CheckRun(run); err != nil {
		return r, err
	}
	f, err := d.fs.Open(d.file(run), false)
	if errors.Is(err, os.ErrNotExist) {
		return r, fmt.Errorf("%w: %s", ErrNoRun, run)
	}
	if err != nil {
		return r, fmt.Errorf("journal: %w", err)
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return r, fmt.Errorf("journal: %w", err)
	}
	text, err := line(f, size)
	if err != nil {
		return r, fmt.Errorf("journal: %w", err)
	}
	if r, err = parseLine(text); err == nil && (r.Hash != r.sum() || seq > 0 && r.Seq != seq) {
		err = errors.New("its hash does not fit its content")
	}
	if err != nil {
		return r, &CorruptError{Run: run, Seq: seq, Reason: err.Error()}
	}
	return r, nil
}

// Checked implements [Checker]. It takes no lock, likewise.
func (d *Dir) Checked(_ context.Context, runs []string) []End {
	out := make([]End, len(runs))
	var work checking
	for i, run := range runs {
		out[i].Record, out[i].Err = d.checked(run, &work)
	}
	return out
}

// checking is the memory that journals are checked in, one after another.
type checking struct {
	data []byte // that files are read into
	mark []byte // that marks are read into
	sums sums
}

func (d *Dir) checked(run string, work *checking) (last Record, err error) {
	if err := CheckRun(run); err != nil {
		return last, err
	}
	d.mu.Lock()
	t, ok := d.tails[run]
	d.mu.Unlock()
	if ok {
		if size, err := d.fs.Size(d.file(run)); err == nil && size == t.size { // it was read or written here
			return d.end(run, lastLine, t.last.Seq)
		}
	}
	known := d.readMark(run, work) // before the records, which are never behind it
	data, err := d.readWhole(d.file(run), work.data, math.MaxInt64)
	if errors.Is(err, os.ErrNotExist) {
		return last, fmt.Errorf("%w: %s", ErrNoRun, run)
	}
	if err != nil {
		return last, fmt.Errorf("journal: %w", err)
	}
	work.data = data[:0]
	var end written
	for len(data) > 0 {
		line, rest, whole := bytes.Cut(data, []byte{'\n'})
		w, ok := work.sums.written(line)
		if !whole || !ok || w.seq != end.seq+1 || !bytes.Equal(w.prev, end.hash) || w.epoch < end.epoch || w.seq == known.seq && string(w.hash) != known.hash {
			return end.record(), &CorruptError{Run: run, Seq: end.seq + 1, Reason: "it does not follow the record before it"}
		}
		end, data = w, rest
	}
	if end.seq == 0 || end.seq < known.seq {
		return end.record(), &CorruptError{Run: run, Seq: end.seq + 1, Reason: "it is missing"}
	}
	last = end.record()
	last.Event = bytes.Clone(last.Event)
	return last, nil
}

// firstLine reads a file up to the end of its first line, or all of it.
func firstLine(f File, size int64) ([]byte, error) {
	var head []byte
	for at := int64(0); bytes.IndexByte(head, '\n') < 0 && at < size; at = int64(len(head)) {
		piece := make([]byte, min(size-at, max(endsRead, at)))
		if _, err := f.ReadAt(piece, at); err != nil {
			return nil, err
		}
		head = append(head, piece...)
	}
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	return line, nil
}

// lastLine reads what follows the last end of a line but one.
func lastLine(f File, size int64) ([]byte, error) {
	for n := int64(endsRead); ; n *= 4 {
		end := make([]byte, min(n, size))
		if _, err := f.ReadAt(end, size-int64(len(end))); err != nil && (size > 0 || !errors.Is(err, io.EOF)) {
			return nil, err
		}
		end = bytes.TrimSuffix(end, []byte{'\n'})
		if i := bytes.LastIndexByte(end, '\n'); i >= 0 {
			return end[i+1:], nil
		}
		if n >= size {
			return end, nil
		}
	}
}

// Remove implements [Remover].
func (d *Dir) Remove(ctx context.Context, run string) error {
	release, err := d.Lease(ctx, run)
	if err != nil {
		return err
	}
	defer release()
	d.named.Delete(run)
	err = d.fs.Remove(d.file(run))
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("%w: %s", ErrNoRun, run)
	} else if err != nil {
		err = fmt.Errorf("journal: %w", err)
	}
	d.forget(run)
	// The records went first: a mark without them says that they are missing.
	if markErr := d.fs.Remove(d.markFile(run)); err == nil && markErr != nil && !errors.Is(markErr, os.ErrNotExist) {
		err = fmt.Errorf("journal: %w", markErr)
	}
	return err
}
