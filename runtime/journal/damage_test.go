package journal_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/runtime/journal"
)

// TestDamagedMark: whatever is damaged in a mark, the journal beside it, which is whole, is
// read; and a mark that is whole still tells of a missing end.
func TestDamagedMark(t *testing.T) {
	path := t.TempDir()
	j, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, j, "a", 3)
	file := filepath.Join(path, "a.lease")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		for _, with := range []byte{'0', '9', 'f', 0, ' ', whole[i] ^ 1, '\n'} {
			damaged := append([]byte{}, whole...)
			damaged[i] = with
			if err := os.WriteFile(file, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			other, err := journal.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if records, err := other.Read(ctx, "a", journal.Record{}); err != nil || len(records) != 3 {
				t.Fatalf("byte %d as %q: %d records, %v", i, with, len(records), err)
			}
		}
	}
	for _, size := range []int{0, 1, 50, 85, 87, 94} {
		if err := os.WriteFile(file, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		other, _ := journal.Open(path)
		if _, err := other.Read(ctx, "a", journal.Record{}); err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
	}
	for _, mark := range [][]byte{whole, whole[:86]} { // 86 bytes are an older mark
		if err := os.WriteFile(file, mark, 0o600); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(path, "a.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		cut := strings.Join(strings.SplitAfter(string(text), "\n")[:2], "")
		if err := os.WriteFile(filepath.Join(path, "a.jsonl"), []byte(cut), 0o600); err != nil {
			t.Fatal(err)
		}
		other, _ := journal.Open(path)
		if _, err := other.Read(ctx, "a", journal.Record{}); !errors.Is(err, journal.ErrCorrupt) {
			t.Errorf("a missing end: %v", err)
		}
		if err := os.WriteFile(filepath.Join(path, "a.jsonl"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSalvage: a damaged last record is cut off when a person asks, and nothing else is.
func TestSalvage(t *testing.T) {
	for name, damage := range map[string]func([]byte, []int) []byte{
		"a bit of the last":    func(b []byte, at []int) []byte { b[at[2]+20] ^= 1; return b },
		"its hash":             func(b []byte, at []int) []byte { b[len(b)-5] ^= 1; return b },
		"its end, written on":  func(b []byte, at []int) []byte { return append(b[:len(b)-7], "xxxxxx\n"...) },
		"! a bit of the first": func(b []byte, at []int) []byte { b[at[0]+20] ^= 1; return b },
		"! a bit of the second": func(b []byte, at []int) []byte {
			b[at[1]+20] ^= 1
			return b
		},
		"! two records gone": func(b []byte, at []int) []byte { return b[:at[1]] },
		"! nothing":          func(b []byte, at []int) []byte { return b },
	} {
		t.Run(name, func(t *testing.T) {
			path := t.TempDir()
			j, err := journal.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			fill(t, j, "a", 3)
			file := filepath.Join(path, "a.jsonl")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			at := []int{0}
			for i, c := range text {
				if c == '\n' {
					at = append(at, i+1)
				}
			}
			damaged := damage(append([]byte{}, text...), at)
			if err := os.WriteFile(file, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			j, err = journal.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			last, err := j.Salvage(ctx, "a")
			if strings.HasPrefix(name, "!") {
				now, _ := os.ReadFile(file)
				if err == nil || string(now) != string(damaged) {
					t.Errorf("it was salvaged: %v, %d bytes of %d", err, len(now), len(damaged))
				}
				return
			}
			if err != nil || last.Seq != 2 {
				t.Fatal(last.Seq, err)
			}
			if err := j.Append(ctx, "a", last.Next(1, json.RawMessage(`"on"`))); err != nil {
				t.Fatal(err)
			}
			other, _ := journal.Open(path)
			if records, err := other.Read(ctx, "a", journal.Record{}); err != nil || len(records) != 3 {
				t.Fatal(len(records), err)
			}
			if kept, err := os.ReadFile(file + ".damaged"); err != nil || string(kept) != string(damaged[at[2]:]) {
				t.Errorf("%v %q", err, kept)
			}
		})
	}
}

// TestGarbageOnSubject: messages that are no records end no run that has all its records;
// a record that is missing among others is noticed.
func TestGarbageOnSubject(t *testing.T) {
	s, err := bus.Start(bus.ServerOptions{StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	j := openStream(t, bus.Options{Server: s})
	c, err := bus.Connect(ctx, bus.Options{Server: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	js := c.JetStream()
	last := fill(t, j, "a", 2)
	forged := last.Next(1, json.RawMessage(`"forged"`))
	forged.Hash = strings.Repeat("0", 64)
	text, _ := json.Marshal(forged)
	for i, garbage := range []string{"{}", "", "no JSON", "[1]", `{"seq":3,"prev":"","epoch":1,"event":{},"hash":""}`, string(text), strings.Repeat("x", 10_000)} {
		if _, err := js.Publish(ctx, "chaski.journal.a", []byte(garbage)); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 { // the writer knows of it before, or is told when it appends
			if records, err := openStream(t, bus.Options{Server: s}).Read(ctx, "a", journal.Record{}); err != nil || records[len(records)-1].Hash != last.Hash {
				t.Fatalf("%.20s: %v", garbage, err)
			}
		}
		by := j
		if i > 3 {
			by = openStream(t, bus.Options{Server: s})
		}
		last = last.Next(1, json.RawMessage(fmt.Sprint(i)))
		if err := by.Append(ctx, "a", last); err != nil {
			t.Fatalf("after %.20s: %v", garbage, err)
		}
	}
	if records, err := openStream(t, bus.Options{Server: s}).Read(ctx, "a", journal.Record{}); err != nil || len(records) != 9 {
		t.Fatal(len(records), err)
	}
	if tail, err := j.Read(ctx, "a", last); err != nil || len(tail) > 0 {
		t.Error(tail, err)
	}
	if _, err := js.Publish(ctx, "chaski.journal.b", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Read(ctx, "b", journal.Record{}); !errors.Is(err, journal.ErrCorrupt) {
		t.Error(err)
	}
	// Where garbage stands in the place of a record, what comes after it does not follow.
	first := journal.Record{}.Next(1, json.RawMessage(`1`))
	for _, m := range []any{first, json.RawMessage(`{}`), first.Next(1, json.RawMessage(`2`)).Next(1, json.RawMessage(`3`))} {
		text, _ := json.Marshal(m)
		if _, err := js.Publish(ctx, "chaski.journal.c", text); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := j.Read(ctx, "c", journal.Record{}); !errors.Is(err, journal.ErrCorrupt) {
		t.Error(err)
	}
}

// TestRemove: a run that nobody drives is removed with all that is kept of it, and its name
// may begin anew.
func TestRemove(t *testing.T) {
	each(t, func(t *testing.T, open func() journal.Journal) {
		j := open()
		r, ok := j.(journal.Remover)
		if !ok {
			t.Skip("this journal keeps its runs, it is in memory")
		}
		last := fill(t, j, "a", 2)
		fill(t, j, "b", 1)
		if err := j.Append(ctx, "a", last.Next(1, json.RawMessage(`"`+strings.Repeat("large", 40<<10)+`"`))); err != nil {
			t.Fatal(err)
		}
		release, err := open().Lease(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Remove(ctx, "a"); !errors.Is(err, journal.ErrOwned) {
			t.Errorf("a driven run was removed: %v", err)
		}
		release()
		if err := r.Remove(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		if err := r.Remove(ctx, "nothing"); !errors.Is(err, journal.ErrNoRun) {
			t.Error(err)
		}
		for _, j := range []journal.Journal{j, open()} {
			if runs, err := j.Runs(ctx); err != nil || strings.Join(runs, " ") != "b" {
				t.Error(runs, err)
			}
			if _, err := j.Read(ctx, "a", journal.Record{}); !errors.Is(err, journal.ErrNoRun) {
				t.Error(err)
			}
		}
		fill(t, j, "a", 1)
	})
}

// TestOldStream: a stream that denies purging, as they were once made, says so and keeps all.
func TestOldStream(t *testing.T) {
	s, err := bus.Start(bus.ServerOptions{StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c, err := bus.Connect(ctx, bus.Options{Server: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if _, err := c.JetStream().CreateStream(ctx, jetstream.StreamConfig{Name: "CHASKI_JOURNAL", Subjects: []string{"chaski.journal.*"}, DenyDelete: true, DenyPurge: true}); err != nil {
		t.Fatal(err)
	}
	j := openStream(t, bus.Options{Server: s})
	fill(t, j, "a", 1)
	if err := j.Remove(ctx, "a"); err == nil || !strings.Contains(err.Error(), "deny purging") {
		t.Error(err)
	}
	if records, err := j.Read(ctx, "a", journal.Record{}); err != nil || len(records) != 1 {
		t.Error(records, err)
	}
}
