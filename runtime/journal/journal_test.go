package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
)

var ctx = context.Background()

func fill(t *testing.T, j Journal, run string, n int) Record {
	t.Helper()
	var last Record
	for i := range n {
		r := last.Next(1, json.RawMessage(fmt.Sprintf(`{"n":%d}`, i)))
		if err := j.Append(ctx, run, r); err != nil {
			t.Fatal(err)
		}
		last = r
	}
	return last
}

func each(t *testing.T, f func(t *testing.T, j Journal)) {
	t.Run("memory", func(t *testing.T) { f(t, &Memory{}) })
	t.Run("dir", func(t *testing.T) {
		d, err := Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		f(t, d)
	})
}

func TestAppendAndRead(t *testing.T) {
	each(t, func(t *testing.T, j Journal) {
		last := fill(t, j, "a", 5)
		rs, err := j.Read(ctx, "a", Record{})
		if err != nil || len(rs) != 5 || rs[4].Hash != last.Hash {
			t.Fatal(rs, err)
		}
		if rs, err := j.Read(ctx, "a", rs[2]); err != nil || len(rs) != 2 {
			t.Fatal(rs, err)
		}
		if _, err := j.Read(ctx, "b", Record{}); !errors.Is(err, ErrNoRun) {
			t.Fatal(err)
		}
		if err := j.Append(ctx, "../x", Record{}.Next(1, json.RawMessage(`{}`))); err == nil {
			t.Fatal("a path was taken for a run")
		}
		if runs, err := j.Runs(ctx); err != nil || len(runs) != 1 || runs[0] != "a" {
			t.Fatal(runs, err)
		}
	})
}

func TestCompareAndSet(t *testing.T) {
	each(t, func(t *testing.T, j Journal) {
		last := fill(t, j, "a", 1)
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for i := range 8 {
			wg.Go(func() {
				err := j.Append(ctx, "a", last.Next(1, json.RawMessage(fmt.Sprint(i))))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !errors.Is(err, ErrConflict) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won != 1 {
			t.Fatalf("%d of 8 appends to one place were taken", won)
		}
	})
}

func TestFencing(t *testing.T) {
	each(t, func(t *testing.T, j Journal) {
		last := fill(t, j, "a", 1).Next(2, json.RawMessage(`"taken over"`))
		if err := j.Append(ctx, "a", last); err != nil {
			t.Fatal(err)
		}
		// Even an owner that has read the newest record is refused by its epoch.
		if err := j.Append(ctx, "a", last.Next(1, json.RawMessage(`"stale"`))); !errors.Is(err, ErrFenced) {
			t.Fatal(err)
		}
	})
}

func TestLease(t *testing.T) {
	each(t, func(t *testing.T, j Journal) {
		release, err := j.Lease(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := j.Lease(ctx, "a"); !errors.Is(err, ErrOwned) {
			t.Fatal(err)
		}
		release()
		release()
		again, err := j.Lease(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		again()
	})
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
	}
}

// TestCorrupt alters, drops and reorders records: the first wrong one is named.
func TestCorrupt(t *testing.T) {
	d, _ := Open(t.TempDir())
	fill(t, d, "a", 4)
	data, _ := os.ReadFile(d.file("a"))
	lines := strings.SplitAfter(string(data), "\n")
	for name, c := range map[string]struct {
		text string
		seq  int
	}{
		"altered":   {strings.Replace(string(data), `{"n":2}`, `{"n":9}`, 1), 3},
		"lost":      {lines[0] + lines[2] + lines[3], 2},
		"reordered": {lines[0] + lines[2] + lines[1] + lines[3], 2},
		"twice":     {lines[0] + lines[0], 2},
		"no first":  {lines[1], 1},
		"noise":     {lines[0] + "\x00\x00\x00\n" + lines[1], 2},
	} {
		if err := os.WriteFile(d.file("a"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var corrupt *CorruptError
		if _, err := d.Read(ctx, "a", Record{}); !errors.As(err, &corrupt) || corrupt.Seq != c.seq {
			t.Errorf("%s: %v, want record %d", name, err, c.seq)
		}
	}
}

func FuzzParse(f *testing.F) {
	line, _ := json.Marshal(Record{}.Next(1, json.RawMessage(`{"a":1}`)))
	f.Add(append(line, '\n'))
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
