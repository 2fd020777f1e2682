package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

var ctx = context.Background()

func fill(t *testing.T, j Journal, run string, n int) Record {
	t.Helper()
	var last Record
	for i := range n {
		last = last.Next(1, json.RawMessage(fmt.Sprintf(`{"n":%d}`, i)))
		if err := j.Append(ctx, run, last); err != nil {
			t.Fatal(err)
		}
	}
	return last
}

func put(t *testing.T, d *Dir, run, text string) {
	t.Helper()
	if err := os.WriteFile(d.file(run), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// refused wants the run refused, by readers and writers, with that record named.
func refused(t *testing.T, d *Dir, what string, seq int) {
	t.Helper()
	var corrupt *CorruptError
	if _, err := d.Read(ctx, "a", Record{}); !errors.As(err, &corrupt) || corrupt.Seq != seq {
		t.Errorf("%s: read: %v, want record %d", what, err, seq)
	}
	before, _ := os.ReadFile(d.file("a"))
	fresh, _ := Open(d.path)
	if err := fresh.Append(ctx, "a", Record{Seq: 2, Epoch: 1}.Next(1, json.RawMessage(`1`))); !errors.As(err, &corrupt) || corrupt.Seq != seq {
		t.Errorf("%s: append: %v, want record %d", what, err, seq)
	}
	if after, _ := os.ReadFile(d.file("a")); !bytes.Equal(before, after) {
		t.Errorf("%s: the refused file was changed", what)
	}
}

// TestTorn cuts a journal at every byte: what is left is a prefix of whole records,
// and the run goes on after it.
func TestTorn(t *testing.T) {
	dir := t.TempDir()
	d, _ := Open(dir)
	fill(t, d, "a", 3)
	data, err := os.ReadFile(d.file("a"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(d.markFile("a")); err != nil { // no power failure keeps what it takes away
		t.Fatal(err)
	}
	for cut := 1; cut < len(data); cut++ {
		if err := os.WriteFile(d.file("a"), data[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		fresh, _ := Open(dir)
		want := bytes.Count(data[:cut], []byte("\n"))
		rs, err := fresh.Read(ctx, "a", Record{})
		if want == 0 && !errors.Is(err, ErrNoRun) || want > 0 && (err != nil || len(rs) != want) {
			t.Fatalf("cut at %d: %d records of %d, %v", cut, len(rs), want, err)
		}
		var last Record
		if want > 0 {
			last = rs[want-1]
		}
		if err := fresh.Append(ctx, "a", last.Next(1, json.RawMessage(`"on"`))); err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if rs, err := fresh.Read(ctx, "a", Record{}); err != nil || len(rs) != want+1 {
			t.Fatalf("cut at %d: %d records, %v", cut, len(rs), err)
		}
		if err := os.Remove(d.markFile("a")); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTruncated cuts a journal whose records were acknowledged at every byte: it is
// refused, and the first record that is missing is named.
func TestTruncated(t *testing.T) {
	d, _ := Open(t.TempDir())
	fill(t, d, "a", 3)
	data, _ := os.ReadFile(d.file("a"))
	for cut := range len(data) {
		put(t, d, "a", string(data[:cut]))
		refused(t, d, fmt.Sprint("cut at ", cut), bytes.Count(data[:cut], []byte("\n"))+1)
	}
	if err := os.Remove(d.file("a")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Read(ctx, "a", Record{}); !errors.Is(err, ErrCorrupt) {
		t.Error(err)
	}
	if err := d.Append(ctx, "a", Record{}.Next(1, json.RawMessage(`1`))); !errors.Is(err, ErrCorrupt) {
		t.Error(err)
	}
}

// TestSectors loses sectors of the last line, of which no acknowledgement is known.
func TestSectors(t *testing.T) {
	d, _ := Open(t.TempDir())
	last := fill(t, d, "a", 2)
	keep, _ := os.ReadFile(d.markFile("a"))
	long := last.Next(1, json.RawMessage(`"`+strings.Repeat("long ", 400)+`"`))
	if err := d.Append(ctx, "a", long); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.markFile("a"), keep, 0o600); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(d.file("a"))
	for i := 512; i+512 < len(data); i += 512 {
		torn := bytes.Clone(data)
		clear(torn[i : i+512])
		put(t, d, "a", string(torn))
		fresh, _ := Open(d.path)
		if rs, err := fresh.Read(ctx, "a", Record{}); err != nil || len(rs) != 2 {
			t.Fatal(i, len(rs), err)
		}
	}
	fresh, _ := Open(d.path)
	if err := fresh.Append(ctx, "a", last.Next(1, json.RawMessage(`"on"`))); err != nil {
		t.Fatal(err)
	}
	if rs, err := fresh.Read(ctx, "a", Record{}); err != nil || len(rs) != 3 {
		t.Fatal(len(rs), err)
	}
}

// TestCorrupt alters, drops and reorders records: the first wrong one is named.
func TestCorrupt(t *testing.T) {
	d, _ := Open(t.TempDir())
	fill(t, d, "a", 4)
	data, _ := os.ReadFile(d.file("a"))
	lines := strings.SplitAfter(string(data), "\n")
	last := Record{}
	rewritten := ""
	for i := range 4 { // a chain that is sound in itself
		last = last.Next(1, json.RawMessage(fmt.Sprintf(`{"n":%d}`, i*2)))
		line, _ := encode(last)
		rewritten += string(line)
	}
	for name, c := range map[string]struct {
		text string
		seq  int
	}{
		"altered":      {strings.Replace(string(data), `{"n":2}`, `{"n":9}`, 1), 3},
		"last altered": {strings.Replace(string(data), `{"n":3}`, `{"n":9}`, 1), 4},
		"last zeroed":  {strings.Replace(string(data), `{"n":3}`, "\x00\x00\x00\x00\x00\x00\x00", 1), 4},
		"lost":         {lines[0] + lines[2] + lines[3], 2},
		"reordered":    {lines[0] + lines[2] + lines[1] + lines[3], 2},
		"twice":        {lines[0] + lines[0], 2},
		"no first":     {lines[1], 1},
		"noise":        {lines[0] + "\x00\x00\x00\n" + lines[1], 2},
		"two in one":   {lines[0] + strings.TrimSpace(lines[1]) + lines[2], 2},
		"field":        {lines[0] + strings.Replace(lines[1], `"seq"`, `"x":1,"seq"`, 1), 2},
		"rewritten":    {rewritten, 4},
	} {
		put(t, d, "a", c.text)
		refused(t, d, name, c.seq)
	}
}

// failing is a file system whose next write or sync fails.
type failing struct {
	osFiles
	write, sync error
}

type failingFile struct {
	File
	fs *failing
}

func (f *failing) Open(name string, create bool) (File, error) {
	file, err := f.osFiles.Open(name, create)
	if err != nil || !strings.HasSuffix(name, suffix) {
		return file, err
	}
	return failingFile{file, f}, nil
}

func (f failingFile) WriteAt(p []byte, off int64) (int, error) {
	if err := f.fs.write; err != nil {
		f.fs.write = nil
		n, _ := f.File.WriteAt(p[:len(p)/2], off)
		return n, err
	}
	return f.File.WriteAt(p, off)
}

func (f failingFile) Sync() error {
	err := f.fs.sync
	f.fs.sync = nil
	return errorsFirst(err, f.File.Sync())
}

// TestFullDisk fails a write in the middle of a line and a sync after it: the record
// is not there, the error says why, and the run goes on once there is room.
func TestFullDisk(t *testing.T) {
	full := errors.New("no space left on device")
	for _, fs := range []*failing{{write: full}, {sync: full}} {
		want := *fs
		fs.write, fs.sync = nil, nil
		d, err := OpenOn(fs, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		last := fill(t, d, "a", 2)
		fs.write, fs.sync = want.write, want.sync
		next := last.Next(1, json.RawMessage(`"more"`))
		if err := d.Append(ctx, "a", next); !errors.Is(err, full) || !strings.Contains(err.Error(), "record 3 of run a was not written") {
			t.Fatal(err)
		}
		if rs, err := d.Read(ctx, "a", Record{}); err != nil || len(rs) != 2 {
			t.Fatal(len(rs), err)
		}
		if err := d.Append(ctx, "a", next); err != nil {
			t.Fatal(err)
		}
		if rs, err := d.Read(ctx, "a", last); err != nil || len(rs) != 1 {
			t.Fatal(len(rs), err)
		}
	}
}

func FuzzParse(f *testing.F) {
	line, _ := encode(Record{}.Next(1, json.RawMessage(`{"a":1}`)))
	f.Add(line)
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		records, whole, err := parse("a", data)
		if err != nil && !errors.Is(err, ErrCorrupt) {
			t.Fatal(err)
		}
		if err == nil && bytes.Count(data[:whole], []byte("\n")) != len(records) {
			t.Fatal("a line was stepped over")
		}
	})
}
