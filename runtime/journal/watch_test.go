package journal_test

import (
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/runtime/journal"
)

// TestWatch: whoever waits for a run hears of records that this process or another one
// appends, and not of other runs'.
func TestWatch(t *testing.T) {
	each(t, func(t *testing.T, open func() journal.Journal) {
		j, other := open(), open()
		w, ok := j.(journal.Watcher)
		if !ok {
			t.Skip("this journal is not watched, it is in memory")
		}
		last := fill(t, j, "a", 2)
		fill(t, other, "b", 1)
		changed, stop := w.Watch("a")
		unchanged, stopB := w.Watch("b")
		defer stopB()
		for _, by := range []journal.Journal{j, other, other} {
			if _, err := j.Read(ctx, "a", journal.Record{}); err != nil {
				t.Fatal(err)
			}
			for len(changed) > 0 {
				<-changed
			}
			last = last.Next(1, json.RawMessage(`{}`))
			if err := by.Append(ctx, "a", last); err != nil {
				t.Fatal(err)
			}
			select {
			case <-changed:
			case <-time.After(10 * time.Second):
				t.Fatal("nobody was told")
			}
		}
		if _, err := j.Read(ctx, "b", journal.Record{}); err != nil {
			t.Fatal(err)
		}
		for len(unchanged) > 0 {
			<-unchanged
		}
		stop()
		time.Sleep(1500 * time.Millisecond)
		if len(unchanged) > 0 {
			t.Error("told of a run that did not change")
		}
		again, stop := w.Watch("a")
		defer stop()
		if _, err := j.Read(ctx, "a", journal.Record{}); err != nil {
			t.Fatal(err)
		}
		for len(again) > 0 {
			<-again
		}
		if err := other.Append(ctx, "a", last.Next(1, json.RawMessage(`{}`))); err != nil {
			t.Fatal(err)
		}
		select {
		case <-again:
		case <-time.After(10 * time.Second):
			t.Fatal("nobody was told again")
		}
	})
}

// counting counts what is opened.
type counting struct {
	journal.FileSystem
	opened atomic.Int32
}

func (c *counting) Open(name string, create bool) (journal.File, error) {
	c.opened.Add(1)
	return c.FileSystem.Open(name, create)
}

// TestReadAgain: a run that another process wrote is read once, and opened no more while
// nothing is added to it.
func TestReadAgain(t *testing.T) {
	path := t.TempDir()
	first, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	last := fill(t, first, "a", 3)
	c := &counting{FileSystem: journal.OS}
	j, err := journal.OpenOn(c, path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Read(ctx, "a", journal.Record{}); err != nil {
		t.Fatal(err)
	}
	before := c.opened.Load()
	for range 100 {
		if more, err := j.Read(ctx, "a", last); err != nil || len(more) > 0 {
			t.Fatal(more, err)
		}
	}
	if n := c.opened.Load() - before; n > 0 {
		t.Errorf("%d files were opened", n)
	}
	if err := first.Append(ctx, "a", last.Next(1, json.RawMessage(`{}`))); err != nil {
		t.Fatal(err)
	}
	if more, err := j.Read(ctx, "a", last); err != nil || len(more) != 1 {
		t.Fatal(more, err)
	}
}
