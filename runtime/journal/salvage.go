package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
)

// Salvage cuts a damaged last record off a run's journal, so that the run goes on as if the
// process had died before it was written: calls have the same identities, and what they did
// is found where results are kept. It returns the last record that is left. What is cut off
// is kept in the file NAME.damaged beside it. A journal that is damaged before its last
// record, or that lacks records at its end, is left as it is.
func (d *Dir) Salvage(ctx context.Context, run string) (last Record, err error) {
	release, err := d.Lease(ctx, run)
	if err != nil {
		return last, err
	}
	defer release()
	f, err := d.open(run, false, Exclusive)
	if errors.Is(err, os.ErrNotExist) {
		return last, fmt.Errorf("%w: %s", ErrNoRun, run)
	}
	if err != nil {
		return last, err
	}
	defer f.Close()
	if _, _, err := d.records(run, f); err == nil {
		return last, fmt.Errorf("journal: run %s is whole", run)
	} else if !errors.Is(err, ErrCorrupt) {
		return last, err
	}
	size, err := f.Size()
	if err != nil {
		return last, fmt.Errorf("journal: %w", err)
	}
	data := make([]byte, size)
	if _, err := f.ReadAt(data, 0); err != nil {
		return last, fmt.Errorf("journal: %w", err)
	}
	begin := bytes.LastIndexByte(bytes.TrimSuffix(data, []byte{'\n'}), '\n') + 1
	records, whole, err := parse(run, data[:begin])
	if err != nil {
		return last, err
	}
	known := d.mark(run)
	if len(records) == 0 || whole != begin || known.seq > len(records)+1 {
		return last, &CorruptError{Run: run, Seq: len(records) + 1, Reason: "more than its last record is lost"}
	}
	aside, err := d.fs.Open(d.file(run)+".damaged", true)
	if err != nil {
		return last, fmt.Errorf("journal: %w", err)
	}
	_, err = aside.WriteAt(data[begin:], 0)
	if err = errorsFirst(err, aside.Sync(), aside.Close(), d.fs.SyncDir(d.path)); err != nil {
		return last, fmt.Errorf("journal: run %s: what is damaged could not be kept: %w", run, err)
	}
	last = records[len(records)-1]
	d.setMark(run, last) // before the end goes: a mark that is behind is as after a power failure
	if err := errorsFirst(f.Truncate(int64(begin)), f.Sync()); err != nil {
		return last, fmt.Errorf("journal: run %s: %w", run, err)
	}
	d.learn(run, last, int64(begin))
	return last, nil
}
