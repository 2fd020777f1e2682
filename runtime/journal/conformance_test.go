package journal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
)

var ctx = context.Background()

// openers return a journal and a way to open it again, as another process would.
var openers = map[string]func(t *testing.T) func() journal.Journal{
	"memory": func(*testing.T) func() journal.Journal {
		m := &journal.Memory{}
		return func() journal.Journal { return m }
	},
	"dir": func(t *testing.T) func() journal.Journal {
		path := t.TempDir()
		return func() journal.Journal {
			d, err := journal.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
	},
	"stream": func(t *testing.T) func() journal.Journal {
		s, err := bus.Start(bus.ServerOptions{MaxPayload: 64 << 10, StoreDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return func() journal.Journal { return openStream(t, bus.Options{Server: s}) }
	},
}

func openStream(t *testing.T, o bus.Options) *journal.Stream {
	t.Helper()
	c, err := bus.Connect(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	j, err := journal.OpenStream(ctx, c.JetStream(), journal.StreamOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func each(t *testing.T, f func(t *testing.T, open func() journal.Journal)) {
	for name, opener := range openers {
		t.Run(name, func(t *testing.T) { f(t, opener(t)) })
	}
}

func fill(t *testing.T, j journal.Journal, run string, n int) journal.Record {
	t.Helper()
	var last journal.Record
	for i := range n {
		r := last.Next(1, json.RawMessage(fmt.Sprintf(`{"n":%d}`, i)))
		if err := j.Append(ctx, run, r); err != nil {
			t.Fatal(err)
		}
		last = r
	}
	return last
}

func TestAppendAndRead(t *testing.T) {
	each(t, func(t *testing.T, open func() journal.Journal) {
		j := open()
		last := fill(t, j, "a", 5)
		fill(t, j, "c", 1)
		for _, j := range []journal.Journal{j, open()} {
			rs, err := j.Read(ctx, "a", journal.Record{})
			if err != nil || len(rs) != 5 || rs[4].Hash != last.Hash || string(rs[3].Event) != `{"n":3}` {
				t.Fatal(rs, err)
			}
			for i := range rs {
				if tail, err := j.Read(ctx, "a", rs[i]); err != nil || len(tail) != 4-i || i < 4 && tail[0].Hash != rs[i+1].Hash {
					t.Fatal(i, tail, err)
				}
			}
			other := journal.Record{}.Next(1, json.RawMessage(`"of another run"`))
			if _, err := j.Read(ctx, "a", other); !errors.Is(err, journal.ErrCorrupt) {
				t.Fatal(err)
			}
			if _, err := j.Read(ctx, "b", journal.Record{}); !errors.Is(err, journal.ErrNoRun) {
				t.Fatal(err)
			}
			if runs, err := j.Runs(ctx); err != nil || strings.Join(runs, " ") != "a c" {
				t.Fatal(runs, err)
			}
			for _, name := range []string{"../x", "", "a.b", "a>", "*", strings.Repeat("x", 129)} {
				_, leaseErr := j.Lease(ctx, name)
				if j.Append(ctx, name, other) == nil || leaseErr == nil {
					t.Fatalf("%q was taken for a run", name)
				}
			}
		}
	})
}

// TestTwoProcesses appends to one run from many sides, each of which reads what the
// others wrote when it is told of a conflict: nothing is lost and nothing doubled.
func TestTwoProcesses(t *testing.T) {
	each(t, func(t *testing.T, open func() journal.Journal) {
		first := fill(t, open(), "a", 1)
		var wg sync.WaitGroup
		for writer := range 4 {
			j := open()
			wg.Go(func() {
				last := first
				for i := 0; i < 10; {
					r := last.Next(1, json.RawMessage(fmt.Sprintf(`"%d/%d"`, writer, i)))
					err := j.Append(ctx, "a", r)
					switch {
					case err == nil:
						last = r
						i++
					case errors.Is(err, journal.ErrConflict):
						tail, err := j.Read(ctx, "a", last)
						if err != nil || len(tail) == 0 {
							t.Error(len(tail), err)
							return
						}
						last = tail[len(tail)-1]
					default:
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		rs, err := open().Read(ctx, "a", journal.Record{})
		seen := map[string]bool{}
		for _, r := range rs {
			seen[string(r.Event)] = true
		}
		if err != nil || len(rs) != 41 || len(seen) != 41 {
			t.Fatal(len(rs), len(seen), err)
		}
	})
}

func TestCompareAndSet(t *testing.T) {
	each(t, func(t *testing.T, open func() journal.Journal) {
		last := fill(t, open(), "a", 1)
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for i := range 8 {
			j := open()
			wg.Go(func() {
				err := j.Append(ctx, "a", last.Next(1, json.RawMessage(fmt.Sprint(i))))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !errors.Is(err, journal.ErrConflict) {
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
	each(t, func(t *testing.T, open func() journal.Journal) {
		j := open()
		first := fill(t, j, "a", 1)
		last := first.Next(2, json.RawMessage(`"taken over"`))
		if err := open().Append(ctx, "a", last); err != nil {
			t.Fatal(err)
		}
		// Even an owner that has read the newest record is refused by its epoch.
		for _, r := range []journal.Record{first.Next(1, json.RawMessage(`"late"`)), last.Next(1, json.RawMessage(`"stale"`))} {
			if err := j.Append(ctx, "a", r); !errors.Is(err, journal.ErrFenced) {
				t.Fatal(err)
			}
		}
	})
}

func TestBadRecords(t *testing.T) {
	each(t, func(t *testing.T, open func() journal.Journal) {
		j := open()
		last := fill(t, j, "a", 1)
		forged := last.Next(1, json.RawMessage(`{"n":1}`))
		forged.Event = json.RawMessage(`{"n":2}`)
		if err := j.Append(ctx, "a", forged); !errors.Is(err, journal.ErrCorrupt) {
			t.Fatal(err)
		}
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if err := j.Append(gone, "a", last.Next(1, json.RawMessage(`1`))); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if rs, err := open().Read(ctx, "a", journal.Record{}); err != nil || len(rs) != 1 {
			t.Fatal(rs, err)
		}
	})
}

// TestLarge keeps an event that does not fit a message of the bus.
func TestLarge(t *testing.T) {
	each(t, func(t *testing.T, open func() journal.Journal) {
		j := open()
		big, _ := json.Marshal(strings.Repeat("<x>", 70_000))
		r := fill(t, j, "a", 1).Next(1, big)
		if err := j.Append(ctx, "a", r); err != nil {
			t.Fatal(err)
		}
		if err := j.Append(ctx, "a", r.Next(1, json.RawMessage(`"after"`))); err != nil {
			t.Fatal(err)
		}
		rs, err := open().Read(ctx, "a", journal.Record{})
		if err != nil || len(rs) != 3 || string(rs[1].Event) != string(big) {
			t.Fatal(len(rs), err)
		}
	})
}

func TestLease(t *testing.T) {
	each(t, func(t *testing.T, open func() journal.Journal) {
		j, other := open(), open()
		release, err := j.Lease(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range []journal.Journal{j, other} {
			if _, err := j.Lease(ctx, "a"); !errors.Is(err, journal.ErrOwned) {
				t.Fatal(err)
			}
		}
		apart, err := other.Lease(ctx, "b")
		if err != nil {
			t.Fatal(err)
		}
		apart()
		release()
		release()
		again, err := other.Lease(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		again()
	})
}

// TestDriven: a run is driven for as long as somebody has its lease.
func TestDriven(t *testing.T) {
	each(t, func(t *testing.T, open func() journal.Journal) {
		j, other := open(), open().(journal.Driver)
		is := func(want bool) {
			t.Helper()
			if got, err := other.Driven(ctx, "a"); err != nil || got != want {
				t.Errorf("driven: %v, want %v: %v", got, want, err)
			}
		}
		is(false)
		release, err := j.Lease(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		is(true)
		release()
		is(false)
	})
}
