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
	for size := range 86 { // what a power failure leaves of a sector that was not written, as long as an older mark
		torn := append(append([]byte{}, whole[:size]...), make([]byte, 86-size)...)
		if err := os.WriteFile(file, torn, 0o600); err != nil {
			t.Fatal(err)
		}
		other, _ := journal.Open(path)
		if _, err := other.Read(ctx, "a", journal.Record{}); err != nil {
			t.Fatalf("%d bytes and zeros: %v", size, err)
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
			good, damage := j.Read(ctx, "a", journal.Record{})
			s, err := j.Salvage(ctx, "a", false)
			if strings.HasPrefix(name, "!") {
				now, _ := os.ReadFile(file)
				if err == nil || string(now) != string(damaged) {
					t.Errorf("it was salvaged: %v, %d bytes of %d", err, len(now), len(damaged))
				}
				if s, err = j.Salvage(ctx, "a", true); len(good) == 0 || damage == nil {
					if err == nil {
						t.Error("there was nothing to salvage")
					}
					return
				}
			}
			last := s.Last
			if err != nil || last.Seq != len(good) || !errors.Is(damage, journal.ErrCorrupt) || last.Hash != good[len(good)-1].Hash {
				t.Fatal(last.Seq, len(good), damage, err)
			}
			if want := map[string]int{"! a bit of the second": 1}[name]; len(s.Lost) != want {
				t.Errorf("%d whole records are lost, want %d", len(s.Lost), want)
			}
			if err := j.Append(ctx, "a", last.Next(1, json.RawMessage(`"on"`))); err != nil {
				t.Fatal(err)
			}
			other, _ := journal.Open(path)
			if records, err := other.Read(ctx, "a", journal.Record{}); err != nil || len(records) != last.Seq+1 {
				t.Fatal(len(records), err)
			}
			if kept, err := os.ReadFile(file + ".damaged"); err != nil || string(kept) != string(damaged[at[last.Seq]:]) {
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
	s, c := served(t)
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

// TestChecked: whatever is damaged between the ends of a journal, its last record is not
// vouched for, the records before the damage are read, and a whole journal is.
func TestChecked(t *testing.T) {
	path := t.TempDir()
	j, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	want := fill(t, j, "a", 5)
	file := filepath.Join(path, "a.jsonl")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(string(whole), "\n"), "\n")
	lines[4] += "\n"
	join := func(l ...string) string { return strings.Join(l, "") }
	cases := map[string]string{
		"a line gone":      join(lines[0], lines[1], lines[3], lines[4]),
		"a line twice":     join(lines[0], lines[1], lines[1], lines[2], lines[3], lines[4]),
		"lines exchanged":  join(lines[0], lines[2], lines[1], lines[3], lines[4]),
		"an empty line":    join(lines[0], "\n", lines[1], lines[2], lines[3], lines[4]),
		"the first gone":   join(lines[1:]...),
		"the last gone":    join(lines[:4]...),
		"nothing left":     "",
		"no end of a line": join(lines[0], strings.TrimSuffix(lines[1], "\n"), lines[2], lines[3], lines[4]),
	}
	for i := range whole[:len(whole)-1] { // every byte
		b := append([]byte{}, whole...)
		b[i] ^= 1
		cases[fmt.Sprint("byte ", i)] = string(b)
	}
	for name, text := range cases {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		other, _ := journal.Open(path)
		if end := other.Checked(ctx, []string{"a"})[0]; !errors.Is(end.Err, journal.ErrCorrupt) {
			t.Errorf("%s: record %d is vouched for: %v", name, end.Seq, end.Err)
		}
		good, err := other.Read(ctx, "a", journal.Record{})
		var c *journal.CorruptError
		if !errors.As(err, &c) || len(good) != c.Seq-1 || join(lines[:len(good)]...) != text[:min(len(text), len(join(lines[:len(good)]...)))] {
			t.Errorf("%s: %d records before %v", name, len(good), err)
		}
		if len(good) > 1 { // who has read the first is given the others
			if more, err := other.Read(ctx, "a", good[0]); err == nil || len(more) != len(good)-1 {
				t.Errorf("%s: %d more, %v", name, len(more), err)
			}
		}
	}
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	other, _ := journal.Open(path)
	for range 2 { // the second time it is known
		if end := other.Checked(ctx, []string{"a", "b"}); end[0].Err != nil || end[0].Hash != want.Hash || !errors.Is(end[1].Err, journal.ErrNoRun) {
			t.Error(end)
		}
		if _, err := other.Read(ctx, "a", journal.Record{}); err != nil {
			t.Error(err)
		}
	}
}

// TestCheckedInPlace: to vouch for a journal of many records takes no more memory than for one of
// few, or a list of thousands of runs costs more than reading them.
func TestCheckedInPlace(t *testing.T) {
	path := t.TempDir()
	j, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, j, "few", 2)
	fill(t, j, "many", 40)
	allocations := func(run string) float64 {
		return testing.AllocsPerRun(20, func() {
			other, _ := journal.Open(path)
			if end := other.Checked(ctx, []string{run})[0]; end.Err != nil {
				t.Fatal(end.Err)
			}
		})
	}
	if few, many := allocations("few"), allocations("many"); many > few+5 {
		t.Errorf("%v allocations for 2 records, %v for 40", few, many)
	}
}

// TestCountedMessages: a record that a stream lost between the ends of a run is noticed in a
// list by the count of messages, and those before it are read.
func TestCountedMessages(t *testing.T) {
	s, c := served(t)
	js := c.JetStream()
	stream, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "CHASKI_JOURNAL", Subjects: []string{"chaski.journal.*"}, AllowDirect: true})
	if err != nil {
		t.Fatal(err)
	}
	j := openStream(t, bus.Options{Server: s})
	fill(t, j, "a", 4) // messages 1 to 4
	fill(t, j, "b", 4)
	fill(t, j, "c", 4)
	if err := stream.DeleteMsg(ctx, 3); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(ctx, "chaski.journal.c", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	j = openStream(t, bus.Options{Server: s})
	runs, err := j.Runs(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ends := j.Checked(ctx, runs)
	if !errors.Is(ends[0].Err, journal.ErrCorrupt) || ends[1].Err != nil || ends[1].Seq != 4 || !errors.Is(ends[2].Err, journal.ErrCorrupt) {
		t.Error(ends)
	}
	var wrong *journal.CorruptError
	if good, err := j.Read(ctx, "a", journal.Record{}); !errors.As(err, &wrong) || wrong.Seq != 3 || len(good) != 2 {
		t.Error(len(good), err)
	}
	if all, err := j.Read(ctx, "c", journal.Record{}); err != nil || len(all) != 4 { // garbage is no damage
		t.Error(len(all), err)
	}
}
