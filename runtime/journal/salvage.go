package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
)

// Salvaged is what is left of a damaged journal, and what is not.
type Salvaged struct {
	Last Record   // the last one before the damage
	Lost []Record // behind it, whole by themselves: what they tell happened
}

// Salvage cuts a damaged last record off a run's journal, so that the run goes on as if the
// process had died before it was written: calls have the same identities, and what they did
// is found where results are kept. What is cut off is kept in the file NAME.damaged beside it.
// If more than the last record is lost, the run would forget what it did: the journal is left
// as it is and the error is an ErrCorrupt, unless lose says that a person has seen
// Salvaged.Lost and wants that.
func (d *Dir) Salvage(ctx context.Context, run string, lose bool) (s Salvaged, err error) {
	if err := CheckRun(run); err != nil {
		return s, err
	}
	if _, err := d.fs.Size(d.file(run)); errors.Is(err, os.ErrNotExist) { // a lease would leave a file
		return s, fmt.Errorf("%w: %s", ErrNoRun, run)
	}
	release, err := d.Lease(ctx, run)
	if err != nil {
		return s, err
	}
	defer release()
	f, err := d.open(run, false, Exclusive)
	if errors.Is(err, os.ErrNotExist) {
		return s, fmt.Errorf("%w: %s", ErrNoRun, run)
	}
	if err != nil {
		return s, err
	}
	defer f.Close()
	records, _, err := d.records(run, f)
	if err == nil {
		return s, fmt.Errorf("journal: run %s is whole", run)
	} else if !errors.Is(err, ErrCorrupt) {
		return s, err
	}
	if len(records) == 0 {
		return s, fmt.Errorf("%w; no record stands before it: there is nothing to go on with", err)
	}
	s.Last = records[len(records)-1]
	size, err := f.Size()
	if err != nil {
		return s, fmt.Errorf("journal: %w", err)
	}
	data := make([]byte, size)
	if _, err := f.ReadAt(data, 0); err != nil {
		return s, fmt.Errorf("journal: %w", err)
	}
	begin := 0
	for range records {
		begin += bytes.IndexByte(data[begin:], '\n') + 1
	}
	behind := bytes.Split(bytes.TrimSuffix(data[begin:], []byte{'\n'}), []byte{'\n'})
	for _, line := range behind {
		if r, err := parseLine(line); err == nil && r.Hash == r.sum() {
			s.Lost = append(s.Lost, r)
		}
	}
	if !lose && (len(behind) > 1 || d.mark(run).seq > s.Last.Seq+1) {
		return s, &CorruptError{Run: run, Seq: s.Last.Seq + 1, Reason: "more than its last record is lost"}
	}
	aside, err := d.fs.Open(d.file(run)+".damaged", true)
	if err != nil {
		return s, fmt.Errorf("journal: %w", err)
	}
	end, err := aside.Size() // behind what an earlier salvage left
	if err == nil {
		_, err = aside.WriteAt(data[begin:], end)
	}
	if err = errorsFirst(err, aside.Sync(), aside.Close(), d.fs.SyncDir(d.path)); err != nil {
		return s, fmt.Errorf("journal: run %s: what is damaged could not be kept: %w", run, err)
	}
	d.setMark(run, s.Last) // before the end goes: a mark that is behind is as after a power failure
	if err := errorsFirst(f.Truncate(int64(begin)), f.Sync()); err != nil {
		return s, fmt.Errorf("journal: run %s: %w", run, err)
	}
	d.learn(run, s.Last, int64(begin))
	return s, nil
}
