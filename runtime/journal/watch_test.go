package journal_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/runtime/bus"
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

// TestSweep: a record that nobody heard of is told of all the same, twice, for
// the server that was asked may have been behind; of runs that got none it isn't.
func TestSweep(t *testing.T) {
	s, err := bus.Start(bus.ServerOptions{MaxPayload: 64 << 10, StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	j, other := openStream(t, bus.Options{Server: s}), openStream(t, bus.Options{Server: s})
	const runs = 1200 // of a server's limit of 1,000 at once
	heard := make([]<-chan struct{}, runs)
	name := func(i int) string { return fmt.Sprintf("run-%04d", i) }
	lasts := make([]journal.Record, runs)
	for i := range lasts {
		lasts[i] = fill(t, other, name(i), 1)
	}
	for i := range heard { // from here on there is nothing to hear
		var stop func()
		heard[i], stop = j.Watch(name(i))
		t.Cleanup(stop)
	}
	j.Deafen()
	drain := func() (told []int) {
		for i, c := range heard {
			if len(c) > 0 {
				<-c
				told = append(told, i)
			}
		}
		return told
	}
	sweep, err := j.Sweeps(ctx)
	if err != nil {
		t.Fatal(err)
	}
	sweep()
	if told := drain(); len(told) > 0 {
		t.Fatalf("told of %v, which got nothing", told)
	}
	changed := []int{3, 999, 1000, 1199}
	for _, i := range changed {
		if err := other.Append(ctx, name(i), lasts[i].Next(1, json.RawMessage(`{}`))); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 2 {
		sweep()
		if told := drain(); !slices.Equal(told, changed) {
			t.Errorf("sweep %d told of %v, want %v", n, told, changed)
		}
	}
	sweep()
	if told := drain(); len(told) > 0 {
		t.Errorf("told of %v again and again", told)
	}
}
