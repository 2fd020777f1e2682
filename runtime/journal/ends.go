package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
)

// Ender is a [Journal] that gives the first and the last records of runs without reading
// what lies between them. It vouches for no more than these two.
type Ender interface {
	// Ends returns as many as there are runs, in their order.
	Ends(ctx context.Context, runs []string) []End
}

// End is a run's first record and its last.
type End struct {
	First, Last Record
	Err         error
}

// Remover is a [Journal] from which a whole run can be removed.
type Remover interface {
	// Remove removes a run's records. It returns ErrOwned if somebody drives it.
	Remove(ctx context.Context, run string) error
}

// endsRead is how much of a file is read at a time, in search of the end of a line.
const endsRead = 8 << 10

// Ends implements [Ender]. It takes no lock: a line that is being written is no record.
func (d *Dir) Ends(_ context.Context, runs []string) []End {
	all := make([]End, len(runs))
	for i, run := range runs {
		all[i].First, all[i].Last, all[i].Err = d.ends(run)
	}
	return all
}

func (d *Dir) ends(run string) (first, last Record, err error) {
	if err := CheckRun(run); err != nil {
		return first, last, err
	}
	f, err := d.fs.Open(d.file(run), false)
	if errors.Is(err, os.ErrNotExist) {
		return first, last, fmt.Errorf("%w: %s", ErrNoRun, run)
	}
	if err != nil {
		return first, last, fmt.Errorf("journal: %w", err)
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return first, last, fmt.Errorf("journal: %w", err)
	}
	var head, end []byte
	for at := int64(0); bytes.IndexByte(head, '\n') < 0 && at < size; at = int64(len(head)) {
		piece := make([]byte, min(size-at, max(endsRead, at)))
		if _, err := f.ReadAt(piece, at); err != nil {
			return first, last, fmt.Errorf("journal: %w", err)
		}
		head = append(head, piece...)
	}
	line, _, whole := bytes.Cut(head, []byte{'\n'})
	if !whole {
		return first, last, &CorruptError{Run: run, Seq: 1, Reason: "it has no end"}
	}
	if first, err = parseLine(line); err == nil && (first.Seq != 1 || first.Hash != first.sum()) {
		err = errors.New("its hash does not fit its content")
	}
	if err != nil {
		return first, last, &CorruptError{Run: run, Seq: 1, Reason: err.Error()}
	}
	for n := int64(endsRead); ; n *= 4 {
		end = make([]byte, min(n, size))
		if _, err := f.ReadAt(end, size-int64(len(end))); err != nil {
			return first, last, fmt.Errorf("journal: %w", err)
		}
		end = bytes.TrimSuffix(end, []byte{'\n'})
		if i := bytes.LastIndexByte(end, '\n'); i >= 0 {
			end = end[i+1:]
			break
		}
		if n >= size {
			break
		}
	}
	if last, err = parseLine(end); err == nil && last.Hash != last.sum() {
		err = errors.New("its hash does not fit its content")
	}
	if err != nil {
		return first, last, &CorruptError{Run: run, Seq: 0, Reason: "its last line: " + err.Error()}
	}
	return first, last, nil
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
